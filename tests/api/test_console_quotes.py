"""Quotes by the console's forms: each made, taken and called off on the chain, and by nobody else."""

import re
import secrets
from typing import Any

import pytest

from tests.api.browsing import Desk
from tests.api.member import money
from tests.api.stage import FACE, Stage

pytestmark = pytest.mark.devnet


def asked(network: Stage, value: int = FACE) -> str:
    network.go_to(12)
    return network.asked("s1", f"{network.confirmed()}00000001", value)


def quote_of(network: Stage, quote: str) -> Any:
    return network["s1"].read(f"/api/v1/quotes/{quote}")


def quotes_of(network: Stage, request: str) -> Any:
    return network["s1"].read(f"/api/v1/financing-requests/{request}/quotes")["items"]


def test_quote__with_fees_and_to_be_taken_in_part__is_made_by_form_and_shown_so(network: Stage, desk: Desk) -> None:
    request = asked(network)
    financier = desk["f1"]
    financier.get(f"/financing/{request}")
    fields = {"rate": "4.80", "day_count": "ACT/360", "valid_minutes": "60", "minimum_take": "250,000.00"}
    fees = {"fee_to": [network["b"].address, ""], "fee_amount": ["1,000.00x", ""]}
    refused = financier.post(f"/financing/{request}/quote", {**fields, **fees})
    assert refused.status_code == 422
    assert 'value="1,000.00x" inputmode="decimal" aria-invalid="true"' in refused.text
    assert 'value="250,000.00"' in refused.text
    assert f'value="{network["b"].address}" selected' in refused.text
    too_much = financier.post(f"/financing/{request}/quote", {**fields, "minimum_take": "1000000.01"})
    assert re.search(r'name="minimum_take" [^>]*aria-invalid="true"', too_much.text)
    fees["fee_amount"] = ["1,000.00", ""]
    review = financier.post(f"/financing/{request}/quote", {**fields, **fees})
    assert (review.status_code, "<b>CNY 988,000.00</b>" in review.text) == (200, True)
    assert quotes_of(network, request) == [], "it is shown, and not made"
    agreed = {**fields, **fees, "step": "do", "proceeds": "988000.01"}
    assert financier.post(f"/financing/{request}/quote", agreed).status_code == 200, "at another price than was shown"
    agreed["proceeds"] = "988000.00"
    assert financier.post(f"/financing/{request}/quote", agreed).status_code == 303
    page = desk["s1"].get(f"/financing/{request}").text
    assert "CNY 988,000.00" in page
    assert "4.8583 %" in page, "R-14c: what it really costs a year"
    assert "in part from CNY 250,000.00 on" in page
    assert f"fee of CNY 1,000.00 to {network['b'].name}" in page


def test_quote__taken_in_part__is_shown_with_its_price_first_and_moves_that(network: Stage, desk: Desk) -> None:
    quote = network.quoted("f1", asked(network), minimum_take=money(FACE // 4))
    path = f"/financing/quotes/{quote}/accept"
    desk.closed_to(path, "f1")
    small = desk.answers("s1", path, {"take": "1.00", "step": "review"}, 422)
    assert re.search(r'name="take" [^>]*value="1.00"[^>]*aria-invalid="true"', small.text)
    review = desk.answers("s1", path, {"take": "333,333.33", "step": "review"}, 200)
    assert re.search(
        r"How much of it</dt><dd><b>CNY 333,333.33<.*You get today</dt><dd><b>CNY 329,333.33<", review.text
    )
    before = network["s1"].cash()
    desk.do("s1", path, {"take": "333333.33"})
    assert network["s1"].cash() - before == 329_333_33, "the chain pays what was shown"
    assert quote_of(network, quote)["taken"] == money(333_333_33)


def test_quotes__sold_on_several__are_summed_first_and_taken_together(network: Stage, desk: Desk) -> None:
    network.go_to(12)
    piece = f"{network.confirmed()}00000001"
    requests = [network.asked("s1", piece, value) for value in (100_000, 200_000)]
    quotes = [
        network.quoted("f1", requests[0]),
        network.quoted("f2", requests[1], minimum_take=money(1_000)),
    ]
    desk.closed_to("/financing/quotes/several", "f1", "c")
    assert "/console/financing/quotes/several" in desk["s1"].get("/financing").text
    fields = {"quote": quotes, f"take-{quotes[1]}": "5.00"}
    wrong = desk.answers("s1", "/financing/quotes/several", {**fields, "step": "review"}, 422)
    assert re.search(rf'name="take-{quotes[1]}" [^>]*value="5.00"[^>]*aria-invalid="true"', wrong.text)
    assert desk.answers("s1", "/financing/quotes/several", {"step": "review"}, 422).text.count(" checked") == 0
    fields[f"take-{quotes[1]}"] = "1000"
    review = desk.answers("s1", "/financing/quotes/several", {**fields, "step": "review"}, 200)
    assert '<span class="sum">CNY 2,000.00</span>' in review.text
    assert '<span class="sum">CNY 1,976.00</span>' in review.text
    before = network["s1"].cash()
    desk.do("s1", "/financing/quotes/several", {**fields, "step": "do"})
    assert network["s1"].cash() - before == 988_00 + 988_00
    gone = desk.answers("s1", "/financing/quotes/several", {**fields, "step": "review"}, 409)
    assert "QuoteGone" in gone.text


def test_quote__called_off__is_its_financiers_and_ends_it(network: Stage, desk: Desk) -> None:
    request = asked(network)
    quote = network.quoted("f1", request)
    path = f"/financing/quotes/{quote}/cancel"
    desk.closed_to(path, "s1")
    desk.closed_to(path, "f2", status=404)
    assert path in desk["f1"].get(f"/financing/{request}").text
    desk.do("f1", path)
    assert quote_of(network, quote)["state"] == "cancelled"
    assert path not in desk["f1"].get(f"/financing/{request}").text


def test_quote__where_the_programme_wants_a_registration__names_one_on_record__r11(network: Stage, desk: Desk) -> None:
    network.go_to(12)
    programme = network.programme("rival", registration_required=True, minimum_piece=money(1))
    payable = network.proposed(terms={"programme_id": programme}, buyer="rival")
    network["rival"].command(f"/api/v1/payables/{payable}/confirm")
    request = network.asked("s1", f"{payable}00000001", FACE)
    desk.closed_to(f"/financing/{request}/register", "s1")
    without = {"rate": "4.80", "day_count": "ACT/360", "valid_minutes": "60"}
    financier = desk["f1"]
    financier.get(f"/financing/{request}")
    refused = financier.post(f"/financing/{request}/quote", without)
    assert re.search(r'name="registration_hash" required aria-invalid="true"', refused.text)
    empty = desk.answers("f1", f"/financing/{request}/register", {"registration": ""}, 422)
    assert re.search(r'name="registration"[^>]*aria-invalid="true"', empty.text)
    number = f"ZD-{secrets.token_hex(4)}"
    done = desk.do("f1", f"/financing/{request}/register", {"registration": f"{number}, 10:00:01"})
    assert number in financier.get(f"/financing/{request}").text
    assert number not in desk["f2"].get(f"/financing/{request}").text
    fields = {**without, "registration_hash": done["resource"]["id"], "step": "do", "proceeds": "988000.00"}
    assert financier.post(f"/financing/{request}/quote", fields).status_code == 303
    (quote,) = quotes_of(network, request)
    desk.do("s1", f"/financing/quotes/{quote['id']}/accept")
