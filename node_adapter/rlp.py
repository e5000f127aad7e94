"""Ethereum's recursive length prefix, both ways, and strictly: only the shortest way to write a value is read.

For transactions, headers, receipts and tries. The library's conversions cost several times as much; tests hold the two
equal.
"""

from collections.abc import Sequence
from typing import TypeAlias

Item: TypeAlias = bytes | list["Item"]

DEPTH_MAX = 8
"""Receipts, headers and trie nodes nest five levels at most."""
_SHORT = 55


def encode(item: bytes | Sequence[Item]) -> bytes:
    if isinstance(item, bytes):
        return item if len(item) == 1 and item[0] < 0x80 else _prefix(0x80, len(item)) + item
    return listed(b"".join(map(encode, item)))


def listed(payload: bytes) -> bytes:
    """The list of items that are encoded already, one after the other."""
    return _prefix(0xC0, len(payload)) + payload


def number(value: int) -> bytes:
    """A whole number as RLP has it: big-endian, no leading zero, nothing for 0."""
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def decode(data: bytes) -> Item:
    """Raises ValueError for anything but exactly one item, written in the one right way."""
    item, end = _item(data, 0, DEPTH_MAX)
    if end != len(data):
        raise ValueError(f"{len(data) - end} bytes follow the item")
    return item


def decode_number(item: Item) -> int:
    """Raises ValueError for a list or leading zeros."""
    if not isinstance(item, bytes) or item[:1] == b"\0":
        raise ValueError("not a number")
    return int.from_bytes(item, "big")


def decode_list(data: bytes) -> list[Item]:
    item = decode(data)
    if isinstance(item, bytes):
        raise ValueError("not a list")
    return item


def _prefix(offset: int, length: int) -> bytes:
    if length <= _SHORT:
        return bytes([offset + length])
    size = number(length)
    return bytes([offset + _SHORT + len(size)]) + size


def _item(data: bytes, start: int, depth: int) -> tuple[Item, int]:
    """The item that begins at `start`, and where it ends."""
    if start >= len(data) or depth == 0:
        raise ValueError("it breaks off" if depth else "it nests too deeply")
    first = data[start]
    if first < 0x80:
        return data[start : start + 1], start + 1
    if first < 0xC0:
        begin, end = _payload(data, start, first - 0x80)
        if end - begin == 1 and data[begin] < 0x80:
            raise ValueError("a byte below 128 stands for itself")
        return data[begin:end], end
    begin, end = _payload(data, start, first - 0xC0)
    items: list[Item] = []
    while begin < end:
        item, begin = _item(data[:end], begin, depth - 1)
        items.append(item)
    return items, end


def _payload(data: bytes, start: int, code: int) -> tuple[int, int]:
    begin = start + 1
    length = code
    if code > _SHORT:
        size = data[begin : begin + code - _SHORT]
        begin += code - _SHORT
        length = int.from_bytes(size, "big")
        if size[:1] == b"\0" or length <= _SHORT:
            raise ValueError("a length is not written in the shortest way")
    if begin + length > len(data):
        raise ValueError("it breaks off")
    return begin, begin + length
