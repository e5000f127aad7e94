"""An index whose nodes are behind faulty proxies."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from indexer.events import Decoder
from indexer.follow import Follower, Limits
from indexer.verify import verify
from node_adapter.client import NodeClient
from node_adapter.db import make_engine, migrate
from node_adapter.networks import DEVNET
from tests.faulty_node import (
    FaultyNode,
)
from tests.indexer.devnet import Network
from tests.indexer.test_reorg_property import rows


@dataclass
class Site:
    network: Network
    proxies: list[FaultyNode]
    follower: Follower
    engine: Engine
    honest: NodeClient
    folder: Path

    @property
    def proxy(self) -> FaultyNode:
        return self.proxies[0]

    def happen(self) -> None:
        """Some events in some blocks, in contracts of several kinds."""
        self.network.credit("core", 5_000)
        self.network.anchor("s1", f"anchor {self.network.head()}")
        self.network.confirmed(f"payable {self.network.head()}", 1_000)
        self.network.anchor("s1", f"anchor {self.network.head()}")

    def assert_verified(self) -> None:
        assert verify(self.engine, self.honest, self.network.deployments).differences == []

    def assert_right(self) -> None:
        """As the chain is, and row for row as an index that never met a fault."""
        self.assert_verified()
        fresh = make_engine(f"sqlite:///{self.folder}/fresh.sqlite3")
        migrate(fresh, "indexer")
        follower = Follower(fresh, self.honest, Decoder(self.network.deployments))
        follower.pin()
        follower.catch_up()
        assert rows(self.engine) == rows(fresh)
        fresh.dispose()


def site_of(network: Network, proxies: list[FaultyNode], engine: Engine, folder: Path) -> Site:
    source = NodeClient(
        [proxy.url for proxy in proxies],
        chain_id=network.deployments.chain_id,
        genesis_hash=network.deployments.genesis_hash,
        network=DEVNET,
        timeout_s=2.0,
    )
    follower = Follower(engine, source, Decoder(network.deployments), Limits(behind_pauses_s=(0.01, 0.01)))
    follower.pin()
    follower.catch_up()
    return Site(network, proxies, follower, engine, NodeClient(network.url), folder)
