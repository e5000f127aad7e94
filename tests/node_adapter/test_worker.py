"""Every operation is mined exactly once, wherever the worker dies, and the worker outlives what goes wrong."""

import logging
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from node_adapter.client import NodeClient, SendOutcome, SendResult
from node_adapter.errors import NodeUnavailable
from node_adapter.outbox import Operation, Outbox, Worker, WorkerBusy
from node_adapter.signers import Keyring
from tests.node_adapter.outbox_support import (
    PASSPHRASE,
    TestNetwork,
    anchored,
    anchors,
    places,
    raws,
    wait_for,
)

pytestmark = pytest.mark.devnet
HOLDER = """
import sys, time
from node_adapter.db import make_engine
from node_adapter.outbox.leases import Leases
leases = Leases(make_engine(sys.argv[1]))
leases.refresh()
print("held", flush=True)
time.sleep(60)
"""
KIND = b"test".ljust(32, b"\0")
SENDERS = ("supplier", "bank", "supplier", "supplier", "bank")


def after_accept(_: TestNetwork, __: list[str]) -> None:
    """Stored, and nothing else."""


def after_sign(network: TestNetwork, _: list[str]) -> None:
    """Nonces and bytes are stored; nothing was sent."""
    network.worker.sign()


def after_half_is_sent(network: TestNetwork, ids: list[str]) -> None:
    network.worker.sign()
    network.outbox.client.send_raw_many(raws(network, ids)[:2])


def after_send_before_mark(network: TestNetwork, ids: list[str]) -> None:
    network.worker.sign()
    results = network.outbox.client.send_raw_many(raws(network, ids))
    assert {result.outcome for result in results} == {SendOutcome.ACCEPTED}


def after_mark(network: TestNetwork, _: list[str]) -> None:
    """Sent and marked; the receipts were not seen."""
    network.worker.sign()
    network.worker.send()


def after_mark_with_mempool_lost(network: TestNetwork, _: list[str]) -> None:
    network.rpc("evm_setAutomine", False)
    network.worker.sign()
    network.worker.send()
    network.rpc("anvil_dropAllTransactions")
    network.rpc("evm_setAutomine", True)


@pytest.mark.parametrize(
    "killed",
    [
        after_accept,
        after_sign,
        after_half_is_sent,
        after_send_before_mark,
        after_mark,
        after_mark_with_mempool_lost,
    ],
)
def test_worker__killed__the_next_one_gets_each_mined_once(network: TestNetwork, killed: Any) -> None:
    ids, hashes = anchors(network, *SENDERS)
    killed(network, ids)
    signed_before = {i: network.raw(i) for i in ids}
    network.restart()
    network.settle()
    assert {network.operation(i).state for i in ids} == {"mined"}
    assert {h: anchored(network)[h] for h in hashes} == dict.fromkeys(hashes, 1)
    assert all(raw in (None, network.raw(i)) for i, raw in signed_before.items())
    nonces = [(o.signer, o.nonce) for o in map(network.operation, ids)]
    assert len(set(nonces)) == len(ids)


class AnswerLost(NodeClient):
    """The node has what it was sent, and its answer never arrives."""

    lost = 0

    def send_raw_many(self, raws: Sequence[bytes]) -> list[SendResult]:
        results = super().send_raw_many(raws)
        self.lost += 1
        if self.lost > 1:
            return results
        return [SendResult(result.tx_hash, SendOutcome.UNKNOWN, "no answer") for result in results]


def test_worker__operations_on_one_subject__are_mined_in_order_one_at_a_time(network: TestNetwork) -> None:
    network.rpc("evm_setAutomine", False)
    commands = [
        network.command(sender, "Anchors", "anchor", secrets.token_bytes(32), KIND, subject="a payable")
        for sender in ("supplier", "bank", "supplier")
    ]
    ids = network.accept(*commands, network.anchor("bank"))
    for mined in range(3):
        network.worker.step()
        states = [network.operation(i).state for i in ids[:3]]
        assert states == ["mined"] * mined + ["sent"] + ["pending"] * (2 - mined)
        assert network.operation(ids[3]).state == ("sent" if mined == 0 else "mined")
        network.rpc("evm_mine")
        wait_for(lambda: network.worker.step() or True)
    network.rpc("evm_setAutomine", True)
    network.settle()
    order = places(network, ids[:3])
    assert order == sorted(order)
    assert len({block for block, _ in order}) == 3


