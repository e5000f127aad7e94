"""JSON-RPC by web3's HTTP provider, one for each thread. No retries of what is not known to be harmless.

web3's own retries are off: it retries by method, and what may be tried again is for the caller to say. Errors carry the
node's URL masked only, and nothing of requests' own texts: providers put keys into URLs.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from node_adapter.errors import NodeRefused, NodeUnavailable, NodeUntrustworthy
from node_adapter.urls import masked

if TYPE_CHECKING:
    from web3.providers.rpc import HTTPProvider

BATCH_MAX = 250
BATCH_BYTES_MAX = 1_000_000
"""anvil, like others, refuses a body of more than 2 MB."""
CALL_BYTES = 64
"""What JSON-RPC puts around a call, at the most."""
READ_PAUSES_S = (0.05, 0.25)
"""Before the second and the third attempt of a read."""

Method = tuple[str, Sequence[Any]]


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

    `on_connect` runs before a thread's first call, and before the next one after a failure: behind the same URL may
    stand another node by now.
    """

    def __init__(self, url: str, timeout_s: float, on_connect: "Callable[[Rpc], None] | None" = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"a node is given as http://host:port, not {masked(url)}")
        self.shown = masked(url)
        self._url = url
        self._timeout_s = timeout_s
        self._on_connect = on_connect
        self._thread = threading.local()

    def __repr__(self) -> str:
        return f"<Rpc {self.shown}>"

    def read(self, method: str, *params: Any) -> Any:
        """The result of a call that changes nothing. Raises NodeRefused, NodeUnavailable after three attempts."""
        answer = self.read_many([(method, params)])[0]
        if isinstance(answer, RpcError):
            raise answer.refused(method)
        return answer

    def read_many(self, methods: Sequence[Method]) -> list[Any | RpcError]:
        """Results in the order asked, in as few requests as fit. Raises NodeUnavailable after three attempts at one."""
        answers: list[Any | RpcError] = []
        for batch in _batches(methods):
            for pause_s in (*READ_PAUSES_S, None):
                try:
                    answers += self._exchange(batch)
                    break
                except NodeUnavailable as error:
                    if pause_s is None or isinstance(error.__cause__, TimeoutError):
                        raise
                    time.sleep(pause_s)
        return answers

    def send_many(self, methods: Sequence[Method]) -> list[Any | RpcError | NodeUnavailable]:
        """As read_many, each request sent once. NodeUnavailable as an answer: it may have arrived, or not."""
        answers: list[Any | RpcError | NodeUnavailable] = []
        for batch in _batches(methods):
            try:
                answers += self._exchange(batch)
            except NodeUnavailable as error:
                answers += [error] * len(batch)
        return answers

    def close(self) -> None:
        """Closes this thread's connection."""
        session = getattr(self._thread, "session", None)
        if session is not None:
            session.close()
            self._thread.session = self._thread.provider = None

    def _exchange(self, batch: Sequence[Method]) -> list[Any | RpcError]:
        """Sends one request, once. The answers in the order asked."""
        answer = self._answer(batch)
        if isinstance(answer, dict) and (len(batch) == 1 or "error" in answer):
            if len(batch) > 1:
                raise _error(answer).refused("a batch")
            answer = [answer]
        if not isinstance(answer, list) or len(answer) != len(batch) or not all(isinstance(a, dict) for a in answer):
            count = len(answer) if isinstance(answer, list) else 1
            raise NodeUntrustworthy(f"the node at {self.shown} answered {count} calls of {len(batch)}, or others")
        return [_error(entry) if "error" in entry else entry.get("result") for entry in answer]

    def _answer(self, batch: Sequence[Method]) -> Any:
        """What web3 makes of the node's answer; a batch's in the order of its calls."""
        from requests.exceptions import HTTPError, RequestException, Timeout

        provider = self._provider()
        try:
            calls: list[Any] = [(method, list(params)) for method, params in batch]
            return provider.make_request(*calls[0]) if len(calls) == 1 else provider.make_batch_request(calls)
        except Timeout:
            self.close()
            cause = TimeoutError(f"no answer in {self._timeout_s} s")
            raise NodeUnavailable(f"the node at {self.shown} timed out: {cause}") from cause
        except HTTPError as error:
            self.close()
            status = error.response.status_code
            raise NodeUnavailable(f"the node at {self.shown} answers with status {status}") from None
        except (RequestException, OSError) as error:
            self.close()
            why = "connection refused" if "refused" in str(error) else "the connection was cut"
            raise NodeUnavailable(f"the node at {self.shown} does not answer: {why}") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            self.close()
            raise NodeUnavailable(f"the node at {self.shown} answers with no JSON-RPC") from None

    def _provider(self) -> "HTTPProvider":
        """This thread's. A new one first asks what `on_connect` asks, whose own reads must not ask it again."""
        known: Any = getattr(self._thread, "provider", None)
        if known is None:
            self._thread.provider = known = self._new_provider()
            if self._on_connect is not None and not getattr(self._thread, "asking", False):
                self._thread.asking = True
                try:
                    self._on_connect(self)
                    known = self._thread.provider  # the answer may have taken more than one connection
                except BaseException:
                    self.close()
                    raise
                finally:
                    self._thread.asking = False
        return cast("HTTPProvider", known)

    def _new_provider(self) -> "HTTPProvider":
        import requests
        from web3 import HTTPProvider as Provider

        self._thread.session = session = requests.Session()
        session.trust_env = False  # a node is reached as its URL says, not through the environment's proxy
        return Provider(
            self._url,
            request_kwargs={"timeout": self._timeout_s},
            session=session,
            exception_retry_configuration=None,
        )


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


def _error(answer: Any) -> RpcError:
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return RpcError(0, f"an answer that is no JSON-RPC: {str(answer)[:200]}", None)
    return RpcError(int(error.get("code", 0)), str(error.get("message", "")), error.get("data"))
