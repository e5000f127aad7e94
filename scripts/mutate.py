"""`scf mutate contracts`: breaks the contracts in many small ways, one at a time, and sees whether a test notices.

Each break is made in a copy of `contracts/` and given to `forge test`, which stops at the first test that fails; with
fewer fuzz runs than `scf check` has. What goes unnoticed is either a test that is missing or a break that changes
nothing; which, is for a person to say. A break that compiles to the code as it was is no break, and not counted.

Compiling the tests takes a minute, running most of them seconds. So they are compiled once, to deploy what lies in
`out/`, and there the broken contract's code is put: the compiler makes the code of what the break can reach, and of
nothing else. Only where tests hold the broken code themselves, a library's, and these did not notice, all is compiled
again. Not part of `scf test`: a hundred breaks take most of an hour.
"""

import difflib
import json
import os
import random
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from node_adapter.artifacts import CONTRACTS as NAMES
from node_adapter.build import BuildError, creation_codes
from scripts.contracts_copy import CONTRACTS, GAS, Copy, copied
from scripts.errors import CliError
from scripts.mutation_sites import Site, sites
from scripts.output import emit, say

SOURCES = CONTRACTS / "src"
WANTED = 0.95
TIMEOUT_S, FIRST_TIMEOUT_S = 900.0, 3_600.0
"""A break that makes the tests run for ever is noticed. The first time everything is compiled."""
LEFT_OUT = ("interfaces", "types")
"""Folders of contracts/src that only declare."""
SETTINGS = {
    "FOUNDRY_DENY": "never",  # what a deleted line leaves unused is no reason not to compile
    "FOUNDRY_LINT_LINT_ON_BUILD": "false",
    "FOUNDRY_DYNAMIC_TEST_LINKING": "true",  # tests are not compiled again for a contract that they deploy
    "FOUNDRY_FUZZ_RUNS": "64",
    "FOUNDRY_INVARIANT_RUNS": "4",
    "FOUNDRY_INVARIANT_DEPTH": "64",
}
CAMPAIGNS = "test/invariant/*"
STAGES = (("--no-match-path", CAMPAIGNS), ("--match-path", CAMPAIGNS))
"""What is quick and finds most comes first."""
OURS = tuple(name for name in NAMES if name != "AccessManager")
_IMPORT = re.compile(r"""from "(\.[^"]+)";""")


@dataclass(slots=True)
class Found:
    """What became of the breaks so far."""

    killed: int = 0
    not_compiled: int = 0
    same_code: int = 0
    survivors: list[Site] = field(default_factory=list)

    @property
    def judged(self) -> int:
        return self.killed + len(self.survivors)

    @property
    def score(self) -> float:
        return self.killed / self.judged if self.judged else 0.0


def run(name: str, *, sample: int, seed: int, as_json: bool) -> bool:
    """Break, judge and report; whether the score is what is wanted. Raises CliError."""
    if name != "contracts":
        raise CliError(f"there is no mutating of {name}; there is: contracts", name="MutantsUnknown")
    drawn = draw(SOURCES, seed)
    started = time.monotonic()
    with copied(left_out=GAS) as copy:
        bench = Bench(copy)
        bench.prove()
        found = _judge(bench, drawn, sample)
    well = found.score >= WANTED
    result = {
        "ok": well,
        "score": round(found.score, 4),
        "wanted": WANTED,
        "seed": seed,
        "killed": found.killed,
        "survived": len(found.survivors),
        "not_compiled": found.not_compiled,
        "same_code": found.same_code,
        "seconds": round(time.monotonic() - started, 1),
        "survivors": [_shown(site) for site in found.survivors],
    }
    if as_json:
        emit(result)
    else:
        _print(result)
    return well


def draw(source: Path, seed: int) -> list[Site]:
    """All breaks of the contracts, in an order that the seed alone decides."""
    files = sorted(path for path in source.rglob("*.sol") if path.relative_to(source).parts[0] not in LEFT_OUT)
    found = [site for path in files for site in sites(path.relative_to(source).as_posix(), path.read_text())]
    random.Random(seed).shuffle(found)  # noqa: S311 — a sample, not a secret
    return found


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


def diff(site: Site, source: str) -> str:
    """The lines that a break changes, as `diff -U0` shows them, without the file's name."""
    changed = difflib.unified_diff(source.splitlines(), site.applied(source).splitlines(), n=0, lineterm="")
    return "\n".join(line for line in changed if not line.startswith(("---", "+++", "@@")))


