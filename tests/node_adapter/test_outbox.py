"""The door of the outbox: what it stores, what it hands out to a wallet, and what it takes back."""

import json
import logging
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from node_adapter import typed_data
from node_adapter.errors import ContractReverted
from node_adapter.outbox import (
    AlreadyAccepted,
    Command,
    IdempotencyKeyReused,
    Operation,
    SignatureMismatch,
    SignatureNotAwaited,
    StaleNonce,
)
from node_adapter.signers import Wallet, create_account
from node_adapter.transactions import Transaction
from tests.node_adapter.outbox_support import (
    CHAIN_ID,
    DEBTOR,
    NOTHING,
    PASSPHRASE,
    QUICK,
    SUPPLIER,
    TestNetwork,
    confirmation,
    debtor_wallet,
    make_network,
    propose,
    publish,
)

pytestmark = pytest.mark.devnet


@pytest.fixture
def network(node_url: str, tmp_path: Path) -> Iterator[TestNetwork]:
    with make_network(node_url, tmp_path) as network:
        network.run(network.admit("supplier", SUPPLIER), network.admit("debtor", DEBTOR))
        publish(network)
        yield network


@pytest.fixture
def wallet(network: TestNetwork) -> Wallet:
    return debtor_wallet(network)


def give(network: TestNetwork, operation_id: str, signatures: list[str]) -> Operation:
    return network.outbox.signature(operation_id, signatures)


def rows(network: TestNetwork) -> int:
    with Session(network.engine) as session:
        return session.scalar(select(func.count()).select_from(Operation)) or 0


def test_accept__same_key_again__is_the_same_operation(network: TestNetwork) -> None:
    command = network.anchor("supplier")
    (first,) = network.accept(command)
    found = network.outbox.find(command.organisation, command.idempotency_key, command.request_hash)
    assert found is not None
    assert found.id == first
    before = rows(network)
    with pytest.raises(AlreadyAccepted) as caught:
        network.accept(command)
    assert caught.value.operation_id == first
    assert rows(network) == before
    assert network.outbox.find("another", command.idempotency_key, command.request_hash) is None


def test_accept__same_key_for_another_request__is_refused(network: TestNetwork) -> None:
    command = network.anchor("supplier")
    network.accept(command)
    other = replace(command, request_hash="another")
    with pytest.raises(IdempotencyKeyReused):
        network.outbox.find(other.organisation, other.idempotency_key, other.request_hash)
    with pytest.raises(IdempotencyKeyReused):
        network.accept(other)


def test_accept__callers_transaction_rolls_back__leaves_nothing(network: TestNetwork) -> None:
    before = rows(network)
    with Session(network.engine) as session:
        network.outbox.accept(session, network.anchor("supplier"))
        session.rollback()
    assert rows(network) == before


def test_simulate__call_that_the_contract_refuses__names_it_and_stores_nothing(network: TestNetwork) -> None:
    before = rows(network)
    nonce = network.outbox.client.nonce(network.accounts["bank"])
    with pytest.raises(ContractReverted) as caught:
        network.outbox.simulate(network.anchor("bank"))
    assert caught.value.name == "ParticipantNotActive"
    assert caught.value.params["account"] == network.accounts["bank"]
    assert rows(network) == before
    assert network.outbox.client.nonce(network.accounts["bank"]) == nonce


def test_simulate__signature_still_to_come__checks_all_other_rules(network: TestNetwork) -> None:
    payable_id, values = propose(network)
    command = confirmation(network, payable_id, values)
    network.outbox.simulate(command)
    rival_id, rival = propose(network, **values | {"face_value": 99_999_999})
    (confirmed,) = network.accept(command)
    give(network, confirmed, [sign(network, network.operation(confirmed))])
    network.settle()
    with pytest.raises(ContractReverted) as caught:
        network.outbox.simulate(confirmation(network, payable_id, values))
    assert caught.value.name == "ProposalInvalidState"
    with pytest.raises(ContractReverted) as caught:
        network.outbox.simulate(confirmation(network, rival_id, rival))
    assert caught.value.name == "InvoiceAlreadyClaimed"


def sign(network: TestNetwork, operation: Operation) -> str:
    assert operation.to_sign is not None
    return debtor_wallet(network).sign(operation.to_sign[0])


