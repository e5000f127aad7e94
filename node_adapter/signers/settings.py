"""`signers.toml` beside the keystores: where each key of a network is, and what it may sign. Read once, at the start.

Strict: what is misspelt, unknown or contradicts itself is refused by its name, and nothing is signed.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from node_adapter.deployments import Deployments
from node_adapter.signers import acts
from node_adapter.signers.base import Signer, Signers
from node_adapter.signers.errors import KeystoreError
from node_adapter.signers.files import require_private, require_private_folder
from node_adapter.signers.hsm import Hsm, Token, TokenKey
from node_adapter.signers.keystore import Keyring
from node_adapter.signers.policy import Policy, Rule
from node_adapter.signers.remote import DIALECTS, TIMEOUT_S, Remote, RemoteSigner
from node_adapter.signers.spending import BUSINESS_UTC_OFFSET_S, Spending
from node_adapter.words import checksum_address, from_hex

FILE = "signers.toml"
MINOR_UNITS_MAX = 2**53 - 1
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class KeySettings:
    """One `[keys.NAME]`. Without `hsm`, `remote` and `address` it is the keystore of that name; with `address` alone
    a client's own wallet, of which only the policy is known here."""

    rule: Rule
    address: str | None = None
    hsm: str | None = None
    label: str | None = None
    remote: str | None = None


@dataclass(frozen=True, slots=True)
class SignerSettings:
    keys: Mapping[str, KeySettings] = field(default_factory=dict)
    tokens: Mapping[str, Token] = field(default_factory=dict)
    remotes: Mapping[str, Remote] = field(default_factory=dict)
    utc_offset_s: int = BUSINESS_UTC_OFFSET_S


def load_signers(
    folder: Path,
    passphrase: Path,
    engine: Engine,
    deployments: Callable[[], Deployments],
    now: Callable[[], int],
) -> Signers:
    """The signers of the folder's `signers.toml`, behind its policy.

    `passphrase`: the file of the keystores', read if there are any. `now`: the chain's time, for the limits a day.
    Nothing is unlocked or connected to. Raises KeystoreError.
    """
    settings = read_settings(folder)
    signers: list[Signer] = []
    addresses: dict[str, str] = {}
    if any(folder.glob("*.json")):
        keyring = Keyring(folder, passphrase)
        signers.append(keyring)
        addresses |= keyring.addresses()
    for name, token in settings.tokens.items():
        held = {
            key: TokenKey(found.label or key, found.address)
            for key, found in settings.keys.items()
            if found.hsm == name and found.address is not None
        }
        signers.append(Hsm(token, held))
    for name, remote in settings.remotes.items():
        asked = {
            key: found.address
            for key, found in settings.keys.items()
            if found.remote == name and found.address is not None
        }
        signers.append(RemoteSigner(remote, asked))
    rules = _rules(folder / FILE, settings, addresses)
    return Signers(signers, Policy(rules, deployments, Spending(engine, now, settings.utc_offset_s)))


