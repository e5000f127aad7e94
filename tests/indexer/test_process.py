"""The indexer as a process: killed, stopped, doubled, pointed at the wrong chain, left alone by its node."""

import json
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from hardhat_free_devnet import Anvil, rpc, save_state
from hardhat_free_devnet.durable import STATE
from indexer.events import Decoder
from indexer.proof.recompute import recompute_root
from indexer.proof.roots import newest_root
from indexer.queries import head
from indexer.verify import verify
from node_adapter.client import NodeClient
from node_adapter.db import make_engine, migrate, read_only
from node_adapter.networks import DEVNET
from scripts.data_folder import DataFolder
from tests.conftest import tool
from tests.indexer import devnet
from tests.indexer.devnet import Network
from tests.indexer.story import play_story
from tests.indexer.test_reorg_property import rows

pytestmark = pytest.mark.devnet

WAIT_S = 30


@dataclass
class Processes:
    """Starts indexers, and leaves none behind."""

    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, database: str, node: str, deployments: Path, *more: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "indexer", "--database", database, "--node", node, "--poll-s", "0.05", *more]
        with self.log(len(self.running)).open("wb") as log:
            process = subprocess.Popen([*command, "--deployments", str(deployments)], stderr=log)
        self.running.append(process)
        return process

    def log(self, number: int) -> Path:
        return self.folder / f"indexer-{number}.log"


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    started = Processes(tmp_path)
    yield started
    for process in started.running:
        process.kill()
        process.wait(WAIT_S)


def test_process__caught_up__makes_the_state_roots_of_final_blocks(
    processes: Processes, network: Network, sqlite_engine: Engine, deployments_file: Path
) -> None:
    for number in range(3):
        network.anchor("s1", f"root {number}")
    last = network.head()
    network.mine(DEVNET.confirmations)
    network.anchor("s1", "not final yet")
    processes.start(str(sqlite_engine.url), network.url, deployments_file)

    def newest() -> int | None:
        with sqlite_engine.connect() as connection:
            found = newest_root(connection)
        return None if found is None else int(found["block_number"])

    _wait(lambda: newest() == last)
    found = recompute_root(sqlite_engine, Decoder(network.deployments), None)
    assert found.ok
    assert found.block == last


@pytest.mark.slow
def test_process__killed_in_mid_run__goes_on_exactly(
    processes: Processes,
    network: Network,
    client: NodeClient,
    engine: Engine,
    database_url: str,
    deployments_file: Path,
) -> None:
    play_story(network)
    interrupted = 0
    for round_ in range(3):
        for number in range(10):
            network.mine(80)
            network.anchor("s1", f"{round_} {number}")
        before = _indexed(engine)
        process = processes.start(database_url, network.url, deployments_file)
        _wait(lambda before=before: _indexed(engine) > before)  # type: ignore[misc]
        process.send_signal(signal.SIGKILL)
        process.wait(WAIT_S)
        interrupted += _indexed(engine) < network.head()
    assert interrupted > 0, "every kill came too late: the test shows nothing"
    process = processes.start(database_url, network.url, deployments_file)
    _wait(lambda: "following" in processes.log(3).read_text() and _indexed(engine) == network.head())
    process.send_signal(signal.SIGTERM)
    assert process.wait(WAIT_S) == 0

    assert verify(engine, client, network.deployments).differences == []
    fresh = make_engine(f"sqlite:///{processes.folder}/fresh.sqlite3")
    migrate(fresh, "indexer")
    processes.start(str(fresh.url), network.url, deployments_file)
    _wait(lambda: _indexed(fresh) == network.head())
    assert rows(engine) == rows(fresh)
    fresh.dispose()


def test_process__second_on_the_same_database__waits_and_takes_over(
    processes: Processes, network: Network, engine: Engine, database_url: str, deployments_file: Path
) -> None:
    first = processes.start(database_url, network.url, deployments_file)
    _wait(lambda: _indexed(engine) == network.head())
    processes.start(database_url, network.url, deployments_file)
    _wait(lambda: "another indexer leads" in processes.log(1).read_text())
    first.send_signal(signal.SIGKILL)
    first.wait(WAIT_S)
    network.anchor("s1", "after the first is gone")
    _wait(lambda: _indexed(engine) == network.head())
    assert processes.log(1).read_text().count("another indexer leads") == 1


def test_process__database_of_another_deployment__refused_in_one_line(
    processes: Processes, network: Network, sqlite_engine: Engine, deployments_file: Path
) -> None:
    database = str(sqlite_engine.url)
    first = processes.start(database, network.url, deployments_file)
    _wait(lambda: _indexed(sqlite_engine) == network.head())
    first.terminate()
    first.wait(WAIT_S)

    foreign = devnet.deploy(network.url)
    foreign.deployments.save(deployments_file)
    second = processes.start(database, network.url, deployments_file)
    assert second.wait(WAIT_S) == 1
    (line,) = processes.log(1).read_text().splitlines()[-1:]
    assert "IndexForeign: the database mirrors" in line
    assert "Traceback" not in processes.log(1).read_text()


