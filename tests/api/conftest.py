"""One network for all API tests of a session. The app, and with it the outbox's worker, runs only while a test does:
tests without the marker `devnet` run with their sockets cut off, and so would a worker's thread beside them.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from api.app import create_app
from api.audit import app as audit
from hardhat_free_devnet import Anvil
from node_adapter.words import checksum_address
from tests.api.browsing import Browser, Desk
from tests.api.building import build, set_the_scene
from tests.api.regulating import settings
from tests.api.stage import Stage, TestClient
from tests.conftest import tool


@contextmanager
def built(folder: Path, database: str | None = None) -> Iterator[Stage]:
    tool("anvil")
    node = Anvil(folder / "node", durable=False).start()
    stage = build(node, folder, database)
    yield stage
    for engine in (stage.services.readers, stage.services.engine, stage.follower.engine):
        engine.dispose()
    stage.services.client.close()
    node.stop()


@contextmanager
def opened(built_stage: Stage, app: FastAPI) -> Iterator[Stage]:
    """While a test runs: served, its scene set, and put back afterwards."""
    with TestClient(app, raise_server_exceptions=False) as http:
        stage = built_stage.opened(http)
        if not stage.scene_set:
            set_the_scene(stage)
        yield stage
        stage.settle()
        stage.restore()


@pytest.fixture(scope="session")
def _stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A node of its own: the outbox would take what other tests do to theirs for a reorg."""
    with built(tmp_path_factory.mktemp("api")) as stage:
        yield stage


@pytest.fixture(scope="session")
def app(_stage: Stage) -> FastAPI:
    return create_app(_stage.services)


@pytest.fixture
def network(_stage: Stage, app: FastAPI) -> Iterator[Stage]:
    """The network, running. Mark the test `devnet`."""
    with opened(_stage, app) as stage:
        yield stage


@pytest.fixture
def browser(network: Stage, app: FastAPI) -> Browser:
    return Browser(app)


@pytest.fixture
def desk(network: Stage, app: FastAPI) -> Desk:
    return Desk(network, app)


@pytest.fixture
def in_two_currencies(network: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a bank issued yen too: what the pages offer and read, not what the chain does with it."""
    deployments = network.services.deployments
    yen = replace(deployments["DepositTokenCNY"], address=checksum_address(secrets.token_bytes(20)))
    monkeypatch.setitem(deployments.contracts, "DepositTokenJPY", yen)


@pytest.fixture
def served(network: Stage) -> Iterator[FastAPI]:
    services = audit.make_services(settings(network))
    yield audit.create_app(services)
    services.client.close()
    services.engine.dispose()


@pytest.fixture
def regulator(served: FastAPI) -> TestClient:
    return TestClient(served, base_url="http://127.0.0.1:8100", raise_server_exceptions=False)
