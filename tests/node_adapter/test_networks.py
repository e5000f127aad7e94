"""Finality by its three kinds, and the deployments file."""

from dataclasses import replace
from pathlib import Path

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from hardhat_free_devnet import rpc
from node_adapter.client import NodeClient
from node_adapter.codec import encode_creation
from node_adapter.errors import NodeUntrustworthy
from node_adapter.headers import check_header
from node_adapter.networks import (
    DEVNET,
    NETWORKS,
    FeePolicy,
    Finality,
    Headers,
    Network,
    NetworksUnreadable,
    by_chain_id,
    load_networks,
)
from node_adapter.outbox.chain import Chain
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


EXAMPLE = """
[acme-consortium]
chain_id = 20250
finality = "depth"
confirmations = 8
fees = "free"
max_log_range = 1000
headers_commit_to_receipts = true
headers = "clique"
"""


def test_load_networks__a_users_own__is_known_beside_ours(tmp_path: Path) -> None:
    path = tmp_path / "networks.toml"
    path.write_text(EXAMPLE)
    networks = load_networks(path)
    acme = Network("acme-consortium", 20_250, Finality.DEPTH, 8, FeePolicy.FREE, 1000, True, Headers.CLIQUE)
    assert by_chain_id(20_250, networks) == acme
    assert by_chain_id(31_337, networks) is DEVNET
    assert load_networks(None) == NETWORKS
    with pytest.raises(KeyError, match=r"chain 20250 has no descriptor.*SCF_NETWORKS"):
        by_chain_id(20_250)


def test_load_networks__the_example_of_the_readme__is_one(tmp_path: Path) -> None:
    readme = Path(__file__).resolve().parents[2] / "node_adapter" / "README.md"
    (example,) = [block for block in readme.read_text().split("```") if block.startswith("toml")]
    path = tmp_path / "networks.toml"
    path.write_text(example.removeprefix("toml"))
    assert len(load_networks(path)) == len(NETWORKS) + 1


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("max_log_range = 1000", "max_log_ranges = 1000", "unknown max_log_ranges; the keys are chain_id,"),
        ("max_log_range = 1000", "", "missing max_log_range"),
        ('"depth"', '"deep"', "finality is one of instant, depth, finalized, not 'deep'"),
        ("20250", '"20250"', "chain_id is of kind int, not '20250'"),
        ("= true", "= 1", "headers_commit_to_receipts is of kind bool, not 1"),
        ("confirmations = 8", "", "confirmations belong to finality by depth"),
        ("20250", "31337", "chain 31337 is described already, as devnet"),
        ("[acme-consortium]", "", "chain_id is no table"),
        ("[acme", "[[acme", "is no TOML"),
        ("max_log_range = 1000", "max_log_range = 0", "are positive"),
        ("max_log_range = 1000", "max_log_range = 1000\nmines_at_once = 0", "mines_at_once is of kind bool, not 0"),
    ],
)
def test_load_networks__a_file_with_a_mistake__is_refused_by_its_name(
    tmp_path: Path, old: str, new: str, why: str
) -> None:
    path = tmp_path / "networks.toml"
    assert old in EXAMPLE
    path.write_text(EXAMPLE.replace(old, new))
    with pytest.raises(NetworksUnreadable, match=why) as refusal:
        load_networks(path)
    assert "\n" not in str(refusal.value)
    with pytest.raises(NetworksUnreadable, match="is missing"):
        load_networks(tmp_path / "none.toml")


