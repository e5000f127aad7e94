"""What a node answers, as values. Anything but the expected form raises NodeUntrustworthy: it is never repaired."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import Any, TypeVar

from node_adapter.errors import NodeUntrustworthy
from node_adapter.words import checksum_address, from_hex

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Header:
    number: int
    hash: str
    parent_hash: str
    timestamp: int
    """Unix seconds."""
    receipts_root: str = field(default="", compare=False, repr=False)
    logs_bloom: str = field(default="", compare=False, repr=False)
    """As the node gave them; empty where a header comes from elsewhere."""
    gas_used: int = field(default=0, compare=False, repr=False)


@dataclass(slots=True)
class RawLog:
    """Nobody changes one; it is not frozen because half a million of them are made."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: str
    tx_hash: str
    tx_index: int
    log_index: int
    """Its place in the block."""


@dataclass(frozen=True, slots=True)
class Receipt:
    tx_hash: str
    status: int
    """1: done. 0: reverted, and nothing happened but a nonce and gas spent."""
    block_number: int
    block_hash: str
    tx_index: int
    gas_used: int
    contract_address: str | None


def _whole(parse: Callable[[Any], T]) -> Callable[[Any], T]:
    @wraps(parse)
    def checked(answer: Any) -> T:
        try:
            return parse(answer)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NodeUntrustworthy(f"{parse.__name__}: {error!r} in {str(answer)[:200]}") from error

    return checked


@_whole
def quantity(answer: Any) -> int:
    """A number as nodes write it: 0x and hex."""
    if not answer.startswith("0x"):
        raise ValueError("no 0x")
    return int(answer, 16)


@_whole
def octets(answer: Any) -> bytes:
    return from_hex(answer)


@_whole
def parse_header(answer: Any) -> Header:
    return Header(
        number=int(answer["number"], 16),
        hash=_hash(answer["hash"]),
        parent_hash=_hash(answer["parentHash"]),
        timestamp=int(answer["timestamp"], 16),
        receipts_root=str(answer.get("receiptsRoot", "")).lower(),
        logs_bloom=str(answer.get("logsBloom", "")),
        gas_used=int(answer.get("gasUsed", "0x0"), 16),
    )


@_whole
def parse_log(answer: Any) -> RawLog:
    if answer.get("removed"):
        raise ValueError("a log that was taken back")
    return RawLog(
        _address(answer["address"]),
        tuple([_word(topic) for topic in answer["topics"]]),
        from_hex(answer["data"]),
        int(answer["blockNumber"], 16),
        _hash(answer["blockHash"]),
        _hash(answer["transactionHash"]),
        int(answer["transactionIndex"], 16),
        int(answer["logIndex"], 16),
    )


@_whole
def parse_receipt(answer: Any) -> Receipt:
    created = answer.get("contractAddress")
    return Receipt(
        tx_hash=_hash(answer["transactionHash"]),
        status=int(answer["status"], 16),
        block_number=int(answer["blockNumber"], 16),
        block_hash=_hash(answer["blockHash"]),
        tx_index=int(answer["transactionIndex"], 16),
        gas_used=int(answer["gasUsed"], 16),
        contract_address=checksum_address(from_hex(created)) if created else None,
    )


@lru_cache(maxsize=4_096)
def _hash(text: Any) -> str:
    """All logs of a block name its hash."""
    _word(text)
    return str(text).lower()


@lru_cache(maxsize=4_096)
def _address(text: Any) -> str:
    return checksum_address(from_hex(text))


def _word(text: Any) -> bytes:
    word = bytes.fromhex(text[2:])
    if len(word) != 32 or text[:2] != "0x":
        raise ValueError(f"a word is 0x and 64 hex digits, not {text[:80]!r}")
    return word
