"""The regulator's own process: everything, as of any block, with proof; no key, no write, nobody else's reading."""

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
from datetime import timedelta
from pathlib import Path
from typing import Any

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
from api.audit.settings import AuditSettings
from api.domain.settlement import entitled
from indexer.models import IndexIdentity
from indexer.proof.check import verify_evidence
from node_adapter.db import make_engine, migrate
from scripts.cli import app as scf
from tests.api.scenes import AUDIT_LISTS
from tests.api.stage import FACE, Stage, TestClient, money, refusal

pytestmark = pytest.mark.devnet

ROOT = Path(__file__).resolve().parents[2]
BUCKETS = ("not_due", "1_30", "31_60", "61_90", "over_90")


def settings(network: Stage, **more: Any) -> AuditSettings:
    given = {
        "database_url": network.settings.database_url,
        "node_url": network.node.url,
        "deployments": network.settings.deployments,
        **more,
    }
    return AuditSettings.model_validate(given)


@pytest.fixture
def served(network: Stage) -> Iterator[FastAPI]:
    services = make_services(settings(network))
    yield create_app(services)
    services.client.close()
    services.engine.dispose()


@pytest.fixture
def regulator(served: FastAPI) -> TestClient:
    return TestClient(served, base_url="http://127.0.0.1:8100", raise_server_exceptions=False)


def read(client: TestClient, path: str, **query: Any) -> Any:
    response = client.get(f"/audit/v1/{path}", params=query)
    assert response.status_code == 200, response.text
    return response.json()


def every(client: TestClient, path: str, **query: Any) -> list[Any]:
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = read(client, path, limit=200, **query, **cursor)
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def minor(amount: dict[str, str]) -> int:
    return int(amount["amount"].replace(".", ""))


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


# What it says


def test_ready__behind_the_chain__says_how_far(network: Stage, regulator: TestClient) -> None:
    network.index()
    assert regulator.get("/ready").json()["ready"] is True
    network.rpc("anvil_mine", "0x9")
    response = regulator.get("/ready")
    assert (response.status_code, response.json()["waiting_for"]) == (503, "the index: 9 blocks behind")
    assert response.json()["head"] - response.json()["indexed"] == 9
    network.index()
    assert regulator.get("/ready").status_code == 200


@pytest.mark.parametrize("path", AUDIT_LISTS)
def test_list__here_and_in_the_api__is_the_same_but_for_names(network: Stage, regulator: TestClient, path: str) -> None:
    network.index()
    block = network["r"].read("/api/v1/chain")["block"]
    ours, theirs = (
        [nameless(item) for item in answer["items"]]
        for answer in (
            read(regulator, path, as_of=block, limit=20),
            network["r"].read(f"/audit/v1/{path}", as_of=block, limit=20),
        )
    )
    assert ours == theirs


def nameless(node: Any) -> Any:
    told = {"name", "legal_id", "name_by", "reason", "authority", "undertaking", "tenor_reason"}
    if isinstance(node, dict):
        beside = {key for key in node if key.startswith("invoice_") and key != "invoice_fingerprint"}
        return {key: nameless(node[key]) for key in node.keys() - beside if key not in told or "contract" in node}
    return [nameless(value) for value in node] if isinstance(node, list) else node


def test_as_of__of_each_list__is_said_with_hash_time_and_finality(network: Stage, regulator: TestClient) -> None:
    network.confirmed()
    network.rpc("anvil_mine", hex(20))
    network.index()
    newest = network["r"].read("/api/v1/chain")
    for path in AUDIT_LISTS:
        now = read(regulator, path)
        assert (now["as_of_block"], now["as_of_hash"]) == (newest["block"], newest["block_hash"])
        assert now["final"] is False  # twelve blocks must follow
        old = read(regulator, path, as_of=newest["block"] - 15)
        assert (old["as_of_block"], old["final"]) == (newest["block"] - 15, True)
    assert refusal(regulator.get("/audit/v1/payables", params={"as_of": "yesterday"})) == "422 RequestInvalid"
    first = read(regulator, "payables", as_of=1)
    assert first["items"] == []


