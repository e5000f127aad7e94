"""One writer per database. A second indexer waits and takes over when the first is gone, however it went.

Both locks die with their holder: a file lock with its process, an advisory lock with its connection. Should a server
drop the connection of a living leader, each writing transaction still excludes the others and checks the head, so
that two writers could never write two histories.
"""

import fcntl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

LOCKS = {"indexer": 0x5CF2, "rebuild": 0x5CF3}
"""Who there is one of → PostgreSQL's advisory lock."""
RETRY_S = 0.5


@contextmanager
def leading(
    engine: Engine, stop: threading.Event, on_wait: Callable[[], None], role: str = "indexer"
) -> Iterator[bool]:
    """Holds the lead of `engine`'s database in a role of LOCKS; calls `on_wait` once if somebody else has it.

    False when told to stop.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:

            def try_lock() -> bool:
                statement = text("SELECT pg_try_advisory_lock(:key)")
                return bool(connection.execute(statement, {"key": LOCKS[role]}).scalar_one())

            yield _until(try_lock, stop, on_wait)
            connection.execute(text("SELECT pg_advisory_unlock_all()"))
        return
    if engine.url.database in (None, "", ":memory:"):
        yield True
        return
    with Path(f"{engine.url.database}.{role}-lock").open("w") as file:
        yield _until(lambda: _try_flock(file.fileno()), stop, on_wait)


def _until(try_lock: Callable[[], bool], stop: threading.Event, on_wait: Callable[[], None]) -> bool:
    if try_lock():
        return True
    on_wait()
    while not stop.wait(RETRY_S):
        if try_lock():
            return True
    return False


def _try_flock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
