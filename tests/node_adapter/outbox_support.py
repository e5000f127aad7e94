"""A network of our own on a test's node: keys, deployed contracts, an outbox and a worker that goes step by step."""

import itertools
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from hardhat_free_devnet import rpc
from node_adapter.client import NodeClient
from node_adapter.db import make_engine, migrate
from node_adapter.deploy import deploy_network
from node_adapter.deployments import Deployments
from node_adapter.keyring import Keyring, create_account
from node_adapter.outbox import Call, Command, Operation, OperationState, Outbox, Worker

PASSPHRASE = "a passphrase of the tests"
QUICK = 2**4
"""scrypt's n for keys that guard nothing."""
HOSTED = ("deployer", "operator", "bank", "supplier", "financier", "relay")
DEBTOR, SUPPLIER, FINANCIER, BANK = 1, 2, 4, 8
ROUNDS_MAX = 400

_keys = itertools.count()


@dataclass
class TestNetwork:
    __test__ = False

    url: str
    folder: Path
    engine: Engine
    outbox: Outbox
    worker: Worker
    accounts: dict[str, str]

    def command(self, sender: str, instance: str, function: str, *args: Any, **more: Any) -> Command:
        key = more.pop("key", f"k{next(_keys)}")
        return Command(
            organisation=more.pop("organisation", sender),
            idempotency_key=key,
            request_hash=more.pop("request_hash", key),
            kind=f"{instance}.{function}",
            call=Call(instance, function, list(args)),
            sender=self.accounts[sender],
            **more,
        )

    def accept(self, *commands: Command) -> list[str]:
        with Session(self.outbox.engine) as session, session.begin():
            return [self.outbox.accept(session, command).id for command in commands]

    def operation(self, operation_id: str) -> Operation:
        with Session(self.engine, expire_on_commit=False) as session:
            return session.get_one(Operation, operation_id)

    def states(self) -> dict[str, int]:
        with Session(self.engine) as session:
            found = [operation.state for operation in session.scalars(select(Operation))]
        return {state: found.count(state) for state in set(found)}

    def settle(self) -> None:
        """Rounds until nothing is on its way."""
        for _ in range(ROUNDS_MAX):
            self.worker.step()
            if not {OperationState.PENDING, OperationState.SIGNED, OperationState.SENT} & self.states().keys():
                return
        raise AssertionError(f"the outbox does not come to rest: {self.states()}")

    def run(self, *commands: Command) -> list[Operation]:
        ids = self.accept(*commands)
        self.settle()
        return [self.operation(operation_id) for operation_id in ids]

    def restart(self) -> None:
        """As after a kill: a new outbox and worker, with nothing but the rows."""
        self.worker.close()
        old = self.outbox
        keyring = Keyring(self.folder / "keys", PASSPHRASE)
        self.outbox = Outbox(old.engine, NodeClient(self.url, chain_id=31337), old.deployments, keyring)
        self.worker = Worker(self.outbox)

    def call(self, instance: str, function: str, *args: Any) -> Any:
        deployed = self.outbox.deployments[instance]
        return self.outbox.client.call(deployed.contract, deployed.address, function, *args)

    def rpc(self, method: str, *params: Any) -> Any:
        return rpc(self.url, method, *params)

    def anchor(self, sender: str, text: bytes | None = None) -> Command:
        return self.command(sender, "Anchors", "anchor", text or secrets.token_bytes(32), b"test".ljust(32, b"\0"))

    def admit(self, name: str, roles: int) -> Command:
        return self.command("operator", "Participants", "admit", self.accounts[name], roles, b"\1" * 32)


def fund(url: str, *addresses: str) -> None:
    for address in addresses:
        rpc(url, "anvil_setBalance", address, hex(10**24))


@contextmanager
def make_network(url: str, folder: Path, database: str | None = None) -> Iterator[TestNetwork]:
    """Keys, an empty database and the deployed contracts; nobody is admitted yet."""
    keys = folder / "keys"
    accounts = {name: create_account(keys, name, PASSPHRASE, work_factor=QUICK) for name in HOSTED}
    accounts["debtor"] = create_account(folder / "debtor", "debtor", PASSPHRASE, work_factor=QUICK)
    fund(url, *accounts.values())
    engine = make_engine(database or f"sqlite:///{folder}/scf.sqlite3")
    migrate(engine, "node_adapter")
    client = NodeClient(url, chain_id=31337)
    outbox = Outbox(engine, client, Deployments(31337, client.genesis_hash()), Keyring(keys, PASSPHRASE))
    network = TestNetwork(url, folder, engine, outbox, Worker(outbox), accounts)
    deploy_network(
        outbox,
        network.worker.step,
        deployer=accounts["deployer"],
        operator=accounts["operator"],
        bank=accounts["bank"],
    )
    try:
        yield network
    finally:
        network.worker.close()
        network.outbox.engine.dispose()
        network.outbox.client.close()


def terms(network: TestNetwork, **changes: Any) -> dict[str, Any]:
    """Of a payable that the debtor owes the supplier: 1,000,000.00 due in 90 days."""
    today = (network.outbox.client.head().timestamp + 8 * 3600) // 86400
    return {
        "supplier": network.accounts["supplier"],
        "debtor": network.accounts["debtor"],
        "deposit_token": network.outbox.deployments.address("DepositTokenCNY"),
        "face_value": 100_000_000,
        "minimum_piece": 100,
        "issue_date": today,
        "due_date": today + 90,
        "maximum_depth": 5,
        "invoice_fingerprint": "0x" + secrets.token_hex(32),
        "evidence_hash": "0x" + secrets.token_hex(32),
        **changes,
    }