def test_signature__typed_data_by_the_wallet__is_mined(network: TestNetwork, wallet: Wallet) -> None:
    payable_id, values = propose(network)
    (operation_id,) = network.accept(confirmation(network, payable_id, values))
    operation = network.operation(operation_id)
    assert (operation.state, operation.wallet) == ("awaiting_signature", wallet.address)
    assert operation.to_sign is not None
    network.settle()
    assert network.operation(operation_id).state == "awaiting_signature"
    # What goes over HTTP is JSON.
    signature = wallet.sign(json.loads(json.dumps(operation.to_sign[0])))
    assert give(network, operation_id, [signature]).state == "pending"
    assert give(network, operation_id, [signature]).state == "pending"
    network.settle()
    operation = network.operation(operation_id)
    assert (operation.state, operation.error_name, operation.to_sign) == ("mined", None, None)
    assert give(network, operation_id, [signature]).state == "mined"
    with pytest.raises(SignatureNotAwaited):
        give(network, operation_id, ["0x" + "11" * 65])


def test_signature__of_anything_else__is_refused_and_still_awaited(network: TestNetwork, wallet: Wallet) -> None:
    payable_id, values = propose(network)
    (operation_id,) = network.accept(confirmation(network, payable_id, values))
    operation = network.operation(operation_id)
    assert operation.to_sign is not None
    item = operation.to_sign[0]
    message = item["data"]["message"]
    other_terms = {**item, "data": {**item["data"], "message": {**message, "terms": {**message["terms"]}}}}
    other_terms["data"]["message"]["terms"]["faceValue"] = "100000001"
    other_chain = {**item, "data": {**item["data"], "domain": {**item["data"]["domain"], "chainId": 1}}}
    create_account(network.folder / "mallory", "mallory", PASSPHRASE, work_factor=QUICK)
    mallory = Wallet.load(network.folder / "mallory" / "mallory.json", PASSPHRASE)
    good = wallet.sign(item)
    for signatures in (
        [wallet.sign(other_terms)],
        [wallet.sign(other_chain)],
        [mallory.sign(item)],
        [good, good],
        [],
        ["0x1234"],
        [good[:-2] + "00"],
    ):
        with pytest.raises(SignatureMismatch):
            give(network, operation_id, signatures)
        assert network.operation(operation_id).state == "awaiting_signature"


def own_transaction(network: TestNetwork, payable_id: str, values: dict[str, Any]) -> str:
    command = network.command("debtor", "Origination", "confirm", payable_id, values)
    network.outbox.simulate(command)
    (operation_id,) = network.accept(command)
    return operation_id


def test_signature__own_wallets_transaction__is_sent_as_it_came(network: TestNetwork, wallet: Wallet) -> None:
    operation_id = own_transaction(network, *propose(network))
    operation = network.operation(operation_id)
    assert operation.to_sign is not None
    assert (operation.state, operation.wallet) == ("awaiting_signature", wallet.address)
    raw = wallet.sign(operation.to_sign[0])
    assert give(network, operation_id, [raw]).state == "signed"
    network.settle()
    operation = network.operation(operation_id)
    assert (operation.state, operation.error_name, network.raw(operation_id)) == ("mined", None, raw)
    assert give(network, operation_id, [raw]).state == "mined"


CHANGES: dict[str, Any] = {
    "chain_id": 1,
    "nonce": 7,
    "max_priority_fee_per_gas": 1,
    "max_fee_per_gas": 1,
    "gas": 1_000_000,
    "to": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "data": b"",
    "value": 1,
}


def test_signature__own_transaction_with_one_field_changed__is_refused(network: TestNetwork, wallet: Wallet) -> None:
    assert CHANGES.keys() == {field.name for field in fields(Transaction)}
    operation_id = own_transaction(network, *propose(network))
    operation = network.operation(operation_id)
    assert operation.to_sign is not None
    data = operation.to_sign[0]["data"]
    for name, value in CHANGES.items():
        changed = replace(Transaction.from_json(data), **{name: value})
        raw = wallet.sign({"type": "transaction", "data": changed.to_json(wallet.address)})
        with pytest.raises(SignatureMismatch, match=f"{name} is not what was handed out"):
            give(network, operation_id, [raw])
    stranger = Account.from_key(bytes(range(1, 33)))
    raw = stranger.sign_transaction({k: v for k, v in data.items() if k != "from"}).raw_transaction
    with pytest.raises(SignatureMismatch, match="is signed by"):
        give(network, operation_id, ["0x" + bytes(raw).hex()])
    assert network.operation(operation_id).state == "awaiting_signature"


