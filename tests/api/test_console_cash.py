"""Cash by the console's forms: pay-outs, credits, what a bank stops and what is set aside."""

import re
import secrets

import pytest

from tests.api.browsing import Desk
from tests.api.member import money
from tests.api.stage import FACE, Stage

pytestmark = pytest.mark.devnet


def paid_out(network: Stage, desk: Desk, amount: str) -> str:
    network.credit("s1", 10_000_00)
    fields = {"amount": amount, "currency": "CNY", "instruction": "to account 6222 0001"}
    return str(desk.do("s1", "/cash/pay-out", fields)["resource"]["id"])


def test_pay_out__asked_for_by_form__is_the_banks_to_complete_under_a_reference(network: Stage, desk: Desk) -> None:
    desk.closed_to("/cash/pay-out", "r", "co", "o")
    before = network["s1"].cash()
    kept = desk.answers("s1", "/cash/pay-out", {"amount": "12x", "currency": "CNY", "instruction": "to 6222"}, 422)
    assert re.search(r'name="amount" [^>]*value="12x"[^>]*aria-invalid="true"', kept.text)
    assert ">to 6222</textarea>" in kept.text
    path = f"/cash/pay-outs/{paid_out(network, desk, '5,000.00')}/complete"
    assert network["s1"].cash() == before + 5_000_00
    assert path not in desk["s1"].get("/cash").text
    desk.closed_to(path, "s1")
    desk.closed_to(path, "f1", status=404)
    bank = desk["b"]
    assert "/console/cash" in bank.get("/").text
    assert path in bank.get("/cash").text
    assert "to account 6222 0001" in bank.get(path).text
    reference = secrets.token_hex(8)
    desk.do("b", path, {"bank_reference": reference})
    assert path not in bank.get("/cash").text
    second = f"/cash/pay-outs/{paid_out(network, desk, '1.00')}/complete"
    twice = desk.answers("b", second, {"bank_reference": reference}, 409)
    assert re.search(rf'name="bank_reference" [^>]*value="{reference}"', twice.text)


def test_credit__by_form__is_shown_first_and_is_the_accounts_once_done(network: Stage, desk: Desk) -> None:
    desk.closed_to("/deposits/credit", "s1", "o")
    fields = {"account": network["s1"].address, "amount": "1,234.50", "currency": "CNY"}
    fields["bank_reference"] = secrets.token_hex(8)
    before = network["s1"].cash()
    review = desk.answers("b", "/deposits/credit", {**fields, "step": "review"}, 200)
    shown = dict(re.findall(r"<dt>([^<]*)</dt><dd><b>([^<]*)</b>", review.text))
    assert (shown["Account"], shown["Amount"]) == (network["s1"].name, "CNY 1,234.50")
    assert network["s1"].cash() == before, "nothing is done by looking"
    desk.do("b", "/deposits/credit", fields)
    assert network["s1"].cash() - before == 1_234_50


def test_pay_out__refused__is_the_accounts_again_and_says_why(network: Stage, desk: Desk) -> None:
    before = network["s1"].cash()
    path = f"/cash/pay-outs/{paid_out(network, desk, '5,000.00')}/refuse"
    desk.closed_to(path, "s1")
    desk.answers("b", path, {"reason": ""}, 422)
    desk.do("b", path, {"reason": "the account is closed"})
    assert network["s1"].cash() == before + 10_000_00
    assert "the account is closed" in desk["s1"].get("/cash").text


def test_deposits__stopped_by_their_bank__stand_still_for_everybody_until_they_move(network: Stage, desk: Desk) -> None:
    token = network.services.deployments.address("DepositTokenCNY")
    stop, go = f"/deposits/{token}/pause", f"/deposits/{token}/resume"
    desk.closed_to(stop, "o", "s1")
    bank = desk["b"]
    assert (stop in bank.get("/deposits").text, go in bank.seen) == (True, False)
    desk.do("b", stop, {"reason": "a system is down"})
    assert (stop in bank.get("/deposits").text, go in bank.seen) == (False, True)
    cash = desk["s1"].get("/cash").text
    assert ("stand still since" in cash, "a system is down" in cash) == (True, True)
    again = desk.answers("b", stop, {"reason": "once more"}, 409)
    assert ("DepositTokenPaused" in again.text, ">once more</textarea>" in again.text) == (True, True)
    desk.do("b", go)
    assert "stand still since" not in desk["s1"].get("/cash").text


def test_set_aside_cash__of_a_dispute_that_is_over__is_released_by_its_holder__i9(network: Stage, desk: Desk) -> None:
    payable = network.confirmed()
    piece = f"/api/v1/receivables/{payable}00000001"
    dispute = {"amount": money(FACE // 4), "until": f"{network.today().year + 1}-01-01T00:00:00Z", "reason": "rust"}
    hold = network["c"].command(f"{piece}/dispute", dispute)["resource"]["id"]
    network.pay(payable, FACE)
    network["s1"].command(f"{piece}/redeem")
    path = f"/receivables/{payable}00000001/release-set-aside"
    assert path in desk["s1"].get("/cash").text
    assert path not in desk["s2"].get("/cash").text
    network["c"].command(f"/api/v1/holds/{hold}/release")
    before = network["s1"].cash()
    desk.do("s1", path)
    assert network["s1"].cash() - before == FACE // 4
    assert path not in desk["s1"].get("/cash").text


@pytest.mark.usefixtures("in_two_currencies")
def test_amounts__where_several_currencies_are_served__are_of_the_one_chosen(network: Stage, desk: Desk) -> None:
    fields = {"account": network["s1"].address, "amount": "5.00", "currency": "JPY", "bank_reference": "x"}
    refused = desk.answers("b", "/deposits/credit", fields, 422)
    assert "TooManyDecimals" in refused.text, "a yen has no cents"
    assert '<option value="JPY" selected>' in refused.text
    assert "CurrencyNotServed" in desk.answers("b", "/deposits/credit", {**fields, "currency": "USD"}, 422).text
    assert 'class="value">JPY 0<' in desk["s1"].get("/cash").text