def test_exposures__of_a_payable_paid_in_part__are_exact_by_debtor_tier_and_holder(
    network: Stage, regulator: TestClient
) -> None:
    network.go_to(12)
    programme = network.programme("rival", minimum_piece=money(1), refusal_hours=5, maximum_depth=5)
    payable = network.proposed(amount=100_001, terms={"programme_id": programme}, buyer="rival")
    network["rival"].command(f"/api/v1/payables/{payable}/confirm")
    root = f"{payable}00000001"
    child = network.split("s1", root, "s2", 33_334)
    grandchild = network.split("s2", child, "s3", 11_111)
    network.pass_time(6 * 3_600)
    network.credit("rival", 10**9)
    network.pay(payable, 50_000, "rival")

    pieces = {p["receivable_id"]: p for p in every(regulator, "receivables", payable_id=payable)}
    for piece in pieces.values():
        shares = (
            entitled(100_001, 50_000, piece["interval_start"], piece["interval_end"], closed=True),
            minor(piece["value"]) - minor(piece["unpaid"]),
        )
        assert shares[0] == shares[1], piece
    assert sum(minor(piece["unpaid"]) for piece in pieces.values()) == 100_001 - 50_000
    assert [pieces[piece]["tier"] for piece in (root, child, grandchild)] == [1, 2, 3]

    exposures = every(regulator, "exposures")
    assert {e["receivable_id"] for e in exposures if e["payable_id"] == payable} == set(pieces)
    for by, of in (("debtors", "debtor"), ("tiers", "tier"), ("holders", "holder")):
        grouped: dict[str, int] = {}
        for e in exposures:
            assert e["currency"] == "CNY"
            grouped[str(e[of])] = grouped.get(str(e[of]), 0) + minor(e["unpaid"])
        total = sum(grouped.values())
        rows = every(regulator, f"exposures/{by}")
        assert {str(row[of]): minor(row["unpaid"]) for row in rows} == grouped
        for row in rows:
            assert row["share_bps"] == minor(row["unpaid"]) * 10_000 // total
            assert sum(minor(row[f"aged_{bucket}"]) for bucket in BUCKETS) == minor(row["unpaid"])
        assert [minor(row["unpaid"]) for row in rows] == sorted(grouped.values(), reverse=True)


def test_ageing__day_by_day_past_the_due_date__moves_from_bucket_to_bucket(
    network: Stage, regulator: TestClient
) -> None:
    network.go_to(12)
    payable = network.confirmed(amount=1_000, due_date=network.today() + timedelta(days=1))
    passed = -1
    for days, bucket in ((0, "not_due"), (1, "1_30"), (30, "1_30"), (31, "31_60"), (61, "61_90"), (91, "over_90")):
        network.pass_time((days - passed) * 86_400)
        passed = days
        rows = every(regulator, "payables", debtor=network["c"].address, ageing=bucket)
        (row,) = [row for row in rows if row["payable_id"] == payable]
        assert (row["days_past_due"], row["overdue"]) == (days, days > 0)
        (piece,) = [row for row in every(regulator, "exposures", ageing=bucket) if row["payable_id"] == payable]
        assert minor(piece["unpaid"]) == 1_000


