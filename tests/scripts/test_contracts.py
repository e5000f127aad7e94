"""`scf contracts` on a node by URL, with keys in a folder: deployed once, whatever happens, and compared."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hardhat_free_devnet import fund, rpc
from node_adapter.deployments import Deployments
from node_adapter.signers import create_account
from node_adapter.signers.settings import FILE as SIGNERS_FILE
from node_adapter.wiring import ORDER
from scripts.actors import PERSONAS
from scripts.cli import app
from scripts.data_folder import write_private_text
from scripts.signer_policy import policy_text

PASSPHRASE = "a passphrase of the tests"
QUICK = 2**4
runner = CliRunner()


@pytest.fixture
def options(node_url: str, tmp_path: Path) -> list[str]:
    keys, secret = tmp_path / "keys", tmp_path / "passphrase"
    names = ("deployer", "o", "co", "b", "relay")
    made = {name: create_account(keys, name, PASSPHRASE, work_factor=QUICK) for name in names}
    fund(node_url, made.values())
    write_private_text(keys / SIGNERS_FILE, policy_text(PERSONAS, made))
    secret.touch(mode=0o600)
    secret.write_text(PASSPHRASE)
    place = ["--data", tmp_path / "none", "--node", node_url, "--file", tmp_path / "deployments" / "1.json"]
    return [str(part) for part in (*place, "--keys", keys, "--passphrase", secret)]


@pytest.mark.devnet
def test_contracts__deployed_twice_and_tampered_with__made_once_and_named(
    options: list[str], node_url: str, tmp_path: Path
) -> None:
    first = runner.invoke(app, ["contracts", "deploy", *options, "--json"])
    assert first.exit_code == 0, first.output
    assert f"{len(ORDER)} of {len(ORDER)}: Anchors at 0x" in first.stderr, "a line for each contract"
    told = json.loads(first.stdout)
    assert set(told["contracts"]) == set(ORDER)
    again = runner.invoke(app, ["contracts", "deploy", *options, "--json"])
    assert json.loads(again.stdout) == told

    check = [*options[:6], "--json"]
    good = runner.invoke(app, ["contracts", "verify", *check])
    assert (good.exit_code, json.loads(good.stdout)["differences"]) == (0, [])

    deployments = Deployments.load(tmp_path / "deployments" / "1.json")
    token = deployments.address("DepositTokenCNY")
    rpc(node_url, "anvil_setCode", token, "0x00")
    rpc(node_url, "anvil_setStorageAt", deployments.address("Dishonours"), "0x0", "0x" + "00" * 31 + "01")
    bad = runner.invoke(app, ["contracts", "verify", *check])
    assert bad.exit_code == 1
    named = {(row["instance"], row["what"]) for row in json.loads(bad.stdout)["differences"]}
    assert named == {("DepositTokenCNY", "length of the code, bytes"), ("Dishonours", "authority")}
    table = runner.invoke(app, ["contracts", "verify", *options[:6]])
    assert table.exit_code == 1
    assert "should be" in table.stdout


@pytest.mark.devnet
def test_contracts__announced_and_finished_after_the_delay__the_next_version_is_current(
    options: list[str], node_url: str, tmp_path: Path
) -> None:
    assert runner.invoke(app, ["contracts", "deploy", *options]).exit_code == 0
    announced = runner.invoke(app, ["contracts", "deploy", "--beside", *options, "--json"])
    assert announced.exit_code == 0, announced.output
    told = json.loads(announced.stdout)
    assert (told["current"], told["ready_at"] > 0, "Origination.2" in told["contracts"]) == (1, True, True)
    assert runner.invoke(app, ["contracts", "verify", *options[:6]]).exit_code == 0, "what waits changes nothing"

    rpc(node_url, "evm_increaseTime", 86_401)
    rpc(node_url, "evm_mine")
    finished = runner.invoke(app, ["contracts", "deploy", "--beside", *options])
    assert finished.exit_code == 0, finished.output
    assert "version 2 is the current one" in finished.stdout
    deployments = Deployments.load(tmp_path / "deployments" / "1.json")
    assert (deployments.current, deployments.versions) == (2, [1, 2])
    assert runner.invoke(app, ["contracts", "verify", *options[:6]]).exit_code == 0


@pytest.mark.devnet
def test_contracts_deploy__a_key_that_is_not_there__is_one_line(options: list[str]) -> None:
    said = runner.invoke(app, ["contracts", "deploy", *options, "--operator", "nobody"])
    assert said.exit_code == 1
    assert "there is no key nobody; there are b, co, deployer, o, relay" in said.stderr


def test_contracts_verify__nothing_deployed__is_one_line(tmp_path: Path) -> None:
    place = ["--data", str(tmp_path), "--node", "http://127.0.0.1:1", "--file", str(tmp_path / "x.json")]
    said = runner.invoke(app, ["contracts", "verify", *place])
    assert said.exit_code == 1
    assert "the contracts are not deployed yet" in said.stderr
