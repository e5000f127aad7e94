"""One network for all API tests of a session. The app, and with it the outbox's worker, runs only while a test does:
tests without the marker `devnet` run with their sockets cut off, and so would a worker's thread beside them.
"""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from api.app import create_app
from hardhat_free_devnet import Anvil
from tests.api.stage import Stage, TestClient, build, set_the_scene
from tests.conftest import tool


@pytest.fixture(scope="session")
def _stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A node of its own: the outbox would take what other tests do to theirs for a reorg."""
    tool("anvil")
    folder = tmp_path_factory.mktemp("api")
    node = Anvil(folder / "node", durable=False).start()
    stage = build(node, folder)
    yield stage
    stage.services.engine.dispose()
    stage.services.client.close()
    node.stop()


@pytest.fixture(scope="session")
def app(_stage: Stage) -> FastAPI:
    return create_app(_stage.services)


@pytest.fixture
def network(_stage: Stage, app: FastAPI) -> Iterator[Stage]:
    """The network, running. Mark the test `devnet`."""
    with TestClient(app, raise_server_exceptions=False) as http:
        stage = _stage.opened(http)
        if not stage.scene_set:
            set_the_scene(stage)
        yield stage
        stage.settle()
        stage.restore()
