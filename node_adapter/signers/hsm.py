"""Keys in an HSM, over PKCS#11. A key is made in the token and never leaves it; this process has a PIN, and no key.

What a token signs is made Ethereum's here: s is brought into the lower half of the order (EIP-2), and the recovery id,
which PKCS#11 does not know, is the one under which the signature recovers to the key's address. So a signature that
the token made with another key than the settings say is never handed out.
"""

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from node_adapter.signers.errors import KeyNotHeld, KeystoreError, SignerUnavailable
from node_adapter.signers.files import read_secret
from node_adapter.transactions import (
    ORDER,
    SignedTransaction,
    Transaction,
    TransactionMalformed,
    assemble,
    recover,
)
from node_adapter.words import checksum_address, hex0x, keccak

if TYPE_CHECKING:
    from pkcs11 import Session, SignMixin
    from pkcs11._pkcs11 import lib as Library  # noqa: N812 -- a class, whatever its name

SECP256K1 = bytes.fromhex("06052b8104000a")
"""DER of the curve's object identifier, 1.3.132.0.10: what PKCS#11 calls its EC_PARAMS."""
_PIN_ERRORS = ("PinIncorrect", "PinInvalid", "PinLenRange")
_STATES = {
    "PinLocked": "its PIN is locked: the security officer has to set a new one",
    "PinExpired": "its PIN has expired: the security officer has to set a new one",
    "UserPinNotInitialized": "it has no user PIN yet: the security officer has to set one",
    "NoSuchToken": "it is not there: plug it in, or correct its label",
    "MultipleTokensReturned": "several tokens have this label",
}


@dataclass(frozen=True, slots=True)
class Token:
    """Where a token is. `pin_file` is its user's, with mode 0600."""

    module: Path
    label: str
    pin_file: Path


@dataclass(frozen=True, slots=True)
class TokenKey:
    label: str
    """CKA_LABEL of the private key."""
    address: str


