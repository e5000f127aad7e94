"""`scf keys`: keys made in a keystore and in a real token, named in the settings, and listed."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from node_adapter.signers import Signers, hsm, load_signers
from node_adapter.signers.settings import FILE, read_settings
from node_adapter.signers.spending import Spending
from node_adapter.transactions import Transaction, disassemble
from scripts.cli import app
from scripts.data_folder import write_private_text
from tests.node_adapter.signers.conftest import SoftToken, soft_token
from tests.node_adapter.signers.policy_acts import DEPLOYMENTS, NOON, call

__all__ = ["soft_token"]
WORD = "0x" + "11" * 32


def keys(data: Path, *arguments: str) -> Any:
    return CliRunner().invoke(app, ["keys", *arguments, "--data", str(data)], env={"COLUMNS": "200"})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    for name in ("keys", "secrets"):
        (folder / name).mkdir(mode=0o700, parents=True)
    write_private_text(folder / "keys" / FILE, '[keys.c]\naddress = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"\n')
    write_private_text(folder / "secrets" / "keystore.passphrase", "a passphrase\n")
    return folder


def signers(data: Path, tmp_path: Path) -> Signers:
    from node_adapter.db import make_engine, migrate

    engine = make_engine(f"sqlite:///{tmp_path}/scf.db")
    migrate(engine, "node_adapter")
    assert Spending(engine, lambda: NOON).today()
    secret = data / "secrets" / "keystore.passphrase"
    return load_signers(data / "keys", secret, engine, lambda: DEPLOYMENTS, lambda: NOON)


def test_keys_create__in_an_hsm_and_a_keystore__are_named_listed_and_sign(
    data: Path, tmp_path: Path, soft_token: SoftToken
) -> None:
    options = ["--pkcs11", str(soft_token.module), "--token", "scf", "--pin-file", str(soft_token.pin_file), "--json"]
    made = {name: json.loads(keys(data, "create", name, *options).stdout) for name in ("treasury", "reserve")}
    made["desk"] = json.loads(keys(data, "create", "desk", "--json").stdout)
    assert all(document["ok"] for document in made.values()), made
    hsm.module_at(soft_token.module).restart()
    settings = read_settings(data / "keys")
    assert len(settings.tokens) == 1, "the second key is in the same token"
    assert (data / "keys" / FILE).stat().st_mode & 0o777 == 0o600
    listed = {row["name"]: row for row in json.loads(keys(data, "list", "--json").stdout)["keys"]}
    places = {name: row["place"] for name, row in listed.items()}
    assert places == {"treasury": "hsm token1", "reserve": "hsm token1", "desk": "keystore", "c": "own wallet"}
    assert {name: listed[name]["address"] for name in made} == {name: row["address"] for name, row in made.items()}
    assert listed["treasury"]["may"] == []
    path = data / "keys" / FILE
    path.write_text(path.read_text().replace("may = []", 'may = ["Anchors.anchor"]'))
    behind, act = signers(data, tmp_path), call("Anchors", "anchor", WORD, WORD)
    for row in made.values():
        assert disassemble(behind.sign_transaction(row["address"], act).raw) == (act, row["address"])
    shown = keys(data, "list").stdout
    assert "Anchors.anchor" in shown
    assert made["treasury"]["address"] in shown
    assert isinstance(act, Transaction)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["make"], "scf keys knows list and create, not make"),
        (["create"], "scf keys create wants a name"),
        (["create", "../x"], "is no name for a key"),
        (["create", "c"], "there is a key c in"),
        (["create", "t", "--token", "scf"], "wants --pkcs11, --token and --pin-file"),
        (["list", "c"], "takes no name"),
        (
            ["create", "t", "--pkcs11", "/no.so", "--token", "s", "--pin-file", "/p"],
            "there is no PKCS#11 module /no.so",
        ),
        (["create", "t", "--pkcs11", "/no.so", "--token", 's"', "--pin-file", "/p"], "signers.toml cannot be read"),
    ],
)
def test_keys__anything_wrong__is_one_line_and_changes_nothing(data: Path, arguments: list[str], said: str) -> None:
    before = (data / "keys" / FILE).read_text()
    ended = keys(data, *arguments)
    assert ended.exit_code == 1
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert [path.name for path in (data / "keys").iterdir()] == [FILE]
    assert (data / "keys" / FILE).read_text() == before
