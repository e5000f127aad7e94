"""How an indexer process is doing: what it says to people on a terminal, to load balancers, and to Prometheus."""

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from indexer.follow import COUNTED, Follower
from indexer.verify import VerifyReport
from node_adapter.client import NodeClient
from node_adapter.exchange import COUNTED as ON_THE_WIRE
from node_adapter.metrics import CONTENT_TYPE, Metric, counted, render

if TYPE_CHECKING:
    from rich.table import Table

LAG_READY_BLOCKS = 5
"""So far behind the head it is still ready: the next look at the node brings those."""
RATE_S = 60.0
"""What a rate is the mean of."""
FRAMES_A_SECOND = 4


@dataclass(slots=True)
class Watch:
    """Written by the thread that follows, read by any. Each value is right by itself; two may be a moment apart."""

    follower: Follower
    client: NodeClient
    waiting_for: str | None = "the lead"
    """What it cannot go on without; none while it follows."""
    caught_up: bool = False
    indexed: int | None = None
    head: int | None = None
    rooted: int | None = None
    """The newest block with a state root made by this process."""
    verified: VerifyReport | None = None
    verified_at: float = 0.0
    _events: deque[tuple[float, int]] = field(default_factory=deque)

    def progress(self, indexed: int, head: int) -> None:
        self.indexed, self.head, self.waiting_for = indexed, head, None
        now = time.monotonic()
        self._events.append((now, self.follower.counters["events"]))
        while self._events[0][0] < now - RATE_S:
            self._events.popleft()

    def level(self, indexed: int) -> None:
        """It has caught up, for the moment."""
        self.caught_up, self.waiting_for, self.indexed = True, None, indexed
        self.head = max(self.head or 0, indexed)

    def waits(self, what: str) -> None:
        self.caught_up, self.waiting_for = False, what

    @property
    def behind(self) -> int | None:
        """Blocks; None before the first look."""
        return None if self.head is None or self.indexed is None else self.head - self.indexed

    @property
    def events_a_second(self) -> float:
        """Over the last minute in which anything was written."""
        if len(self._events) < 2 or time.monotonic() - self._events[-1][0] > RATE_S:
            return 0.0
        (first_s, first), (last_s, last) = self._events[0], self._events[-1]
        return (last - first) / max(last_s - first_s, 1e-9)

    def readiness(self) -> dict[str, Any]:
        """What /ready answers."""
        waiting = self.waiting_for
        if waiting is None and (not self.caught_up or (self.behind or 0) > LAG_READY_BLOCKS):
            waiting = f"the head: {self.behind} blocks behind"
        return {
            "ready": waiting is None,
            "waiting_for": waiting,
            "indexed": self.indexed,
            "head": self.head,
            "behind": self.behind,
        }

    def metrics(self) -> list[Metric]:
        nodes = self.client.nodes
        found = [
            _gauge("scf_index_ready", "1 where it follows and has caught up.", int(self.readiness()["ready"])),
            _gauge("scf_index_head_block", "The newest block that the index has.", self.indexed),
            _gauge("scf_index_node_head_block", "The newest block that the node was seen to have.", self.head),
            _gauge("scf_index_lag_blocks", "How many blocks the index is behind the node.", self.behind),
            _gauge("scf_index_root_block", "The newest block whose state root this process made.", self.rooted),
            _gauge("scf_index_events_per_second", "Logs written a second, over a minute.", self.events_a_second),
            *counted("scf_index", COUNTED, self.follower.counted),
            *counted("scf_node", ON_THE_WIRE, self.client.counters),
            Metric(
                "scf_node_good", "1 where it may be asked.", "gauge", [({"url": n.url}, int(n.good)) for n in nodes]
            ),
        ]
        if self.verified is not None:
            differing = len(self.verified.differences)
            found += [
                _gauge("scf_index_verify_ok", "1 where the last verification found no difference.", self.verified.ok),
                _gauge("scf_index_verify_differences", "How many it found.", differing),
                _gauge("scf_index_verify_block", "As of which block it compared.", self.verified.block),
                _gauge("scf_index_verify_timestamp_seconds", "When it ended, unix time.", self.verified_at),
            ]
        return [metric for metric in found if metric.samples]

    def line(self) -> "Table":
        """For a terminal: how far, how fast, and what went wrong on the way."""
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        table = Table.grid(padding=(0, 2))
        done, of = self.indexed or 0, max(self.head or 1, 1)
        ready = self.readiness()
        state = "[green]caught up[/]" if ready["ready"] else f"[yellow]waiting for {ready['waiting_for']}[/]"
        counts = self.follower.counted
        table.add_row(
            f"block {done:,} of {of:,}",
            ProgressBar(total=of, completed=done, width=24),
            f"{self.events_a_second:,.0f} events/s",
            f"{counts['reorgs']} reorgs, {self.client.counters['retries']} retries",
            state,
        )
        return table


@contextmanager
def served(watch: Watch, host: str, port: int) -> Iterator[str]:
    """Answers /health, /ready and /metrics in threads of its own, until left; gives where. Raises OSError."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            match self.path.partition("?")[0]:
                case "/health":
                    self._json(HTTPStatus.OK, {"status": "ok"})
                case "/ready":
                    found = watch.readiness()
                    self._json(HTTPStatus.OK if found["ready"] else HTTPStatus.SERVICE_UNAVAILABLE, found)
                case "/metrics":
                    self._answer(HTTPStatus.OK, CONTENT_TYPE, render(watch.metrics()))
                case _:
                    self._json(HTTPStatus.NOT_FOUND, {"there_is": ["/health", "/ready", "/metrics"]})

        def _json(self, status: HTTPStatus, value: Any) -> None:
            self._answer(status, "application/json", json.dumps(value) + "\n")

        def _answer(self, status: HTTPStatus, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """A scrape every few seconds is no news."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Who asked went away."""

    server = Server((host, port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def shown(watch: Watch) -> Iterator[None]:
    """A line on the terminal that keeps itself up to date below what is logged."""
    from rich.console import Console
    from rich.live import Live

    with Live(get_renderable=watch.line, console=Console(stderr=True), refresh_per_second=FRAMES_A_SECOND):
        yield


def _gauge(name: str, help_: str, value: float | None) -> Metric:
    return Metric(name, help_, "gauge", [] if value is None else [({}, value)])
