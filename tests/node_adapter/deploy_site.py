"""A deployment that is killed after any step and begun again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from node_adapter.client import NodeClient
from node_adapter.db import make_engine, migrate
from node_adapter.deploy import Beside, deploy_beside, deploy_network
from node_adapter.deployments import Deployments
from node_adapter.outbox import Outbox, Worker
from node_adapter.signers import Keyring, create_account
from tests.node_adapter.outbox_support import PASSPHRASE, QUICK, fund


class Killed(BaseException):
    """As kill -9: nothing may catch it."""


class Site:
    """A place to deploy from, again and again, each time by a new process."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        names = ("deployer", "operator", "compliance", "bank")
        self.accounts = {n: create_account(folder / "keys", n, PASSPHRASE, work_factor=QUICK) for n in names}
        fund(url, *self.accounts.values())
        self.engine = make_engine(f"sqlite:///{folder}/scf.sqlite3")
        migrate(self.engine, "node_adapter")
        self.client = NodeClient(url, chain_id=31337)

    def deploy(self, *, killed_after_steps: int | None = None, bank: str | None = None, **more: Any) -> Deployments:
        outbox = Outbox(
            self.engine,
            self.client,
            Deployments(31337, self.client.genesis_hash()),
            Keyring(self.folder / "keys", PASSPHRASE),
        )
        worker = Worker(outbox)
        try:
            return deploy_network(
                outbox,
                _until_killed(worker, killed_after_steps),
                deployer=self.accounts["deployer"],
                operator=self.accounts["operator"],
                compliance=self.accounts["compliance"],
                bank=bank or self.accounts["bank"],
                **more,
            )
        finally:
            worker._leases.release()

    def deploy_beside(self, killed_after_steps: int | None = None) -> Beside:
        file = self.folder / "deployments.json"
        known = Deployments.load(file)
        outbox = Outbox(self.engine, self.client, known, Keyring(self.folder / "keys", PASSPHRASE))
        worker = Worker(outbox)
        try:
            return deploy_beside(
                outbox,
                _until_killed(worker, killed_after_steps),
                deployer=self.accounts["deployer"],
                save=lambda made: made.save(file),
            )
        finally:
            worker._leases.release()

    def nonces(self) -> dict[str, int]:
        return {name: self.client.nonce(address) for name, address in self.accounts.items()}


def _until_killed(worker: Worker, killed_after_steps: int | None) -> Callable[[], bool]:
    steps = 0

    def step() -> bool:
        nonlocal steps
        if steps == killed_after_steps:
            raise Killed
        steps += 1
        return worker.step()

    return step
