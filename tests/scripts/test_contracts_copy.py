"""The copy of the contracts that mutation, slither and coverage work in."""

import tomllib

from hardhat_free_devnet.tools import HOME
from scripts.contracts_copy import CONTRACTS, GAS, LIBRARIES, copied, settings_inside
from tests.conftest import tool


def test_settings__of_the_contracts__lead_nowhere_outside_but_to_the_compiler() -> None:
    inside = tomllib.loads(settings_inside((CONTRACTS / "foundry.toml").read_text()))["profile"]["default"]
    outside = tomllib.loads((CONTRACTS / "foundry.toml").read_text())["profile"]["default"]
    assert inside["solc"].startswith(f"{HOME}/solcx/solc-v")
    assert not any("../" in remapping for remapping in inside["remappings"])
    different = {"solc", "remappings", "allow_paths", "ignored_warnings_from"}
    assert {key: value for key, value in inside.items() if key not in different} == {
        key: value for key, value in outside.items() if key not in different
    }


def test_copied__the_contracts__are_whole_but_for_what_is_left_out_and_gone_afterwards() -> None:
    tool("forge")
    tool("solc")
    with copied(left_out=GAS) as copy:
        tests = {path.relative_to(copy.folder) for path in (copy.folder / "test").rglob("*.sol")}
        kept = {path.relative_to(CONTRACTS) for path in (CONTRACTS / "test").rglob("*.sol") if not path.match(GAS)}
        assert tests == kept
        for path in (CONTRACTS / "src").rglob("*.sol"):
            assert (copy.folder / path.relative_to(CONTRACTS)).read_bytes() == path.read_bytes()
        assert all((copy.folder / "node_modules" / library).is_dir() for library in LIBRARIES)
        assert (copy.folder.parent / "tests" / "vectors").is_dir()
    assert not copy.folder.parent.exists()
