"""The committed ABIs and bytecode are what the sources give, and a change of a source is noticed."""

import json
import shutil
from pathlib import Path

import pytest

from node_adapter.artifacts import ABI_DIR, CONTRACTS, Artifact, artifact
from node_adapter.build import CONTRACTS_DIR, BuildError, compile_contracts, render, stale, write


@pytest.fixture
def committed() -> dict[str, Artifact]:
    return {contract: artifact(contract) for contract in CONTRACTS}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The contracts' folder of a copy whose sources a test may change; the tools are the real ones."""
    shutil.copytree(CONTRACTS_DIR / "src", tmp_path / "contracts" / "src")
    shutil.copy(CONTRACTS_DIR / "foundry.toml", tmp_path / "contracts")
    (tmp_path / "hardhat-free-devnet").symlink_to(CONTRACTS_DIR.parent / "hardhat-free-devnet")
    return tmp_path / "contracts"


@pytest.mark.slow
def test_compile__one_source_changed_in_another_folder__exactly_its_contract_is_stale(checkout: Path) -> None:
    """So all others are what the sources give now, which `scf check` compares in place too."""
    source = checkout / "src" / "Anchors.sol"
    source.write_text(source.read_text().replace("anchorHash != 0 && kind != 0", "anchorHash != 0"))
    artifacts = compile_contracts(checkout)
    assert stale(artifacts) == [ABI_DIR / "Anchors.json"]
    assert artifacts["Anchors"]["source_hash"] != artifact("Anchors")["source_hash"]
    assert artifacts["Anchors"]["abi"] == artifact("Anchors")["abi"]


@pytest.mark.slow
def test_compile__a_source_that_does_not__says_where(checkout: Path) -> None:
    (checkout / "src" / "Anchors.sol").write_text("pragma solidity ^0.8.28; contract Anchors { nonsense }")
    with pytest.raises(BuildError, match=r"src/Anchors\.sol"):
        compile_contracts(checkout)


def test_compile__no_compiler__is_one_line_that_says_how_to_mend_it(checkout: Path) -> None:
    tools = checkout.parent / "hardhat-free-devnet"
    tools.unlink()
    tools.mkdir()
    shutil.copy(CONTRACTS_DIR.parent / "hardhat-free-devnet" / "package.json", tools)
    (tools / "solcx").mkdir()
    with pytest.raises(BuildError, match=r"^no solc .* run \./scripts/scf doctor$"):
        compile_contracts(checkout)


def test_stale__files_of_every_kind__are_named(committed: dict[str, Artifact], tmp_path: Path) -> None:
    assert stale(committed) == []
    shutil.copytree(ABI_DIR, tmp_path / "abi")
    (tmp_path / "abi" / "Settlement.json").unlink()
    (tmp_path / "abi" / "Participants.json").write_text(render({**committed["Participants"], "bytecode": "0x00"}))
    (tmp_path / "abi" / "Forgotten.json").write_text("{}")
    names = [path.stem for path in stale(committed, tmp_path / "abi")]
    assert names == ["Forgotten", "Participants", "Settlement"]


def test_write__stale_files__are_mended_and_the_rest_left_alone(committed: dict[str, Artifact], tmp_path: Path) -> None:
    shutil.copytree(ABI_DIR, tmp_path / "abi")
    (tmp_path / "abi" / "Settlement.json").unlink()
    (tmp_path / "abi" / "Forgotten.json").write_text("{}")
    write(committed, tmp_path / "abi")
    assert stale(committed, tmp_path / "abi") == []
    assert sorted(path.name for path in (tmp_path / "abi").iterdir()) == sorted(f"{name}.json" for name in CONTRACTS)


def test_compiler__recorded__is_the_pinned_one_with_foundrys_settings(committed: dict[str, Artifact]) -> None:
    pinned = json.loads((CONTRACTS_DIR.parent / "hardhat-free-devnet" / "package.json").read_text())
    for content in committed.values():
        assert content["compiler"]["solc"].startswith(pinned["dependencies"]["solc"] + "+")
        assert content["compiler"]["settings"]["evmVersion"] == "london"
        assert content["compiler"]["settings"]["metadata"] == {"appendCBOR": False, "bytecodeHash": "none"}
