"""Quotes over HTTP: priced once by R-14a, for the day on which they can be accepted, and accepted by their supplier."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.api.member import money, refusal
from tests.api.stage import FACE, Stage

pytestmark = pytest.mark.devnet

DAY_S = 86_400
VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "pricing.json").read_text())["bank_discount"]
QUOTABLE = [vector for vector in VECTORS if vector["tenor_days"] > 0]
"""R-14a, with its worked examples first; forge reads the same file. What is due today is not quoted for."""


def piece_of(network: Stage, **changes: Any) -> str:
    """A whole payable of s1's, due in 90 days, at noon."""
    network.go_to(12)
    return f"{network.confirmed(**changes)}00000001"


def read_quote(network: Stage, login: str, quote: str) -> Any:
    return network[login].read(f"/api/v1/quotes/{quote}")


def accept(network: Stage, login: str, quote: str) -> Any:
    return network[login].post(f"/api/v1/quotes/{quote}/accept")


@pytest.mark.parametrize("vector", QUOTABLE, ids=lambda vector: vector["what"])
def test_quote__for_the_terms_of_a_vector__has_its_price(network: Stage, vector: dict[str, Any]) -> None:
    network.go_to(12)
    due = network.today() + timedelta(days=vector["tenor_days"])
    piece = f"{network.confirmed(amount=vector['face_value'], due_date=due)}00000001"
    request = network.asked("s1", piece, vector["face_value"])
    convention = {360: "ACT/360", 365: "ACT/365F"}[vector["basis_days"]]
    made = network.quoted("f1", request, vector["annual_rate_ppm"], day_count=convention)
    quote = read_quote(network, "s1", made)
    assert (quote["proceeds"], quote["discount"]) == (money(vector["proceeds"]), money(vector["discount"]))
    assert (quote["tenor_days"], quote["value_date"]) == (vector["tenor_days"], str(network.today()))


def test_quote__shows_what_it_really_costs_a_year(network: Stage) -> None:
    request = network.asked("s1", piece_of(network), FACE)
    assert read_quote(network, "s1", network.quoted("f1", request, 48_000))["yield_ppm"] == 48_583


def test_quotes__are_listed_the_most_proceeds_first_then_the_earlier(network: Stage) -> None:
    request = network.asked("s1", piece_of(network), FACE)
    dear = network.quoted("f1", request, 60_000)
    first = network.quoted("f2", request, 40_000)
    network.pass_time(2)
    second = network.quoted("f1", request, 40_000)
    listed = network["s1"].read(f"/api/v1/financing-requests/{request}/quotes")["items"]
    assert [quote["id"] for quote in listed] == [first, second, dear]


@pytest.mark.parametrize("wait_s", [60, 20 * 60])
def test_quote__ten_minutes_before_midnight__is_priced_for_tomorrow_and_good_on_both_days(
    network: Stage, wait_s: int
) -> None:
    request = network.asked("s1", piece_of(network), FACE)
    today = network.today()
    network.go_to(23, 50)
    quote = read_quote(network, "s1", network.quoted("f1", request, valid_minutes=60))
    assert (quote["value_date"], quote["tenor_days"]) == (str(today + timedelta(days=1)), 89)
    network.pass_time(wait_s)
    assert accept(network, "s1", quote["id"]).status_code == 202


def test_quote__late_in_the_day__ends_with_its_value_date(network: Stage) -> None:
    request = network.asked("s1", piece_of(network), FACE)
    today = network.today()
    network.go_to(23, 30)
    quote = read_quote(network, "s1", network.quoted("f1", request, valid_minutes=24 * 60))
    assert quote["value_date"] == str(today)
    assert quote["expires_at"].startswith(f"{today}T15:59:59")  # 23:59:59 in Shanghai
    network.go_to(0, 1)
    assert refusal(accept(network, "s1", quote["id"])) == "409 QuoteExpired"


def test_quote__past_its_expiry__is_shown_so_and_refused(network: Stage) -> None:
    request = network.asked("s1", piece_of(network), FACE)
    quote = network.quoted("f1", request, valid_minutes=1)
    assert read_quote(network, "s1", quote)["state"] == "open"
    network.pass_time(62)
    assert read_quote(network, "s1", quote)["state"] == "expired"
    assert refusal(accept(network, "s1", quote)) == "409 QuoteExpired"


def test_quote__accepted__moves_receivable_and_cash_and_the_request_is_over(network: Stage) -> None:
    piece = piece_of(network)
    request = network.asked("s1", piece, FACE)
    quote = network.quoted("f1", request)
    supplier, financier = network["s1"].cash(), network["f1"].cash()
    network["s1"].command(f"/api/v1/quotes/{quote}/accept")
    assert (network["s1"].cash() - supplier, financier - network["f1"].cash()) == (988_000_00, 988_000_00)
    assert network["f1"].read(f"/api/v1/receivables/{piece}")["holder"]["address"] == network["f1"].address
    assert read_quote(network, "s1", quote)["state"] == "accepted"
    assert network["f2"].read(f"/api/v1/financing-requests/{request}")["state"] == "accepted"
    assert refusal(accept(network, "s1", quote)) == "409 QuoteAlreadyUsed"
    late = network["f2"].post(f"/api/v1/financing-requests/{request}/quotes", {"annual_rate_ppm": 1})
    assert refusal(late) == "409 RequestAccepted"


