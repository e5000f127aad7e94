"""Every route × everybody: allowed, or exactly which refusal. A route without a row fails."""

from collections.abc import Iterator, Sequence

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from tests.api.acts import RECORDS, reached_by
from tests.api.member import answer
from tests.api.permissions import EVERYONE, OPEN, OPEN_UNLISTED, TABLE
from tests.api.scenes import fill, make_scene
from tests.api.stage import Stage

pytestmark = pytest.mark.devnet


def listed(app: FastAPI) -> set[tuple[str, str]]:
    return {(method, path) for path, methods in app.openapi()["paths"].items() for method in methods}


@pytest.mark.devnet
def test_openapi__every_route__has_a_row(app: FastAPI) -> None:
    assert listed(app) == set(TABLE)


@pytest.mark.devnet
def test_routes__not_listed_in_openapi__only_the_documentation_and_the_console(app: FastAPI) -> None:
    def unlisted(routes: Sequence[BaseRoute]) -> Iterator[str]:
        for route in routes:
            if (included := getattr(route, "original_router", None)) is not None:
                yield from unlisted(included.routes)
            elif not isinstance(route, APIRoute) or not route.include_in_schema:
                yield getattr(route, "path", repr(route))

    assert set(unlisted(app.routes)) == OPEN_UNLISTED


@pytest.mark.devnet
def test_routes__without_a_token_by_declaration__only_the_open_ones(app: FastAPI) -> None:
    unprotected = {
        path
        for path, methods in app.openapi()["paths"].items()
        if any("security" not in operation for operation in methods.values())
    }
    assert unprotected == OPEN


@pytest.mark.devnet
def test_audit__every_route__is_get(app: FastAPI) -> None:
    methods = {method for method, path in listed(app) if path.startswith("/audit/")}
    assert methods == {"get"}


@pytest.mark.devnet
@pytest.mark.parametrize(("method", "path"), TABLE, ids=lambda part: part)
def test_route__each_actor__is_allowed_or_refused_by_this_name(network: Stage, method: str, path: str) -> None:
    row = TABLE[method, path]
    scene = make_scene(network, path)
    body = fill(row.body, scene)
    expected = row.expected(path)
    # Whoever is allowed comes last: what it changes must not be what the others are refused for.
    order = sorted(EVERYONE, key=lambda login: expected[login].startswith("2"))
    document = network.document() if path == "/api/v1/invoices" and method == "post" else b""

    def ask(login: str) -> str:
        member, address = network[login], path.format_map(scene)
        if method == "get":
            return answer(member.get(address))
        response = member.upload(document) if document else member.post(address, body)
        if response.status_code == 202:
            _check_act(network, path, response.json()["id"])
        return answer(response)

    network.rpc("evm_setAutomine", False)  # what one does must not be what the next is refused for
    try:
        answers = {login: ask(login) for login in order}
    finally:
        network.rpc("evm_setAutomine", True)
        network.rpc("anvil_mine", "0x1")
    assert answers == expected


def _check_act(network: Stage, path: str, operation_id: str) -> None:
    """The route calls what `acts` says it does."""
    operation = network.operation(operation_id)
    if operation.function is None:
        assert path in RECORDS
    else:
        assert f"{operation.contract}.{operation.function}" in reached_by(path)
