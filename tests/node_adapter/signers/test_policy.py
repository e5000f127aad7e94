"""The policy in front of every signer: what a key may sign, how much a day, and what it is told otherwise."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from node_adapter import typed_data
from node_adapter.artifacts import bytecode
from node_adapter.codec import encode_creation
from node_adapter.db import make_engine, migrate
from node_adapter.signers import Keyring, Policy, PolicyRefused, Rule, Signers, create_account
from node_adapter.signers.spending import SignerSpend, Spending
from node_adapter.transactions import Transaction, disassemble
from tests.node_adapter.outbox_support import PASSPHRASE, QUICK
from tests.node_adapter.signers.policy_acts import (
    ADDRESSES,
    CHAIN_ID,
    DAY,
    DEPLOYMENTS,
    NOON,
    TO,
    WORD,
    call,
    cash,
    credit,
)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else f"sqlite:///{tmp_path}/scf.db"
    engine = make_engine(url)
    migrate(engine, "node_adapter")
    yield engine
    engine.dispose()


@pytest.fixture
def bank(tmp_path: Path) -> str:
    return create_account(tmp_path / "keys", "bank", PASSPHRASE, work_factor=QUICK)


def signers(
    tmp_path: Path, rules: dict[str, Rule], engine: Engine | None = None, clock: Clock | None = None
) -> Signers:
    spending = None if engine is None else Spending(engine, clock or Clock())
    return Signers([Keyring(tmp_path / "keys", PASSPHRASE)], Policy(rules, lambda: DEPLOYMENTS, spending))


def test_sign_transaction__allowed_by_name_form_or_code__is_signed(tmp_path: Path, bank: str) -> None:
    form = "Receivables.transferFrom(address,address,uint256)"
    rule = Rule(frozenset({"DepositToken.credit", form, "Anchors.constructor"}))
    behind = signers(tmp_path, {bank: rule})
    creation = Transaction(CHAIN_ID, 0, 0, 10, 100, None, encode_creation("Anchors", [TO]))
    moved = call("Receivables", "transferFrom(address,address,uint256)", bank, TO, 1)
    for tx in (credit(5), moved, creation):
        assert disassemble(behind.sign_transaction(bank, tx).raw) == (tx, bank)


def test_sign_transaction__cancelling_a_nonce__every_key_may(tmp_path: Path, bank: str) -> None:
    cancel = Transaction(CHAIN_ID, 7, 0, 10, 21_000, bank, b"")
    assert disassemble(signers(tmp_path, {}).sign_transaction(bank, cancel).raw) == (cancel, bank)


REFUSED = {
    "a function that is not listed": (call("DepositTokenCNY", "transfer", TO, 5), "DepositToken.transfer", "not among"),
    "another form of a function": (
        call("Receivables", "transferFrom(uint256,address,uint256)", 1, TO, 5),
        "Receivables.transferFrom",
        "not among",
    ),
    "another address": (replace(credit(5), to=TO), f"a call of {TO}", "none of the network's contracts is there"),
    "a call of nobody without data": (replace(credit(5), to=TO, data=b""), f"a call of {TO}", "none of the network's"),
    "value": (replace(credit(5), value=1), "a call of", "it carries 1 wei"),
    "another chain": (replace(credit(5), chain_id=1), "a call of", "it is for chain 1, this network is on 31337"),
    "no function": (replace(credit(5), data=b"\1\2\3\4"), "a call of", "DepositToken has no function 0x01020304"),
    "a view": (call("DepositTokenCNY", "balanceOf", TO), "a call of", "has no function"),
    "half arguments": (replace(credit(5), data=credit(5).data[:40]), "DepositToken.credit", "cannot be read"),
    "a listed contract, made": (
        Transaction(CHAIN_ID, 0, 0, 10, 100, None, bytecode("Anchors")),
        "Anchors.constructor",
        "not among",
    ),
    "unknown code": (Transaction(CHAIN_ID, 0, 0, 10, 100, None, b"\x60\x00"), "a creation", "as they were built"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_sign_transaction__anything_else__is_refused_by_name(tmp_path: Path, bank: str, what: str) -> None:
    tx, function, reason = REFUSED[what]
    rule = Rule(frozenset({"DepositToken.credit", "Receivables.transferFrom(address,address,uint256)"}))
    with pytest.raises(PolicyRefused, match=reason) as caught:
        signers(tmp_path, {bank: rule}).sign_transaction(bank, tx)
    assert caught.value.signer == bank
    assert function in caught.value.function
    assert caught.value.params.keys() == {"signer", "function", "reason"}


def test_sign__key_without_a_rule__signs_nothing(tmp_path: Path, bank: str) -> None:
    behind = signers(tmp_path, {})
    with pytest.raises(PolicyRefused, match=r"refuses DepositToken\.credit: it is not among"):
        behind.sign_transaction(bank, credit(1))
    with pytest.raises(PolicyRefused, match=r"refuses DepositToken\.ReceiveWithAuthorization"):
        behind.sign_typed_data(bank, cash(bank, 1))


def test_sign_typed_data__of_the_network_alone__is_signed(tmp_path: Path, bank: str) -> None:
    behind = signers(tmp_path, {bank: Rule(frozenset({"DepositToken.ReceiveWithAuthorization"}))})
    message = cash(bank, 5)
    assert typed_data.signer_of(message, behind.sign_typed_data(bank, message)) == bank
    changed: list[dict[str, Any]] = [
        {"domain": message["domain"] | {"chainId": 1}},
        {"domain": message["domain"] | {"verifyingContract": TO}},
        {"domain": message["domain"] | {"verifyingContract": ADDRESSES["Discounting"]}},
        {"primaryType": "Permit"},
        {"types": message["types"] | {"More": []}},
        {"message": {"from": bank}},
        {"message": None},
    ]
    for change in changed:
        with pytest.raises(PolicyRefused):
            behind.sign_typed_data(bank, message | change)


def test_daily__over_it__is_refused_with_the_numbers_and_nothing_is_counted(
    tmp_path: Path, bank: str, engine: Engine
) -> None:
    may = frozenset({"DepositToken.credit", "DepositToken.ReceiveWithAuthorization", "Anchors.anchor"})
    behind = signers(tmp_path, {bank: Rule(may, {"CNY": 100})}, engine)
    behind.sign_transaction(bank, credit(60, nonce=0))
    behind.sign_typed_data(bank, cash(bank, 30))
    with pytest.raises(PolicyRefused, match=r"with this 11 the business day would have 101 CNY, at most 100"):
        behind.sign_transaction(bank, credit(11, nonce=1))
    behind.sign_transaction(bank, credit(10, nonce=1))
    behind.sign_transaction(bank, call("Anchors", "anchor", WORD, WORD, nonce=2))
    with pytest.raises(PolicyRefused, match="1 JPY, at most 0"):
        behind.sign_transaction(bank, credit(1, nonce=3, token="DepositTokenJPY"))
    assert behind.policy is not None
    assert behind.policy.spending is not None
    assert behind.policy.spending.spent(bank) == {"CNY": 100}


def test_daily__same_bytes_or_a_replacement_again__count_once_with_the_most(
    tmp_path: Path, bank: str, engine: Engine
) -> None:
    may = frozenset({"DepositToken.credit", "DepositToken.ReceiveWithAuthorization"})
    behind = signers(tmp_path, {bank: Rule(may, {"CNY": 100})}, engine)
    for fee in (10, 10, 20):
        behind.sign_transaction(bank, replace(credit(60, nonce=5), max_fee_per_gas=fee))
        behind.sign_typed_data(bank, cash(bank, 20))
    behind.sign_transaction(bank, replace(credit(80, nonce=5), max_fee_per_gas=30))
    behind.sign_transaction(bank, Transaction(CHAIN_ID, 5, 0, 40, 21_000, bank, b""))
    with Session(engine) as session:
        assert sorted(session.scalars(select(SignerSpend.amount))) == [20, 80]
    with pytest.raises(PolicyRefused, match="101 CNY"):
        behind.sign_transaction(bank, credit(1, nonce=6))


def test_daily__signed_again_while_somebody_writes__waits_for_nobody(tmp_path: Path, bank: str, engine: Engine) -> None:
    """SQLite has one writer: who signs the same again in the writer's own transaction would wait for itself."""
    behind = signers(tmp_path, {bank: Rule(frozenset({"DepositToken.credit"}), {"CNY": 100})}, engine)
    signed = behind.sign_transaction(bank, credit(60))
    with engine.begin():
        assert behind.sign_transaction(bank, credit(60)) == signed