def a_header(*, extra: int = 0, more: dict[str, str] | None = None) -> dict[str, str]:
    """A header whose hash is made by the rlp library, not by ours."""
    words = ["parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom"]
    sizes = [32, 32, 20, 32, 32, 32, 256]
    header = {name: hex0x(keccak(name.encode()) * 8)[: 2 + 2 * size] for name, size in zip(words, sizes, strict=True)}
    header |= {"difficulty": "0x2", "number": "0x15", "gasLimit": "0x1c9c380", "gasUsed": "0x0"}
    header |= {"timestamp": "0x65000000", "extraData": "0x" + "07" * extra, "mixHash": "0x" + "00" * 32}
    header |= {"nonce": "0x" + "00" * 8} | (more or {})
    numbers = {"difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed"}
    numbers |= {"excessBlobGas"}
    fields = [int(value, 16) if name in numbers else from_hex(value) for name, value in header.items()]
    return {**header, "hash": hex0x(keccak(rlp.encode(fields)))}


CANCUN = {
    "baseFeePerGas": "0x3b9aca00",
    "withdrawalsRoot": "0x" + "11" * 32,
    "blobGasUsed": "0x0",
    "excessBlobGas": "0x20000",
    "parentBeaconBlockRoot": "0x" + "22" * 32,
    "requestsHash": "0x" + "33" * 32,
}


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (a_header(), Headers.ETHEREUM),
        (a_header(more={"baseFeePerGas": "0x7"}), Headers.ETHEREUM),
        (a_header(extra=32, more={"baseFeePerGas": "0x0"}), Headers.ETHEREUM),
        (a_header(more=CANCUN), Headers.ETHEREUM),
        (a_header(extra=97), Headers.CLIQUE),
        (a_header(extra=97 + 3 * 20, more={"baseFeePerGas": "0x7"}), Headers.CLIQUE),
    ],
)
def test_check_header__any_field_changed__is_noticed(header: dict[str, str], kind: Headers) -> None:
    check_header(header, kind)
    check_header({**header, "hash": "0x" + "ab" * 32}, Headers.OTHER)
    for name, value in header.items():
        changed = value[:-1] + ("0" if value[-1] != "0" else "1") if len(value) > 2 else "0x01"
        with pytest.raises(NodeUntrustworthy):
            check_header({**header, name: changed}, kind)
        if name != "number":
            with pytest.raises(NodeUntrustworthy):
                check_header({**header, name: None}, kind)


def test_check_header__extra_data_of_another_kind_of_network__is_noticed() -> None:
    with pytest.raises(NodeUntrustworthy, match="97 bytes of extra data"):
        check_header(a_header(extra=97), Headers.ETHEREUM)
    for extra in (0, 32, 98):
        with pytest.raises(NodeUntrustworthy, match="no Clique signature"):
            check_header(a_header(extra=extra), Headers.CLIQUE)


@pytest.mark.devnet
def test_devnet__every_header_but_the_first__has_the_hash_of_its_fields(node_url: str) -> None:
    rpc(node_url, "anvil_mine", hex(5))
    head = int(rpc(node_url, "eth_blockNumber"), 16)
    for number in range(head - 4, head + 1):
        block = rpc(node_url, "eth_getBlockByNumber", hex(number), False)
        assert "baseFeePerGas" in block
        check_header(block, DEVNET.headers)


@pytest.mark.devnet
def test_finality__by_the_nodes_own_word__is_that_of_its_finalized_block(node_url: str) -> None:
    """R-43: `mined` and `final` differ by what the node says, not by a depth of ours."""
    network = replace(DEVNET, finality=Finality.TAG, confirmations=0)
    client = NodeClient(node_url, chain_id=DEVNET.chain_id)
    try:
        rpc(node_url, "anvil_mine", hex(200))
        head, finalized = client.head().number, client.finalized()
        assert finalized is not None
        assert 0 < finalized < head, "the node's own word: some blocks below its head"
        chain = Chain(client, network)
        assert [chain.is_final(block, head) for block in (finalized, finalized + 1, head)] == [True, False, False]
        client.close()
        away = Chain(NodeClient("http://127.0.0.1:1", chain_id=DEVNET.chain_id), network)
        assert not away.is_final(1, head), "nothing is final of which nobody says so"
    finally:
        client.close()
