"""What the chain takes back is sent again: the same bytes, in the same order, and nobody is refused for it."""

import secrets
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from node_adapter.outbox import Operation, OperationState, desk
from tests.node_adapter.outbox_support import (
    DEBTOR,
    TestNetwork,
    anchored,
    anchors,
    confirmation,
    debtor_wallet,
    places,
    programme,
    propose,
    publication,
    wait_for,
)

pytestmark = pytest.mark.devnet
SENDERS = ("supplier", "bank", "supplier", "supplier", "bank")


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


def test_worker__failed_on_chain_and_taken_back__is_tried_again_in_its_place(network: TestNetwork) -> None:
    snapshot = network.rpc("evm_snapshot")
    text = secrets.token_bytes(32)
    first, second = network.run(network.anchor("supplier", text), network.anchor("supplier", text))
    (third,) = network.run(network.anchor("supplier"))
    assert network.rpc("evm_revert", snapshot)
    network.settle()
    states = [network.operation(o.id).state for o in (first, second, third)]
    assert states == ["mined", "failed", "mined"]


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
