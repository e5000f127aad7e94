"""A command is refused at once and leaves nothing, or is accepted and ends; what a body may and may not say."""

import dataclasses
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from api.app import create_app
from node_adapter.client import NodeClient
from node_adapter.outbox.outbox import Outbox
from node_adapter.signers import Keyring
from tests.api.building import PASSPHRASE
from tests.api.member import money, refusal
from tests.api.permissions import TABLE
from tests.api.scenes import fill, make_scene, placeholders
from tests.api.stage import Stage, TestClient

pytestmark = pytest.mark.devnet

TOO_MUCH = "90071992547409.92"
"""2**53 fen."""


def deposit(network: Stage, **changes: Any) -> dict[str, Any]:
    body = {"account": network["s3"].address, "amount": money(100), "bank_reference": secrets.token_hex(8)}
    return body | changes


# Refused at once, or lost


def test_command__the_contract_forbids_it__is_refused_at_once_and_leaves_nothing(network: Stage) -> None:
    body = deposit(network)
    network["b"].command("/api/v1/deposits", body)
    stored = len(network.operations())
    nonce = network.rpc("eth_getTransactionCount", network["b"].address, "pending")
    response = network["b"].post("/api/v1/deposits", body)
    assert refusal(response) == "409 BankReferenceAlreadyUsed"
    assert set(response.json()["params"]) == {"bank_reference"}
    network.settle()
    assert len(network.operations()) == stored
    assert network.rpc("eth_getTransactionCount", network["b"].address, "pending") == nonce


@pytest.fixture
def unmined(network: Stage) -> Iterator[Stage]:
    """Nothing is mined before `evm_mine`."""
    network.rpc("evm_setAutomine", False)
    yield network
    network.rpc("evm_setAutomine", True)
    network.rpc("anvil_mine", "0x1")


def test_command__that_loses_a_race__is_accepted_and_fails_under_the_same_name(unmined: Stage) -> None:
    body = deposit(unmined)
    first, second = (unmined["b"].post("/api/v1/deposits", body) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    unmined.rpc("evm_setAutomine", True)
    unmined.rpc("anvil_mine", "0x1")
    assert unmined["b"].ended(first.json()["id"])["state"] == "done"
    lost = unmined["b"].ended(second.json()["id"])
    assert (lost["state"], lost["error"]["name"]) == ("failed", "BankReferenceAlreadyUsed")
    assert unmined.operation(lost["id"]).nonce is None


def test_command__until_the_index_has_its_block__is_not_done(network: Stage) -> None:
    given = network["b"].post("/api/v1/deposits", deposit(network)).json()
    while network["b"].read(f"/api/v1/operations/{given['id']}")["state"] == "pending":
        pass
    mined = network["b"].read(f"/api/v1/operations/{given['id']}")
    assert (mined["state"], mined["block"] is not None, mined["tx"] is not None) == ("mined", True, True)
    network.index()
    assert network["b"].read(f"/api/v1/operations/{given['id']}")["state"] == "done"


def test_command__the_node_is_away__says_so_and_stores_nothing(network: Stage) -> None:
    away = NodeClient("http://127.0.0.1:9", chain_id=31337, timeout_s=1.0)
    services = network.services
    keyring = Keyring(network.settings.keys, PASSPHRASE)
    outbox = Outbox(services.engine, away, services.deployments, keyring)
    app = create_app(dataclasses.replace(services, client=away, outbox=outbox), worker=False)
    http = TestClient(app, raise_server_exceptions=False)
    stored = len(network.operations())
    headers = {"Authorization": f"Bearer {network['b'].token}", "Idempotency-Key": secrets.token_hex(8)}
    response = http.post("/api/v1/deposits", json=deposit(network), headers=headers)
    assert refusal(response) == "503 NodeUnavailable"
    assert int(response.headers["retry-after"]) > 0
    assert len(network.operations()) == stored
    assert http.get("/api/v1/payables", headers=headers).status_code == 200
    ready = http.get("/ready")
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    assert http.get("/health").status_code == 200


def test_ready__the_index_is_behind__waits_for_it(network: Stage) -> None:
    network.rpc("anvil_mine", "0xa")
    behind = network["nobody"].get("/ready")
    assert (behind.status_code, behind.json()["waiting_for"]) == (503, "the index: 10 blocks behind")
    network.index()
    caught_up = network["nobody"].get("/ready").json()
    assert (caught_up["ready"], caught_up["waiting_for"]) == (True, None)


# What a body may say


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ({"amount": "1.001", "currency": "CNY"}, "3 decimals"),
        ({"amount": 1.5, "currency": "CNY"}, "a string, not float"),
        ({"amount": 1, "currency": "CNY"}, "a string, not int"),
        ({"amount": "-1.00", "currency": "CNY"}, "negative"),
        ({"amount": "0.00", "currency": "CNY"}, "zero"),
        ({"amount": TOO_MUCH, "currency": "CNY"}, "too large"),
        ({"amount": "1e3", "currency": "CNY"}, "no plain decimal"),
        ({"amount": "1,000.00", "currency": "CNY"}, "no plain decimal"),
        ({"amount": "１.00", "currency": "CNY"}, "no plain decimal"),
        ({"amount": " 1.00", "currency": "CNY"}, "no plain decimal"),
        ({"amount": "1.00", "currency": "cny"}, "not a currency"),
        ({"amount": "1.00", "currency": "XAU"}, "not a currency"),
        ({"amount": "1.00"}, "exactly an amount and a currency"),
        ({"amount": "1.00", "currency": "CNY", "decimals": 2}, "exactly an amount and a currency"),
        ("1.00", "exactly an amount and a currency"),
        (100, "exactly an amount and a currency"),
        (None, "exactly an amount and a currency"),
    ],
)
def test_amount__that_is_none__is_refused_by_its_field(network: Stage, amount: Any, said: str) -> None:
    response = network["b"].post("/api/v1/deposits", deposit(network, amount=amount))
    assert refusal(response) == "422 RequestInvalid"
    (error,) = response.json()["params"]["errors"]
    assert error["field"] == "amount"
    assert said in error["problem"]


