"""`scf keys`: makes keys, in a keystore or in an HSM, and shows where each is and what it may sign."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from node_adapter.signers import KeystoreError, create_account
from node_adapter.signers.hsm import Hsm, Token
from node_adapter.signers.keystore import Keyring, require_name
from node_adapter.signers.settings import FILE, KeySettings, SignerSettings, parse_settings, read_settings
from scripts.data_folder import DataFolder, write_private_text
from scripts.errors import CliError
from scripts.output import emit, say
from scripts.provision import PASSPHRASE

ACTIONS = ("list", "create")


@dataclass(frozen=True, slots=True)
class HsmOptions:
    """Where `scf keys create --pkcs11 …` makes the key."""

    module: Path
    token: str
    pin_file: Path


def run(
    folder: DataFolder,
    action: str,
    name: str | None,
    *,
    pkcs11: Path | None,
    token: str | None,
    pin_file: Path | None,
    as_json: bool,
) -> None:
    """CliError for options that do not go together, KeystoreError and SignerUnavailable for what cannot be used."""
    if action not in ACTIONS:
        raise CliError(f"scf keys knows {' and '.join(ACTIONS)}, not {action}", name="ActionUnknown")
    if not folder.keys.is_dir():
        raise CliError(f"there are no keys in {folder.root}; `scf up` makes them", name="NotRunning")
    hsm_options = [option for option in (pkcs11, token, pin_file) if option is not None]
    if action == "list":
        if name is not None or hsm_options:
            raise CliError("scf keys list takes no name and no HSM", name="OptionsWrong")
        _show(folder, as_json=as_json)
        return
    if name is None:
        raise CliError("scf keys create wants a name: scf keys create treasury", name="OptionsWrong")
    if not hsm_options:
        address = _create(folder, name, None)
    elif pkcs11 is None or token is None or pin_file is None:
        raise CliError("a key in an HSM wants --pkcs11, --token and --pin-file", name="OptionsWrong")
    else:
        where = HsmOptions(pkcs11.expanduser().resolve(), token, pin_file.expanduser().resolve())
        address = _create(folder, name, where)
    if as_json:
        emit({"ok": True, "name": name, "address": address, "settings": str(folder.keys / FILE)})
        return
    print(f"{name} is {address}")
    say(f"it may sign nothing yet: name in {folder.keys / FILE} what it may, then start the network again")


def _create(folder: DataFolder, name: str, hsm: HsmOptions | None) -> str:
    """The address. The settings are checked before a key is made, and name it after: no key is made in vain."""
    require_name(name)
    settings = read_settings(folder.keys)
    if name in settings.keys or (folder.keys / f"{name}.json").exists():
        raise KeystoreError(f"there is a key {name} in {folder.keys}; a key is never replaced")
    path = folder.keys / FILE
    text = path.read_text(encoding="utf-8").rstrip("\n") + "\n"
    if hsm is None:
        entry = _table(name, [])
        parse_settings(path, text + entry)
        address = create_account(folder.keys, name, Path(folder.secrets / PASSPHRASE))
    else:
        place, table = _place(settings, hsm)
        lines = [f'hsm = "{place}"', 'address = "{}"']
        parse_settings(path, text + table + _table(name, lines).format("0x" + "11" * 20))
        address = Hsm(Token(hsm.module, hsm.token, hsm.pin_file), {}).create(name)
        entry = table + _table(name, lines).format(address)
    try:
        write_private_text(path, text + entry)
    except OSError as error:
        raise KeystoreError(f"the key {name} ({address}) is made, and {path} not written: {error.strerror}") from None
    return address


def _place(settings: SignerSettings, hsm: HsmOptions) -> tuple[str, str]:
    """The token's name in the settings, and the table that has to be added for it, if any."""
    wanted = Token(hsm.module, hsm.token, hsm.pin_file)
    for name, token in settings.tokens.items():
        if token == wanted:
            return name, ""
    number = next(n for n in range(1, len(settings.tokens) + 2) if f"token{n}" not in settings.tokens)
    lines = [f'module = "{hsm.module}"', f'token = "{hsm.token}"', f'pin_file = "{hsm.pin_file}"']
    return f"token{number}", "\n".join(["", f"[hsm.token{number}]", *lines, ""])


def _table(name: str, lines: list[str]) -> str:
    return "\n".join(["", f'[keys."{name}"]', *lines, "may = []", ""])


def _show(folder: DataFolder, *, as_json: bool) -> None:
    settings = read_settings(folder.keys)
    keystores = Keyring(folder.keys, folder.secrets / PASSPHRASE).addresses() if any(folder.keys.glob("*.json")) else {}
    rows: list[dict[str, Any]] = []
    for name in sorted(settings.keys.keys() | keystores.keys()):
        key = settings.keys.get(name)
        rows.append(
            {
                "name": name,
                "address": (key.address if key else None) or keystores.get(name),
                "place": _where(key),
                "may": sorted(key.rule.may) if key else [],
                "daily": dict(key.rule.daily) if key else {},
            }
        )
    if as_json:
        emit({"ok": True, "keys": rows})
        return
    table = Table("key", "address", "where", "may sign", "a day", box=None, pad_edge=False, header_style="bold")
    for row in rows:
        daily = ", ".join(f"{amount} {currency}" for currency, amount in row["daily"].items())
        table.add_row(row["name"], row["address"] or "missing", row["place"], "\n".join(row["may"]) or "nothing", daily)
    Console(highlight=False, soft_wrap=True).print(table)


def _where(key: KeySettings | None) -> str:
    if key is None:
        return "keystore"
    if key.hsm is not None:
        return f"hsm {key.hsm}"
    if key.remote is not None:
        return f"remote {key.remote}"
    return "keystore" if key.address is None else "own wallet"
