"""The reports and their views: on both databases, over all that can happen, and as of any block."""

from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from indexer.events import Decoder
from indexer.follow import Follower, Limits
from indexer.reports import REPORTS, Report
from tests.indexer.fake_chain import DEPLOYMENTS, FakeChain, left_to_chance

BLOCKS = 200


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


def test_views__of_every_report__are_there_with_its_columns_and_its_rows(engine: Engine, chain: FakeChain) -> None:
    follow(engine, chain)
    for report in REPORTS.values():
        with engine.connect() as connection:
            viewed = connection.execute(text(f"SELECT * FROM {report.view}"))
            assert list(viewed.keys()) == [column.name for column in report.columns]
            shown = [tuple(row) for row in viewed]
        found = rows(engine, report)
        assert len(shown) == len(found) > 0, report.name
        keys = [tuple(row[name] for name in report.key) for row in found]
        assert len(set(keys)) == len(keys), report.name
