"""What comes back from a client's own wallet is taken only if it signs exactly what was handed out."""

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from node_adapter import typed_data
from node_adapter.outbox.commands import SignatureMismatch
from node_adapter.outbox.own_wallet import check_transaction, check_typed_data
from node_adapter.signers import Wallet, create_account
from node_adapter.transactions import ORDER, Transaction
from node_adapter.words import from_hex, hex0x
from tests.node_adapter.outbox_support import PASSPHRASE, QUICK

TO = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
HANDED_OUT = Transaction(31337, 7, 1, 10, 21_000, TO, b"\1\2\3\4")
MESSAGE = typed_data.cancellation(31337, TO, "0x01", 4_000_000_000)


@pytest.fixture
def wallet(tmp_path: Path) -> Wallet:
    create_account(tmp_path / "c", "c", PASSPHRASE, work_factor=QUICK)
    return Wallet.load(tmp_path / "c" / "c.json", PASSPHRASE)


@pytest.fixture
def mallory(tmp_path: Path) -> Wallet:
    create_account(tmp_path / "m", "m", PASSPHRASE, work_factor=QUICK)
    return Wallet.load(tmp_path / "m" / "m.json", PASSPHRASE)


def item(wallet: Wallet, tx: Transaction) -> dict[str, Any]:
    return {"type": "transaction", "data": tx.to_json(wallet.address)}


def test_check_transaction__as_handed_out__is_taken(wallet: Wallet) -> None:
    to_sign = [item(wallet, HANDED_OUT)]
    transaction, signed = check_transaction(to_sign, [wallet.sign(to_sign[0])], wallet.address)
    assert transaction == HANDED_OUT
    assert hex0x(signed.raw) == wallet.sign(to_sign[0])


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("chain_id", {"chain_id": 1}),
        ("nonce", {"nonce": 8}),
        ("max_priority_fee_per_gas", {"max_priority_fee_per_gas": 2}),
        ("max_fee_per_gas", {"max_fee_per_gas": 11}),
        ("gas", {"gas": 21_001}),
        ("to", {"to": None}),
        ("to", {"to": "0x6370eF2f4Db3611D657b90667De398a2Cc2a370C"}),
        ("data", {"data": b"\1\2\3\5"}),
        ("value", {"value": 1}),
    ],
)
def test_check_transaction__one_field_changed__is_named(wallet: Wallet, field: str, change: dict[str, Any]) -> None:
    came_back = wallet.sign(item(wallet, replace(HANDED_OUT, **change)))
    with pytest.raises(SignatureMismatch, match=f"signature 0: {field} is not what was handed out"):
        check_transaction([item(wallet, HANDED_OUT)], [came_back], wallet.address)


def test_check_transaction__signed_by_another__is_named(wallet: Wallet, mallory: Wallet) -> None:
    came_back = mallory.sign(item(mallory, HANDED_OUT))
    with pytest.raises(SignatureMismatch, match=f"it is signed by {mallory.address}, not by {wallet.address}"):
        check_transaction([item(wallet, HANDED_OUT)], [came_back], wallet.address)


def upper_half(raw: bytes) -> bytes:
    import rlp

    fields = rlp.decode(raw[1:])
    fields[9] = b"" if fields[9] else b"\1"
    fields[11] = (ORDER - int.from_bytes(fields[11], "big")).to_bytes(32, "big")
    return raw[:1] + bytes(rlp.encode(fields))


@pytest.mark.parametrize(
    "change",
    [
        upper_half,
        lambda raw: raw[:-1],
        lambda raw: raw + b"\0",
        lambda raw: b"\1" + raw[1:],
        lambda _: b"",
        lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]),
    ],
    ids=["high s", "cut", "longer", "another type", "empty", "another signature"],
)
def test_check_transaction__other_bytes__are_refused(wallet: Wallet, change: Callable[[bytes], bytes]) -> None:
    to_sign = [item(wallet, HANDED_OUT)]
    raw = from_hex(wallet.sign(to_sign[0]))
    for came_back in ([hex0x(change(raw))], [], [hex0x(raw)] * 2, ["no hex"]):
        with pytest.raises(SignatureMismatch):
            check_transaction(to_sign, came_back, wallet.address)


@pytest.mark.parametrize(
    "path",
    [("message", "payableId"), ("message", "deadline"), ("domain", "chainId"), ("domain", "verifyingContract")],
    ids=".".join,
)
def test_check_typed_data__one_field_changed__is_refused(wallet: Wallet, path: tuple[str, str]) -> None:
    changed = copy.deepcopy(MESSAGE)
    before = changed[path[0]][path[1]]
    changed[path[0]][path[1]] = {str: "2", int: 1}[type(before)] if path[1] != "verifyingContract" else wallet.address
    handed_out = [{"type": "typed_data", "data": MESSAGE}]
    with pytest.raises(SignatureMismatch, match=f"it is not {wallet.address}'s over the message handed out"):
        check_typed_data(handed_out, [wallet.sign({"type": "typed_data", "data": changed})], wallet.address)


def test_check_typed_data__another_signer_order_form_or_half__is_refused(wallet: Wallet, mallory: Wallet) -> None:
    other = typed_data.cancellation(31337, TO, "0x02", 4_000_000_000)
    handed_out = [{"type": "typed_data", "data": message} for message in (MESSAGE, other)]
    rightly = [wallet.sign(each) for each in handed_out]
    assert check_typed_data(handed_out, [text.upper().replace("0X", "0x") for text in rightly], wallet.address) == [
        text.lower() for text in rightly
    ]
    raw = from_hex(rightly[0])
    s = ORDER - int.from_bytes(raw[32:64], "big")
    high = hex0x(raw[:32] + s.to_bytes(32, "big") + bytes([55 - raw[64]]))
    for wrong in (
        rightly[::-1],
        rightly[:1],
        [mallory.sign(handed_out[0]), rightly[1]],
        [high, rightly[1]],
        [rightly[0][:-2], rightly[1]],
        [hex0x(raw[:64] + b"\x1d"), rightly[1]],
        [hex0x(bytes(65)), rightly[1]],
    ):
        with pytest.raises(SignatureMismatch):
            check_typed_data(handed_out, wrong, wallet.address)
