"""The state root of each final block with business events, made in bulk behind the index, at the cost of what changed.

Folds the events of final blocks once more, from its own copy of the rows with a state (`state_leaf`): the projections
are ahead of what is final. The same code in an empty scratch database makes the roots from raw logs alone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from json import loads
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select, update

from indexer.apply import all_events, exclude_other_writers, stored_events
from indexer.events import Decoder, Event, deployments_hash
from indexer.fold import Fold, Key, Row
from indexer.models import EVENT_ROWS, HISTORIES, STATES, Base, ChainBlock, ChainEvent, StateLeaf, StateRoot, table_of
from indexer.proof.tree import StateTree, bucket, bucket_of, chain, encode_row, leaf, merkle
from indexer.registry import SUBJECT, route
from node_adapter.db import chunks, read_only
from node_adapter.words import from_hex, hex0x

STEP_EVENTS = 500
"""Of one transaction, about: some 50 ms, for which new blocks wait."""
FORMAT = "scf-state/1"
_EVENT, _BLOCK, _ROOT, _LEAF = (table_of(model) for model in (ChainEvent, ChainBlock, StateRoot, StateLeaf))

Reread = Callable[[Iterable[Event]], Iterable[Event]]


def form() -> str:
    """A hash of which columns of which tables a root is over: other columns give other roots, from the beginning."""
    tables = [table_of(model) for model in (*STATES, *HISTORIES, *EVENT_ROWS)]
    text = [FORMAT, *(f"{table.name}({','.join(sorted(table.columns.keys()))})" for table in tables)]
    return hex0x(sha256("\n".join(text).encode()).digest())


@dataclass(slots=True)
class _Batch:
    """What one step found: rows by name as they stand, and the roots."""

    rows: dict[str, Row] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    changed: dict[str, bytes] = field(default_factory=dict)
    buckets: dict[int, dict[str, bytes]] = field(default_factory=dict)
    roots: list[Row] = field(default_factory=list)


class Roots:
    """Keeps `state_root` behind the index in `engine`. Not for several threads; a second one is noticed, and yields.

    `store`: where roots and leaves are kept, if elsewhere. `reread` may make events from their logs again.
    """

    def __init__(
        self,
        engine: Engine,
        decoder: Decoder,
        *,
        store: Engine | None = None,
        reread: Reread = lambda events: events,
        step_events: int = STEP_EVENTS,
    ) -> None:
        self._engine, self._decoder = engine, decoder
        self._store = store or engine
        self._reread, self._step_events = reread, step_events
        self._form = form()
        self._tree: StateTree | None = None
        self._newest: Row | None = None

    @property
    def newest(self) -> int | None:
        """The block of the newest root, as of the last step."""
        return None if self._newest is None else int(self._newest["block_number"])

    def step(self, final: int) -> int:
        """Makes the roots of some blocks up to number `final`; returns of how many, 0 when all are there."""
        self._open()
        with self._snapshots() as (source, store):
            events = list(self._reread(self._next(source, final)))
            if not events:
                return 0
            batch = self._fold(store, events)
        if not self._write(batch):
            self._tree = None  # Somebody else was here, or the chain took the blocks back: look again.
            return 1
        return len(batch.roots)

    @contextmanager
    def _snapshots(self) -> Iterator[tuple[Connection, Connection]]:
        """Where the events are, and where the leaves are."""
        with read_only(self._engine).connect() as source:
            if self._store is self._engine:
                yield source, source
                return
            with self._store.connect() as store:
                yield source, store

    def _open(self) -> None:
        """Reads the tree where ours is not that of the newest root; begins anew where the leaves are not either."""
        with self._snapshots() as (_, store):
            newest = newest_root(store)
            if self._tree is not None and newest == self._newest:
                return
            self._newest, self._tree = newest, _read_tree(store)
            standing = hex0x(self._tree.standing())
        if newest is not None and (newest["standing"], newest["form"]) == (standing, self._form):
            return
        # Nothing yet, a block that was final went, or the tables have other columns.
        self._newest, self._tree = None, StateTree()
        with self._store.begin() as store:
            store.execute(delete(_ROOT))
            store.execute(delete(_LEAF))

    def _next(self, source: Connection, final: int) -> Sequence[Event]:
        """The events of the next blocks that have any, whole blocks only."""
        after = -1 if self._newest is None else self._newest["block_number"]
        waiting = all_events().where(_EVENT.c.business, _EVENT.c.block_number > after, _EVENT.c.block_number <= final)
        events = list(stored_events(source, waiting.limit(self._step_events + 1), self._decoder))
        if len(events) <= self._step_events:
            return events
        last = events[-1].block_number
        whole = [event for event in events if event.block_number < last]
        return whole or list(stored_events(source, waiting.where(_EVENT.c.block_number == last), self._decoder))

    def _fold(self, store: Connection, events: Sequence[Event]) -> _Batch:
        batch = _Batch()
        _load(store, batch, events)
        tree, before = self._tree, self._start()
        assert tree is not None
        folded = [_fold_block(batch, list(some)) for _, some in groupby(events, key=lambda event: event.block_hash)]
        _load_buckets(store, batch, (name for _, stood, _ in folded for name in stood))
        for first, stood, arrived in folded:
            for name, data in stood.items():
                index = bucket_of(name)
                batch.buckets[index][name] = leaf(data)
                tree.set(index, bucket(batch.buckets[index]))
            batch.changed |= stood
            standing, came = tree.standing(), merkle(leaf(data) for data in arrived)
            before = chain(before, from_hex(first.block_hash), standing, came)
            batch.roots.append(
                {
                    "block_number": first.block_number,
                    "block_hash": first.block_hash,
                    "root": hex0x(before),
                    "standing": hex0x(standing),
                    "arrived": hex0x(came),
                    "form": self._form,
                }
            )
        return batch

    def _start(self) -> bytes:
        """What the first root is chained to: the form, the chain and the deployment."""
        if self._newest is not None:
            return from_hex(self._newest["root"])
        deployments = self._decoder.deployments
        return sha256(
            f"{self._form}\n{deployments.chain_id}\n{deployments.genesis_hash}\n{deployments_hash(deployments)}".encode()
        ).digest()

    def _write(self, batch: _Batch) -> bool:
        """False, and nothing written, where the roots are not ours any more or the blocks went meanwhile."""
        hashes = [root["block_hash"] for root in batch.roots]
        with self._store.begin() as store:
            exclude_other_writers(store)
            if newest_root(store) != self._newest or (self._store is self._engine and not _there(store, hashes)):
                return False
            _write_leaves(store, batch)
            store.execute(insert(_ROOT), batch.roots)
        self._newest = batch.roots[-1]
        return True


def newest_root(connection: Connection) -> Row | None:
    """The newest state root as a row; None before the first."""
    row = connection.execute(select(_ROOT).order_by(_ROOT.c.block_number.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else dict(row)


def _there(connection: Connection, hashes: Sequence[str]) -> bool:
    counts = (select(func.count()).where(_BLOCK.c.hash.in_(some)) for some in chunks(hashes))
    return sum(connection.execute(count).scalar_one() for count in counts) == len(hashes)


def _read_tree(store: Connection) -> StateTree:
    tree = StateTree()
    rows = store.execute(
        select(_LEAF.c.bucket, _LEAF.c.name, _LEAF.c.leaf).order_by(_LEAF.c.bucket),
        execution_options={"yield_per": 1000},
    )
    for index, some in groupby(rows, key=lambda row: int(row.bucket)):
        tree.set(index, bucket({row.name: row.leaf for row in some}))
    return tree


def _load(store: Connection, batch: _Batch, events: Sequence[Event]) -> None:
    """The rows that the handlers of `events` will step, as they stand."""
    wanted = sorted({name for event in events for _, _, name in _reads(event)})
    for some in chunks(wanted):
        for name, text in store.execute(select(_LEAF.c.name, _LEAF.c.row).where(_LEAF.c.name.in_(some))):
            batch.rows[name] = loads(text)[1]
            batch.known.add(name)


def _load_buckets(store: Connection, batch: _Batch, names: Iterable[str]) -> None:
    wanted = sorted({bucket_of(name) for name in names} - batch.buckets.keys())
    batch.buckets |= {index: {} for index in wanted}
    for some in chunks(wanted):
        found = select(_LEAF.c.bucket, _LEAF.c.name, _LEAF.c.leaf).where(_LEAF.c.bucket.in_(some))
        for index, name, value in store.execute(found):
            batch.buckets[index][name] = value
            batch.known.add(name)


def _fold_block(batch: _Batch, events: Sequence[Event]) -> tuple[Event, dict[str, bytes], list[bytes]]:
    """One block's events on the rows so far: its first event, the rows that changed by name, and those that came."""
    fold = Fold()
    for event in events:
        for model, key, name in _reads(event):
            if name in batch.rows:
                fold.remember(model, key, batch.rows[name])
    for event in events:
        fold.apply(event)
    stood = {}
    for model in STATES:
        for row in (*fold.created(model), *fold.changed(model)):
            name = _name(model, row[_KEYS[model]])
            batch.rows[name] = row
            stood[name] = _encoded(model, row)
    arrived = [_encoded(model, row) for model, rows in fold.appended.items() for row in rows]
    return events[0], stood, arrived


