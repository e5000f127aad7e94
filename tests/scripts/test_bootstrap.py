"""`scripts/scf` sets a checkout up, once, and says in one line why it cannot.

The real set-up of a fresh clone is what `.ci/run` itself does first. Here its shell half runs with a stand-in for the
Python half, and the Python half with stand-ins for what it starts.
"""

import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from scripts import bootstrap
from scripts.bootstrap import BootstrapError, Step

ROOT = Path(__file__).resolve().parents[2]
STAMPED = (
    "scripts/scf",
    "scripts/bootstrap.lock",
    "scripts/node.lock",
    "pyproject.toml",
    "requirements.lock",
    "hardhat-free-devnet/package.json",
    "api/console/package.json",
)

STAND_IN = """
import os, sys, time
from pathlib import Path

root, python_stamp, npm_stamp = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
with open(root / "runs", "a") as runs:
    runs.write("run\\n")
python = root / ".venv" / "bin" / "python"
python.parent.mkdir(parents=True, exist_ok=True)
if not python.exists():
    python.write_text('#!/bin/sh\\necho "cli: $*"\\n')
    python.chmod(0o755)
(root / ".venv" / "scf-stamp").write_text(python_stamp + "\\n")
for folder in ("hardhat-free-devnet", "api/console"):
    (root / folder / "node_modules").mkdir(exist_ok=True)
    (root / folder / "node_modules" / ".scf-stamp").write_text(npm_stamp + "\\n")
print("progress")
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose bootstrap writes the stamps and a `.venv/bin/python` that prints its arguments."""
    root = tmp_path / "a folder with spaces"
    for name in STAMPED:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    (root / "scripts" / "bootstrap.py").write_text(STAND_IN)
    return root


def scf(command: Path, *arguments: str, cwd: Path | None = None, **environ: str) -> "subprocess.CompletedProcess[str]":
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "SCF_PYTHON": sys.executable, **environ}
    return subprocess.run([command, *arguments], capture_output=True, text=True, check=False, cwd=cwd, env=env)


def runs(checkout: Path) -> int:
    return len((checkout / "runs").read_text().splitlines())


def test_scf__first_start__sets_up_then_runs_with_stdout_its_own(checkout: Path) -> None:
    result = scf(checkout / "scripts" / "scf", "--json", "a b", cwd=Path("/"))
    assert (result.returncode, result.stdout) == (0, "cli: -P -m scripts.cli --json a b\n")
    assert "progress" in result.stderr


def test_scf__second_start__sets_nothing_up_and_is_quick(checkout: Path) -> None:
    scf(checkout / "scripts" / "scf")
    started = time.monotonic()
    assert scf(checkout / "scripts" / "scf").stderr == ""
    assert time.monotonic() - started < 0.5, "tens of milliseconds are expected"
    assert runs(checkout) == 1


@pytest.mark.parametrize(
    "name",
    [
        "requirements.lock",
        "pyproject.toml",
        "hardhat-free-devnet/package.json",
        "api/console/package.json",
        "scripts/bootstrap.py",
    ],
)
def test_scf__an_input_changed__sets_up_again(checkout: Path, name: str) -> None:
    scf(checkout / "scripts" / "scf")
    with (checkout / name).open("a") as file:
        file.write("\n")
    scf(checkout / "scripts" / "scf")
    assert runs(checkout) == 2


@pytest.mark.parametrize("gone", [".venv", "hardhat-free-devnet/node_modules", "api/console/node_modules"])
def test_scf__something_deleted__sets_up_again(checkout: Path, gone: str) -> None:
    scf(checkout / "scripts" / "scf")
    shutil.rmtree(checkout / gone)
    assert scf(checkout / "scripts" / "scf").returncode == 0
    assert runs(checkout) == 2


def test_scf__checkout_moved__sets_up_again(checkout: Path, tmp_path: Path) -> None:
    scf(checkout / "scripts" / "scf")
    moved = checkout.rename(tmp_path / "moved")
    scf(moved / "scripts" / "scf")
    assert runs(moved) == 2


def test_scf__through_links__finds_its_checkout(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "scf-real").symlink_to(os.path.relpath(checkout / "scripts" / "scf", tmp_path / "bin"))
    (tmp_path / "bin" / "scf").symlink_to("scf-real")
    assert scf(tmp_path / "bin" / "scf", "up", cwd=tmp_path).stdout == "cli: -P -m scripts.cli up\n"


def fake_python(folder: Path, script: str) -> None:
    folder.mkdir(exist_ok=True)
    for name in ("python3.14", "python3.13", "python3.12", "python3.11", "python3", "python"):
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(stat.S_IRWXU)


