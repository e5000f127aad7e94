"""The index as it was at an older block, against the contracts as they were then."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from hardhat_free_devnet import Anvil
from indexer.follow import Follower
from indexer.models import ChainEvent, table_of
from indexer.verify import VerifyImpossible, verify
from node_adapter.client import NodeClient
from tests.conftest import tool
from tests.indexer import devnet
from tests.indexer.devnet import Network
from tests.indexer.story import FACE, play_story

pytestmark = pytest.mark.devnet


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    """A node of its own: the session's forgets old states, the sooner the more tests it served."""
    tool("anvil")
    node = Anvil(tmp_path / "chain", durable=False).start()
    yield devnet.deploy(node.url)
    node.stop()


def test_verify__as_of_older_blocks__agrees_with_the_contracts_of_then(
    network: Network, sqlite_follower: Follower, client: NodeClient, sqlite_engine: Engine
) -> None:
    """R-42."""
    payable_id = network.propose("INV-then", FACE)
    proposed = network.head()
    piece = network.confirm(payable_id)
    network.split("s1", piece, "s2", 400_001, recourse=True)
    split = network.head()
    network.mine(3)
    sqlite_follower.catch_up()
    compared = {}
    deployed = max(contract.block for contract in network.deployments.contracts.values())
    for block in (deployed, proposed, split, network.head()):
        heard: list[tuple[int, int]] = []

        def progress(done: int, total: int, heard: list[tuple[int, int]] = heard) -> None:
            heard.append((done, total))

        report = verify(sqlite_engine, client, network.deployments, block=block, progress=progress)
        assert report.differences == []
        assert report.block == block
        assert report.block_hash == client.block_hash(block)
        assert heard[-1][0] == heard[-1][1]
        compared[block] = report.compared
    assert compared[proposed].get("receivable_drawn", 0) == 0
    assert compared[split]["receivable_drawn"] == 2
    for beyond, why in ((0, "not block 0"), (network.head() + 1, "not block"), (deployed - 1, "not deployed yet")):
        with pytest.raises(VerifyImpossible, match=why):
            verify(sqlite_engine, client, network.deployments, block=beyond)


@pytest.mark.slow
def test_verify__as_of_any_block_of_the_story__finds_no_difference(
    network: Network, sqlite_follower: Follower, client: NodeClient, sqlite_engine: Engine
) -> None:
    first = network.head()
    play_story(network)
    sqlite_follower.catch_up()
    for block in range(first, network.head() + 1, 23):
        assert verify(sqlite_engine, client, network.deployments, block=block).differences == []


def test_verify__a_log_changed_since__is_found_at_older_blocks_too(
    network: Network, sqlite_follower: Follower, client: NodeClient, sqlite_engine: Engine
) -> None:
    network.credit("s1", 5_000)
    credited = network.head()
    network.mine()
    sqlite_follower.catch_up()
    event = table_of(ChainEvent)
    moved = (event.c.block_number == credited, event.c.name == "Transfer")
    with sqlite_engine.begin() as connection:
        data = bytearray(connection.scalars(select(event.c.data).where(*moved)).one())
        data[-1] ^= 1
        connection.execute(update(event).where(*moved).values(data=bytes(data)))
    report = verify(sqlite_engine, client, network.deployments, block=credited)
    assert {"journal", "chain_event", "cash_balance", "cash_supply"} <= {d.subject for d in report.differences}


def test_verify__a_sample__asks_no_more_than_that(
    network: Network, sqlite_follower: Follower, client: NodeClient, sqlite_engine: Engine
) -> None:
    network.confirmed("INV-sample", 5_000)
    sqlite_follower.catch_up()
    whole = verify(sqlite_engine, client, network.deployments)
    some = verify(sqlite_engine, client, network.deployments, sample=7)
    assert some.ok
    assert sum(some.compared.values()) <= sum(whole.compared.values())
    views = {"cash_balance", "proposal", "payable_ledger", "receivable_drawn", "invoice_claim", "cash_supply"}
    assert sum(some.compared.get(subject, 0) for subject in views) <= 7
    assert sum(whole.compared.get(subject, 0) for subject in views) > 7
    everything = verify(sqlite_engine, client, network.deployments, sample=10**6)
    assert everything.compared == whole.compared
