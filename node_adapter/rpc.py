"""JSON-RPC over kept-alive HTTP connections, one for each thread. No retries of what is not known to be harmless.

The standard library's client: nothing to import, and a call costs the node's own time. Errors carry the node's URL
masked only: providers put keys in it.
"""

import base64
import http.client
import itertools
import json
import select
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from node_adapter.errors import NodeRefused, NodeUnavailable, NodeUntrustworthy
from node_adapter.urls import masked

BATCH_MAX = 250
BATCH_BYTES_MAX = 1_000_000
"""anvil, like others, refuses a body of more than 2 MB."""
READ_PAUSES_S = (0.05, 0.25)
"""Before the second and the third attempt of a read."""

Method = tuple[str, Sequence[Any]]


class _ClosesItself:
    """A connection ends with the thread or the client that it was for, and nobody is there to close it."""

    close: Callable[[], None]

    def __del__(self) -> None:
        self.close()


class _Http(_ClosesItself, http.client.HTTPConnection):
    pass


class _Https(_ClosesItself, http.client.HTTPSConnection):
    pass


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

    `on_connect` runs once on each new connection, before anything else is sent over it: behind the same URL may stand
    another node by now.
    """

    def __init__(self, url: str, timeout_s: float, on_connect: "Callable[[Rpc], None] | None" = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"a node is given as http://host:port, not {masked(url)}")
        self.shown = masked(url)
        self._https = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._headers = {"content-type": "application/json", "connection": "keep-alive"}
        if parts.username:
            user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            self._headers["authorization"] = "Basic " + base64.b64encode(user.encode()).decode()
        self._timeout_s = timeout_s
        self._on_connect = on_connect
        self._thread = threading.local()
        self._ids = itertools.count(1)

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
        for body, ids in self._batches(methods):
            for pause_s in (*READ_PAUSES_S, None):
                try:
                    answers += self._exchange(body, ids)
                    break
                except NodeUnavailable as error:
                    if pause_s is None or isinstance(error.__cause__, TimeoutError):
                        raise
                    time.sleep(pause_s)
        return answers

    def send_many(self, methods: Sequence[Method]) -> list[Any | RpcError | NodeUnavailable]:
        """As read_many, each request sent once. NodeUnavailable as an answer: it may have arrived, or not."""
        answers: list[Any | RpcError | NodeUnavailable] = []
        for body, ids in self._batches(methods):
            try:
                answers += self._exchange(body, ids)
            except NodeUnavailable as error:
                answers += [error] * len(ids)
        return answers

    def close(self) -> None:
        """Closes this thread's connection."""
        connection: http.client.HTTPConnection | None = getattr(self._thread, "connection", None)
        if connection is not None:
            connection.close()
            self._thread.connection = None

    def _batches(self, methods: Sequence[Method]) -> Iterator[tuple[bytes, list[int]]]:
        calls: list[bytes] = []
        ids: list[int] = []
        size = 0
        for method, params in methods:
            number = next(self._ids)
            call = json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}).encode()
            if ids and (len(ids) == BATCH_MAX or size + len(call) > BATCH_BYTES_MAX):
                yield _body(calls), ids
                calls, ids, size = [], [], 0
            calls.append(call)
            ids.append(number)
            size += len(call)
        if ids:
            yield _body(calls), ids

    def _exchange(self, body: bytes, ids: list[int]) -> list[Any | RpcError]:
        """Sends one request, once. The answers by id, in the order of `ids`."""
        try:
            connection = self._connection()
            connection.request("POST", self._path, body, self._headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise NodeUnavailable(f"the node at {self.shown} does not answer: {error!r}") from error
        try:
            answer = json.loads(content)
        except ValueError as error:
            self.close()
            raise NodeUnavailable(f"the node at {self.shown} answers with status {response.status}") from error
        answers = answer if isinstance(answer, list) else [answer]
        if len(ids) > 1 and not isinstance(answer, list):
            raise _error(answer).refused("a batch")
        by_id = {entry.get("id"): entry for entry in answers}
        if len(ids) == 1 and by_id.keys() == {None} and "error" in answers[0]:
            return [_error(answers[0])]  # a request that the node could not even read has no id
        if len(answers) != len(ids) or by_id.keys() != set(ids):
            raise NodeUntrustworthy(f"the node at {self.shown} answered {len(answers)} calls of {len(ids)}, or others")
        return [_error(by_id[i]) if "error" in by_id[i] else by_id[i].get("result") for i in ids]

    def _connection(self) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection | None = getattr(self._thread, "connection", None)
        if connection is not None and not _dropped(connection):
            return connection
        self.close()
        connection = (_Https if self._https else _Http)(self._host, self._port, timeout=self._timeout_s)
        connection.connect()
        self._thread.connection = connection
        if self._on_connect is not None:
            try:
                self._on_connect(self)
            except BaseException:
                self.close()
                raise
        return connection


def _body(calls: list[bytes]) -> bytes:
    return calls[0] if len(calls) == 1 else b"[" + b",".join(calls) + b"]"


def _dropped(connection: http.client.HTTPConnection) -> bool:
    """Something to read on an idle connection is its end: a send over it would be lost, and nobody would know."""
    if connection.sock is None:
        return True
    return bool(select.select([connection.sock], [], [], 0)[0])


def _error(answer: Any) -> RpcError:
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return RpcError(0, f"an answer that is no JSON-RPC: {str(answer)[:200]}", None)
    return RpcError(int(error.get("code", 0)), str(error.get("message", "")), error.get("data"))