def test_amount__in_a_currency_that_no_bank_issues__is_refused(network: Stage) -> None:
    response = network["b"].post("/api/v1/deposits", deposit(network, amount=money(100, "EUR")))
    assert refusal(response) == "422 CurrencyNotServed"
    assert response.json()["params"] == {"currency": "EUR", "served": ["CNY"]}


def test_amount__in_another_currency_than_the_payable__is_refused(network: Stage) -> None:
    payable = network.confirmed()
    parts = {"parts": [{"to": network["s2"].address, "value": money(100, "USD")}]}
    split = network["s1"].post(f"/api/v1/receivables/{payable}00000001/split", parts)
    assert refusal(split) == "422 RequestInvalid"
    assert split.json()["params"] == {"currency": "USD", "wanted": "CNY"}
    pay = network["c"].post(f"/api/v1/payables/{payable}/pay", {"amount": money(100, "USD"), "payment_reference": "x"})
    assert refusal(pay) == "422 RequestInvalid"
    ask = {"receivable_id": f"{payable}00000001", "value": money(100, "USD")}
    assert refusal(network["s1"].post("/api/v1/financing-requests", ask)) == "422 RequestInvalid"


def test_amount__the_largest_there_is__goes_through_and_so_does_a_sum_of_them(network: Stage) -> None:
    payables = [network.confirmed("s3", amount=2**53 - 1) for _ in range(2)]
    assert network["c"].read(f"/api/v1/payables/{payables[0]}")["face_value"] == money(2**53 - 1)
    held = network["s3"].read("/api/v1/accounts/me")["receivables"]
    assert int(held["amount"].replace(".", "")) >= 2 * (2**53 - 1)


TAKEN = ("202", "409 KeyRotationTooEarly", "422 SignatureMismatch")
"""What a login is told whose body is read: another field in it would be the first thing wrong."""
WITH_BODIES = [
    (path, login)
    for (method, path), row in TABLE.items()
    if method == "post" and not path.endswith(("/token", "/invoices"))
    for login in [next(name for name, expected in row.but.items() if expected.startswith(TAKEN))]
]


WITHOUT_BODY = [
    path
    for path, login in WITH_BODIES
    if TABLE["post", path].body is None and TABLE["post", path].expected(path)[login] == "202"
]


