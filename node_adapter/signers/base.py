"""What every signer can do, wherever its keys are, and the one door that a network's signers stand behind."""

from collections.abc import Sequence
from typing import Any, Protocol

from node_adapter.signers.errors import KeyNotHeld
from node_adapter.signers.policy import Policy
from node_adapter.transactions import SignedTransaction, Transaction


class Signer(Protocol):
    """Keys that sign and are never shown. Safe to use from several threads.

    Sign outside of database transactions: a key may be in an HSM or behind a network, and a policy counts in the
    database.
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
    """The signers of one network as one, behind its policy: each address is the first's that holds it.

    The policy is asked before a signer is, and what was signed is counted before anybody gets it: a key that is away
    costs nothing of its day, and of two that sign for the day's rest at once only one has the signature.
    """

    def __init__(self, signers: Sequence[Signer], policy: Policy | None = None) -> None:
        """Without `policy` every key may sign everything: for keys that guard nothing."""
        self._signers = list(signers)
        self.policy = policy

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
        signer = self._of(address)
        if self.policy is None:
            return signer.sign_transaction(address, tx)
        act = self.policy.check_transaction(address, tx)
        signed = signer.sign_transaction(address, tx)
        self.policy.count(address, act)
        return signed

    def sign_typed_data(self, address: str, data: dict[str, Any]) -> str:
        signer = self._of(address)
        if self.policy is None:
            return signer.sign_typed_data(address, data)
        act = self.policy.check_typed_data(address, data)
        signature = signer.sign_typed_data(address, data)
        self.policy.count(address, act)
        return signature

    def permit_transaction(self, address: str, tx: Transaction, *, signed: bool) -> None:
        """The same policy for a client's own wallet that it names: when the transaction is handed out, and `signed`
        as it came back. Raises PolicyRefused.
        """
        if self.policy is not None and self.policy.names(address):
            act = self.policy.check_transaction(address, tx)
            if signed:
                self.policy.count(address, act)

    def permit_typed_data(self, address: str, data: dict[str, Any], *, signed: bool) -> None:
        """As `permit_transaction`."""
        if self.policy is not None and self.policy.names(address):
            act = self.policy.check_typed_data(address, data)
            if signed:
                self.policy.count(address, act)

    def _of(self, address: str) -> Signer:
        for signer in self._signers:
            if signer.holds(address):
                return signer
        raise KeyNotHeld(f"no signer here has the key of {address}")
