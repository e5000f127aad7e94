"""The network that the tests of the outbox work on, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.node_adapter.outbox_support import BANK, SUPPLIER, TestNetwork, make_network


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