def only_these(checkout: Path, tmp_path: Path) -> str:
    """Cuts the candidates outside PATH from the script, so that the machine's own Pythons are not found."""
    script = checkout / "scripts" / "scf"
    text = script.read_text()
    cut = text.replace("/usr/bin/python3 /usr/local/bin/python3 /opt/homebrew/bin/python3", "")
    assert cut != text
    script.write_text(cut)
    (tmp_path / "tools").mkdir()
    for name in ("sh", "readlink", "dirname", "cksum", "cat"):
        found = shutil.which(name)
        assert found is not None
        (tmp_path / "tools" / name).symlink_to(found)
    return f"{tmp_path / 'pythons'}:{tmp_path / 'tools'}"


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("case $* in *print*) echo 3.9;; *) exit 1;; esac", "python3 is 3.9"),
        ("exit 127", "no Python was found"),
        ("case $* in *print*) echo 3.11;; *ensurepip*) exit 1;; esac", "python3-venv"),
    ],
)
def test_scf__no_usable_python__says_so_in_one_line(checkout: Path, tmp_path: Path, script: str, says: str) -> None:
    path = only_these(checkout, tmp_path)
    fake_python(tmp_path / "pythons", script)
    result = scf(checkout / "scripts" / "scf", PATH=path, SCF_PYTHON="")
    assert (result.returncode, result.stdout) == (1, "")
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_scf__a_shim_that_fails_first__takes_the_next_python(checkout: Path, tmp_path: Path) -> None:
    path = only_these(checkout, tmp_path)
    fake_python(tmp_path / "pythons", "exit 127")
    (tmp_path / "pythons" / "python3").unlink()
    (tmp_path / "pythons" / "python3").symlink_to(sys.executable)
    assert scf(checkout / "scripts" / "scf", PATH=path, SCF_PYTHON="").returncode == 0


@pytest.fixture
def halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand-ins for the parts, which note that they ran and what they found."""
    made: list[str] = []

    def make_venv(root: Path, venv: Path) -> None:
        made.append("venv, rest of an older one" if (venv / "rest").exists() else "venv")
        venv.mkdir(exist_ok=True)
        (venv / "rest").touch()

    def make_node_modules(root: Path, venv: Path, tools: Path) -> None:
        made.append(tools.name)
        (tools / "node_modules").mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(bootstrap, "make_venv", make_venv)
    monkeypatch.setattr(bootstrap, "make_node_modules", make_node_modules)
    return made


def test_bootstrap__new_lock__works_on_the_whole_venv_it_finds(tmp_path: Path, halves: list[str]) -> None:
    bootstrap.bootstrap(tmp_path, "one", "npm")
    bootstrap.bootstrap(tmp_path, "one", "npm")
    bootstrap.bootstrap(tmp_path, "two", "npm")
    assert halves == ["venv", "hardhat-free-devnet", "console", "venv, rest of an older one"]


def test_bootstrap__interrupted__starts_that_half_over(
    tmp_path: Path, halves: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.bootstrap(tmp_path, "one", "npm")

    def interrupted(root: Path, venv: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):  # noqa: PT012
        patch.setattr(bootstrap, "make_venv", interrupted)
        bootstrap.bootstrap(tmp_path, "two", "npm")
    bootstrap.bootstrap(tmp_path, "two", "npm")
    assert halves == ["venv", "hardhat-free-devnet", "console", "venv"]


def test_main__another_one_works__waits_and_then_has_nothing_to_do(
    tmp_path: Path, halves: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    lock = bootstrap.hold_lock(tmp_path / ".venv.lock")
    waiting = threading.Thread(target=bootstrap.main, args=([str(tmp_path), "one", "npm"],))
    waiting.start()
    time.sleep(0.2)
    assert halves == []
    bootstrap.bootstrap(tmp_path, "one", "npm")
    os.close(lock)
    waiting.join(timeout=10)
    assert halves == ["venv", "hardhat-free-devnet", "console"]
    assert "waiting for it" in capsys.readouterr().err


def test_main__disk_too_small__is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "NEEDED_BYTES", 10**18)
    assert bootstrap.main([str(tmp_path), "one", "npm"]) == 1
    assert "1000000000000 MB" in capsys.readouterr().err
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo one; echo 'error: no such version' >&2; exit 3", "a step failed: error: no such version"),
        ("echo 'OSError: [Errno 28] No space left on device'; exit 1", "the disk is full"),
    ],
)
def test_step__a_program_fails__its_last_line_says_why(tmp_path: Path, script: str, says: str) -> None:
    with pytest.raises(BootstrapError, match=says), Step("a step", tmp_path / "log") as step:
        step.run("sh", "-c", script)


def test_step__longer_than_two_seconds__says_so_on_stderr(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Step("a short one", tmp_path / "log") as step:
        step.run("true")
    monkeypatch.setattr(bootstrap, "QUIET_S", 0.05)
    with Step("a long one", tmp_path / "log") as step:
        step.run("sleep", "0.3")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == ["scf: a long one …", "scf: a long one: done in 0 s"]
