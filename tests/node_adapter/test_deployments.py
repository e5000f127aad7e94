"""The file that says what is deployed: kept whole, read with care, one version beside another."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from node_adapter.artifacts import built, built_hash, hash_of_built
from node_adapter.deployments import Deployed, Deployments, DeploymentsUnreadable, Settings

TOKEN = Deployed("DepositToken", "0x5FbDB2315678afecb367f032d93F642f64180aa3", 4, "0x" + "ab" * 32)
OTHER = Deployed("Origination", "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512", 5, "0x" + "ab" * 32)
SAVED = Deployments(31_337, "0x" + "cd" * 32, {"DepositTokenCNY": TOKEN})


def test_deployments__saved_and_loaded__are_the_same_and_nothing_is_left_beside(tmp_path: Path) -> None:
    path = tmp_path / "deployments" / "31337.json"
    SAVED.save(path)
    SAVED.save(path)
    assert Deployments.load(path) == SAVED
    assert [entry.name for entry in path.parent.iterdir()] == ["31337.json"]
    assert SAVED.address("DepositTokenCNY") == TOKEN.address
    assert SAVED.first_block == 4
    with pytest.raises(KeyError, match=r"Settlement is not deployed .* deployed are DepositTokenCNY"):
        SAVED.address("Settlement")


def test_deployments__an_address_in_lower_case__is_read_as_the_one_it_is(tmp_path: Path) -> None:
    path = tmp_path / "31337.json"
    SAVED.save(path)
    path.write_text(path.read_text().replace(TOKEN.address, TOKEN.address.lower()))
    assert Deployments.load(path) == SAVED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"chain_id": 31337', '"chain_id": null'),
        ('"contract": "DepositToken"', '"contract": "Casino"'),
        (TOKEN.address, "0x1234"),
        ('"block": 4,', ""),
        ("}", ""),
    ],
)
def test_deployments__a_damaged_file__is_one_line(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "31337.json"
    SAVED.save(path)
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(DeploymentsUnreadable, match=r"31337\.json is no deployments file"):
        Deployments.load(path)
    with pytest.raises(DeploymentsUnreadable, match="is missing"):
        Deployments.load(tmp_path / "1.json")


def test_deployments__of_the_form_before__are_the_first_version(tmp_path: Path) -> None:
    path = tmp_path / "31337.json"
    entry = {"contract": "DepositToken", "address": TOKEN.address, "block": 4, "tx": TOKEN.tx}
    old = {"chain_id": 31_337, "genesis_hash": SAVED.genesis_hash, "contracts": {"DepositTokenCNY": entry}}
    path.write_text(json.dumps(old))
    loaded = Deployments.load(path)
    assert loaded == SAVED
    loaded.save(path)
    assert Deployments.load(path) == SAVED


def test_deployments__several_versions__are_saved_with_what_each_was_made_from(tmp_path: Path) -> None:
    settings = Settings("0x" + "1" * 40, "0x" + "2" * 40, "0x" + "3" * 40, 7, 9)
    contracts = {"DepositTokenCNY": TOKEN, "Origination": OTHER, "Origination.2": OTHER}
    made = replace(SAVED, contracts=contracts, current=2, settings=settings, built={1: "0xold", 2: built_hash()})
    path = tmp_path / "31337.json"
    made.save(path)
    loaded = Deployments.load(path)
    assert loaded == made
    assert loaded.artifacts(2) == built()
    kept = tmp_path / "built" / f"{built_hash()}.json"
    assert hash_of_built(json.loads(kept.read_text())) == built_hash()
    with pytest.raises(DeploymentsUnreadable, match="which version 1 was made from, is not there"):
        loaded.artifacts(1)
    (tmp_path / "built" / "0xold.json").write_text("{}")
    with pytest.raises(DeploymentsUnreadable, match="is not what its name says"):
        loaded.artifacts(1)
