"""What a block hash commits to: headers by their parents, receipts and accounts by the header's roots."""

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.proof.errors import BlockHashDiffers, CodeDiffers, FieldWrong, HeaderBroken, LogMissing, ProofBroken
from indexer.proof.trie import proven
from node_adapter.artifacts import artifact
from node_adapter.rlp import Item, decode, decode_list, decode_number, encode, number
from node_adapter.words import from_hex, hex0x, keccak

HEADER_FIELDS_MIN = 15
"""Before London; each fork since has appended some."""
JOURNAL_SLOTS = {
    "Anchors": 0,
    "DepositToken": 8,
    "Discounting": 2,
    "Dishonours": 1,
    "Holds": 0,
    "Origination": 3,
    "Participants": 1,
    "Receivables": 0,
    "Settlement": 0,
}
"""Where each contract keeps its journal; a test compares them with contracts/storage.md."""

Log = tuple[bytes, list[bytes], bytes]
"""Address, topics, data."""


@dataclass(frozen=True, slots=True)
class Header:
    number: int
    time: int
    parent_hash: bytes
    state_root: bytes
    receipts_root: bytes


@dataclass(frozen=True, slots=True)
class Account:
    storage_root: bytes
    code_hash: bytes


def read_headers(encoded: Sequence[bytes], block_hash: bytes) -> list[Header]:
    """Headers of consecutive blocks, the last of this hash. Raises HeaderBroken, BlockHashDiffers."""
    if not encoded:
        raise HeaderBroken("headers", "there is none")
    headers = [_header(data, f"headers[{i}]") for i, data in enumerate(encoded)]
    expected, named_by = block_hash, "named for the last block"
    for i in range(len(headers) - 1, -1, -1):
        found = keccak(encoded[i])
        if found != expected:
            kind = BlockHashDiffers if i == len(headers) - 1 else HeaderBroken
            raise kind(f"headers[{i}]", f"its hash is {hex0x(found)}, {named_by} is {hex0x(expected)}")
        if i and headers[i - 1].number + 1 != headers[i].number:
            raise HeaderBroken(f"headers[{i}]", f"block {headers[i].number} follows block {headers[i - 1].number}")
        expected, named_by = headers[i].parent_hash, f"named by block {headers[i].number} as its parent"
    return headers


def logs_of(root: bytes, tx_index: int, proof: Sequence[bytes], where: str) -> list[Log]:
    """The logs of a transaction, out of its proven receipt. Raises ProofBroken, LogMissing."""
    receipt = proven(root, encode(number(tx_index)), proof, where)
    if receipt is None:
        raise LogMissing(where, f"the block has no transaction {tx_index}")
    try:
        # Of all but the oldest kind, the transaction's type stands before its receipt.
        _status, _gas, _bloom, logs = decode_list(receipt if receipt[0] >= 0xC0 else receipt[1:])
        return [_log(entry) for entry in _items(logs)]
    except (ValueError, IndexError) as error:
        raise ProofBroken(where, f"its value is no receipt: {error}") from None


def account_of(root: bytes, address: str, proof: Sequence[bytes], where: str) -> Account:
    found = proven(root, keccak(from_hex(address)), proof, where)
    if found is None:
        raise ProofBroken(where, f"there is no account {address}")
    try:
        _nonce, _balance, storage_root, code_hash = decode_list(found)
        return Account(_word(storage_root), _word(code_hash))
    except ValueError as error:
        raise ProofBroken(where, f"its value is no account: {error}") from None


def journal_of(
    root: bytes, address: str, contract: str, proofs: tuple[Sequence[bytes], Sequence[bytes]], where: str
) -> bytes:
    """The contract's journal at the block whose state root this is; `proofs` are the account's and its slot's."""
    account = account_of(root, address, proofs[0], f"{where}.account_proof")
    found = proven(account.storage_root, keccak(journal_slot(contract)), proofs[1], f"{where}.storage_proof")
    try:
        value = b"" if found is None else _only(found)
    except ValueError as error:
        raise ProofBroken(f"{where}.storage_proof", f"its value is no word: {error}") from None
    return value.rjust(32, b"\0")


def journal_slot(contract: str) -> bytes:
    """Raises FieldWrong for a contract that keeps none."""
    if contract not in JOURNAL_SLOTS:
        raise FieldWrong("journals", f"{contract} keeps no journal")
    return JOURNAL_SLOTS[contract].to_bytes(32, "big")


def code_currency(code: bytes, code_hash: bytes, where: str) -> str:
    """A deposit token's currency, ISO 4217: one of the words that its constructor left in its code.

    Raises CodeDiffers unless the code is DepositToken's in all but these.
    """
    if keccak(code) != code_hash:
        raise CodeDiffers(where, f"its hash is {hex0x(keccak(code))}, that of the account's is {hex0x(code_hash)}")
    known = artifact("DepositToken")
    places = [(place["start"], place["start"] + place["length"]) for place in known["immutable_references"]]
    blank, found = bytearray(code), set()
    for start, end in places:
        word = code[start:end]
        if word[3:] == bytes(len(word) - 3) and word[:3].isalpha() and word[:3].isupper():
            found.add(word[:3].decode())
        blank[start:end] = bytes(end - start)
    if hex0x(bytes(blank)) != known["deployed_bytecode"]:
        raise CodeDiffers(where, "it is not this version's DepositToken: check with the version that the network runs")
    if len(found) != 1:
        raise CodeDiffers(where, f"it has {len(found)} currencies")
    return found.pop()


def _header(data: bytes, where: str) -> Header:
    try:
        items = decode_list(data)
        if len(items) < HEADER_FIELDS_MIN:
            raise ValueError(f"{len(items)} fields")
        return Header(
            number=decode_number(items[8]),
            time=decode_number(items[11]),
            parent_hash=_word(items[0]),
            state_root=_word(items[3]),
            receipts_root=_word(items[5]),
        )
    except ValueError as error:
        raise HeaderBroken(where, f"no block header: {error}") from None


def _log(entry: Item) -> Log:
    address, topics, data = _items(entry)
    if not isinstance(address, bytes) or len(address) != 20 or not isinstance(data, bytes):
        raise ValueError("no log")
    return address, [_word(topic) for topic in _items(topics)], data


def _items(item: Item) -> list[Item]:
    if isinstance(item, bytes):
        raise ValueError("not a list")
    return item


def _word(item: Item) -> bytes:
    if not isinstance(item, bytes) or len(item) != 32:
        raise ValueError("a hash has 32 bytes")
    return item


def _only(data: bytes) -> bytes:
    """A storage value: a number of at most 32 bytes as RLP."""
    value = number(decode_number(decode(data)))
    if len(value) > 32:
        raise ValueError("longer than 32 bytes")
    return value
