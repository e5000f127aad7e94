"""Ethereum's Merkle-Patricia trie: roots and proofs made of all its entries, and proofs checked against a root.

A proof is the list of nodes from the root down to the key's end, each written as RLP. A node shorter than 32 bytes
stands inside its parent and is not listed. The same form as in `eth_getProof`.
"""

from collections.abc import Collection, Mapping, Sequence

from indexer.proof.errors import ProofBroken
from node_adapter.rlp import Item, decode_list, encode
from node_adapter.words import keccak

BRANCH_ITEMS, PAIR_ITEMS = 17, 2
EMPTY_ROOT = keccak(encode(b""))

Nibbles = tuple[int, ...]


def trie_root(entries: Mapping[bytes, bytes]) -> bytes:
    return prove(entries, ())[0]


def prove(entries: Mapping[bytes, bytes], keys: Collection[bytes]) -> tuple[bytes, dict[bytes, list[bytes]]]:
    """The root of a trie of `entries`, and a proof of each of `keys`, which must be among them."""
    if not entries:
        return EMPTY_ROOT, {}
    builder = _Builder(keys)
    root = encode(builder.node(sorted((nibbles(key), value) for key, value in entries.items()), 0))
    # Collected on the way up: the root itself comes last.
    return keccak(root), {key: [root, *reversed(builder.proofs[nibbles(key)])] for key in keys}


def proven(root: bytes, key: bytes, proof: Sequence[bytes], where: str) -> bytes | None:
    """The value under `key` in the trie of this root, or None where the proof shows that there is none.

    Raises ProofBroken, which names the node by its place in `proof`.
    """
    rest = nibbles(key)
    if not proof and root == EMPTY_ROOT:
        return None
    node: Item = root
    used = 0
    while True:
        if isinstance(node, bytes):
            if used == len(proof):
                raise ProofBroken(where, f"the proof ends after node {used - 1}, before the key does")
            node = _opened(proof[used], node, f"{where}[{used}]")
            used += 1
        value, following, rest = _descend(node, rest, f"{where}[{used - 1}]")
        if following is None:
            if used != len(proof):
                raise ProofBroken(f"{where}[{used}]", "the proof goes on after the key's end")
            return value
        node = following


def nibbles(key: bytes) -> Nibbles:
    return tuple(nibble for byte in key for nibble in (byte >> 4, byte & 15))


def _opened(data: bytes, expected: bytes, where: str) -> list[Item]:
    if keccak(data) != expected:
        raise ProofBroken(where, f"the node's hash is 0x{keccak(data).hex()}, its parent names 0x{expected.hex()}")
    try:
        return decode_list(data)
    except ValueError as error:
        raise ProofBroken(where, f"no node of a trie: {error}") from error


def _descend(node: Item, rest: Nibbles, where: str) -> tuple[bytes | None, Item | None, Nibbles]:
    """One step: (value, None, …) at the end, else the next node (32 bytes name it) and what is left of the key."""
    if isinstance(node, list) and len(node) == BRANCH_ITEMS:
        child = node[rest[0]] if rest else node[16]
        if not rest or child == b"":
            return _value(child, where) or None, None, rest
        return None, _child(child, where), rest[1:]
    if isinstance(node, list) and len(node) == PAIR_ITEMS and isinstance(node[0], bytes):
        path, ends = _unpacked(node[0], where)
        if rest[: len(path)] != path or (ends and rest != path):
            return None, None, rest
        return (_value(node[1], where), None, ()) if ends else (None, _child(node[1], where), rest[len(path) :])
    raise ProofBroken(where, "no node of a trie")


def _value(item: Item, where: str) -> bytes:
    if not isinstance(item, bytes):
        raise ProofBroken(where, "a list stands where a value should")
    return item


def _child(item: Item, where: str) -> Item:
    if isinstance(item, bytes) and len(item) != 32:
        raise ProofBroken(where, f"a child is named by {len(item)} bytes")
    return item


def _packed(path: Nibbles, *, ends: bool) -> bytes:
    flag = 2 * ends + len(path) % 2
    padded = (flag, *path) if len(path) % 2 else (flag, 0, *path)
    return bytes(16 * high + low for high, low in zip(padded[::2], padded[1::2], strict=True))


def _unpacked(data: bytes, where: str) -> tuple[Nibbles, bool]:
    found = nibbles(data)
    flag = found[0] if found else 4
    if flag > 3 or (flag % 2 == 0 and found[1] != 0):
        raise ProofBroken(where, "a path without its flag")
    return found[1:] if flag % 2 else found[2:], flag >= 2


class _Builder:
    """Builds nodes from sorted entries, and keeps those on the way to the keys asked for."""

    def __init__(self, keys: Collection[bytes]) -> None:
        self.proofs: dict[Nibbles, list[bytes]] = {nibbles(key): [] for key in keys}

    def node(self, entries: Sequence[tuple[Nibbles, bytes]], depth: int) -> list[Item]:
        """`entries` share their first `depth` nibbles."""
        first, last = entries[0][0], entries[-1][0]
        if len(entries) == 1:
            return [_packed(first[depth:], ends=True), entries[0][1]]
        shared = depth
        while shared < min(len(first), len(last)) and first[shared] == last[shared]:
            shared += 1
        if shared > depth:
            return [_packed(first[depth:shared], ends=False), self._reference(entries, shared)]
        value = entries[0][1] if len(first) == depth else b""
        below = entries[1:] if len(first) == depth else entries
        slots: list[Item] = []
        for nibble in range(16):
            some = [entry for entry in below if entry[0][depth] == nibble]
            slots.append(self._reference(some, depth + 1) if some else b"")
        return [*slots, value]

    def _reference(self, entries: Sequence[tuple[Nibbles, bytes]], depth: int) -> Item:
        node = self.node(entries, depth)
        data = encode(node)
        if len(data) < 32:
            return node
        for path, _ in entries:
            if path in self.proofs:
                self.proofs[path].append(data)
        return keccak(data)
