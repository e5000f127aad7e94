"""Every row once, whatever is added meanwhile; a cursor that a client made up is refused and never a fault."""

import base64
import itertools
import json
import secrets
from typing import Any

import pytest
from sqlalchemy.orm import Session

from api.identity.actor import Role
from scripts.actors import Persona
from tests.api.building import organisation_of, with_check_digit
from tests.api.member import refusal
from tests.api.stage import Stage

pytestmark = pytest.mark.devnet


def pages(network: Stage, login: str, path: str, limit: int, between: Any = lambda: None) -> list[list[Any]]:
    found, query = [], {"limit": limit}
    while True:
        page = network[login].read(path, **query)
        found.append(page["items"])
        if page["next"] is None:
            return found
        between()
        query["cursor"] = page["next"]


def encoded(key: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def fill_lists(network: Stage) -> None:
    payable = network.confirmed("s3")
    for _ in range(2):
        network.asked("s3", f"{payable}00000001", 100)
    network.split("s3", f"{payable}00000001", "s2", 100)


@pytest.mark.parametrize(
    ("login", "path", "key"),
    [
        ("s3", "/api/v1/invoices", "id"),
        ("s3", "/api/v1/payables", "payable_id"),
        ("s3", "/api/v1/receivables", "receivable_id"),
        ("s3", "/api/v1/financing-requests", "id"),
        ("s3", "/api/v1/participants", "organisation_id"),
        ("r", "/audit/v1/payables", "payable_id"),
        ("r", "/audit/v1/participants", "account"),
    ],
)
def test_cursor__while_rows_are_added__gives_every_row_once(network: Stage, login: str, path: str, key: str) -> None:
    fill_lists(network)
    fill_lists(network)
    before = {row[key] for row in network[login].read(path, limit=200)["items"]}
    rounds = iter(range(1))

    def add() -> None:
        for _ in itertools.islice(rounds, 1):
            fill_lists(network)

    walked = pages(network, login, path, 3, add)
    found = [row[key] for page in walked for row in page]
    assert len(found) == len(set(found))
    assert before <= set(found)
    assert all(len(page) == 3 for page in walked[:-1])
    assert 1 <= len(walked[-1]) <= 3


def test_cursor__over_all_events__gives_every_event_once_and_newest_first(network: Stage) -> None:
    network.confirmed()
    places = [(e["block"], e["log_index"]) for page in pages(network, "r", "/audit/v1/events", 7) for e in page]
    assert places == sorted(set(places), reverse=True)
    assert len(places) > 20


def test_cursor__of_a_long_chinese_name__is_one_we_take_back(network: Stage) -> None:
    name = "链" * 190 + secrets.token_hex(5)
    persona = Persona("long", name, Role.SUPPLIER, with_check_digit(f"91310000MA1D{secrets.randbelow(10_000):04}00"))
    with Session(network.services.engine) as session, session.begin():
        organisation_of(session, network, persona, None)
    names = [row["name"] for page in pages(network, "s1", "/api/v1/participants", 1) for row in page]
    assert name in names
    assert names == sorted(names, reverse=True)


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!!!",
        "é",
        encoded(None),
        encoded({"a": 1}),
        encoded([]),
        encoded([1]),
        encoded([1, "x", 2]),
        encoded(["1", "x"]),
        encoded([1, 2]),
        encoded([True, "x"]),
        encoded([1.5, "x"]),
        encoded([2**64, "x"]),
        encoded([-(2**64), "x"]),
        encoded([1, "\0"]),
        encoded([1, "\ud800"]),
        encoded([1, None]),
        encoded([1, ["x"]]),
        base64.urlsafe_b64encode(b"[" * 300).decode(),
        "A" * 2_001,
    ],
)
def test_cursor__made_up__is_refused(network: Stage, cursor: str) -> None:
    assert refusal(network["s1"].get("/api/v1/payables", cursor=cursor)) == "422 RequestInvalid"


def test_cursor__of_another_list__is_refused_where_it_cannot_fit(network: Stage) -> None:
    fill_lists(network)
    other = network["s3"].read("/api/v1/receivables", limit=1)["next"]
    assert other is not None
    assert refusal(network["s3"].get("/api/v1/payables", cursor=other)) == "422 RequestInvalid"


@pytest.mark.parametrize("limit", ["0", "-1", "201", "x", "1.5", ""])
def test_limit__out_of_bounds__is_refused_by_its_field(network: Stage, limit: str) -> None:
    response = network["s1"].get("/api/v1/payables", limit=limit)
    assert refusal(response) == "422 RequestInvalid"
    assert [error["field"] for error in response.json()["params"]["errors"]] == ["query.limit"]


def test_limit__at_its_bounds__is_kept(network: Stage) -> None:
    fill_lists(network)
    assert len(network["s3"].read("/api/v1/receivables", limit=1)["items"]) == 1
    assert network["s3"].read("/api/v1/receivables", limit=200)["next"] is None
