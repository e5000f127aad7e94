"""What follows where a debtor does not pay: the register, recourse up the chain, write-off, recovery (R-21, R-29b)."""

import secrets
from typing import Any

import pytest

from tests.api.member import money, refusal
from tests.api.stage import FACE, Stage

pytestmark = pytest.mark.devnet

DISHONOURS = "/api/v1/dishonours"
REASON = {"reason": "for a reason"}


def row_of(network: Stage, login: str, path: str, payable: str) -> Any:
    (row,) = [row for row in network[login].read(path, limit=200)["items"] if row["payable_id"] == payable]
    return row


def barred(network: Stage, login: str) -> Any:
    rows = network["s1"].read("/api/v1/participants", limit=200)["items"]
    return next(row["barred_until"] for row in rows if row["address"] == network[login].address)


# The register


def test_dishonour__after_the_days_of_grace__is_recorded_objected_to_and_lifted__r29b(network: Stage) -> None:
    payable = network.overdue(5)
    late = row_of(network, "o", "/api/v1/overdue-payables", payable)
    assert (late["days_past_due"], late["outstanding"], late["dishonour"]) == (5, money(FACE), False)
    assert payable not in [row["payable_id"] for row in network["s2"].read("/api/v1/overdue-payables")["items"]]
    early = network["s1"].post(DISHONOURS, {"payable_id": payable})
    assert refusal(early) == "409 DishonourTooEarly"
    network.pass_time(86_400)
    assert late["dishonour_from"] == str(network.today())

    network["s1"].command(DISHONOURS, {"payable_id": payable})
    assert row_of(network, "c", "/api/v1/overdue-payables", payable)["dishonour"] is True
    assert network["s1"].read(f"/api/v1/payables/{payable}")["dishonoured"] is True
    assert refusal(network["c"].post(DISHONOURS, {"payable_id": payable})) == "409 DishonourAlreadyRecorded"
    network["c"].command(f"{DISHONOURS}/{payable}/object", {"reason": "we paid outside"})
    seen = row_of(network, "f2", DISHONOURS, payable)  # who might buy is told
    assert (seen["amount"], seen["objection"], seen["lifted"]) == (money(FACE), "we paid outside", False)
    assert payable not in [row["payable_id"] for row in network["s2"].read(DISHONOURS)["items"]]

    standing = network["c"].read(DISHONOURS)["as_of_block"]
    network["o"].command(f"{DISHONOURS}/{payable}/lift", {"reason": "they did"})
    assert network["c"].read(f"{DISHONOURS}/{payable}", as_of=standing)["lifted"] is False
    seen = network["c"].read(f"{DISHONOURS}/{payable}")
    assert (seen["lifted"], seen["lift_reason"]) == (True, "they did")
    assert network["s1"].read(f"/api/v1/payables/{payable}")["dishonoured"] is False
    assert refusal(network["o"].post(f"{DISHONOURS}/{payable}/lift", REASON)) == "409 DishonourNotRecorded"


def test_dishonours__of_two_dates_within_six_months__bar_the_debtor_until_one_is_lifted__r29b(network: Stage) -> None:
    network.programme("rival", minimum_piece=money(1))
    first = network.overdue(6, "rival")
    network["s1"].command(DISHONOURS, {"payable_id": first})
    assert barred(network, "rival") is None
    network["o"].command(DISHONOURS, {"payable_id": network.overdue(6, "rival")})
    until = barred(network, "rival")
    assert until > str(network.today())
    proposed = network.proposed(buyer="rival")
    refused = network["rival"].post(f"/api/v1/payables/{proposed}/confirm")
    assert refusal(refused) == "409 DebtorBarred"
    network["o"].command(f"{DISHONOURS}/{first}/lift", REASON)
    assert barred(network, "rival") is None
    network["rival"].command(f"/api/v1/payables/{proposed}/confirm")


# Recourse


def recourse(network: Stage, login: str, payable: str) -> Any:
    row = row_of(network, login, "/api/v1/recourse", payable)
    return (row["holder"] or {}).get("address"), row["price"], row["claimed_at"] is not None


