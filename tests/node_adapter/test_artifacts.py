"""The committed ABIs, and how the words of a log become values: compared with eth_abi on what hypothesis thinks of."""

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
from eth_abi.abi import decode, encode
from eth_abi.tools._strategies import get_abi_strategy
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from node_adapter.artifacts import CONTRACTS, EventSpec, MalformedLog, abi, artifact, event_specs, journal_next
from node_adapter.words import hex0x, payable_of, snake_case
from tests.node_adapter.sources import source_of

SPECS = sorted(event_specs().values(), key=lambda spec: (spec.contract, spec.name))
PAYABLE_IDS = {"payableId", "_oldSlot", "_newSlot"}
COUNTED_IDS = {"programmeId", "orderId", "holdId", "payOutId"}
"""Numbers from 1 up."""
RECEIVABLE_IDS = {
    "receivableId",
    "childId",
    "absorbedId",
    "deliveredId",
    "movedId",
    "tokenId",
    "_tokenId",
    "_fromTokenId",
    "_toTokenId",
}


def spec_of(contract: str, name: str) -> EventSpec:
    (spec,) = [spec for spec in SPECS if (spec.contract, spec.name) == (contract, name)]
    return spec


def as_log(spec: EventSpec, values: Sequence[Any]) -> tuple[list[bytes], bytes]:
    indexed = [encode([f.type], [v]) for f, v in zip(spec.fields, values, strict=True) if f.indexed]
    rest = [(f.type, v) for f, v in zip(spec.fields, values, strict=True) if not f.indexed]
    return [spec.topic0, *indexed], encode([kind for kind, _ in rest], [value for _, value in rest])


def expected(solidity_name: str, kind: str, value: Any) -> Any:
    """What the rooms agreed on, said a second time."""
    if kind == "address":
        return to_checksum_address(value)
    if kind.startswith("bytes"):
        return "0x" + value.hex()
    if kind == "uint256" and solidity_name in PAYABLE_IDS:
        return f"0x{value:056x}"
    if kind == "uint256" and solidity_name in RECEIVABLE_IDS | {"nonce"}:
        return f"0x{value:064x}"
    return value


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.contract}.{spec.name}")
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_decode__any_values_of_any_event__equals_eth_abi(spec: EventSpec, data: st.DataObject) -> None:
    given_values = [data.draw(get_abi_strategy(field.type)) for field in spec.fields]
    topics, words = as_log(spec, given_values)
    # Through eth_abi and back, so that the expectation is in its types.
    types = [field.type for field in spec.fields]
    values = decode(types, encode(types, given_values))
    assert spec.decode(topics, words) == {
        snake_case(f.solidity_name): expected(f.solidity_name, f.type, v)
        for f, v in zip(spec.fields, values, strict=True)
    }
    # The generated decoder alone, unless there is a dynamic value in the data; and its JSON.
    dynamic = any(not field.indexed and field.type in ("string", "bytes", "bytes[]") for field in spec.fields)
    assert (spec._generated is None) == dynamic, spec.name
    found, text = spec.decode_both(topics, words)
    assert text == json.dumps(found)
    if spec._generated is not None:
        assert spec._generated(topics, words) == (found, text)
        assert spec._read(topics, words) == found


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.contract}.{spec.name}")
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_decode__any_words_at_all__the_generated_decoder_takes_what_readers_take(
    spec: EventSpec, data: st.DataObject
) -> None:
    """It never reads what they refuse: a word with a bit too many, a byte too few."""
    if spec._generated is None:
        return
    word = st.one_of(
        st.binary(min_size=32, max_size=32),
        st.integers(0, 2**64).map(lambda n: n.to_bytes(32, "big")),
        st.integers(0, 2**224).map(lambda n: n.to_bytes(32, "big")),
        st.binary(min_size=31, max_size=33),
    )
    topics = [spec.topic0, *(data.draw(word) for field in spec.fields if field.indexed)]
    words = b"".join(data.draw(word) for field in spec.fields if not field.indexed)
    try:
        read: dict[str, Any] | None = spec._read(topics, words)
    except MalformedLog:
        read = None
    found = spec._generated(topics, words)
    assert found == (None if read is None else (read, json.dumps(read)))


def test_event_specs__topic0__is_the_hash_of_the_signature() -> None:
    transfer = event_specs()["DepositToken", hex0x(keccak(text="Transfer(address,address,uint256)"))]
    assert [field.indexed for field in transfer.fields] == [True, True, False]
    assert transfer.business
    assert not event_specs()["Receivables", hex0x(keccak(text="Transfer(address,address,uint256)"))].business


@pytest.mark.parametrize("contract", CONTRACTS)
def test_event_specs__business__are_exactly_what_the_source_journals(contract: str) -> None:
    """Read off the sources: whatever is encoded with its selector, to be logged and chained."""
    source = source_of(contract)
    business = {spec.name: spec for spec in SPECS if spec.contract == contract and spec.business}
    assert set(re.findall(r"abi\.encode\(\s*(\w+)\.selector", source)) == business.keys()
    for topics, name in re.findall(r"_announce\(\s*(\d),\s*abi\.encode\(\s*(\w+)\.selector", source):
        assert int(topics) == 1 + sum(field.indexed for field in business[name].fields), name


