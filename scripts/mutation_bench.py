"""A copy of the contracts in which one file at a time is broken, and what forge says of it.

Compiling the tests takes minutes, running most of them seconds. So they are compiled once, to deploy what lies in
`out/`, and there the broken contract's code is put: the compiler makes the code of what the break can reach, and of
nothing else. Only where tests hold the broken code themselves, a library's, and these did not notice, all that holds it
is compiled again.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from node_adapter.artifacts import CONTRACTS
from node_adapter.build import BuildError, creation_codes
from scripts.contracts_copy import Copy
from scripts.errors import CliError
from scripts.mutation_sites import Site

OURS = tuple(name for name in CONTRACTS if name != "AccessManager")
TIMEOUT_S, FIRST_TIMEOUT_S = 900.0, 3_600.0
"""A break that makes the tests run for ever is noticed. The first time everything is compiled."""
SETTINGS = {
    "FOUNDRY_DENY": "never",  # what a deleted line leaves unused is no reason not to compile
    "FOUNDRY_LINT_LINT_ON_BUILD": "false",
    "FOUNDRY_DYNAMIC_TEST_LINKING": "true",  # tests are not compiled again for a contract that they deploy
    "FOUNDRY_GAS_LIMIT": "10000000000",  # ten times what the longest test takes: a loop that never ends is noticed soon
    "FOUNDRY_FUZZ_RUNS": "64",
    "FOUNDRY_INVARIANT_RUNS": "4",
    "FOUNDRY_INVARIANT_DEPTH": "64",
}
SLOW = ("permissions/*", "invariant/*", "*History.t.sol", "Journal.t.sol")
READERS = ("Errors.t.sol",)
"""Ask nothing of the contracts."""
SHARED = "Base.t.sol"
PARTS = ("quick", "slow")
"""What is quick and finds most comes first, each in a folder of its own: given a pattern, forge would compile all, to
see which tests it meets.
"""
_IMPORT = re.compile(r"""from "(\.[^"]+)";""")


