"""A real `scf up` in a process of its own, on a free port and a folder of its own, and ways to end it badly."""

import contextlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from scripts import actors
from scripts.data_folder import DataFolder
from scripts.demo.client import Client

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-P", "-m", "scripts.cli"]
START_WAIT_S = 90.0
STOP_WAIT_S = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def scf(*arguments: str, wait_s: float = 120.0, environment: Mapping[str, str] | None = None) -> "Ended":
    """Run a command to its end, from another folder than the checkout's."""
    ended = subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env={**_clean_environment(), **(environment or {})},
        capture_output=True,
        text=True,
        timeout=wait_s,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def _clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("SCF_")} | {"COLUMNS": "200"}


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        """stdout is one JSON document and nothing else."""
        return json.loads(self.stdout)

    @property
    def error(self) -> str:
        """The one line of a command that failed; it must be one, and no traceback."""
        assert self.status == 1, (self.status, self.stdout, self.stderr)
        lines = [line for line in self.stderr.splitlines() if line.startswith("scf: ")]
        assert len(lines) == 1, self.stderr
        assert "Traceback" not in self.stderr, self.stderr
        assert "│" not in self.stderr, self.stderr
        assert len(lines[0]) < 500, lines[0]
        return lines[0].removeprefix("scf: ")


@dataclass
class Network:
    """One data folder, and the `scf up` that may run on it."""

    root: Path
    port: int = field(default_factory=free_port)
    ready_after_s: float = 0.0
    clients: list[Client] = field(default_factory=list)
    _up: "subprocess.Popen[bytes] | None" = None

    @property
    def folder(self) -> DataFolder:
        return DataFolder(self.root)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        """What the newest `up` said on stderr."""
        return self._file("stderr").read_text()

    @property
    def runs(self) -> bool:
        return self._up is not None and self._up.poll() is None

    @property
    def supervisor(self) -> int:
        assert self._up is not None
        return self._up.pid

    def begin(self, *arguments: str, file_max_bytes: int | None = None) -> None:
        """`scf up`, without waiting for anything. `file_max_bytes`: no file may grow larger, as on a full disk."""
        assert self._up is None or self._up.poll() is not None, "it runs already"
        command = [*COMMAND, "up", "--data", str(self.root), "--port", str(self.port), "--json", *arguments]
        with self._file("stdout").open("wb") as out, self._file("stderr").open("wb") as err:
            self._up = subprocess.Popen(
                command, cwd=ROOT, env=_clean_environment(), stdout=out, stderr=err, start_new_session=True
            )
        if file_max_bytes is not None:
            resource.prlimit(self._up.pid, resource.RLIMIT_FSIZE, (file_max_bytes, file_max_bytes))

    def up(self, *arguments: str) -> Any:
        """`scf up`, until it is ready; returns what it printed."""
        started = time.monotonic()
        self.begin(*arguments)
        self.wait_until_ready()
        self.ready_after_s = time.monotonic() - started
        return json.loads(self._file("stdout").read_text())

    def wait_until_ready(self) -> None:
        assert self._up is not None
        deadline = time.monotonic() + START_WAIT_S
        while "Ctrl-C stops it" not in self.said:
            assert self._up.poll() is None, f"up ended with status {self._up.returncode}:\n{self.said}"
            assert time.monotonic() < deadline, f"not ready in time:\n{self.said}"
            time.sleep(0.02)

    def wait_until_said(self, what: str) -> None:
        assert self._up is not None
        deadline = time.monotonic() + START_WAIT_S
        while what not in self.said:
            assert self._up.poll() is None, f"up ended with status {self._up.returncode}:\n{self.said}"
            assert time.monotonic() < deadline, f"{what!r} was not said in time:\n{self.said}"
            time.sleep(0.005)

    def refused(self, *arguments: str, file_max_bytes: int | None = None) -> str:
        """`scf up` that must end by itself with status 1; its one line, which its document has too."""
        self.begin(*arguments, file_max_bytes=file_max_bytes)
        status = self.wait_for_end()
        ended = Ended(status, self._file("stdout").read_text(), self.said)
        assert ended.document["error"]["message"] == ended.error
        return ended.error

    def wait_for_end(self) -> int:
        assert self._up is not None
        return self._up.wait(STOP_WAIT_S)

    def interrupt(self) -> None:
        """Ctrl-C; an orderly end with status 0."""
        assert self._up is not None
        self._up.send_signal(signal.SIGINT)
        assert self.wait_for_end() == 0, self.said

    def record(self) -> dict[str, Any]:
        """run.json: who runs now."""
        content: dict[str, Any] = json.loads(self.folder.run.read_text())
        return content

    def kill(self, name: str) -> int:
        """`kill -9` of "node", "indexer", "api" or "supervisor"; returns its process id."""
        pid = self.supervisor if name == "supervisor" else int(self.record()["processes"][name])
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        if name == "supervisor":
            self.wait_for_end()
        return pid

    def kill_all(self) -> None:
        """`kill -9` of every process, in no order that anybody could rely on."""
        for pid in [*self.record()["processes"].values(), self.supervisor]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.wait_for_end()

    def scf(self, name: str, *arguments: str, **options: Any) -> Ended:
        return scf(name, "--data", str(self.root), *arguments, **options)

    def ready(self) -> int:
        """Status of GET /ready; 0 where nobody listens."""
        try:
            return httpx.get(f"{self.url}/ready", timeout=10, trust_env=False).status_code
        except httpx.HTTPError:
            return 0

    def client(self, login: str) -> Client:
        """Logged in as one of the demo's actors."""
        actor = next(a for a in actors.load(self.folder) if a.login == login)
        client = Client(self.url, actor.login, actor.password)
        self.clients.append(client)
        return client

    def address(self, login: str) -> str:
        """The account of one of the demo's actors."""
        found = next(a for a in actors.load(self.folder) if a.login == login).address
        assert found is not None
        return found

    def end(self) -> None:
        """However it stands: nothing of it is left. Children die with it."""
        if self._up is not None and self._up.poll() is None:
            self._up.kill()
            self._up.wait()
        for client in self.clients:
            client.close()

    def _file(self, stream: str) -> Path:
        return self.root.with_name(f"{self.root.name}.up.{stream}")


@contextlib.contextmanager
def network(root: Path) -> Iterator[Network]:
    """On this folder; ended at the end, in whatever state it is."""
    found = Network(root)
    try:
        yield found
    finally:
        found.end()
