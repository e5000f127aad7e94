"""`scf mutate contracts`: breaks the contracts in many small ways, one at a time, and sees whether a test notices.

Each break is made in a copy of `contracts/`, compiled, and given to `forge test`, which stops at the first test that
fails; with fewer fuzz runs than `scf check` has. What goes unnoticed is either a test that is missing or a break that
changes nothing; which, is for a person to say. Not part of `scf test`: a hundred breaks take an hour.
"""

import difflib
import os
import random
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
NOT_COMPILED = "Compiler run failed"


@dataclass(slots=True)
class Found:
    """What became of the breaks so far."""

    killed: int = 0
    not_compiled: int = 0
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


def diff(site: Site, source: str) -> str:
    """The lines that a break changes, as `diff -U0` shows them, without the file's name."""
    changed = difflib.unified_diff(source.splitlines(), site.applied(source).splitlines(), n=0, lineterm="")
    return "\n".join(line for line in changed if not line.startswith(("---", "+++", "@@")))


@dataclass(slots=True)
class Bench:
    """A copy of the contracts in which one file at a time is broken."""

    copy: Copy

    def prove(self) -> None:
        """The tests must pass before anything is broken. Raises CliError."""
        ended = self._test(FIRST_TIMEOUT_S)
        if ended is None or ended.returncode != 0:
            said = "it took too long" if ended is None else _last_words(ended.stdout)
            raise CliError(f"the tests fail on the contracts as they are: {said}", name="TestsFail")

    def verdict(self, site: Site) -> str:
        """`killed`, `survived` or `not compiled`."""
        path = self.copy.folder / "src" / site.path
        source = path.read_text()
        path.write_text(site.applied(source))
        try:
            ended = self._test(TIMEOUT_S)
        finally:
            path.write_text(source)
        if ended is not None and NOT_COMPILED in ended.stdout:
            return "not compiled"
        return "survived" if ended is not None and ended.returncode == 0 else "killed"

    def _test(self, timeout_s: float) -> subprocess.CompletedProcess[str] | None:
        """None where it took too long."""
        for kept in ("fuzz", "invariant"):  # what failed for one break is not tried on the next
            shutil.rmtree(self.copy.folder / "cache" / kept, ignore_errors=True)
        with subprocess.Popen(
            [self.copy.forge, "test", "--fail-fast"],
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
    """Until `sample` breaks have compiled, or there are no more."""
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
        f"{result['killed']} killed, {result['survived']} survived, {result['not_compiled']} did not compile:"
        f" {result['score']:.1%}, wanted {WANTED:.0%} (seed {result['seed']}, {result['seconds']:.0f} s)"
    )
    if not result["ok"]:
        say("scf: too much goes unnoticed: write the tests that notice it")


def _last_words(printed: str) -> str:
    lines = [line for line in printed.splitlines() if line.startswith(("[FAIL", "Error"))]
    return lines[0] if lines else (printed.strip().splitlines() or ["it said nothing"])[-1]
