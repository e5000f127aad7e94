"""Every question, asked as of a block that is past: the same queries, on the same connection, over older rows.

For one transaction each table of the index is hidden by a temporary view of the same name, which shows it as it was at
that block: states as they were before later blocks changed them (`models.past`), and of what only grows the part up to
that block. `queries.head` is then that block, so that what time alone changes follows its timestamp. Nobody who
writes a query has to think of it, and nobody can forget to.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine, Table, func, select
from sqlalchemy.orm import Session

from indexer.models import EVENT_ROWS, HISTORIES, PAST, STATES, Base, ChainBlock, ChainEvent, table_of
from node_adapter.db import READ_ONLY, once, read_only

_BLOCK = table_of(ChainBlock)


class AsOfUnknown(LookupError):
    """The index cannot answer as of this moment; one line that says as of which it can."""


def block_of(session: Session, moment: int | str | datetime) -> int:
    """The number of the block that a number, a block's hash or an instant (with its zone) means.

    As of an instant is as of the newest block that is not younger. Raises AsOfUnknown where the index has no such
    block, or where one with such a time may still come.
    """
    first, last, newest_s = session.execute(
        select(func.min(_BLOCK.c.number), func.max(_BLOCK.c.number), func.max(_BLOCK.c.timestamp))
    ).one()
    if last is None:
        raise AsOfUnknown("the index has no block yet")
    there = f"it has blocks {first} to {last}"
    if isinstance(moment, datetime):
        at_s = moment.timestamp()
        if at_s > newest_s:
            raise AsOfUnknown(f"the newest block of the index is older than {moment.isoformat()}; {there}")
        found = session.scalar(select(func.max(_BLOCK.c.number)).where(_BLOCK.c.timestamp <= at_s))
        if found is None:
            raise AsOfUnknown(f"the index has no block as old as {moment.isoformat()}; {there}")
        return int(found)
    where = _BLOCK.c.number == moment if isinstance(moment, int) else _BLOCK.c.hash == moment
    found = session.scalar(select(_BLOCK.c.number).where(where))
    if found is None:
        raise AsOfUnknown(f"the index has no block {moment}; {there}")
    return int(found)


@contextmanager
def session_as_of(engine: Engine, moment: int | str | datetime) -> Iterator[Session]:
    """A session that reads the index as it was at that block, as `block_of`. Raises AsOfUnknown.

    What is not the index's own (a room's other tables) is as it is now. The views go with the transaction: do not
    commit, nor begin another.
    """
    with _may_make_views(engine).connect() as connection, Session(connection) as session:
        number = block_of(session, moment)
        newest_indexed(session)  # known from here on, when the views hide it
        _show(connection, number)
        yield session


def newest_indexed(session: Session) -> int | None:
    """The number of the newest block in the index, also where the session shows an older moment: what is final depends
    on it. None before the first."""
    newest: int | None = once(session, "newest block", lambda: session.scalar(select(func.max(_BLOCK.c.number))))
    return newest


def _may_make_views(engine: Engine) -> Engine:
    """Readers' snapshot; PostgreSQL makes no view in a transaction that began read-only, see `_show`."""
    if engine.dialect.name == "postgresql":
        snapshot = {READ_ONLY: True, "isolation_level": "REPEATABLE READ", "postgresql_readonly": False}
        return engine.execution_options(**snapshot)
    return read_only(engine)


def _show(connection: Connection, number: int) -> None:
    """Views from here to the end of the transaction, which reads only, as soon as they are made."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.exec_driver_sql("PRAGMA query_only = 0")
    schema = connection.dialect.default_schema_name
    for table, query in _views(number, f'"{schema}".').items():
        connection.exec_driver_sql(f'CREATE TEMPORARY VIEW "{table.name}" AS {query}')
    connection.exec_driver_sql("PRAGMA query_only = 1" if sqlite else "SET TRANSACTION READ ONLY")


def _views(number: int, schema: str) -> dict[Table, str]:
    views = {_BLOCK: _select(_BLOCK, schema, f"number <= {number}")}
    grown: tuple[type[Base], ...] = (ChainEvent, *HISTORIES, *EVENT_ROWS)
    views |= {table_of(model): _select(table_of(model), schema, f"block_number <= {number}") for model in grown}
    for model in STATES:
        table = table_of(model)
        unchanged = _select(table, schema, f"last_block_number <= {number}")
        changed = _select(table, schema, f"last_block_number <= {number} AND until_block > {number}", PAST[model].name)
        views[table] = f"{unchanged} UNION ALL {changed}"
    return views


def _select(table: Table, schema: str, where: str, named: str | None = None) -> str:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    return f'SELECT {columns} FROM {schema}"{named or table.name}" WHERE {where}'  # noqa: S608 -- names of ours, an int
