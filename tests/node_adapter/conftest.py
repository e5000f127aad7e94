"""The network that the tests of the outbox work on, on both databases; nodes with faults, and one of another chain."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hardhat_free_devnet import Anvil
from node_adapter import nodes as pool
from node_adapter import rpc as single
from tests.conftest import tool
from tests.faulty_node import FaultyNode, faulty
from tests.node_adapter.outbox_support import BANK, SUPPLIER, TestNetwork, make_network
from tests.node_adapter.register import Register


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


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A second chain: the same chain id, another genesis."""
    tool("anvil")
    node = Anvil(tmp_path_factory.mktemp("other"), durable=False).start()
    yield node.url
    node.stop()


@pytest.fixture
def proxies(node_url: str) -> Iterator[list[FaultyNode]]:
    with ExitStack() as stack:
        yield [stack.enter_context(faulty(node_url)) for _ in range(2)]


@pytest.fixture
def looks_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nodes are looked at before each question: no test waits for the next look."""
    monkeypatch.setattr(pool, "LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(single, "READ_PAUSES_S", (0.01, 0.01))


@pytest.fixture
def register(node_url: str) -> Iterator[Register]:
    register = Register(node_url)
    yield register
    register.session.close()
