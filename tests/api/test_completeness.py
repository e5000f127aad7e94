"""What is named is mapped: every contract error has a status, every refusal of ours has the one form."""

import importlib
import pkgutil
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from fastapi import FastAPI

import api
from api import command_errors, errors
from api.errors import ApiError
from api.invoices.errors import InvoiceRefused
from api.revert_status import REFUSALS
from node_adapter.artifacts import CONTRACTS, abi
from node_adapter.errors import ContractReverted, NodeUnavailable
from node_adapter.outbox.commands import OutboxError, SignatureMismatch
from tests.api.member import refusal
from tests.api.stage import TestClient

NOT_IN_AN_ABI = {"Error", "ExecutionFailed", "Panic", "UnknownRevert", "PolicyRefused"}
"""Solidity's own two, what the adapter calls a failure without data or with unreadable data, and a key's policy."""


def custom_errors() -> set[str]:
    return {entry["name"] for contract in CONTRACTS for entry in abi(contract) if entry["type"] == "error"}


def subclasses(of: type[Any]) -> Iterator[type[Any]]:
    for module in pkgutil.walk_packages(api.__path__, "api."):
        if not module.name.startswith(("api.migrations", "api.__main__")):
            importlib.import_module(module.name)
    waiting = list(of.__subclasses__())
    while waiting:
        found = waiting.pop()
        waiting += found.__subclasses__()
        yield found


def by_name(of: type[Any]) -> list[type[Any]]:
    """In one order for all of xdist's workers."""
    found = {kind.__name__: kind for kind in subclasses(of)}
    return [found[name] for name in sorted(found)]


def answer_to(error: Exception) -> Any:
    """What the API answers when a route raises this."""
    app = FastAPI()
    command_errors.install(app)

    @app.get("/")
    def route() -> None:
        raise error

    return TestClient(app, raise_server_exceptions=False).get("/")


def test_every_custom_error_has_a_status() -> None:
    assert custom_errors() - set(REFUSALS) == set()


def test_every_status_is_of_a_custom_error() -> None:
    assert set(REFUSALS) - custom_errors() == NOT_IN_AN_ABI


@pytest.mark.parametrize("kind", by_name(ApiError))
def test_problem__every_api_error__has_its_form_its_name_and_its_status(kind: type[ApiError]) -> None:
    response = answer_to(kind("what was wrong", which="this"))
    assert refusal(response) == f"{int(kind.status)} {kind.__name__}"
    assert 400 <= response.status_code < 600
    assert response.json()["detail"] == "what was wrong"
    assert response.json()["params"] == {"which": "this"}


def test_api_errors__two_of_one_name__there_are_none() -> None:
    names = [kind.__name__ for kind in {*subclasses(ApiError), *subclasses(InvoiceRefused)}]
    assert len(names) == len(set(names))


def test_api_errors__named_like_a_contracts__have_its_status() -> None:
    """A client that knows the name must not be told two things."""
    ours = {kind.__name__: kind.status for kind in subclasses(ApiError)}
    shared = ours.keys() & REFUSALS.keys()
    assert {name: ours[name] for name in shared} == {name: REFUSALS[name].status for name in shared}


@pytest.mark.parametrize("kind", by_name(InvoiceRefused))
def test_problem__every_invoice_refusal__says_what_to_do(kind: type[InvoiceRefused]) -> None:
    response = answer_to(kind("it is wrong", line=3))
    assert refusal(response) == f"422 {kind.__name__}"
    assert response.json()["detail"] == f"it is wrong. {kind.remedy}"


def test_problem__a_contracts_refusal__keeps_its_name_and_values() -> None:
    response = answer_to(ContractReverted("PieceTooDeep", {"depth": 6, "maximum": 5}))
    assert refusal(response) == "409 PieceTooDeep"
    assert response.json()["params"] == {"depth": 6, "maximum": 5}
    assert response.json()["detail"].endswith("hand on the whole (depth=6, maximum=5)")


@pytest.mark.parametrize("name", sorted(REFUSALS))
def test_problem__each_of_the_contracts_refusals__says_what_it_means(name: str) -> None:
    response = answer_to(ContractReverted(name, {}))
    assert refusal(response) == f"{int(REFUSALS[name].status)} {name}"
    said = response.json()["detail"]
    assert said == REFUSALS[name].message
    assert len(said.split()) >= 3
    assert said[0].islower()
    assert not said.endswith(".")


def test_problem__the_outbox_refuses__has_its_name() -> None:
    assert refusal(answer_to(SignatureMismatch(0, "wrong key"))) == "422 SignatureMismatch"
    assert refusal(answer_to(OutboxError("other"))) == "409 OutboxError"


def test_problem__the_node_is_away__says_when_to_try_again() -> None:
    response = answer_to(NodeUnavailable("no answer"))
    assert refusal(response) == "503 NodeUnavailable"
    assert int(response.headers["retry-after"]) > 0


def test_problem__the_index_is_empty__says_when_to_try_again() -> None:
    response = answer_to(errors.NotCaughtUp("no block yet"))
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert int(response.headers["retry-after"]) > 0


def test_problem__a_fault_of_ours__tells_nothing_of_the_inside() -> None:
    response = answer_to(KeyError("/secret/path of table operation"))
    assert refusal(response) == "500 InternalFault"
    assert "secret" not in response.text
    assert "KeyError" not in response.text
    assert response.headers["cache-control"] == "no-store"


def test_problem__not_authenticated__says_how() -> None:
    assert answer_to(errors.Unauthenticated("log in")).headers["www-authenticate"] == "Bearer"
