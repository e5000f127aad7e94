"""A copy of contracts/ for tools that change it, or that resolve no import which leaves its folder."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hardhat_free_devnet.tools import HOME, ToolMissing, require
from scripts.errors import CliError

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = ROOT / "contracts"
LIBRARIES = ("@openzeppelin/contracts", "@layerzerolabs/toolbox-foundry/lib/forge-std")
"""What sources and tests import, below node_modules. They are copied: a link is resolved to where it leads."""

GAS = "Gas*.t.sol"
"""Tests of gas, which any change of the sources or of how they are compiled fails."""


@dataclass(frozen=True, slots=True)
class Copy:
    folder: Path
    """The copy of contracts/, with a node_modules of its own."""
    forge: Path
    settings: dict[str, str]
    """The environment in which forge, its compiler and Node are found."""


@contextmanager
def copied(*, left_out: str = "") -> Iterator[Copy]:
    """The copy, deleted afterwards. Files of tests that `left_out` matches stay behind. Raises CliError."""
    try:
        forge = require("forge")
        require("solc")
    except ToolMissing as error:
        raise CliError(str(error), name="ToolMissing") from error
    path = os.pathsep.join([str(forge.parent), str(Path(sys.prefix) / "bin"), os.environ.get("PATH", "")])
    with tempfile.TemporaryDirectory(prefix="scf-contracts-") as name:
        root = Path(name)
        folder = root / "contracts"
        shutil.copytree(CONTRACTS / "src", folder / "src")
        shutil.copytree(CONTRACTS / "test", folder / "test", ignore=shutil.ignore_patterns(left_out))
        for library in LIBRARIES:
            shutil.copytree(HOME / "node_modules" / library, folder / "node_modules" / library)
        (folder / "foundry.toml").write_text(settings_inside((CONTRACTS / "foundry.toml").read_text()))
        (root / HOME.name).symlink_to(HOME)  # where node_adapter.build looks for the compiler
        (root / "tests").mkdir()
        (root / "tests" / "vectors").symlink_to(ROOT / "tests" / "vectors")
        yield Copy(folder, forge, {**os.environ, "PATH": path})


def settings_inside(toml: str) -> str:
    """foundry.toml with its libraries inside of the folder, and the compiler where it is."""
    return toml.replace(f"../{HOME.name}/node_modules", "node_modules").replace(f"../{HOME.name}/", f"{HOME}/")