def _reads(event: Event) -> Iterable[tuple[type[Base], Key, str]]:
    for model, argument in route(event.contract, event.name).reads:
        key = event.subject if argument == SUBJECT else event.args[argument]
        yield model, key, _name(model, key)


def _write_leaves(store: Connection, batch: _Batch) -> None:
    rows = [
        {"name": name, "bucket": bucket_of(name), "leaf": leaf(data), "row": data.decode()}
        for name, data in batch.changed.items()
    ]
    created = [row for row in rows if row["name"] not in batch.known]
    changed = [
        {"this": row["name"], "new_leaf": row["leaf"], "new_row": row["row"]}
        for row in rows
        if row["name"] in batch.known
    ]
    if created:
        store.execute(insert(_LEAF), created)
    if changed:
        store.execute(
            update(_LEAF)
            .where(_LEAF.c.name == bindparam("this"))
            .values(leaf=bindparam("new_leaf"), row=bindparam("new_row")),
            changed,
        )


def _name(model: type[Base], key: Any) -> str:
    return f"{model.__tablename__}/{key}"


def _encoded(model: type[Base], row: Row) -> bytes:
    return encode_row(model.__tablename__, {column: row.get(column) for column in _COLUMNS[model]})


_KEYS: dict[type[Base], str] = {model: next(iter(table_of(model).primary_key.columns)).name for model in STATES}
_COLUMNS: dict[type[Base], list[str]] = {
    model: table_of(model).columns.keys() for model in (*STATES, *HISTORIES, *EVENT_ROWS)
}
