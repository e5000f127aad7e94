"""`scf up`: the node, the indexer and the API as one group that starts, is watched, and stops together."""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hardhat_free_devnet import Anvil, AnvilError, RpcError, StateError, fund
from hardhat_free_devnet.tools import ToolMissing
from scripts import processes, provision
from scripts.data_folder import DEVNET_CHAIN_ID, LOOK_S, DataFolder, held, read_json, write_private
from scripts.errors import CliError

READY_WAIT_S = 60.0
RESTARTS_MAX = 5
RESTARTS_WINDOW_S = 60.0
WATCH_S = 0.2

Say = Callable[[str], None]


@dataclass
class Supervisor:
    """Runs one network in one data folder until told to stop. `say` gets each line of progress."""

    folder: DataFolder
    host: str
    port: int
    loopback: bool
    say: Say
    _node: Anvil | None = None
    _children: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _addresses: dict[str, str] = field(default_factory=dict)
    _restarts: dict[str, deque[float]] = field(default_factory=dict)
    _indexer_port: int = 0

    @property
    def url(self) -> str:
        """Where the API is reached from this machine."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 -- compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def run(self, announce: Callable[[], None]) -> None:
        """Start everything, `announce` once it is ready, watch it, stop it. CliError for what cannot be mended here."""
        with held(self.folder.lock, LOOK_S) as mine:
            if not mine:
                raise AlreadyRunning(self.folder)
            self.folder.run.unlink(missing_ok=True)  # of one that was killed
            processes.require_free_port(self.host, self.port)
            with processes.end_signals(self._stop.set):
                try:
                    self._start()
                    if not self._stop.is_set():
                        announce()
                    self._watch()
                finally:
                    self._end()

    def _start(self) -> None:
        self._addresses = provision.keys(self.folder, self.say)
        provision.signer_policy(self.folder, self._addresses, self.say)
        self._start_node()
        if self._stop.is_set():
            return
        engine = provision.tables(self.folder)
        try:
            provision.organisations(self.folder, engine, self._addresses, logins=self.loopback)
            provision.contracts(self.folder, engine, self._node_url(), self._addresses, self.say)
        finally:
            engine.dispose()
        if self._stop.is_set():
            return
        for name in ("indexer", "api"):
            self._start_child(name)
        self._record()
        self._wait_until_ready()

    def _node_url(self) -> str:
        assert self._node is not None
        return self._node.url

    def _start_node(self, port: int = 0) -> None:
        self.say("starting the node")
        node = Anvil(self.folder.node, port=port, chain_id=DEVNET_CHAIN_ID)
        try:
            node.start()
            self._node = node
            fund(node.url, self._addresses.values())
        except (AnvilError, ToolMissing, StateError, ConnectionError, RpcError) as error:
            raise NodeFailed(str(error)) from error
        if node.recovered:
            self.say(f"the node's newest state was damaged: {node.recovered}")

    def _start_child(self, name: str) -> None:
        self.say(f"starting the {name}")
        database = self.folder.database_url()
        if name == "indexer":
            command = [sys.executable, "-m", "indexer", "--deployments", str(self.folder.deployments)]
            self._indexer_port = processes.free_port()
            environment = {
                "SCF_INDEXER_DATABASE": database,
                "SCF_INDEXER_NODE": self._node_url(),
                "SCF_INDEXER_PORT": str(self._indexer_port),
            }
        else:
            command = [sys.executable, "-m", "api"]
            environment = {
                "SCF_API_DATABASE_URL": database,
                "SCF_API_NODE_URL": self._node_url(),
                "SCF_API_DEPLOYMENTS": str(self.folder.deployments),
                "SCF_API_KEYS": str(self.folder.keys),
                "SCF_API_SECRETS": str(self.folder.secrets),
                "SCF_API_HOST": self.host,
                "SCF_API_PORT": str(self.port),
            }
        if (networks := self.folder.networks_file()) is not None:
            environment["SCF_NETWORKS"] = str(networks)
        log = self.folder.logs / f"{name}.log"
        self._children[name] = processes.spawn(command, log, environment)

    def _record(self) -> None:
        assert self._node is not None
        pids = {"node": self._node.pid, **{name: child.pid for name, child in self._children.items()}}
        write_private(
            self.folder.run,
            {
                "supervisor": os.getpid(),
                "api_url": self.url,
                "node_url": self._node.url,
                "indexer_url": f"http://127.0.0.1:{self._indexer_port}",
                "loopback": self.loopback,
                "processes": pids,
            },
        )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WAIT_S
        said_at, waiting = time.monotonic(), "the API"
        while not self._stop.is_set():
            ready, waiting = is_ready(self.url)
            if ready:
                return
            for name, child in self._children.items():
                if child.poll() is not None and child.returncode >= 0:
                    raise CliError(f"the {self._why(name, child)}", name="ProcessFailed")
            self._bring_back()  # what was killed, unlike what ended by itself, may well start the next time
            if time.monotonic() > deadline:
                raise CliError(f"not ready after {READY_WAIT_S:.0f} s, waiting for {waiting}", name="NotReady")
            if time.monotonic() - said_at > 2:
                self.say(f"waiting for {waiting}")
                said_at = time.monotonic()
            time.sleep(0.05)

    def _watch(self) -> None:
        """Bring back what dies: a node that was killed falls back some blocks, and the outbox sends again."""
        failing: str | None = None
        while not self._stop.wait(WATCH_S):
            self._bring_back()
            assert self._node is not None
            if self._node.failure != failing:
                failing = self._node.failure
                self.say(f"the chain's state cannot be saved: {failing}" if failing else "the state is saved again")

    def _bring_back(self) -> None:
        assert self._node is not None
        if self._node.process.poll() is not None:
            self.say(f"the node ended by {processes.how_it_ended(self._node.process)}; starting it again")
            self._restart_node()
        for name, child in list(self._children.items()):
            if child.poll() is not None:
                why = self._why(name, child)
                self.say(f"the {why}; starting it again")
                self._may_restart(name, why)
                self._start_child(name)
                self._record()

    def _restart_node(self) -> None:
        """On the same port, since the others know it. A node killed while it starts is started again."""
        assert self._node is not None
        port = int(self._node.url.rsplit(":", 1)[1])
        why = ""
        while not self._stop.is_set():
            self._may_restart("node", why)
            self._node.kill()
            try:
                self._start_node(port)
            except NodeFailed as error:
                why = str(error)
                self.say(f"the node did not start: {why}")
                continue
            self._record()
            return

    def _may_restart(self, name: str, why: str) -> None:
        now = time.monotonic()
        restarts = self._restarts.setdefault(name, deque(maxlen=RESTARTS_MAX))
        if len(restarts) == RESTARTS_MAX and now - restarts[0] < RESTARTS_WINDOW_S:
            raise CliError(
                f"the {name} was started {RESTARTS_MAX} times in a minute and ended each time"
                + (f" ({why})" if why else "")
                + f"; `scf logs {name}` shows what it said",
                name="ProcessFailed",
            )
        restarts.append(now)

    def _why(self, name: str, child: "subprocess.Popen[bytes]") -> str:
        killed = child.returncode < 0  # then the log's last line says nothing about it
        said = "" if killed else processes.last_line(self.folder.logs / f"{name}.log")
        return f"{name} ended by {processes.how_it_ended(child)}" + (f": {said}" if said else "")

    def _end(self) -> None:
        for name in ("api", "indexer"):
            if name in self._children:
                processes.stop(self._children[name])
        if self._node is not None and self._node.process.poll() is None:
            self.say("saving the chain")
            try:
                self._node.stop()
            except (OSError, RpcError, StateError) as error:
                self.say(
                    f"the chain's last state could not be saved ({error}); the next start goes on from the one before"
                )
        self.folder.run.unlink(missing_ok=True)


class NodeFailed(CliError):
    """The devnet's node did not start, or ended while it did."""

    def __init__(self, message: str) -> None:
        super().__init__(message, name="NodeFailed")


