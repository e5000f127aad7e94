"""Runs the Alembic migrations of any room, without an ini file.

One environment (`node_adapter/migrations/env.py`) serves all rooms; a room holds `<room>/migrations/versions`, and its
version stands in the table `alembic_version_<room>`.

What is no table (views, rights) is made by no step: a room's `<room>/migrations/__init__.py` may have
`before(connection)`, called where steps are due, and `after(connection)`, called each time, in the one transaction.

For developers, a room's `<room>/migrations/__init__.py` has `metadata()`, which imports its models and returns their
MetaData:

    python -m node_adapter.migrate revision api "what it is for"   # writes the next version from what the models lack
    python -m node_adapter.migrate check node_adapter indexer api  # exit 1 where models and migrations differ
"""

import argparse
import importlib
import importlib.util
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, MetaData, text

from node_adapter.db import make_engine

if TYPE_CHECKING:
    from alembic.config import Config

ENVIRONMENT = Path(__file__).resolve().parent / "migrations"
ONLY_ON = "only_on"
"""In the `info` of a constraint: the dialect that alone has it."""
LOCK_KEY = 0x5C_F0_11_00
"""PostgreSQL's advisory lock: one migration at a time on one database."""


class MigrationError(Exception):
    """One line for the user."""


def upgrade(engine: Engine, room: str, revision: str = "head") -> None:
    """All of the room's migrations in one transaction: done whole or not at all, and by one process at a time. Tests of
    a step stop at the one before it."""
    from alembic import command

    with engine.connect() as connection:
        _foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
                config = _config(room, connection)
                before, after = _around(room)
                if not _is_newest(config, connection, room):
                    before(connection)
                command.upgrade(config, revision)
                _check_foreign_keys(connection, room)
                after(connection)
        finally:
            _foreign_keys(connection, "ON")


def _around(room: str) -> tuple[Callable[[Connection], None], Callable[[Connection], None]]:
    """What a room wants done before steps that are due, and after them or where none was: see the module."""
    migrations = importlib.import_module(f"{room}.migrations")
    return getattr(migrations, "before", _nothing), getattr(migrations, "after", _nothing)


def _nothing(_connection: Connection) -> None:
    return


def _is_newest(config: "Config", connection: Connection, room: str) -> bool:
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    context = MigrationContext.configure(connection, opts={"version_table": version_table(room)})
    return set(context.get_current_heads()) == set(ScriptDirectory.from_config(config).get_heads())


def drift(engine: Engine, room: str) -> list[str]:
    """What the room's models say and its migrations do not make; `engine` is a database with none but this room's
    tables, which are brought up to date first."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    upgrade(engine, room)
    with engine.connect() as connection:
        own = connection.dialect.name
        options = {
            "version_table": version_table(room),
            "compare_type": True,
            "include_object": lambda item, *_: item.info.get(ONLY_ON, own) == own,
        }
        context = MigrationContext.configure(connection, opts=options)
        return [str(difference) for difference in compare_metadata(context, metadata_of(room))]


def metadata_of(room: str) -> MetaData:
    """The tables that the room's models declare."""
    try:
        metadata: MetaData = importlib.import_module(f"{room}.migrations").metadata()
    except (ModuleNotFoundError, AttributeError) as error:
        raise MigrationError(f"{room}/migrations/__init__.py must have metadata(): {error}") from error
    return metadata


def version_table(room: str) -> str:
    return f"alembic_version_{room}"


def _config(room: str, connection: Connection, metadata: MetaData | None = None) -> "Config":
    from alembic.config import Config

    config = Config()
    # The values go through ConfigParser, to which a per cent sign means something.
    options = {
        "script_location": str(ENVIRONMENT),
        "version_locations": str(_versions(room)),
        "path_separator": "newline",
        "file_template": "%(rev)s_%(slug)s",
    }
    for name, value in options.items():
        config.set_main_option(name, value.replace("%", "%%"))
    config.attributes.update(connection=connection, version_table=version_table(room), metadata=metadata)
    return config


def _versions(room: str) -> Path:
    spec = importlib.util.find_spec(room)
    if spec is None or not spec.submodule_search_locations:
        raise MigrationError(f"there is no room {room}")
    return Path(spec.submodule_search_locations[0]) / "migrations" / "versions"


def _foreign_keys(connection: Connection, state: str) -> None:
    """SQLite alters a table by making it anew: with keys enforced, dropping the old one would delete what refers to it.

    The switch works only outside a transaction, so it goes past SQLAlchemy, which would begin one.
    """
    if connection.dialect.name == "sqlite":
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA foreign_keys = {state}")
        cursor.close()


def _check_foreign_keys(connection: Connection, room: str) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone()
        if broken is not None:
            raise MigrationError(f"{room}: after the migration a row of {broken[0]} refers to none of {broken[2]}")


def _write_revision(room: str, message: str) -> Path:
    from alembic import command

    versions = _versions(room)
    versions.mkdir(parents=True, exist_ok=True)
    newest = max((int(path.name[:4]) for path in versions.glob("[0-9][0-9][0-9][0-9]_*.py")), default=0)
    number = f"{newest + 1:04d}"  # numbers may be left out, never used again
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/empty.sqlite3")
        upgrade(engine, room)
        with engine.connect() as connection:
            config = _config(room, connection, metadata_of(room))
            script: Any = command.revision(
                config, message=message, autogenerate=True, rev_id=number, version_path=str(versions)
            )
        engine.dispose()
    return Path(script.path)


def _check(rooms: list[str]) -> int:
    found = 0
    for room in rooms:
        with tempfile.TemporaryDirectory() as folder:
            engine = make_engine(f"sqlite:///{folder}/empty.sqlite3")
            for difference in drift(engine, room):
                print(f"{room}: models and migrations differ: {difference}")
                found += 1
            engine.dispose()
    return 1 if found else 0


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m node_adapter.migrate", description="Migrations, for developers.")
    commands = parser.add_subparsers(dest="command", required=True)
    revision = commands.add_parser("revision", help="write the next version from what the models have and it lacks")
    revision.add_argument("room")
    revision.add_argument("message")
    check = commands.add_parser("check", help="exit 1 where models and migrations differ")
    check.add_argument("rooms", nargs="+")
    arguments = parser.parse_args(argv)
    try:
        if arguments.command == "check":
            return _check(arguments.rooms)
        print(f"wrote {_write_revision(arguments.room, arguments.message)}; read it before you commit it")
    except MigrationError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
