"""`scf index rebuild`: every row folded once more from the stored log, beside the index, which goes on meanwhile.

After a changed handler or a migration, or where a row was tampered with. What is made is a second index whose chain is
the log of the first: a file beside SQLite's, a schema in PostgreSQL. It follows that log, through reorgs too, until it
has what the index has; then one transaction, for which other writers wait, puts in place what differs. No node is
asked.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, event, func, select, text

from indexer.apply import apply_blocks, exclude_other_writers, head, rollback_to
from indexer.errors import IndexForeign, IndexStopped, JournalMismatch, ParentMismatch
from indexer.events import Decoder, deployments_hash
from indexer.journal import Words
from indexer.lead import leading
from indexer.models import (
    EVENT_ROWS,
    FOLDED,
    PAST,
    Base,
    ChainBlock,
    ChainEvent,
    IndexIdentity,
    JournalCheckpoint,
    StateLeaf,
    StateRoot,
    table_of,
)
from indexer.proof.roots import Roots, newest_root
from indexer.raw import stored_blocks
from node_adapter.client import Header
from node_adapter.db import chunks, make_engine, migrate, read_only
from node_adapter.words import from_hex

BATCH_EVENTS = 2_000
BATCH_BLOCKS = 5_000
TRIES_MAX = 50
"""How often the index may have gone on between the last look at it and the swap."""
BESIDE = "index_rebuild"
"""The schema, and what an attached file is called."""
_BLOCK, _EVENT, _CHECKPOINT, _ROOT = (table_of(m) for m in (ChainBlock, ChainEvent, JournalCheckpoint, StateRoot))
_DERIVED: list[Table] = [
    *(table_of(model) for model in (*FOLDED, *EVENT_ROWS)),
    *PAST.values(),
    table_of(StateRoot),
    table_of(StateLeaf),
]
_DECODED = ("contract", "name", "subject", "business", "args")

Progress = Callable[[str, int, int], None]
"""Hears what is done, how much of it, of how much."""


class LogDamaged(IndexStopped):
    """The stored log is not what was compared with the chain: nothing can be made from it."""


class RebuildImpossible(IndexStopped):
    """Nothing was changed; the message says what is in the way."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    block: int
    events: int
    changed: dict[str, int]
    """Rows that were not as they should be, by table; none where all was well."""


def rebuild(engine: Engine, decoder: Decoder, progress: Progress = lambda _what, _done, _total: None) -> Rebuilt:
    """Folds the stored log again and puts what differs in place, in one transaction. Killed anywhere, it changed
    nothing, and is run again.

    The checkpoints of journals stay, for they were compared with the chain: the log must make them. Raises LogDamaged,
    RebuildImpossible, IndexForeign, and what handlers raise.
    """
    stop = threading.Event()
    with leading(engine, stop, stop.set, role="rebuild") as alone:
        if not alone:
            raise RebuildImpossible("another rebuild runs on this database; wait for it")
        migrate(engine, "indexer")
        _require_ours(engine, decoder)
        with _beside(engine) as made:
            roots = Roots(made, decoder)
            for _ in range(TRIES_MAX):
                events = _follow_log(engine, made, decoder, progress)
                _make_roots(engine, roots, progress)
                block, changed = _swap(engine, made, events, progress)
                if block is not None:
                    return Rebuilt(block, events, changed)
    raise RebuildImpossible("the index goes on faster than it can be made again; try when it has caught up")


def _require_ours(engine: Engine, decoder: Decoder) -> None:
    with read_only(engine).connect() as connection:
        pinned = connection.scalar(select(table_of(IndexIdentity).c.deployments_hash))
        if pinned is None or head(connection) is None:
            raise RebuildImpossible("the index is empty: there is nothing to make it from")
    if pinned != deployments_hash(decoder.deployments):
        raise IndexForeign(
            "the database mirrors other contracts than the deployments file names; where a version was added, start "
            "the indexer first"
        )