class AlreadyRunning(CliError):
    """Another `scf up` holds the data folder."""

    def __init__(self, folder: DataFolder) -> None:
        super().__init__(f"a network already runs on {folder.root}", name="AlreadyRunning")
        self.folder = folder


def running(folder: DataFolder) -> dict[str, Any]:
    """What `scf up` wrote of the network that runs on this folder; CliError if none does."""
    if not folder.exists():
        raise CliError(f"there is no network in {folder.root}; start one with `scf up`", name="NotRunning")
    with held(folder.lock) as free:
        if free:
            raise CliError(f"no network runs on {folder.root}; start it with `scf up`", name="NotRunning")
    if not folder.run.exists():
        raise CliError(
            f"the network on {folder.root} is starting or stopping; ask again in a moment", name="NotRunning"
        )
    record: dict[str, Any] = read_json(folder.run)
    return record


def is_ready(url: str) -> tuple[bool, str]:
    """Whether `GET /ready` says so, and else what it waits for."""
    answer = readiness(url)
    return bool(answer["ready"]), str(answer["waiting_for"] or "")


def readiness(url: str) -> dict[str, Any]:
    """What `GET /ready` answers; without nodes where it does not answer."""
    said = "the API"
    try:
        with urllib.request.urlopen(f"{url}/ready", timeout=5) as answer:  # noqa: S310 -- http, by construction
            found = json.load(answer)
    except urllib.error.HTTPError as error:
        said = f"the API (status {error.code})"
        try:
            found = json.load(error)
        except ValueError:
            found = None
    except (OSError, ValueError):
        found = None
    if isinstance(found, dict) and {"ready", "waiting_for", "nodes"} <= found.keys():
        return found
    return {"ready": False, "waiting_for": said, "nodes": []}
