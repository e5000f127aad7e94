"""Networks for tests that end them badly. A first start takes seconds for its keys alone: done once, it is copied."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from node_adapter.signers import Wallet
from scripts import actors
from scripts.demo import story
from scripts.demo.cast import Cast, assemble
from tests.conftest import tool
from tests.end_to_end.network import Network, network


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after a first start, everybody admitted, a programme published, and an orderly stop. Copy it."""
    tool("anvil")
    root = tmp_path_factory.mktemp("scf") / "first"
    with network(root) as started:
        started.up()
        cast = cast_of(started)
        story._admit(cast)
        story._programme(cast)
        assert [check for check in cast.checks if not check.ok] == []
        print(f"first start: ready after {started.ready_after_s:.1f} s")
        started.interrupt()
    return root


@pytest.fixture
def net(first_start: Path, tmp_path: Path) -> Iterator[Network]:
    """A network of the test's own that was started once before and does not run."""
    shutil.copytree(first_start, tmp_path / "net")
    with network(tmp_path / "net") as found:
        yield found


@pytest.fixture(scope="session")
def running(first_start: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A running network for tests that leave it running and as it was."""
    root = tmp_path_factory.mktemp("scf") / "running"
    shutil.copytree(first_start, root)
    with network(root) as found:
        found.up()
        yield found


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Network]:
    """A network that was never started."""
    tool("anvil")
    with network(tmp_path / "net") as found:
        yield found


def cast_of(net: Network) -> Cast:
    """Everybody of a running network, logged in, C with its own wallet."""
    wallet = Wallet.load(net.folder.wallets / "c.json", net.folder.wallets / "passphrase")
    cast = assemble(net.url, actors.load(net.folder), {"c": wallet.sign}, lambda _step: None)
    net.clients.extend(cast.clients.values())
    return cast
