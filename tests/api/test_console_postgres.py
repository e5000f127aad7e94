"""Evidence for the parties, live lists and notices on PostgreSQL: the very tests that SQLite has, on a network of their
own."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from api.app import create_app
from tests.api.conftest import built, opened
from tests.api.stage import Stage
from tests.api.test_changes import running
from tests.api.test_changes import test_changes__of_a_payable__are_heard_by_its_parties_and_by_nobody_else as test_heard
from tests.api.test_changes import (
    test_changes__that_end_what_they_name_by_its_number__are_heard_by_whose_it_was as test_heard_by_number,
)
from tests.api.test_evidence import sold
from tests.api.test_evidence import test_evidence__of_a_payable__tells_each_party_its_own_business as test_evidence
from tests.api.test_evidence import (
    test_evidence__of_pay_outs_and_credits__is_for_the_holder_and_the_bank as test_evidence_of_cash,
)
from tests.api.test_evidence import test_movements__of_an_account__say_what_for_and_add_up as test_movements
from tests.api.test_notices import test_notices__a_quote__says_so_and_again_when_it_runs_out_soon as test_notices
from tests.api.test_notices import test_notices__read__by_one_login__and_forgotten_when_they_are_gone as test_read
from tests.conftest import database_on

__all__ = [
    "running",
    "sold",
    "test_evidence",
    "test_evidence_of_cash",
    "test_heard",
    "test_heard_by_number",
    "test_movements",
    "test_notices",
    "test_read",
]
pytestmark = [pytest.mark.devnet, pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture(scope="module")
def _stage(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with database_on(postgres_server) as url, built(tmp_path_factory.mktemp("postgres"), url) as stage:
        yield stage


@pytest.fixture(scope="module")
def app(_stage: Stage) -> FastAPI:
    return create_app(_stage.services)


@pytest.fixture
def network(_stage: Stage, app: FastAPI) -> Iterator[Stage]:
    assert _stage.services.engine.dialect.name == "postgresql"
    with opened(_stage, app) as stage:
        yield stage
