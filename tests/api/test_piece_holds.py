"""Disputes, pledges and reservations of confirmed pieces: placed, seen by their parties, ended, enforced (I10)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.member import money, refusal
from tests.api.stage import FACE, Stage

pytestmark = pytest.mark.devnet

DAY_S = 86_400
HOLDS = "/api/v1/holds"


def at(network: Stage, seconds: int) -> str:
    """So many seconds from now on the chain's clock."""
    return datetime.fromtimestamp(network.now() + seconds, UTC).isoformat()


def place(network: Stage, login: str, piece: str, act: str, body: dict[str, Any]) -> str:
    done = network[login].command(f"/api/v1/receivables/{piece}/{act}", body)
    assert done["resource"]["type"] == "hold"
    return str(done["resource"]["id"])


def disputed(network: Stage, piece: str, amount: int, login: str = "c") -> str:
    body = {"amount": money(amount), "until": at(network, 30 * DAY_S), "reason": "three crates were rusty"}
    return place(network, login, piece, "dispute", body)


def pledged(network: Stage, piece: str, from_s: int = 0) -> str:
    body = {
        "pledgee": network["f1"].address,
        "until": at(network, 60 * DAY_S),
        "enforceable_from": at(network, from_s),
        "loan": "loan 2026-8",
    }
    return place(network, "s1", piece, "pledge", body)


def hold(network: Stage, login: str, hold_id: str) -> Any:
    return network[login].read(f"{HOLDS}/{hold_id}")


def free(network: Stage, piece: str) -> Any:
    return network["s1"].read(f"/api/v1/receivables/{piece}")["free"]


