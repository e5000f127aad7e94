"""What a node is asked for evidence, in the form that hashes want. Nothing here is believed: `check` hashes it."""

from collections.abc import Sequence
from typing import Any, Protocol

from indexer.proof.chain import journal_slot
from indexer.proof.evidence import JournalProof, TokenProof
from node_adapter.client import Call
from node_adapter.deployments import Deployed
from node_adapter.errors import NodeUntrustworthy
from node_adapter.headers import header_rlp
from node_adapter.rlp import Item, encode, number
from node_adapter.rpc import RpcError
from node_adapter.words import from_hex, hex0x

HEADER_BATCH = 250


class ManySource(Protocol):
    def rpc_many(self, methods: Sequence[tuple[str, Sequence[Any]]]) -> Sequence[Any]: ...


class ProofSource(ManySource, Protocol):
    def rpc(self, method: str, *params: Any) -> Any: ...
    def call_many(self, calls: Sequence[Call], block: int | str = ...) -> list[Any]: ...


def headers(client: ProofSource, first: int, last: int) -> list[bytes]:
    """Blocks `first` to `last`, both included."""
    found: list[bytes] = []
    for low in range(first, last + 1, HEADER_BATCH):
        numbers = range(low, min(low + HEADER_BATCH, last + 1))
        answers = client.rpc_many([("eth_getBlockByNumber", (hex(number), False)) for number in numbers])
        found += [_encoded_header(answer) for answer in answers]
    return found


def receipts(client: ProofSource, block_hash: str) -> list[dict[str, Any]]:
    """All receipts of a block, in their order."""
    return block_receipts(client, [block_hash])[0]


def block_receipts(client: "ManySource", hashes: Sequence[str]) -> list[list[dict[str, Any]]]:
    """All receipts of each block: at once, or one by one where the node does not know the short way."""
    answers = client.rpc_many([("eth_getBlockReceipts", (block_hash,)) for block_hash in hashes])
    found = []
    for block_hash, at_once in zip(hashes, answers, strict=True):
        answer = at_once
        if isinstance(at_once, RpcError):
            (block,) = client.rpc_many([("eth_getBlockByHash", (block_hash, False))])
            transactions = block["transactions"] if isinstance(block, dict) else []
            answer = client.rpc_many([("eth_getTransactionReceipt", (tx_hash,)) for tx_hash in transactions])
        if not isinstance(answer, list) or not all(isinstance(entry, dict) for entry in answer):
            raise NodeUntrustworthy(f"the node has no receipts of block {block_hash}")
        found.append(answer)
    return found


def encoded_receipt(receipt: dict[str, Any]) -> bytes:
    """As the receipts' trie holds it: its type, unless it is of the oldest kind, and its RLP."""
    logs: list[Item] = [
        [from_hex(log["address"]), [from_hex(topic) for topic in log["topics"]], from_hex(log["data"])]
        for log in receipt["logs"]
    ]
    status = number(int(receipt["status"], 16)) if "status" in receipt else from_hex(receipt["root"])
    body = encode([status, number(int(receipt["cumulativeGasUsed"], 16)), from_hex(receipt["logsBloom"]), logs])
    kind = int(receipt.get("type", "0x0"), 16)
    return bytes([kind]) + body if kind else body


def token_proof(client: ProofSource, address: str, block: int) -> TokenProof:
    answer = client.rpc("eth_getProof", address, [], hex(block))
    code = client.rpc("eth_getCode", address, hex(block))
    return TokenProof(address, _octets(answer["accountProof"]), from_hex(code))


def journal_proof(
    client: ProofSource, deployed: Deployed, block: int, events: list[bytes], *, prove: bool
) -> JournalProof:
    """Without a proof of the word where headers commit to none."""
    if not prove:
        return JournalProof(deployed.address, deployed.contract, [], [], events)
    answer = client.rpc("eth_getProof", deployed.address, [hex0x(journal_slot(deployed.contract))], hex(block))
    account, slot = (_octets(proof) for proof in (answer["accountProof"], answer["storageProof"][0]["proof"]))
    return JournalProof(deployed.address, deployed.contract, account, slot, events)


def journal_counts(client: ProofSource, deployed: Sequence[Deployed], block: int) -> list[int]:
    return client.call_many([Call(d.contract, d.address, "journalCount") for d in deployed], block)


def journal_words(client: ProofSource, journals: Sequence[JournalProof], block: int) -> dict[str, bytes]:
    """By address."""
    answers = client.call_many([Call(j.contract, j.address, "journal") for j in journals], block)
    return {journal.address: from_hex(word) for journal, word in zip(journals, answers, strict=True)}


def _encoded_header(answer: Any) -> bytes:
    if not isinstance(answer, dict):
        raise NodeUntrustworthy("the node left out a header between two that it has")
    return header_rlp(answer)


def _octets(nodes: Sequence[str]) -> list[bytes]:
    """Of an empty trie some nodes (anvil) list its one empty node, others (geth) nothing: nothing it is."""
    found = [from_hex(node) for node in nodes]
    return [] if found == [encode(b"")] else found
