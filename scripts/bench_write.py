"""`scf bench write`: operations a second from accepted to mined, beside the same node fed the same calls ready-made.

A fresh node and database in a temporary folder for each case, since anvil copies its whole state at each block, so that
what is measured later would cost both sides more; nothing of a running network is touched. The peer's transactions are
of other accounts, signed beforehand and sent raw, in one batch: it keeps no record, checks nothing, and could lose or
double any of them. As anybody would send them, by nonce; for four signers also backwards, as the outbox does. Ours are
accepted in batches, by clients that do not wait for one another.
"""

import secrets
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hardhat_free_devnet import Anvil, rpc
from node_adapter.client import NodeClient
from node_adapter.db import make_engine, migrate
from node_adapter.deploy import deploy_network
from node_adapter.deployments import Deployments
from node_adapter.outbox import Call, Command, Operation, Outbox, Worker
from node_adapter.signers import Keyring, create_account
from scripts.bench_peer import DEVNET, KIND, Peer, anchoring, pause
from scripts.bench_rows import fill

OPERATIONS = 1_000
"""No more: the peer hands them over at once, and with two thousand in its pool anvil is ten times as slow."""
ALONE = 400
SIGNERS = (1, 4, 16)
SIGNATURES = 2_000
PAIRS = 5
"""Of which the medians are shown."""
ACCEPTED_AT_ONCE = 50
ROWS = 10_000_000
QUICK = 2**10
"""scrypt's n: these keys guard nothing, and unlocking is not what is measured."""
VS_NODE_MIN = 0.5
FLAT_MAX = 1.5


def run(rows: int = ROWS) -> dict[str, Any]:
    """The figures, as `scf bench NAME --json` prints them. `rows`: how many finished operations the last case has
    beside its own; ten million take some minutes to fill in, and 6 GB of disk."""
    found = []
    for signers in SIGNERS:
        with _fresh() as bench:
            found.append(bench.row(signers))
    with _fresh() as bench:
        found.append(bench.row(4, backwards=True))
    with _fresh() as bench:
        found += [bench.alone(4), bench.signing()]
    with _fresh() as bench:
        flat = bench.flatness(rows)
    vs_node = found[SIGNERS.index(4)]["ratio"]
    return {
        "name": "write",
        "rows": [*found, flat],
        "aims": [
            {"aim": "vs_node_4_signers", "value": vs_node, "wanted": VS_NODE_MIN, "met": vs_node >= VS_NODE_MIN},
            {
                "aim": f"flat_{rows // 1_000_000}m_rows" if rows >= 1_000_000 else f"flat_{rows}_rows",
                "value": flat["ratio"],
                "wanted": FLAT_MAX,
                "met": flat["ratio"] <= FLAT_MAX,
            },
        ],
    }


@contextmanager
def _fresh() -> "Iterator[_Bench]":
    with tempfile.TemporaryDirectory(prefix="scf-bench-") as folder:
        node = Anvil(Path(folder) / "node", durable=False).start()
        try:
            bench = _Bench(node.url, Path(folder))
            try:
                yield bench
            finally:
                bench.close()
        finally:
            node.kill()


