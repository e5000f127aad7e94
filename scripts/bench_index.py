"""`scf bench index`: events a second of a fresh index, beside a raw fetch-and-insert of the same logs.

A fresh node in a temporary folder; nothing of a running network is touched. The peer asks the same node for the same
logs and puts them undecoded into one SQLite table, in a transaction for each range: it follows no block,
checks and folds nothing, and could lose any of them. What remains of the time is the node's own.
"""

import json
import secrets
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from hardhat_free_devnet import Anvil, rpc
from indexer.events import Decoder
from indexer.follow import Follower
from indexer.models import ChainEvent, table_of
from indexer.proof.roots import Roots
from indexer.verify import verify
from node_adapter.client import NodeClient
from node_adapter.codec import encode_call
from node_adapter.db import make_engine, migrate
from node_adapter.deploy import deploy_network
from node_adapter.deployments import Deployments
from node_adapter.networks import by_chain_id
from node_adapter.outbox import Outbox, Worker
from node_adapter.signers import Keyring, create_account

ANCHORS = 1_000
CREDITS = 1_000
PAYABLES = 20
SPLITS = 6
"""Of each payable, into PARTS each."""
PARTS = 20
RUNS = 3
RANGE_BLOCKS = 1_000
DEVNET = 31_337
GAS = 6_000_000
QUICK = 2**10
"""scrypt's n: these keys guard nothing."""
MINED_TIMEOUT_S = 60.0
REST_S = 0.3
"""A node that mines nothing for so long has nothing left to mine."""
WORD = "0x" + b"benchmark".ljust(32, b"\0").hex()
NOTHING = "0x" + bytes(32).hex()


def run() -> dict[str, Any]:
    """The figures, as `scf bench NAME --json` prints them: medians of RUNS runs. Takes some 30 s."""
    with tempfile.TemporaryDirectory(prefix="scf-bench-") as name:
        folder = Path(name)
        node = Anvil(folder / "node", durable=False).start()
        client = NodeClient(node.url, chain_id=DEVNET, network=by_chain_id(DEVNET))
        try:
            deployments = _Chain(node.url, client, folder).build()
            rows = _measure(client, deployments, folder)
        finally:
            client.close()
            node.kill()
    return {"name": "index", "rows": rows, "aims": []}


def _measure(client: NodeClient, deployments: Deployments, folder: Path) -> list[dict[str, Any]]:
    ours, raw, checked, rooted = [], [], [], []
    logs = events = 0
    for number in range(RUNS):
        database = folder / f"index-{number}.sqlite3"
        ours.append(_seconds(lambda database=database: _index(client, deployments, database)))  # type: ignore[misc]
        raw.append(_seconds(lambda number=number: _fetch(client, deployments, folder / f"raw-{number}")))  # type: ignore[misc]
        rooted.append(_seconds(lambda database=database: _root(client, deployments, database)))  # type: ignore[misc]
        checked.append(_seconds(lambda database=database: _verify(client, deployments, database)))  # type: ignore[misc]
        logs, events = _counted(database)
    index_s, raw_s, verify_s, roots_s = (statistics.median(times) for times in (ours, raw, checked, rooted))
    return [
        _row(f"fresh index, {logs} logs", logs / index_s, logs / raw_s, "logs/s"),
        _row(f"fresh index, {events} business events", events / index_s, events / raw_s, "events/s"),
        _row("state roots, behind the index", events / roots_s, events / index_s, "events/s"),
        _row("verify, everything", events / verify_s, None, "events/s"),
    ]


def _index(client: NodeClient, deployments: Deployments, database: Path) -> None:
    engine = make_engine(f"sqlite:///{database}")
    migrate(engine, "indexer")
    follower = Follower(engine, client, Decoder(deployments))
    follower.pin()
    follower.catch_up()
    engine.dispose()


def _root(client: NodeClient, deployments: Deployments, database: Path) -> None:
    """As the indexer does when it has nothing else to do."""
    engine = make_engine(f"sqlite:///{database}")
    roots = Roots(engine, Decoder(deployments))
    newest = client.head().number
    while roots.step(newest):
        pass
    engine.dispose()


def _fetch(client: NodeClient, deployments: Deployments, database: Path) -> None:
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(
        "CREATE TABLE log (block_hash, log_index, block_number, tx_hash, tx_index, address, topics, data)"
    )
    addresses = [deployed.address for deployed in deployments.contracts.values()]
    newest = client.head().number
    for first in range(1, newest + 1, RANGE_BLOCKS):
        last = min(first + RANGE_BLOCKS - 1, newest)
        question = {"fromBlock": hex(first), "toBlock": hex(last), "address": addresses}
        rows = [
            (
                log["blockHash"],
                int(log["logIndex"], 16),
                int(log["blockNumber"], 16),
                log["transactionHash"],
                int(log["transactionIndex"], 16),
                log["address"],
                json.dumps(log["topics"]),
                log["data"],
            )
            for log in client.rpc("eth_getLogs", question)
        ]
        with connection:
            connection.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    connection.close()


def _verify(client: NodeClient, deployments: Deployments, database: Path) -> None:
    engine = make_engine(f"sqlite:///{database}")
    report = verify(engine, client, deployments)
    engine.dispose()
    if not report.ok:
        raise AssertionError(f"the index differs from the chain: {report.differences[:3]}")


def _counted(database: Path) -> tuple[int, int]:
    engine = make_engine(f"sqlite:///{database}")
    event = table_of(ChainEvent)
    with engine.connect() as connection:
        logs = connection.execute(select(func.count()).select_from(event)).scalar_one()
        business = connection.execute(select(func.count()).where(event.c.business)).scalar_one()
    engine.dispose()
    return logs, business


