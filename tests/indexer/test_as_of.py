"""As of any moment, on a real chain and both databases; any history at all is `test_reorg_property.py`'s."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hardhat_free_devnet import rpc
from indexer import queries
from indexer.as_of import AsOfUnknown, session_as_of
from indexer.follow import Follower
from indexer.models import Payable, Receivable
from indexer.verify import verify
from node_adapter.client import NodeClient
from node_adapter.db import read_only
from tests.indexer.devnet import Network
from tests.indexer.story import play_story
from tests.indexer.test_reorg_property import SHOWN, rows, rows_as_of

pytestmark = pytest.mark.devnet


def test_as_of__blocks_of_the_whole_story__is_what_the_index_was_then(
    network: Network, follower: Follower, client: NodeClient, engine: Engine
) -> None:
    payable_id = network.confirmed("INV-before", 1_000)
    network.split("s1", f"{payable_id}00000001", "s2", 400)
    follower.catch_up()
    then = client.head()
    before = {name: found for name, found in rows(engine).items() if name in SHOWN}
    play_story(network)
    follower.catch_up()

    assert rows_as_of(engine, then.number) == before
    newest = client.head().number
    assert rows_as_of(engine, newest) == {name: found for name, found in rows(engine).items() if name in SHOWN}
    with session_as_of(engine, newest) as session:
        root = session.get_one(Receivable, f"{payable_id}00000001")
        assert (root.end - root.start, root.holder) == (600, network.addresses["s1"])
    assert verify(engine, client, network.deployments).differences == []


def test_as_of__number_hash_and_instant__mean_the_same_block(
    network: Network, follower: Follower, client: NodeClient, engine: Engine
) -> None:
    payable_id = network.confirmed("INV-1", 1_000)
    follower.catch_up()
    then = client.head()
    rpc(network.url, "evm_increaseTime", 10)  # the blocks to come may not be of the same second
    network.split("s1", f"{payable_id}00000001", "s2", 400)
    network.credit("core", 1_000)
    network.pay(payable_id, 1_000, "once")
    follower.catch_up()
    for moment in (then.number, then.hash, datetime.fromtimestamp(then.timestamp, UTC)):
        with session_as_of(engine, moment) as session:
            block = queries.head(session)
            assert block is not None
            assert (block.number, block.timestamp) == (then.number, then.timestamp)
            assert session.get_one(Payable, payable_id).paid == 0
            assert session.get_one(Receivable, f"{payable_id}00000001").end == 1_000
            assert session.get(Receivable, f"{payable_id}00000002") is None


def test_as_of__moments_that_the_index_does_not_know__refused_with_what_it_has(
    network: Network, follower: Follower, client: NodeClient, engine: Engine
) -> None:
    with pytest.raises(AsOfUnknown, match="no block yet"), session_as_of(engine, 1):
        pass
    follower.catch_up()
    newest = client.head()
    later = datetime.fromtimestamp(newest.timestamp + 1, UTC)
    unknown = (newest.number + 1, "0x" + "ab" * 32, later, datetime(1990, 1, 1, tzinfo=UTC))
    for moment in unknown:
        with pytest.raises(AsOfUnknown, match=rf"it has blocks \d+ to {newest.number}"), session_as_of(engine, moment):
            pass


def test_as_of__over__nothing_is_written_and_the_next_reader_sees_today(
    network: Network, follower: Follower, engine: Engine
) -> None:
    follower.catch_up()
    network.confirmed("INV-1", 1_000)
    follower.catch_up()
    with Session(read_only(engine)) as session:
        today = queries.head(session)
    assert today is not None
    with session_as_of(engine, today.number - 1) as session:
        with pytest.raises(DBAPIError, match=r"read-?only"):
            session.execute(text("DELETE FROM orphaned_block"))
        session.rollback()
    for _ in range(3):  # whichever connection the pool gives
        with Session(read_only(engine)) as session:
            found = queries.head(session)
            assert found is not None
            assert found.number == today.number
