"""Server-sent events on a real server: who hears of what, what an idle reader costs, and when a stream ends."""

import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import delete
from sqlalchemy.orm import Session

from api.__main__ import Server
from api.console import sessions
from api.console.changes import Changes
from api.console.models import ConsoleSession
from tests.api.member import WAIT_S, money
from tests.api.stage import FACE, SMALL_PIECES, Stage

pytestmark = pytest.mark.devnet

THREADS = 40
"""All that the server has for requests."""


class Stream:
    """One browser's stream, read from its socket."""

    def __init__(self, port: int, cookie: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
        head = f"GET /console/changes HTTP/1.1\r\nHost: x\r\nCookie: {sessions.COOKIE}={cookie}"
        self._socket.sendall(f"{head}\r\nConnection: close\r\n\r\n".encode())
        self._lines = self._socket.makefile("r", newline="\n")
        self.status = int(self._lines.readline().split()[1])

    def next(self) -> tuple[str, int]:
        """The next event and its block; ("", 0) where the stream is over."""
        name = ""
        for line in self._lines:
            if line.startswith("event: "):
                name = line.removeprefix("event: ").strip()
            elif line.startswith("data: "):
                return name, int(line.removeprefix("data: "))
        return "", 0

    def heard_first(self, block: int) -> bool:
        """Whether the next event is of this block's look, not of one before. The head that it names may be above the
        block: the devnet's keeper mines an empty one now and then."""
        name, head = self.next()
        return name == "changed" and head >= block

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


class Running:
    """The app on a port of its own, in a thread."""

    def __init__(self, network: Stage, app: FastAPI) -> None:
        self._network = network
        self._server = Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until(lambda: self._server.started)
        self.port: int = self._server.servers[0].sockets[0].getsockname()[1]
        self.hub: Changes = app.state.changes
        self._streams: list[Stream] = []

    def cookie(self, login: str) -> str:
        return sessions.act_as(self._network.services, login)

    def open(self, cookie: str) -> Stream:
        self._streams.append(Stream(self.port, cookie))
        return self._streams[-1]

    def listen(self, login: str, cookie: str | None = None) -> Stream:
        found = self.open(cookie or self.cookie(login))
        assert found.next()[0] == "hello"
        return found

    def leave(self) -> None:
        """All browsers close."""
        for stream in self._streams:
            stream.close()

    def stop(self, *, leaving: bool = True) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=WAIT_S)
        assert not self._thread.is_alive()
        if leaving:
            self.leave()


@pytest.fixture
def running(network: Stage, app: FastAPI) -> Iterator[Running]:
    found = Running(network, app)
    yield found
    found.stop()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline, "it does not come about"
        time.sleep(0.02)


def test_changes__of_a_payable__are_heard_by_its_parties_and_by_nobody_else(network: Stage, running: Running) -> None:
    payable = network.proposed()
    party, stranger, supervision = (running.listen(login) for login in ("s1", "s3", "r"))
    until(lambda: running.hub.watched)
    network["c"].command(f"/api/v1/payables/{payable}/confirm")
    confirmed = network["r"].read(f"/audit/v1/events?subject={payable}")["items"][0]["block"]
    for stream in (party, supervision):
        name, block = stream.next()
        assert (name, block >= confirmed) == ("changed", True)
    network.split("s1", f"{payable}00000001", "s3", FACE // 4)
    split = network["r"].read(f"/audit/v1/events?subject={payable}")["items"][0]["block"]
    assert split > confirmed
    assert stranger.heard_first(split), "the first that it hears of is what made it a party"


def test_changes__off_the_chain__are_heard_too(network: Stage, running: Running) -> None:
    request = network.asked("s1", f"{network.confirmed()}00000001", FACE)
    supplier = running.listen("s1")
    until(lambda: running.hub.watched)
    network.quoted("f1", request)
    assert supplier.next()[0] == "changed"


def test_changes__that_end_what_they_name_by_its_number__are_heard_by_whose_it_was(
    network: Stage, running: Running
) -> None:
    order = network.frozen("s3", network.confirmed(), FACE)
    asked = network["f2"].command("/api/v1/pay-outs", {"amount": money(1), "instruction": "an account of ours"})
    held, stranger = running.listen("s3"), running.listen("s2")
    until(lambda: running.hub.watched)
    network["co"].command(f"/api/v1/freeze-orders/{order}/release", {"reason": "it is over"})
    assert held.next()[0] == "changed"
    account = running.listen("f2")
    body = {"bank_reference": secrets.token_hex(8)}
    network["b"].command(f"/api/v1/pay-outs/{asked['resource']['id']}/complete", body)
    assert account.next()[0] == "changed"
    network["c"].command("/api/v1/programmes", {**SMALL_PIECES, "late_rate_ppm": 77_000})
    published = network["r"].read("/audit/v1/events")["items"][0]["block"]
    assert stranger.heard_first(published), "the first that concerns it is what everybody reads"
    retired = network["c"].read("/api/v1/programmes")["items"][0]["programme_id"]
    network["c"].command(f"/api/v1/programmes/{retired}/retire")


def test_changes__more_idle_readers_than_threads__hold_neither_thread_nor_connection(
    network: Stage, running: Running
) -> None:
    cookie = running.cookie("s1")
    streams = [running.open(cookie) for _ in range(THREADS + 20)]
    assert [stream.next()[0] for stream in streams] == ["hello"] * len(streams)
    until(lambda: network.services.engine.pool.checkedout() == 0)  # type: ignore[attr-defined]
    answer = network["s1"].get("/api/v1/payables")
    assert answer.status_code == 200
    network.confirmed()
    assert {stream.next()[0] for stream in streams} == {"changed"}
    running.leave()
    until(lambda: len(running.hub) == 0)


def test_changes__signed_out__end_and_are_not_given_again(network: Stage, running: Running) -> None:
    cookie = running.cookie("s1")
    stream = running.listen("s1", cookie)
    sessions.sign_out(network.services, cookie)
    assert stream.next()[0] == "ended"
    assert stream.next() == ("", 0)
    assert running.open(cookie).status == 204, "which tells a browser not to come again"


def test_changes__session_too_long_idle__end_though_the_stream_is_open(network: Stage, running: Running) -> None:
    cookie = running.cookie("s1")
    stream = running.listen("s1", cookie)
    with Session(network.services.engine) as session, session.begin():
        row = session.get_one(ConsoleSession, sessions._hash(cookie))
        row.seen_at -= sessions.IDLE_S + 1
    assert stream.next()[0] == "ended"
    with Session(network.services.engine) as session, session.begin():
        session.execute(delete(ConsoleSession).where(ConsoleSession.token_hash == sessions._hash(cookie)))


def test_changes__nobody_signed_in__is_no_stream(running: Running) -> None:
    assert running.open("none").status == 204


def test_server__told_to_stop__ends_streams_at_once(network: Stage, app: FastAPI) -> None:
    running = Running(network, app)
    stream = running.listen("s1")
    running.stop(leaving=False)
    assert stream.next() == ("", 0)
    running.leave()
    app.state.changes.open()