def test_quotes__two_open_ones_of_one_financier__are_each_accepted_and_paid(network: Stage) -> None:
    """The cash that one authorises can pay for that one alone."""
    piece = piece_of(network)
    requests = [network.asked("s1", piece, value) for value in (1_000_00, 2_000_00)]
    quotes = [network.quoted("f1", request) for request in requests]
    before = network["f1"].cash()
    for quote in reversed(quotes):
        network["s1"].command(f"/api/v1/quotes/{quote}/accept")
    assert before - network["f1"].cash() == 988_00 + 1_976_00
    bought = network["f1"].read("/api/v1/receivables", payable_id=piece[:-8])["items"]
    assert sorted(row["value"]["amount"] for row in bought) == ["1000.00", "2000.00"]


@pytest.mark.parametrize("recourse", [True, False])
def test_recourse__asked_for__is_in_quote_piece_and_deal(network: Stage, recourse: bool) -> None:
    piece = piece_of(network)
    quote = network.quoted("f1", network.asked("s1", piece, FACE, recourse=recourse))
    assert read_quote(network, "f1", quote)["recourse"] is recourse
    network["s1"].command(f"/api/v1/quotes/{quote}/accept")
    assert network["f1"].read(f"/api/v1/receivables/{piece}")["recourse"] is recourse
    deals = network["r"].read("/audit/v1/deals", limit=200)["items"]
    (deal,) = [deal for deal in deals if deal["payable_id"] == piece[:-8]]
    assert (deal["recourse"], deal["proceeds"], deal["discount"]) == (recourse, money(988_000_00), money(12_000_00))


