"""How `scf mutate contracts` counts and tells. It starts no forge here: each verdict is given."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from node_adapter.build import BuildError
from scripts import mutate, mutation_bench
from scripts.contracts_copy import Copy
from scripts.errors import CliError
from scripts.mutation_sites import Site

SOURCE = "contract Anchors {\n    function f() external { b = 1; }\n}\n"
CODE = '{"bytecode": {"object": "0x01"}, "abi": []}'
QUICK, SLOW = {"Base.t.sol", "L.t.sol"}, {"Base.t.sol", "Journal.t.sol", "HoldsHistory.t.sol", "A.t.sol"}


def bench(tmp_path: Path) -> mutation_bench.Bench:
    folder = tmp_path / "contracts"
    for name in ("src/libraries", "test/permissions", "out/Anchors.sol"):
        (folder / name).mkdir(parents=True)
    for contract in mutation_bench.OURS:
        (folder / "src" / f"{contract}.sol").write_text('import {L} from "./libraries/L.sol";\n')
    (folder / "src" / "Anchors.sol").write_text(SOURCE)
    (folder / "src" / "libraries" / "L.sol").write_text(SOURCE)
    for name in ("Base.t.sol", "Journal.t.sol", "HoldsHistory.t.sol", "permissions/A.t.sol", "Errors.t.sol"):
        (folder / "test" / name).touch()
    (folder / "test" / "L.t.sol").write_text('import {L} from "../src/libraries/L.sol";\n')
    (folder / "out" / "Anchors.sol" / "Anchors.json").write_text(CODE)
    made = mutation_bench.Bench(Copy(folder, Path("forge"), {}), {"Anchors": "0x01"})
    for part in mutation_bench.PARTS:
        made._part(part)
    return made


def site(path: str = "Anchors.sol") -> Site:
    start = SOURCE.index("1")
    return Site(path, start, start + 1, "2", "constant moved by one", 2)


@pytest.mark.parametrize(
    ("quick", "slow", "verdict"),
    [(1, 0, "killed"), (0, 1, "killed"), (0, 0, "survived"), (None, 0, "killed")],  # None: it took too long
)
def test_verdict__of_what_forge_says__was_of_the_broken_code_and_leaves_all_as_it_was(
    quick: int | None, slow: int, verdict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def compiled(folder: Path, contracts: list[str], instead: dict[str, str]) -> dict[str, str]:
        assert (folder, contracts) == (tmp_path / "contracts", ["Anchors"])
        assert instead == {"src/Anchors.sol": SOURCE.replace("1", "2")}
        return {"Anchors": "0x02"}

    def tests(
        _: mutation_bench.Bench, folder: Path, _timeout_s: float, *_arguments: str
    ) -> subprocess.CompletedProcess[str] | None:
        artifact = json.loads((folder / "out" / "Anchors.sol" / "Anchors.json").read_text())
        held = {path.name for path in (folder / "test").rglob("*.t.sol")}
        assert held == (QUICK if folder.name == "quick" else SLOW)
        seen.append((folder.name, artifact["bytecode"]["object"]))
        status = slow if folder.name == "slow" else quick
        return None if status is None else subprocess.CompletedProcess([], status, "[FAIL: no] test_f()")

    at = bench(tmp_path)
    monkeypatch.setattr(mutation_bench, "creation_codes", compiled)
    monkeypatch.setattr(mutation_bench.Bench, "_forge", tests)
    assert at.verdict(site(), at.broken(site())) == verdict
    assert seen == [("quick", "0x02"), ("slow", "0x02")][: 2 if quick == 0 else 1]
    for part in mutation_bench.PARTS:
        assert (tmp_path / part / "out" / "Anchors.sol" / "Anchors.json").read_text() == CODE


def test_verdict__of_code_as_it_was_or_none__is_no_break(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: Any) -> dict[str, str]:
        raise BuildError("no")

    at = bench(tmp_path)
    monkeypatch.setattr(mutation_bench, "creation_codes", lambda *_: {"Anchors": "0x01"})
    assert at.verdict(site(), at.broken(site())) == "same code"
    monkeypatch.setattr(mutation_bench, "creation_codes", refuses)
    assert at.verdict(site(), at.broken(site())) == "not compiled"


def test_verdict__forge_ends_for_another_reason__is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = subprocess.CompletedProcess([], 1, "Error: no space left\n")
    monkeypatch.setattr(mutation_bench.Bench, "_forge", lambda *_: ended)
    with pytest.raises(CliError, match="without a test that failed: Error: no space left"):
        bench(tmp_path).verdict(site(), {"Anchors": "0x02"})


@pytest.mark.parametrize(("status", "verdict"), [(1, "killed"), (0, "survived")])
def test_verdict__of_a_library_that_tests_hold__is_asked_of_the_compiled_tests_too(
    status: int, verdict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def tests(
        _: mutation_bench.Bench, folder: Path, _timeout_s: float, *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        text = (folder / "src" / "libraries" / "L.sol").read_text()
        seen.append((folder.name, arguments[0], text))
        failed = status if text != SOURCE else 0
        return subprocess.CompletedProcess([], failed, "[FAIL: no] test_f()")

    at = bench(tmp_path)
    at.codes = dict.fromkeys(mutation_bench.OURS, "0x01")
    for part in mutation_bench.PARTS:
        for contract in mutation_bench.OURS:
            path = tmp_path / part / "out" / f"{contract}.sol" / f"{contract}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_text(CODE)
    monkeypatch.setattr(mutation_bench, "creation_codes", lambda *_: {"Anchors": "0x02"})
    monkeypatch.setattr(mutation_bench.Bench, "_forge", tests)
    broken = site("libraries/L.sol")
    assert at.verdict(broken, at.broken(broken)) == verdict
    assert seen == [
        ("quick", "test", SOURCE),
        ("slow", "test", SOURCE),
        ("contracts", "test", SOURCE.replace("1", "2")),
        ("contracts", "build", SOURCE),
    ]


def test_reached__by_a_file__are_the_contracts_that_it_is_part_of() -> None:
    assert mutation_bench.reached(mutate.SOURCES, "PayOuts.sol") == ["Settlement"]
    assert mutation_bench.reached(mutate.SOURCES, "Journal.sol") == list(mutation_bench.OURS)


def test_prove__the_tests_fail_already__is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = subprocess.CompletedProcess([], 1, "Compiling\n[FAIL: no] test_f()\n")
    monkeypatch.setattr(mutation_bench.Bench, "_forge", lambda *_: ended)
    with pytest.raises(CliError, match=r"as they are: \[FAIL: no\] test_f\(\)"):
        bench(tmp_path).prove()


def test_forge__it_takes_too_long__is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    forge = tmp_path / "forge"
    forge.write_text("#!/bin/sh\nsleep 60\n")
    forge.chmod(0o755)
    assert mutation_bench.Bench(Copy(tmp_path, forge, {}))._forge(tmp_path, 0.2, "test") is None


@pytest.mark.parametrize("as_json", [True, False])
def test_run__what_does_not_compile__is_drawn_again_and_survivors_are_named(
    as_json: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    verdicts: Iterator[str] = iter(["not compiled", "killed", "survived", "same code", "killed", "killed", "left"])

    @contextmanager
    def copied(**_: Any) -> Iterator[Copy]:
        yield Copy(tmp_path, Path("forge"), {})

    monkeypatch.setattr(mutate, "copied", copied)
    monkeypatch.setattr(mutation_bench.Bench, "prove", lambda _: None)
    monkeypatch.setattr(mutation_bench.Bench, "broken", lambda *_: {})
    monkeypatch.setattr(mutation_bench.Bench, "verdict", lambda *_: next(verdicts))
    notes = tmp_path / "notes"
    assert mutate.run("contracts", sample=4, seed=3, as_json=as_json, notes=notes) is False
    assert len(notes.read_text().splitlines()) == 6
    assert next(verdicts) == "left"
    printed = capsys.readouterr()
    survivor = mutate.draw(mutate.SOURCES, 3)[2]
    assert f"2/4 survived: contracts/src/{survivor.path}:{survivor.line}, {survivor.kind} (0 s)\n" in printed.err
    if as_json:
        found = json.loads(printed.out)
        assert (found["ok"], found["score"], found["killed"]) == (False, 0.75, 3)
        assert (found["not_compiled"], found["same_code"]) == (1, 1)
        assert [(one["file"], one["line"]) for one in found["survivors"]] == [
            (f"contracts/src/{survivor.path}", survivor.line)
        ]
    else:
        assert f"contracts/src/{survivor.path}:{survivor.line} {survivor.kind}\n-" in printed.out
        assert "3 killed, 1 survived, 1 did not compile, 1 changed no code: 75.0%, wanted 95% (seed 3," in printed.out


def test_run__of_something_else__is_refused() -> None:
    with pytest.raises(CliError, match="there is: contracts"):
        mutate.run("api", sample=1, seed=1, as_json=False)