def test_recourse__claimed__is_bought_back_up_the_chain__r21(network: Stage) -> None:
    network.go_to(12)
    payable = network.overdue(-1, handed_to="s2")
    piece = f"/api/v1/receivables/{payable}00000001"
    network["s2"].command(f"{piece}/transfer", {"to": network["s3"].address, "recourse": True})
    network.pay(payable, FACE // 4)
    network["s3"].command(f"{piece}/redeem")
    assert recourse(network, "s2", payable) == (None, None, False)  # who has it by now is not told before it matters
    assert refusal(network["s3"].post(f"{piece}/claim-recourse")) == "409 PayableNotOverdue"
    network.pass_time(2 * 86_400)

    network["s3"].command(f"{piece}/claim-recourse")
    price = FACE - FACE // 4
    assert recourse(network, "s2", payable) == (network["s3"].address, money(price), True)
    assert refusal(network["s1"].post(f"{piece}/repurchase")) == "403 ReceivableNotEndorser"
    for holder, endorser in (("s3", "s2"), ("s2", "s1")):
        network.credit(endorser, price)
        before = network[holder].cash(), network[endorser].cash()
        network[endorser].command(f"{piece}/repurchase")
        assert (network[holder].cash() - before[0], before[1] - network[endorser].cash()) == (price, price)
        assert network[endorser].read(piece)["holder"]["address"] == network[endorser].address
    assert refusal(network["s1"].post(f"{piece}/repurchase")) == "409 RecourseNone"
    assert network["c"].read(piece)["recourse"] is False


def test_repurchase__by_who_has_not_the_cash__is_refused(network: Stage) -> None:
    payable = network.overdue(1, handed_to="f1")
    body = {"amount": money(network["s1"].cash()), "instruction": "all of it"}
    if network["s1"].cash():
        network["s1"].command("/api/v1/pay-outs", body)
    refused = network["s1"].post(f"/api/v1/receivables/{payable}00000001/repurchase")
    assert refusal(refused) == "409 ERC20InsufficientBalance"


# Given up


def test_write_off__after_ninety_days__and_what_comes_in_later_is_shared(network: Stage) -> None:
    payable = network.overdue(89)
    path, piece = f"/api/v1/payables/{payable}", f"/api/v1/receivables/{payable}00000001"
    paid = {"amount": money(FACE // 2), "recovery_reference": secrets.token_hex(8)}
    assert refusal(network["o"].post(f"{path}/write-off", REASON)) == "409 WriteOffTooEarly"
    assert refusal(network["c"].post(f"{path}/recover", paid)) == "409 RecoveryNotOpen"
    network.pass_time(86_400)
    assert row_of(network, "o", "/api/v1/overdue-payables", payable)["write_off_from"] == str(network.today())
    network["o"].command(f"{path}/write-off", {"reason": "it is insolvent"})
    seen = network["s1"].read(path)
    assert (seen["state"], seen["reason"], seen["outstanding"]) == ("written_off", "it is insolvent", money(0))

    too_much = {**paid, "amount": money(FACE + 1)}
    assert refusal(network["c"].post(f"{path}/recover", too_much)) == "409 RecoveryTooMuch"
    network["c"].command(f"{path}/recover", paid)  # on its signature alone
    before = network["s1"].cash()
    network["s1"].command(f"{piece}/redeem")
    assert network["s1"].cash() - before == FACE // 2
    assert (network["s1"].read(path)["recovered"], network["s1"].read(path)["recovery_closed"]) == (
        money(FACE // 2),
        False,
    )

    network["o"].command(f"{path}/close-recovery", {"reason": "the insolvency is over"})
    assert network["c"].read(path)["recovery_closed"] is True
    late = {**paid, "recovery_reference": secrets.token_hex(8)}
    assert refusal(network["c"].post(f"{path}/recover", late)) == "409 RecoveryNotOpen"
    assert refusal(network["o"].post(f"{path}/close-recovery", REASON)) == "409 RecoveryNotOpen"
    network["s1"].command(f"{piece}/redeem")  # of nothing: it is gone
    assert network["s1"].read(piece)["state"] == "redeemed"


# The reference rate


def test_reference_rate__set_by_the_operator__is_in_force_from_its_day__r17(network: Stage) -> None:
    path, today = "/api/v1/reference-rate", str(network.today())
    network["o"].command(path, {"effective_date": today, "rate_ppm": 1})
    assert network["s2"].read(path)["effective_date"] == today
    assert network["s2"].read(path)["rate_ppm"] == 1
    earlier = {"effective_date": "2020-01-20", "rate_ppm": 41_500}
    assert refusal(network["o"].post(path, earlier)) == "422 ReferenceRateDateOutOfRange"