class _Chain:
    """A chain with some thousand business events, each party impersonated: nothing is signed but the deployment."""

    def __init__(self, url: str, client: NodeClient, folder: Path) -> None:
        names = ("deployer", "operator", "compliance", "bank", "core", "supplier", "holder")
        self._url, self._client, self._folder = url, client, folder
        self._at = {name: create_account(folder / "keys", name, "benchmark", work_factor=QUICK) for name in names}
        for address in self._at.values():
            rpc(url, "anvil_setBalance", address, hex(10**24))
        self._deployments = Deployments(DEVNET, client.genesis_hash())
        self._nonces: dict[str, int] = {}
        self._sent: list[str] = []

    def build(self) -> Deployments:
        self._deployments = self._deploy()
        rpc(self._url, "anvil_autoImpersonateAccount", True)
        for name, role in (("bank", 8), ("core", 1), ("supplier", 2), ("holder", 2)):
            self._send("operator", "Participants", "admit", self._at[name], role, WORD)
        self._send("core", "Origination", "publishProgramme", self._programme())
        payables = dict(self._propose() for _ in range(PAYABLES))
        self._mine_all(self._sent)
        for payable_id, terms in payables.items():
            self._send("core", "Origination", "confirm", payable_id, terms)
        for _ in range(ANCHORS):
            self._send("supplier", "Anchors", "anchor", _random(), WORD)
        for _ in range(CREDITS):
            self._send("bank", "DepositTokenCNY", "credit", self._at["core"], 100, _random())
        self._mine_all(self._sent)
        parts = [{"to": self._at["holder"], "value": 10, "recourse": False} for _ in range(PARTS)]
        for payable_id in payables:
            for _ in range(SPLITS):
                self._send("supplier", "Receivables", "split", f"{payable_id}00000001", parts)
        self._mine_all(self._sent)
        return self._deployments

    def _deploy(self) -> Deployments:
        engine = make_engine(f"sqlite:///{self._folder}/outbox.sqlite3")
        migrate(engine, "node_adapter")
        keyring = Keyring(self._folder / "keys", "benchmark")
        outbox = Outbox(engine, self._client, self._deployments, keyring)
        worker = Worker(outbox)
        parties = (self._at[name] for name in ("deployer", "operator", "compliance", "bank"))
        deployer, operator, compliance, bank = parties
        deployments = deploy_network(
            outbox, worker.step, deployer=deployer, operator=operator, compliance=compliance, bank=bank
        )
        worker.close()
        engine.dispose()
        return deployments

    def _programme(self) -> dict[str, Any]:
        return {
            "debtor": self._at["core"],
            "deposit_tokens": [self._deployments.address("DepositTokenCNY")],
            "minimum_piece": 1,
            "maximum_depth": 5,
            "soft_tenor_months": 6,
            "hard_tenor_months": 12,
            "refusal_hours": 0,
            "blackout_days_before": 0,
            "blackout_days_after": 0,
            "dishonour_days": 3,
            "registration_required": False,
            "late_rate_ppm": 0,
        }

    def _propose(self) -> tuple[str, dict[str, Any]]:
        """The payable and its terms. The network's first programme has number 1."""
        today = (self._client.head().timestamp + 8 * 3_600) // 86_400
        salt = _random()
        terms = {
            "supplier": self._at["supplier"],
            "debtor": self._at["core"],
            "programme_id": 1,
            "face_value": 1_000_000,
            "issue_date": today,
            "due_date": today + 90,
            "invoice_fingerprint": _random(),
            "evidence_hash": WORD,
            "tenor_reason_hash": NOTHING,
            "undertaking_hash": NOTHING,
        }
        origination = self._deployments.address("Origination")
        number = self._client.call("Origination", origination, "payableIdOf", self._at["supplier"], salt)
        self._send("supplier", "Origination", "propose", salt, terms)
        return f"0x{number:056x}", terms

    def _send(self, party: str, instance: str, function: str, *args: Any) -> None:
        deployed = self._deployments[instance]
        data = "0x" + encode_call(deployed.contract, function, args).hex()
        sender = self._at[party]
        # The node's own counting loses its place when transactions come faster than blocks.
        nonce = self._nonces[sender] if sender in self._nonces else self._client.nonce(sender)
        self._nonces[sender] = nonce + 1
        sent = {"from": sender, "to": deployed.address, "data": data, "gas": hex(GAS), "nonce": hex(nonce)}
        self._sent.append(str(rpc(self._url, "eth_sendTransaction", sent)))

    def _mine_all(self, tx_hashes: Sequence[str]) -> None:
        """Returns when all are mined, and the node is at rest. Raises where one was refused."""
        deadline = time.monotonic() + MINED_TIMEOUT_S
        seen = -1
        while rpc(self._url, "txpool_status")["pending"] != "0x0" or self._client.head().number != seen:
            if time.monotonic() > deadline:
                raise TimeoutError(f"not mined within {MINED_TIMEOUT_S:.0f} s")
            # What did not fit into a block waits for the next transaction, and there is none after the last.
            rpc(self._url, "evm_mine")
            seen = self._client.head().number
            time.sleep(REST_S)
        refused = [receipt for receipt in self._client.receipts(tx_hashes) if receipt is None or receipt.status != 1]
        if refused:
            raise AssertionError(f"{len(refused)} of the benchmark's own transactions were refused")


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _random() -> str:
    return "0x" + secrets.token_hex(32)


def _row(case: str, ours: float, peer: float | None, unit: str) -> dict[str, Any]:
    ratio = None if peer is None else round(ours / peer, 2)
    return {
        "case": case,
        "ours": round(ours),
        "peer": None if peer is None else round(peer),
        "unit": unit,
        "ratio": ratio,
    }


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
