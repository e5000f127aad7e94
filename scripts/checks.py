"""`scf check` and `scf test`: everything CI runs, in order, stopping at the first failure.

`scf check --deep` runs the contracts' campaigns and fuzz tests at ten times their length, then slither and coverage. It
takes an hour or more, and needs the network the first time: slither is no part of the environment.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from hardhat_free_devnet.tools import ToolMissing, require
from scripts import debian_tools
from scripts.errors import CliError
from scripts.output import emit, say

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(sys.prefix) / "bin"


@dataclass(frozen=True, slots=True)
class Check:
    """One program that must end with status 0."""

    name: str
    command: Sequence[str]
    folder: Path = ROOT
    settings: Mapping[str, str] = field(default_factory=dict)
    """Environment variables beside those that are there."""
    beside: bool = False
    """Whether those after it run meanwhile; what it says is shown at the end."""


DEEP = {"FOUNDRY_FUZZ_RUNS": "5120", "FOUNDRY_INVARIANT_RUNS": "2560"}
"""Ten times what contracts/foundry.toml says; a test holds them together."""


def checks(*, slow: bool, deep: bool = False) -> list[Check]:
    """In order: what runs beside the others, then what is quick to fail."""
    try:
        forge = str(require("forge"))
        require("anvil")
        require("solc")
    except ToolMissing as error:
        raise CliError(str(error), name="ToolMissing") from error
    contracts = ROOT / "contracts"
    pytest = [sys.executable, "-m", "pytest", "-q"]
    found = [
        # Most of it keeps one core busy, as the checks after it do: compiling, and the campaign.
        Check("contracts", [forge, "test", "--summary"], contracts, DEEP if deep else {}, beside=True),
        Check("format", [str(VENV / "ruff"), "format", "--check", "."]),
        Check("lint", [str(VENV / "ruff"), "check", "."]),
        Check("solidity format", [forge, "fmt", "--check"], contracts),
        Check("import rules", [str(VENV / "lint-imports")]),
        Check("types", [str(VENV / "mypy")]),
        Check("generated files", [sys.executable, "-m", "node_adapter.build", "--check"]),
        Check("error table", [sys.executable, "-m", "scripts.error_table", "--check"]),
        Check("storage table", [sys.executable, "-m", "scripts.storage_table", "--check"]),
        Check("catalogues", [sys.executable, "-m", "api.console.catalogue", "--check"]),
        Check("table of views", [sys.executable, "-m", "scripts.view_table", "--check"]),
        Check("tests", [*pytest, "-n", "2", "--dist", "loadgroup", "-m", "not slow"]),
    ]
    if slow:
        found.append(Check("slow tests", [*pytest, "-n", "2", "--dist", "loadfile", "-m", "slow"]))
    if deep:
        found.append(Check("slither", [sys.executable, "-m", "scripts.slither"]))
        found.append(Check("coverage", [sys.executable, "-m", "scripts.coverage"]))
    return found


def run(*, slow: bool, as_json: bool, deep: bool = False) -> bool:
    """Run them; whether all passed. A failing check's own output is on the terminal."""
    results: list[dict[str, Any]] = []
    debian_tools.provide()
    out = sys.stderr if as_json else None
    with ExitStack() as stack:
        beside = []
        for check in checks(slow=slow, deep=deep):
            say(f"── {check.name}{', beside what follows' if check.beside else ''}")
            running = stack.enter_context(_Running(check, out))
            if check.beside:
                beside.append(running)
            elif not running.ended(results):
                break
        else:
            for running in beside:
                say(f"── {running.check.name}")
                running.ended(results)
    well = all(result["ok"] for result in results)
    if as_json:
        emit({"ok": well, "checks": results})
    else:
        for result in results:
            say(f"{'ok  ' if result['ok'] else 'FAIL'} {result['name']} ({result['seconds']} s)")
    return well


class _Running:
    """A check's process. Ended with the context, whatever is left of it."""

    def __init__(self, check: Check, out: IO[str] | None) -> None:
        """`out`: where it speaks, if not on our stdout."""
        self.check = check
        self._out = out
        self._started = time.monotonic()
        self._kept = tempfile.TemporaryFile("w+")  # noqa: SIM115 -- as long as the process
        self._process = subprocess.Popen(
            check.command,
            cwd=check.folder,
            stdout=self._kept if check.beside else out,
            stderr=subprocess.STDOUT if check.beside else None,
            env={**os.environ, **check.settings, "PATH": f"{VENV}{os.pathsep}{os.environ.get('PATH', '')}"},
        )

    def __enter__(self) -> "_Running":
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()
        self._kept.close()

    def ended(self, results: list[dict[str, Any]]) -> bool:
        """Waits for it, shows what it kept, and adds its result; whether it went well."""
        well = self._process.wait() == 0
        self._kept.seek(0)
        shutil.copyfileobj(self._kept, self._out or sys.stdout)
        results.append({"name": self.check.name, "ok": well, "seconds": round(time.monotonic() - self._started, 1)})
        if not well:
            say(f"scf: the check “{self.check.name}” failed: {' '.join(self.check.command)}")
        return well
