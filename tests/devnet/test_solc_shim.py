"""The shim is solc to whoever calls it: forge, and py-solc-x."""

import json
import subprocess
from pathlib import Path

import pytest

from hardhat_free_devnet.tools import SOLCX_BINARY_PATH, pins
from tests.conftest import tool

SOURCE = "// SPDX-License-Identifier: Apache-2.0\npragma solidity >=0.8.0;\ncontract A { uint256 public x = 7; }\n"


def run(*arguments: str, stdin: str = "", cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([tool("solc"), *arguments], input=stdin, capture_output=True, text=True, check=False, cwd=cwd)


def standard_input(**sources: dict[str, object]) -> str:
    return json.dumps(
        {
            "language": "Solidity",
            "sources": {f"{name}.sol": source for name, source in sources.items()},
            "settings": {"outputSelection": {"*": {"*": ["evm.bytecode.object"]}}},
        }
    )


def test_shim__its_name__is_the_pinned_version() -> None:
    assert [path.name for path in SOLCX_BINARY_PATH.glob("solc-v*")] == [f"solc-v{pins()['solc']}"]


def test_shim__version__is_the_pinned_one_as_solc_prints_it() -> None:
    result = run("--version")
    assert result.returncode == 0
    assert f"Version: {pins()['solc']}+commit." in result.stdout


@pytest.mark.parametrize("option", ["--bogus", "--optimize", "Some.sol"])
def test_shim__unknown_option__fails_as_solc_does(option: str) -> None:
    result = run(option)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: unrecognised option '{option}'")


@pytest.mark.parametrize("with_dash", [False, True])
def test_shim__standard_json_on_stdin__compiles_and_prints_nothing_else(with_dash: bool) -> None:
    result = run("--standard-json", *(["-"] if with_dash else []), stdin=standard_input(A={"content": SOURCE}))
    assert result.returncode == 0
    assert json.loads(result.stdout)["contracts"]["A.sol"]["A"]["evm"]["bytecode"]["object"]


def test_shim__source_by_url_and_input_file__is_read_below_the_base_path(tmp_path: Path) -> None:
    (tmp_path / "a.sol").write_text(SOURCE)
    (tmp_path / "input.json").write_text(standard_input(A={"urls": ["a.sol"]}))
    output = json.loads(run("--base-path", str(tmp_path), "--standard-json", str(tmp_path / "input.json")).stdout)
    assert "A" in output["contracts"]["A.sol"]


def test_shim__import_outside_what_is_allowed__is_refused(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.sol").write_text(SOURCE)
    (inside / "link.sol").symlink_to(tmp_path / "secret.sol")
    stdin = standard_input(A={"content": 'import "link.sol";'})
    refused = run("--base-path", str(inside), "--standard-json", stdin=stdin)
    assert "outside of allowed directories" in refused.stdout
    allowed = run("--base-path", str(inside), "--allow-paths", str(tmp_path), "--standard-json", stdin=stdin)
    assert "outside of allowed directories" not in allowed.stdout


def test_shim__py_solc_x__takes_it_as_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    import solcx

    tool("solc")
    monkeypatch.setenv("SOLCX_BINARY_PATH", str(SOLCX_BINARY_PATH))
    assert [str(version) for version in solcx.get_installed_solc_versions()] == [pins()["solc"]]
    output = solcx.compile_standard(json.loads(standard_input(A={"content": SOURCE})), solc_version=pins()["solc"])
    assert output["contracts"]["A.sol"]["A"]["evm"]["bytecode"]["object"]
