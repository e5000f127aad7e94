"""The reports as SQL views of stable names, for people who write SQL.

A view is bound to the tables, which migrations alter: so views are no step of the migrations. They are dropped before
any step and made again after the last one, and whenever their text here has changed.
"""

import hashlib

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from indexer.errors import IndexStopped
from indexer.reports import REPORTS
from indexer.reports.shape import statement

_MARK = "scf "


class ViewInUse(IndexStopped):
    """Somebody's own view stands on one of ours."""


def drop_views(connection: Connection) -> None:
    """Before tables that they read are altered. ViewInUse where that would take somebody's own work along."""
    for name in _present(connection):
        try:
            connection.exec_driver_sql(f'DROP VIEW "{name}"')
        except DBAPIError as error:
            said, _, _ = " ".join(str(error.orig).split()).partition(" HINT:")
            raise ViewInUse(f"{said}; drop what stands on {name}, and make it again once this is through") from error


def make_views(connection: Connection) -> None:
    """All of them as they are written here; nothing is touched where they are that already."""
    dialect = connection.dialect.name
    wanted = {report.view: f'CREATE VIEW "{report.view}" AS {report.sql(dialect)}' for report in REPORTS.values()}
    present = _present(connection)
    if present == {name: _marked(connection, created) for name, created in wanted.items()}:
        return
    drop_views(connection)
    for created in wanted.values():
        connection.execute(statement(created))
    if dialect == "postgresql":
        _describe(connection, wanted)


def _describe(connection: Connection, created: dict[str, str]) -> None:
    """What each is, in the catalogue, with the mark by which it is known again."""
    for report in REPORTS.values():
        mark = _marked(connection, created[report.view])
        _comment(connection, f'VIEW "{report.view}"', f"{report.doc} [{mark}]")
        for column in report.columns:
            if column.doc:
                _comment(connection, f'COLUMN "{report.view}"."{column.name}"', column.doc)


def _comment(connection: Connection, what: str, doc: str) -> None:
    quoted = doc.replace("'", "''")
    connection.execute(statement(f"COMMENT ON {what} IS '{quoted}'"))


def _present(connection: Connection) -> dict[str, str]:
    """Our views that are there, each with what tells whether it is up to date."""
    ours = {report.view for report in REPORTS.values()}
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'view'")
        return {name: made for name, made in rows if name in ours}
    found = {}
    for name in set(inspect(connection).get_view_names()) & ours:
        comment = connection.exec_driver_sql("SELECT obj_description(%s::regclass)", (f'"{name}"',)).scalar()
        found[name] = str(comment or "").rpartition("[")[2].rstrip("]")
    return found


def _marked(connection: Connection, created: str) -> str:
    """SQLite keeps a view's own text; in PostgreSQL its hash stands in a comment."""
    if connection.dialect.name == "sqlite":
        return created
    return _MARK + hashlib.sha256(created.encode()).hexdigest()[:16]
