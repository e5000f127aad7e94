"""`scf audit root`: the state root of a block made again from raw logs alone, beside the one that the index keeps."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, func, select

from indexer.events import Decoder, Event
from indexer.models import Base, ChainEvent, StateLeaf, StateRoot, table_of
from indexer.proof.errors import BlockNotIndexed
from indexer.proof.roots import Roots, newest_root
from indexer.raw import raw_log
from node_adapter.db import read_only

_EVENT, _ROOT = table_of(ChainEvent), table_of(StateRoot)


@dataclass(frozen=True, slots=True)
class RootReport:
    """`stored` is None where the index has no root of that block: it is not final, or its turn has not come yet."""

    block: int
    block_hash: str
    stored: str | None
    recomputed: str
    events: int

    @property
    def ok(self) -> bool:
        return self.stored == self.recomputed


def recompute_root(
    engine: Engine, decoder: Decoder, at: int | None, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> RootReport:
    """The root after the newest block with business events up to `at`, or up to the newest root that is kept.

    Logs are decoded and folded again in a scratch database. Raises BlockNotIndexed where there is no such block.
    `progress` hears (events done, of how many).
    """
    with read_only(engine).connect() as connection:
        newest = newest_root(connection)
        if at is None:
            if newest is None:
                raise BlockNotIndexed("the index keeps no state root yet; name a block with --at")
            at = int(newest["block_number"])
        total = connection.execute(
            select(func.count()).where(_EVENT.c.business, _EVENT.c.block_number <= at)
        ).scalar_one()
    done = 0

    def reread(events: Iterable[Event]) -> Iterator[Event]:
        nonlocal done
        for event in events:
            done += 1
            yield decoder.decode(raw_log(event), event.timestamp)  # the stored decoding is not trusted
        progress(min(done, total), total)

    with tempfile.TemporaryDirectory(prefix="scf-root-") as folder:
        store = create_engine(f"sqlite:///{Path(folder) / 'roots.sqlite3'}")
        try:
            Base.metadata.create_all(store, tables=[_ROOT, table_of(StateLeaf)])
            roots = Roots(engine, decoder, store=store, reread=reread)
            while roots.step(at):
                pass
            with store.connect() as connection:
                found = newest_root(connection)
        finally:
            store.dispose()
    if found is None:
        raise BlockNotIndexed(f"the index has no business event up to block {at}")
    with read_only(engine).connect() as connection:
        stored = _stored(connection, found["block_hash"])
    return RootReport(found["block_number"], found["block_hash"], stored, found["root"], total)


def _stored(connection: Connection, block_hash: str) -> str | None:
    root: str | None = connection.scalar(select(_ROOT.c.root).where(_ROOT.c.block_hash == block_hash))
    return root
