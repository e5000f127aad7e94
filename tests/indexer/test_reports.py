"""The reports and their views: on both databases, over all that can happen, and as of any block."""

import sqlite3
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from indexer import queries
from indexer.as_of import session_as_of
from indexer.events import Decoder
from indexer.follow import Follower, Limits
from indexer.migrations import after, before
from indexer.models import FreezeOrder, Hold
from indexer.reports import REPORTS, Report
from indexer.reports.cash import EVENT_NAMES, TABLES
from indexer.reports.shape import share
from indexer.reports.views import ViewInUse
from node_adapter.db import make_engine, migrate
from tests.indexer.fake_chain import DEPLOYMENTS, FakeChain, left_to_chance
from tests.indexer.fake_world import INSTANCES

BLOCKS = 200
LIST_OF = {name: name.replace("_", "-") for name in REPORTS} | {
    f"exposures_by_{one}": f"exposures/{one}s" for one in ("debtor", "tier", "holder")
}
"""Where a report is read over HTTP."""


@pytest.fixture(scope="module")
def chain() -> FakeChain:
    return left_to_chance(BLOCKS)


def follow(engine: Engine, chain: FakeChain) -> None:
    follower = Follower(engine, chain, Decoder(DEPLOYMENTS), Limits(behind_pauses_s=()))
    follower.pin()
    follower.catch_up()


def rows(engine: Engine, report: Report) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        found = connection.execute(select(report.selectable(engine.dialect.name))).mappings()
        return sorted((dict(row) for row in found), key=repr)


@pytest.fixture(scope="module")
def expected(chain: FakeChain) -> dict[str, list[dict[str, Any]]]:
    """What SQLite says of the whole chain."""
    engine = make_engine("sqlite://")
    migrate(engine, "indexer")
    follow(engine, chain)
    return {report.name: rows(engine, report) for report in REPORTS.values()}


def test_views__on_both_databases__have_the_columns_and_rows_of_their_reports(
    engine: Engine, chain: FakeChain, expected: dict[str, list[dict[str, Any]]]
) -> None:
    follow(engine, chain)
    for report in REPORTS.values():
        with engine.connect() as connection:
            viewed = connection.execute(text(f"SELECT * FROM {report.view}"))
            assert list(viewed.keys()) == [column.name for column in report.columns]
            shown = viewed.all()
        found = rows(engine, report)
        assert len(shown) == len(found) > 0, report.name
        assert found == expected[report.name]


def test_rows__of_every_report__have_a_key_of_their_own_and_no_holes(
    expected: dict[str, list[dict[str, Any]]],
) -> None:
    for report in REPORTS.values():
        found = expected[report.name]
        keys = [tuple(row[name] for name in report.key) for row in found]
        assert len(set(keys)) == len(keys), report.name
        nulls = {column.name for column in report.columns if any(row[column.name] is None for row in found)}
        assert nulls <= {column.name for column in report.columns if column.null}, report.name


def test_report__as_of_a_block__is_what_an_index_stopped_there_says(chain: FakeChain) -> None:
    block = BLOCKS // 2
    whole, stopped = make_engine("sqlite://"), make_engine("sqlite://")
    for engine, seen in ((whole, chain), (stopped, chain.until(block))):
        migrate(engine, "indexer")
        follow(engine, seen)
    with session_as_of(whole, block) as session:
        for report in REPORTS.values():
            then = session.execute(select(report.selectable("sqlite"))).mappings()
            assert sorted((dict(row) for row in then), key=repr) == rows(stopped, report), report.name


def test_exposures__by_anything__sum_to_what_confirmed_payables_owe_others(
    expected: dict[str, list[dict[str, Any]]],
) -> None:
    parked = sum(
        row["unpaid"] for row in expected["receivables"] if row["parking"] is not None and row["state"] == "live"
    )
    owed = sum(row["unpaid"] for row in expected["payables"]) - parked
    assert owed > 0
    for name in ("exposures", "exposures_by_debtor", "exposures_by_tier", "exposures_by_holder"):
        assert sum(row["unpaid"] for row in expected[name]) == owed, name


