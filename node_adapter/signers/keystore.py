"""Keys in encrypted keystores (Web3 Secret Storage, scrypt).

A key exists in the clear only inside this process, from its first use on. It is in no representation, log, error or
row: the objects that hold one show addresses only, and errors name files, never contents.
"""

import json
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from node_adapter.signers.errors import KeyNotHeld, KeystoreError
from node_adapter.signers.files import read_secret, require_private, require_private_folder, write_once
from node_adapter.signers.memory import forbid_dumps
from node_adapter.transactions import SignedTransaction, Transaction, assemble
from node_adapter.words import checksum_address, hex0x, keccak

if TYPE_CHECKING:
    from coincurve import PrivateKey

WORK_FACTOR = 2**17
"""scrypt's n, with r = 8 and p = 1: 128 MB and about 0.5 s for each guess at a passphrase."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def require_name(name: str) -> None:
    """Raises KeystoreError for what could be a path, or be hard to type."""
    if not _NAME.fullmatch(name):
        raise KeystoreError(f"{name!r} is no name for a key: lower-case letters, digits, dot, dash; at most 64")


def create_account(folder: Path, name: str, passphrase: str | Path, *, work_factor: int = WORK_FACTOR) -> str:
    """Makes a key, writes it as `<folder>/<name>.json`, and returns its address. An existing file is never replaced.

    `passphrase` as for Keyring. Raises KeystoreError if the name is taken, or the folder is open to others.
    """
    from coincurve import PrivateKey
    from eth_account import Account

    require_name(name)
    require_private_folder(folder, make=True)
    secret = read_secret(passphrase) if isinstance(passphrase, Path) else passphrase
    forbid_dumps()
    key = PrivateKey()
    keystore = Account.encrypt(key.secret, secret, kdf="scrypt", iterations=work_factor)
    keystore["address"] = _address(key)
    write_once(folder / f"{name}.json", json.dumps(keystore, indent=1))
    return str(keystore["address"])


class Key:
    """One key. Shows its address and nothing else; it cannot be pickled."""

    __slots__ = ("_private_key", "address")

    def __init__(self, path: Path, passphrase: str, address: str) -> None:
        from coincurve import PrivateKey
        from eth_account import Account

        forbid_dumps()
        try:
            self._private_key = PrivateKey(bytes(Account.decrypt(json.loads(path.read_text()), passphrase)))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise KeystoreError(f"{path} does not open with this passphrase, or is damaged") from None
        self.address = _address(self._private_key)
        if self.address != address:
            raise KeystoreError(f"{path} says it holds {address}, and holds the key of {self.address}")

    def __repr__(self) -> str:
        return f"<key of {self.address}>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise KeystoreError(f"the key of {self.address} does not leave this process")

    def sign(self, digest: bytes) -> bytes:
        """r, s and a recovery id of 0 or 1."""
        return self._private_key.sign_recoverable(digest, hasher=None)


class Keyring:
    """The keystores of one folder, all under one passphrase. A key is decrypted at its first use (0.5 s) and kept.

    Safe to use from several threads. Keystores added to the folder later are seen.
    """

    def __init__(self, folder: Path, passphrase: str | Path) -> None:
        """`passphrase`: itself, or the file that holds it. Raises KeystoreError if anything is readable by others."""
        self._folder = folder
        self._passphrase = read_secret(passphrase) if isinstance(passphrase, Path) else passphrase
        self._lock = threading.Lock()
        self._keys: dict[str, Key] = {}
        self._paths: dict[str, Path] = {}
        self._scan()

    def __repr__(self) -> str:
        return f"<Keyring of {len(self._paths)} keys in {self._folder}>"

    def addresses(self) -> dict[str, str]:
        """Name of the keystore → address."""
        self._scan()
        return {path.stem: address for address, path in sorted(self._paths.items(), key=lambda item: item[1])}

    def holds(self, address: str) -> bool:
        if address not in self._paths:
            self._scan()
        return address in self._paths

    def unlock(self, address: str) -> None:
        """Decrypts now what the first use would, outside whatever lock the first use may hold."""
        self._key(address)

    def sign_transaction(self, address: str, tx: Transaction) -> SignedTransaction:
        """Raises KeyNotHeld, KeystoreError."""
        return assemble(tx, self._key(address).sign(tx.digest()))

    def sign_typed_data(self, address: str, data: dict[str, Any]) -> str:
        """The 65 bytes r, s, v (27 or 28) as 0x hex, over the EIP-712 message. Raises KeyNotHeld, KeystoreError."""
        return typed_data_signature(self._key(address), data)

    def _key(self, address: str) -> Key:
        with self._lock:
            key = self._keys.get(address)
            if key is None:
                if not self.holds(address):
                    raise KeyNotHeld(f"no keystore in {self._folder} is for {address}")
                key = self._keys[address] = Key(self._paths[address], self._passphrase, address)
            return key

    def _scan(self) -> None:
        require_private_folder(self._folder, make=False)
        known = set(self._paths.values())
        for path in sorted(self._folder.glob("*.json")):
            if path not in known:
                require_private(path)
                self._paths[claimed_address(path)] = path


def typed_data_signature(key: Key, data: dict[str, Any]) -> str:
    """r, s, v (27 or 28) as 0x hex."""
    from node_adapter.typed_data import digest

    signature = key.sign(digest(data))
    return hex0x(signature[:64] + bytes([27 + signature[64]]))


def _address(key: "PrivateKey") -> str:
    return checksum_address(keccak(key.public_key.format(compressed=False)[1:])[12:])


def claimed_address(path: Path) -> str:
    """Whose key the keystore says it holds; decrypting tells. Raises KeystoreError."""
    try:
        return checksum_address(bytes.fromhex(str(json.loads(path.read_text())["address"]).removeprefix("0x")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise KeystoreError(f"{path} is no keystore with an address") from None
