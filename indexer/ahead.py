"""One question ahead: what is needed next is asked in a thread while what came before is being written."""

import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Asks `look(first)`, at most one question at a time, in a thread that lives as long as this."""

    def __init__(self, look: Callable[[int], T]) -> None:
        self._look = look
        self._pool: ThreadPoolExecutor | None = None
        self._next: tuple[int, Future[T]] | None = None

    def begin(self, first: int) -> None:
        """Asks, and does not wait."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="ahead")
        self._next = first, self._pool.submit(self._look, first)

    def take(self, first: int) -> T:
        """The answer, asked for now unless it was before. Raises what asking raises."""
        waiting, self._next = self._next, None
        if waiting is None:
            return self._look(first)
        number, answer = waiting
        found = answer.result()
        return found if number == first else self._look(first)

    def drop(self) -> None:
        """Forgets what was asked ahead: it is of a past that may not hold any more."""
        waiting, self._next = self._next, None
        if waiting is not None:
            with contextlib.suppress(Exception):
                waiting[1].result()

    def close(self) -> None:
        self.drop()
        if self._pool is not None:
            self._pool.shutdown()
