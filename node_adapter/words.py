"""How the chain's words look in Python, SQL and JSON. One place, so that an id is the same text in every room.

payable_id: "0x" and 56 lower-case hex digits (a payable's id has 224 bits). receivable_id: "0x" and 64, which is the
payable's id and its serial in 8 digits. A nonce is a random word: "0x" and 64. Addresses: EIP-55. Bytes: 0x and
lower-case hex. Numbers stay integers, and so do the ids that the chain counts up from 1: programmes, orders, holds.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sha3 import keccak_256

SERIAL_DIGITS = 8
PAYABLE_ID_BYTES = 28
RECEIVABLE_ID_BYTES = 32

_PAYABLE_NAMES = {"payable_id", "old_slot", "new_slot", "slot", "subject"}
_RECEIVABLE_NAMES = {"receivable_id", "child_id", "absorbed_id", "delivered_id", "moved_id", "parked_id", "token_id"}
_WORD_NAMES = {"nonce"}
"""Random numbers: too long for SQL and for JSON's readers."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def keccak(data: bytes) -> bytes:
    digest: bytes = keccak_256(data).digest()
    return digest


def hex0x(data: bytes) -> str:
    return "0x" + data.hex()


def from_hex(text: str) -> bytes:
    """Raises ValueError unless `text` is 0x and an even number of hex digits."""
    if not text.startswith("0x"):
        raise ValueError(f"hex begins with 0x: {text[:20]!r}")
    return bytes.fromhex(text[2:])


@lru_cache(maxsize=65_536)
def checksum_address(address: bytes) -> str:
    """20 bytes → EIP-55 text."""
    if len(address) != 20:
        raise ValueError(f"an address has 20 bytes, not {len(address)}")
    digits = address.hex()
    shade = keccak(digits.encode()).hex()
    return "0x" + "".join(d.upper() if s >= "8" else d for d, s in zip(digits, shade[:40], strict=True))


def snake_case(name: str) -> str:
    """payableId → payable_id. Underscores at the ends, which keep Solidity's names apart, go: now_ → now."""
    return _HUMP.sub("_", name.strip("_")).lower()


def payable_id(number: int) -> str:
    return f"0x{number:0{2 * PAYABLE_ID_BYTES}x}"


def receivable_id(number: int) -> str:
    return f"0x{number:0{2 * RECEIVABLE_ID_BYTES}x}"


def word(number: int) -> str:
    return f"0x{number:064x}"


def payable_of(receivable: str) -> str:
    """The payable that a receivable is a piece of. Raises ValueError on anything but a receivable's id."""
    if len(receivable) != 2 + 2 * RECEIVABLE_ID_BYTES or not receivable.startswith("0x"):
        raise ValueError(f"not a receivable's id: {receivable!r}")
    return receivable[:-SERIAL_DIGITS]


def plain(kind: str, name: str, value: Any) -> Any:
    """A decoded ABI value of type `kind` as this page says; `name` (snake_case) tells ids from other numbers."""
    if kind.endswith("]"):
        return [plain(kind[: kind.rindex("[")], _singular(name), item) for item in value]
    if kind == "address":
        return checksum_address(value if isinstance(value, bytes) else from_hex(value))
    if kind.startswith("bytes"):
        return hex0x(value)
    return _long_number(name, value) if kind == "uint256" else value


def _long_number(name: str, value: int) -> int | str:
    if _named(name, _PAYABLE_NAMES):
        return payable_id(value)
    if _named(name, _RECEIVABLE_NAMES):
        return receivable_id(value)
    return word(value) if name in _WORD_NAMES else value


def long_kind(name: str) -> int | None:
    """How many hex digits an id or a random number has; None where a uint256 of that name is a number."""
    if _named(name, _PAYABLE_NAMES):
        return 2 * PAYABLE_ID_BYTES
    return 2 * RECEIVABLE_ID_BYTES if _named(name, _RECEIVABLE_NAMES) or name in _WORD_NAMES else None


def word_reader(kind: str, name: str) -> Callable[[bytes], Any]:
    """Reads one 32-byte word holding a static value of type `kind` as `plain` gives it. Readers raise ValueError."""
    if kind.startswith("uint"):
        bits = int(kind[4:])
        return lambda word: plain(kind, name, _uint(word, bits))
    if kind == "address":
        return lambda word: checksum_address(_left(word, 12))
    if kind == "bool":
        return lambda word: _uint(word, 1) == 1
    if kind.startswith("bytes"):
        size = int(kind[5:])
        return lambda word: hex0x(_right(word, size))
    raise ValueError(f"no reader for a value of type {kind}; add one")


def plain_struct(components: Sequence[dict[str, Any]], values: Sequence[Any]) -> dict[str, Any]:
    """A decoded struct by its fields' snake_case names; structs in it likewise."""
    return {
        snake_case(field["name"]) or f"argument_{i}": plain_entry(field, value)
        for i, (field, value) in enumerate(zip(components, values, strict=True))
    }


def plain_entry(entry: dict[str, Any], value: Any) -> Any:
    """`plain` by an ABI's entry, so that structs and lists of them become dicts."""
    kind = entry["type"]
    if kind == "tuple":
        return plain_struct(entry["components"], value)
    if kind.startswith("tuple"):
        inner = {**entry, "type": kind[: kind.rindex("[")]}
        return [plain_entry(inner, item) for item in value]
    return plain(kind, snake_case(entry["name"]), value)


def _named(name: str, names: set[str]) -> bool:
    """`receivable_id`, and `from_receivable_id` as well."""
    return name in names or any(name.endswith("_" + known) for known in names)


def _singular(name: str) -> str:
    """Lists of ids are named in the plural: child_ids."""
    return name.removesuffix("s")


def _uint(word: bytes, bits: int) -> int:
    number = int.from_bytes(word, "big")
    if len(word) != 32 or number >> bits:
        raise ValueError(f"{hex0x(word)} has more than {bits} bits")
    return number


def _left(word: bytes, zeros: int) -> bytes:
    if len(word) != 32 or any(word[:zeros]):
        raise ValueError(f"{hex0x(word)} is no address")
    return word[zeros:]


def _right(word: bytes, size: int) -> bytes:
    if len(word) != 32 or any(word[size:]):
        raise ValueError(f"{hex0x(word)} has more than {size} bytes")
    return word[:size]