@dataclass(slots=True)
class Bench:
    """A copy of the contracts in which one file at a time is broken."""

    copy: Copy
    codes: dict[str, str] = field(default_factory=dict)
    """Each contract's code as it is."""
    _sources: Lock = field(default_factory=Lock)
    """Who reads the copy's sources, or breaks them, is alone with them."""

    def prove(self) -> None:
        """The tests must pass before anything is broken, on the code that we compile. Raises CliError."""
        ended = self._forge(self.copy.folder, FIRST_TIMEOUT_S, "test", "--fail-fast")
        if ended is None or ended.returncode != 0:
            said = "it took too long" if ended is None else _last_words(ended.stdout)
            raise CliError(f"the tests fail on the contracts as they are: {said}", name="TestsFail")
        self.codes = creation_codes(self.copy.folder, OURS)
        for name, code in self.codes.items():
            if json.loads(_artifact(self.copy.folder, name).read_text())["bytecode"]["object"] != code:
                raise CliError(f"forge makes another {name} of the same sources", name="TestsFail")
        for part in PARTS:
            self._part(part)

    def _part(self, part: str) -> None:
        """A copy, compiled, with some of the tests."""
        shutil.copytree(self.copy.folder, self._folder(part), symlinks=True)
        tests = self._folder(part) / "test"
        slow = {path for pattern in SLOW for path in tests.glob(pattern)}
        readers = {path for pattern in READERS for path in tests.glob(pattern)}
        for path in tests.rglob("*.t.sol"):
            if path.name != SHARED and (path in readers or (path in slow) != (part == "slow")):
                path.unlink()

    def _folder(self, part: str) -> Path:
        return self.copy.folder.parent / part

    def broken(self, site: Site) -> dict[str, str] | None:
        """The codes that a break changes; None where it does not compile."""
        name = f"src/{site.path}"
        with self._sources:
            broken = site.applied((self.copy.folder / name).read_text())
            try:
                codes = creation_codes(self.copy.folder, reached(self.copy.folder / "src", site.path), {name: broken})
            except BuildError:
                return None
        return {contract: code for contract, code in codes.items() if code != self.codes[contract]}

    def verdict(self, site: Site, codes: Mapping[str, str] | None) -> str:
        """`killed`, `survived`, `not compiled` or `same code`, of what `broken` gave."""
        if codes is None:
            return "not compiled"
        if not codes:
            return "same code"
        noticed = any(not self._passes_deploying(codes, self._folder(part)) for part in PARTS)
        return "killed" if noticed or (self._is_in_tests(site.path) and not self._passes_compiled(site)) else "survived"

    def _passes_compiled(self, site: Site) -> bool:
        """Also of the tests that hold the broken code themselves."""
        path = self.copy.folder / "src" / site.path
        with self._sources:
            source = path.read_text()
            path.write_text(site.applied(source))
            try:
                return self._passes(self.copy.folder, FIRST_TIMEOUT_S)
            finally:
                path.write_text(source)
                self._forge(self.copy.folder, FIRST_TIMEOUT_S, "build")  # as it was

    def _is_in_tests(self, path: str) -> bool:
        if Path(path).stem in OURS:
            return False
        return any(f"src/{path}" in test.read_text() for test in (self.copy.folder / "test").rglob("*.sol"))

    def _passes(self, folder: Path, timeout_s: float) -> bool:
        """False also where they run for ever. Raises CliError where forge ends for another reason than a test's."""
        ended = self._forge(folder, timeout_s, "test", "--fail-fast")
        if ended is not None and ended.returncode != 0 and "[FAIL" not in ended.stdout:
            raise CliError(f"forge ended without a test that failed: {_last_words(ended.stdout)}", name="TestsFail")
        return ended is not None and ended.returncode == 0

    def _passes_deploying(self, codes: Mapping[str, str], folder: Path) -> bool:
        """Of tests that deploy this code meanwhile."""
        before = {name: _artifact(folder, name).read_text() for name in codes}
        try:
            for name, code in codes.items():
                artifact = json.loads(before[name])
                artifact["bytecode"]["object"] = code
                _artifact(folder, name).write_text(json.dumps(artifact))
            return self._passes(folder, TIMEOUT_S)
        finally:
            for name, text in before.items():
                _artifact(folder, name).write_text(text)

    def _forge(self, folder: Path, timeout_s: float, *arguments: str) -> subprocess.CompletedProcess[str] | None:
        """None where it took too long."""
        for kept in ("fuzz", "invariant"):  # what failed for one break is not tried on the next
            shutil.rmtree(folder / "cache" / kept, ignore_errors=True)
        with subprocess.Popen(
            [self.copy.forge, *arguments],
            cwd=folder,
            env={**self.copy.settings, **SETTINGS},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as forge:
            try:
                printed, _ = forge.communicate(timeout=timeout_s)
            except subprocess.TimeoutExpired:
                _end(forge)
                return None
            except BaseException:
                _end(forge)
                raise
        return subprocess.CompletedProcess(forge.args, forge.returncode, printed)


def _artifact(folder: Path, name: str) -> Path:
    return folder / "out" / f"{name}.sol" / f"{name}.json"


def reached(source: Path, path: str) -> list[str]:
    """Our contracts whose code a file is part of, or can be."""
    return [name for name in OURS if path in _imported(source, f"{name}.sol", set())]


def _imported(source: Path, path: str, seen: set[str]) -> set[str]:
    """`path` and all of ours that it imports, and these do."""
    if path not in seen:
        seen.add(path)
        for name in _IMPORT.findall((source / path).read_text()):
            _imported(source, os.path.normpath(Path(path).parent / name), seen)
    return seen


def _end(forge: subprocess.Popen[str]) -> None:
    """Forge and the compiler that it started: the session is theirs alone."""
    os.killpg(forge.pid, 9)
    forge.wait()


def _last_words(printed: str) -> str:
    lines = [line for line in printed.splitlines() if line.startswith(("[FAIL", "Error"))]
    return lines[0] if lines else (printed.strip().splitlines() or ["it said nothing"])[-1]
