"""Small parts of the command line."""

import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from hardhat_free_devnet import tools
from scripts import checks, doctor, processes
from scripts.clock import SHIFT_MAX_S, shift_clock
from scripts.data_folder import DataFolder
from scripts.demo.play import _changes
from scripts.errors import CliError
from scripts.processes import require_free_port
from scripts.supervisor import RESTARTS_MAX, Supervisor
from scripts.up import _port


@pytest.mark.parametrize("shift", ["90", "d", "-1d", "0d", "1.5d", "1w", "+ 1d", "", "１d", "+1d1d", "1e3s"])
def test_shift_clock__unreadable__says_how_to_write_it(shift: str, tmp_path: Path) -> None:
    with pytest.raises(CliError, match=r"write \+90d, \+12h, \+30m or \+45s") as refused:
        shift_clock(DataFolder(tmp_path), shift)
    assert refused.value.name == "ShiftUnreadable"


@pytest.mark.parametrize("shift", ["+90d", "12h", " +30m ", "+45s", f"+{SHIFT_MAX_S}s"])
def test_shift_clock__readable__asks_for_the_network_next(shift: str, tmp_path: Path) -> None:
    with pytest.raises(CliError) as refused:
        shift_clock(DataFolder(tmp_path), shift)
    assert refused.value.name == "NotRunning"


@pytest.mark.parametrize("shift", [f"+{SHIFT_MAX_S + 1}s", "+99999d"])
def test_shift_clock__more_than_ten_years__is_refused(shift: str, tmp_path: Path) -> None:
    with pytest.raises(CliError, match="more than ten years"):
        shift_clock(DataFolder(tmp_path), shift)


@pytest.mark.devnet  # it looks whether the port is used
def test_doctor__nothing_there__names_what_it_looked_at(tmp_path: Path) -> None:
    found = {f.name: f for f in doctor.findings(DataFolder(tmp_path / "data"), None)}
    assert list(found) == [
        "python",
        "anvil",
        "forge",
        "solc",
        "node.js",
        "softhsm2",
        "chromium",
        "fonts-noto-cjk",
        "disk",
        "data folder",
        "network",
    ]
    assert found["python"].ok
    assert found["data folder"].found == str(tmp_path / "data")
    assert not (tmp_path / "data").exists()
    assert all(finding.ok or finding.mend for finding in found.values())


@pytest.mark.devnet  # it looks whether the port is used
def test_doctor__a_tool_is_missing__says_how_to_mend_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "HOME", tmp_path)
    (tmp_path / "package.json").write_text(
        '{"dependencies": {"@foundry-rs/anvil": "1.0.0", "@foundry-rs/forge": "1.0.0", "solc": "0.8.1"}}'
    )
    found = {f.name: f for f in doctor.findings(DataFolder(tmp_path / "data"), None)}
    assert not found["anvil"].ok
    assert found["anvil"].found == "missing"
    assert "./scripts/scf up" in found["anvil"].mend


@pytest.mark.devnet  # it looks whether the port is used
def test_doctor__data_folder_is_a_file__says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = {f.name: f for f in doctor.findings(DataFolder(tmp_path / "file"), None)}
    assert not found["data folder"].ok


def test_checks__in_order__are_all_that_are_promised() -> None:
    names = [check.name for check in checks.checks(slow=False)]
    assert names == [
        "contracts",
        "format",
        "lint",
        "solidity format",
        "import rules",
        "types",
        "generated files",
        "error table",
        "storage table",
        "catalogues",
        "table of views",
        "tests",
    ]
    assert [check.name for check in checks.checks(slow=True)] == [*names, "slow tests"]
    assert [check.name for check in checks.checks(slow=False, deep=True)] == [*names, "slither", "coverage"]


def test_checks__deep__run_the_contracts_ten_times_as_long_and_no_others() -> None:
    foundry = tomllib.loads((checks.ROOT / "contracts" / "foundry.toml").read_text())
    assert {
        "FOUNDRY_FUZZ_RUNS": str(10 * foundry["fuzz"]["runs"]),
        "FOUNDRY_INVARIANT_RUNS": str(10 * foundry["invariant"]["runs"]),
    } == checks.DEEP
    deep = checks.checks(slow=False, deep=True)
    assert {check.name: check.settings for check in deep if check.settings} == {"contracts": checks.DEEP}
    assert not any(check.settings for check in checks.checks(slow=True))


