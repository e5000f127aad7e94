"""`scf_reader`: a role of PostgreSQL that reads the index, and nothing else of the database.

A login for a regulator, or for who writes SQL, is made a member of it. It is granted the index's tables and views one
by one: rights on whatever a schema may get in future would be rights on the API's tables too, which share the schema
and hold what nobody else may read. So what is missing is granted whenever the index is migrated.
"""

import logging
from collections.abc import Collection

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from node_adapter.db import READER_ROLE

log = logging.getLogger(__name__)

REMEDY = f"let a superuser run CREATE ROLE {READER_ROLE} NOLOGIN, and start the indexer again, which grants the rest"
_UNREADABLE = text(
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'v') "
    "AND NOT has_table_privilege(:role, c.oid, 'SELECT')"
)
_LACKS_SCHEMA = text("SELECT NOT has_schema_privilege(:role, current_schema(), 'USAGE')")
_LACKS_TEMPORARY = text("SELECT NOT has_database_privilege(:role, current_database(), 'TEMPORARY')")


def grant_reading(connection: Connection, names: Collection[str]) -> bool:
    """The role, made if it is missing, may read the tables and views named, as they were at a past block too.

    False where the role is not there and may not be made: the index works without it, and REMEDY is logged.
    """
    if connection.dialect.name != "postgresql":
        return True
    if not _role_is_there(connection):
        made = _tried(connection, f"CREATE ROLE {READER_ROLE} NOLOGIN")
        # Roles are of the whole server: another database's migration may have made it meanwhile.
        if not made and not _role_is_there(connection):
            log.warning("there is no role %s, and this user may not make it: %s", READER_ROLE, REMEDY)
            return False
    role = {"role": READER_ROLE}
    unreadable = set(connection.scalars(_UNREADABLE, role))
    grants = [f'GRANT SELECT ON "{name}" TO {READER_ROLE}' for name in sorted(unreadable & set(names))]
    database = connection.scalar(text("SELECT current_database()"))
    if connection.scalar(_LACKS_SCHEMA, role):
        grants.append(f'GRANT USAGE ON SCHEMA "{connection.dialect.default_schema_name}" TO {READER_ROLE}')
    if connection.scalar(_LACKS_TEMPORARY, role):  # what `indexer.as_of` makes its views with
        grants.append(f'GRANT TEMPORARY ON DATABASE "{database}" TO {READER_ROLE}')
    for statement in grants:
        if not _tried(connection, statement):
            log.warning("%s cannot read the index: let the owner of the database run %s", READER_ROLE, statement)
    return True


def _role_is_there(connection: Connection) -> bool:
    return connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": READER_ROLE}) is not None


def _tried(connection: Connection, statement: str) -> bool:
    """Whether it worked; the transaction goes on either way."""
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(statement)
    except DBAPIError as error:
        log.info("%s: %s", statement, str(error.orig).splitlines()[0])
        return False
    return True
