"""The hashes of a state root: SHA-256, each kind of input in a domain of its own by its first byte.

    leaf     H(00 ‖ row)            row: `encode_row`
    bucket   H(01 ‖ leaf ‖ leaf …)  leaves in the order of their rows' names; 32 zero bytes if there is none
    node     H(02 ‖ 16 children)    32 zero bytes if all of them are
    pair     H(03 ‖ left ‖ right)   of the rows that arrived, see `merkle`
    root     H(04 ‖ root before ‖ block hash ‖ standing ‖ arrived)

A row with a state is in the bucket that the first two bytes of H(its name) number. Four levels of nodes stand over the
65,536 buckets; the top one is `standing`. A change costs its bucket (a handful of rows) and four nodes.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

ZERO = bytes(32)
BUCKETS = 65_536
FAN_OUT = 16
LEVELS = 4
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def encode_row(table: str, row: Mapping[str, Any]) -> bytes:
    """["table", {"column": value, …}] as JSON: keys sorted, no white space, UTF-8; values are integers, texts, true,
    false and null."""
    return _JSON.encode([table, row]).encode()


def leaf(row: bytes) -> bytes:
    return sha256(b"\0" + row).digest()


def bucket_of(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:2], "big")


def bucket(leaves: Mapping[str, bytes]) -> bytes:
    """Of leaves by name."""
    if not leaves:
        return ZERO
    return sha256(b"\1" + b"".join(leaves[name] for name in sorted(leaves))).digest()


def merkle(leaves: Iterable[bytes]) -> bytes:
    """Over leaves in the order of their hashes: the odd one at a level's end moves up as it is. Zero if none."""
    level = sorted(leaves)
    while len(level) > 1:
        pairs = [sha256(b"\3" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0] if level else ZERO


def chain(before: bytes, block_hash: bytes, standing: bytes, arrived: bytes) -> bytes:
    return sha256(b"\4" + before + block_hash + standing + arrived).digest()


class StateTree:
    """The nodes over the buckets, in memory: some 5 MB. Only what changed is hashed again."""

    def __init__(self) -> None:
        self._levels = [[ZERO] * (BUCKETS // FAN_OUT**level) for level in range(LEVELS + 1)]
        self._changed: set[int] = set()

    def set(self, index: int, value: bytes) -> None:
        self._levels[0][index] = value
        self._changed.add(index)

    def standing(self) -> bytes:
        """The top node."""
        changed = self._changed
        for level in range(LEVELS):
            below, above = self._levels[level], self._levels[level + 1]
            changed = {index // FAN_OUT for index in changed}
            for index in changed:
                above[index] = _node(below[FAN_OUT * index : FAN_OUT * index + FAN_OUT])
        self._changed = set()
        return self._levels[LEVELS][0]


_NO_CHILD = ZERO * FAN_OUT


def _node(children: Sequence[bytes]) -> bytes:
    joined = b"".join(children)
    return ZERO if joined == _NO_CHILD else sha256(b"\2" + joined).digest()
