"""`scf bench write`: operations a second from accepted to mined, beside the same node fed the same calls ready-made.

A fresh node and database in a temporary folder; nothing of a running network is touched. The peer's transactions are
signed beforehand and sent raw, in batches: it keeps no record, checks nothing, and could lose or double any of them.
"""

import secrets
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hardhat_free_devnet import Anvil, rpc
from node_adapter.client import NodeClient
from node_adapter.codec import encode_call
from node_adapter.db import make_engine, migrate, read_only
from node_adapter.deploy import deploy_network
from node_adapter.deployments import Deployments
from node_adapter.outbox import Call, Command, Operation, OperationState, Outbox, Worker
from node_adapter.signers import Keyring, create_account
from node_adapter.transactions import Transaction

OPERATIONS = 400
SIGNERS = 4
SIGNATURES = 2_000
KIND = "0x" + b"benchmark".ljust(32, b"\0").hex()
QUICK = 2**10
"""scrypt's n: these keys guard nothing, and unlocking is not what is measured."""
TIMEOUT_S = 120.0
DEVNET = 31_337


def run() -> dict[str, Any]:
    """The figures, as `scf bench NAME --json` prints them. Takes some 15 s."""
    with tempfile.TemporaryDirectory(prefix="scf-bench-") as folder:
        node = Anvil(Path(folder) / "node", durable=False).start()
        try:
            bench = _Bench(node.url, Path(folder))
            try:
                rows = [
                    bench.row("1 signer, each committed alone", 1, alone=True),
                    bench.row(f"{SIGNERS} signers, each committed alone", SIGNERS, alone=True),
                    bench.row("1 signer, accepted together", 1, alone=False),
                    bench.row(f"{SIGNERS} signers, accepted together", SIGNERS, alone=False),
                    bench.signing(),
                ]
            finally:
                bench.close()
        finally:
            node.kill()
    return {"name": "write", "rows": rows, "aims": []}


class _Bench:
    def __init__(self, url: str, folder: Path) -> None:
        names = ["deployer", "operator", "compliance", "bank", *(f"author-{i}" for i in range(SIGNERS))]
        keys = folder / "keys"
        self._accounts = {name: create_account(keys, name, "benchmark", work_factor=QUICK) for name in names}
        for address in self._accounts.values():
            rpc(url, "anvil_setBalance", address, hex(10**24))
        self._engine = make_engine(f"sqlite:///{folder}/bench.sqlite3")
        migrate(self._engine, "node_adapter")
        self._client = NodeClient(url, chain_id=DEVNET)
        deployments = Deployments(DEVNET, self._client.genesis_hash())
        self._keyring = Keyring(keys, "benchmark")
        self._outbox = Outbox(self._engine, self._client, deployments, self._keyring)
        worker = Worker(self._outbox)
        parties = (self._accounts[name] for name in ("deployer", "operator", "compliance", "bank"))
        deployer, operator, compliance, bank = parties
        deploy_network(
            self._outbox, worker.step, deployer=deployer, operator=operator, compliance=compliance, bank=bank
        )
        self._authors = [self._accounts[f"author-{i}"] for i in range(SIGNERS)]
        self._stop = threading.Event()
        worker.close()
        self._thread = threading.Thread(target=worker.run, args=(self._stop,))
        self._thread.start()
        admissions = [
            self._command(self._accounts["operator"], Call("Participants", "admit", [author, 2, KIND]))
            for author in self._authors
        ]
        self._through_outbox(admissions, alone=False)
        self._through_outbox(self._anchors(self._authors), alone=False)  # unlocks the keys, warms every path

    def close(self) -> None:
        self._stop.set()
        self._outbox.wake()
        self._thread.join()
        self._engine.dispose()
        self._client.close()

    def row(self, case: str, signers: int, *, alone: bool) -> dict[str, Any]:
        authors = [self._authors[i % signers] for i in range(OPERATIONS)]
        ours = OPERATIONS / self._through_outbox(self._anchors(authors), alone=alone)
        peer = OPERATIONS / self._raw(authors)
        return _row(case, ours, peer, "operations/s")

    def signing(self) -> dict[str, Any]:
        """One key, 2,000 transactions of the same call, without storing or sending; the peer is eth_account."""
        from eth_account import Account

        author = self._authors[0]
        transactions = [self._transaction(author, nonce) for nonce in range(SIGNATURES)]
        started = time.perf_counter()
        for transaction in transactions:
            self._keyring.sign_transaction(author, transaction)
        ours = SIGNATURES / (time.perf_counter() - started)
        account = Account.create()
        fields = [{k: v for k, v in t.to_json(author).items() if k != "from"} for t in transactions]
        started = time.perf_counter()
        for entry in fields:
            account.sign_transaction(entry)
        return _row("signing alone", ours, SIGNATURES / (time.perf_counter() - started), "signatures/s")

    def _through_outbox(self, commands: Sequence[Command], *, alone: bool) -> float:
        """Seconds from the first acceptance to the last receipt stored."""
        started = time.perf_counter()
        for batch in [[command] for command in commands] if alone else [commands]:
            with Session(self._engine) as session, session.begin():
                for command in batch:
                    self._outbox.accept(session, command)
            self._outbox.wake()
        unfinished = select(func.count()).where(Operation.state != OperationState.MINED)
        while True:
            with read_only(self._engine).connect() as connection:
                if connection.scalar(unfinished) == 0:
                    return time.perf_counter() - started
            _pause(started)

    def _raw(self, authors: Sequence[str]) -> float:
        """Seconds from the first byte sent to the last receipt seen, for transactions signed before."""
        nonces = self._client.nonces(sorted(set(authors)))
        raws, hashes = [], []
        for author in authors:
            signed = self._keyring.sign_transaction(author, self._transaction(author, nonces[author]))
            nonces[author] += 1
            raws.append(signed.raw)
            hashes.append(signed.tx_hash)
        started = time.perf_counter()
        self._client.send_raw_many(raws)
        while hashes:
            receipts = self._client.receipts(hashes)
            hashes = [tx_hash for tx_hash, receipt in zip(hashes, receipts, strict=True) if receipt is None]
            _pause(started)
        return time.perf_counter() - started

    def _transaction(self, author: str, nonce: int) -> Transaction:
        return Transaction(
            chain_id=DEVNET,
            nonce=nonce,
            max_priority_fee_per_gas=0,
            max_fee_per_gas=10**10,
            gas=150_000,
            to=self._outbox.deployments.address("Anchors"),
            data=encode_call("Anchors", "anchor", ["0x" + secrets.token_hex(32), KIND]),
        )

    def _anchors(self, authors: Sequence[str]) -> list[Command]:
        return [
            self._command(author, Call("Anchors", "anchor", ["0x" + secrets.token_hex(32), KIND])) for author in authors
        ]

    def _command(self, sender: str, call: Call) -> Command:
        key = secrets.token_hex(16)
        return Command("benchmark", key, key, "benchmark", call=call, sender=sender)


def _row(case: str, ours: float, peer: float, unit: str) -> dict[str, Any]:
    return {"case": case, "ours": round(ours), "peer": round(peer), "unit": unit, "ratio": round(ours / peer, 2)}


def _pause(started: float) -> None:
    if time.perf_counter() - started > TIMEOUT_S:
        raise TimeoutError(f"not mined within {TIMEOUT_S:.0f} s")
    time.sleep(0.005)


if __name__ == "__main__":
    import json

    print(json.dumps(run(), indent=2))