def test_daily__next_business_date__begins_anew(tmp_path: Path, bank: str, engine: Engine) -> None:
    """R-44: the day ends at midnight in Shanghai, 16:00 UTC."""
    clock = Clock()
    behind = signers(tmp_path, {bank: Rule(frozenset({"DepositToken.credit"}), {"CNY": 100})}, engine, clock)
    clock.now = DAY * 86_400 + 16 * 3_600 - 1
    behind.sign_transaction(bank, credit(100, nonce=0))
    with pytest.raises(PolicyRefused):
        behind.sign_transaction(bank, credit(1, nonce=1))
    clock.now += 1
    behind.sign_transaction(bank, credit(100, nonce=1))
    # Yesterday's, replaced today, is still yesterday's.
    behind.sign_transaction(bank, replace(credit(100, nonce=0), max_fee_per_gas=20))
    with pytest.raises(PolicyRefused):
        behind.sign_transaction(bank, credit(1, nonce=2))


def test_daily__many_sign_for_the_rest_at_once__exactly_what_fits_is_signed(
    tmp_path: Path, bank: str, engine: Engine
) -> None:
    """As two workers and an API would: each with its own connection, keyring and policy."""
    rules = {bank: Rule(frozenset({"DepositToken.ReceiveWithAuthorization"}), {"CNY": 100})}
    outcomes: list[bool] = []
    start = threading.Barrier(8)

    def sign(worker: int) -> None:
        behind = signers(tmp_path, rules, engine)
        behind.unlock(bank)
        start.wait()
        for turn in range(4):
            try:
                behind.sign_typed_data(bank, cash(bank, 7, f"0x{worker:032x}{turn:032x}"))
                outcomes.append(True)
            except PolicyRefused:
                outcomes.append(False)

    threads = [threading.Thread(target=sign, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count(True), len(outcomes)) == (14, 32)


def test_permit__a_clients_own_wallet__has_the_same_policy_and_counts_what_came_back(
    tmp_path: Path, bank: str, engine: Engine
) -> None:
    may = frozenset({"DepositToken.credit", "DepositToken.ReceiveWithAuthorization"})
    behind = signers(tmp_path, {TO: Rule(may, {"CNY": 100})}, engine)
    for _ in range(3):
        behind.permit_transaction(TO, credit(100), signed=False)
        behind.permit_typed_data(TO, cash(TO, 100), signed=False)
    behind.permit_transaction(TO, credit(90), signed=True)
    behind.permit_transaction(TO, credit(90), signed=True)
    with pytest.raises(PolicyRefused, match="101 CNY"):
        behind.permit_typed_data(TO, cash(TO, 11), signed=False)
    with pytest.raises(PolicyRefused, match="101 CNY"):
        behind.permit_typed_data(TO, cash(TO, 11), signed=True)
    with pytest.raises(PolicyRefused, match="not among"):
        behind.permit_transaction(TO, call("DepositTokenCNY", "transfer", bank, 1), signed=False)
    # One that the policy does not name is its owner's affair alone; a key of ours that it does not name is not.
    stranger = "0x6370eF2f4Db3611D657b90667De398a2Cc2a370C"
    behind.permit_transaction(stranger, call("DepositTokenCNY", "transfer", bank, 1), signed=True)
    behind.permit_typed_data(stranger, cash(stranger, 11), signed=True)
