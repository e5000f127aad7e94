"""What cannot work is said in one clear line with status 1, and nothing is destroyed."""

import json
import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import DEEP
from tests.end_to_end.network import Network, free_port, network, scf

pytestmark = [pytest.mark.devnet, pytest.mark.slow]

GARBAGE = b"\x00garbage\xff" * 700


def _kept(net: Network) -> dict[str, bytes]:
    """What cannot be made again: keys, secrets, who is who, where the contracts are."""
    found = [net.folder.config, net.folder.actors, net.folder.deployments]
    for folder in (net.folder.keys, net.folder.wallets, net.folder.secrets):
        found += folder.iterdir()
    return {str(path): path.read_bytes() for path in found if path.exists()}


def _overwrite(*names: str) -> Callable[[Path], None]:
    def damage(root: Path) -> None:
        for name in names:
            (root / name).write_bytes(GARBAGE)

    return damage


def _overwrite_database(root: Path) -> None:
    for aside in root.glob("scf.sqlite3-*"):
        aside.unlink()
    (root / "scf.sqlite3").write_bytes(GARBAGE)


def _remove(name: str) -> Callable[[Path], None]:
    return lambda root: (root / name).unlink()


def _open(name: str, mode: int) -> Callable[[Path], None]:
    return lambda root: (root / name).chmod(mode)


def _lose_the_chain(root: Path) -> None:
    for copy in (root / "node").glob("state.*"):
        copy.unlink()


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "config": (_overwrite("config.json"), "config.json cannot be read"),
    "actors": (_overwrite("actors.json"), "actors.json cannot be read"),
    "actors lost": (_remove("actors.json"), "actors.json is missing"),
    "deployments": (_overwrite("deployments/31337.json"), "31337.json is no deployments file"),
    "database": (_overwrite_database, "file is not a database"),
    "keystore": (_overwrite("keys/f1.json"), "f1.json is no keystore"),
    "keystore lost": (_remove("keys/f1.json"), "f1.json is missing"),
    "keystore open": (_open("keys/f1.json", 0o644), "chmod 600"),
    "keys open": (_open("keys", 0o755), "chmod 700"),
    "passphrase open": (_open("secrets/keystore.passphrase", 0o640), "chmod 600"),
    "passphrase lost": (_remove("secrets/keystore.passphrase"), "keystore.passphrase is missing"),
    "master key": (_overwrite("secrets/master.key"), "more than 32 bytes"),
    "master key open": (_open("secrets/master.key", 0o644), "chmod 600"),
    "master key lost": (_remove("secrets/master.key"), "master.key is missing"),
    "token key open": (_open("secrets/token.key", 0o644), "chmod 600"),
    "clock": (_overwrite("node/clock.json"), "clock.json is damaged"),
    "chain": (_overwrite("node/state.json.gz", "node/state.previous.json.gz"), "no saved state can be read"),
    "chain lost": (_lose_the_chain, "the devnet was reset"),
}


QUICK = {"config", "actors", "deployments", "database", "keystore lost", "passphrase open", "master key", "chain lost"}
"""One of each kind; the rest are tried with SCF_DEEP=1."""


@pytest.mark.parametrize("name", DAMAGES if DEEP else sorted(QUICK))
def test_up__on_a_damaged_folder__says_what_is_wrong_and_destroys_nothing(net: Network, name: str) -> None:
    damage, wanted = DAMAGES[name]
    damage(net.root)
    before = _kept(net)
    assert wanted in net.refused()
    assert _kept(net) == before
    assert not net.folder.run.exists()


def test_up__port_used__names_it(net: Network) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", net.port))
        other.listen()
        said = net.refused()
    assert f"port {net.port} is used by another program" in said


@pytest.mark.parametrize("where", ["file", "file/below", "/proc/scf"])
def test_up__data_folder_that_cannot_be__is_refused(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("mine")
    said = scf("up", "--data", str(tmp_path / where), "--port", str(free_port()), "--json")
    assert "choose another folder" in said.error or "is no folder" in said.error
    assert said.document["error"]["name"] == "DataFolderUnusable"
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("file_max_bytes", [6_000, 60_000])
def test_up__files_cannot_grow__is_a_full_disk_in_one_line(net: Network, file_max_bytes: int) -> None:
    error = net.refused(file_max_bytes=file_max_bytes)
    assert "space" in error or "disk" in error or "too large" in error.lower(), error


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_up__disk_too_small__says_how_much_is_needed(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount")
    try:
        ended = scf("up", "--data", str(disk / "data"), "--port", str(free_port()), "--json")
        assert "MB are free" in ended.error
        assert ended.document["error"]["name"] == "DiskFull"
        with pytest.raises(OSError, match="No space"):
            (disk / "filler").write_bytes(b"x" * 9 * 2**20)
        assert scf("up", "--data", str(disk / "more"), "--port", str(free_port()), "--json").status == 1
    finally:
        subprocess.run(["umount", disk], check=True)


def test_up__a_second_time_on_one_folder__shows_the_first(running: Network) -> None:
    second = running.scf("up", "--json")
    assert second.status == 0
    assert "already running" in second.stderr
    assert second.document["processes"] == running.record()["processes"]
    third = running.scf("up", "--port", str(free_port()), "--json")
    assert "stop it first to change the port" in third.error
    assert "Ctrl-C" in running.scf("reset", "--yes", "--json").error
    assert running.ready() == 200


def test_up__a_second_time_while_the_first_still_starts__says_so(net: Network) -> None:
    net.begin()
    net.wait_until_said("starting the node")
    with network(net.root) as second:
        second.root = net.root
        ended = second.scf("up", "--json")
    assert ended.document["error"]["name"] in {"NotRunning", "AlreadyRunning"}
    assert len(ended.error) > 0
    net.wait_until_ready()


def test_commands__against_another_url__say_that_nobody_answers(running: Network) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    ended = running.scf("demo", "--url", url, "--json")
    assert f"the API at {url} does not answer" in ended.error
    assert running.scf("demo", "--json", environment={"SCF_URL": url}).document == ended.document


def test_stdout__under_json__is_the_document_alone(running: Network) -> None:
    for arguments in (["status"], ["logs"], ["clock", "+1s"], ["verify"]):
        ended = running.scf(*arguments, "--json")
        assert ended.status == 0, ended.stderr
        assert json.loads(ended.stdout)["ok"] is True
    assert running.scf("doctor", "--json").document["findings"][-1]["ok"] is True


def test_reset__of_a_stopped_network__leaves_nothing_but_the_users_own(net: Network) -> None:
    (net.root / "notes.txt").write_text("mine")
    assert net.scf("reset", "--yes", "--json").document == {"ok": True, "deleted": True, "left": None}
    assert [path.name for path in net.root.iterdir()] == ["notes.txt"]
