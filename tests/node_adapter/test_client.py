"""The client on a real node, deployed to by web3 so that nothing of ours checks itself."""

import socket
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest

from hardhat_free_devnet import rpc
from node_adapter.artifacts import abi, event_specs, journal_next
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
from node_adapter.words import hex0x
from tests.node_adapter.register import ENTITY, SUPPLIER, Register

pytestmark = pytest.mark.devnet


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