def test_quote__taken_in_part__moves_that_part_at_its_price_rounded_down(network: Stage) -> None:
    piece = piece_of(network)
    request = network.asked("s1", piece, FACE)
    quote = network.quoted("f1", request, minimum_take=money(FACE // 4))
    path = f"/api/v1/quotes/{quote}/accept"
    for take in (FACE // 4 - 1, FACE + 1):
        assert refusal(network["s1"].post(path, {"take": money(take)})) == "422 QuoteTakeOutOfRange"
    supplier, financier = network["s1"].cash(), network["f1"].cash()
    network["s1"].command(path, {"take": money(333_333_33)})
    proceeds = 988_000_00 * 333_333_33 // FACE
    assert (network["s1"].cash() - supplier, financier - network["f1"].cash()) == (proceeds, proceeds)
    seen = read_quote(network, "s1", quote)
    assert (seen["state"], seen["taken"], seen["paid"]) == ("accepted", money(333_333_33), money(proceeds))
    assert network["s1"].read(f"/api/v1/receivables/{piece}")["value"] == money(FACE - 333_333_33)


def test_quote__with_fees__pays_them_on_top_of_the_proceeds(network: Stage) -> None:
    request = network.asked("s1", piece_of(network), FACE)
    fee = {"to": network["b"].address, "amount": money(1_000_00)}
    path = f"/api/v1/financing-requests/{request}/quotes"
    dear = {"annual_rate_ppm": 48_000, "fees": [{**fee, "amount": money(12_000_01)}]}
    assert refusal(network["f1"].post(path, dear)) == "422 QuoteProceedsOutOfRange"
    quote = network.quoted("f1", request, fees=[fee])
    assert read_quote(network, "s1", quote)["fees"] == [fee]
    before = {login: network[login].cash() for login in ("s1", "f1", "b")}
    network["s1"].command(f"/api/v1/quotes/{quote}/accept")
    moved = {login: network[login].cash() - cash for login, cash in before.items()}
    assert moved == {"s1": 988_000_00, "f1": -989_000_00, "b": 1_000_00}


def test_quotes__accepted_together__are_all_taken_or_none(network: Stage) -> None:
    piece = piece_of(network)
    requests = [network.asked("s1", piece, value) for value in (1_000_00, 2_000_00)]
    first, second = network.quoted("f1", requests[0]), network.quoted("poor", requests[1])
    both = {"quotes": [{"quote_id": first}, {"quote_id": second}]}
    assert refusal(network["s1"].post("/api/v1/quotes/accept", both)) == "409 ERC20InsufficientBalance"
    second = network.quoted("f2", requests[1])
    supplier = network["s1"].cash()
    network["s1"].command("/api/v1/quotes/accept", {"quotes": [{"quote_id": first}, {"quote_id": second}]})
    assert network["s1"].cash() - supplier == 988_00 + 1_976_00
    assert {read_quote(network, "s1", quote)["state"] for quote in (first, second)} == {"accepted"}


def test_quote__called_off_by_its_financier__cannot_be_accepted(network: Stage) -> None:
    request = network.asked("s1", piece_of(network), FACE)
    quote = network.quoted("f1", request)
    network["f1"].command(f"/api/v1/quotes/{quote}/cancel")
    assert read_quote(network, "s1", quote)["state"] == "cancelled"
    assert refusal(accept(network, "s1", quote)) == "409 QuoteAlreadyUsed"
    assert refusal(network["f1"].post(f"/api/v1/quotes/{quote}/cancel")) == "409 QuoteAlreadyUsed"


def test_quote__under_a_programme_that_wants_a_registration__names_an_anchored_one__r11(network: Stage) -> None:
    network.go_to(12)
    programme = network.programme("rival", registration_required=True, minimum_piece=money(1))
    payable = network.proposed(terms={"programme_id": programme}, buyer="rival")
    network["rival"].command(f"/api/v1/payables/{payable}/confirm")
    request = network.asked("s1", f"{payable}00000001", FACE)
    made_up = network.quoted("f1", request, registration_hash="0x" + "11" * 32)
    assert refusal(accept(network, "s1", made_up)) == "409 QuoteRegistrationMissing"
    registered = network["f1"].command("/api/v1/registrations", {"registration": "2026-0001, 10:00:01"})
    quote = network.quoted("f1", request, registration_hash=registered["resource"]["id"])
    network["s1"].command(f"/api/v1/quotes/{quote}/accept")


def test_quote__of_a_financier_without_the_cash__is_refused_at_acceptance(network: Stage) -> None:
    request = network.asked("s1", piece_of(network), FACE)
    quote = network.quoted("poor", request)
    assert refusal(accept(network, "s1", quote)) == "409 ERC20InsufficientBalance"


def test_quote__not_signed_by_its_financiers_wallet_yet__cannot_be_accepted(network: Stage) -> None:
    request = network.asked("s1", piece_of(network), FACE)
    path = f"/api/v1/financing-requests/{request}/quotes"
    given = network["poor"].post(path, {"annual_rate_ppm": 48_000}).json()
    quote = given["resource"]["id"]
    assert [item["data"]["primaryType"] for item in given["to_sign"]] == ["Quote", "ReceiveWithAuthorization"]
    assert read_quote(network, "s1", quote)["state"] == "awaiting_signature"
    assert refusal(accept(network, "s1", quote)) == "409 QuoteUnsigned"
    network.credit("poor", 988_000_00)
    assert network["poor"].sign(given).status_code == 202
    assert read_quote(network, "s1", quote)["state"] == "open"
    network["s1"].command(f"/api/v1/quotes/{quote}/accept")
    assert network["poor"].cash() == 0


def test_ask__for_more_than_the_piece_holds__is_refused(network: Stage) -> None:
    body = {"receivable_id": piece_of(network), "value": money(FACE + 1)}
    response = network["s1"].post("/api/v1/financing-requests", body)
    assert refusal(response) == "409 ReceivableInsufficientValue"
    assert response.json()["params"] == {"asked": FACE + 1, "available": FACE}


def test_ask__for_a_piece_that_was_handed_on__is_refused(network: Stage) -> None:
    piece = piece_of(network)
    part = network.split("s1", piece, "s2", 100)
    body = {"receivable_id": part, "value": money(1)}
    assert refusal(network["s1"].post("/api/v1/financing-requests", body)) == "403 ReceivableNotHolder"


def test_quote__on_the_due_date__has_nothing_left_to_discount(network: Stage) -> None:
    network.go_to(12)
    piece = f"{network.confirmed(due_date=network.today() + timedelta(days=1))}00000001"
    request = network.asked("s1", piece, FACE)
    network.pass_time(DAY_S)
    late = network["f1"].post(f"/api/v1/financing-requests/{request}/quotes", {"annual_rate_ppm": 1})
    assert refusal(late) == "409 ReceivableMatured"


def test_quote__whose_discount_eats_everything__is_refused(network: Stage) -> None:
    network.go_to(12)  # 365 days of 360, at 100 % a year
    piece = f"{network.confirmed(due_date=network.today() + timedelta(days=365))}00000001"
    request = network.asked("s1", piece, FACE)
    dear = network["f1"].post(f"/api/v1/financing-requests/{request}/quotes", {"annual_rate_ppm": 1_000_000})
    assert refusal(dear) == "422 QuoteUnpriceable"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("annual_rate_ppm", -1),
        ("annual_rate_ppm", 1_000_001),
        ("annual_rate_ppm", 4.8),
        ("annual_rate_ppm", None),
        ("day_count", "ACT/364"),
        ("valid_minutes", 0),
        ("valid_minutes", 24 * 60 + 1),
    ],
)
def test_quote__terms_out_of_range__are_refused_by_their_field(network: Stage, field: str, value: Any) -> None:
    body = {"annual_rate_ppm": 1_000, field: value}
    response = network["f1"].post("/api/v1/financing-requests/" + "0" * 32 + "/quotes", body)
    assert refusal(response) == "422 RequestInvalid"
    assert [error["field"] for error in response.json()["params"]["errors"]] == [field]


def test_dates__on_the_chains_clock__turn_at_midnight_in_shanghai(network: Stage) -> None:
    network.go_to(23, 59)
    before = network.today()
    network.pass_time(90)
    assert network.today() == before + timedelta(days=1)