def test_dispute__of_a_part__keeps_that_part_and_ends_by_its_debtor__r02(network: Stage) -> None:
    piece = f"{network.confirmed()}00000001"
    hold_id = disputed(network, piece, FACE // 4)
    assert free(network, piece) == money(FACE - FACE // 4)
    for login in ("c", "s1"):
        seen = hold(network, login, hold_id)
        assert (seen["kind"], seen["live"], seen["document"]) == ("dispute", True, "three crates were rusty")
        assert (seen["amount"], seen["beneficiary"]["address"]) == (money(FACE // 4), network["c"].address)
    assert hold(network, "co", hold_id)["document"] is None
    assert refusal(network["f1"].get(f"{HOLDS}/{hold_id}")) == "404 NotFound"
    assert refusal(network["s1"].post(f"{HOLDS}/{hold_id}/release")) == "403 HoldNotForCaller"
    too_much = {"amount": money(FACE), "until": at(network, DAY_S), "reason": "all of it"}
    again = network["c"].post(f"/api/v1/receivables/{piece}/dispute", too_much)
    assert refusal(again) == "409 ReceivableInsufficientValue"

    disputed_still = network["s1"].read(HOLDS)["as_of_block"]
    network["c"].command(f"{HOLDS}/{hold_id}/release")
    assert free(network, piece) == money(FACE)
    assert network["s1"].read(f"{HOLDS}/{hold_id}", as_of=disputed_still)["live"] is True
    assert (hold(network, "s1", hold_id)["live"], hold(network, "s1", hold_id)["released"]) == (False, True)
    assert refusal(network["c"].post(f"{HOLDS}/{hold_id}/release")) == "409 HoldNotOpen"


def test_dispute__by_a_debtor_that_waived_its_defences__is_refused_once_it_was_sold__r10(network: Stage) -> None:
    piece = f"{network.confirmed(terms={'undertaking': 'we waive'})}00000001"
    part = network.split("s1", piece, "s2", 1_000)
    body = {"amount": money(1), "until": at(network, DAY_S), "reason": "rust"}
    assert refusal(network["c"].post(f"/api/v1/receivables/{part}/dispute", body)) == "409 DisputeWaived"


def test_pledge__of_the_whole__is_taken_by_its_pledgee_when_the_loan_is_not_repaid(network: Stage) -> None:
    piece = f"{network.confirmed()}00000001"
    hold_id = pledged(network, piece, from_s=10 * DAY_S)
    assert free(network, piece) == money(0)
    seen = hold(network, "f1", hold_id)  # who sees of the piece what it is worth as a security, and no more
    assert (seen["kind"], seen["amount"], seen["document"]) == ("pledge", money(FACE), "loan 2026-8")
    assert seen["debtor"]["address"] == network["c"].address
    assert network["f1"].get(f"/api/v1/receivables/{piece}").status_code == 404
    assert refusal(network["c"].get(f"{HOLDS}/{hold_id}")) == "404 NotFound"
    early = network["f1"].post(f"{HOLDS}/{hold_id}/enforce")
    assert refusal(early) == "409 PledgeNotEnforceable"

    network.pass_time(10 * DAY_S)
    network["f1"].command(f"{HOLDS}/{hold_id}/enforce")
    assert network["f1"].read(f"/api/v1/receivables/{piece}")["holder"]["address"] == network["f1"].address
    over = hold(network, "f1", hold_id)
    assert (over["live"], over["amount"], over["enforced"]) == (False, money(0), money(FACE))
    assert refusal(network["s1"].get(f"{HOLDS}/{hold_id}")) == "404 NotFound"


def test_pledge__released__sets_the_piece_free(network: Stage) -> None:
    piece = f"{network.confirmed()}00000001"
    hold_id = pledged(network, piece)
    twice = {"pledgee": network["f2"].address, "until": at(network, DAY_S), "loan": "another"}
    body = {**twice, "enforceable_from": at(network, 0)}
    assert refusal(network["s1"].post(f"/api/v1/receivables/{piece}/pledge", body)) == "409 ReceivableHeld"
    assert hold_id in listed(network, "s1", receivable_id=piece, live=True)
    network["f1"].command(f"{HOLDS}/{hold_id}/release")
    assert free(network, piece) == money(FACE)
    assert hold_id not in listed(network, "s1", receivable_id=piece, live=True)
    assert listed(network, "f1", live=False, payable_id=piece[:-8]) == {hold_id}
    network["s1"].command(f"/api/v1/receivables/{piece}/transfer", {"to": network["s2"].address})
    assert refusal(network["s2"].get(f"{HOLDS}/{hold_id}")) == "404 NotFound"  # its predecessor's affair


def listed(network: Stage, login: str, **query: Any) -> set[str]:
    return {str(row["hold_id"]) for row in network[login].read(HOLDS, limit=200, **query)["items"]}


def test_reservation__for_a_financier__is_delivered_to_it_alone(network: Stage) -> None:
    network.go_to(12)
    piece = f"{network.confirmed()}00000001"
    body = {"amount": money(FACE), "financier": network["f1"].address, "until": at(network, DAY_S)}
    hold_id = place(network, "s1", piece, "reserve", body)
    request = network.asked("s1", piece, FACE)
    others = network["s1"].post(f"/api/v1/quotes/{network.quoted('f2', request)}/accept")
    assert refusal(others) == "409 ReceivableHeld"
    network["s1"].command(f"/api/v1/quotes/{network.quoted('f1', request)}/accept")
    assert network["f1"].read(f"/api/v1/receivables/{piece}")["holder"]["address"] == network["f1"].address
    assert hold(network, "f1", hold_id)["live"] is False


def test_reservation__that_is_over__its_holder_clears_away(network: Stage) -> None:
    piece = f"{network.confirmed()}00000001"
    body = {"amount": money(1), "financier": network["f1"].address, "until": at(network, 60)}
    hold_id = place(network, "s1", piece, "reserve", body)
    assert refusal(network["s1"].post(f"{HOLDS}/{hold_id}/release")) == "403 HoldNotForCaller"
    network.pass_time(61)
    assert free(network, piece) == money(FACE)
    network["s1"].command(f"{HOLDS}/{hold_id}/release")


@pytest.mark.parametrize("act", ["pledge", "reserve"])
def test_hold__for_who_is_no_financier__is_refused(network: Stage, act: str) -> None:
    piece = f"{network.confirmed()}00000001"
    until, other = at(network, DAY_S), network["s2"].address
    bodies = {
        "pledge": {"pledgee": other, "until": until, "enforceable_from": until, "loan": "x"},
        "reserve": {"amount": money(1), "financier": other, "until": until},
    }
    response = network["s1"].post(f"/api/v1/receivables/{piece}/{act}", bodies[act])
    assert refusal(response) == "403 ParticipantLacksRole"


def test_pledge__of_an_own_wallet__is_handed_out_as_a_transaction(network: Stage) -> None:
    piece = f"{network.confirmed('own')}00000001"
    body = {"pledgee": network["f1"].address, "until": at(network, DAY_S), "enforceable_from": at(network, 0)}
    given = network["own"].post(f"/api/v1/receivables/{piece}/pledge", {**body, "loan": "x"}).json()
    assert [item["type"] for item in given["to_sign"]] == ["transaction"]
    assert network["own"].sign(given).status_code == 202
    assert network["own"].ended(given["id"])["state"] == "done"
