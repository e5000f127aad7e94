"""A header's hash, from its fields: a node cannot change one of them, nor invent a block, and keep the hash."""

from typing import Any

from node_adapter.errors import NodeUntrustworthy
from node_adapter.networks import Headers
from node_adapter.words import from_hex, hex0x, keccak

VANITY_BYTES, SEAL_BYTES = 32, 65
"""Of Clique's extra data: the signer's free text in front, its signature at the end, a checkpoint's signers between."""
_WORDS = ("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom")
_NUMBERS = ("difficulty", "number", "gasLimit", "gasUsed", "timestamp")
_ENDS = ("extraData", "mixHash", "nonce")
_ADDED = (
    ("baseFeePerGas", True),
    ("withdrawalsRoot", False),
    ("blobGasUsed", True),
    ("excessBlobGas", True),
    ("parentBeaconBlockRoot", False),
    ("requestsHash", False),
)
"""What hard forks added, in order, each only where those before it are: name, and whether it is a number."""


def header_hash(answer: Any) -> str:
    """keccak256 over `header_rlp`."""
    return hex0x(keccak(header_rlp(answer)))


def header_rlp(answer: Any) -> bytes:
    """The fields, as eth_getBlockBy… gives them, as RLP. Raises NodeUntrustworthy without one."""
    try:
        fields = [_octets(from_hex(answer[name])) for name in _WORDS]
        fields += [_quantity(answer[name]) for name in _NUMBERS]
        fields += [_octets(from_hex(answer[name])) for name in _ENDS]
        for name, is_number in _ADDED:
            if answer.get(name) is None:
                break
            fields.append(_quantity(answer[name]) if is_number else _octets(from_hex(answer[name])))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NodeUntrustworthy(f"a header whose hash cannot be made: {error!r} in {str(answer)[:200]}") from error
    return _list(b"".join(fields))


def check_header(answer: Any, kind: Headers) -> None:
    """Raises NodeUntrustworthy unless the hash is that of the fields, and the extra data such as `kind` has.

    Not of the first block: its hash is pinned, and its fields are what somebody wrote down (anvil's do not give it).
    """
    if kind == Headers.OTHER or int(answer["number"], 16) == 0:
        return
    made = header_hash(answer)
    if made != str(answer["hash"]).lower():
        raise NodeUntrustworthy(
            f"header {answer['number']} says that its hash is {answer['hash']}; its fields give {made}"
        )
    extra = len(from_hex(answer["extraData"]))
    if kind == Headers.ETHEREUM and extra > VANITY_BYTES:
        raise NodeUntrustworthy(f"header {answer['number']} has {extra} bytes of extra data, as on no such network")
    if kind == Headers.CLIQUE and (extra - VANITY_BYTES - SEAL_BYTES) % 20:
        raise NodeUntrustworthy(f"header {answer['number']} has {extra} bytes of extra data: no Clique signature")


def _quantity(answer: str) -> bytes:
    number = int(answer, 16)
    return _octets(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _octets(data: bytes) -> bytes:
    """RLP of bytes. Of our own making: rlp's, with its conversions, costs several times as much a header."""
    if len(data) == 1 and data[0] < 0x80:
        return data
    return _prefix(0x80, len(data)) + data


def _list(payload: bytes) -> bytes:
    return _prefix(0xC0, len(payload)) + payload


def _prefix(base: int, length: int) -> bytes:
    if length < 56:
        return bytes([base + length])
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([base + 55 + len(size)]) + size
