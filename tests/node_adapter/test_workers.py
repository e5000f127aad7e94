"""Several workers on one PostgreSQL: signers are shared, a dead one's are taken over, a paused one cannot sign."""

import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from node_adapter.outbox import OperationState, Outbox, Worker
from node_adapter.outbox.commands import LeaseLost
from node_adapter.outbox.models import ChainView, Operation, Signer, WorkerPresence
from tests.node_adapter.outbox_support import BANK, FINANCIER, SUPPLIER, TestNetwork, anchored, make_network, wait_for

pytestmark = [pytest.mark.devnet, pytest.mark.postgres]
SENDERS = ("supplier", "bank", "financier", "relay")
KIND = b"test".ljust(32, b"\0")


@pytest.fixture
def network(node_url: str, postgres_url: str, tmp_path: Path) -> Iterator[TestNetwork]:
    with make_network(node_url, tmp_path, postgres_url) as network:
        roles = (("supplier", SUPPLIER), ("bank", BANK), ("financier", FINANCIER), ("relay", SUPPLIER))
        network.run(*(network.admit(name, role) for name, role in roles))
        network.run(*(anchor(network, sender) for sender in SENDERS))
        yield network


@pytest.fixture
def second(network: TestNetwork) -> Iterator[Worker]:
    worker = another(network)
    yield worker
    worker.close()


def another(network: TestNetwork) -> Worker:
    old = network.outbox
    return Worker(Outbox(old.engine, old.client, old.deployments, old.keyring))


def anchor(network: TestNetwork, sender: str, **more: Any) -> Any:
    return network.command(sender, "Anchors", "anchor", secrets.token_bytes(32), KIND, **more)


def holders(network: TestNetwork) -> dict[str, str | None]:
    names = {address: name for name, address in network.accounts.items()}
    with Session(network.engine) as session:
        return {names[row.address]: row.holder for row in session.scalars(select(Signer))}


def expire(network: TestNetwork, worker: Worker) -> None:
    """As time would: the worker has said nothing for longer than a lease lasts."""
    with Session(network.engine) as session, session.begin():
        session.execute(update(Signer).where(Signer.holder == worker._leases.worker).values(until_ms=0))
        session.execute(delete(WorkerPresence).where(WorkerPresence.id == worker._leases.worker))


def share(network: TestNetwork, *workers: Worker) -> None:
    """Rounds until each worker has its part of the signers."""

    def shared() -> bool:
        for worker in workers:
            worker._leases._renew_at = 0.0
            worker.step()
        counts = Counter(holders(network).values())
        return None not in counts and len(counts) == len(workers)

    wait_for(shared)


def check(network: TestNetwork, ids: list[str]) -> None:
    """Each is mined once, and no signer's nonces have a gap."""
    operations = [network.operation(i) for i in ids]
    assert {o.state for o in operations} == {"mined"}
    assert set(anchored(network).values()) == {1}
    with Session(network.engine) as session:
        rows = session.execute(select(Operation.signer, Operation.nonce).where(Operation.nonce.is_not(None))).all()
    for signer in {row.signer for row in rows}:
        nonces = sorted(row.nonce for row in rows if row.signer == signer)
        assert nonces == list(range(len(nonces)))
        assert network.outbox.client.nonce(signer) == len(nonces)


def test_workers__two_at_work__share_the_signers_and_mine_each_once(network: TestNetwork, second: Worker) -> None:
    share(network, network.worker, second)
    held = Counter(holders(network).values())
    assert max(held.values()) - min(held.values()) <= 1
    ids = network.accept(*(anchor(network, SENDERS[i % 4]) for i in range(40)))
    stop = threading.Event()
    threads = [threading.Thread(target=worker.run, args=(stop,)) for worker in (network.worker, second)]
    for thread in threads:
        thread.start()
    try:
        ids += network.accept(*(anchor(network, SENDERS[i % 4]) for i in range(40)))
        network.outbox.wake()
        wait_for(lambda: network.states().keys() == {"mined"})
    finally:
        stop.set()
        network.outbox.wake()
        for thread in threads:
            thread.join(20)
    check(network, ids)


def test_workers__one_dies_with_bytes_unsent__the_other_takes_over(network: TestNetwork, second: Worker) -> None:
    ids = network.accept(*(anchor(network, sender) for sender in SENDERS))
    network.worker.sign()
    expire(network, network.worker)
    wait_for(lambda: (second.step(), network.states().get("mined", 0) and not unfinished(network))[1])
    assert set(holders(network).values()) == {second._leases.worker}
    check(network, ids)


