"""`python -m scripts.coverage`: how much of the contracts their unit tests run through; fails below 98 %.

Lines and branches of contracts/src, each over all files together. Campaigns and tests of gas are left out: a line that
only a campaign reaches has no test that says what it must do. Without the optimiser, or lines could not be told apart.
"""

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field

from scripts.contracts_copy import GAS, Copy, copied
from scripts.errors import CliError

WANTED = 0.98
TIMEOUT_S = 3_600.0


@dataclass(slots=True)
class Share:
    """How many of something were run through, and which were not."""

    total: int = 0
    missed: list[str] = field(default_factory=list)

    def count(self, place: str, *, hit: bool) -> None:
        self.total += 1
        if not hit:
            self.missed.append(place)

    @property
    def covered(self) -> float:
        return 1 - len(self.missed) / self.total if self.total else 0.0


def read(lcov: Iterable[str]) -> tuple[Share, Share]:
    """Lines and branches of `src`, from an LCOV report."""
    lines, branches = Share(), Share()
    file = ""
    for record in lcov:
        kind, _, rest = record.strip().partition(":")
        if kind == "SF":
            file = rest
        elif not file.startswith("src/"):
            continue
        elif kind == "DA":
            line, hits, *_ = rest.split(",")
            lines.count(f"{file}:{line}", hit=hits != "0")
        elif kind == "BRDA":
            line, _, branch, taken = rest.split(",")
            branches.count(f"{file}:{line} branch {branch}", hit=taken not in {"0", "-"})
    return lines, branches


def main() -> int:
    try:
        lines, branches = read(_report().splitlines())
    except CliError as error:
        print(f"scf: {error}", file=sys.stderr)
        return 1
    for what, share in (("line", lines), ("branch", branches)):
        for place in share.missed:
            print(f"no test runs through the {what} contracts/{place}")
    print(f"covered: {lines.covered:.2%} of {lines.total} lines, {branches.covered:.2%} of {branches.total} branches")
    return 0 if min(lines.covered, branches.covered) >= WANTED else 1


def _report() -> str:
    with copied(left_out=GAS) as copy:
        # Some tests read the built ABIs, which coverage does not write.
        _forge(copy, "build", "--skip", "test")
        _forge(copy, "coverage", "--report", "lcov", "--no-match-path", "test/invariant/*")
        return (copy.folder / "lcov.info").read_text()


def _forge(copy: Copy, *arguments: str) -> None:
    try:
        ended = subprocess.run(
            [copy.forge, *arguments],
            cwd=copy.folder,
            env={**copy.settings, "FOUNDRY_FUZZ_RUNS": "64", "FOUNDRY_DENY": "never"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CliError(f"forge {arguments[0]} took more than {TIMEOUT_S:.0f} s", name="CoverageFailed") from error
    if ended.returncode != 0:
        said = [line for line in ended.stdout.splitlines() if line.lower().startswith(("[fail", "error"))]
        raise CliError(f"forge {arguments[0]}: {(said or ['it said nothing'])[0]}", name="CoverageFailed")


if __name__ == "__main__":
    sys.exit(main())
