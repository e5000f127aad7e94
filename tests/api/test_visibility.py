"""What is not yours answers exactly like what does not exist; what you handed on you see as you handed it on."""

import secrets
import uuid
from typing import Any

import pytest

from tests.api.member import money
from tests.api.stage import FACE, Stage

pytestmark = pytest.mark.devnet


@pytest.fixture
def foreign(network: Stage) -> dict[str, str]:
    """s1's, with c as debtor and f1's quote on it."""
    payable = network.confirmed()
    piece = f"{payable}00000001"
    request = network.asked("s1", piece, 1_000)
    body = {"receivable_id": piece, "value": money(1)}
    return {
        "payable": payable,
        "receivable": piece,
        "invoice": network["s1"].read(f"/api/v1/payables/{payable}")["invoice_id"],
        "request": request,
        "quote": network.quoted("f1", request),
        "operation": network["s1"].post("/api/v1/financing-requests", body).json()["id"],
        "rotation": network.rotation("s1"),
    }


def missing_like(kind: str) -> str:
    return {
        "payable": "0x" + secrets.token_hex(28),
        "receivable": "0x" + secrets.token_hex(32),
        "operation": secrets.token_hex(16),
    }.get(kind, str(uuid.uuid4()))


READS = (
    ("invoice", "/api/v1/invoices/{}", "s2"),
    ("invoice", "/api/v1/invoices/{}", "rival"),
    ("invoice", "/api/v1/invoices/{}/document", "s2"),
    ("payable", "/api/v1/payables/{}", "s2"),
    ("payable", "/api/v1/payables/{}", "r"),
    ("receivable", "/api/v1/receivables/{}", "f1"),
    ("receivable", "/api/v1/receivables/{}", "r"),
    ("request", "/api/v1/financing-requests/{}", "s2"),
    ("request", "/api/v1/financing-requests/{}/quotes", "s2"),
    ("quote", "/api/v1/quotes/{}", "f2"),
    ("quote", "/api/v1/quotes/{}", "s2"),
    ("quote", "/api/v1/quotes/{}", "c"),
    ("operation", "/api/v1/operations/{}", "s2"),
    ("operation", "/api/v1/operations/{}", "o"),
    ("rotation", "/api/v1/key-rotations/{}", "s2"),
    ("rotation", "/api/v1/key-rotations/{}", "r"),
)


@pytest.mark.parametrize(("kind", "path", "stranger"), READS)
def test_get__anothers__reads_like_what_does_not_exist(
    network: Stage, foreign: dict[str, str], kind: str, path: str, stranger: str
) -> None:
    there, missing = foreign[kind], missing_like(kind)
    theirs = network[stranger].get(path.format(there))
    nobodys = network[stranger].get(path.format(missing))
    assert theirs.status_code == 404
    assert theirs.text.replace(there, missing) == nobodys.text
    assert theirs.status_code == nobodys.status_code
    assert set(theirs.headers) == set(nobodys.headers)


COMMANDS: tuple[tuple[str, str, str, Any], ...] = (
    ("payable", "/api/v1/payables/{}/confirm", "rival", {}),
    ("payable", "/api/v1/payables/{}/pay", "rival", {"amount": money(1), "payment_reference": "x"}),
    ("receivable", "/api/v1/receivables/{}/split", "s2", None),
    ("receivable", "/api/v1/receivables/{}/redeem", "s2", {}),
    ("quote", "/api/v1/quotes/{}/accept", "s2", {}),
    ("quote", "/api/v1/quotes/{}/accept", "f2", {}),
    ("operation", "/api/v1/operations/{}/signature", "s2", {"signatures": ["0x" + "11" * 65]}),
    ("invoice", "/api/v1/payables", "s2", "invoice_id"),
    ("receivable", "/api/v1/financing-requests", "s2", "receivable_id"),
)


@pytest.mark.parametrize(("kind", "path", "stranger", "body"), COMMANDS)
def test_command__on_anothers__reads_like_what_does_not_exist(
    network: Stage, foreign: dict[str, str], kind: str, path: str, stranger: str, body: Any
) -> None:
    there, missing = foreign[kind], missing_like(kind)
    before = len(network.operations())

    def give(target: str) -> Any:
        sent = body
        if isinstance(body, str):
            sent = {body: target} | ({"value": money(1)} if body == "receivable_id" else {})
        if path.endswith("/split"):
            sent = {"parts": [{"to": network["s3"].address, "value": money(1)}]}
        return network[stranger].post(path.format(target), sent)

    theirs, nobodys = give(there), give(missing)
    assert theirs.status_code == 404
    assert theirs.text.replace(there, missing) == nobodys.text
    assert len(network.operations()) == before


def ids(network: Stage, login: str, path: str, name: str, **query: Any) -> set[str]:
    return {row[name] for row in network[login].read(path, limit=200, **query)["items"]}


