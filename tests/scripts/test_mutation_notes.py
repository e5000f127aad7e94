"""What `scf mutate contracts --notes` keeps of a run that was ended."""

from pathlib import Path

import pytest

from scripts.mutation_notes import Notes
from scripts.mutation_sites import Site

SITE = Site("A.sol", 3, 4, "-", "+ swapped", 1)


def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "src"
    folder.mkdir()
    (folder / "A.sol").write_text("a + b")
    return folder


@pytest.mark.parametrize("verdict", ["killed", "not compiled", "same code"])
def test_known__after_a_run_that_was_ended__is_what_was_noted(verdict: str, tmp_path: Path) -> None:
    folder, file = sources(tmp_path), tmp_path / "notes"
    Notes(file, folder).add(SITE, verdict, 1.0)
    with file.open("a") as half:
        half.write('{"break": "')
    assert Notes(file, folder).known(SITE) == verdict
    assert Notes(file, folder).known(Site("A.sol", 3, 4, "*", "+ swapped", 1)) is None


def test_known__a_survivor_or_other_sources__is_judged_again(tmp_path: Path) -> None:
    folder, file = sources(tmp_path), tmp_path / "notes"
    Notes(file, folder).add(SITE, "survived", 1.0)
    assert Notes(file, folder).known(SITE) is None
    Notes(file, folder).add(SITE, "killed", 1.0)
    assert Notes(file, folder).known(SITE) == "killed"
    (folder / "A.sol").write_text("a - b")
    assert Notes(file, folder).known(SITE) is None


def test_notes__without_a_file__keep_nothing(tmp_path: Path) -> None:
    notes = Notes(None, sources(tmp_path))
    notes.add(SITE, "killed", 1.0)
    assert notes.known(SITE) is None
