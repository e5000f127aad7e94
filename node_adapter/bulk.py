"""Many rows at once, past SQLAlchemy's work on each: executemany on SQLite, COPY on PostgreSQL, in the caller's
transaction."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError


def insert_rows(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """`rows`: values in the order of the table's columns, as the driver takes them (JSON as text).

    Raises SQLAlchemy's errors (IntegrityError, DataError, …) on both.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, _statement(table, "postgresql"), rows)
    else:
        connection.exec_driver_sql(_statement(table, "sqlite"), [tuple(row) for row in rows])


@lru_cache(maxsize=256)
def _statement(table: Table, dialect: str) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    if dialect == "postgresql":
        return f'COPY "{table.name}" ({names}) FROM STDIN'
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join("?" * len(table.columns))})'  # noqa: S608


def _copy(connection: Connection, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    import psycopg

    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error, dialect=connection.dialect) from error
