"""One exchange with one node: a message out, its answer back, over a connection for each thread.

web3 reads the messages; the exchange is ours, since how long an answer may take, and what of an error may be
said, are for us to say. Errors carry the node's URL masked, and nothing of requests' own texts: providers put keys into
URLs.
"""

import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from node_adapter.errors import NodeBusy, NodeError, NodeUnavailable, NodeUntrustworthy
from node_adapter.urls import masked, secrets_in

if TYPE_CHECKING:
    import requests
    from web3.providers.rpc import HTTPProvider

ANSWER_BYTES_MAX = 256 * 2**20
"""A node that never ends its answer does not fill our memory."""
READ_BYTES = 1 << 20
_BUSY_STATUS = (429, 503)

Method = tuple[str, Sequence[Any]]


class Counters:
    """What happened between us and the nodes, counted for metrics; for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, name: str) -> None:
        with self._lock:
            self._counts[name] += 1

    def to_dict(self) -> dict[str, int]:
        with self._lock:
            return {name: self._counts[name] for name in COUNTED}


COUNTED = {
    "requests": "HTTP requests sent to nodes",
    "retries": "reads asked again",
    "timeouts": "answers that did not come, or not whole, in time",
    "busy": "answers that asked to be left alone for a while",
    "broken": "connections refused or cut, half answers, bad statuses, what was no JSON-RPC",
    "untrustworthy": "answers that contradicted the question or themselves",
    "lost_sends": "requests that sent transactions and had no answer",
    "failovers": "times that another node was taken",
    "log_ranges_halved": "ranges of logs that a node found too much",
}
"""Counter → what it counts."""


class Exchange:
    """With one node, for any number of threads. Nothing is tried twice here."""

    def __init__(self, url: str, timeout_s: float, counters: Counters) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"a node is given as http://host:port, not {masked(url)}")
        self.shown = masked(url)
        self._secrets = secrets_in(url)
        self._url = url
        self._timeout_s = timeout_s
        self._counters = counters
        self._thread = threading.local()

    @property
    def connected(self) -> bool:
        """Whether this thread has a connection, which may have ended without our seeing it."""
        return getattr(self._thread, "session", None) is not None

    def connect(self) -> None:
        """Makes this thread's, if it has none."""
        if not self.connected:
            self._connect()

    def close(self) -> None:
        """Closes this thread's connection."""
        if self.connected:
            self._thread.session.close()
            self._thread.session = self._thread.provider = None

    def ask(self, calls: Sequence[Method]) -> Any:
        """The JSON of the answer, one for a single call, a list in the order of `calls` for several (or whatever came
        instead of one). Raises NodeUnavailable; NodeUntrustworthy where the answers are not those of the calls."""
        self.connect()
        provider = cast("HTTPProvider", self._thread.provider)
        first = self._thread.next_id
        self._thread.next_id = first + len(calls)
        asked = [
            {"jsonrpc": "2.0", "method": method, "params": params, "id": first + place}
            for place, (method, params) in enumerate(calls)
        ]
        several = len(asked) > 1
        answer = self._answer(provider, json.dumps(asked if several else asked[0]).encode())
        if several and isinstance(answer, dict) and "error" in answer:
            return answer
        entries = answer if isinstance(answer, list) else [answer]
        by_id = {entry.get("id"): entry for entry in entries if isinstance(entry, dict)}
        numbers = range(first, first + len(asked))
        if len(entries) != len(asked) or set(by_id) != set(numbers):
            said = f"answered {len(entries)} calls of {len(asked)}, or others"
            raise self.counted(NodeUntrustworthy(self.text(said)))
        return [by_id[number] for number in numbers]

    def _answer(self, provider: "HTTPProvider", request: bytes) -> Any:
        """The node's answer as JSON. What went wrong is raised with none of the texts, or causes, of requests."""
        from requests.exceptions import RequestException, Timeout
        from urllib3.exceptions import HTTPError

        self._counters.add("requests")
        failure: NodeUnavailable
        cause: Exception | None = None
        try:
            with self._session().post(
                self._url,
                data=request,
                headers=provider.get_request_headers(),
                timeout=self._timeout_s,
                stream=True,
                allow_redirects=False,
            ) as response:
                body = self._body(response)
            if response.status_code in _BUSY_STATUS:
                failure = NodeBusy(self.text(f"answers with status {response.status_code}"), _retry_after_s(response))
            elif response.status_code != 200:
                failure = NodeUnavailable(self.text(f"answers with status {response.status_code}"))
            else:
                return provider.decode_rpc_response(body)
        except (Timeout, TimeoutError):
            cause = TimeoutError(f"no answer in {self._timeout_s} s")
            failure = NodeUnavailable(self.text(f"timed out: {cause}"))
        except (RequestException, HTTPError, OSError) as error:
            if "timed out" in str(error):  # while the body was on its way, requests calls it a broken connection
                cause = TimeoutError(f"no whole answer in {self._timeout_s} s")
            why = "connection refused" if "refused" in str(error) else "the connection was cut"
            failure = NodeUnavailable(self.text(f"timed out: {cause}" if cause else f"does not answer: {why}"))
        except (ValueError, KeyError, TypeError, AttributeError):
            failure = NodeUnavailable(self.text("answers with no JSON-RPC"))
        self.close()
        raise self.counted(failure) from cause

    def _body(self, response: "requests.Response") -> bytes:
        """All of it, within the time-out: one that drips is no better than one that hangs."""
        deadline = time.monotonic() + self._timeout_s
        body = bytearray()
        while chunk := response.raw.read1(READ_BYTES, decode_content=True):
            body += chunk
            if time.monotonic() > deadline:
                raise TimeoutError
            if len(body) > ANSWER_BYTES_MAX:
                raise ValueError("no end of the answer")
        return bytes(body)

    def scrubbed(self, said: str) -> str:
        """The node's own words, without what of our URL it may have repeated."""
        for secret in self._secrets:
            said = said.replace(secret, "…")
        return said

    def text(self, problem: str) -> str:
        return f"the node at {self.shown} {problem}"

    def counted(self, error: NodeError) -> NodeError:
        match error:
            case NodeBusy():
                self._counters.add("busy")
            case NodeUntrustworthy():
                self._counters.add("untrustworthy")
            case NodeUnavailable():
                self._counters.add("timeouts" if "timed out" in str(error) else "broken")
        return error

    def _session(self) -> "requests.Session":
        return cast("requests.Session", self._thread.session)

    def _connect(self) -> None:
        import requests
        from web3 import HTTPProvider as Provider

        logging.getLogger("urllib3").setLevel(logging.INFO)  # below that it prints paths, and keys with them
        self._thread.session = session = requests.Session()
        session.trust_env = False  # a node is reached as its URL says, not through the environment's proxy
        self._thread.provider = Provider(self._url, session=session, exception_retry_configuration=None)
        self._thread.next_id = 0


def _retry_after_s(response: "requests.Response") -> float:
    """0 where it says none, or a date: then our own pause is as good."""
    try:
        return max(0.0, float(response.headers.get("Retry-After", "0")))
    except ValueError:
        return 0.0