def test_event_fields__every_id_of_ours__is_known_as_one() -> None:
    """A new `…Id` that no rule knows would reach SQL and JSON as a number too long for them."""
    ids = {
        f.solidity_name for s in SPECS if s.business for f in s.fields if f.type == "uint256" and f.name[-3:] == "_id"
    }
    ours = PAYABLE_IDS | RECEIVABLE_IDS | COUNTED_IDS
    assert ids == {name for name in ours if "oken" not in name and "lot" not in name}


DRAWN = spec_of("Settlement", "ReceivableDrawn")
TOPICS, DATA = as_log(DRAWN, [7, "0x" + "11" * 20, 2**53 - 1, 5, 0, True])


@pytest.mark.parametrize(
    ("topics", "data", "why"),
    [
        (TOPICS[:-1], DATA, "topics"),
        ([b"\1" * 32, *TOPICS[1:]], DATA, "topics"),
        (TOPICS, DATA[:-1], "127 bytes"),
        (TOPICS, DATA + b"\0", "129 bytes"),
        ([*TOPICS[:2], b"\1" + TOPICS[2][1:]], DATA, "address"),
        (TOPICS, (2**56).to_bytes(32, "big") + DATA[32:], "56 bits"),
        (TOPICS, DATA[:-1] + b"\2", "1 bits"),
        ([*TOPICS[:2], TOPICS[2][:31]], DATA, "address"),
    ],
    ids=["topic missing", "topic 0", "cut", "long", "dirty address", "uint56", "bool", "short topic"],
)
def test_decode__a_log_that_is_not_of_its_events_form__is_refused(topics: list[bytes], data: bytes, why: str) -> None:
    assert DRAWN.decode(TOPICS, DATA)["redeemed"] is True
    with pytest.raises(MalformedLog, match=why):
        DRAWN.decode(topics, data)


def test_decode__a_selector_with_more_behind_it__is_refused() -> None:
    changed = spec_of("AccessManager", "TargetFunctionRoleUpdated")
    topics, data = as_log(changed, ["0x" + "11" * 20, b"\x12\x34\x56\x78", 7])
    assert changed.decode(topics, data)["selector"] == "0x12345678"
    with pytest.raises(MalformedLog, match="more than 4 bytes"):
        changed.decode(topics, data[:31] + b"\1" + data[32:])


def test_decode__dynamic_data_cut_short__is_refused() -> None:
    label = spec_of("AccessManager", "RoleLabel")
    topics, data = as_log(label, [1, "operator"])
    assert label.decode(topics, data) == {"role_id": 1, "label": "operator"}
    with pytest.raises(MalformedLog):
        label.decode(topics, data[:-32])


def test_journal_next__two_events__are_chained_by_hand() -> None:
    topics, data = [b"\x01" * 32, b"\x02" * 32], b"\x03" * 64
    event = keccak(b"\x01" * 32 + b"\x02" * 32 + b"\x03" * 64)
    first = keccak(bytes(32) + event)[:26] + (1).to_bytes(6, "big")
    second = keccak(first + event)[:26] + (2).to_bytes(6, "big")
    assert journal_next(bytes(32), topics, data) == first
    assert journal_next(first, topics, data) == second
    assert first.hex() == "0e4f57a696fa18656f2f13f58a68b0b8da86a2c185ff38cecdc0000000000001"


def test_journal_next__no_whole_word__is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        journal_next(b"", [], b"")


def test_payable_of__a_receivable__is_its_id_without_the_serial() -> None:
    assert payable_of("0x" + "ab" * 28 + "00000001") == "0x" + "ab" * 28
    with pytest.raises(ValueError, match="not a receivable"):
        payable_of("0x" + "ab" * 28)


def test_snake_case__the_names_we_have__read_well() -> None:
    names = ["payableId", "now_", "_fromTokenId", "legalEntityHash", "to", ""]
    assert [snake_case(name) for name in names] == [
        "payable_id",
        "now",
        "from_token_id",
        "legal_entity_hash",
        "to",
        "",
    ]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_artifact__each_contract__fits_the_chain_and_has_no_unlinked_part(contract: str) -> None:
    content = artifact(contract)
    deployed = bytes.fromhex(content["deployed_bytecode"][2:])
    assert 0 < len(deployed) <= 24_576  # EIP-170
    assert len(bytes.fromhex(content["bytecode"][2:])) > len(deployed)
    assert all(reference["start"] + 32 <= len(deployed) for reference in content["immutable_references"])


def test_artifact__a_librarys_error__is_in_the_abi_of_the_contract_that_raises_it() -> None:
    assert "AmountOutOfRange" in {entry["name"] for entry in abi("DepositToken") if entry["type"] == "error"}


def test_artifact__no_such_contract__is_named() -> None:
    with pytest.raises(KeyError, match="no contract 'Receivable'"):
        artifact("Receivable")
