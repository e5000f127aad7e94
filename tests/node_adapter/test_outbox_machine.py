"""Any interleaving of commands, crashes, blocks and reorganisations: chain and outbox end telling the same story."""

import contextlib
import secrets
import shutil
import sqlite3
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from node_adapter.db import make_engine
from node_adapter.outbox import Operation, Outbox, Worker, desk
from node_adapter.outbox.commands import ActImpossible
from node_adapter.outbox.models import Attempt, ChainView
from tests.node_adapter.outbox_support import TestNetwork, anchored

pytestmark = [pytest.mark.devnet, pytest.mark.slow, pytest.mark.timeout(600)]
KIND = b"test".ljust(32, b"\0")
SENDERS = st.sampled_from(("supplier", "bank"))
SUBJECTS = st.sampled_from((None, "one payable"))


class Machine(RuleBasedStateMachine):
    network: TestNetwork
    """Set by the test; each run works on a copy of its database, and puts the chain back at its end."""

    def __init__(self) -> None:
        super().__init__()
        network = self.network
        self.start = network.rpc("evm_snapshot")
        network.rpc("evm_setAutomine", False)
        self.path = network.folder / f"run-{secrets.token_hex(4)}.sqlite3"
        shutil.copy(network.folder / "scf.sqlite3", self.path)
        self.net = TestNetwork(
            network.url, network.folder, make_engine(f"sqlite:///{self.path}"), network.outbox, network.worker, {}
        )
        self.net.accounts = network.accounts
        self.crash()
        self.accepted: dict[str, str] = {}
        self.cancelled: set[str] = set()
        self.checkpoint: str | None = None

    @rule()
    def crash(self) -> None:
        """The worker is gone, with all that it had in memory."""
        old = self.network.outbox
        if self.net.worker is not self.network.worker:
            self.net.worker._leases.release()
        self.net.outbox = Outbox(self.net.engine, old.client, old.deployments, old.keyring)
        self.net.worker = Worker(self.net.outbox)

    @rule(sender=SENDERS, subject=SUBJECTS)
    def accept(self, sender: str, subject: str | None) -> None:
        text = secrets.token_bytes(32)
        command = self.net.command(sender, "Anchors", "anchor", text, KIND, subject=subject)
        (operation_id,) = self.net.accept(command)
        self.accepted[operation_id] = text.hex()

    @rule()
    def round(self) -> None:
        self.net.worker.step()

    @rule()
    def sign_and_die(self) -> None:
        """Bytes are stored, and never sent by the worker that made them."""
        self.net.worker.step()
        if self._view().recoverer is None:
            self.net.worker.sign()
        self.crash()

    @rule()
    def block(self) -> None:
        self.net.rpc("evm_mine")

    @rule()
    def node_forgets_its_pool(self) -> None:
        self.net.rpc("anvil_dropAllTransactions")

    @precondition(lambda self: self.checkpoint is None)
    @rule()
    def remember(self) -> None:
        self.checkpoint = self.net.rpc("evm_snapshot")

    @precondition(lambda self: self.checkpoint is not None)
    @rule()
    def fall_back(self) -> None:
        """All blocks since `remember` are gone, and other ones come."""
        assert self.net.rpc("evm_revert", self.checkpoint)
        self.checkpoint = None
        self.net.rpc("evm_mine")

    @precondition(lambda self: bool(self.accepted))
    @rule(data=st.data(), act=st.sampled_from(("cancel", "replace", "retry")))
    def operator(self, data: Any, act: str) -> None:
        operation_id = data.draw(st.sampled_from(sorted(self.accepted)))
        try:
            getattr(desk, act)(self.net.engine, operation_id)
        except ActImpossible:
            return
        if act == "cancel":
            self.cancelled.add(operation_id)

    def teardown(self) -> None:
        try:
            self.crash()
            self.net.rpc("evm_setAutomine", True)
            self.net.rpc("evm_mine")
            self.net.settle()
            self.check()
        finally:
            self.net.worker._leases.release()
            self.net.engine.dispose()
            assert self.network.rpc("evm_revert", self.start)

    def check(self) -> None:
        found = anchored(self.net)
        with Session(self.net.engine, expire_on_commit=False) as session:
            rows = {row.id: row for row in session.scalars(select(Operation))}
            hashes = {(a.operation_id, a.tx_hash) for a in session.scalars(select(Attempt))}
        for operation_id, text in self.accepted.items():
            row = rows[operation_id]
            assert row.state == "mined" or (row.error_name == "Cancelled" and operation_id in self.cancelled)
            assert found[text] == (1 if row.state == "mined" else 0)
            if row.nonce is not None:
                assert (row.id, row.tx_hash) in hashes
                (receipt,) = self.net.outbox.client.receipts([row.tx_hash or ""])
                assert receipt is not None
                assert (receipt.block_number, receipt.block_hash) == (row.block_number, row.block_hash)
        for name in ("supplier", "bank"):
            account = self.net.accounts[name]
            nonces = sorted(row.nonce for row in rows.values() if row.signer == account and row.nonce is not None)
            assert nonces == list(range(len(nonces)))
            assert self.net.outbox.client.nonce(account) == len(nonces)
        highest = max((row.block_number or 0) for row in rows.values() if row.block_hash is not None)
        assert self._view().tip_number == highest

    def _view(self) -> ChainView:
        with Session(self.net.engine, expire_on_commit=False) as session:
            return session.get_one(ChainView, 1)


@pytest.fixture
def machine(sqlite_network: TestNetwork) -> type[Machine]:
    sqlite_network.worker.close()
    sqlite_network.engine.dispose()
    with contextlib.closing(sqlite3.connect(sqlite_network.folder / "scf.sqlite3")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # all of it in one file, to be copied
    return type("MachineHere", (Machine,), {"network": sqlite_network})


def test_outbox__any_interleaving__chain_and_rows_tell_the_same_story(machine: type[Machine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=16,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