def test_lists__of_a_stranger__do_not_hold_it(network: Stage, foreign: dict[str, str]) -> None:
    for login in ("s2", "rival", "b", "o", "r", "outsider"):
        assert foreign["invoice"] not in ids(network, login, "/api/v1/invoices", "id")
        assert foreign["payable"] not in ids(network, login, "/api/v1/payables", "payable_id")
        assert foreign["receivable"] not in ids(network, login, "/api/v1/receivables", "receivable_id")
        assert foreign["request"] not in ids(network, login, "/api/v1/financing-requests", "id")
    assert foreign["invoice"] in ids(network, "c", "/api/v1/invoices", "id")
    assert foreign["payable"] in ids(network, "c", "/api/v1/payables", "payable_id")
    assert foreign["receivable"] in ids(network, "c", "/api/v1/receivables", "receivable_id")
    assert foreign["request"] in ids(network, "f2", "/api/v1/financing-requests", "id")


def test_lists__of_one_who_has_no_account__are_empty_even_when_pieces_were_redeemed(network: Stage) -> None:
    """After a draw nobody stands, and nobody must not be taken for whoever has no account."""
    payable = network.confirmed()
    network.pay(payable, FACE)
    network["s1"].command(f"/api/v1/receivables/{payable}00000001/redeem")
    assert network["r"].read("/api/v1/payables")["items"] == []
    assert network["r"].read("/api/v1/receivables")["items"] == []


def test_quotes__of_another_financier__are_never_seen(network: Stage, foreign: dict[str, str]) -> None:
    path = f"/api/v1/financing-requests/{foreign['request']}/quotes"
    second = network.quoted("f2", foreign["request"])
    assert [quote["id"] for quote in network["f1"].read(path)["items"]] == [foreign["quote"]]
    assert [quote["id"] for quote in network["f2"].read(path)["items"]] == [second]
    assert {quote["id"] for quote in network["s1"].read(path)["items"]} == {foreign["quote"], second}


def test_receivables__split_on_downstream__the_children_are_unseen_upstream(network: Stage) -> None:
    payable = network.confirmed()
    second = network.split("s1", f"{payable}00000001", "s2", 40_000)
    third = network.split("s2", second, "s3", 10_000)
    assert ids(network, "s1", "/api/v1/receivables", "receivable_id", payable_id=payable) == {
        f"{payable}00000001",
        second,
    }
    assert network["s1"].get(f"/api/v1/receivables/{third}").status_code == 404
    assert ids(network, "s3", "/api/v1/receivables", "receivable_id", payable_id=payable) == {third}
    assert ids(network, "c", "/api/v1/receivables", "receivable_id", payable_id=payable) == {
        f"{payable}00000001",
        second,
        third,
    }


def test_receivable__used_by_its_receiver__is_shown_upstream_as_it_was_handed_on(network: Stage) -> None:
    payable = network.confirmed()
    second = network.split("s1", f"{payable}00000001", "s2", 40_000)
    path = f"/api/v1/receivables/{second}"
    handed_on = network["s1"].read(path)
    network.split("s2", second, "s3", 10_000)
    request = network.asked("s2", second, 30_000, recourse=True)
    network["s2"].command(f"/api/v1/quotes/{network.quoted('f1', request)}/accept")
    network.pay(payable, FACE)
    network["f1"].command(f"{path}/redeem")

    seen = network["s1"].read(path)
    assert (seen["state"], seen["value"], seen["drawn"]) == ("handed_on", money(40_000), money(0))
    assert seen["holder"]["address"] == network["s2"].address
    assert (seen["end"], seen["recourse"]) == (FACE, False)
    assert {**seen, "as_of_block": 0} == {**handed_on, "as_of_block": 0}

    sold = network["s2"].read(path)
    assert (sold["state"], sold["value"], sold["drawn"]) == ("handed_on", money(30_000), money(0))
    assert (sold["holder"]["address"], sold["recourse"]) == (network["f1"].address, True)

    for login in ("f1", "c"):
        actual = network[login].read(path)
        assert (actual["state"], actual["value"], actual["drawn"]) == ("redeemed", money(30_000), money(30_000))
        assert actual["holder"]["address"] == network["f1"].address


def test_receivable__drawn_on_and_then_passed_on__shows_the_former_holder_its_own_draws(network: Stage) -> None:
    payable = network.confirmed(amount=10_000)
    piece = f"{payable}00000001"
    request = network.asked("s1", piece, 10_000)
    quote = network.quoted("f1", request)
    network.pay(payable, 5_000)
    network["s1"].command(f"/api/v1/receivables/{piece}/redeem")
    network["s1"].command(f"/api/v1/quotes/{quote}/accept")
    network.pay(payable, 5_000)
    network["f1"].command(f"/api/v1/receivables/{piece}/redeem")
    assert network["s1"].read(f"/api/v1/receivables/{piece}")["drawn"] == money(5_000)
    assert network["f1"].read(f"/api/v1/receivables/{piece}")["drawn"] == money(10_000)
