"""A client's own wallet: the other side of `outbox.own_wallet`. The server never sees its key."""

from pathlib import Path
from typing import Any

from node_adapter.signers.errors import KeyNotHeld
from node_adapter.signers.files import read_secret, require_private
from node_adapter.signers.keystore import Key, claimed_address, typed_data_signature
from node_adapter.transactions import Transaction, assemble
from node_adapter.words import hex0x


class Wallet:
    """One party's own key, on its own side: what the API hands out as `to_sign` it signs, nothing else."""

    def __init__(self, key: Key) -> None:
        self._key = key

    @classmethod
    def load(cls, path: Path, passphrase: str | Path) -> "Wallet":
        """`passphrase` as for Keyring. Takes 0.5 s. Raises KeystoreError."""
        require_private(path)
        secret = read_secret(passphrase) if isinstance(passphrase, Path) else passphrase
        return cls(Key(path, secret, claimed_address(path)))

    @property
    def address(self) -> str:
        return self._key.address

    def __repr__(self) -> str:
        return f"<Wallet {self.address}>"

    def sign(self, to_sign_item: dict[str, Any]) -> str:
        """A 65-byte signature for typed data, the raw signed transaction for a transaction; 0x hex both."""
        kind, data = to_sign_item["type"], to_sign_item["data"]
        if kind == "typed_data":
            return typed_data_signature(self._key, data)
        if kind == "transaction":
            if data["from"] != self.address:
                raise KeyNotHeld(f"this wallet is {self.address}, the transaction is {data['from']}'s")
            transaction = Transaction.from_json(data)
            return hex0x(assemble(transaction, self._key.sign(transaction.digest())).raw)
        raise ValueError(f"a wallet signs typed data and transactions, not {kind!r}")
