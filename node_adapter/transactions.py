"""EIP-1559 transactions as bytes: what is signed, what a wallet is handed, and what came back from one.

Our own RLP for the form and libsecp256k1 for the curve, without eth_account's conversions in between; the tests hold
the two byte for byte equal. Signatures are deterministic (RFC 6979): the same transaction and key always give the same
bytes.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from node_adapter import rlp
from node_adapter.words import checksum_address, hex0x, keccak

TYPE = 2
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Of secp256k1's group."""
_HALF_ORDER = ORDER // 2
"""Half the curve's order: a signature with a larger s has a twin under another hash, and nodes refuse it (EIP-2)."""


class TransactionMalformed(Exception):
    """The bytes are no signed EIP-1559 transaction."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """`to` None makes a contract. Fees are wei a unit of gas. The access list is always empty."""

    chain_id: int
    nonce: int
    max_priority_fee_per_gas: int
    max_fee_per_gas: int
    gas: int
    to: str | None
    data: bytes
    value: int = 0

    def to_json(self, sender: str) -> dict[str, Any]:
        """The form wallets take (`eth_signTransaction`, MetaMask, eth_account): quantities as 0x hex."""
        answer: dict[str, Any] = {
            "type": hex(TYPE),
            "from": sender,
            "chainId": hex(self.chain_id),
            "nonce": hex(self.nonce),
            "value": hex(self.value),
            "data": hex0x(self.data),
            "gas": hex(self.gas),
            "maxFeePerGas": hex(self.max_fee_per_gas),
            "maxPriorityFeePerGas": hex(self.max_priority_fee_per_gas),
            "accessList": [],
        }
        return answer if self.to is None else answer | {"to": self.to}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Transaction":
        if _quantity(data["type"]) != TYPE or data.get("accessList"):
            raise TransactionMalformed("only EIP-1559 transactions without an access list are used here")
        return cls(
            chain_id=_quantity(data["chainId"]),
            nonce=_quantity(data["nonce"]),
            max_priority_fee_per_gas=_quantity(data["maxPriorityFeePerGas"]),
            max_fee_per_gas=_quantity(data["maxFeePerGas"]),
            gas=_quantity(data["gas"]),
            to=data.get("to"),
            data=bytes.fromhex(data["data"].removeprefix("0x")),
            value=_quantity(data["value"]),
        )

    def digest(self) -> bytes:
        """What the sender's key signs."""
        return keccak(_listed(_fields(self)))


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """`raw` is what a node is sent; it carries no secret."""

    raw: bytes
    tx_hash: str


def assemble(transaction: Transaction, signature: bytes) -> SignedTransaction:
    """`signature` is libsecp256k1's: r, s, and a recovery id of 0 or 1."""
    parts = [rlp.number(signature[64]), signature[:32].lstrip(b"\0"), signature[32:64].lstrip(b"\0")]
    raw = _listed(_fields(transaction) + b"".join(map(rlp.encode, parts)))
    return SignedTransaction(raw, hex0x(keccak(raw)))


def disassemble(raw: bytes) -> tuple[Transaction, str]:
    """The transaction in `raw` and who signed it. Raises TransactionMalformed."""
    try:
        if raw[:1] != bytes([TYPE]):
            raise ValueError("it is no EIP-1559 transaction")
        fields = rlp.decode_list(raw[1:])
        chain_id, nonce, priority_fee, max_fee, gas, to, value, data, access_list, parity, r, s = fields
        if access_list != [] or not isinstance(to, bytes) or len(to) not in (0, 20) or not isinstance(data, bytes):
            raise ValueError("it has an access list, or a receiver or data that are none")
        transaction = Transaction(
            chain_id=_number(chain_id),
            nonce=_number(nonce),
            max_priority_fee_per_gas=_number(priority_fee),
            max_fee_per_gas=_number(max_fee),
            gas=_number(gas),
            to=checksum_address(to) if to else None,
            data=data,
            value=_number(value),
        )
        signer = recover(transaction.digest(), _number(r), _number(s), _number(parity))
    except TransactionMalformed:
        raise
    except Exception as error:  # coincurve raises many kinds; whatever it was, these bytes are refused
        raise TransactionMalformed(f"no signed EIP-1559 transaction: {error}") from None
    return transaction, signer


def recover(digest: bytes, r: int, s: int, parity: int) -> str:
    """The checksum address whose key signed `digest`. Raises TransactionMalformed if nobody's did."""
    from coincurve import PublicKey

    if parity not in (0, 1) or not 0 < s <= _HALF_ORDER or not 0 < r < 1 << 256:
        raise TransactionMalformed("the signature's parts are out of range")
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([parity])
    try:
        public_key = PublicKey.from_signature_and_message(signature, digest, hasher=None)
    except Exception:  # coincurve raises bare Exception
        raise TransactionMalformed("the signature is nobody's") from None
    return checksum_address(keccak(public_key.format(compressed=False)[1:])[12:])


@lru_cache(maxsize=16)
def _fields(transaction: Transaction) -> bytes:
    """In RLP's order; the signature's parts may follow. Kept, since signing and sending both ask."""
    to = b"" if transaction.to is None else bytes.fromhex(transaction.to[2:])
    fees = (transaction.max_priority_fee_per_gas, transaction.max_fee_per_gas)
    numbers = map(rlp.number, (transaction.chain_id, transaction.nonce, *fees, transaction.gas))
    fields: list[rlp.Item] = [*numbers, to, rlp.number(transaction.value), transaction.data, []]
    return b"".join(rlp.encode(field) for field in fields)


def _listed(payload: bytes) -> bytes:
    return bytes([TYPE]) + rlp.listed(payload)


def _quantity(value: int | str) -> int:
    return value if isinstance(value, int) else int(value, 0)


def _number(word: rlp.Item) -> int:
    if not isinstance(word, bytes) or word[:1] == b"\0" or len(word) > 32:
        raise TransactionMalformed("a number is not in its shortest form")
    return int.from_bytes(word, "big")