def test_worker__one_key_cannot_be_opened__the_others_go_on(network: TestNetwork) -> None:
    path = network.folder / "keys" / "supplier.json"
    text = path.read_text()
    path.write_text(text.replace('"ciphertext": "', '"ciphertext": "00'))
    network.restart()
    ids, hashes = anchors(network, "supplier", "bank", "supplier")
    wait_for(lambda: (network.worker.step(), network.operation(ids[1]).state)[1] == "mined")
    assert [network.operation(i).state for i in ids] == ["pending", "mined", "pending"]
    path.write_text(text)
    network.settle()
    assert {h: anchored(network)[h] for h in hashes} == dict.fromkeys(hashes, 1)


def test_run__a_round_goes_wrong__says_so_once_and_goes_on(
    network: TestNetwork, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = network.worker
    worker.close()
    original, broken = worker._signing.sign, threading.Event()
    broken.set()

    def sign(*arguments: Any) -> Any:
        if broken.is_set():
            raise RuntimeError("a bug")
        return original(*arguments)

    monkeypatch.setattr(worker._signing, "sign", sign)
    ids, _ = anchors(network, "supplier")
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        wait_for(lambda: "a bug" in worker.trouble)
        time.sleep(0.5)
        broken.clear()
        wait_for(lambda: network.operation(ids[0]).state == "mined")
        wait_for(lambda: not worker.trouble)
    finally:
        stop.set()
        network.outbox.wake()
        thread.join(10)
    assert caplog.text.count("the outbox waits") == 1


def test_worker__second_one_on_sqlite__says_so_and_waits(
    sqlite_network: TestNetwork, caplog: pytest.LogCaptureFixture
) -> None:
    network = sqlite_network
    second = Worker(network.outbox)
    with pytest.raises(WorkerBusy, match="another worker"):
        second.step()
    stop = threading.Event()
    thread = threading.Thread(target=second.run, args=(stop,))
    with caplog.at_level(logging.WARNING):
        thread.start()
        wait_for(lambda: "another worker" in caplog.text)
    ids, _ = anchors(network, "supplier")
    network.worker.close()
    network.outbox.wake()
    wait_for(lambda: network.operation(ids[0]).state == "mined")
    stop.set()
    network.outbox.wake()
    thread.join(10)
    assert not thread.is_alive()
    assert caplog.text.count("another worker") == 1


def test_lease__holder_killed__is_free_again(sqlite_network: TestNetwork) -> None:
    sqlite_network.worker.close()
    url = sqlite_network.engine.url.render_as_string(hide_password=False)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLDER,
            url,
        ],
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(WorkerBusy, match=str(holder.pid)):
            sqlite_network.worker.step()
    finally:
        holder.kill()
        holder.communicate()
    sqlite_network.worker.step()


def test_run__woken__mines_at_once_and_stops(network: TestNetwork) -> None:
    worker = network.worker
    worker._poll_s = 30.0
    worker.close()
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        time.sleep(0.3)
        started = time.monotonic()
        ids, _ = anchors(network, *SENDERS)
        network.outbox.wake()
        wait_for(lambda: all(network.operation(i).state == "mined" for i in ids))
        assert time.monotonic() - started < 5
    finally:
        stop.set()
        network.outbox.wake()
        thread.join(10)
    assert not thread.is_alive()


def test_worker__node_away__keeps_everything_and_goes_on(network: TestNetwork) -> None:
    old = network.outbox
    network.worker.close()
    away = NodeClient("http://127.0.0.1:9", chain_id=31337)
    network.outbox = Outbox(old.engine, away, old.deployments, old.keyring)
    network.worker = Worker(network.outbox)
    ids, hashes = anchors(network, *SENDERS)
    with pytest.raises(NodeUnavailable):
        network.worker.step()
    with Session(network.engine) as session:
        states = session.scalars(select(Operation.state).where(Operation.id.in_(ids))).all()
    assert set(states) == {"pending"}
    network.restart()
    network.settle()
    assert {h: anchored(network)[h] for h in hashes} == dict.fromkeys(hashes, 1)


def test_worker__answer_of_the_send_lost__looks_before_it_sends_again(network: TestNetwork) -> None:
    old = network.outbox
    network.worker.close()
    client = AnswerLost(network.url, chain_id=31337)
    network.outbox = Outbox(old.engine, client, old.deployments, Keyring(network.folder / "keys", PASSPHRASE))
    network.worker = Worker(network.outbox)
    ids, hashes = anchors(network, *SENDERS)
    network.settle()
    assert client.lost == 1
    assert {network.operation(i).state for i in ids} == {"mined"}
    assert {h: anchored(network)[h] for h in hashes} == dict.fromkeys(hashes, 1)
