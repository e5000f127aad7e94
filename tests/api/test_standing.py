"""Suspended, reinstated, closed and readmitted by the operator; what is due to who may not be paid waits (I9)."""

from typing import Any

import pytest

from tests.api.member import money, refusal
from tests.api.stage import FACE, Stage

pytestmark = pytest.mark.devnet

REASON = {"reason": "an open question about its owners"}


def standing(network: Stage, login: str, act: str, body: Any = None) -> dict[str, Any]:
    return network["o"].command(f"/api/v1/participants/{network[login].address}/{act}", body)


def seen(network: Stage, reader: str, login: str) -> Any:
    rows = network[reader].read("/api/v1/participants", limit=200)["items"]
    (row,) = [row for row in rows if row["address"] == network[login].address]
    return row["status"], row["reason"]


def test_suspended__cannot_act_and_its_cash_waits_until_it_is_reinstated(network: Stage) -> None:
    payable = network.confirmed()
    piece = f"{payable}00000001"
    network["s1"].command(f"/api/v1/receivables/{piece}/transfer", {"to": network["own"].address})
    standing(network, "own", "suspend", REASON)
    try:
        assert seen(network, "o", "own") == seen(network, "own", "own") == ("suspended", REASON["reason"])
        assert seen(network, "s1", "own") == ("suspended", None)
        network.pay(payable, FACE)
        redeem = network["own"].post(f"/api/v1/receivables/{piece}/redeem")
        assert refusal(redeem) == "409 ParticipantNotActive"
        again = network["o"].post(f"/api/v1/participants/{network['own'].address}/suspend", REASON)
        assert refusal(again) == "409 ParticipantNotActive"
    finally:
        standing(network, "own", "reinstate")
    assert seen(network, "o", "own") == ("active", None)
    network["own"].command(f"/api/v1/receivables/{piece}/redeem")


def test_closed__is_readmitted_under_its_old_account(network: Stage) -> None:
    standing(network, "poor", "close", REASON)
    try:
        assert seen(network, "poor", "poor") == ("closed", REASON["reason"])
        back = network["o"].post(f"/api/v1/participants/{network['poor'].address}/reinstate")
        assert refusal(back) == "409 ParticipantNotSuspended"
    finally:
        standing(network, "poor", "readmit")
    assert seen(network, "poor", "poor") == ("active", None)
    network.credit("poor", 1)


def test_standing__of_who_was_never_admitted__is_not_found(network: Stage) -> None:
    for act in ("suspend", "close"):
        path = f"/api/v1/participants/{network['outsider'].address}/{act}"
        assert refusal(network["o"].post(path, REASON)) == "404 NotFound"
    assert refusal(network["o"].post(f"/api/v1/participants/{network['s1'].address}/readmit")) == (
        "409 ParticipantNotClosed"
    )


def test_set_aside__for_a_dispute__is_released_to_its_holder_once_that_is_over(network: Stage) -> None:
    payable = network.confirmed()
    piece = f"/api/v1/receivables/{payable}00000001"
    until = network["r"].read("/api/v1/chain")["business_date"]
    dispute = {"amount": money(FACE // 4), "until": f"{int(until[:4]) + 1}-01-01T00:00:00Z", "reason": "rust"}
    hold = network["c"].command(f"{piece}/dispute", dispute)["resource"]["id"]
    network.pay(payable, FACE)
    before = network["s1"].cash()
    network["s1"].command(f"{piece}/redeem")
    assert network["s1"].cash() - before == FACE - FACE // 4
    (waits,) = [row for row in network["s1"].read("/api/v1/set-aside-cash")["items"] if row["payable_id"] == payable]
    assert waits["amount"] == money(FACE // 4)
    assert payable not in [row["payable_id"] for row in network["c"].read("/api/v1/set-aside-cash")["items"]]
    assert refusal(network["s1"].post(f"{piece}/release-set-aside")) == "409 SetAsideHeld"
    network["c"].command(f"/api/v1/holds/{hold}/release")
    network["s1"].command(f"{piece}/release-set-aside")
    assert network["s1"].cash() - before == FACE
    assert payable not in [row["payable_id"] for row in network["s1"].read("/api/v1/set-aside-cash")["items"]]
    assert refusal(network["s1"].post(f"{piece}/release-set-aside")) == "409 SetAsideNothing"
