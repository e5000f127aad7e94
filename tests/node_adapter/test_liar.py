"""The client on a node that lies, hangs, or cuts it off."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from hardhat_free_devnet import rpc
from node_adapter.client import NodeClient, SendOutcome
from node_adapter.errors import (
    NodeUnavailable,
    NodeUntrustworthy,
)
from tests.node_adapter.register import ENTITY, SUPPLIER, Register, transfer

pytestmark = pytest.mark.devnet

Twist = Callable[[list[dict[str, Any]], list[dict[str, Any]]], Any]


class Liar:
    """Stands before a real node and changes what it says: `twist` gets calls and answers and returns the answers.

    It counts requests. `twist` may return bytes (sent as they are, with status 502) or None (the connection is cut).
    """

    def __init__(self, url: str) -> None:
        self.seen: list[str] = []
        self.hangs_up = False
        """It ends the connection after an answer, without having said that it would."""
        self.twist: Twist = lambda _calls, answers: answers
        liar = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                calls = asked if isinstance(asked, list) else [asked]
                liar.seen += [call["method"] for call in calls]
                answers = [
                    {"jsonrpc": "2.0", "id": call["id"], "result": rpc(url, call["method"], *call["params"])}
                    for call in calls
                ]
                twisted = liar.twist(calls, answers)
                if twisted is None:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                refused = isinstance(twisted, bytes)
                body = twisted if refused else json.dumps(twisted if isinstance(asked, list) else twisted[0]).encode()
                self.send_response(502 if refused else 200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = self.close_connection or liar.hangs_up

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                """The client went away: that is what some tests are about."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.client = NodeClient(f"http://user:hunter2@127.0.0.1:{self._server.server_port}/hunter2", timeout_s=0.5)

    def stop(self) -> None:
        self.client.close()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def liar(node_url: str) -> Iterator[Liar]:
    liar = Liar(node_url)
    yield liar
    liar.stop()


def changed(**values: Any) -> Twist:
    def twist(_calls: list[dict[str, Any]], answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for answer in answers:
            for result in answer["result"] if isinstance(answer["result"], list) else [answer["result"]]:
                result.update(values)
        return answers

    return twist


def test_liar__header_of_another_number__is_noticed(liar: Liar) -> None:
    liar.twist = changed(number="0x7")
    with pytest.raises(NodeUntrustworthy, match="asked for block 0"):
        liar.client.headers([0])


@pytest.mark.parametrize("values", [{"hash": "0x12"}, {"parentHash": None}, {"timestamp": "soon"}])
def test_liar__header_without_form__is_noticed(liar: Liar, values: dict[str, Any]) -> None:
    liar.twist = changed(**values)
    with pytest.raises(NodeUntrustworthy, match="parse_header"):
        liar.client.head()


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"blockNumber": "0x1"}, "got one of 1"),
        ({"address": "0x" + "11" * 20}, "got one of"),
        ({"removed": True}, "taken back"),
        ({"topics": ["0x12"]}, "a word is 0x and 64 hex digits"),
    ],
)
def test_liar__logs_that_were_not_asked_for__are_noticed(
    liar: Liar, register: Register, values: dict[str, Any], why: str
) -> None:
    head = register.client.head().number
    assert len(liar.client.logs(head, head, [register.address])) == 1
    liar.twist = changed(**values)
    with pytest.raises(NodeUntrustworthy, match=why):
        liar.client.logs(head, head, [register.address])


def test_liar__a_log_given_twice__is_noticed(liar: Liar, register: Register) -> None:
    def twice(_calls: list[dict[str, Any]], answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**answers[0], "result": answers[0]["result"] * 2}]

    liar.twist = twice
    head = register.client.head().number
    with pytest.raises(NodeUntrustworthy, match="given twice"):
        liar.client.logs(head, head, [register.address])


def test_liar__receipt_of_another_transaction__is_noticed(liar: Liar, register: Register) -> None:
    tx_hash = register.send("admit", register.accounts[3], SUPPLIER, ENTITY)
    liar.twist = changed(transactionHash="0x" + "00" * 32)
    with pytest.raises(NodeUntrustworthy, match="asked for the receipt"):
        liar.client.receipts([tx_hash])


def test_liar__batch_in_another_order__is_put_right_and_a_short_one_noticed(liar: Liar, register: Register) -> None:
    rpc(register.url, "anvil_mine", hex(3))
    liar.twist = lambda _calls, answers: answers[::-1]
    assert [header.number for header in liar.client.headers([0, 1, 2])] == [0, 1, 2]
    liar.twist = lambda _calls, answers: answers[1:]
    with pytest.raises(NodeUntrustworthy, match="answered 2 calls of 3"):
        liar.client.headers([0, 1, 2])


def test_liar__cut_off_twice__a_read_is_tried_again_and_a_third_time(liar: Liar) -> None:
    cuts = iter([None, None])
    liar.twist = lambda _calls, answers: next(cuts, answers)
    assert liar.client.chain_id() == 31337
    assert liar.seen == ["eth_chainId"] * 3


def test_liar__cut_off_for_good__is_unavailable_and_no_secret_is_told(liar: Liar) -> None:
    for twist in (lambda _calls, _answers: None, lambda _calls, _answers: b"<html>bad gateway</html>"):
        liar.twist = twist
        with pytest.raises(NodeUnavailable) as failure:
            liar.client.chain_id()
        assert "hunter2" not in str(failure.value)
    assert len(liar.seen) == 6
    assert "hunter2" not in repr(liar.client)


def test_liar__no_answer_in_time__is_unavailable_after_two_attempts(liar: Liar) -> None:
    waiting = threading.Event()
    liar.twist = lambda _calls, answers: waiting.wait(5) and answers
    with pytest.raises(NodeUnavailable, match=r"TimeoutError|timed out"):
        liar.client.chain_id()
    waiting.set()
    assert liar.seen == ["eth_chainId"] * 2


def test_liar__send_cut_off__is_unknown_and_never_sent_twice(liar: Liar) -> None:
    raw = transfer(liar.client)
    liar.twist = lambda _calls, _answers: None
    (result,) = liar.client.send_raw_many([raw])
    assert result.outcome == SendOutcome.UNKNOWN
    assert liar.seen.count("eth_sendRawTransaction") == 1
    liar.twist = lambda _calls, answers: answers
    assert liar.client.rpc("eth_getTransactionByHash", result.tx_hash) is not None


def test_send__connection_that_ended_while_idle__is_opened_anew_before_it(liar: Liar) -> None:
    assert liar.client.chain_id() == 31337
    raw = transfer(liar.client)
    liar.hangs_up = True
    assert liar.client.chain_id() == 31337
    time.sleep(0.2)  # the end of the connection has arrived, and nobody has looked
    (result,) = liar.client.send_raw_many([raw])
    assert result.outcome == SendOutcome.ACCEPTED
