"""The rows that a batch of events touches, in memory: fetched once, stepped by handlers, written once."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select, update

from indexer.errors import ProjectionDiverged
from indexer.events import Event
from indexer.models import EVENT_ROWS, HISTORIES, PAST, STATES, Base, table_of
from indexer.registry import SUBJECT, route
from node_adapter.bulk import insert_rows
from node_adapter.db import chunks

Row = dict[str, Any]
Key = str | int


class Fold:
    """Rows by key. Handlers see nothing else."""

    def __init__(self) -> None:
        self._tables: dict[type[Base], dict[Key, Row]] = {model: {} for model in STATES}
        self._stored: dict[type[Base], set[Key]] = {model: set() for model in STATES}
        self._touched: dict[type[Base], dict[Key, None]] = {model: {} for model in STATES}
        self.appended: dict[type[Base], list[Row]] = {model: [] for model in (*HISTORIES, *EVENT_ROWS)}
        self.past: dict[type[Base], list[Row]] = {model: [] for model in STATES}
        """What was true until a later block changed it."""

    def apply(self, event: Event) -> None:
        """Steps the rows by one business event; other events have no rows."""
        if event.business:
            route(event.contract, event.name).handler(self, event)

    def step(self, model: type[Base], key: Key, event: Event) -> Row:
        """The row as it is, marked as changed by `event`. Raises ProjectionDiverged where there is none."""
        row = self._tables[model].get(key)
        if row is None:
            raise ProjectionDiverged(f"{where(event)}: there is no {model.__tablename__} {key}")
        if row["last_block_number"] < event.block_number:
            self.past[model].append({**row, "until_block": event.block_number})
        self._touched[model][key] = None
        row.update(_last(event))
        return row

    def create(self, model: type[Base], key: Key, event: Event, /, **columns: Any) -> None:
        """A new row of the event's subject. Raises ProjectionDiverged where this fold knows one already."""
        if key in self._tables[model]:
            raise ProjectionDiverged(f"{where(event)}: {model.__tablename__} {key} exists already")
        self._tables[model][key] = {**columns, "subject": event.subject, **_last(event)}
        self._touched[model][key] = None

    def append(self, model: type[Base], event: Event, **columns: Any) -> None:
        """A row of this event alone."""
        key = {"block_hash": event.block_hash, "log_index": event.log_index, "block_number": event.block_number}
        if model in HISTORIES:
            key["subject"] = event.subject
        self.appended[model].append({**key, **columns})

    def remember(self, model: type[Base], key: Key, row: Row) -> None:
        """A row as the database has it."""
        self._tables[model][key] = row
        self._stored[model].add(key)

    def created(self, model: type[Base]) -> list[Row]:
        return [self._tables[model][key] for key in self._touched[model] if key not in self._stored[model]]

    def changed(self, model: type[Base]) -> list[Row]:
        return [self._tables[model][key] for key in self._touched[model] if key in self._stored[model]]

    def models(self) -> Iterable[type[Base]]:
        return self._tables


def where(event: Event) -> str:
    return f"block {event.block_number}, log {event.log_index} ({event.instance}.{event.name})"


def load(connection: Connection, fold: Fold, events: Iterable[Event]) -> None:
    """Fetches the rows that the handlers of `events` will step."""
    wanted: dict[type[Base], dict[Key, None]] = {}
    for event in events:
        if event.business:
            for model, argument in route(event.contract, event.name).reads:
                key = event.subject if argument == SUBJECT else event.args[argument]
                wanted.setdefault(model, {})[key] = None
    for model, keys in wanted.items():
        table = table_of(model)
        (key_column,) = table.primary_key.columns
        for some in chunks(list(keys)):
            for row in connection.execute(select(table).where(key_column.in_(some))).mappings():
                fold.remember(model, row[key_column.name], dict(row))


def write(connection: Connection, fold: Fold, *, event_rows: bool = True) -> None:
    """Writes what the handlers did. `event_rows=False` when refolding: rows of surviving events survived with them."""
    for model in fold.models():
        insert_many(connection, table_of(model), fold.created(model))
        _update_many(connection, table_of(model), fold.changed(model))
        insert_many(connection, PAST[model], fold.past[model])
    for model, rows in fold.appended.items():
        if event_rows or model in HISTORIES:
            insert_many(connection, table_of(model), rows)


def insert_many(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Of a table without JSON; what a row leaves out is NULL."""
    if rows:
        names = table.columns.keys()
        insert_rows(connection, table, [[row.get(name) for name in names] for row in rows])


def _update_many(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    if not rows:
        return
    (key,) = table.primary_key.columns
    values = {c.name: bindparam(f"new_{c.name}", type_=c.type) for c in table.columns if c.name != key.name}
    statement = update(table).where(key == bindparam("row_key")).values(values)
    connection.execute(
        statement, [{"row_key": row[key.name], **{f"new_{name}": row[name] for name in values}} for row in rows]
    )


def _last(event: Event) -> Row:
    return {
        "last_block_hash": event.block_hash,
        "last_block_number": event.block_number,
        "last_log_index": event.log_index,
    }
