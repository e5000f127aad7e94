"""Finality by its three kinds, and the deployments file."""

from pathlib import Path

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from hardhat_free_devnet import rpc
from node_adapter.codec import encode_creation
from node_adapter.deployments import Deployed, Deployments, DeploymentsUnreadable
from node_adapter.networks import DEVNET, NETWORKS, FeePolicy, Finality, Network, by_chain_id
from node_adapter.words import from_hex, hex0x, keccak


def network(finality: Finality, confirmations: int = 0) -> Network:
    return Network("test", 1, finality, confirmations, FeePolicy.FREE, 100, headers_commit_to_receipts=True)


@pytest.mark.parametrize(
    ("net", "head", "finalized", "last_final"),
    [
        (network(Finality.INSTANT), 7, None, 7),
        (network(Finality.DEPTH, 12), 100, None, 88),
        (network(Finality.DEPTH, 12), 5, None, -7),
        (network(Finality.TAG), 100, 64, 64),
        (network(Finality.TAG), 100, 101, 100),
        (network(Finality.TAG), 100, None, -1),
    ],
)
def test_is_final__each_kind__exactly_up_to_its_last(
    net: Network, head: int, finalized: int | None, last_final: int
) -> None:
    final = [block for block in range(head + 2) if net.is_final(block, head, finalized)]
    assert final == list(range(last_final + 1))


@given(st.integers(0, 2**40), st.integers(0, 2**40), st.sampled_from([DEVNET, network(Finality.INSTANT)]))
def test_is_final__once_final__stays_so_as_the_head_grows(block: int, head: int, net: Network) -> None:
    assert not net.is_final(block, head) or net.is_final(block, head + 1)
    assert not net.is_final(head + 1, head)


@pytest.mark.parametrize(
    ("finality", "confirmations"), [(Finality.DEPTH, 0), (Finality.INSTANT, 3), (Finality.DEPTH, -1)]
)
def test_network__confirmations_without_their_kind__are_refused(finality: Finality, confirmations: int) -> None:
    with pytest.raises(ValueError, match="confirmations"):
        network(finality, confirmations)


def test_by_chain_id__a_chain_without_descriptor__is_refused() -> None:
    assert by_chain_id(31_337) is DEVNET
    assert all(net.chain_id == chain_id for chain_id, net in NETWORKS.items())
    with pytest.raises(KeyError, match="chain 1 has no descriptor"):
        by_chain_id(1)


TOKEN = Deployed("DepositToken", "0x5FbDB2315678afecb367f032d93F642f64180aa3", 4, "0x" + "ab" * 32)
SAVED = Deployments(31_337, "0x" + "cd" * 32, {"DepositTokenCNY": TOKEN})


def test_deployments__saved_and_loaded__are_the_same_and_nothing_is_left_beside(tmp_path: Path) -> None:
    path = tmp_path / "deployments" / "31337.json"
    SAVED.save(path)
    SAVED.save(path)
    assert Deployments.load(path) == SAVED
    assert [entry.name for entry in path.parent.iterdir()] == ["31337.json"]
    assert SAVED.address("DepositTokenCNY") == TOKEN.address
    assert SAVED.first_block == 4
    with pytest.raises(KeyError, match=r"Settlement is not deployed .* deployed are DepositTokenCNY"):
        SAVED.address("Settlement")


def test_deployments__an_address_in_lower_case__is_read_as_the_one_it_is(tmp_path: Path) -> None:
    path = tmp_path / "31337.json"
    SAVED.save(path)
    path.write_text(path.read_text().replace(TOKEN.address, TOKEN.address.lower()))
    assert Deployments.load(path) == SAVED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"chain_id": 31337', '"chain_id": null'),
        ('"contract": "DepositToken"', '"contract": "Casino"'),
        (TOKEN.address, "0x1234"),
        ('"block": 4,', ""),
        ("}", ""),
    ],
)
def test_deployments__a_damaged_file__is_one_line(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "31337.json"
    SAVED.save(path)
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(DeploymentsUnreadable, match=r"31337\.json is no deployments file"):
        Deployments.load(path)
    with pytest.raises(DeploymentsUnreadable, match="is missing"):
        Deployments.load(tmp_path / "1.json")


@pytest.mark.devnet
def test_devnet__receipts_root_of_a_block__is_the_root_of_its_one_receipt(node_url: str) -> None:
    """What `headers_commit_to_receipts` claims: the root of a trie of one leaf, under the key rlp(0), made by hand."""
    sender = rpc(node_url, "eth_accounts")[0]
    order = {"from": sender, "data": hex0x(encode_creation("AccessManager", [sender]))}
    tx_hash = rpc(node_url, "eth_sendTransaction", order)
    rpc(node_url, "evm_mine")
    receipt = rpc(node_url, "eth_getTransactionReceipt", tx_hash)
    block = rpc(node_url, "eth_getBlockByHash", receipt["blockHash"], False)
    assert len(receipt["logs"]) == 1
    logs = [
        [from_hex(log["address"]), [from_hex(topic) for topic in log["topics"]], from_hex(log["data"])]
        for log in receipt["logs"]
    ]
    numbers = [int(receipt[name], 16) for name in ("status", "cumulativeGasUsed")]
    encoded = int(receipt["type"], 16).to_bytes(1, "big") + rlp.encode([*numbers, from_hex(receipt["logsBloom"]), logs])
    leaf = rlp.encode([bytes.fromhex("2080"), encoded])
    assert block["receiptsRoot"] == hex0x(keccak(leaf))
    assert DEVNET.headers_commit_to_receipts
