"""What every signer can do, wherever its keys are, and the one door that a network's signers stand behind."""

from collections.abc import Sequence
from typing import Any, Protocol

from node_adapter.signers.errors import KeyNotHeld
from node_adapter.transactions import SignedTransaction, Transaction


class Signer(Protocol):
    """Keys that sign and are never shown. Safe to use from several threads.

    Sign outside of database transactions: a key may be in an HSM or behind a network.
    """

    def addresses(self) -> dict[str, str]:
        """Name of the key → address."""

    def holds(self, address: str) -> bool: ...

    def unlock(self, address: str) -> None:
        """Does now what the first use would (decrypt, log in, connect). Raises as signing does."""

    def sign_transaction(self, address: str, tx: Transaction) -> SignedTransaction:
        """Raises KeyNotHeld, KeystoreError, SignerUnavailable, PolicyRefused."""

    def sign_typed_data(self, address: str, data: dict[str, Any]) -> str:
        """The 65 bytes r, s, v (27 or 28) as 0x hex, over the EIP-712 message. Raises as `sign_transaction`."""


class Signers:
    """The signers of one network as one: each address is the first's that holds it."""

    def __init__(self, signers: Sequence[Signer]) -> None:
        self._signers = list(signers)

    def __repr__(self) -> str:
        return f"<Signers {self._signers!r}>"

    def addresses(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for signer in reversed(self._signers):
            found |= signer.addresses()
        return found

    def holds(self, address: str) -> bool:
        return any(signer.holds(address) for signer in self._signers)

    def unlock(self, address: str) -> None:
        self._of(address).unlock(address)

    def sign_transaction(self, address: str, tx: Transaction) -> SignedTransaction:
        return self._of(address).sign_transaction(address, tx)

    def sign_typed_data(self, address: str, data: dict[str, Any]) -> str:
        return self._of(address).sign_typed_data(address, data)

    def _of(self, address: str) -> Signer:
        for signer in self._signers:
            if signer.holds(address):
                return signer
        raise KeyNotHeld(f"no signer here has the key of {address}")
