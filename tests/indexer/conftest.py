"""A deployed network, put back after each test, and databases to index it into: SQLite, and PostgreSQL where marked."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hardhat_free_devnet import Anvil, rpc
from indexer.events import Decoder
from indexer.follow import Follower
from indexer.proof.gather import Made
from node_adapter.client import NodeClient
from node_adapter.db import make_engine, migrate
from tests.indexer import devnet
from tests.indexer.devnet import Network
from tests.indexer.proving import Prover


@pytest.fixture(scope="session")
def deployed(anvil: Anvil) -> Iterator[devnet.Network]:
    """The contracts once for all tests of this folder; the chain is put back for whoever comes next."""
    snapshot = rpc(anvil.url, "evm_snapshot")
    yield devnet.deploy(anvil.url)
    rpc(anvil.url, "anvil_autoImpersonateAccount", False)
    rpc(anvil.url, "evm_revert", snapshot)


@pytest.fixture
def network(deployed: devnet.Network, node_url: str) -> devnet.Network:
    assert deployed.url == node_url
    return deployed


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/index.sqlite3"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    migrate(engine, "indexer")
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path}/index.sqlite3")
    migrate(engine, "indexer")
    yield engine
    engine.dispose()


@pytest.fixture
def client(network: devnet.Network) -> Iterator[NodeClient]:
    client = NodeClient(network.url, chain_id=network.deployments.chain_id)
    yield client
    client.close()


@pytest.fixture
def follower(network: devnet.Network, client: NodeClient, engine: Engine) -> Follower:
    follower = Follower(engine, client, Decoder(network.deployments))
    follower.pin()
    return follower


@pytest.fixture
def sqlite_follower(network: devnet.Network, client: NodeClient, sqlite_engine: Engine) -> Follower:
    follower = Follower(sqlite_engine, client, Decoder(network.deployments))
    follower.pin()
    return follower


@pytest.fixture
def deployments_file(network: devnet.Network, tmp_path: Path) -> Path:
    path = tmp_path / "deployments.json"
    network.deployments.save(path)
    assert json.loads(path.read_text())["chain_id"] == network.deployments.chain_id
    return path


@pytest.fixture
def prover(network: Network, sqlite_follower: Follower, client: NodeClient, sqlite_engine: Engine) -> Prover:
    return Prover(network, sqlite_follower, client, sqlite_engine)


@pytest.fixture
def small(prover: Prover) -> Made:
    """A payable's, complete, and not long."""
    payable = prover.network.confirmed("INV-small", 1_234_567)
    prover.network.anchor("s1", "evidence INV-small")
    return prover.make("payable", payable, complete=True)
