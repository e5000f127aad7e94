"""Revert data → named errors, for every error that our contracts and their libraries can raise."""

from typing import Any

import pytest
from eth_abi.abi import decode, encode
from eth_abi.tools._strategies import get_abi_strategy
from hypothesis import given, settings
from hypothesis import strategies as st

from node_adapter.artifacts import CONTRACTS, abi
from node_adapter.errors import UNKNOWN, custom_errors, decode_revert
from node_adapter.reverts import EXECUTION_FAILED, contract_refusal
from node_adapter.rpc import RpcError
from node_adapter.words import snake_case

ERRORS = sorted(custom_errors().items(), key=lambda item: item[1]["name"])
NOT_ACTIVE = "0x" + next(key for key, entry in ERRORS if entry["name"] == "ParticipantNotActive").hex()
REVERT = NOT_ACTIVE + encode(["address", "uint8"], ["0x" + "11" * 20, 2]).hex()


@pytest.mark.parametrize(("selector", "entry"), ERRORS, ids=[entry["name"] for _, entry in ERRORS])
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_decode_revert__every_custom_error__gives_its_name_and_values(
    selector: bytes, entry: dict[str, Any], data: st.DataObject
) -> None:
    types = [field["type"] for field in entry["inputs"]]
    values = [data.draw(get_abi_strategy(kind)) for kind in types]
    refusal = decode_revert("0x" + (selector + encode(types, values)).hex())
    assert refusal.name == entry["name"]
    assert list(refusal.params) == [snake_case(field["name"]) for field in entry["inputs"]]
    for field, value in zip(entry["inputs"], decode(types, encode(types, values)), strict=True):
        got = refusal.params[snake_case(field["name"])]
        if isinstance(got, str) and got.startswith("0x") and field["type"] != "string":
            plain = value if isinstance(value, int) else int.from_bytes(value) if isinstance(value, bytes) else None
            assert int(got, 16) == (int(value, 16) if plain is None else plain)
        else:
            assert got == value


def test_custom_errors__every_abi__is_covered() -> None:
    declared = {entry["name"] for contract in CONTRACTS for entry in abi(contract) if entry["type"] == "error"}
    assert {entry["name"] for _, entry in ERRORS} == declared | {"Error", "Panic"}


def test_custom_errors__two_of_one_selector__there_are_none() -> None:
    by_name: dict[str, set[bytes]] = {}
    for selector, entry in ERRORS:
        by_name.setdefault(entry["name"], set()).add(selector)
    assert [name for name, selectors in by_name.items() if len(selectors) > 1] == []


def test_decode_revert__ids_and_addresses__look_as_everywhere() -> None:
    selector = next(key for key, entry in ERRORS if entry["name"] == "InvoiceAlreadyClaimed")
    refusal = decode_revert("0x" + (selector + encode(["bytes32", "uint256"], [b"\xab" * 32, 0xCD])).hex())
    assert refusal.params == {"invoice_fingerprint": "0x" + "ab" * 32, "payable_id": "0x" + "cd".zfill(56)}
    assert str(refusal).startswith("InvoiceAlreadyClaimed(invoice_fingerprint=0xabab")


def test_decode_revert__numbers_too_long_for_json__are_text() -> None:
    selectors = {entry["name"]: key for key, entry in ERRORS}
    party, long = "0x" + "11" * 20, 2**223
    invalid = decode_revert(
        "0x" + (selectors["SignatureInvalid"] + encode(["uint256", "address"], [long, party])).hex()
    )
    assert invalid.params["subject"] == f"0x{long:056x}"
    used = decode_revert("0x" + (selectors["QuoteAlreadyUsed"] + encode(["address", "uint256"], [party, long])).hex())
    assert used.params["nonce"] == f"0x{long:064x}"


def test_decode_revert__text_and_panic__are_named() -> None:
    text = decode_revert("0x08c379a0" + encode(["string"], ["no"]).hex())
    panic = decode_revert("0x4e487b71" + encode(["uint256"], [0x11]).hex())
    assert (text.name, text.params) == ("Error", {"message": "no"})
    assert (panic.name, panic.params) == ("Panic", {"code": 0x11})


@pytest.mark.parametrize("data", [None, "", "0x", "0x12", "0xdeadbeef", "gibberish", REVERT[:-2], "0xzz"])
def test_decode_revert__what_nobody_knows__is_kept(data: str | None) -> None:
    refusal = decode_revert(data)
    assert (refusal.name, refusal.params) == (UNKNOWN, {"data": data or "0x"})


@pytest.mark.parametrize(
    "error",
    [
        RpcError(3, "execution reverted: custom error 0x…", REVERT),  # anvil, geth
        RpcError(3, "VM exception", REVERT),
        RpcError(-32000, "Execution reverted", REVERT),  # Besu
        RpcError(-32015, "VM execution error.", f"Reverted {REVERT}"),  # Nethermind, OpenEthereum
        RpcError(-32603, "transaction reverted", {"message": "x", "data": {"data": REVERT}}),  # nested
        RpcError(-32603, "reverted", {"0x" + "ab" * 32: {"error": "revert", "return": REVERT}}),  # by transaction
    ],
)
def test_contract_refusal__wherever_a_node_puts_the_data__is_named(error: RpcError) -> None:
    refusal = contract_refusal(error)
    assert refusal is not None
    assert refusal.name == "ParticipantNotActive"
    assert refusal.params["status"] == 2


@pytest.mark.parametrize("message", ["insufficient funds for gas * price + value", "header not found", "rate limited"])
def test_contract_refusal__the_nodes_own_trouble__is_not_the_contracts(message: str) -> None:
    assert contract_refusal(RpcError(-32000, message, None)) is None


@pytest.mark.parametrize(
    "message", ["EVM error OutOfGas", "gas required exceeds allowance (0)", "invalid opcode: INVALID"]
)
def test_contract_refusal__execution_that_ends_without_a_revert__is_final(message: str) -> None:
    refusal = contract_refusal(RpcError(-32000, message, None))
    assert refusal is not None
    assert refusal.name == EXECUTION_FAILED
