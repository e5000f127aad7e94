"""What an indexer process says of itself: to load balancers, to Prometheus, to a terminal, in JSON."""

import json
import os
import pty
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from indexer.follow import COUNTED
from node_adapter.exchange import COUNTED as ON_THE_WIRE
from scripts.processes import free_port
from tests.faulty_node import FaultyNode, faulty, status
from tests.indexer.devnet import Network

pytestmark = pytest.mark.devnet
WAIT_S = 60
SAMPLE = re.compile(r"([a-z_]+)(?:\{.*\})? (\S+)")


@dataclass
class Running:
    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    def get(self, path: str) -> tuple[int, str]:
        """Status 0 where nobody listens yet."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def ready(self) -> tuple[int, dict[str, Any]]:
        code, body = self.get("/ready")
        return code, json.loads(body) if body else {}

    def metrics(self) -> dict[str, float]:
        lines = [line for line in self.get("/metrics")[1].splitlines() if not line.startswith("#")]
        found = [SAMPLE.fullmatch(line) for line in lines]
        assert None not in found, lines
        return {match[1]: float(match[2]) for match in found if match is not None}


@pytest.fixture
def proxy(network: Network) -> Iterator[FaultyNode]:
    with faulty(network.url) as proxy:
        yield proxy


@pytest.fixture
def running(
    proxy: FaultyNode, network: Network, sqlite_engine: Engine, deployments_file: Path, tmp_path: Path
) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(*more: str) -> Running:
        port, log = free_port(), tmp_path / f"log-{len(started)}"
        command = [sys.executable, "-m", "indexer", "--database", str(sqlite_engine.url), "--node", proxy.url]
        with log.open("wb") as file:
            process = subprocess.Popen(
                [*command, "--deployments", str(deployments_file), "--poll-s", "0.05", "--port", str(port), *more],
                stderr=file,
            )
        started.append(Running(process, port, log))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait(WAIT_S)


def test_ready__node_away_then_there_then_away__says_what_it_waits_for_and_how_far(
    running: Callable[..., Running], proxy: FaultyNode, network: Network
) -> None:
    proxy.fault(status(502), times=None)
    indexer = running()
    _wait(lambda: indexer.ready()[0] == 503)
    assert indexer.get("/health")[0] == 200
    assert indexer.get("/nothing")[0] == 404
    _wait(lambda: "node" in str(indexer.ready()[1]["waiting_for"]))
    proxy.heal()
    _wait(lambda: indexer.ready()[0] == 200)
    found = indexer.ready()[1]
    assert (found["indexed"], found["head"], found["behind"]) == (network.head(), network.head(), 0)
    proxy.fault(status(502), times=None)
    _wait(lambda: indexer.ready()[0] == 503)
    assert indexer.ready()[1]["indexed"] == network.head()


@pytest.mark.slow
def test_ready__another_one_leads__is_not_ready_until_it_takes_over(running: Callable[..., Running]) -> None:
    first = running()
    _wait(lambda: first.ready()[0] == 200)
    second = running()
    _wait(lambda: second.ready()[0] == 503)
    assert second.ready()[1]["waiting_for"] == "the lead"
    first.process.kill()
    _wait(lambda: second.ready()[0] == 200)


def test_metrics__a_reorg_and_a_tampered_row__are_counted_and_verified(
    running: Callable[..., Running], network: Network, sqlite_engine: Engine
) -> None:
    network.anchor("s1", "one")
    network.anchor("s1", "two")
    indexer = running("--verify-every-s", "0.2", "--json-logs")
    _wait(lambda: indexer.metrics().get("scf_index_verify_ok") == 1)
    before = indexer.metrics()
    assert {f"scf_index_{name}_total" for name in COUNTED} | {f"scf_node_{n}_total" for n in ON_THE_WIRE} <= set(before)
    assert (before["scf_index_reorgs_total"], before["scf_index_lag_blocks"]) == (0, 0)
    assert before["scf_index_head_block"] == before["scf_index_node_head_block"] == network.head()
    assert before["scf_index_events_total"] > 0
    assert before["scf_index_journals_compared_total"] > 0

    network.reorg(1)
    network.mine(1)
    _wait(lambda: indexer.metrics()["scf_index_reorgs_total"] == 1 and indexer.ready()[0] == 200)
    with sqlite_engine.begin() as connection:
        connection.execute(text("UPDATE participant SET roles = roles + 1"))
    _wait(lambda: indexer.metrics()["scf_index_verify_ok"] == 0)
    assert indexer.metrics()["scf_index_verify_differences"] > 0

    lines = [json.loads(line) for line in indexer.log.read_text().splitlines()]
    assert {"time", "level", "logger", "message"} <= set.intersection(*map(set, lines))
    assert any(line["level"] == "error" and "participant" in line["message"] for line in lines)


def test_terminal__of_a_person__shows_how_far_it_is_and_what_is_logged(
    network: Network, sqlite_engine: Engine, deployments_file: Path
) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "indexer", "--database", str(sqlite_engine.url), "--node", network.url]
    process = subprocess.Popen(
        [*command, "--deployments", str(deployments_file)],
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "160"},
    )
    os.close(theirs)
    seen = ""
    try:
        deadline = time.monotonic() + WAIT_S
        while "caught up" not in seen:
            assert time.monotonic() < deadline, seen[-500:]
            seen += os.read(ours, 4096).decode(errors="replace")
        assert f"of {network.head():,}" in seen
        assert "events/s" in seen
        assert "following" in seen
    finally:
        process.kill()
        process.wait(WAIT_S)
        os.close(ours)


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not until():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
