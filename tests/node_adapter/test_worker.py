"""Every operation is mined exactly once, wherever the worker dies and whatever the chain takes back."""

import logging
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from node_adapter.client import NodeClient, SendOutcome, SendResult
from node_adapter.errors import NodeUnavailable
from node_adapter.outbox import Operation, OperationState, Outbox, Worker, WorkerBusy, desk
from node_adapter.outbox.models import Signer
from node_adapter.signers import Keyring
from node_adapter.words import from_hex
from tests.node_adapter.outbox_support import (
    BANK,
    DEBTOR,
    PASSPHRASE,
    SUPPLIER,
    TestNetwork,
    anchored,
    confirmation,
    debtor_wallet,
    make_network,
    programme,
    propose,
    publication,
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


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def network(request: pytest.FixtureRequest, node_url: str, tmp_path: Path) -> Iterator[TestNetwork]:
    database = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    with make_network(node_url, tmp_path, database) as network:
        network.run(*(network.admit(name, roles) for name, roles in (("supplier", SUPPLIER), ("bank", BANK))))
        yield network


@pytest.fixture
def sqlite_network(node_url: str, tmp_path: Path) -> Iterator[TestNetwork]:
    with make_network(node_url, tmp_path) as network:
        network.run(*(network.admit(name, roles) for name, roles in (("supplier", SUPPLIER), ("bank", BANK))))
        yield network


def anchors(network: TestNetwork, *senders: str) -> tuple[list[str], list[str]]:
    """Accepted operations and the hashes they anchor."""
    hashes = [secrets.token_bytes(32) for _ in senders]
    commands = [network.anchor(sender, text) for sender, text in zip(senders, hashes, strict=True)]
    return network.accept(*commands), [text.hex() for text in hashes]


def raws(network: TestNetwork, ids: Sequence[str]) -> list[bytes]:
    operations = sorted((network.operation(i) for i in ids), key=lambda o: o.signed_sequence or 0)
    return [from_hex(network.raw(operation.id) or "") for operation in operations]


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


def chain_of_four(network: TestNetwork) -> list[str]:
    """admit (operator) → publish (relay) → propose (supplier) → confirm (relay): each needs the one before."""
    done = network.run(network.admit("debtor", DEBTOR))
    done += network.run(publication(network, programme(network)))
    payable_id, values = propose(network)
    with Session(network.engine, expire_on_commit=False) as session:
        done += session.scalars(select(Operation).where(Operation.kind == "Origination.propose"))
    (confirm,) = network.accept(confirmation(network, payable_id, values))
    to_sign = network.operation(confirm).to_sign
    assert to_sign is not None
    network.outbox.signature(confirm, [debtor_wallet(network).sign(to_sign[0])])
    network.settle()
    done.append(network.operation(confirm))
    assert [(o.state, o.error_name) for o in done] == [("mined", None)] * 4
    return [operation.id for operation in done]


def places(network: TestNetwork, ids: Sequence[str]) -> list[tuple[int, int]]:
    return [(o.block_number or 0, o.tx_index or 0) for o in map(network.operation, ids)]


@pytest.mark.parametrize("restarted", [False, True])
def test_worker__chain_falls_back_several_blocks__sends_the_same_in_the_same_order(
    network: TestNetwork, restarted: bool
) -> None:
    snapshot = network.rpc("evm_snapshot")
    before = network.outbox.client.head()
    ids = chain_of_four(network)
    more, hashes = anchors(network, *SENDERS)
    network.settle()
    everything = ids + more
    bytes_before = [network.raw(i) for i in everything]
    assert network.rpc("evm_revert", snapshot)
    assert network.outbox.client.head().hash == before.hash
    if restarted:
        network.restart()
    # What came meanwhile must wait for what it may depend on.
    (late,), late_hashes = anchors(network, "bank")
    network.settle()
    assert {network.operation(i).state for i in [*everything, late]} == {"mined"}
    assert [network.raw(i) for i in everything] == bytes_before
    order = places(network, ids)
    assert order == sorted(order)
    assert places(network, [late])[0] >= max(places(network, everything))
    assert all(anchored(network)[h] == 1 for h in hashes + late_hashes)
    hashes_now = network.outbox.chain.block_hashes([number for number, _ in places(network, everything)])
    assert all(hashes_now[o.block_number or 0] == o.block_hash for o in map(network.operation, everything))


def test_worker__anvil_reorg__nothing_is_lost_or_doubled(network: TestNetwork) -> None:
    ids = chain_of_four(network)
    more, hashes = anchors(network, *SENDERS)
    network.settle()
    depth = network.outbox.client.head().number - places(network, ids)[0][0] + 1
    old = [network.operation(i).block_hash for i in ids]
    network.rpc("anvil_reorg", depth, [])
    network.settle()
    assert {network.operation(i).state for i in ids + more} == {"mined"}
    assert all(anchored(network)[h] == 1 for h in hashes)
    assert not set(old) & {network.operation(i).block_hash for i in ids}


def test_worker__places_are_of_two_forks__nonces_go_in_order_all_the_same(network: TestNetwork) -> None:
    """After two fall-backs: the second was last seen in a low block of one fork, the first in a high one of another."""
    snapshot = network.rpc("evm_snapshot")
    first, other, second = (network.run(network.anchor(sender))[0] for sender in ("supplier", "bank", "supplier"))
    assert network.rpc("evm_revert", snapshot)
    with Session(network.engine) as session, session.begin():
        for operation, block in ((second, 999), (other, 1_000), (first, 1_001)):
            place = {"state": OperationState.SENT, "block_number": block, "block_hash": None}
            session.execute(update(Operation).where(Operation.id == operation.id).values(place))
    network.restart()
    network.settle()
    assert {network.operation(o.id).state for o in (first, other, second)} == {"mined"}


def test_worker__mined_but_unseen_before_the_fall_back__dependents_are_not_refused(network: TestNetwork) -> None:
    """The row says SENT, the chain had it mined, a dependent was accepted on that, and then the chain forgot both."""
    snapshot = network.rpc("evm_snapshot")
    (admit,) = network.accept(network.admit("financier", 4))
    network.worker.sign()
    network.worker.send()
    dependent = network.anchor("financier")
    wait_for(lambda: network.outbox.client.receipts([network.operation(admit).tx_hash or ""])[0] is not None)
    network.outbox.simulate(dependent)
    (anchor,) = network.accept(dependent)
    assert network.rpc("evm_revert", snapshot)
    network.settle()
    assert [network.operation(i).state for i in (admit, anchor)] == ["mined", "mined"]


def test_worker__chain_falls_back_during_the_estimates__nobody_is_refused_for_it(
    network: TestNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = network.rpc("evm_snapshot")
    (admitted,) = network.run(network.admit("financier", 4))
    (anchor,) = network.accept(network.anchor("financier"))
    chain = network.outbox.chain
    original = chain.estimates
    taken_back: list[bool] = []

    def estimates(*arguments: Any) -> Any:
        if not taken_back:
            taken_back.append(network.rpc("evm_revert", snapshot))
        return original(*arguments)

    monkeypatch.setattr(chain, "estimates", estimates)
    network.settle()
    assert taken_back == [True]
    assert [network.operation(i).state for i in (admitted.id, anchor)] == ["mined", "mined"]


def test_collect__chain_fell_back_since_the_check__hides_no_lost_operation(network: TestNetwork) -> None:
    """Were the newcomer's higher block believed, nobody would look at the lost one's again."""
    snapshot = network.rpc("evm_snapshot")
    (lost,) = network.run(network.anchor("supplier"))
    assert network.rpc("evm_revert", snapshot)
    network.rpc("anvil_mine", "0x3")
    (newcomer,) = network.accept(network.anchor("bank"))
    network.worker.sign()
    network.worker.send()
    wait_for(lambda: network.outbox.client.receipts([network.operation(newcomer).tx_hash or ""])[0] is not None)
    assert not network.worker.collect()
    network.settle()
    assert network.outbox.client.receipts([lost.tx_hash or ""])[0] is not None
    assert [network.operation(i).state for i in (lost.id, newcomer)] == ["mined", "mined"]


def test_worker__sends_again__one_signers_run_at_a_time(network: TestNetwork) -> None:
    """No node promises an order between signers, so the next one goes when the one before is mined."""
    snapshot = network.rpc("evm_snapshot")
    ids: list[str] = []
    for sender in ("supplier", "supplier", "bank", "supplier"):
        ids += [operation.id for operation in network.run(network.anchor(sender))]
    assert network.rpc("evm_revert", snapshot)
    network.rpc("evm_setAutomine", False)
    for count in (2, 1, 1):
        for _ in range(2):
            network.worker.step()
        assert int(network.rpc("txpool_status")["pending"], 16) == count
        network.rpc("evm_mine")
        wait_for(lambda: int(network.rpc("txpool_status")["pending"], 16) == 0)
    network.settle()
    assert {network.operation(i).state for i in ids} == {"mined"}


def test_worker__contract_refuses_at_the_estimate__fails_by_name_and_spends_no_nonce(network: TestNetwork) -> None:
    sender = network.accounts["relay"]
    (refused,) = network.run(network.anchor("relay"))
    assert (refused.state, refused.error_name) == ("failed", "ParticipantNotActive")
    assert refused.error_params == {"account": sender, "status": 0}
    assert (refused.nonce, refused.tx_hash) == (None, None)
    assert network.outbox.client.nonce(sender) == 0


def test_worker__two_race_for_one_thing__the_second_is_mined_and_fails_by_name(network: TestNetwork) -> None:
    text = secrets.token_bytes(32)
    first, second = network.run(network.anchor("supplier", text), network.anchor("supplier", text))
    assert (first.state, second.state) == ("mined", "failed")
    assert second.error_name == "AnchorAlreadyExists"
    assert second.error_params is not None
    assert second.error_params["author"] == network.accounts["supplier"]
    assert second.nonce == (first.nonce or 0) + 1
    assert second.block_hash is not None
    assert anchored(network)[text.hex()] == 1


def test_worker__refused_for_what_its_own_block_changed__is_named_all_the_same(network: TestNetwork) -> None:
    text = secrets.token_bytes(32)
    network.rpc("evm_setAutomine", False)
    first, second = network.accept(network.anchor("supplier", text), network.anchor("supplier", text))
    network.worker.step()
    network.rpc("evm_mine")
    network.rpc("evm_setAutomine", True)
    network.settle()
    assert network.operation(first).block_number == network.operation(second).block_number
    assert network.operation(second).error_name == "AnchorAlreadyExists"


def test_worker__failed_on_chain_and_taken_back__is_tried_again_in_its_place(network: TestNetwork) -> None:
    snapshot = network.rpc("evm_snapshot")
    text = secrets.token_bytes(32)
    first, second = network.run(network.anchor("supplier", text), network.anchor("supplier", text))
    (third,) = network.run(network.anchor("supplier"))
    assert network.rpc("evm_revert", snapshot)
    network.settle()
    states = [network.operation(o.id).state for o in (first, second, third)]
    assert states == ["mined", "failed", "mined"]


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


def test_worker__first_use_of_a_used_key__goes_on_from_the_chains_count(network: TestNetwork) -> None:
    network.rpc("anvil_setNonce", network.accounts["supplier"], hex(3))
    (operation,) = network.run(network.anchor("supplier"))
    assert (operation.state, operation.nonce) == ("mined", 3)


def signer(network: TestNetwork, name: str) -> Signer:
    with Session(network.engine, expire_on_commit=False) as session:
        return session.get_one(Signer, network.accounts[name])


def test_worker__nonce_used_elsewhere_before_signing__stops_that_signer_alone(network: TestNetwork) -> None:
    account = network.accounts["supplier"]
    network.run(network.anchor("supplier"))
    network.rpc("anvil_setNonce", account, hex(3))
    stopped, other = network.accept(network.anchor("supplier"), network.anchor("bank"))
    wait_for(lambda: (network.worker.step(), network.operation(other).state)[1] == "mined")
    assert network.operation(stopped).state == "pending"
    assert signer(network, "supplier").stopped_by == "NonceUsedElsewhere"
    assert signer(network, "supplier").stopped_params == {"signer": account, "expected_nonce": 1, "chain_nonce": 3}
    assert signer(network, "bank").stopped_by is None
    desk.resume(network.engine, account)
    network.settle()
    operation = network.operation(stopped)
    assert (operation.state, operation.nonce) == ("mined", 3)


def test_worker__nonce_used_elsewhere_after_signing__fails_stops_the_signer_and_is_not_signed_anew(
    network: TestNetwork,
) -> None:
    account = network.accounts["supplier"]
    network.rpc("evm_setAutomine", False)
    (taken,) = network.accept(network.anchor("supplier"))
    network.worker.sign()
    network.rpc("anvil_setNonce", account, hex(1))
    network.rpc("evm_mine")
    network.rpc("evm_setAutomine", True)
    after, other = network.accept(network.anchor("supplier"), network.anchor("bank"))
    network.restart()
    wait_for(lambda: (network.worker.step(), network.operation(other).state)[1] == "mined")
    wait_for(lambda: (network.worker.step(), network.operation(taken).state)[1] == "failed")
    operation = network.operation(taken)
    assert operation.error_name == "NonceUsedElsewhere"
    assert operation.error_params == {"signer": account, "nonce": 0}
    assert (network.operation(after).state, signer(network, "supplier").stopped_by) == ("pending", "NonceUsedElsewhere")
    desk.resume(network.engine, account)
    network.settle()
    assert [network.operation(i).nonce for i in (taken, after)] == [0, 1]
    assert len(network.attempts(taken)) == 1


def test_worker__verdict_of_a_nonce_used_elsewhere__is_undone_with_its_block(network: TestNetwork) -> None:
    """The block in which somebody else had used the nonce is gone: the bytes are good again, and go."""
    snapshot = network.rpc("evm_snapshot")
    (taken,) = network.accept(network.anchor("supplier"))
    network.worker.sign()
    network.rpc("anvil_setNonce", network.accounts["supplier"], hex(1))
    network.rpc("evm_mine")
    wait_for(lambda: (network.worker.step(), network.operation(taken).state)[1] == "failed")
    assert network.rpc("evm_revert", snapshot)
    wait_for(lambda: (network.worker.step(), network.operation(taken).state)[1] == "sent")
    desk.resume(network.engine, network.accounts["supplier"])
    network.settle()
    assert network.operation(taken).state == "mined"


def test_worker__earlier_ones_still_in_flight__takes_the_nonces_after_them(network: TestNetwork) -> None:
    network.rpc("evm_setAutomine", False)
    ids: list[str] = []
    for _ in range(3):
        more, _ = anchors(network, "supplier", "bank")
        ids += more
        network.worker.step()
    network.rpc("evm_setAutomine", True)
    network.settle()
    assert [(o.state, o.nonce) for o in map(network.operation, ids)] == [("mined", n) for n in (0, 0, 1, 1, 2, 2)]


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


def test_worker__arguments_that_fit_no_function__fail_by_name(network: TestNetwork) -> None:
    (operation,) = network.run(network.command("supplier", "Anchors", "anchor", 1))
    assert (operation.state, operation.error_name) == ("failed", "InvalidArguments")


def test_worker__another_took_the_operation__stores_nothing(
    network: TestNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one, other), _ = anchors(network, "supplier", "supplier")
    signing = network.worker._signing
    original = signing._store

    def overtaken(*arguments: Any) -> None:
        with Session(network.engine) as session, session.begin():
            done = update(Operation).where(Operation.id == one)
            session.execute(done.values(state=OperationState.FAILED, error_name="X"))
        original(*arguments)

    monkeypatch.setattr(signing, "_store", overtaken)
    with pytest.raises(WorkerBusy):
        network.worker.step()
    assert network.operation(other).state == "pending"
    assert network.raw(other) is None


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
