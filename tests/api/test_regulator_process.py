"""The regulator's own process: no key, no write, nobody else's reading."""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError
from starlette.routing import BaseRoute
from typer.testing import CliRunner

from api.audit.app import IndexUnreadable, create_app, make_services
from api.audit.private_file import PrivateFileUnusable
from indexer.models import IndexIdentity
from node_adapter.db import make_engine, migrate
from scripts.cli import app as scf
from tests.api.member import refusal
from tests.api.regulating import settings
from tests.api.scenes import AUDIT_LISTS
from tests.api.stage import Stage, TestClient

pytestmark = pytest.mark.devnet

ROOT = Path(__file__).resolve().parents[2]
BUCKETS = ("not_due", "1_30", "31_60", "61_90", "over_90")


# What it is


def test_process__loads_no_signer_no_outbox_and_no_vault() -> None:
    code = (
        "import sys, api.audit.__main__; print([n for n in sys.modules if n.startswith("
        "('node_adapter.signers', 'node_adapter.outbox', 'api.invoices.vault', 'api.context', 'api.app'))])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ended.stdout.strip() == "[]"


def test_routes__all_of_them__only_read(served: FastAPI, regulator: TestClient) -> None:
    def walk(routes: Sequence[BaseRoute]) -> Iterator[tuple[str, set[str]]]:
        for route in routes:
            if (included := getattr(route, "original_router", None)) is not None:
                yield from walk(included.routes)
            else:
                yield getattr(route, "path", ""), set(getattr(route, "methods", None) or {"GET"})

    found = dict(walk(served.routes))
    assert len(found) > 15
    assert set().union(*found.values()) <= {"GET", "HEAD"}
    for path in served.openapi()["paths"]:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            address = path.replace("{payable_id}", "0x" + 56 * "0").replace("{kind}", "deal").replace("{id}", "1")
            assert regulator.request(method, address).status_code == 405, (method, path)


def test_connection__asked_to_write__cannot(served: FastAPI) -> None:
    engine = served.state.services.engine
    for statement in ("DELETE FROM payable", "CREATE TABLE x (y int)", "UPDATE chain_block SET number = 0"):
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = 0")
            with pytest.raises(DBAPIError, match="readonly"):
                connection.execute(text(statement))


def test_docs__name_no_other_host(regulator: TestClient) -> None:
    page = regulator.get("/docs").text
    assert "http://" not in page
    assert "https://" not in page
    schema = regulator.get("/openapi.json").json()
    assert {f"/audit/v1/{path}" for path in AUDIT_LISTS} <= set(schema["paths"])
    for path, methods in schema["paths"].items():
        for operation in methods.values():
            assert operation["description"], path
            assert ("security" in operation) == path.startswith("/audit/"), path


@pytest.mark.slow  # a process of its own
def test_command__started__serves_and_has_no_file_of_keys_open(network: Stage) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "scripts.cli", "index", "--read-only-api", "--port", str(port)]
    where = {
        "SCF_AUDIT_DATABASE_URL": network.settings.database_url.get_secret_value(),
        "SCF_AUDIT_NODE_URL": network.node.url,
        "SCF_AUDIT_DEPLOYMENTS": str(network.settings.deployments),
    }
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **where}, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 60
        while True:
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < deadline
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200:
                    break
            time.sleep(0.05)
        found = httpx.get(f"http://127.0.0.1:{port}/audit/v1/participants").json()
        assert len(found["items"]) > 5
        opened = {os.path.realpath(fd) for fd in Path(f"/proc/{process.pid}/fd").iterdir()}
        assert any(name.endswith("scf.sqlite3") for name in opened)
        assert not any("/keys/" in name or "/secrets/" in name or "/wallets/" in name for name in opened)
    finally:
        process.terminate()
        _, said = process.communicate(timeout=30)
    assert process.returncode in {0, -signal.SIGTERM}, said
    assert f"127.0.0.1:{port}/audit/v1, read only" in said


def test_command__settings_that_cannot_work__are_one_line(network: Stage, tmp_path: Path) -> None:
    where = ["--node", network.node.url, "--deployments", str(network.settings.deployments)]
    for more, name in (
        (["--database", f"sqlite:///{tmp_path}/none.sqlite3"], "IndexUnreadable"),
        (["--database", "mysql://x"], "DatabaseUnsupported"),
        (["--database", "sqlite://", "--host", "0.0.0.0"], "SettingsWrong"),
    ):
        ended = CliRunner().invoke(scf, ["index", "--read-only-api", *where, *more, "--data", str(tmp_path), "--json"])
        assert ended.exit_code == 1
        assert json.loads(ended.stdout)["error"]["name"] == name
        assert ended.stderr.splitlines()[-1].startswith("scf: ")


# Who may read


def test_token__without_it_or_with_another__nothing_is_read(network: Stage, tmp_path: Path) -> None:
    token = secrets.token_urlsafe(32)
    file = tmp_path / "token"
    file.touch(mode=0o600)
    file.write_text(token + "\n")
    app = create_app(make_services(settings(network, token_file=file, host="0.0.0.0")))
    client = TestClient(app, base_url="http://regulator.example")
    for headers in ({}, {"Authorization": f"Bearer {token}x"}, {"Authorization": f"Basic {token}"}):
        for path in ("participants", "evidence/participant/" + network["c"].address):
            assert refusal(client.get(f"/audit/v1/{path}", headers=headers)) == "401 Unauthenticated"
    assert client.get("/audit/v1/participants", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert client.get("/health").status_code == 200
    assert token not in repr(app.state.services)


def test_settings__a_token_that_others_read_or_none_beyond_the_loopback__are_refused(
    network: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.write_text("t" * 40)
    file.chmod(0o644)
    with pytest.raises(PrivateFileUnusable, match="chmod 600"):
        make_services(settings(network, token_file=file))
    file.chmod(0o600)
    file.write_text("short")
    with pytest.raises(PrivateFileUnusable, match="32 at least"):
        make_services(settings(network, token_file=file))
    with pytest.raises(ValidationError, match="SCF_AUDIT_TOKEN_FILE"):
        settings(network, host="0.0.0.0")
    monkeypatch.setenv("SCF_AUDIT_TOKEN", "x")
    with pytest.raises(ValidationError, match="unknown settings"):
        settings(network)


def test_loopback__asked_by_another_name__is_refused(served: FastAPI) -> None:
    """A page's own name could be led to 127.0.0.1."""
    client = TestClient(served, base_url="http://evil.example:8100")
    assert refusal(client.get("/audit/v1/participants")) == "422 RequestInvalid"


def test_index__of_another_chain_or_none_at_all__is_refused(network: Stage, tmp_path: Path) -> None:
    missing = f"sqlite:///{tmp_path}/none.sqlite3"
    with pytest.raises(IndexUnreadable, match="let the indexer run"):
        make_services(settings(network, database_url=missing))
    assert not (tmp_path / "none.sqlite3").exists()
    empty = f"sqlite:///{tmp_path}/empty.sqlite3"
    engine = make_engine(empty)
    migrate(engine, "indexer")
    with pytest.raises(IndexUnreadable, match="no block yet"):
        make_services(settings(network, database_url=empty))
    with engine.begin() as connection:
        row = {"id": 1, "chain_id": 31337, "genesis_hash": "0x00", "deployments_hash": "0x00"}
        connection.execute(insert(IndexIdentity).values(**row))
    engine.dispose()
    with pytest.raises(IndexUnreadable, match="another chain"):
        make_services(settings(network, database_url=empty))
