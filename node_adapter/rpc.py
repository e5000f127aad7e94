"""JSON-RPC with one node. Only what changes nothing is asked again.

What may be tried again is said here, not left to web3 or requests: reads, three times; sends, never.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from node_adapter.errors import NodeBusy, NodeError, NodeRefused, NodeUnavailable, NodeUntrustworthy
from node_adapter.exchange import Counters, Exchange, Method

__all__ = ["Counters", "Method", "Rpc", "RpcError"]

BATCH_MAX = 250
BATCH_BYTES_MAX = 1_000_000
"""anvil, like others, refuses a body of more than 2 MB."""
CALL_BYTES = 64
"""What JSON-RPC puts around a call, at the most."""
READ_PAUSES_S = (0.05, 0.25)
"""Before the second and the third attempt of a read, give or take half; longer where the node asks for it."""
RETRY_AFTER_MAX_S = 5.0
"""The longest pause that a node (429, 503) is granted within one call."""
_BUSY_WORDS = ("rate limit", "too many requests", "request rate", "requests per second")


@dataclass(frozen=True, slots=True)
class RpcError:
    """The `error` of one answer, as the node gave it."""

    code: int
    message: str
    data: Any

    def refused(self, method: str) -> NodeRefused:
        return NodeRefused(method, self.code, self.message)


class Rpc:
    """One node. For any number of threads.

    `on_connect` runs before a thread's first call, before the next one after a failure, and before every request that
    sends: behind the same URL may stand another node by now.
    """

    def __init__(
        self,
        url: str,
        timeout_s: float,
        on_connect: "Callable[[Rpc], object] | None" = None,
        counters: Counters | None = None,
    ) -> None:
        self._counters = counters or Counters()
        self._exchange = Exchange(url, timeout_s, self._counters)
        self._on_connect = on_connect
        self._thread = threading.local()

    def __repr__(self) -> str:
        return f"<Rpc {self.shown}>"

    @property
    def shown(self) -> str:
        """The node's URL, masked."""
        return self._exchange.shown

    def read(self, method: str, *params: Any) -> Any:
        """The result of a call that changes nothing. Raises NodeRefused, and what `read_many` raises."""
        answer = self.read_many([(method, params)])[0]
        if isinstance(answer, RpcError):
            raise answer.refused(method)
        return answer

    def read_many(self, methods: Sequence[Method], *, again: bool = True) -> list[Any | RpcError]:
        """Results in the order asked, in as few requests as fit.

        Raises NodeUnavailable or NodeUntrustworthy after three attempts at one request (after two where no answer came
        in time, after one unless `again`).
        """
        answers: list[Any | RpcError] = []
        for batch in _batches(methods):
            answers += self._read(batch, READ_PAUSES_S if again else ())
        return answers

    def send_many(self, methods: Sequence[Method]) -> list[Any | RpcError | NodeError]:
        """As read_many, each request sent once. NodeError as an answer: it may have arrived, or not.

        Raises NodeError where the node was found to be none of ours, or away, before the first was sent.
        """
        answers: list[Any | RpcError | NodeError] = []
        for batch in _batches(methods):
            try:
                self._make_sure()
            except NodeError as error:
                if not answers:
                    raise
                answers += [error] * len(batch)
                continue
            try:
                answers += self._ask(batch)
            except (NodeUnavailable, NodeUntrustworthy) as error:
                self._counters.add("lost_sends")
                answers += [error] * len(batch)
        return answers

    def close(self) -> None:
        """Closes this thread's connection."""
        self._exchange.close()

    def _read(self, batch: Sequence[Method], pauses: Sequence[float]) -> list[Any | RpcError]:
        late = False
        for pause_s in (*pauses, None):
            try:
                if not self._exchange.connected:
                    self._make_sure()
                return self._ask(batch)
            except (NodeUnavailable, NodeUntrustworthy) as error:
                was_late, late = late, isinstance(error.__cause__, TimeoutError)
                if pause_s is None or (late and was_late):
                    raise
                wanted_s = error.retry_after_s if isinstance(error, NodeBusy) else 0.0
                self._counters.add("retries")
                time.sleep(max(min(wanted_s, RETRY_AFTER_MAX_S), pause_s * random.uniform(0.5, 1.5)))  # noqa: S311
        raise AssertionError("the last attempt answers or raises")

    def _ask(self, batch: Sequence[Method]) -> list[Any | RpcError]:
        """One request, once. The answers in the order asked."""
        answer = self._exchange.ask(batch)
        if isinstance(answer, dict):
            error = self._error(answer)
            raise self._busy(error) or error.refused("a batch")
        results = [self._error(entry) if "error" in entry else entry.get("result") for entry in answer]
        for result in results:
            if isinstance(result, RpcError) and (busy := self._busy(result)) is not None:
                raise busy
        return results

    def _error(self, answer: dict[str, Any]) -> RpcError:
        error = answer.get("error")
        if not isinstance(error, dict):
            return RpcError(0, self._exchange.scrubbed(f"an answer that is no JSON-RPC: {str(answer)[:200]}"), None)
        code, message = error.get("code"), self._exchange.scrubbed(str(error.get("message", "")))
        return RpcError(code if isinstance(code, int) else 0, message, error.get("data"))

    def _busy(self, error: RpcError) -> NodeBusy | None:
        """Some say in JSON what others say by a status."""
        words = error.message.lower()
        if error.code != 429 and not any(said in words for said in _BUSY_WORDS):
            return None
        busy = NodeBusy(self._exchange.text(f"answers {error.code}: {error.message}"), 0.0)
        self._exchange.counted(busy)
        return busy

    def _make_sure(self) -> None:
        """That it is our node that answers, over a new connection or one that may be old."""
        if self._on_connect is None or getattr(self._thread, "asking", False):
            return
        self._thread.asking = True  # what it asks must not ask for it again
        try:
            self._on_connect(self)
        except BaseException:
            self.close()
            raise
        finally:
            self._thread.asking = False


def _batches(methods: Sequence[Method]) -> Iterator[Sequence[Method]]:
    """As many calls to a request as fit."""
    first = size = 0
    for index, (method, params) in enumerate(methods):
        length = CALL_BYTES + len(method) + sum(len(str(param)) for param in params)
        if index > first and (index - first == BATCH_MAX or size + length > BATCH_BYTES_MAX):
            yield methods[first:index]
            first, size = index, 0
        size += length
    if len(methods) > first:
        yield methods[first:]