def test_checks__one_beside_the_others__is_waited_for_and_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    go = tmp_path / "go"
    long = checks.Check("long", ["sh", "-c", f"until [ -e {go} ]; do sleep 0.01; done; echo said"], beside=True)
    monkeypatch.setattr("scripts.debian_tools.provide", lambda: None)

    def run(*other: checks.Check) -> bool:
        monkeypatch.setattr(checks, "checks", lambda **_asked: [long, *other])
        return checks.run(slow=False, as_json=False)

    assert run(checks.Check("short", ["touch", str(go)]))
    told = capsys.readouterr()
    assert "said" in told.out
    assert told.err.index("ok   short") < told.err.index("ok   long")
    go.unlink()
    assert not run(checks.Check("short", ["false"])), "and what runs beside is ended"
    assert "long" not in capsys.readouterr().err.split("failed")[1]


def test_changes__between_two_steps__are_what_moved() -> None:
    before = {"s1": {"cash": "10.00", "receivables": "5.00"}, "c": {"cash": "0.00", "receivables": "0.00"}}
    after = {"s1": {"cash": "1234577.89", "receivables": "5.00"}, "c": {"cash": "-0.01", "receivables": "0.00"}}
    assert _changes(before, after) == ["S1 cash +1,234,567.89", "C cash -0.01"]
    assert _changes({}, after) == []
    assert _changes(after, after) == []


@pytest.mark.parametrize(
    ("url", "port"), [(None, 8000), ("http://127.0.0.1:8124", 8124), ("http://host", 8000), ("http://[::1]:9", 9)]
)
def test_port__from_a_url__or_the_default(url: str | None, port: int) -> None:
    assert _port(url) == port


def test_port__url_with_none__is_refused() -> None:
    with pytest.raises(CliError, match="is no address"):
        _port("http://host:port")


def test_require_free_port__unknown_host__is_said() -> None:
    with pytest.raises(CliError, match=r"cannot listen on 192\.0\.2\.1"):
        require_free_port("192.0.2.1", 8000)


def test_last_line__of_a_traceback__is_the_error_without_its_module(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert processes.last_line(log) == ""
    log.write_text("x" * 100_000 + "\nTraceback\nnode_adapter.signers.errors.KeystoreError: keys/a.json is open\n\n")
    assert processes.last_line(log) == "KeystoreError: keys/a.json is open"
    log.write_text("12:00 indexer ERROR IndexForeign: other chain\n")
    assert processes.last_line(log) == "12:00 indexer ERROR IndexForeign: other chain"


def test_spawn__then_stop__is_logged_and_gone(tmp_path: Path) -> None:
    code = "import os, time; print(os.environ['SCF_X'], flush=True); time.sleep(60)"
    child = processes.spawn([sys.executable, "-c", code], tmp_path / "log", {"SCF_X": "hello"})
    while not (tmp_path / "log").read_text():
        time.sleep(0.01)
    processes.stop(child)
    processes.stop(child)
    assert processes.how_it_ended(child) == "signal 15 (SIGTERM)"
    assert (tmp_path / "log").read_text() == "hello\n"


def test_spawn__log_grown_too_large__is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOG_MAX_BYTES", 3)
    (tmp_path / "a.log").write_text("long")
    child = processes.spawn([sys.executable, "-c", ""], tmp_path / "a.log", {})
    assert child.wait(20) == 0
    assert (tmp_path / "a.log.1").read_text() == "long"
    assert processes.how_it_ended(child) == "status 0"


@pytest.mark.skipif(sys.platform != "linux", reason="parent-death signals are Linux's")
def test_spawn__parent_killed__the_child_dies_with_it(tmp_path: Path) -> None:
    code = f"""
import time; from pathlib import Path; from scripts import processes
print(processes.spawn(["sleep", "60"], Path({str(tmp_path / "log")!r}), {{}}).pid, flush=True); time.sleep(60)
"""
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen([sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_may_restart__too_often_in_a_minute__ends_with_the_reason_and_for_that_process_alone(tmp_path: Path) -> None:
    supervisor = Supervisor(DataFolder(tmp_path), "127.0.0.1", 8000, True, lambda _line: None)
    for _ in range(RESTARTS_MAX):
        supervisor._may_restart("api", "why")
    supervisor._may_restart("indexer", "why")
    with pytest.raises(CliError, match=r"the api was started 5 times .* \(out of cheese\); `scf logs api`"):
        supervisor._may_restart("api", "out of cheese")
