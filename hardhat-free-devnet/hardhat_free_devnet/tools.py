"""Where each pinned chain tool is, and what to do when it is not there. Starts no tool: `scf doctor` stays quick."""

import json
import platform
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
"""The folder `hardhat-free-devnet` with package.json, node_modules and solcx."""
SOLCX_BINARY_PATH = HOME / "solcx"
"""For the environment variable of this name: py-solc-x then finds the pinned compiler, and downloads nothing."""
MEND = "run ./scripts/scf up, which installs what is missing"

_PLATFORMS = {"linux": "linux", "darwin": "darwin"}
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


class ToolMissing(Exception):
    """A pinned tool is not there or not the pinned one; says how to mend it."""


@dataclass(frozen=True)
class Tool:
    name: str
    path: Path
    pinned: str
    installed: str | None
    problem: str | None
    """None when all is well, else what is wrong and how to mend it."""


def pins() -> dict[str, str]:
    """npm package → exact version, as package.json says."""
    return dict(json.loads((HOME / "package.json").read_text())["dependencies"])


def tools() -> list[Tool]:
    return [_foundry("anvil"), _foundry("forge"), _solc()]


def require(name: str) -> Path:
    """The path of a tool that is the pinned one. Raises ToolMissing."""
    tool = next(tool for tool in tools() if tool.name == name)
    if tool.problem is not None:
        raise ToolMissing(f"{name}: {tool.problem}")
    return tool.path


def tools_required(environ: Mapping[str, str]) -> bool:
    """True where a missing tool is a failure and not a reason to skip: in CI, or when asked for."""
    return environ.get("SCF_REQUIRE_TOOLS") == "1" or environ.get("CI") == "true"


def _foundry(name: str) -> Tool:
    # The package `@foundry-rs/<name>` starts a JavaScript wrapper; the binary is in the package of the platform.
    system, machine = _PLATFORMS.get(sys.platform), _MACHINES.get(platform.machine().lower())
    package = HOME / "node_modules" / "@foundry-rs" / f"{name}-{system}-{machine}"
    pinned = pins()[f"@foundry-rs/{name}"]
    if system is None or machine is None:
        problem: str | None = f"there is no {name} for {sys.platform} on {platform.machine()}"
        return Tool(name, package / "bin" / name, pinned, None, problem)
    installed = _version(package)
    return Tool(name, package / "bin" / name, pinned, installed, _compare(pinned, installed))


def _solc() -> Tool:
    pinned, installed = pins()["solc"], _version(HOME / "node_modules" / "solc")
    path = SOLCX_BINARY_PATH / f"solc-v{pinned}"
    problem = _compare(pinned, installed)
    if problem is None and not path.exists():
        problem = (
            f"{path.name} is missing beside {SOLCX_BINARY_PATH.name}/shim.js: rename the shim to the pinned version"
        )
    if problem is None and shutil.which("node") is None and not (HOME.parent / ".venv" / "bin" / "node").exists():
        problem = f"it needs Node; {MEND}"
    return Tool("solc", path, pinned, installed, problem)


def _compare(pinned: str, installed: str | None) -> str | None:
    if installed is None:
        return f"not installed; {MEND}"
    if installed != pinned:
        return f"{installed} is installed and {pinned} is pinned; {MEND}"
    return None


def _version(package: Path) -> str | None:
    try:
        return str(json.loads((package / "package.json").read_text())["version"])
    except (OSError, ValueError, KeyError):
        return None
