"""A key names one attempt of one organisation: repeated it does nothing, reused it is refused."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from httpx import Response

from api.context import IDEMPOTENCY_KEY_MAX
from node_adapter.outbox.commands import Command
from tests.api.member import answer, money, refusal
from tests.api.stage import Stage

pytestmark = pytest.mark.devnet


def deposit(network: Stage, minor: int = 100) -> dict[str, Any]:
    return {"account": network["s3"].address, "amount": money(minor), "bank_reference": secrets.token_hex(8)}


def test_key__the_same_request__is_the_same_operation_and_one_transaction(network: Stage) -> None:
    body, key, before = deposit(network), secrets.token_hex(16), network["s3"].cash()
    first = network["b"].post("/api/v1/deposits", body, key=key)
    done = network["b"].ended(first.json()["id"])
    again = network["b"].post("/api/v1/deposits", body, key=key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["tx"] == done["tx"]
    assert network["s3"].cash() == before + 100


def test_key__the_same_request_with_its_fields_in_another_order__is_the_same_operation(network: Stage) -> None:
    body, key = deposit(network), secrets.token_hex(16)
    first = network["b"].post("/api/v1/deposits", body, key=key)
    again = network["b"].post("/api/v1/deposits", dict(reversed(body.items())), key=key)
    assert again.json()["id"] == first.json()["id"]


@pytest.mark.parametrize("attempt", range(3))
def test_key__eight_at_once__one_operation_and_one_transaction(network: Stage, attempt: int) -> None:
    """Whoever comes late must not be told what the first one's success made of the state."""
    body, key, before = deposit(network), f"{attempt}-{secrets.token_hex(8)}", network["s3"].cash()
    operations = len(network.operations())

    def give(_: int) -> Response:
        return network["b"].post("/api/v1/deposits", body, key=key)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(give, range(8)))
    assert {answer(response) for response in answers} == {"202"}
    (operation_id,) = {response.json()["id"] for response in answers}
    assert network["b"].ended(operation_id)["state"] == "done"
    assert len(network.operations()) == operations + 1
    assert network["s3"].cash() == before + 100


def test_key__repeated_while_the_first_is_being_mined__is_the_same_operation(
    network: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second asked before the first was stored, and tries its call after the first was mined."""
    body, key = deposit(network), secrets.token_hex(16)
    first: list[Response] = []
    simulate = network.services.outbox.simulate

    def overtaken(command: Command) -> None:
        monkeypatch.setattr(network.services.outbox, "simulate", simulate)
        first.append(network["b"].post("/api/v1/deposits", body, key=key))
        network.settle()
        simulate(command)

    monkeypatch.setattr(network.services.outbox, "simulate", overtaken)
    second = network["b"].post("/api/v1/deposits", body, key=key)
    assert [answer(response) for response in (*first, second)] == ["202", "202"]
    assert second.json()["id"] == first[0].json()["id"]


def test_key__repeated_when_the_state_forbids_it_by_now__is_still_the_same_operation(network: Stage) -> None:
    payable = network.proposed()
    key = secrets.token_hex(16)
    first = network["c"].post(f"/api/v1/payables/{payable}/confirm", key=key)
    assert network["c"].sign(first.json()).status_code == 202
    network["c"].ended(first.json()["id"])
    again = network["c"].post(f"/api/v1/payables/{payable}/confirm", key=key)
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert refusal(network["c"].post(f"/api/v1/payables/{payable}/confirm")) == "409 ProposalInvalidState"


def test_key__another_request__is_refused_and_stores_nothing(network: Stage) -> None:
    key = secrets.token_hex(16)
    assert network["b"].post("/api/v1/deposits", deposit(network), key=key).status_code == 202
    before = len(network.operations())
    assert refusal(network["b"].post("/api/v1/deposits", deposit(network), key=key)) == "422 IdempotencyKeyReused"
    assert len(network.operations()) == before


def test_key__another_act_on_the_same_thing__is_refused(network: Stage) -> None:
    """Confirm, redeem and accept have no body at all: the address alone tells them apart."""
    payable, key = network.confirmed(), secrets.token_hex(16)
    piece = f"/api/v1/receivables/{payable}00000001"
    quote = network.quoted("f1", network.asked("s1", f"{payable}00000001", 1_000))
    network.pay(payable, 100)
    assert network["s1"].post(f"{piece}/redeem", key=key).status_code == 202
    assert refusal(network["s1"].post(f"/api/v1/quotes/{quote}/accept", key=key)) == "422 IdempotencyKeyReused"


def test_key__the_same_body_on_another_resource__is_refused(network: Stage) -> None:
    key = secrets.token_hex(16)
    first, second = (network.asked("s1", f"{network.confirmed()}00000001", 1_000) for _ in range(2))
    path = "/api/v1/financing-requests/{}/quotes"
    assert network["f1"].post(path.format(first), {"annual_rate_ppm": 1_000}, key=key).status_code == 202
    again = network["f1"].post(path.format(second), {"annual_rate_ppm": 1_000}, key=key)
    assert refusal(again) == "422 IdempotencyKeyReused"


def test_key__a_body_that_is_anothers_routes_serialisation__is_refused(network: Stage) -> None:
    """An uploaded file may hold the very bytes that another command is hashed by: the act must be in the hash."""
    invoice = network.invoice()
    key = secrets.token_hex(16)
    first = network["s1"].post("/api/v1/payables", {"invoice_id": invoice}, key=key)
    assert first.status_code == 202
    twin = b'{"invoice_id":"%s","programme_id":null,"tenor_reason":null,"undertaking":null}' % invoice.encode()
    assert refusal(network["s1"].upload(twin, key=key)) == "422 IdempotencyKeyReused"


def test_key__the_same_at_another_organisation__is_its_own(network: Stage) -> None:
    key = secrets.token_hex(16)
    documents = {login: network.document(login) for login in ("s1", "s2")}
    given = {login: network[login].upload(document, key=key) for login, document in documents.items()}
    assert {answer(response) for response in given.values()} == {"202"}
    assert given["s1"].json()["id"] != given["s2"].json()["id"]


@pytest.mark.parametrize("headers", [{"Idempotency-Key": ""}, {}])
def test_key__missing__is_refused(network: Stage, headers: dict[str, str]) -> None:
    headers = {**headers, "Authorization": f"Bearer {network['b'].token}"}
    response = network.http.post("/api/v1/deposits", json=deposit(network), headers=headers)
    assert refusal(response) == "400 IdempotencyKeyMissing"


def test_key__too_long__is_refused(network: Stage) -> None:
    longest = secrets.token_hex(IDEMPOTENCY_KEY_MAX)[:IDEMPOTENCY_KEY_MAX]
    assert network["b"].post("/api/v1/deposits", deposit(network), key=longest).status_code == 202
    assert refusal(network["b"].post("/api/v1/deposits", deposit(network), key=longest + "x")) == "422 RequestInvalid"


def test_key__of_a_command_that_was_refused__is_free_again(network: Stage) -> None:
    key, body = secrets.token_hex(16), deposit(network)
    network["b"].command("/api/v1/deposits", body)
    assert refusal(network["b"].post("/api/v1/deposits", body, key=key)) == "409 BankReferenceAlreadyUsed"
    assert network["b"].post("/api/v1/deposits", deposit(network), key=key).status_code == 202