def test_lineage__split_twice__is_a_tree_of_intervals_and_tiers(network: Stage, regulator: TestClient) -> None:
    payable = network.confirmed()
    root = f"{payable}00000001"
    child = network.split("s1", root, "s2", FACE // 4)
    network.split("s2", child, "s3", FACE // 8)
    found = read(regulator, f"payables/{payable}/lineage")
    assert found["as_of_hash"].startswith("0x")
    tree = found["root"]
    assert (tree["tier"], tree["start"], tree["end"]) == (1, 0, FACE - FACE // 4)
    (second,) = tree["children"]
    (third,) = second["children"]
    assert (second["tier"], third["tier"]) == (2, 3)
    assert (third["start"], third["end"]) == (FACE - FACE // 8, FACE)
    assert third["holder"] == {"address": network["s3"].address, "name": None}
    assert refusal(regulator.get(f"/audit/v1/payables/0x{56 * '0'}/lineage")) == "404 NotFound"


def test_filters__of_lists__leave_out_the_rest(network: Stage, regulator: TestClient) -> None:
    payable = network.confirmed()
    network.proposed("s2")
    network.pay(network.confirmed("s3"), 1_000)
    network.frozen("s1", payable, 1_000)
    network.frozen("s2", payable, 1_000)
    for path, query in (
        ("receivables", {"payable_id": payable}),
        ("events", {"subject": payable}),
        ("payables", {"debtor": network["c"].address, "state": "confirmed"}),
        ("freeze-orders", {"holder": network["s1"].address, "live": True}),
        ("events", {"name": "FreezeOrdered"}),
        ("cash-flows", {"kind": "issue"}),
    ):
        found, whole = every(regulator, path, **query), every(regulator, path)
        assert 0 < len(found) < len(whole), path
    assert refusal(regulator.get("/audit/v1/payables", params={"debtor": "x' OR 1=1"})) == "422 RequestInvalid"


# What it proves


def make_final(network: Stage) -> None:
    """All that happened so far."""
    network.rpc("anvil_mine", hex(13))
    network.index()


def test_evidence__of_a_payable__holds_offline_against_its_block(network: Stage, regulator: TestClient) -> None:
    payable = network.confirmed()
    make_final(network)
    response = regulator.get(f"/audit/v1/evidence/payable/{payable}", params={"complete": "true"})
    assert response.status_code == 200, response.text
    block = int(response.headers["x-scf-block"])
    named = network.services.client.block_hash(block)
    assert response.headers["x-scf-block-hash"] == named
    assert named is not None
    verdict = verify_evidence(response.content, named)
    assert verdict.document["subject"] == {"kind": "payable", "id": payable}
    assert verdict.document["journals"] != []
    event = read(regulator, "events", subject=payable)["items"][-1]
    proven = regulator.get(f"/audit/v1/evidence/event/{event['block']}/{event['log_index']}")
    assert verify_evidence(proven.content, proven.headers["x-scf-block-hash"]).document["subject"]["kind"] == "event"


def test_evidence__that_cannot_be_made__says_why(network: Stage, regulator: TestClient, served: FastAPI) -> None:
    make_final(network)
    path = "/audit/v1/evidence/payable/"
    assert refusal(regulator.get(path + "0x12")) == "422 EvidenceNotPossible"
    assert refusal(regulator.get(f"{path}0x{56 * '1'}")) == "404 EvidenceSubjectUnknown"
    assert refusal(regulator.get("/audit/v1/evidence/nothing/1")) == "422 EvidenceNotPossible"
    whole = regulator.get(f"/audit/v1/evidence/participant/{network['c'].address}", params={"at": 10**9})
    assert refusal(whole) == "422 EvidenceNotPossible"
    assert whole.json()["params"]["reason"] == "BlockNotIndexed"
    with served.state.audit.proving:
        busy = regulator.get(f"/audit/v1/evidence/participant/{network['c'].address}")
    assert refusal(busy) == "503 EvidenceBusy"
    assert int(busy.headers["retry-after"]) > 0
    assert regulator.get(f"/audit/v1/evidence/participant/{network['c'].address}").status_code == 200


def test_evidence__while_the_node_is_away__is_a_503(network: Stage) -> None:
    make_final(network)
    away = TestClient(
        create_app(make_services(settings(network, node_url="http://127.0.0.1:9"))), base_url="http://localhost"
    )
    assert away.get("/audit/v1/participants").status_code == 200
    assert refusal(away.get(f"/audit/v1/evidence/participant/{network['c'].address}")).startswith("503 Node")
    assert away.get("/ready").status_code == 503
