"""Logs against the receipts that headers commit to: a node that lies in logs and in calls alike is noticed at once.

A block's hash is that of its header's fields (`node_adapter.headers`), and these have the root of a trie of all its
receipts and a Bloom filter of all its logs. So of every block that has, or may have, logs of ours, the receipts are
asked, their root is made again, and the logs in them have to be those that were given.
"""

from collections.abc import Collection, Sequence
from typing import Any

from indexer.apply import Block
from indexer.errors import ReceiptsMismatch
from indexer.proof.node import ManySource, block_receipts, encoded_receipt
from indexer.proof.trie import trie_root
from node_adapter.errors import NodeUntrustworthy
from node_adapter.networks import Headers, Network
from node_adapter.rlp import encode, number
from node_adapter.words import from_hex, hex0x, keccak

AT_ONCE_BLOCKS = 50


def headers_prove(network: Network) -> bool:
    """Whether a block's hash is that of its header's fields, and these commit to its receipts."""
    return network.headers_commit_to_receipts and network.headers is not Headers.OTHER


def check_receipts(source: ManySource, blocks: Sequence[Block], addresses: Collection[str]) -> int:
    """Raises ReceiptsMismatch where logs of `addresses` in `blocks` are not those of the blocks' receipts, or these not
    those of the headers; NodeError. Returns how many blocks had to be asked for."""
    places = {address: _bloom_bits(from_hex(address)) for address in addresses}
    asked = [block for block in blocks if block.logs or _may_speak(block, places.values())]
    for first in range(0, len(asked), AT_ONCE_BLOCKS):
        some = asked[first : first + AT_ONCE_BLOCKS]
        for block, receipts in zip(some, block_receipts(source, [b.header.hash for b in some]), strict=True):
            try:
                _check(block, receipts, {address.lower() for address in addresses})
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise NodeUntrustworthy(f"receipts of block {block.header.number}: {error!r}") from error
    return len(asked)


def _check(block: Block, receipts: Sequence[dict[str, Any]], addresses: Collection[str]) -> None:
    where = f"block {block.header.number}"
    root = hex0x(trie_root({encode(number(i)): encoded_receipt(receipt) for i, receipt in enumerate(receipts)}))
    if root != block.header.receipts_root:
        raise ReceiptsMismatch(f"{where}: its receipts make {root}, its header commits to {block.header.receipts_root}")
    said = [
        (log["address"].lower(), [from_hex(topic) for topic in log["topics"]], from_hex(log["data"]), tx_index)
        for tx_index, receipt in enumerate(receipts)
        for log in receipt["logs"]
    ]
    ours = [(index, *log) for index, log in enumerate(said) if log[0] in addresses]
    given = [(log.log_index, log.address.lower(), list(log.topics), log.data, log.tx_index) for log in block.logs]
    if ours != given:
        raise ReceiptsMismatch(f"{where}: its receipts hold {len(ours)} logs of ours, {len(given)} others were given")


def _may_speak(block: Block, addresses: Collection[int]) -> bool:
    bloom = int(block.header.logs_bloom, 16) if block.header.logs_bloom else 0
    return any(bloom & bits == bits for bits in addresses)


def _bloom_bits(value: bytes) -> int:
    """The three bits of 2,048 that a value sets (Ethereum's yellow paper, 4.3.1)."""
    digest = keccak(value)
    places = (int.from_bytes(digest[i : i + 2], "big") % 2_048 for i in (0, 2, 4))
    bits = 0
    for place in places:
        bits |= 1 << place
    return bits