@contextmanager
def _beside(engine: Engine) -> Iterator[Engine]:
    """An empty index beside the one there is; what a killed run left is taken away first, and it is gone afterwards."""
    if engine.dialect.name == "postgresql":
        _drop_schema(engine)
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {BESIDE}"))
        # What is lost with the server is made again: no commit waits for the disk.
        options = f"-csearch_path={BESIDE} -csynchronous_commit=off"
        made = make_engine(engine.url.update_query_dict({"options": options}).render_as_string(hide_password=False))
    else:
        _drop_files(engine)
        made = make_engine(f"sqlite:///{_file(engine)}")
        event.listen(made, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous = OFF"))
    try:
        Base.metadata.create_all(made)
        yield made
    finally:
        made.dispose()
        (_drop_schema if engine.dialect.name == "postgresql" else _drop_files)(engine)


def _drop_schema(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {BESIDE} CASCADE"))


def _file(engine: Engine) -> Path:
    if engine.url.database in (None, "", ":memory:"):
        raise RebuildImpossible("an index in memory has nothing beside it")
    return Path(f"{engine.url.database}.rebuild")


def _drop_files(engine: Engine) -> None:
    path = _file(engine)
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _follow_log(engine: Engine, made: Engine, decoder: Decoder, progress: Progress) -> int:
    """Brings `made` to the index's head; returns how many events it then has."""
    while True:
        with made.connect() as connection:
            ours = head(connection)
            done = connection.execute(select(func.count()).select_from(_EVENT)).scalar_one()
        with read_only(engine).connect() as source:
            if ours is not None and not _holds(source, ours.hash):
                _leave_fork(source, made, decoder)
                continue
            span = _span(source, ours)
            if span is None:
                return int(done)
            total = source.execute(select(func.count()).select_from(_EVENT)).scalar_one()
            progress("folding events", done, total)
            blocks, said = stored_blocks(source, *span), _checkpoint(source, span[1])
        try:
            with made.begin() as connection:
                apply_blocks(connection, blocks, decoder, said)
        except (JournalMismatch, ParentMismatch) as error:
            raise LogDamaged(
                f"the stored log of blocks {span[0]} to {span[1]} was changed: {error}; `scf verify` says where, and "
                "an index in a new database is right"
            ) from error


def _span(source: Connection, ours: Header | None) -> tuple[int, int] | None:
    """The next blocks, first and last: some, ending where a checkpoint is if one is near. None at the head."""
    first, last = source.execute(select(func.min(_BLOCK.c.number), func.max(_BLOCK.c.number))).one()
    if ours is not None:
        first = ours.number + 1
    if last is None or first > last:
        return None
    ahead = select(_EVENT.c.block_number).where(_EVENT.c.block_number >= first).order_by(_EVENT.c.block_number)
    full = source.scalar(ahead.offset(BATCH_EVENTS).limit(1))
    last = min(last, first + BATCH_BLOCKS - 1, last if full is None else full)
    near = select(func.max(_CHECKPOINT.c.block_number)).where(_CHECKPOINT.c.block_number.between(first, last))
    return first, source.scalar(near) or last


def _checkpoint(source: Connection, number: int) -> Words:
    """What the contracts' journals were found to be at the end of a block; nothing where that was not looked at."""
    words = source.scalar(select(_CHECKPOINT.c.words).where(_CHECKPOINT.c.block_number == number))
    return {name: from_hex(word) for name, word in (words or {}).items()}


def _leave_fork(source: Connection, made: Engine, decoder: Decoder) -> None:
    """The index took blocks back meanwhile: so does `made`."""
    with made.begin() as connection:
        numbers = connection.execute(select(_BLOCK.c.number, _BLOCK.c.hash).order_by(_BLOCK.c.number.desc())).all()
        ancestor = next(
            (number for some in chunks(numbers) for number, block_hash in some if _holds(source, block_hash)), -1
        )
        rollback_to(connection, ancestor, decoder, evidence=False)


def _holds(connection: Connection, block_hash: str) -> bool:
    return connection.scalar(select(_BLOCK.c.number).where(_BLOCK.c.hash == block_hash)) is not None


def _make_roots(engine: Engine, roots: Roots, progress: Progress) -> None:
    """As far as the index has them; the indexer goes on from there."""
    with read_only(engine).connect() as connection:
        newest = newest_root(connection)
        total = connection.execute(select(func.count()).select_from(_ROOT)).scalar_one()
    if newest is None:
        return
    done = 0
    while count := roots.step(newest["block_number"]):
        done += count
        progress("making state roots", done, total)


def _swap(engine: Engine, made: Engine, events: int, progress: Progress) -> tuple[int | None, dict[str, int]]:
    """Puts in place what differs, by table; no block, and nothing done, where the index has gone on meanwhile."""
    with made.connect() as connection:
        reached, rooted = head(connection), newest_root(connection)
    progress("putting in place what differs", events, events)
    with engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        if engine.dialect.name == "sqlite":  # outside of a transaction, so past SQLAlchemy
            driver.execute(f"ATTACH DATABASE ? AS {BESIDE}", (str(_file(engine)),))
        try:
            with connection.begin():
                exclude_other_writers(connection)
                root = newest_root(connection)
                if reached is None or head(connection) != reached or _behind(rooted, root):
                    return None, {}
                changed = {table.name: _put_in_place(connection, table) for table in _DERIVED}
                changed[_EVENT.name] = _decode_again(connection)
        finally:
            if engine.dialect.name == "sqlite":
                driver.execute(f"DETACH DATABASE {BESIDE}")
    return reached.number, {name: count for name, count in changed.items() if count}


def _behind(ours: dict[str, Any] | None, theirs: dict[str, Any] | None) -> bool:
    return theirs is not None and (ours is None or ours["block_number"] < theirs["block_number"])


def _put_in_place(connection: Connection, table: Table) -> int:
    """Deletes the rows that the second index has not, and inserts those that are missing. Returns how many it inserted,
    or deleted where that is more: one that differs is both."""
    names = [f'"{column.name}"' for column in table.columns]
    keys = [f'"{column.name}"' for column in table.primary_key.columns]
    live, made = f'"{connection.dialect.default_schema_name}"."{table.name}"', f'{BESIDE}."{table.name}"'
    columns, key = ", ".join(names), ", ".join(keys)
    same = " AND ".join(f"kept.{name} = made.{name}" for name in keys)
    other = f"SELECT {columns} FROM {live} EXCEPT SELECT {columns} FROM {made}"  # noqa: S608 -- names of ours
    deleted = connection.exec_driver_sql(
        f"DELETE FROM {live} WHERE ({key}) IN (SELECT {key} FROM ({other}) AS other)"  # noqa: S608
    )
    inserted = connection.exec_driver_sql(
        f"INSERT INTO {live} ({columns}) SELECT {columns} FROM {made} AS made "  # noqa: S608
        f"WHERE NOT EXISTS (SELECT 1 FROM {live} AS kept WHERE {same})"
    )
    return max(deleted.rowcount, inserted.rowcount)


def _decode_again(connection: Connection) -> int:
    """The log is as it was said; what was read out of it is put in place."""
    live, made = f'"{connection.dialect.default_schema_name}"."{_EVENT.name}"', f'{BESIDE}."{_EVENT.name}"'
    values = ", ".join(f'"{name}" = made."{name}"' for name in _DECODED)
    other = " OR ".join(f'CAST({live}."{n}" AS TEXT) <> CAST(made."{n}" AS TEXT)' for n in _DECODED)
    return connection.exec_driver_sql(
        f"UPDATE {live} SET {values} FROM {made} AS made WHERE {live}.block_hash = made.block_hash "  # noqa: S608
        f"AND {live}.log_index = made.log_index AND ({other})"
    ).rowcount
