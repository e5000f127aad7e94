"""RLP and the Merkle-Patricia trie, against another implementation and a real node's own roots."""

import random
from typing import Any

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from hardhat_free_devnet import rpc
from indexer.proof import node as asked
from indexer.proof.errors import ProofBroken
from indexer.proof.trie import EMPTY_ROOT, prove, proven, trie_root
from node_adapter.client import NodeClient
from node_adapter.codec import encode_call
from node_adapter.rlp import DEPTH_MAX, decode, decode_number, encode, number
from node_adapter.words import from_hex, hex0x, keccak
from tests.indexer.devnet import Network, word

TRANSACTIONS = 140
"""More than 128: from there on an index is more than one byte, and its key longer."""

ITEMS: Any = st.recursive(st.binary(max_size=70), lambda inner: st.lists(inner, max_size=5), max_leaves=12)
ENTRIES = st.dictionaries(
    st.binary(min_size=1, max_size=4), st.binary(min_size=1, max_size=60), min_size=1, max_size=24
)


def _depth(item: Any) -> int:
    return 1 + max(map(_depth, item), default=0) if isinstance(item, list) else 0


@given(ITEMS.filter(lambda item: _depth(item) < DEPTH_MAX))
def test_rlp__any_item__is_written_as_others_do_and_read_back(item: Any) -> None:
    assert encode(item) == rlp.encode(item)
    assert decode(encode(item)) == item


@given(st.binary(max_size=12))
def test_rlp_decode__any_bytes__read_only_where_others_read_them(data: bytes) -> None:
    try:
        theirs = rlp.decode(data, strict=True)
    except rlp.exceptions.DecodingError:
        with pytest.raises(ValueError, match=r"."):
            decode(data)
        return
    if _depth(theirs) < DEPTH_MAX:
        assert decode(data) == theirs


def test_rlp_decode__nested_without_end__refused() -> None:
    data = b""
    for _ in range(2_000):
        data = encode([data])
    with pytest.raises(ValueError, match="nests too deeply"):
        decode(encode([[[[[[[[[b""]]]]]]]]]))
    assert decode_number(number(0)) == 0
    with pytest.raises(ValueError, match="number"):
        decode_number(b"\0\1")


@given(ENTRIES, st.binary(min_size=1, max_size=4))
def test_prove__any_entries__each_is_proven_and_what_is_not_there_is_not(
    entries: dict[bytes, bytes], other: bytes
) -> None:
    root, proofs = prove(entries, list(entries))
    assert root == trie_root(entries)
    for key, value in entries.items():
        assert proven(root, key, proofs[key], "proof") == value
    if other not in entries:
        grown = trie_root({**entries, other: b"x"})
        assert grown != root


def test_proven__a_changed_node_key_or_root__refused_and_named() -> None:
    chance = random.Random(1)
    entries = {encode(number(i)): chance.randbytes(90) for i in range(300)}
    root, proofs = prove(entries, list(entries))
    key = encode(number(200))
    proof = proofs[key]
    assert len(proof) > 2
    for place in range(len(proof)):
        changed = bytearray(proof[place])
        changed[len(changed) // 2] ^= 1
        with pytest.raises(ProofBroken, match=rf"proof\[{place}\]"):
            proven(root, key, [*proof[:place], bytes(changed), *proof[place + 1 :]], "proof")
    with pytest.raises(ProofBroken, match="ends after"):
        proven(root, key, proof[:-1], "proof")
    with pytest.raises(ProofBroken, match="goes on"):
        proven(root, key, [*proof, proof[-1]], "proof")
    with pytest.raises(ProofBroken, match=r"proof\[0\]"):
        proven(keccak(b"another"), key, proof, "proof")
    assert proven(EMPTY_ROOT, key, [], "proof") is None


@pytest.mark.devnet
def test_prove__receipts_of_a_full_block__give_the_roots_of_a_real_node(network: Network) -> None:
    rpc(network.url, "evm_setAutomine", False)
    anchors = network.deployments.address("Anchors")
    old, new = {"gasPrice": hex(10**10)}, {"maxFeePerGas": hex(10**10), "maxPriorityFeePerGas": hex(10**10)}
    for i in range(TRANSACTIONS):
        data = encode_call("Anchors", "anchor", (word(f"trie {i}"), hex0x(bytes(32))))
        sent = {
            "from": network.addresses["s1" if i % 2 else "s2"],
            "to": anchors,
            "data": hex0x(data),
            "gas": hex(10**5),
        }
        # Of the oldest kind of transaction receipts are written otherwise.
        rpc(network.url, "eth_sendTransaction", {**sent, **(old if i % 3 else new)})
    network.mine()
    block = rpc(network.url, "eth_getBlockByNumber", "latest", False)
    assert len(block["transactions"]) == TRANSACTIONS

    client = NodeClient(network.url)
    receipts = asked.receipts(client, block["hash"])
    (header,) = asked.headers(client, int(block["number"], 16), int(block["number"], 16))
    client.close()
    entries = {encode(number(i)): asked.encoded_receipt(receipt) for i, receipt in enumerate(receipts)}
    root, proofs = prove(entries, list(entries))
    assert {receipt["type"] for receipt in receipts} == {"0x0", "0x2"}
    assert hex0x(root) == block["receiptsRoot"]
    assert hex0x(keccak(header)) == block["hash"]
    assert all(proven(root, key, proofs[key], "proof") == value for key, value in entries.items())
    assert proven(root, encode(number(0)), proofs[encode(number(0))], "proof") is not None
    assert from_hex(block["receiptsRoot"]) != EMPTY_ROOT
