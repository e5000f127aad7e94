"""How `scf mutate contracts` counts and tells. It starts no forge here: each verdict is given."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from scripts import mutate
from scripts.contracts_copy import Copy
from scripts.errors import CliError
from scripts.mutation_sites import Site

SOURCE = "contract A {\n    function f() external { b = 1; }\n}\n"


def bench(tmp_path: Path) -> mutate.Bench:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "A.sol").write_text(SOURCE)
    return mutate.Bench(Copy(tmp_path, Path("forge"), {}))


def site() -> Site:
    start = SOURCE.index("1")
    return Site("A.sol", start, start + 1, "2", "constant moved by one", 2)


@pytest.mark.parametrize(
    ("printed", "status", "verdict"),
    [
        ("[FAIL: no] test_f()", 1, "killed"),
        ("Ran 1 test", 0, "survived"),
        ("Error: Compiler run failed:\n", 1, "not compiled"),
        (None, 0, "killed"),  # it took too long
    ],
)
def test_verdict__of_what_forge_says__leaves_the_source_as_it_was(
    printed: str | None, status: int, verdict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def tests(self: mutate.Bench, _timeout_s: float) -> subprocess.CompletedProcess[str] | None:
        seen.append((self.copy.folder / "src" / "A.sol").read_text())
        return None if printed is None else subprocess.CompletedProcess([], status, printed)

    monkeypatch.setattr(mutate.Bench, "_test", tests)
    assert bench(tmp_path).verdict(site()) == verdict
    assert seen == [SOURCE.replace("1", "2")]
    assert (tmp_path / "src" / "A.sol").read_text() == SOURCE


def test_prove__the_tests_fail_already__is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = subprocess.CompletedProcess([], 1, "Compiling\n[FAIL: no] test_f()\n")
    monkeypatch.setattr(mutate.Bench, "_test", lambda *_: ended)
    with pytest.raises(CliError, match=r"as they are: \[FAIL: no\] test_f\(\)"):
        bench(tmp_path).prove()


def test_test__it_takes_too_long__is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    forge = tmp_path / "forge"
    forge.write_text("#!/bin/sh\nsleep 60\n")
    forge.chmod(0o755)
    assert mutate.Bench(Copy(tmp_path, forge, {}))._test(0.2) is None


@pytest.mark.parametrize("as_json", [True, False])
def test_run__what_does_not_compile__is_drawn_again_and_survivors_are_named(
    as_json: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    verdicts: Iterator[str] = iter(["not compiled", "killed", "survived", "killed", "killed"])

    @contextmanager
    def copied(**_: Any) -> Iterator[Copy]:
        yield Copy(tmp_path, Path("forge"), {})

    monkeypatch.setattr(mutate, "copied", copied)
    monkeypatch.setattr(mutate.Bench, "prove", lambda _: None)
    monkeypatch.setattr(mutate.Bench, "verdict", lambda *_: next(verdicts))
    assert mutate.run("contracts", sample=4, seed=3, as_json=as_json) is False
    assert next(verdicts, None) is None
    printed = capsys.readouterr()
    survivor = mutate.draw(mutate.SOURCES, 3)[2]
    assert f"survived: contracts/src/{survivor.path}:{survivor.line}" in printed.err.replace("\n", "")
    if as_json:
        found = json.loads(printed.out)
        assert (found["ok"], found["score"], found["killed"], found["not_compiled"]) == (False, 0.75, 3, 1)
        assert [(one["file"], one["line"]) for one in found["survivors"]] == [
            (f"contracts/src/{survivor.path}", survivor.line)
        ]
    else:
        assert f"contracts/src/{survivor.path}:{survivor.line} {survivor.kind}\n-" in printed.out
        assert "3 killed, 1 survived, 1 did not compile: 75.0%, wanted 95% (seed 3," in printed.out


def test_run__of_something_else__is_refused() -> None:
    with pytest.raises(CliError, match="there is: contracts"):
        mutate.run("api", sample=1, seed=1, as_json=False)
