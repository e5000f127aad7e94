"""`scf sign`: what is handed out is shown and signed with the client's own key, and with no other."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from node_adapter import typed_data
from node_adapter.signers import Wallet, create_account
from scripts.cli import app
from scripts.data_folder import write_private_text

PASSPHRASE = "a passphrase of the tests"
TOKEN = "0x" + "11" * 20


@pytest.fixture
def key(tmp_path: Path) -> Path:
    folder = tmp_path / "wallets"
    folder.mkdir(mode=0o700)
    create_account(folder, "c", PASSPHRASE, work_factor=2**4)
    write_private_text(folder / "passphrase", PASSPHRASE + "\n")
    return folder / "c.json"


def to_sign(wallet: str) -> dict[str, Any]:
    message = typed_data.receive_with_authorization(
        chain_id=31337,
        token_address=TOKEN,
        token_name=typed_data.deposit_token_name("CNY"),
        from_=wallet,
        to="0x" + "22" * 20,
        value=100,
        valid_after=0,
        valid_before=2_000_000_000,
        nonce="0x" + "33" * 32,
    )
    return {"operation": "x", "wallet": wallet, "to_sign": [{"type": "typed_data", "data": message}]}


def sign(file: Path, key: Path, *arguments: str) -> Any:
    return CliRunner().invoke(app, ["sign", str(file), "--key", str(key), *arguments])


def test_sign__what_the_console_handed_out__is_what_the_wallet_signs(key: Path, tmp_path: Path) -> None:
    wallet = Wallet.load(key, PASSPHRASE)
    document = to_sign(wallet.address)
    (tmp_path / "to-sign.json").write_text(json.dumps(document))
    ended = sign(tmp_path / "to-sign.json", key)
    assert (ended.exit_code, ended.stdout.split()) == (0, [wallet.sign(document["to_sign"][0])])
    assert "2000000000" in ended.stderr, "what is signed is shown"
    assert PASSPHRASE not in ended.stdout + ended.stderr
    as_json = json.loads(sign(tmp_path / "to-sign.json", key, "--json").stdout)
    assert as_json == {"ok": True, "wallet": wallet.address, "signatures": ended.stdout.split()}


def test_sign__asked_of_another_wallet__signs_nothing(key: Path, tmp_path: Path) -> None:
    (tmp_path / "to-sign.json").write_text(json.dumps(to_sign("0x" + "44" * 20)))
    ended = sign(tmp_path / "to-sign.json", key)
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert "has to sign it" in ended.stderr


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"to_sign": [{"data": {}}]}', "not JSON"])
def test_sign__a_file_that_is_something_else__is_refused(key: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "other.json").write_text(content)
    ended = sign(tmp_path / "other.json", key)
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert "nothing that the network hands out" in ended.stderr