class _Bench:
    def __init__(self, url: str, folder: Path) -> None:
        numbers = range(max(SIGNERS))
        authors, peers = [f"author-{i}" for i in numbers], [f"peer-{i}" for i in numbers]
        names = ["deployer", "operator", "compliance", "bank", *authors, *peers]
        keys = folder / "keys"
        accounts = {name: create_account(keys, name, "benchmark", work_factor=QUICK) for name in names}
        for address in accounts.values():
            rpc(url, "anvil_setBalance", address, hex(10**24))
        self._path = folder / "bench.sqlite3"
        self._engine = make_engine(f"sqlite:///{self._path}")
        migrate(self._engine, "node_adapter")
        self._client = NodeClient(url, chain_id=DEVNET)
        deployments = Deployments(DEVNET, self._client.genesis_hash())
        self._keyring = Keyring(keys, "benchmark")
        self._outbox = Outbox(self._engine, self._client, deployments, self._keyring)
        worker = Worker(self._outbox)
        parties: Any = {name: accounts[name] for name in ("deployer", "operator", "compliance", "bank")}
        deploy_network(self._outbox, worker.step, **parties)
        self._anchors_address = self._outbox.deployments.address("Anchors")
        self._peer = Peer(self._client, self._keyring, self._anchors_address)
        self._authors = [accounts[name] for name in authors]
        self._peers = [accounts[name] for name in peers]
        worker.close()
        self._start()
        admissions = [
            self._command(accounts["operator"], Call("Participants", "admit", [account, 2, KIND]))
            for account in [*self._authors, *self._peers]
        ]
        self._through_outbox(admissions)
        self._through_outbox(self._anchors(self._authors))  # unlocks the keys, warms every path

    def close(self) -> None:
        self._end()
        self._engine.dispose()
        self._client.close()

    def row(self, signers: int, *, backwards: bool = False) -> dict[str, Any]:
        """Ours and the peer in turn, PAIRS times: on a shared machine one second is not like the next."""
        authors = [self._authors[i % signers] for i in range(OPERATIONS)]
        ours, peers, p50, p99 = [], [], [], []
        for _ in range(PAIRS):
            took_s, latencies = self._through_outbox(self._anchors(authors))
            ours.append(OPERATIONS / took_s)
            p50.append(latencies[0])
            p99.append(latencies[1])
            fed = [self._peers[i % signers] for i in range(OPERATIONS)]
            peers.append(OPERATIONS / self._peer.feed(fed, backwards=backwards))
        shown = f"p50 {median(p50) * 1000:.0f} ms, p99 {median(p99) * 1000:.0f} ms from accepted to mined"
        case = f"{signers} signer{'s' if signers > 1 else ''}: {shown}"
        peer_is = "the same, fed backwards" if backwards else "the node alone, pre-signed"
        found = _row(case, median(ours), median(peers), "operations/s", peer_is)
        return found | {"ratio": round(median(o / p for o, p in zip(ours, peers, strict=True)), 2)}

    def alone(self, signers: int) -> dict[str, Any]:
        """Each committed alone and for good before the next: as HTTP requests of one client come."""
        authors = [self._authors[i % signers] for i in range(ALONE)]
        ours = ALONE / self._through_outbox(self._anchors(authors), at_once=1)[0]
        peer = ALONE / self._peer.feed([self._peers[i % signers] for i in range(ALONE)])
        return _row(
            f"{signers} signers, each committed alone", ours, peer, "operations/s", "the node alone, pre-signed"
        )

    def signing(self) -> dict[str, Any]:
        """One key, 2,000 transactions of the same call, without storing or sending; the peer is eth_account."""
        from eth_account import Account

        author = self._authors[0]
        transactions = [anchoring(self._anchors_address, nonce) for nonce in range(SIGNATURES)]
        started = time.perf_counter()
        for transaction in transactions:
            self._keyring.sign_transaction(author, transaction)
        ours = SIGNATURES / (time.perf_counter() - started)
        account = Account.create()
        fields = [{k: v for k, v in t.to_json(author).items() if k != "from"} for t in transactions]
        started = time.perf_counter()
        for entry in fields:
            account.sign_transaction(entry)
        peer = SIGNATURES / (time.perf_counter() - started)
        return _row("signing alone", ours, peer, "signatures/s", "eth_account")

    def flatness(self, rows: int) -> dict[str, Any]:
        """Cost of an operation with `rows` finished ones in the table, over that with ten; each the better of two."""
        self._end()
        with self._engine.begin() as connection:
            for table in ("attempt", "operation"):
                connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 -- two names, above
        costs = []
        for count in (10, rows):
            self._engine.dispose()
            fill(self._path, count)
            self._start()
            authors = [self._authors[i % 4] for i in range(OPERATIONS)]
            self._through_outbox(self._anchors(authors[: OPERATIONS // 4]))
            costs.append(min(self._through_outbox(self._anchors(authors))[0] for _ in range(2)) / OPERATIONS)
            self._end()
        self._start()
        case = f"cost of an operation at {rows:,} rows"
        found = _row(case, costs[1] * 1e6, costs[0] * 1e6, "µs", "at 10 rows")
        return found | {"ratio": round(costs[1] / costs[0], 2)}

    def _start(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=Worker(self._outbox).run, args=(self._stop,))
        self._thread.start()

    def _end(self) -> None:
        self._stop.set()
        self._outbox.wake()
        self._thread.join()

    def _through_outbox(
        self, commands: Sequence[Command], *, at_once: int = ACCEPTED_AT_ONCE
    ) -> tuple[float, tuple[float, float]]:
        """Seconds from the first acceptance to the last receipt stored; median and 99th percentile of each one's.

        An operation counts as mined when all that were accepted before it are, too: an upper bound of its time.
        """
        with self._engine.connect() as connection:
            last = connection.scalar(select(func.max(Operation.sequence))) or 0
        started = time.perf_counter()
        accepted: list[tuple[int, float]] = []
        done = threading.Event()
        mined: list[tuple[int, float]] = []
        watch = threading.Thread(target=self._watch, args=(mined, accepted, done, len(commands), started))
        watch.start()
        try:
            for first in range(0, len(commands), at_once):
                some = commands[first : first + at_once]
                with Session(self._engine) as session, session.begin():
                    self._outbox.accept_all(session, some)
                self._outbox.wake()
                accepted_at = time.perf_counter()
                accepted += [(last + first + place, accepted_at) for place in range(1, len(some) + 1)]
        finally:
            done.set()
            watch.join()
        times: list[float] = []
        at = 0
        for sequence, accepted_at in accepted:
            while mined[at][0] <= sequence:
                at += 1
            times.append(max(0.0, mined[at][1] - accepted_at))
        times.sort()
        return mined[-1][1] - started, (times[len(times) // 2], times[len(times) * 99 // 100])

    def _watch(
        self,
        mined: list[tuple[int, float]],
        accepted: Sequence[tuple[int, float]],
        done: threading.Event,
        count: int,
        started: float,
    ) -> None:
        """Notes how far all is mined, until everything is. By the driver alone, as another process would look: what is
        measured shares the interpreter with this. The plus keeps SQLite from walking all that is finished."""
        query = (
            "SELECT (SELECT max(sequence) FROM operation), "
            "(SELECT min(+sequence) FROM operation WHERE state IN ('pending', 'signed', 'sent'))"
        )
        with closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
            while True:
                ended = done.is_set()
                complete = ended and len(accepted) == count
                top, waiting = connection.execute(query).fetchone()
                mined.append(((top or 0) + 1 if waiting is None else waiting, time.perf_counter()))
                if (complete and waiting is None) or (ended and not complete):
                    return
                pause(started)

    def _anchors(self, authors: Sequence[str]) -> list[Command]:
        return [
            self._command(author, Call("Anchors", "anchor", ["0x" + secrets.token_hex(32), KIND])) for author in authors
        ]

    def _command(self, sender: str, call: Call) -> Command:
        key = secrets.token_hex(16)
        return Command("benchmark", key, key, "benchmark", call=call, sender=sender)


def _row(case: str, ours: float, peer: float, unit: str, peer_is: str) -> dict[str, Any]:
    return {
        "case": case,
        "ours": round(ours),
        "peer": round(peer),
        "peer_is": peer_is,
        "unit": unit,
        "ratio": round(ours / peer, 2),
    }


if __name__ == "__main__":
    import json

    print(json.dumps(run(), indent=2))
