"""The client on a real node, deployed to by web3 so that nothing of ours checks itself; and on a node that lies."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

import pytest

from hardhat_free_devnet import rpc
from node_adapter.artifacts import abi, bytecode, event_specs, journal_next
from node_adapter.client import Call, NodeClient, SendOutcome
from node_adapter.codec import UnknownFunction, WrongArguments, encode_call
from node_adapter.errors import (
    UNKNOWN,
    ContractReverted,
    NodeRefused,
    NodeUnavailable,
    NodeUntrustworthy,
    WrongChain,
)
from node_adapter.wiring import NOBODY
from node_adapter.words import hex0x

pytestmark = pytest.mark.devnet
ENTITY = "0x" + "11" * 32
SUPPLIER = 2


class Register:
    """A `Participants` on a node, written to through web3."""

    def __init__(self, url: str) -> None:
        import requests
        from web3 import HTTPProvider, Web3

        self.url = url
        self.session = requests.Session()
        self.w3 = Web3(HTTPProvider(url, session=self.session))
        self.accounts: list[str] = list(self.w3.eth.accounts)
        self.operator = self.accounts[0]
        manager = self._deploy("AccessManager", self.operator)
        self.address = self._deploy("Participants", (manager, *self.accounts[1:9], NOBODY, 1), 0)
        self.contract = self.w3.eth.contract(address=self.address, abi=abi("Participants"))
        self.client = NodeClient(url, chain_id=31337)

    def _deploy(self, contract: str, *args: Any) -> Any:
        factory = self.w3.eth.contract(abi=abi(contract), bytecode=bytecode(contract))
        return self._mined(factory.constructor(*args).transact({"from": self.operator}))["contractAddress"]

    def _mined(self, tx_hash: Any) -> Any:
        receipt = self.w3.eth.wait_for_transaction_receipt(tx_hash, poll_latency=0.01)
        assert receipt["status"] == 1
        return receipt

    def send(self, function: str, *args: Any) -> str:
        call = self.contract.functions[function](*args)
        return str(self._mined(call.transact({"from": self.operator}))["transactionHash"].to_0x_hex())


@pytest.fixture
def register(node_url: str) -> Iterator[Register]:
    register = Register(node_url)
    yield register
    register.session.close()


def test_logs__three_events__give_the_journal_the_contract_has(register: Register) -> None:
    account = register.accounts[3]
    register.send("admit", account, SUPPLIER, ENTITY)
    register.send("suspend", account, "0x" + "22" * 32)
    register.send("reinstate", account)
    client = register.client
    word, names = bytes(32), []
    for log in client.logs(0, client.head().number, [register.address]):
        spec = event_specs()["Participants", hex0x(log.topics[0])]
        names.append(spec.name)
        if spec.business:
            word = journal_next(word, log.topics, log.data)
            assert spec.decode(log.topics, log.data)["account"] == account
    assert names == ["AuthorityUpdated", "ParticipantAdmitted", "ParticipantSuspended", "ParticipantReinstated"]
    assert client.call("Participants", register.address, "journal") == hex0x(word)
    assert client.call("Participants", register.address, "journalCount") == 3


def test_call__a_struct__is_a_dict_of_plain_values_as_of_a_block(register: Register) -> None:
    account = register.accounts[3]
    before = register.client.head().number
    register.send("admit", account, SUPPLIER, ENTITY)
    known = {"legal_entity_hash": ENTITY, "roles": SUPPLIER, "status": 1, "number": 1, "key": account}
    call = Call("Participants", register.address, "participant", [account])
    client = register.client
    assert client.call("Participants", register.address, "participant", account) == known
    assert client.call_many([call], block=client.head().hash) == [known]
    assert client.call("Participants", register.address, "participant", account, block=before)["status"] == 0


def test_call__the_contract_refuses__by_its_own_name(register: Register) -> None:
    client, stranger = register.client, register.accounts[5]
    with pytest.raises(ContractReverted) as refusal:
        client.call("Participants", register.address, "admit", stranger, 0, ENTITY, sender=register.operator)
    assert (refusal.value.name, refusal.value.params) == ("ParticipantRolesUnknown", {"roles": 0, "known": 63})
    admit = {"from": stranger, "to": register.address}
    admit["data"] = hex0x(encode_call("Participants", "admit", [stranger, 1, ENTITY]))
    with pytest.raises(ContractReverted, match=f"AccessManagedUnauthorized.caller={stranger}"):
        client.estimate_gas(admit)
    assert client.estimate_gas(admit | {"from": register.operator}) > 50_000


def test_call_many__some_refused__stand_in_their_places(register: Register) -> None:
    stranger = register.accounts[5]
    count = Call("Participants", register.address, "journalCount")
    ask = Call("Participants", register.address, "requireActive", [stranger, 0])
    answers = register.client.call_many([count, ask] * 300)  # several requests
    assert answers[0::2] == [0] * 300
    assert {(answer.name, answer.params["account"]) for answer in answers[1::2]} == {("ParticipantNotActive", stranger)}


def test_call__nothing_at_the_address__is_not_taken_for_an_answer(register: Register) -> None:
    with pytest.raises(NodeUntrustworthy, match="0 bytes"):
        register.client.call("Participants", register.accounts[7], "journalCount")
    assert register.client.code(register.accounts[7]) == b""
    with pytest.raises(ContractReverted, match=UNKNOWN):
        register.client.simulate({"to": register.address, "data": "0xdeadbeef"})


def test_simulate__another_code_under_an_account__is_there_for_this_call_alone(register: Register) -> None:
    wallet = register.accounts[6]
    returns_42 = {"code": "0x602a60005260206000f3"}
    assert register.client.simulate({"to": wallet}, overrides={wallet: returns_42}) == (42).to_bytes(32, "big")
    assert register.client.simulate({"to": wallet}) == b""


@pytest.mark.parametrize(
    ("function", "args", "error"),
    [
        ("admits", [], UnknownFunction),
        ("admit", ["0x" + "11" * 20, 1], UnknownFunction),
        ("admit", ["0x" + "11" * 20, 70_000, ENTITY], WrongArguments),
        ("admit", ["0x" + "11" * 20, True, ENTITY], WrongArguments),
        ("admit", ["0x" + "11" * 20, 1, "11"], WrongArguments),
        ("suspend", ["nobody", ENTITY], WrongArguments),
    ],
)
def test_encode_call__arguments_that_do_not_fit__are_refused_before_the_node(
    function: str, args: list[Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        encode_call("Participants", function, args)


def test_encode_call__structs_lists_of_them_ids_and_overloads__equal_web3(register: Register) -> None:
    party, word = register.accounts[1], b"\x33" * 32
    terms = [party, party, 7, 5, 20_000, 20_090, word, word, word, word]
    names = ["supplier", "debtor", "programme_id", "face_value", "issue_date", "due_date"]
    names += ["invoice_fingerprint", "evidence_hash", "tenor_reason_hash", "undertaking_hash"]
    by_name = dict(zip(names, [*terms[:6], *[hex0x(word)] * 4], strict=True))
    origination = register.w3.eth.contract(abi=abi("Origination"))
    wanted = origination.encode_abi("propose", [word, tuple(terms)])
    assert hex0x(encode_call("Origination", "propose", [word, terms])) == wanted
    assert hex0x(encode_call("Origination", "propose", [hex0x(word), by_name])) == wanted
    with pytest.raises(WrongArguments, match="has the fields"):
        encode_call("Origination", "propose", [word, {**by_name, "face": 5}])
    batch = origination.encode_abi("proposeBatch", [[(word, tuple(terms))] * 2])
    assert hex0x(encode_call("Origination", "proposeBatch", [[{"salt": word, "terms": by_name}] * 2])) == batch
    programme = [party, [party, register.accounts[2]], 1, 2, 6, 12, 48, 0, 3, 5, True, 182_500]
    published = origination.encode_abi("publishProgramme", [tuple(programme)])
    assert hex0x(encode_call("Origination", "publishProgramme", [programme])) == published
    contract = register.w3.eth.contract(abi=abi("Receivables"))
    parts = contract.encode_abi("split", [0xAB, [(party, 5, True)]])
    part = {"to": party, "value": 5, "recourse": True}
    assert hex0x(encode_call("Receivables", "split", ["0xab", [part]])) == parts
    with pytest.raises(UnknownFunction, match="ambiguous"):
        encode_call("Receivables", "balanceOf", [1])
    value_of = contract.encode_abi("balanceOf(uint256)", [1])
    assert hex0x(encode_call("Receivables", "balanceOf(uint256)", [1])) == value_of


def test_encode_call__acceptances_with_quotes_with_fees__equal_web3(register: Register) -> None:
    party, word = register.accounts[1], b"\x33" * 32
    quote = [0xAB, party, party, party, 5, 4, 3, 20_000, False, word, 2**255, 9, [(party, 1), (party, 2)]]
    wanted = register.w3.eth.contract(abi=abi("Discounting")).encode_abi(
        "acceptAll", [[(tuple(quote), 5, False, b"\1", b"\2")]]
    )
    names = ["receivable_id", "supplier", "financier", "deposit_token", "value", "minimum_take", "proceeds"]
    names += ["value_date", "recourse", "registration_hash", "nonce", "expiry", "fees"]
    fees = [{"to": party, "amount": amount} for amount in (1, 2)]
    by_name = dict(zip(names, ["0xab", *quote[1:9], hex0x(word), hex(2**255), 9, fees], strict=True))
    acceptance = {"quote": by_name, "take": 5, "by_permit": False, "quote_signature": "0x01", "cash_signature": "0x02"}
    assert hex0x(encode_call("Discounting", "acceptAll", [[acceptance]])) == wanted


def test_headers__some_beyond_the_head__are_left_out(register: Register) -> None:
    rpc(register.url, "anvil_mine", hex(300))
    client = register.client
    head = client.head()
    headers = client.headers([*range(head.number + 3), 1])
    assert [header.number for header in headers] == [*range(head.number + 1), 1]
    assert all(child.parent_hash == parent.hash for parent, child in pairwise(headers[:-1]))
    assert headers[head.number] == head
    assert client.block_hash(head.number + 1) is None
    assert client.genesis_hash() == headers[0].hash


def test_logs__one_block_of_three__only_its_logs(register: Register) -> None:
    for account in register.accounts[3:6]:
        register.send("admit", account, SUPPLIER, ENTITY)
    middle = register.client.head().number - 1
    (log,) = register.client.logs(middle, middle, [register.address.lower()])
    assert log.block_number == middle
    assert log.address == register.address
    assert register.client.logs(middle, middle, []) == []
    assert register.client.logs(middle, middle, [register.accounts[9]]) == []


def test_receipts__mined_and_unknown__are_told_apart(register: Register) -> None:
    tx_hash = register.send("admit", register.accounts[3], SUPPLIER, ENTITY)
    receipt, nothing = register.client.receipts([tx_hash, "0x" + "00" * 32])
    assert nothing is None
    assert receipt is not None
    assert (receipt.tx_hash, receipt.status, receipt.block_hash) == (tx_hash, 1, register.client.head().hash)


def test_send_raw_many__new_again_and_stale__each_is_told(node_url: str) -> None:
    from eth_account import Account

    account = Account.create()
    rpc(node_url, "anvil_setBalance", account.address, hex(10**20))

    def signed(nonce: int, value: int = 0) -> bytes:
        order = {"chainId": 31337, "nonce": nonce, "to": account.address, "value": value, "gas": 21_000}
        fees = {"maxFeePerGas": 10**10, "maxPriorityFeePerGas": 0}
        return bytes(account.sign_transaction({**order, **fees}).raw_transaction)

    client = NodeClient(node_url)
    rpc(node_url, "evm_setAutomine", False)
    first = client.send_raw_many([signed(0), signed(0), signed(0, value=1), signed(1)])
    accepted, known, underpriced = SendOutcome.ACCEPTED, SendOutcome.KNOWN, SendOutcome.UNDERPRICED
    assert [result.outcome for result in first] == [accepted, known, underpriced, accepted]
    assert (client.nonce(account.address), client.nonce(account.address, "pending")) == (0, 2)
    rpc(node_url, "evm_mine")
    assert client.nonces([account.address]) == {account.address: 2}
    again = client.send_raw_many([signed(0), b"no transaction"])
    assert [result.outcome for result in again] == [SendOutcome.NONCE_USED, SendOutcome.REFUSED]
    receipt = client.receipts([first[0].tx_hash])[0]
    assert receipt is not None
    assert receipt.gas_used == 21_000


def test_client__sixteen_threads__each_gets_its_own_answers(register: Register) -> None:
    def ask(number: int) -> int:
        return int(register.client.headers([number % 3])[0].number)

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, range(800))) == [number % 3 for number in range(800)]


def test_identity__another_chain_or_genesis__is_refused_before_anything_is_sent(node_url: str) -> None:
    wrong = NodeClient(node_url, chain_id=1)
    with pytest.raises(WrongChain, match="of chain 31337, not 1"):
        wrong.head()
    with pytest.raises(WrongChain):
        wrong.send_raw_many([b"\x00"])
    right = NodeClient(node_url, chain_id=31337)
    right.check_identity(31337, right.genesis_hash())
    right.check_identity(31337, None)
    with pytest.raises(WrongChain, match="begins with"):
        right.check_identity(31337, "0x" + "00" * 32)


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


def transfer(client: NodeClient) -> bytes:
    """A transaction that the node takes, of an account of its own."""
    from eth_account import Account

    account = Account.create()
    client.rpc("anvil_setBalance", account.address, hex(10**20))
    order = {"chainId": 31337, "nonce": 0, "to": account.address, "value": 0, "gas": 21_000, "gasPrice": 10**10}
    return bytes(account.sign_transaction(order).raw_transaction)


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


def test_nobody_listens__is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        client = NodeClient(f"http://127.0.0.1:{free.getsockname()[1]}")
    with pytest.raises(NodeUnavailable, match="refused"):
        client.head()
    assert [result.outcome for result in client.send_raw_many([b"\x00"])] == [SendOutcome.UNKNOWN]


def test_node_refuses__is_an_error_with_its_own_words(node_url: str) -> None:
    with pytest.raises(NodeRefused, match="eth_nothing") as refusal:
        NodeClient(node_url).rpc("eth_nothing")
    assert refusal.value.code != 0


@pytest.mark.parametrize("url", ["ws://localhost:8545", "localhost:8545", "http://", ""])
def test_client__no_http_url__is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="http://host:port"):
        NodeClient(url)
