"""A network of our own on a test's node: keys, deployed contracts, an outbox and a worker that goes step by step."""

import itertools
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from hardhat_free_devnet import rpc
from node_adapter import typed_data
from node_adapter.client import NodeClient
from node_adapter.db import make_engine, migrate
from node_adapter.deploy import deploy_network
from node_adapter.deployments import Deployments
from node_adapter.outbox import Call, Command, Operation, OperationState, Outbox, Worker, signature_placeholder
from node_adapter.outbox.models import Attempt
from node_adapter.signers import Keyring, Wallet, create_account

PASSPHRASE = "a passphrase of the tests"
QUICK = 2**4
"""scrypt's n for keys that guard nothing."""
HOSTED = ("deployer", "operator", "compliance", "bank", "supplier", "financier", "relay")
DEBTOR, SUPPLIER, FINANCIER, BANK = 1, 2, 4, 8
SETTLE_WAIT_S = 30.0
CHAIN_ID = 31337
DEADLINE = 4_000_000_000
NOTHING = "0x" + bytes(32).hex()

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

    def attempts(self, operation_id: str) -> list[Attempt]:
        query = select(Attempt).where(Attempt.operation_id == operation_id).order_by(Attempt.number)
        with Session(self.engine, expire_on_commit=False) as session:
            return list(session.scalars(query))

    def raw(self, operation_id: str) -> str | None:
        """The newest bytes."""
        attempts = self.attempts(operation_id)
        return attempts[-1].raw if attempts else None

    def states(self) -> dict[str, int]:
        with Session(self.engine) as session:
            found = [operation.state for operation in session.scalars(select(Operation))]
        return {state: found.count(state) for state in set(found)}

    def settle(self) -> None:
        """Rounds until nothing is on its way."""
        deadline = time.monotonic() + SETTLE_WAIT_S
        while time.monotonic() < deadline:
            moved = self.worker.step()
            if not {OperationState.PENDING, OperationState.SIGNED, OperationState.SENT} & self.states().keys():
                return
            if not moved:
                time.sleep(0.005)
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
        self.outbox = Outbox(old.engine, NodeClient(self.url, chain_id=CHAIN_ID), old.deployments, keyring)
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
    client = NodeClient(url, chain_id=CHAIN_ID)
    outbox = Outbox(engine, client, Deployments(CHAIN_ID, client.genesis_hash()), Keyring(keys, PASSPHRASE))
    network = TestNetwork(url, folder, engine, outbox, Worker(outbox), accounts)
    deploy_network(
        outbox,
        network.worker.step,
        deployer=accounts["deployer"],
        operator=accounts["operator"],
        compliance=accounts["compliance"],
        bank=accounts["bank"],
    )
    try:
        yield network
    finally:
        network.worker.close()
        network.outbox.engine.dispose()
        network.outbox.client.close()


def debtor_wallet(network: TestNetwork) -> Wallet:
    return Wallet.load(network.folder / "debtor" / "debtor.json", PASSPHRASE)


def programme(network: TestNetwork, **changes: Any) -> dict[str, Any]:
    """The debtor's terms."""
    return {
        "debtor": network.accounts["debtor"],
        "deposit_tokens": [network.outbox.deployments.address("DepositTokenCNY")],
        "minimum_piece": 100,
        "maximum_depth": 5,
        "soft_tenor_months": 6,
        "hard_tenor_months": 12,
        "refusal_hours": 48,
        "blackout_days_before": 0,
        "blackout_days_after": 3,
        "dishonour_days": 5,
        "registration_required": False,
        "late_rate_ppm": 0,
        **changes,
    }


def publication(network: TestNetwork, values: dict[str, Any]) -> Command:
    """Publishing on the debtor's signature, made already; its account sends nothing."""
    origination = network.outbox.deployments.address("Origination")
    message = typed_data.publication(CHAIN_ID, origination, values, DEADLINE)
    signature = debtor_wallet(network).sign({"type": "typed_data", "data": message})
    return network.command("relay", "Origination", "publishProgrammeBySignature", values, DEADLINE, signature)


def publish(network: TestNetwork) -> None:
    """The network's first programme, number 1. The debtor must be admitted."""
    (operation,) = network.run(publication(network, programme(network)))
    assert (operation.state, operation.error_name) == ("mined", None)


def terms(network: TestNetwork, **changes: Any) -> dict[str, Any]:
    """Of a payable that the debtor owes the supplier under programme 1: 1,000,000.00 due in 90 days."""
    today = (network.outbox.client.head().timestamp + 8 * 3600) // 86400
    return {
        "supplier": network.accounts["supplier"],
        "debtor": network.accounts["debtor"],
        "programme_id": 1,
        "face_value": 100_000_000,
        "issue_date": today,
        "due_date": today + 90,
        "invoice_fingerprint": "0x" + secrets.token_hex(32),
        "evidence_hash": "0x" + secrets.token_hex(32),
        "tenor_reason_hash": NOTHING,
        "undertaking_hash": NOTHING,
        **changes,
    }


def propose(network: TestNetwork, **changes: Any) -> tuple[str, dict[str, Any]]:
    """The payable's id, and its terms."""
    values, salt = terms(network, **changes), secrets.token_bytes(32)
    (operation,) = network.run(network.command("supplier", "Origination", "propose", salt, values))
    assert operation.state == "mined", operation.error_name
    number = network.call("Origination", "payableIdOf", network.accounts["supplier"], salt)
    return f"0x{number:056x}", values


def confirmation(network: TestNetwork, payable_id: str, values: dict[str, Any]) -> Command:
    """The debtor's confirmation, its signature still to come; the relay brings it."""
    origination = network.outbox.deployments.address("Origination")
    message = typed_data.confirmation(CHAIN_ID, origination, payable_id, values, programme(network), DEADLINE)
    return network.command(
        "relay",
        "Origination",
        "confirmBySignature",
        payable_id,
        values,
        DEADLINE,
        signature_placeholder(0),
        sign=[message],
        sign_as=network.accounts["debtor"],
    )


def anchored(network: TestNetwork) -> Counter[str]:
    """Every anchor on the chain, by hash: what happened, whatever the rows say."""
    head = network.outbox.client.head().number
    logs = network.outbox.client.logs(0, head, [network.outbox.deployments.address("Anchors")])
    return Counter(log.topics[1].hex() for log in logs)


def wait_for(condition: Any, timeout_s: float = 60.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.01)
