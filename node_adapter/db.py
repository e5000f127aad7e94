"""The one SQL database that all rooms share: SQLite by default, PostgreSQL by URL, the same code on both.

Each room owns its tables, its declarative base (with NAMING_CONVENTION) and its migrations (`<room>/migrations`).

SQLite: the driver's own transactions are switched off and BEGIN is ours, because the driver begins late and would let
two writers read the same state and then collide. A writer takes the write lock at once and waits for it; a reader reads
one snapshot and cannot write. SQLite itself waits by looking again now and then, which lets a busy writer starve
another; so the writers of one engine pass a lock of ours on, and only other processes are waited for in SQLite's way.
Commits are on the disk before they return: an operation answered 202 is one.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast
from urllib.parse import quote

from sqlalchemy import BigInteger, Connection, Engine, String, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry

from node_adapter.urls import masked

__all__ = [
    "IN_LIST_MAX",
    "NAMING_CONVENTION",
    "READER_ROLE",
    "READ_ONLY",
    "Address",
    "DatabaseUnsupported",
    "Hex32",
    "MinorUnits",
    "chunks",
    "make_engine",
    "make_reader",
    "masked",
    "migrate",
    "once",
    "read_only",
]

Answer = TypeVar("Answer")
Item = TypeVar("Item")

NAMING_CONVENTION: dict[str, str] = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Hex32 = Annotated[str, mapped_column(String(66))]
"""A hash or an id: 0x and at most 64 hex digits."""
Address = Annotated[str, mapped_column(String(42))]
"""EIP-55."""
MinorUnits = Annotated[int, mapped_column(BigInteger)]
"""At most 2^53 - 1."""

BUSY_TIMEOUT_MS = 15_000
"""How long a writer waits for the one before it; a transaction of ours is over in milliseconds."""
CHECKPOINT_PAGES = 8_000
"""Of SQLite's journal, before it is brought into the file: 32 MB. Its own thousand are fewer than a full block writes,
and pages that every block writes again would go to the file each time."""
IN_LIST_MAX = 500
"""Values in one statement: databases take some thousand, and plan worse from then on."""
POOL_SIZE = 20
POOL_OVERFLOW = 60
"""An API process runs 40 threads at most, each with a reader and a writer."""

READ_ONLY = "scf_read_only"
"""Says of an engine or a connection that each transaction reads one snapshot, and does not write."""
_KNOWN = "known in this snapshot"
"""In a session's `info`: its transaction, and what `once` was asked in it."""
READER_ROLE = "scf_reader"
"""PostgreSQL's role that reads the index and nothing else; the indexer's migration makes it."""


class DatabaseUnsupported(ValueError):
    """Not a URL of SQLite or PostgreSQL."""


def make_engine(url: str) -> Engine:
    """An engine whose sessions write. Connects only when used. Raises DatabaseUnsupported."""
    parsed = _parse(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed, pool_size=POOL_SIZE, max_overflow=POOL_OVERFLOW, pool_pre_ping=True)
    in_memory = parsed.database in (None, "", ":memory:")
    # A database in memory lives in one connection; SQLAlchemy then picks a pool that keeps it.
    turn = threading.Lock()
    ours: dict[str, Any] = {"connect_args": {"factory": partial(_SqliteConnection, turn=turn)}}
    sizes = {} if in_memory else {"pool_size": POOL_SIZE, "max_overflow": POOL_OVERFLOW}
    engine = create_engine(parsed, **ours, **sizes)
    event.listen(engine, "connect", _sqlite_connected)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def make_reader(url: str) -> Engine:
    """An engine that cannot write, whoever uses it: SQLite's file is opened for reading, PostgreSQL's sessions are
    READER_ROLE's. Connects only when used. Raises DatabaseUnsupported.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "postgresql":
        # As the session begins, so that RESET ROLE leads back to it too.
        session = {"options": f"-c role={READER_ROLE} -c default_transaction_read_only=on"}
        return create_engine(
            parsed, pool_size=POOL_SIZE, max_overflow=POOL_OVERFLOW, pool_pre_ping=True, connect_args=session
        )
    if parsed.database in (None, "", ":memory:"):
        raise DatabaseUnsupported("a database in memory has nothing to read")
    file = f"file:{quote(str(Path(parsed.database).absolute()))}?mode=ro"
    turn = threading.Lock()
    engine = create_engine(
        parsed,
        creator=lambda: sqlite3.connect(
            file, uri=True, check_same_thread=False, factory=cast(Any, partial(_SqliteConnection, turn=turn))
        ),
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        execution_options={READ_ONLY: True},
    )
    event.listen(engine, "connect", _sqlite_reader_connected)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def read_only(engine: Engine) -> Engine:
    """The same database and pool; each transaction reads one snapshot, waits for no writer, and cannot write."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(
            **{READ_ONLY: True}, isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    return engine.execution_options(**{READ_ONLY: True})


def once(session: Session, name: str, ask: Callable[[], Answer]) -> Answer:
    """What `ask` answers; remembered under the name while the session reads one snapshot, where it cannot change. In a
    session that writes it is asked each time."""
    if not session.connection().get_execution_options().get(READ_ONLY):
        return ask()
    transaction, known = session.info.get(_KNOWN, (None, {}))
    if transaction is not session.get_transaction():
        known = {}
        session.info[_KNOWN] = session.get_transaction(), known
    if name not in known:
        known[name] = ask()
    found: Answer = known[name]
    return found


def chunks(items: Sequence[Item], size: int = IN_LIST_MAX) -> Iterator[Sequence[Item]]:
    """Portions that one statement can name."""
    for first in range(0, len(items), size):
        yield items[first : first + size]


def migrate(engine: Engine, room: str) -> None:
    """Brings the tables of one room ("node_adapter", "indexer", "api") up to date. Safe to run from two processes."""
    from node_adapter.migrate import upgrade

    upgrade(engine, room)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseUnsupported("the database is given as a URL: sqlite:///path or postgresql://…") from error
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise DatabaseUnsupported(f"{masked(url)}: the database is SQLite or PostgreSQL, not {parsed.drivername}")
    return parsed


class _SqliteConnection(sqlite3.Connection):
    """One that writes when it is its turn among those of its engine."""

    def __init__(self, *args: Any, turn: threading.Lock, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turn = turn
        self._mine = False

    def begin(self, *, reads: bool) -> None:
        """A writer that has no turn within BUSY_TIMEOUT_MS raises what SQLite would."""
        self.execute(f"PRAGMA query_only = {int(reads)}")
        if reads:
            self.execute("BEGIN")
            return
        if not self._turn.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            raise sqlite3.OperationalError("database is locked")
        self._mine = True
        try:
            self.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._pass_on()
            raise

    def commit(self) -> None:
        super().commit()
        self._pass_on()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._pass_on()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        if self._mine:
            self._mine = False
            self._turn.release()


def _sqlite_connected(connection: Any, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete":
        _use_wal(connection)


def _sqlite_reader_connected(connection: Any, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Kept in the file from then on. The switch does not heed busy_timeout, so two first starts may meet here."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _sqlite_begin(connection: Connection) -> None:
    reads = bool(connection.get_execution_options().get(READ_ONLY))
    raw = cast("_SqliteConnection", connection.connection.dbapi_connection)
    try:
        raw.begin(reads=reads)
    except sqlite3.Error as error:
        raise OperationalError("BEGIN", None, error) from error
