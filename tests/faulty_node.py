"""A real HTTP server before a real node, which can be told to be at fault: what it breaks, the node behind it has done.

    proxy.fault(answer_lost, "eth_sendRawTransaction")    the next request with that method
    proxy.fault(status(429), times=None)                  every request, until `proxy.heal()`

A fault gets the calls of one request and `forward`, which asks the real node; it returns the answers, or how the
exchange ends instead of them.
"""

import itertools
import json
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

Calls = list[dict[str, Any]]
Answers = list[dict[str, Any]]
SEND = "eth_sendRawTransaction"
SECRET = "hunter2hunter2"
"""Stands in the proxy's URL wherever a provider may put one."""


@dataclass(frozen=True)
class Ending:
    """An exchange that ends otherwise than with its answers."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: int | None = None
    """Bytes of the body that are sent before the connection is cut; None: all. Negative: not even the status."""


class Forward(Protocol):
    def __call__(self, calls: Calls | None = None) -> Answers:
        """Asks the real node what was asked, or these calls instead."""


Fault = Callable[[Calls, Forward], "Answers | Ending"]


@dataclass
class _Rule:
    fault: Fault
    methods: frozenset[str]
    times: int | None

    def meets(self, calls: Calls) -> bool:
        return self.times != 0 and (not self.methods or any(call["method"] in self.methods for call in calls))


class FaultyNode:
    """`upstreams`: the nodes behind it; several take turns, request by request, as behind a load balancer."""

    def __init__(self, *upstreams: str) -> None:
        self.upstreams: Sequence[str] = upstreams
        self.seen: list[str] = []
        """Every method asked, in order."""
        self.sent: list[str] = []
        """Every transaction that was passed on, in order."""
        self.requests = 0
        self._rules: list[_Rule] = []
        self._turn = itertools.count()
        self._lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                ending = proxy.exchange(body)
                self.close_connection = ending.sent is not None
                if ending.sent is None or ending.sent >= 0:
                    self.send_response(ending.status)
                    for name, value in ending.headers.items():
                        self.send_header(name, value)
                    self.send_header("content-length", str(len(ending.body)))
                    self.end_headers()
                    self.wfile.write(ending.body[: ending.sent])
                    self.wfile.flush()
                if ending.sent is not None:
                    self.connection.shutdown(socket.SHUT_RDWR)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                """The client went away: that is what some tests are about."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        """With a secret in every place."""
        return f"http://user:{SECRET}@127.0.0.1:{self.port}/v3/{SECRET}?key={SECRET}"

    def fault(self, fault: Fault, *methods: str, times: int | None = 1) -> None:
        """Of the next `times` requests (None: of all) with one of `methods` (none named: with any)."""
        with self._lock:
            self._rules.append(_Rule(fault, frozenset(methods), times))

    def heal(self) -> None:
        with self._lock:
            self._rules.clear()

    @property
    def faults_left(self) -> int:
        """Faults that were told and have not happened yet."""
        with self._lock:
            return sum(rule.times or 0 for rule in self._rules)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def exchange(self, body: bytes) -> Ending:
        """What becomes of one request."""
        asked = json.loads(body)
        calls = asked if isinstance(asked, list) else [asked]
        with self._lock:
            self.requests += 1
            self.seen += [call["method"] for call in calls]
            upstream = self.upstreams[next(self._turn) % len(self.upstreams)]
            rule = next((rule for rule in self._rules if rule.meets(calls)), None)
            if rule is not None and rule.times is not None:
                rule.times -= 1

        def forward(calls: Calls | None = None) -> Answers:
            passed = asked if calls is None else calls
            sent = [call for call in (passed if isinstance(passed, list) else [passed]) if call["method"] == SEND]
            with self._lock:
                self.sent += [call["params"][0] for call in sent]
            found = json.loads(_post(upstream, json.dumps(passed).encode()))
            return found if isinstance(found, list) else [found]

        try:
            answered = forward() if rule is None else rule.fault(calls, forward)
        except OSError:
            return Ending(502, b"bad gateway")
        if isinstance(answered, Ending):
            return answered
        return Ending(body=json.dumps(answered if isinstance(asked, list) else answered[0]).encode())


@contextmanager
def faulty(*upstreams: str) -> Iterator[FaultyNode]:
    proxy = FaultyNode(*upstreams)
    try:
        yield proxy
    finally:
        proxy.stop()


def answer_lost(_calls: Calls, forward: Forward) -> Ending:
    """The node did as it was asked; the connection is cut before it says so."""
    forward()
    return Ending(sent=-1)


def cut_before(_calls: Calls, _forward: Forward) -> Ending:
    """The connection is cut before the node hears of it."""
    return Ending(sent=-1)


def half_answer(_calls: Calls, forward: Forward) -> Ending:
    """Cut in the middle of the body."""
    body = json.dumps(forward()).encode()
    return Ending(body=body, sent=len(body) // 2)


def truncated_json(_calls: Calls, forward: Forward) -> Ending:
    """Half of the answer as if it were all."""
    body = json.dumps(forward()).encode()
    return Ending(body=body[: len(body) // 2])


def wrong_ids(_calls: Calls, forward: Forward) -> Answers:
    """The answers of other calls."""
    return [{**answer, "id": answer["id"] + 1_000_000} for answer in forward()]


def one_short(_calls: Calls, forward: Forward) -> Answers | Ending:
    """A batch without its last answer; for a single call, an empty list."""
    return Ending(body=json.dumps(forward()[:-1]).encode())


def status(code: int, **headers: str) -> Fault:
    """`status(429, retry_after="1")`; the node hears nothing."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _calls, _forward: Ending(code, b'{"error": "as told"}', named)


