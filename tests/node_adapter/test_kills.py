"""200 times `kill -9` of the workers, whenever, under load: nothing is lost, nothing doubled, no nonce is skipped."""

import os
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from node_adapter.outbox.models import Attempt, Operation
from tests.node_adapter.outbox_process import Spec, kill, serve, start
from tests.node_adapter.outbox_support import (
    BANK,
    FINANCIER,
    PASSPHRASE,
    SUPPLIER,
    TestNetwork,
    anchored,
    make_network,
    wait_for,
)

pytestmark = [pytest.mark.devnet, pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(900)]
SEED = int(os.environ.get("SCF_SEED", "20261128"))
KILLS = int(os.environ.get("SCF_KILLS", "200"))
SENDERS = ("supplier", "bank", "financier", "relay")
CLIENTS = 8
LEASE_S = 0.5
"""Short, so that most kills meet a worker that has something in hand."""
KIND = b"test".ljust(32, b"\0")


@pytest.fixture
def network(node_url: str, postgres_url: str, tmp_path: Path) -> Iterator[TestNetwork]:
    with make_network(node_url, tmp_path, postgres_url) as network:
        roles = (("supplier", SUPPLIER), ("bank", BANK), ("financier", FINANCIER), ("relay", SUPPLIER))
        network.run(*(network.admit(name, role) for name, role in roles))
        yield network


@dataclass
class Client(threading.Thread):
    """Gives one command after another until told to stop; keeps what was committed."""

    network: TestNetwork
    chance: random.Random
    stop: threading.Event
    accepted: dict[str, str] = field(default_factory=dict)
    """Operation → the hash it anchors."""

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        while not self.stop.is_set():
            text = secrets.token_bytes(32)
            subject = self.chance.choice((*[None] * 8, "one payable", "another"))
            sender = self.chance.choice(SENDERS)
            command = self.network.command(sender, "Anchors", "anchor", text, KIND, subject=subject)
            (operation_id,) = self.network.accept(command)
            self.accepted[operation_id] = text.hex()
            time.sleep(self.chance.uniform(0, 0.8))  # what is on one subject goes one by one: no more than gets done


def test_kill_9__of_two_workers_under_load__every_operation_is_mined_once(network: TestNetwork) -> None:
    chance = random.Random(SEED)
    network.worker.close()
    url = network.engine.url.render_as_string(hide_password=False)
    spec = Spec(network.url, url, network.folder / "keys", PASSPHRASE, network.outbox.deployments)
    stop = threading.Event()
    clients = [Client(network, random.Random(chance.random()), stop) for _ in range(CLIENTS)]
    workers = [start(serve, spec, LEASE_S) for _ in range(2)]
    try:
        for client in clients:
            client.start()
        for _ in range(KILLS):
            time.sleep(chance.uniform(0, 0.4))
            victim = chance.randrange(2)
            kill(workers[victim])
            workers[victim] = start(serve, spec, LEASE_S)
        stop.set()
        for client in clients:
            client.join(20)
        wait_for(lambda: not {"pending", "signed", "sent"} & network.states().keys(), 300)
    finally:
        stop.set()
        for worker in workers:
            kill(worker)
    check(network, {i: text for client in clients for i, text in client.accepted.items()})


def check(network: TestNetwork, accepted: dict[str, str]) -> None:
    assert len(accepted) > KILLS, "there was no load"
    on_chain = anchored(network)
    assert on_chain == Counter(accepted.values()), "an operation is lost or doubled"
    with Session(network.engine) as session:
        rows = session.scalars(select(Operation).where(Operation.nonce.is_not(None))).all()
        attempts = session.scalars(select(Attempt)).all()
    assert {row.state for row in rows} == {"mined"}
    assert {row.id for row in rows} >= accepted.keys()
    assert Counter(attempt.operation_id for attempt in attempts) == Counter(row.id for row in rows)
    for signer in {row.signer for row in rows}:
        nonces = sorted(row.nonce or 0 for row in rows if row.signer == signer)
        assert nonces == list(range(len(nonces))), "a nonce was doubled or skipped"
        assert network.outbox.client.nonce(signer or "") == len(nonces)
    for subject in ("one payable", "another"):
        ordered = sorted((row for row in rows if row.subject == subject), key=lambda row: row.sequence)
        places = [(row.block_number or 0, row.tx_index or 0) for row in ordered]
        assert places == sorted(places), "operations on one subject overtook one another"