def test_restraints__some_of_them_expired__are_as_every_other_reader_of_the_index_has_them(chain: FakeChain) -> None:
    engine = make_engine("sqlite://")
    migrate(engine, "indexer")
    follow(engine, chain)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE hold SET until = 1 WHERE hold_id % 3 = 0")
        connection.exec_driver_sql("UPDATE freeze_order SET until = 1 WHERE order_id % 2 = 0")
    with Session(engine) as session:
        block = queries.head(session)
        assert block is not None
        now = block.timestamp
        live = set(session.scalars(select(Hold.hold_id).where(queries.live_hold(now))))
        in_force = set(session.scalars(select(FreezeOrder.order_id).where(queries.live_order(now))))
        held = queries.held_on(session, None, now)
        orders = session.scalars(select(FreezeOrder.order_id)).all()
        served = {order_id: queries.set_aside_under(session, order_id) for order_id in orders}
    found = {name: rows(engine, REPORTS[name]) for name in ("holds", "freeze_orders", "receivables")}
    assert 0 < len(live) < len(found["holds"])
    assert {row["hold_id"] for row in found["holds"] if row["live"]} == live
    assert {row["order_id"] for row in found["freeze_orders"] if row["live"]} == in_force
    assert {row["order_id"]: row["set_aside_minor"] for row in found["freeze_orders"]} == served
    assert {row["receivable_id"]: row["held"] for row in found["receivables"] if row["held"]} == held


def test_cash_flows__of_each_account__sum_to_its_balance(
    chain: FakeChain, expected: dict[str, list[dict[str, Any]]]
) -> None:
    engine = make_engine("sqlite://")
    migrate(engine, "indexer")
    follow(engine, chain)
    balances: dict[str, int] = {}
    for row in expected["cash_flows"]:
        if row["kind"] in {"issue", "transfer", "withdrawal"}:
            for account, amount in ((row["from_account"], -row["amount"]), (row["to_account"], row["amount"])):
                if account is not None:
                    balances[account] = balances.get(account, 0) + amount
    token = INSTANCES["DepositTokenCNY"].address
    with Session(engine) as session:
        assert balances == {account: queries.cash_balance(session, account, token) for account in balances}
    assert any(balances.values())


@given(
    st.integers(1, 2**53 - 1).flatmap(lambda face: st.tuples(st.just(face), st.integers(0, face), st.integers(0, face)))
)
def test_share__of_any_amounts__is_exact_to_the_unit(case: tuple[int, int, int]) -> None:
    face, paid, end = case
    with sqlite3.connect(":memory:") as connection:
        query = f"SELECT {share('p', 'e', 'f')} FROM (SELECT ? AS p, ? AS e, ? AS f)"
        found = connection.execute(query, (paid, end, face))
        assert found.fetchone()[0] == paid * end // face
    connection.close()


def test_cash_flows__of_every_event_that_made_a_row_of_cash__are_there() -> None:
    """A new event that moves cash is named in `reports/cash.py`, or this fails."""
    chain = left_to_chance(2 * BLOCKS)
    engine = make_engine("sqlite://")
    migrate(engine, "indexer")
    follow(engine, chain)
    with engine.connect() as connection:
        joined = "JOIN chain_event e ON e.block_hash = t.block_hash AND e.log_index = t.log_index"
        names = {
            name
            for table in TABLES.values()
            for name in connection.exec_driver_sql(f"SELECT DISTINCT e.name FROM {table} t {joined}").scalars()
        }
    assert names == set(EVENT_NAMES)


def test_views__made_twice__are_left_alone_and_changed_text__makes_them_anew(engine: Engine) -> None:
    def identity() -> Any:
        query = (
            "SELECT oid FROM pg_class WHERE relname = 'v_payables'"
            if engine.dialect.name == "postgresql"
            else "SELECT rowid FROM sqlite_master WHERE name = 'v_payables'"
        )
        with engine.connect() as connection:
            return connection.exec_driver_sql(query).scalar_one()

    before = identity()
    migrate(engine, "indexer")
    assert identity() == before
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP VIEW v_payables")
        connection.exec_driver_sql("CREATE VIEW v_payables AS SELECT 1 AS x")
    migrate(engine, "indexer")
    with engine.connect() as connection:
        assert list(connection.exec_driver_sql("SELECT * FROM v_payables").keys()) == [
            column.name for column in REPORTS["payables"].columns
        ]


def test_migration__that_alters_a_table_under_a_view__goes_through(engine: Engine) -> None:
    with engine.begin() as connection:
        before(connection)
        with Operations(MigrationContext.configure(connection)).batch_alter_table(
            "payable", recreate="always"
        ) as batch:
            batch.alter_column("issued", nullable=True)
        after(connection)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM v_payables").scalar() == 0


@pytest.mark.postgres
def test_migration__where_somebodys_view_stands_on_ours__stops_and_takes_nothing_along(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    migrate(engine, "indexer")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE VIEW mine AS SELECT debtor, unpaid FROM v_payables")
    said = r"view mine depends on view v_payables; drop what stands on v_payables"
    with pytest.raises(ViewInUse, match=said), engine.begin() as connection:
        before(connection)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM mine").scalar() == 0
    engine.dispose()