def read_settings(folder: Path) -> SignerSettings:
    """Raises KeystoreError, in one line, with the entry that is wrong."""
    require_private_folder(folder, make=False)
    path = folder / FILE
    if not path.exists():
        raise KeystoreError(
            f"{path} is missing: it says what each key may sign (node_adapter/README.md has an example)"
        )
    require_private(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KeystoreError(f"{path} cannot be read: {type(error).__name__}") from None
    return parse_settings(path, text)


def parse_settings(path: Path, text: str) -> SignerSettings:
    """What `read_settings` would make of `text` in `path`. Raises KeystoreError."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise KeystoreError(f"{path} cannot be read: {' '.join(str(error).split())}") from None
    return _Reader(path).settings(content)


def _rules(path: Path, settings: SignerSettings, keystores: Mapping[str, str]) -> dict[str, Rule]:
    """By address. Raises KeystoreError for a key that is nowhere, or in two places."""
    rules: dict[str, Rule] = {}
    for name, key in settings.keys.items():
        if key.address is None and name not in keystores:
            raise KeystoreError(f"{path}: [keys.{name}] is no keystore in {path.parent}, and names no other place")
        if key.address is not None and name in keystores:
            raise KeystoreError(f"{path}: [keys.{name}] is elsewhere, and there is a keystore {name}.json; remove one")
        address = key.address or keystores[name]
        if address in rules or (key.address is not None and address in keystores.values()):
            raise KeystoreError(f"{path}: [keys.{name}] has the address of another key, {address}")
        rules[address] = key.rule
    return rules


class _Reader:
    """TOML's plain values into settings, refusing all that is not exactly so."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def settings(self, content: dict[str, Any]) -> SignerSettings:
        self._only("the file", content, {"keys", "hsm", "remote", "business_utc_offset_hours"})
        tokens = {name: self._token(f"[hsm.{name}]", table) for name, table in self._tables(content, "hsm")}
        remotes = {name: self._remote(name, table) for name, table in self._tables(content, "remote")}
        keys = {
            name: self._key(f"[keys.{name}]", table, tokens, remotes) for name, table in self._tables(content, "keys")
        }
        hours = content.get("business_utc_offset_hours", BUSINESS_UTC_OFFSET_S // 3600)
        if type(hours) is not int or not -12 <= hours <= 14:
            raise self._wrong("business_utc_offset_hours is a whole number from -12 to 14")
        return SignerSettings(keys, tokens, remotes, hours * 3600)

    def _token(self, where: str, table: dict[str, Any]) -> Token:
        self._only(where, table, {"module", "token", "pin_file"})
        texts = [self._text(where, table, name) for name in ("module", "token", "pin_file")]
        return Token(self._path.parent / texts[0], texts[1], self._path.parent / texts[2])

    def _remote(self, name: str, table: dict[str, Any]) -> Remote:
        where = f"[remote.{name}]"
        self._only(where, table, {"url_file", "speaks", "timeout_s"})
        dialect = self._text(where, {"speaks": "eth", **table}, "speaks")
        if dialect not in DIALECTS:
            raise self._wrong(f"{where} speaks {dialect!r}; known are {', '.join(DIALECTS)}")
        timeout_s = table.get("timeout_s", TIMEOUT_S)
        if type(timeout_s) not in (int, float) or not 0 < timeout_s <= 300:
            raise self._wrong(f"{where} timeout_s is a number of seconds, at most 300")
        return Remote(name, self._path.parent / self._text(where, table, "url_file"), dialect, float(timeout_s))

    def _key(
        self, where: str, table: dict[str, Any], tokens: Mapping[str, Token], remotes: Mapping[str, Remote]
    ) -> KeySettings:
        self._only(where, table, {"may", "daily", "address", "hsm", "label", "remote"})
        hsm, label, remote = (
            self._text(where, table, name) if name in table else None for name in ("hsm", "label", "remote")
        )
        for kind, named, known in (("hsm", hsm, tokens), ("remote", remote, remotes)):
            if named is not None and named not in known:
                raise self._wrong(f"{where} is in {kind} {named!r}, and there is no [{kind}.{named}]")
        elsewhere = hsm is not None or remote is not None
        if (hsm and remote) or (label and not hsm) or (elsewhere and "address" not in table):
            raise self._wrong(f"{where} is in one place: hsm (and label) or remote, each with its address")
        return KeySettings(self._rule(where, table), self._address(where, table), hsm, label, remote)

    def _rule(self, where: str, table: dict[str, Any]) -> Rule:
        may, daily = table.get("may", []), table.get("daily", {})
        if not isinstance(may, list) or not isinstance(daily, dict):
            raise self._wrong(f"{where} may is a list of names, daily a table of amounts")
        unknown = [str(name) for name in may if not isinstance(name, str) or not acts.known(name)]
        if unknown:
            raise self._wrong(f"{where} may sign {unknown[0]!r}, and the network's contracts have no such function")
        for currency, amount in daily.items():
            if not _CURRENCY.fullmatch(currency) or type(amount) is not int or not 0 <= amount <= MINOR_UNITS_MAX:
                raise self._wrong(
                    f"{where} daily has {currency} = {amount!r}; it is a currency's three letters and minor units"
                )
        return Rule(frozenset(may), dict(daily))

    def _address(self, where: str, table: dict[str, Any]) -> str | None:
        if "address" not in table:
            return None
        try:
            return checksum_address(from_hex(self._text(where, table, "address")))
        except ValueError:
            raise self._wrong(f"{where} address is no address") from None

    def _tables(self, content: dict[str, Any], name: str) -> list[tuple[str, dict[str, Any]]]:
        found = content.get(name, {})
        if not isinstance(found, dict) or not all(isinstance(table, dict) for table in found.values()):
            raise self._wrong(f"{name} holds tables [{name}.NAME]")
        return list(found.items())

    def _text(self, where: str, table: dict[str, Any], name: str) -> str:
        value = table.get(name)
        if not isinstance(value, str) or not value:
            raise self._wrong(f"{where} needs {name}, a text")
        return value

    def _only(self, where: str, table: dict[str, Any], known: set[str]) -> None:
        unknown = sorted(table.keys() - known)
        if unknown:
            raise self._wrong(f"{where} has {unknown[0]!r}; known are {', '.join(sorted(known))}")

    def _wrong(self, what: str) -> KeystoreError:
        return KeystoreError(f"{self._path}: {what}")
