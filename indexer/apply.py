"""Blocks forward: append them, fold their events. Blocks back: keep them as evidence, refold whom they were about.

Both run inside the caller's one transaction, and both use the same handlers, so the index always equals one built
from nothing (R-42).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, insert, or_, select, text
from sqlalchemy.exc import DataError, IntegrityError

from indexer import journal
from indexer.errors import ClockWentBack, ColumnTooSmall, ParentMismatch, ProjectionDiverged
from indexer.events import Decoder, Event
from indexer.fold import Fold, Row, load, write
from indexer.models import EVENT_ROWS, FOLDED, PAST, ChainBlock, ChainEvent, OrphanedBlock, subject_column, table_of
from indexer.registry import folding
from node_adapter.bulk import insert_rows
from node_adapter.client import Header, RawLog
from node_adapter.db import chunks

WRITER_LOCK = 0x5CF1
"""PostgreSQL's advisory lock that every transaction which writes to a schema takes; SQLite's writers exclude each
other anyway."""

_BLOCK = table_of(ChainBlock)
_EVENT = table_of(ChainEvent)
_ORPHAN = table_of(OrphanedBlock)


@dataclass(frozen=True, slots=True)
class Block:
    header: Header
    logs: Sequence[RawLog]
    events: Sequence[Event] | None = None
    """The logs decoded, where that was done already."""


@dataclass(frozen=True, slots=True)
class RolledBack:
    blocks: int
    subjects: int


def head(connection: Connection) -> Header | None:
    """The newest block we hold: the checkpoint."""
    row = connection.execute(
        select(_BLOCK.c.number, _BLOCK.c.hash, _BLOCK.c.parent_hash, _BLOCK.c.timestamp)
        .order_by(_BLOCK.c.number.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Header(*row)


def apply_blocks(
    connection: Connection, blocks: Sequence[Block], decoder: Decoder, said: Mapping[str, bytes] | None = None
) -> int:
    """Appends consecutive `blocks` and folds their events; returns how many blocks were new.

    Idempotent: a block we hold changes nothing. `said`: contracts' journals as of the last block, by instance. Raises
    JournalMismatch where the events do not make them, ParentMismatch where they do not continue our head,
    ProjectionDiverged or UnknownEvent where going on would be guessing; the caller's transaction then rolls back.
    """
    exclude_other_writers(connection)
    new = _continuing(connection, blocks)
    if not new:
        return 0
    events = [event for block in new for event in (block.events or decoded(block, decoder))]
    words, changed = journal.checked(connection, events, said or {})
    fold = Fold()
    load(connection, fold, events)
    for event in events:
        fold.apply(event)
    try:
        insert_rows(connection, _BLOCK, [_block_values(block.header) for block in new])
        if changed:
            journal.keep(connection, new[-1].header, words)
        insert_rows(connection, _EVENT, [_event_values(event) for event in events])
        write(connection, fold)
    except IntegrityError as error:
        raise ProjectionDiverged(f"{_span(new)} contradict rows we hold: {error.orig}") from error
    except (DataError, OverflowError) as error:
        why = str(getattr(error, "orig", error)).splitlines()[0]
        raise ColumnTooSmall(
            f"{_span(new)} hold a value too large for its column: {why}; install the version that belongs to the "
            "contracts, which widens it"
        ) from error
    return len(new)


def decoded(block: Block, decoder: Decoder) -> Sequence[Event]:
    """Raises UnknownEvent."""
    return [decoder.decode(log, block.header.timestamp) for log in block.logs]


def rollback_to(connection: Connection, number: int, decoder: Decoder, *, evidence: bool = True) -> RolledBack:
    """Moves every block above `number` to the evidence, and refolds the subjects that had events in them.

    Without `evidence` the blocks are only forgotten: the chain has them still, and they are to be read once more.
    """
    exclude_other_writers(connection)
    subjects = _orphaned_subjects(connection, number, decoder)
    for some in chunks(subjects):
        for table in (*map(table_of, FOLDED), *PAST.values()):
            connection.execute(delete(table).where(subject_column(table).in_(some)))
    if evidence:
        _keep_evidence(connection, number)
    blocks = list(connection.scalars(select(_BLOCK.c.hash).where(_BLOCK.c.number > number)))
    for hashes in chunks(blocks):
        for table in (*map(table_of, EVENT_ROWS), _EVENT):
            connection.execute(delete(table).where(table.c.block_hash.in_(hashes)))
        connection.execute(delete(_BLOCK).where(_BLOCK.c.hash.in_(hashes)))
    for some in chunks(subjects):
        fold = Fold()
        for event in stored_events(connection, folding_events(decoder).where(_EVENT.c.subject.in_(some)), decoder):
            fold.apply(event)
        write(connection, fold, event_rows=False)
    return RolledBack(len(blocks), len(subjects))


def folding_events(decoder: Decoder) -> Select[Any]:
    """Every stored event that writes rows with a subject."""
    return all_events().where(_folds(decoder))


def all_events() -> Select[Any]:
    """Every stored event in the chain's order, with its block's time."""
    return (
        select(_EVENT, _BLOCK.c.timestamp)
        .join(_BLOCK, _BLOCK.c.hash == _EVENT.c.block_hash)
        .order_by(_EVENT.c.block_number, _EVENT.c.log_index)
    )


def stored_events(connection: Connection, statement: Select[Any], decoder: Decoder) -> Iterable[Event]:
    """Events of `statement` (made by `all_events`) as the handlers saw them first."""
    for row in connection.execute(statement, execution_options={"yield_per": 1000}).mappings():
        columns = {name: value for name, value in row.items() if name != "contract"}
        yield Event(**columns, instance=row["contract"], contract=decoder.kind_of(row["contract"]))


def event_row(event: Event) -> Row:
    """An event as `chain_event` keeps it."""
    return {
        "block_hash": event.block_hash,
        "log_index": event.log_index,
        "block_number": event.block_number,
        "tx_hash": event.tx_hash,
        "tx_index": event.tx_index,
        "contract": event.instance,
        "address": event.address,
        "name": event.name,
        "subject": event.subject,
        "business": event.business,
        "args": event.args,
        "topics": event.topics,
        "data": event.data,
    }


def exclude_other_writers(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(:key, hashtext(current_schema()))")
        connection.execute(lock, {"key": WRITER_LOCK})


def _continuing(connection: Connection, blocks: Sequence[Block]) -> Sequence[Block]:
    """Those of `blocks` that we do not hold, after checking that they continue what we do."""
    current = head(connection)
    if current is not None:
        held = {b.header.hash for b in blocks if b.header.number <= current.number}
        found = sum(
            len(connection.execute(select(_BLOCK.c.hash).where(_BLOCK.c.hash.in_(some))).all())
            for some in chunks(list(held))
        )
        if found != len(held):
            raise ParentMismatch(f"some of blocks {blocks[0].header.number}… are not the ones we hold")
        blocks = [b for b in blocks if b.header.number > current.number]
    previous = current
    for block in blocks:
        header = block.header
        if previous is not None and (header.parent_hash, header.number) != (previous.hash, previous.number + 1):
            raise ParentMismatch(f"block {header.number} has parent {header.parent_hash}, before it is {previous.hash}")
        if previous is not None and header.timestamp < previous.timestamp:
            raise ClockWentBack(
                f"block {header.number} says {header.timestamp}, the one before it {previous.timestamp}: the node's "
                "clock went back; set it right, or ask another node"
            )
        previous = header
    return blocks


def _span(blocks: Sequence[Block]) -> str:
    return f"blocks {blocks[0].header.number} to {blocks[-1].header.number}"


def _orphaned_subjects(connection: Connection, number: int, decoder: Decoder) -> list[str]:
    statement = select(_EVENT.c.subject).where(_EVENT.c.block_number > number, _folds(decoder)).distinct()
    return list(connection.scalars(statement))


def _folds(decoder: Decoder) -> ColumnElement[bool]:
    return or_(
        *(
            and_(_EVENT.c.contract.in_(decoder.instances_of(contract)), _EVENT.c.name.in_(sorted(names)))
            for contract, names in sorted(folding().items())
        )
    )


def _keep_evidence(connection: Connection, number: int) -> None:
    orphans = connection.execute(select(_BLOCK).where(_BLOCK.c.number > number).order_by(_BLOCK.c.number)).all()
    for some in chunks(orphans):
        hashes = [block.hash for block in some]
        kept = set(connection.scalars(select(_ORPHAN.c.hash).where(_ORPHAN.c.hash.in_(hashes))))
        said: dict[str, list[Row]] = {block_hash: [] for block_hash in hashes}
        events = select(_EVENT).where(_EVENT.c.block_hash.in_(hashes)).order_by(_EVENT.c.log_index)
        for event in connection.execute(events).mappings():
            said[event["block_hash"]].append(_evidence(dict(event)))
        rows = [{**block._asdict(), "events": said[block.hash]} for block in some if block.hash not in kept]
        if rows:
            connection.execute(insert(_ORPHAN), rows)


def _evidence(row: Row) -> Row:
    """A stored event as JSON keeps it: bytes as hex."""
    return {name: f"0x{value.hex()}" if isinstance(value, bytes) else value for name, value in row.items()}


def _block_values(header: Header) -> tuple[Any, ...]:
    return header.hash, header.number, header.parent_hash, header.timestamp


def _event_values(event: Event) -> tuple[Any, ...]:
    """`event_row` in the order of the columns, JSON as text."""
    return (
        event.block_hash,
        event.log_index,
        event.block_number,
        event.tx_hash,
        event.tx_index,
        event.instance,
        event.address,
        event.name,
        event.subject,
        event.business,
        event.args_json or json.dumps(event.args),
        event.topics,
        event.data,
    )