def hang(until: threading.Event, *, heard: bool = False) -> Fault:
    """No answer before `until`; `heard`: the node did as it was asked."""

    def fault(_calls: Calls, forward: Forward) -> Ending:
        if heard:
            forward()
        until.wait(60)
        return Ending(sent=-1)

    return fault


def refuses(message: str, code: int = -32000, *, heard: bool = False) -> Fault:
    """A JSON-RPC error for each call; `heard`: the node did as it was asked all the same."""

    def fault(calls: Calls, forward: Forward) -> Answers:
        if heard:
            forward()
        return [{"jsonrpc": "2.0", "id": call["id"], "error": {"code": code, "message": message}} for call in calls]

    return fault


def edited(edit: Callable[[dict[str, Any], Any], Any]) -> Fault:
    """Every result through `edit(call, result)`."""

    def fault(calls: Calls, forward: Forward) -> Answers:
        asked = {call["id"]: call for call in calls}
        return [
            {**answer, "result": edit(asked[answer["id"]], answer["result"])} if "result" in answer else answer
            for answer in forward()
        ]

    return fault


def every_other(fault: Fault) -> Fault:
    """Of one request in two, as where every other node behind a load balancer has it."""
    turn = itertools.count()
    return lambda calls, forward: fault(calls, forward) if next(turn) % 2 else forward()


def behind(url: str, blocks: int) -> Fault:
    """The view of a node that has not heard of the newest `blocks` yet, from one at `url` that has."""

    def fault(calls: Calls, forward: Forward) -> Answers:
        (newest,) = (int(answer["result"], 16) for answer in [json.loads(_post(url, _HEAD))])
        last = max(0, newest - blocks)
        asked = [{**call, "params": [hex(last) if p in _NEWEST else p for p in call["params"]]} for call in calls]
        return [_as_of(last, call, answer) for call, answer in zip(calls, forward(asked), strict=True)]

    return fault


_HEAD = b'{"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []}'
_NEWEST = ("latest", "pending")


def _as_of(last: int, call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    result = answer.get("result")
    match call["method"]:
        case "eth_blockNumber":
            return {**answer, "result": hex(last)}
        case "eth_getBlockByNumber" | "eth_getTransactionReceipt" | "eth_getTransactionByHash":
            number = result and (result.get("blockNumber") or result.get("number"))
            return {**answer, "result": None} if number and int(number, 16) > last else answer
        case "eth_getLogs":
            kept = [log for log in result or [] if int(log["blockNumber"], 16) <= last]
            return {**answer, "result": kept}
    return answer


def _post(url: str, body: bytes) -> bytes:
    request = urllib.request.Request(url, body, {"content-type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as answer:
        found: bytes = answer.read()
        return found