def unfinished(network: TestNetwork) -> int:
    states = network.states()
    return sum(states.get(state, 0) for state in ("pending", "signed", "sent"))


def test_workers__paused_past_its_lease__stores_no_signature(
    network: TestNetwork, second: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between signing and storing the worker stands still; meanwhile another has the signer, and signs."""
    network.worker.step()
    ids = network.accept(anchor(network, "supplier"), anchor(network, "supplier"))
    signing = network.worker._signing
    original = signing._store

    def paused(*arguments: Any) -> None:
        expire(network, network.worker)
        wait_for(lambda: (second.step(), not unfinished(network))[1])
        original(*arguments)

    monkeypatch.setattr(signing, "_store", paused)
    with pytest.raises(LeaseLost):
        network.worker.step()
    check(network, ids)


def test_workers__operations_on_one_subject_of_two_signers__keep_their_order(
    network: TestNetwork, second: Worker
) -> None:
    share(network, network.worker, second)
    of = holders(network)
    first_name = next(name for name in SENDERS if of[name] == network.worker._leases.worker)
    other_name = next(name for name in SENDERS if of[name] == second._leases.worker)
    ids = network.accept(
        anchor(network, first_name, subject="a payable"),
        anchor(network, other_name, subject="a payable"),
        anchor(network, other_name, subject="another"),
    )
    wait_for(lambda: (second.step(), network.operation(ids[2]).state)[1] == "mined")
    assert network.operation(ids[1]).state == "pending"
    wait_for(lambda: (network.worker.step(), second.step(), network.operation(ids[1]).state)[2] == "mined")
    places = [(o.block_number or 0, o.tx_index or 0) for o in map(network.operation, ids[:2])]
    assert places == sorted(places)
    check(network, ids)


def test_workers__chain_falls_back__one_recovers_while_the_other_signs_nothing(
    network: TestNetwork, second: Worker
) -> None:
    share(network, network.worker, second)
    snapshot = network.rpc("evm_snapshot")
    ids = network.accept(*(anchor(network, sender) for sender in SENDERS))
    wait_for(lambda: (network.worker.step(), second.step(), not unfinished(network))[2])
    assert network.rpc("evm_revert", snapshot)
    network.rpc("evm_setAutomine", False)
    network.worker.step()
    with Session(network.engine) as session:
        assert session.scalar(select(ChainView.recoverer)) == network.worker._leases.worker
    late = network.accept(*(anchor(network, sender) for sender in SENDERS))
    for _ in range(3):
        second.step()
    assert {network.operation(i).state for i in late} == {"pending"}
    network.rpc("evm_setAutomine", True)
    network.rpc("evm_mine")
    wait_for(lambda: (network.worker.step(), second.step(), not unfinished(network))[2])
    check(network, ids + late)


def test_workers__the_recovering_one_dies__another_finishes(network: TestNetwork, second: Worker) -> None:
    snapshot = network.rpc("evm_snapshot")
    ids = network.accept(*(anchor(network, sender) for sender in SENDERS))
    network.settle()
    assert network.rpc("evm_revert", snapshot)
    network.worker.step()
    expire(network, network.worker)
    with Session(network.engine) as session, session.begin():
        session.execute(update(ChainView).values(recoverer_until_ms=0))
    wait_for(lambda: (second.step(), not unfinished(network))[1])
    second.step()
    with Session(network.engine) as session:
        assert session.scalar(select(ChainView.recoverer)) is None
    check(network, ids)


def test_workers__signing_begun_before_a_recovery__stores_nothing(
    network: TestNetwork, second: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody signs on what the chain has just taken back, also who had begun to before it was noticed."""
    share(network, network.worker, second)
    snapshot = network.rpc("evm_snapshot")
    ids = network.accept(*(anchor(network, sender) for sender in SENDERS))
    wait_for(lambda: (network.worker.step(), second.step(), not unfinished(network))[2])
    late = network.accept(*(anchor(network, sender) for sender in SENDERS))
    signing = network.worker._signing
    original = signing._store

    def overtaken(*arguments: Any) -> None:
        monkeypatch.setattr(signing, "_store", original)
        assert network.rpc("evm_revert", snapshot)
        second.step()
        original(*arguments)

    monkeypatch.setattr(signing, "_store", overtaken)
    with pytest.raises(LeaseLost):
        network.worker.step()
    assert {network.operation(i).state for i in late} == {OperationState.PENDING}
    wait_for(lambda: (network.worker.step(), second.step(), not unfinished(network))[2])
    check(network, ids + late)
