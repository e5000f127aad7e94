"""Identifiers that both sides compute: a payable's id, and words that stand for a text on chain."""

import hashlib

from node_adapter.words import from_hex, hex0x, keccak


def payable_id_of(chain_id: int, origination: str, party: str, salt: bytes) -> str:
    """The id under which `party` proposes or issues with `salt` (32 bytes): 0x and 56 hexadecimal digits.

    `keccak256(abi.encode(chainid, contract, party, salt)) >> 32`, as ReceivableIds.payableId has it.
    """
    if len(salt) != 32:
        raise ValueError(f"a salt has 32 bytes, not {len(salt)}")
    words = chain_id.to_bytes(32, "big") + _word(origination) + _word(party) + salt
    return hex0x(keccak(words)[:28])


def reference_hash(reference: str) -> str:
    """A bank's or payer's own reference as it stands on chain: a hash, because references are trade text (R-45)."""
    return "0x" + hashlib.sha256(b"scf-network/reference/v1\x00" + reference.encode()).hexdigest()


def ascii_word(text: str) -> str:
    """A short ASCII word right-padded with zeros, as `bytes32`. ValueError if it is empty or longer than 32."""
    encoded = text.encode("ascii")
    if not 1 <= len(encoded) <= 32:
        raise ValueError(f'"{text}" has {len(encoded)} characters, 1 to 32 fit in a word')
    return "0x" + encoded.ljust(32, b"\0").hex()


def _word(address: str) -> bytes:
    return from_hex(address).rjust(32, b"\0")