@pytest.mark.parametrize(("path", "login"), WITH_BODIES)
def test_body__a_field_nobody_knows__is_refused_and_not_ignored(network: Stage, path: str, login: str) -> None:
    scene = placeholders(network)
    body = fill(TABLE["post", path].body, scene) or {}
    stored = len(network.operations())
    response = network[login].post(path.format_map(scene), {**body, "surprise": 1})
    assert refusal(response) == "422 RequestInvalid"
    assert [error["field"] for error in response.json()["params"]["errors"]] == ["surprise"]
    assert len(network.operations()) == stored


@pytest.mark.parametrize("path", WITHOUT_BODY)
def test_body__a_command_that_needs_none__may_come_without(network: Stage, path: str) -> None:
    scene = make_scene(network, path)
    login = next(name for method, name in WITH_BODIES if method == path)
    response = network[login].post(path.format_map(scene), content=b"")
    assert response.status_code == 202, response.text


# Addresses


def test_address__in_any_case__is_the_same_account(network: Stage) -> None:
    right = network["s3"].address
    key, body = secrets.token_hex(8), deposit(network)
    ids = set()
    for written in (right, right.lower(), "0x" + right[2:].upper()):
        response = network["b"].post("/api/v1/deposits", {**body, "account": written}, key=key)
        assert response.status_code == 202, response.text
        assert response.json()["resource"] == {"type": "account", "id": right}
        ids.add(response.json()["id"])
    assert len(ids) == 1
    assert network["b"].ended(ids.pop())["state"] == "done"


def test_address__lower_case_in_a_split__goes_through(network: Stage) -> None:
    payable = network.confirmed()
    parts = {"parts": [{"to": network["s2"].address.lower(), "value": money(500)}]}
    network["s1"].command(f"/api/v1/receivables/{payable}00000001/split", parts)
    piece = network["s2"].read(f"/api/v1/receivables/{payable}00000002")
    assert piece["holder"]["address"] == network["s2"].address


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("0x" + "00" * 20, "zero address"),
        ("0x5aAeb6053f3E94C9b9A09f33669435E7Ef1BeAeD".replace("aA", "Aa"), "EIP-55"),
        ("0x12", "pattern"),
        ("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "pattern"),
        ("0X5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "pattern"),
        ("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed\n", "pattern"),
        ("s3", "pattern"),
    ],
)
def test_address__that_is_none__is_refused_by_its_field(network: Stage, address: str, said: str) -> None:
    response = network["b"].post("/api/v1/deposits", deposit(network, account=address))
    assert refusal(response) == "422 RequestInvalid"
    (error,) = response.json()["params"]["errors"]
    assert error["field"] == "account"
    assert said in error["problem"]


@pytest.mark.parametrize(
    "path",
    ["/api/v1/payables/0x12", "/api/v1/payables/" + "0x" + "AB" * 28, "/api/v1/receivables/1", "/api/v1/operations/x"],
)
def test_id__that_cannot_be_one__is_refused(network: Stage, path: str) -> None:
    assert refusal(network["s1"].get(path)) == "422 RequestInvalid"


def test_command__under_an_id_of_the_clients_own__has_it(network: Stage) -> None:
    own = secrets.token_hex(16)
    given = network["b"].post("/api/v1/deposits", deposit(network), headers={"Operation-Id": own})
    assert (given.status_code, given.json()["id"]) == (202, own)
    again = network["b"].post("/api/v1/deposits", deposit(network), headers={"Operation-Id": own})
    assert refusal(again) == "409 OperationIdTaken"
    assert refusal(network["b"].post("/api/v1/deposits", deposit(network), headers={"Operation-Id": "x"})) == (
        "422 OperationIdMalformed"
    )
    ended = network["b"].ended(own)
    assert ended["gas_used"] > 0
    assert ended["created_at"] <= ended["signed_at"] <= ended["sent_at"] <= ended["mined_at"]


def test_metrics__of_a_network__are_there(network: Stage) -> None:
    text = network.http.get("/metrics").text
    assert 'scf_outbox_operations{state="pending"}' in text
    assert "# TYPE scf_outbox_signer_balance_wei gauge" in text