def test_process__no_deployments_file__refused_in_one_line(processes: Processes, network: Network) -> None:
    process = processes.start(f"sqlite:///{processes.folder}/x.sqlite3", network.url, processes.folder / "none.json")
    assert process.wait(WAIT_S) == 1
    assert len(processes.log(0).read_text().splitlines()) == 1


@pytest.mark.slow
def test_process__deep_reorg__stops_and_names_the_command_that_lets_it_go_on(
    processes: Processes, network: Network, client: NodeClient, sqlite_engine: Engine, tmp_path: Path
) -> None:
    folder = DataFolder(tmp_path / "data")
    database = str(sqlite_engine.url)
    folder.prepare(database)
    network.deployments.save(folder.deployments)
    network.credit("f1", 500)
    for number in range(6):
        network.anchor("s1", f"deep {number}")
    stays = network.head() - 5
    process = processes.start(database, network.url, folder.deployments, "--reorg-depth", "3")
    _wait(lambda: _indexed(sqlite_engine) == network.head())
    network.reorg(5)
    assert process.wait(WAIT_S) == 1
    line = processes.log(0).read_text().splitlines()[-1]
    assert "DeepReorg" in line
    pasted = line.split("`")[1]
    assert pasted == f"scf index accept-reorg --at {stays}"

    command = [sys.executable, "-m", "scripts.cli", *shlex.split(pasted)[1:], "--data", str(folder.root), "--json"]
    ended = subprocess.run(command, capture_output=True, check=True)
    assert json.loads(ended.stdout)["blocks"] == 5
    assert _indexed(sqlite_engine) == stays
    again = subprocess.run(command, capture_output=True, check=False)
    assert json.loads(again.stdout)["error"]["name"] == "NothingTaken"
    processes.start(database, network.url, folder.deployments, "--reorg-depth", "3")
    _wait(lambda: _indexed(sqlite_engine) == network.head())
    assert verify(sqlite_engine, client, network.deployments).differences == []


@pytest.mark.slow
def test_process__node_killed_and_fallen_back__said_once_and_followed(
    processes: Processes, sqlite_engine: Engine, tmp_path: Path
) -> None:
    tool("anvil")
    node = Anvil(tmp_path / "chain").start()
    try:
        network = devnet.deploy(node.url)
        network.deployments.save(tmp_path / "own.json")
        processes.start(str(sqlite_engine.url), node.url, tmp_path / "own.json")
        saved = tmp_path / "chain" / STATE
        save_state(node.url, tmp_path / "chain")
        before = saved.read_bytes()
        for number in range(20):
            network.anchor("s1", f"lost {number}")
        _wait(lambda: _indexed(sqlite_engine) == network.head())
        reached = network.head()
        node.kill()
        saved.write_bytes(before)  # As if none had been saved since, however slow this machine is.
        _wait(lambda: "the node is away" in processes.log(0).read_text())
        time.sleep(2.5)  # Several looks at a node that is away.

        node = Anvil(tmp_path / "chain", port=int(node.url.rsplit(":", 1)[1])).start()
        assert network.head() < reached, "the node lost nothing: the test shows nothing"
        rpc(node.url, "anvil_autoImpersonateAccount", True)
        rpc(node.url, "anvil_setBalance", network.addresses["s1"], hex(10**24))
        network.anchor("s1", "another one")
        _wait(lambda: _indexed(sqlite_engine) == network.head() and "the node is back" in processes.log(0).read_text())
        client = NodeClient(node.url)
        # The node's keeper mines an empty block now and then: the index may be one behind for a moment.
        assert verify(sqlite_engine, client, network.deployments).differences == []
        client.close()
        log = processes.log(0).read_text()
        assert log.count("the node is away") == 1
        assert log.count("the node is back") == 1
        assert "the chain took back" in log
    finally:
        node.stop()


@pytest.mark.slow
def test_process__devnet_reset_under_it__stops_with_one_line(
    processes: Processes, sqlite_engine: Engine, tmp_path: Path
) -> None:
    tool("anvil")
    node = Anvil(tmp_path / "chain", durable=False).start()
    try:
        network = devnet.deploy(node.url)
        network.deployments.save(tmp_path / "own.json")
        process = processes.start(str(sqlite_engine.url), node.url, tmp_path / "own.json")
        _wait(lambda: _indexed(sqlite_engine) == network.head())
        node.kill()
        node = Anvil(tmp_path / "chain", port=int(node.url.rsplit(":", 1)[1]), durable=False).start()
        assert process.wait(WAIT_S) == 1
        assert "IndexForeign" in processes.log(0).read_text().splitlines()[-1]
        assert _indexed(sqlite_engine) > 0, "the mirror of the chain that was is kept"
    finally:
        node.stop()


def _indexed(engine: Engine) -> int:
    with Session(read_only(engine)) as session:
        newest = head(session)
        return 0 if newest is None else newest.number


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not until():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