def test_signature__nonce_used_meanwhile__hands_out_a_fresh_transaction(network: TestNetwork, wallet: Wallet) -> None:
    first, second = (own_transaction(network, *propose(network)) for _ in range(2))
    to_sign = network.operation(first).to_sign, network.operation(second).to_sign
    assert to_sign[0] is not None
    assert to_sign[1] is not None
    give(network, first, [wallet.sign(to_sign[0][0])])
    stale = wallet.sign(to_sign[1][0])
    with pytest.raises(StaleNonce) as caught:
        give(network, second, [stale])
    assert caught.value.to_sign == network.operation(second).to_sign
    give(network, second, [wallet.sign(caught.value.to_sign[0])])
    network.settle()
    assert [network.operation(i).state for i in (first, second)] == ["mined", "mined"]
    assert [network.operation(i).nonce for i in (first, second)] == [0, 1]


def test_refresh_to_sign__later__has_the_nonce_of_now(network: TestNetwork, wallet: Wallet) -> None:
    operation_id = own_transaction(network, *propose(network))
    network.rpc("anvil_setNonce", wallet.address, hex(5))
    assert network.outbox.refresh_to_sign(operation_id)[0]["data"]["nonce"] == "0x5"
    stored = network.operation(operation_id).to_sign
    assert stored is not None
    assert stored[0]["data"]["nonce"] == "0x5"


def quote_messages(network: TestNetwork) -> list[dict[str, Any]]:
    account = network.accounts["supplier"]
    quote = {
        "receivable_id": 1,
        "supplier": account,
        "financier": account,
        "deposit_token": account,
        "value": 2,
        "minimum_take": 2,
        "proceeds": 1,
        "value_date": 1,
        "recourse": False,
        "registration_hash": NOTHING,
        "nonce": 1,
        "expiry": 1,
        "fees": [],
    }
    message = typed_data.quote(CHAIN_ID, account, quote)
    cash = typed_data.receive_with_authorization(
        chain_id=CHAIN_ID,
        token_address=account,
        token_name="x",
        from_=account,
        to=account,
        value=1,
        valid_after=0,
        valid_before=1,
        nonce="0x" + typed_data.digest(message).hex(),
    )
    return [message, cash]


def off_chain(key: str, messages: list[dict[str, Any]], sign_as: str | None) -> Command:
    return Command("f", key, key, "financing.quote", sign=messages, sign_as=sign_as)


def test_accept__two_messages_and_no_call__is_done_when_both_are_signed(network: TestNetwork, wallet: Wallet) -> None:
    messages = quote_messages(network)
    hosted, own, bare = network.accept(
        off_chain("hosted", messages, network.accounts["financier"]),
        off_chain("own", messages, wallet.address),
        off_chain("bare", [], None),
    )
    operation = network.operation(hosted)
    assert operation.state == "done"
    assert operation.signatures is not None
    signers = [typed_data.signer_of(m, s) for m, s in zip(messages, operation.signatures, strict=True)]
    assert signers == [network.accounts["financier"]] * 2
    assert network.operation(bare).state == "done"
    to_sign = network.operation(own).to_sign
    assert to_sign is not None
    with pytest.raises(SignatureMismatch):
        give(network, own, [wallet.sign(to_sign[1]), wallet.sign(to_sign[0])])
    assert give(network, own, [wallet.sign(item) for item in to_sign]).state == "done"


def test_keys__after_a_whole_life__are_in_no_row_log_or_error(
    network: TestNetwork, wallet: Wallet, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    payable_id, values = propose(network)
    (operation_id,) = network.accept(confirmation(network, payable_id, values))
    give(network, operation_id, [sign(network, network.operation(operation_id))])
    network.run(network.anchor("supplier"), network.anchor("bank"))
    with pytest.raises(ContractReverted) as caught:
        network.outbox.simulate(network.anchor("bank"))
    network.engine.dispose()
    stored = b"".join(path.read_bytes() for path in network.folder.glob("scf.sqlite3*"))
    shown = caplog.text + repr(network.outbox) + repr(network.worker) + str(caught.value)
    keystores = [*(network.folder / "keys").glob("*.json"), network.folder / "debtor" / "debtor.json"]
    assert len(keystores) == 8
    for path in keystores:
        key = bytes(Account.decrypt(json.loads(path.read_text()), PASSPHRASE))
        assert key not in stored
        assert key.hex().encode() not in stored.lower()
        assert key.hex() not in shown.lower()
    assert PASSPHRASE.encode() not in stored
    assert PASSPHRASE not in shown
    assert wallet.address.encode() in stored
