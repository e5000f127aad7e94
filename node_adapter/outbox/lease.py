"""One worker per database: a lock that ends with the process that holds it, however it ends."""

import fcntl
import os
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from node_adapter.outbox.commands import WorkerBusy

WORKER_LOCK = 0x5CF_0002


class Lease:
    """SQLite: a lock on `<database>.worker`. PostgreSQL: an advisory lock of a connection kept for it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._file: IO[str] | None = None
        self._connection: Connection | None = None
        self._path: Path | None = None
        if engine.dialect.name == "sqlite" and engine.url.database not in (None, "", ":memory:"):
            self._path = Path(f"{engine.url.database}.worker")

    def hold(self) -> None:
        """Takes the lock, or makes sure that it is still ours. Raises WorkerBusy, saying who has it."""
        if self._engine.dialect.name == "postgresql":
            self._hold_row()
        elif self._path is not None and self._file is None:
            self._hold_file(self._path)

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._connection is not None:
            connection, self._connection = self._connection, None
            try:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": WORKER_LOCK})
            except SQLAlchemyError:
                connection.invalidate()  # the session is gone or going, and the lock with it
            connection.close()

    def _hold_file(self, path: Path) -> None:
        file = path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read(20).strip() or "unknown"
            file.close()
            raise WorkerBusy(f"another worker, process {holder}, works on {self._engine.url.database}") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def _hold_row(self) -> None:
        if self._connection is not None:
            try:
                self._connection.execute(text("SELECT 1"))
            except SQLAlchemyError:
                self.release()  # the session is gone, and the lock with it: stand in line again
        if self._connection is None:
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": WORKER_LOCK}):
                connection.close()
                raise WorkerBusy("another worker works on this database")
            self._connection = connection
