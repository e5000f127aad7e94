"""`scf mutate contracts`: breaks the contracts in many small ways, one at a time, and sees whether a test notices.

Each break is made in a copy of `contracts/` and given to `forge test`, which stops at the first test that fails; with
fewer fuzz runs than `scf check` has. What goes unnoticed is either a test that is missing or a break that changes
nothing; which, is for a person to say. A break that compiles to the code as it was is no break, and not counted.
Not part of `scf test`: a hundred breaks take most of an hour.
"""

import difflib
import random
import time
from collections import deque
from collections.abc import Generator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.contracts_copy import CONTRACTS, GAS, copied
from scripts.errors import CliError
from scripts.mutation_bench import Bench
from scripts.mutation_notes import Notes
from scripts.mutation_sites import Site, sites
from scripts.output import emit, say

SOURCES = CONTRACTS / "src"
WANTED = 0.95
LEFT_OUT = ("interfaces", "types")
"""Folders of contracts/src that only declare."""
AHEAD = 3
"""Breaks whose code is made while others are judged."""
_Compiled = tuple[Site, Future[dict[str, str] | None] | None]


@dataclass(slots=True)
class Found:
    """What became of the breaks so far."""

    killed: int = 0
    not_compiled: int = 0
    same_code: int = 0
    survivors: list[Site] = field(default_factory=list)

    def add(self, site: Site, verdict: str) -> None:
        if verdict == "survived":
            self.survivors.append(site)
        self.killed += verdict == "killed"
        self.not_compiled += verdict == "not compiled"
        self.same_code += verdict == "same code"

    @property
    def judged(self) -> int:
        return self.killed + len(self.survivors)

    @property
    def score(self) -> float:
        return self.killed / self.judged if self.judged else 0.0


def run(name: str, *, sample: int, seed: int, as_json: bool, notes: Path | None = None) -> bool:
    """Break, judge and report; whether the score is what is wanted. What was judged already, `notes` tell and are told.

    Raises CliError.
    """
    if name != "contracts":
        raise CliError(f"there is no mutating of {name}; there is: contracts", name="MutantsUnknown")
    drawn = draw(SOURCES, seed)
    started = time.monotonic()
    with copied(left_out=GAS) as copy:
        bench = Bench(copy)
        bench.prove()
        found = _judge(bench, drawn, sample, Notes(notes, SOURCES))
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


def diff(site: Site, source: str) -> str:
    """The lines that a break changes, as `diff -U0` shows them, without the file's name."""
    changed = difflib.unified_diff(source.splitlines(), site.applied(source).splitlines(), n=0, lineterm="")
    return "\n".join(line for line in changed if not line.startswith(("---", "+++", "@@")))


def _judge(bench: Bench, drawn: list[Site], sample: int, notes: Notes) -> Found:
    """Until `sample` breaks that change the code are judged, or there are no more."""
    found = Found()
    with ThreadPoolExecutor(1) as compiler, closing(_compiled(compiler, bench, drawn, notes)) as breaks:
        for site, codes in breaks:
            started = time.monotonic()
            verdict = notes.known(site)
            if verdict is None:
                verdict = bench.verdict(site, codes.result() if codes else None)
                notes.add(site, verdict, round(time.monotonic() - started, 1))
            found.add(site, verdict)
            took = time.monotonic() - started
            say(f"{found.judged}/{sample} {verdict}: {_place(site)}, {site.kind} ({took:.0f} s)")
            if found.judged >= sample:
                break
    return found


def _compiled(compiler: Executor, bench: Bench, drawn: list[Site], notes: Notes) -> Generator[_Compiled]:
    """Each break and, where notes do not know it, its codes: compiled while the tests of those before are run."""
    ahead: deque[_Compiled] = deque()
    try:
        for site in drawn:
            ahead.append((site, None if notes.known(site) else compiler.submit(bench.broken, site)))
            if len(ahead) > AHEAD:
                yield ahead.popleft()
        while ahead:
            yield ahead.popleft()
    finally:
        compiler.shutdown(cancel_futures=True)


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
