"""`/docs` and `/openapi.json`: whole without a network, and enough to generate a client from."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.openapi import Problem
from tests.api.stage import Stage

pytestmark = pytest.mark.devnet

ELSEWHERE = re.compile(r"""(?:https?:)?//[a-z0-9]""", re.IGNORECASE)


@pytest.fixture
def schema(network: Stage) -> Any:
    return network["nobody"].read("/openapi.json")


def operations(schema: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_docs__name_no_other_host_and_bring_all_they_need(network: Stage) -> None:
    page = network["nobody"].get("/docs")
    assert page.status_code == 200
    assert ELSEWHERE.findall(page.text) == []
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(assets) >= 3
    for asset in assets:
        found = network["nobody"].get(asset)
        assert (asset, found.status_code, len(found.content) > 100) == (asset, 200, True)
    assert "'/openapi.json'" in page.text


def test_redoc__whose_page_we_do_not_offer__is_not_there(network: Stage) -> None:
    assert network["nobody"].get("/redoc").status_code == 404


def test_openapi__operation_ids__are_unique_names(schema: Any) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(schema)]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in ids), ids


def test_openapi__every_operation__says_what_it_does_and_where_it_belongs(schema: Any) -> None:
    for path, method, operation in operations(schema):
        assert operation.get("description"), (method, path)
        assert operation.get("tags"), (method, path)


def test_openapi__every_good_answer__has_a_shape(schema: Any) -> None:
    shapeless = {
        path
        for path, _, operation in operations(schema)
        for status, answer in operation["responses"].items()
        if status.startswith("2") and not any(content["schema"] for content in answer.get("content", {}).values())
    }
    assert shapeless == set()


def test_openapi__every_reference__leads_somewhere(schema: Any) -> None:
    named = {f"#/components/schemas/{name}" for name in schema["components"]["schemas"]}
    assert set(references(schema)) <= named
    assert "#/components/schemas/Problem" in set(references(schema))


def test_openapi__every_refusal__is_a_problem_and_commands_have_a_key(schema: Any) -> None:
    for path, method, operation in operations(schema):
        if not path.startswith(("/api/", "/audit/")):
            continue
        refusals = {status: answer for status, answer in operation["responses"].items() if not status.startswith("2")}
        assert {"401", "422", "500", "503"} <= refusals.keys(), (method, path)
        for answer in refusals.values():
            content = answer["content"]["application/problem+json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
        named = {parameter["name"] for parameter in operation.get("parameters", [])}
        wants_key = method == "post" and not path.endswith(("/token", "/signature"))
        assert ("idempotency-key" in named) == wants_key, (method, path)
        assert ("409" in refusals) == (method == "post" and not path.endswith("/token")), (method, path)


def test_openapi__fields__have_a_type(schema: Any) -> None:
    untyped = [
        f"{name}.{field}"
        for name, model in schema["components"]["schemas"].items()
        for field, described in model.get("properties", {}).items()
        if not {"type", "$ref", "anyOf", "allOf", "enum", "const"} & described.keys()
    ]
    assert untyped == []


def test_openapi__the_problem_it_declares__is_the_one_we_send(network: Stage) -> None:
    sent = network["nobody"].get("/api/v1/me").json()
    assert set(sent) == set(Problem.model_fields)
    Problem.model_validate(sent, strict=True)
