"""What goes wrong before any rule is asked is a problem too, names its field, and repeats nothing secret."""

from typing import Any

import pytest

from api.errors import SECURITY_HEADERS
from tests.api.member import refusal
from tests.api.stage import Stage

pytestmark = pytest.mark.devnet


def test_route__that_there_is_not__is_a_problem(network: Stage) -> None:
    assert refusal(network["s1"].get("/api/v1/nothing")) == "404 NotFound"
    assert refusal(network["nobody"].get("/api/v2/payables")) == "404 NotFound"


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/api/v1/payables"), ("POST", "/audit/v1/payables")])
def test_method__that_the_route_has_not__is_a_problem(network: Stage, method: str, path: str) -> None:
    response = network.http.request(method, path)
    assert refusal(response) == "405 MethodNotAllowed"
    assert response.headers["allow"]


@pytest.mark.parametrize("body", [b"{", b"", b"\xff", b'{"a":}', b"[" * 5_000])
def test_body__that_is_no_json__is_a_problem_of_the_body(network: Stage, body: bytes) -> None:
    response = network["b"].post("/api/v1/deposits", content=body, headers={"Content-Type": "application/json"})
    assert refusal(response) in {"422 RequestInvalid", "400 BadRequest"}, response.text


def test_body__that_is_no_json__is_told_to_be_the_body(network: Stage) -> None:
    response = network["b"].post("/api/v1/deposits", content=b"{'", headers={"Content-Type": "application/json"})
    assert [error["field"] for error in response.json()["params"]["errors"]] == ["body"]


@pytest.mark.parametrize("body", [[], "x", 1, True])
def test_body__of_another_kind__is_a_problem_of_the_body(network: Stage, body: Any) -> None:
    response = network["b"].post("/api/v1/deposits", body)
    assert refusal(response) == "422 RequestInvalid"
    assert [error["field"] for error in response.json()["params"]["errors"]] == ["body"]


def test_field__missing_or_deep_inside__is_named(network: Stage) -> None:
    path = "/api/v1/receivables/0x" + "0" * 64 + "/split"
    response = network["s1"].post(path, {"parts": [{"to": network["s2"].address}]})
    assert refusal(response) == "422 RequestInvalid"
    assert [error["field"] for error in response.json()["params"]["errors"]] == ["parts.0.value"]
    assert response.json()["detail"].startswith("parts.0.value: ")


@pytest.mark.parametrize("parts", [0, 21])
def test_split__into_none_or_too_many__is_refused(network: Stage, parts: int) -> None:
    part = {"to": network["s2"].address, "value": {"amount": "1.00", "currency": "CNY"}}
    response = network["s1"].post("/api/v1/receivables/0x" + "0" * 64 + "/split", {"parts": [part] * parts})
    assert refusal(response) == "422 RequestInvalid"


def test_validation__of_secrets__does_not_repeat_them(network: Stage) -> None:
    form = {"grant_type": "hunter1", "username": "s1", "password": "hunter2", "scope": "hunter3"}
    response = network.http.post("/api/v1/auth/token", data=form)
    assert refusal(response) == "422 RequestInvalid"
    as_json = network.http.post("/api/v1/auth/token", json={"username": "s1", "password": "hunter2"})
    assert refusal(as_json) == "422 RequestInvalid"
    path = "/api/v1/operations/" + "0" * 32 + "/signature"
    signature = network["s1"].post(path, {"signatures": "0xhunter4", "private_key": "hunter5"})
    assert refusal(signature) == "422 RequestInvalid"
    for sent in (response, as_json, signature):
        assert "hunter" not in sent.text


@pytest.mark.parametrize("path", ["/health", "/docs", "/openapi.json", "/api/v1/me", "/nothing"])
def test_answers__all__are_not_cached_and_not_guessed_at(network: Stage, path: str) -> None:
    headers = network["nobody"].get(path).headers
    assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