class Hsm:
    """The keys of one token. A token that went away, was locked or restarted is used again once it is back."""

    def __init__(self, token: Token, keys: Mapping[str, TokenKey]) -> None:
        """`keys`: by name. Does not connect: a token that is away makes operations wait, not the start fail."""
        self._token = token
        self._names = {name: key.address for name, key in keys.items()}
        self._labels = {key.address: key.label for key in keys.values()}
        self._module = module_at(token.module)
        self._generation = -1
        self._session: Session | None = None
        self._keys: dict[str, SignMixin] = {}
        self._refused_pin = b""

    def __repr__(self) -> str:
        return f"<Hsm {self._token.label} with {len(self._labels)} keys>"

    def addresses(self) -> dict[str, str]:
        return dict(self._names)

    def holds(self, address: str) -> bool:
        return address in self._labels

    def unlock(self, address: str) -> None:
        with self._module.lock:
            self._use(address, None)

    def sign_transaction(self, address: str, tx: Transaction) -> SignedTransaction:
        return assemble(tx, self._sign(address, tx.digest()))

    def sign_typed_data(self, address: str, data: dict[str, Any]) -> str:
        from node_adapter.typed_data import digest

        signature = self._sign(address, digest(data))
        return hex0x(signature[:64] + bytes([27 + signature[64]]))

    def create(self, label: str) -> str:
        """Makes a key in the token, for signing only; its address. Raises KeystoreError if `label` is used."""
        from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
        from pkcs11.exceptions import PKCS11Error

        with self._module.lock:
            try:
                session = self._connect(rw=True)
                if list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: label})):
                    raise KeystoreError(f"the token {self._token.label} has a key {label}; a key is never replaced")
                curve = session.create_domain_parameters(KeyType.EC, {Attribute.EC_PARAMS: SECP256K1}, local=True)
                public, _ = curve.generate_keypair(
                    mechanism=Mechanism.EC_KEY_PAIR_GEN,
                    store=True,
                    label=label,
                    id=label.encode(),
                    private_template={
                        Attribute.PRIVATE: True,
                        Attribute.SENSITIVE: True,
                        Attribute.EXTRACTABLE: False,
                        Attribute.SIGN: True,
                    },
                )
                return address_of_point(bytes(public[Attribute.EC_POINT]))
            except PKCS11Error as error:
                raise self._unavailable(error) from None
            finally:
                self._disconnect()

    def _sign(self, address: str, digest: bytes) -> bytes:
        with self._module.lock:
            raw = self._use(address, digest)
        r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        s = min(s, ORDER - s)
        for parity in (0, 1):
            try:
                found = recover(digest, r, s, parity)
            except TransactionMalformed:
                continue
            if found == address:
                return r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([parity])
        raise KeystoreError(
            f"the key {self._labels[address]} of the token {self._token.label} is not that of {address}"
        )

    def _use(self, address: str, digest: bytes | None) -> bytes:
        """Signs, or only looks the key up; a second time over a fresh connection if the first one is stale."""
        from pkcs11 import Mechanism
        from pkcs11.exceptions import PKCS11Error

        for fresh in (False, True):
            try:
                key = self._key(address)
                return key.sign(digest, mechanism=Mechanism.ECDSA) if digest is not None else b""
            except PKCS11Error as error:
                self._disconnect()
                if fresh or type(error).__name__ in _PIN_ERRORS:
                    raise self._unavailable(error) from None
                self._module.restart()
        raise AssertionError("unreachable")

    def _key(self, address: str) -> "SignMixin":
        from pkcs11 import Attribute, KeyType, ObjectClass

        if address not in self._labels:
            raise KeyNotHeld(f"the token {self._token.label} has no key of {address}")
        session = self._connect()
        if address not in self._keys:
            label = self._labels[address]
            template = {Attribute.LABEL: label, Attribute.KEY_TYPE: KeyType.EC}
            found = list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, **template}))
            if len(found) != 1:
                problem = f"has {len(found)} keys" if found else "has no key"
                raise KeystoreError(f"the token {self._token.label} {problem} {label}; `scf keys create` makes one")
            for public in session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY, **template}):
                holds = address_of_point(bytes(public[Attribute.EC_POINT]))
                if holds != address:
                    raise KeystoreError(
                        f"the key {label} of the token {self._token.label} is {holds}'s, not {address}'s"
                    )
            self._keys[address] = cast("SignMixin", found[0])
        return self._keys[address]

    def _connect(self, *, rw: bool = False) -> "Session":
        """The session, logged in. A PIN that was refused once is not tried again: three tries lock most tokens."""
        from pkcs11.exceptions import UserAlreadyLoggedIn

        library = self._module.library()
        if self._session is None or self._generation != self._module.generation:
            pin = read_secret(self._token.pin_file)
            digest = hashlib.sha256(pin.encode()).digest()
            if digest == self._refused_pin:
                raise SignerUnavailable(self._wrong_pin())
            token = library.get_token(token_label=self._token.label)
            try:
                self._session = token.open(rw=rw, user_pin=pin)
            except UserAlreadyLoggedIn:  # one login is the whole process's
                self._session = token.open(rw=rw)
            except Exception as error:
                if type(error).__name__ in _PIN_ERRORS:
                    self._refused_pin = digest
                raise
            self._keys.clear()
            self._generation = self._module.generation
        return self._session

    def _disconnect(self) -> None:
        from pkcs11.exceptions import PKCS11Error

        session, self._session = self._session, None
        self._keys.clear()
        if session is not None and self._generation == self._module.generation:
            try:
                session.close()
            except PKCS11Error:
                return  # it ended with the token

    def _unavailable(self, error: Exception) -> SignerUnavailable:
        kind = type(error).__name__
        if kind in _PIN_ERRORS:
            return SignerUnavailable(self._wrong_pin())
        state = _STATES.get(kind, f"it does not answer ({kind})")
        return SignerUnavailable(f"the token {self._token.label} cannot be used: {state}")

    def _wrong_pin(self) -> str:
        return (
            f"the token {self._token.label} refused the PIN in {self._token.pin_file}; correct the file, "
            "it is not tried again before it changes"
        )


class Module:
    """One PKCS#11 library of this process, used by one thread at a time: not all of them bear more.

    It is initialised once for all its tokens, so a restart ends everybody's sessions.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.RLock()
        self.generation = 0
        self._library: Library | None = None

    def library(self) -> "Library":
        """Raises KeystoreError if there is none at the path."""
        import pkcs11

        if self._library is None:
            if not self.path.is_file():
                raise KeystoreError(f"there is no PKCS#11 module {self.path}; install it, or correct the settings")
            try:
                self._library = pkcs11.lib(str(self.path))
            except (RuntimeError, pkcs11.exceptions.PKCS11Error) as error:
                said = str(error) or type(error).__name__
                raise KeystoreError(f"{self.path} does not work as a PKCS#11 module: {said}") from None
        return self._library

    def restart(self) -> None:
        """Makes the library look again at what is plugged in."""
        from pkcs11.exceptions import PKCS11Error

        self.generation += 1
        try:
            self.library().reinitialize()
        except PKCS11Error:
            self._library = None


def module_at(path: Path) -> Module:
    """The one of this process, under whatever name: a library bears to be initialised once."""
    return _module(path.resolve())


@cache
def _module(path: Path) -> Module:
    return Module(path)


def address_of_point(point: bytes) -> str:
    """The address of a public key as tokens give it: a DER octet string, or its bare content; compressed or not.

    Raises KeystoreError for anything else.
    """
    from coincurve import PublicKey

    if len(point) in (35, 67) and point[:2] == bytes([4, len(point) - 2]):
        point = point[2:]
    try:
        key = PublicKey(point)
    except ValueError:
        raise KeystoreError(f"the token's public key ({len(point)} bytes) is no point of secp256k1") from None
    return checksum_address(keccak(key.format(compressed=False)[1:])[12:])
