"""How forge's coverage is read. Forge itself runs in `scf check --deep`."""

import pytest

from scripts import coverage
from scripts.errors import CliError

LCOV = """TN:
SF:src/A.sol
DA:5,0
DA:6,12
FN:5,A.f
FNDA:0,A.f
BRDA:7,0,0,-
BRDA:7,0,1,3
BRDA:8,1,0,0
LF:2
LH:1
end_of_record
TN:
SF:test/A.t.sol
DA:5,0
BRDA:7,0,0,-
end_of_record
"""


def test_read__of_a_report__counts_the_sources_alone() -> None:
    lines, branches = coverage.read(LCOV.splitlines())
    assert (lines.total, lines.missed, lines.covered) == (2, ["src/A.sol:5"], 0.5)
    assert (branches.total, branches.missed) == (3, ["src/A.sol:7 branch 0", "src/A.sol:8 branch 0"])


def test_read__of_nothing__covers_nothing() -> None:
    lines, branches = coverage.read([])
    assert lines.covered == branches.covered == 0.0


@pytest.mark.parametrize(("hits", "ended"), [((98, 2), 0), ((97, 3), 1), ((0, 0), 1)])
def test_main__at_the_mark__passes_and_below_it_names_what_is_missed(
    hits: tuple[int, int], ended: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hit, missed = hits
    records = [f"DA:{line},1\nBRDA:{line},0,0,1" for line in range(hit)]
    records += [f"DA:{line},0\nBRDA:{line},0,0,-" for line in range(900, 900 + missed)]
    monkeypatch.setattr(coverage, "_report", lambda: "\n".join(["SF:src/A.sol", *records]))
    assert coverage.main() == ended
    printed = capsys.readouterr().out
    assert printed.count("contracts/src/A.sol:9") == 2 * missed
    assert f"of {hit + missed} lines" in printed


def test_main__forge_fails__is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> str:
        raise CliError("forge coverage: Error: Compilation failed", name="CoverageFailed")

    monkeypatch.setattr(coverage, "_report", fails)
    assert coverage.main() == 1
    assert capsys.readouterr().err == "scf: forge coverage: Error: Compilation failed\n"
