"""The projections against the log: every subject folded again from nothing, every row of one event made again.

This asks no node. It finds any column of any projection that is not what the events say; that the events are the
chain's, and that handlers read them rightly, are the other two parts.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, Table, func, select, union

from indexer.apply import all_events, folding_events
from indexer.errors import ProjectionDiverged, UnknownEvent
from indexer.events import Decoder, Event, split_topics
from indexer.fold import Fold
from indexer.models import EVENT_ROWS, HISTORIES, PAST, STATES, ChainEvent, table_of
from indexer.registry import route
from indexer.verify.report import Comparison
from node_adapter.client import RawLog
from node_adapter.db import chunks

RANGE_EVENTS = 2_000
LOWEST, HIGHEST = -(2**63), 2**63 - 1
_EVENT = table_of(ChainEvent)


def compare_folded(comparison: Comparison, connection: Connection, decoder: Decoder) -> None:
    """Rows with a subject, subject by subject."""
    known = folding_events(decoder).with_only_columns(_EVENT.c.subject).order_by(None)
    tables = [table_of(model) for model in (*STATES, *HISTORIES)]
    claimed = [select(table.c.subject) for table in (*tables, *PAST.values())]
    subjects = list(connection.scalars(union(known, *claimed)))
    for some in chunks(subjects):
        fold = Fold()
        for event in _events(
            comparison, connection, folding_events(decoder).where(_EVENT.c.subject.in_(some)), decoder
        ):
            try:
                fold.apply(event)
            except ProjectionDiverged as error:
                comparison.same("chain_event", event.subject, "fold", str(error), "")
        made = {table_of(model): fold.created(model) for model in STATES}
        made |= {table_of(model): fold.appended[model] for model in HISTORIES}
        made |= {PAST[model]: fold.past[model] for model in STATES}
        for table, theirs in made.items():
            ours = connection.execute(select(table).where(table.c.subject.in_(some))).mappings()
            comparison.rows(table.name, _keys(table), [dict(row) for row in ours], theirs)
        comparison.step(len(some))


def compare_event_rows(comparison: Comparison, connection: Connection, decoder: Decoder) -> None:
    """Rows of one event each, some blocks at a time."""
    for low, high in _ranges(connection):
        fold = Fold()
        count = 0
        statement = all_events().where(_EVENT.c.business, _EVENT.c.block_number.between(low, high))
        for event in _events(comparison, connection, statement, decoder):
            count += 1
            if not route(event.contract, event.name).folds:
                fold.apply(event)
        for model in EVENT_ROWS:
            table = table_of(model)
            ours = connection.execute(select(table).where(table.c.block_number.between(low, high))).mappings()
            comparison.rows(table.name, _keys(table), [dict(row) for row in ours], fold.appended[model])
        comparison.step(count)


def _events(
    comparison: Comparison, connection: Connection, statement: Select[Any], decoder: Decoder
) -> Iterator[Event]:
    """Stored events, decoded from their topics and data again: the decoded columns are compared, not trusted."""
    for row in connection.execute(statement, execution_options={"yield_per": 1000}):
        log = RawLog(
            address=row.address,
            topics=tuple(split_topics(row.topics)),
            data=row.data,
            block_number=row.block_number,
            block_hash=row.block_hash,
            tx_hash=row.tx_hash,
            tx_index=row.tx_index,
            log_index=row.log_index,
        )
        try:
            event = decoder.decode(log, row.timestamp)
        except UnknownEvent as error:
            comparison.same("chain_event", f"{row.block_hash}/{row.log_index}", "decoded", str(error), "")
            continue
        if event.business:
            yield event


def _ranges(connection: Connection) -> Iterator[tuple[int, int]]:
    """All block numbers there could be, cut so that each range has about RANGE_EVENTS business events."""
    counts = connection.execute(
        select(_EVENT.c.block_number, func.count())
        .where(_EVENT.c.business)
        .group_by(_EVENT.c.block_number)
        .order_by(_EVENT.c.block_number)
    )
    low, held = LOWEST, 0
    for number, count in counts:
        if held and held + count > RANGE_EVENTS:
            yield low, number - 1
            low, held = number, 0
        held += count
    yield low, HIGHEST


def _keys(table: Table) -> list[str]:
    return [column.name for column in table.primary_key.columns]
