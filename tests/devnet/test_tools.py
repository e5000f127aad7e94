"""Missing and wrong tools are told apart and named, with the way to mend them."""

import json
from pathlib import Path

import pytest

from hardhat_free_devnet import tools
from tests.conftest import tool


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    dependencies = {"@foundry-rs/anvil": "1.7.1", "@foundry-rs/forge": "1.7.1", "solc": "0.8.37"}
    (tmp_path / "package.json").write_text(json.dumps({"dependencies": dependencies}))
    monkeypatch.setattr(tools, "HOME", tmp_path)
    return tmp_path


def test_tools__all_installed__have_no_problem() -> None:
    for name in ("anvil", "forge", "solc"):
        assert tool(name).exists()


def test_tools__nothing_installed__each_says_how_to_mend_it(home: Path) -> None:
    assert {found.name for found in tools.tools() if found.problem and tools.MEND in found.problem} == {
        "anvil",
        "forge",
        "solc",
    }
    with pytest.raises(tools.ToolMissing, match="anvil: not installed; run"):
        tools.require("anvil")


def test_tools__another_version__is_not_taken_for_the_pinned_one(home: Path) -> None:
    (home / "node_modules" / "solc").mkdir(parents=True)
    (home / "node_modules" / "solc" / "package.json").write_text(json.dumps({"version": "0.8.30"}))
    with pytest.raises(tools.ToolMissing, match=r"0\.8\.30 is installed and 0\.8\.37 is pinned"):
        tools.require("solc")


@pytest.mark.parametrize(
    ("environ", "required"),
    [({}, False), ({"CI": "true"}, True), ({"SCF_REQUIRE_TOOLS": "1"}, True), ({"CI": ""}, False)],
)
def test_tools_required__environment__says_so(environ: dict[str, str], required: bool) -> None:
    assert tools.tools_required(environ) is required
