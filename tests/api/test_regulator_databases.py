"""The regulator's process on both databases, over all that can happen: read by a role that can do nothing else."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pyarrow import parquet
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from api.audit.app import IndexUnreadable, RegulatorServices, create_app, require_index
from api.audit.export import FORMULA_STARTS, harmless
from api.audit.settings import AuditSettings
from indexer.events import Decoder
from indexer.follow import Follower, Limits
from indexer.models import DisclosedParticipant, Participant
from indexer.reports import REPORTS, Kind
from node_adapter.client import NodeClient
from node_adapter.db import READER_ROLE, make_engine, make_reader, migrate
from node_adapter.networks import DEVNET
from tests.api.stage import TestClient
from tests.indexer.fake_chain import DEPLOYMENTS, FakeChain, left_to_chance
from tests.indexer.test_reports import LIST_OF

BLOCKS = 120
SECRET_TABLES = (
    "user_account",
    "organisation",
    "invoice",
    "kept_text",
    "financing_request",
    "financing_quote",
    "key_rotation",
    "operation",
    "alembic_version_api",
    "alembic_version_node_adapter",
)
"""Of the API and the outbox, in the same schema."""


@pytest.fixture(scope="module")
def chain() -> FakeChain:
    return left_to_chance(BLOCKS)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/index.sqlite3"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def indexed(database_url: str, chain: FakeChain) -> Iterator[Engine]:
    engine = make_engine(database_url)
    for room in ("node_adapter", "indexer", "api"):
        migrate(engine, room)
    follower = Follower(engine, chain, Decoder(DEPLOYMENTS), Limits(behind_pauses_s=()))
    follower.pin()
    follower.catch_up()
    yield engine
    engine.dispose()


@dataclass
class Served:
    http: TestClient
    engine: Engine

    def read(self, path: str, **query: Any) -> Any:
        response = self.http.get(f"/audit/v1/{path}", params=query)
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture
def served(indexed: Engine, database_url: str) -> Iterator[Served]:
    engine = make_reader(database_url)
    settings = AuditSettings.model_validate(
        {"database_url": database_url, "node_url": "http://127.0.0.1:9", "deployments": "unused.json"}
    )
    client = NodeClient("http://127.0.0.1:9")
    services = RegulatorServices(settings, engine, client, DEPLOYMENTS, replace(DEVNET), None)
    yield Served(TestClient(create_app(services), base_url="http://localhost"), engine)
    client.close()
    engine.dispose()


@pytest.mark.timeout(240)
def test_lists__on_both_databases__are_the_views_rows_now_and_what_was_then_before(
    served: Served, indexed: Engine
) -> None:
    for report in REPORTS.values():
        page = served.read(LIST_OF[report.name], limit=200)
        assert page["as_of_block"] == BLOCKS
        with indexed.connect() as connection:
            viewed = connection.execute(text(f"SELECT count(*) FROM {report.view}")).scalar_one()
        assert len(page["items"]) == min(viewed, 200) > 0, report.name
        then = served.read(LIST_OF[report.name], as_of=BLOCKS // 2, limit=200)
        assert then["as_of_block"] == BLOCKS // 2
    assert len(served.read("events", as_of=10)["items"]) < len(served.read("events", limit=200)["items"])


def test_reader__asked_to_write__cannot(served: Served) -> None:
    for statement in ("DELETE FROM payable", "UPDATE chain_block SET number = 0", "CREATE TABLE mine (x int)"):
        engine = served.engine
        if engine.dialect.name == "postgresql":  # also where the transaction may write
            engine = engine.execution_options(postgresql_readonly=False)
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA query_only = 0")
            with pytest.raises(DBAPIError, match=r"permission denied|readonly"):
                connection.execute(text(statement))


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_reader__of_what_is_not_the_index__may_read_nothing(served: Served, indexed: Engine) -> None:
    for table in SECRET_TABLES:
        with indexed.connect() as connection:
            connection.execute(text(f"SELECT count(*) FROM {table}"))  # it is there
        with served.engine.connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text(f"SELECT count(*) FROM {table}"))
        with served.engine.connect() as connection:
            connection.exec_driver_sql("RESET ROLE")
            assert connection.exec_driver_sql("SELECT current_user").scalar() == READER_ROLE
    with indexed.connect() as connection:
        readable = connection.execute(
            text(
                "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE n.nspname = 'public' AND relkind IN ('r', 'v') AND has_table_privilege(:role, c.oid, 'SELECT')"
            ),
            {"role": READER_ROLE},
        )
        found = set(readable.scalars())
    assert {report.view for report in REPORTS.values()} <= found
    assert not found & {*SECRET_TABLES}


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_reader__without_the_role_or_without_membership__is_told_the_remedy(
    indexed: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS scf_test_stranger")
        connection.execute("CREATE ROLE scf_test_stranger LOGIN")
    stranger = make_reader(database_url.replace("//postgres:", "//scf_test_stranger:"))
    with pytest.raises(IndexUnreadable, match=f"GRANT {READER_ROLE}"):
        require_index(stranger, database_url, DEPLOYMENTS)
    stranger.dispose()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP ROLE scf_test_stranger")
    for module in ("node_adapter.db", "api.audit.app"):
        monkeypatch.setattr(f"{module}.READER_ROLE", "scf_nobody")
    nobody = make_reader(database_url)
    with pytest.raises(IndexUnreadable, match="CREATE ROLE scf_reader NOLOGIN"):
        require_index(nobody, database_url, DEPLOYMENTS)
    nobody.dispose()


@pytest.mark.postgres
def test_migration__by_a_user_who_may_make_no_role__goes_on_and_says_so(
    postgres_url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The role is of the whole server: here it goes by a name that nobody has made."""
    monkeypatch.setattr("indexer.reports.access.READER_ROLE", "scf_test_unmade")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute("DROP ROLE IF EXISTS scf_test_owner")
        connection.execute("CREATE ROLE scf_test_owner LOGIN NOCREATEROLE")
        for right in ("ALL ON SCHEMA public", f'CREATE ON DATABASE "{name}"'):
            connection.execute(f"GRANT {right} TO scf_test_owner".encode())
    engine = make_engine(postgres_url.replace("//postgres:", "//scf_test_owner:"))
    try:
        migrate(engine, "indexer")
        assert "CREATE ROLE scf_reader NOLOGIN" in caplog.text
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM v_payables")).scalar() == 0
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("CREATE ROLE scf_test_unmade NOLOGIN")
        migrate(engine, "indexer")
        with engine.connect() as connection:
            granted = "SELECT has_table_privilege('scf_test_unmade', 'v_payables', 'SELECT')"
            assert connection.exec_driver_sql(granted).scalar() is True
    finally:
        engine.dispose()
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            for role in ("scf_test_unmade", "scf_test_owner"):
                connection.execute(f"DROP OWNED BY {role} CASCADE; DROP ROLE {role}".encode())


