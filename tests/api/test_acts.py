"""Every act of the contracts can be done over HTTP: each state-changing function has a route, or a reason for none.

That a route really calls what the table says is seen in `test_permissions`, where each is tried.
"""

import pytest
from fastapi import FastAPI

from scripts.signer_policy import MAY, SERVICES
from tests.api.acts import ALSO_REACHED, ELSEWHERE, REACHED, RECORDS, state_changing


def test_acts__every_state_changing_function__has_a_route_or_a_reason() -> None:
    assert state_changing() == REACHED.keys() | ELSEWHERE.keys()
    assert REACHED.keys() & ELSEWHERE.keys() == set()


def test_acts__every_function_with_a_route__may_be_signed_by_somebodys_hosted_key() -> None:
    allowed = {act for acts in (*MAY.values(), *SERVICES.values()) for act in acts}
    assert set(REACHED) - allowed == set()


@pytest.mark.devnet
def test_acts__every_command__calls_a_function_or_says_why_not(app: FastAPI) -> None:
    posts = {path for path, methods in app.openapi()["paths"].items() if "post" in methods} - {"/api/v1/auth/token"}
    assert posts == set(REACHED.values()) | set(ALSO_REACHED) | set(RECORDS)