@dataclass(slots=True)
class Bench:
    """A copy of the contracts in which one file at a time is broken."""

    copy: Copy
    codes: dict[str, str] = field(default_factory=dict)
    """Each contract's code as it is."""

    def prove(self) -> None:
        """The tests must pass before anything is broken, on the code that we compile. Raises CliError."""
        ended = self._test(FIRST_TIMEOUT_S)
        if ended is None or ended.returncode != 0:
            said = "it took too long" if ended is None else _last_words(ended.stdout)
            raise CliError(f"the tests fail on the contracts as they are: {said}", name="TestsFail")
        self.codes = creation_codes(self.copy.folder, OURS)
        for name, code in self.codes.items():
            if json.loads(self._artifact(name).read_text())["bytecode"]["object"] != code:
                raise CliError(f"forge makes another {name} of the same sources", name="TestsFail")

    def verdict(self, site: Site) -> str:
        """`killed`, `survived`, `not compiled` or `same code`."""
        name = f"src/{site.path}"
        broken = site.applied((self.copy.folder / name).read_text())
        try:
            codes = creation_codes(self.copy.folder, reached(self.copy.folder / "src", site.path), {name: broken})
        except BuildError:
            return "not compiled"
        codes = {contract: code for contract, code in codes.items() if code != self.codes[contract]}
        if not codes:
            return "same code"
        with self._deploying(codes):
            noticed = any(not self._passes(stage) for stage in STAGES)
        return "killed" if noticed or (self._is_in_tests(site.path) and not self._passes_compiled(site)) else "survived"

    def _passes_compiled(self, site: Site) -> bool:
        """Also of the tests that hold the broken code themselves."""
        path = self.copy.folder / "src" / site.path
        source = path.read_text()
        path.write_text(site.applied(source))
        try:
            return self._passes(())
        finally:
            path.write_text(source)
            self._test(TIMEOUT_S, "--match-path", "test/Journal.t.sol")  # compiled as it was

    def _is_in_tests(self, path: str) -> bool:
        if Path(path).stem in OURS:
            return False
        return any(f"src/{path}" in test.read_text() for test in (self.copy.folder / "test").rglob("*.sol"))

    def _passes(self, which: tuple[str, ...]) -> bool:
        ended = self._test(TIMEOUT_S, *which)
        return ended is not None and ended.returncode == 0

    @contextmanager
    def _deploying(self, codes: Mapping[str, str]) -> Iterator[None]:
        """Tests deploy this code meanwhile."""
        before = {name: self._artifact(name).read_text() for name in codes}
        try:
            for name, code in codes.items():
                artifact = json.loads(before[name])
                artifact["bytecode"]["object"] = code
                self._artifact(name).write_text(json.dumps(artifact))
            yield
        finally:
            for name, text in before.items():
                self._artifact(name).write_text(text)

    def _artifact(self, name: str) -> Path:
        return self.copy.folder / "out" / f"{name}.sol" / f"{name}.json"

    def _test(self, timeout_s: float, *which: str) -> subprocess.CompletedProcess[str] | None:
        """None where it took too long."""
        for kept in ("fuzz", "invariant"):  # what failed for one break is not tried on the next
            shutil.rmtree(self.copy.folder / "cache" / kept, ignore_errors=True)
        with subprocess.Popen(
            [self.copy.forge, "test", "--fail-fast", *which],
            cwd=self.copy.folder,
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


def _judge(bench: Bench, drawn: list[Site], sample: int) -> Found:
    """Until `sample` breaks that change the code are judged, or there are no more."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    found = Found()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("breaking", total=min(sample, len(drawn)))
        for site in drawn:
            if found.judged >= sample:
                break
            verdict = bench.verdict(site)
            if verdict == "not compiled":
                found.not_compiled += 1
                continue
            if verdict == "same code":
                found.same_code += 1
                continue
            if verdict == "killed":
                found.killed += 1
            else:
                found.survivors.append(site)
                progress.console.print(f"survived: {_place(site)}, {site.kind}", markup=False, highlight=False)
            progress.update(task, advance=1, description=f"{found.killed} killed, {len(found.survivors)} survived")
    return found


def _end(forge: subprocess.Popen[str]) -> None:
    """Forge and the compiler that it started: the session is theirs alone."""
    os.killpg(forge.pid, 9)
    forge.wait()


def _place(site: Site) -> str:
    return f"contracts/src/{site.path}:{site.line}"


def _shown(site: Site) -> dict[str, Any]:
    source = (SOURCES / site.path).read_text()
    return {"file": f"contracts/src/{site.path}", "line": site.line, "kind": site.kind, "diff": diff(site, source)}


def _print(result: dict[str, Any]) -> None:
    for survivor in result["survivors"]:
        print(f"{survivor['file']}:{survivor['line']} {survivor['kind']}\n{survivor['diff']}\n")
    print(
        f"{result['killed']} killed, {result['survived']} survived, {result['not_compiled']} did not compile,"
        f" {result['same_code']} changed no code: {result['score']:.1%}, wanted {WANTED:.0%}"
        f" (seed {result['seed']}, {result['seconds']:.0f} s)"
    )
    if not result["ok"]:
        say("scf: too much goes unnoticed: write the tests that notice it")


def _last_words(printed: str) -> str:
    lines = [line for line in printed.splitlines() if line.startswith(("[FAIL", "Error"))]
    return lines[0] if lines else (printed.strip().splitlines() or ["it said nothing"])[-1]