HOSTILE = '=HYPERLINK("http://evil.example","click")'


def test_export__as_csv_and_parquet__has_every_row_exact_amounts_and_no_formula(
    served: Served, indexed: Engine
) -> None:
    with Session(indexed) as session, session.begin():
        for one in session.scalars(select(Participant)).all():
            session.add(
                DisclosedParticipant(
                    account=one.account,
                    name=HOSTILE,
                    legal_id="+49",
                    legal_entity_hash=one.legal_entity_hash,
                    name_by="stated",
                )
            )
    for report in REPORTS.values():
        with indexed.connect() as connection:
            count = connection.execute(text(f"SELECT count(*) FROM {report.view}")).scalar_one()
        answer = served.http.get(f"/audit/v1/export/{report.name}.csv")
        assert answer.headers["content-type"].startswith("text/csv")
        assert f"{report.name}-{BLOCKS}.csv" in answer.headers["content-disposition"]
        rows = list(csv.DictReader(io.StringIO(answer.text, newline=""), strict=True))
        assert len(rows) == count
        said = {(row["as_of_block"], row["as_of_hash"]) for row in rows}
        assert said == {(answer.headers["x-scf-as-of-block"], answer.headers["x-scf-as-of-hash"])}
        amounts = {column.name for column in report.columns if column.kind is Kind.MONEY}
        for row in rows:
            for name, cell in row.items():
                assert not cell.startswith(FORMULA_STARTS) or name.removesuffix("_minor") in amounts
            for name in amounts & {n for n in amounts if row[n]}:
                assert Decimal(row[name]).scaleb(2 if row["currency"] == "CNY" else 0) == int(row[f"{name}_minor"])
        content = served.http.get(f"/audit/v1/export/{report.name}.parquet").content
        table = parquet.read_table(io.BytesIO(content))
        assert table.num_rows == count
        told = {name.decode(): value.decode() for name, value in table.schema.metadata.items()}
        assert told["scf.as_of_block"] == str(BLOCKS)
        assert told["scf.as_of_hash"] == answer.headers["x-scf-as-of-hash"]
        for row, other in zip(rows, table.to_pylist(), strict=True):
            assert {name: _shown(value) for name, value in other.items()}.items() <= row.items()
    named = served.http.get("/audit/v1/export/payables.csv").text
    assert HOSTILE.replace('"', '""') in named
    assert f"'{HOSTILE[:10]}" in named


def _shown(value: Any) -> str:
    """A value of Parquet as CSV has it."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case str():
            return value if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value) else harmless(value)
        case _:
            return str(value)


def test_export__as_of_a_block__is_of_that_block_alone(served: Served) -> None:
    whole = served.http.get("/audit/v1/export/events.csv").text.count("\r\n")
    then = served.http.get("/audit/v1/export/events.csv", params={"as_of": BLOCKS // 2})
    assert then.headers["x-scf-as-of-block"] == str(BLOCKS // 2)
    assert then.headers["x-scf-final"] == "true"
    assert 1 < then.text.count("\r\n") < whole
    assert served.http.get("/audit/v1/export/nothing.csv").status_code == 422
    assert served.http.get("/audit/v1/export/events.xls").status_code == 422
