"""A real node takes blocks back, and the index follows."""

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from indexer.errors import DeepReorg
from indexer.events import Decoder
from indexer.follow import Follower, Limits
from indexer.models import CashPosting, ChainEvent, OrphanedBlock, Payable, PayableState, Receivable
from indexer.verify import VerifyImpossible, verify
from node_adapter.client import NodeClient
from tests.indexer.devnet import Network

pytestmark = pytest.mark.devnet


def test_catch_up__reorg_drops_the_payment__rows_return_and_evidence_stays(
    network: Network, follower: Follower, client: NodeClient, engine: Engine
) -> None:
    network.credit("core", 1_000)
    payable_id = network.confirmed("INV-R", 1_000)
    child = network.split("s1", f"{payable_id}00000001", "s2", 400)
    network.pay(payable_id, 600)
    network.redeem("s2", child)
    follower.catch_up()
    with Session(engine) as session:
        assert session.get_one(Payable, payable_id).paid == 600
        assert session.get_one(Receivable, child).drawn_principal == 240

    network.reorg(2)
    follower.catch_up()

    with Session(engine) as session:
        payable = session.get_one(Payable, payable_id)
        assert (payable.paid, payable.state) == (0, PayableState.CONFIRMED)
        assert session.get_one(Receivable, child).drawn_principal == 0
        orphans = session.scalars(select(OrphanedBlock).order_by(OrphanedBlock.number)).all()
        said = [[event["name"] for event in orphan.events] for orphan in orphans]
        assert said == [
            ["PayablePaid", "PaymentReceived", "AuthorizationUsed", "Transfer"],
            ["ReceivableDrawn", "HolderRedeemed", "Transfer"],
        ]
        assert orphans[0].events[0]["args"]["paid"] == 600
    assert verify(engine, client, network.deployments).differences == []

    # The chain goes on, with other events in the same places.
    network.pay(payable_id, 1_000)
    follower.catch_up()
    with Session(engine) as session:
        assert session.get_one(Payable, payable_id).state == PayableState.SETTLED
    assert verify(engine, client, network.deployments).differences == []


def test_catch_up__head_fell_below_ours__index_falls_back_and_goes_on(
    network: Network, follower: Follower, client: NodeClient, engine: Engine
) -> None:
    network.credit("f1", 500)
    follower.catch_up()
    before = _count(engine, CashPosting)
    network.credit("f1", 700)
    network.mine(5)
    follower.catch_up()
    assert _count(engine, CashPosting) == before + 2

    network.rollback(6)
    follower.catch_up()

    assert _count(engine, CashPosting) == before
    assert _count(engine, OrphanedBlock) == 6
    network.credit("f2", 900)
    follower.catch_up()
    assert verify(engine, client, network.deployments).differences == []


def test_catch_up__same_blocks_orphaned_twice__evidence_is_kept_once(
    network: Network, follower: Follower, engine: Engine
) -> None:
    _anchor(network, 3)
    follower.catch_up()
    network.reorg(1)
    follower.catch_up()
    follower.catch_up()
    assert _count(engine, OrphanedBlock) == 1


def test_catch_up__reorg_deeper_than_allowed__stops_and_touches_nothing(
    network: Network, client: NodeClient, sqlite_engine: Engine
) -> None:
    careful = Follower(sqlite_engine, client, Decoder(network.deployments), Limits(reorg_depth=3))
    network.credit("f1", 500)
    _anchor(network, 6)
    careful.catch_up()
    held = _count(sqlite_engine, ChainEvent)
    network.reorg(5)
    with pytest.raises(DeepReorg, match="--reorg-depth"):
        careful.catch_up()
    assert _count(sqlite_engine, ChainEvent) == held
    assert _count(sqlite_engine, OrphanedBlock) == 0

    network.mine(1)
    Follower(sqlite_engine, client, Decoder(network.deployments), Limits(reorg_depth=6)).catch_up()
    assert verify(sqlite_engine, client, network.deployments).differences == []


def test_catch_up__reorg_as_deep_as_allowed__is_followed(
    network: Network, client: NodeClient, sqlite_engine: Engine
) -> None:
    careful = Follower(sqlite_engine, client, Decoder(network.deployments), Limits(reorg_depth=3))
    _anchor(network, 6)
    careful.catch_up()
    network.reorg(3)
    careful.catch_up()
    assert _count(sqlite_engine, OrphanedBlock) == 3


def test_verify__index_on_another_fork__says_so(
    network: Network, follower: Follower, client: NodeClient, engine: Engine
) -> None:
    _anchor(network, 3)
    with pytest.raises(VerifyImpossible, match="no block yet"):
        verify(engine, client, network.deployments)
    follower.catch_up()
    network.reorg(2)
    with pytest.raises(VerifyImpossible, match="caught up"):
        verify(engine, client, network.deployments)


def _anchor(network: Network, count: int) -> None:
    """That many blocks which a reorg changes: once the base fee is at its floor, an empty block replaces itself."""
    for number in range(count):
        network.anchor("s1", f"block {number}")


def _count(engine: Engine, model: type[object]) -> int:
    with Session(engine) as session:
        return session.scalars(select(func.count()).select_from(model)).one()
