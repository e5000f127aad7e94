"""The desks of financier, bank, operator and compliance: each act by form, done on the chain, and by nobody else."""

import re
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response

from node_adapter.words import checksum_address
from tests.api import test_key_rotations
from tests.api.stage import FACE, Stage, money
from tests.api.test_console import Browser
from tests.api.test_console_casework import shows_what_came_of
from tests.api.test_key_rotations import Newcomer

pytestmark = pytest.mark.devnet


@pytest.fixture
def desk(network: Stage, app: FastAPI) -> "Desk":
    return Desk(network, app)


class Desk:
    """Whoever sits at it, one after another."""

    def __init__(self, network: Stage, app: FastAPI) -> None:
        self.network, self.app = network, app

    def of(self, login: str) -> Browser:
        return Browser(self.app).sign_in(login)

    def does(self, login: str, path: str, fields: dict[str, Any] | None = None, *, at: str | None = None) -> Any:
        """The form of a page, sent (to `at`, where that is another address), and its operation once it is done."""
        browser = self.of(login)
        assert browser.get(path).status_code == 200, browser.seen[-500:]
        answer = browser.post(at or path, {"step": "do", **(fields or {})})
        assert answer.status_code == 303, re.findall(r"<p>.*?</p>|bad-text.*?</span>", answer.text)
        place, operation = answer.headers["location"].rsplit("/", 1)
        assert place == "/console/operations"
        ended = self.network[login].ended(operation)
        assert ended["state"] == "done", ended
        shows_what_came_of(browser, ended)
        return ended

    def refused(self, login: str, path: str, fields: dict[str, Any], status: int) -> Response:
        browser = self.of(login)
        browser.get(path)
        answer = browser.post(path, {"step": "do", **fields})
        assert answer.status_code == status, answer.text[-3000:]
        return answer

    def closed_to(self, path: str, *logins: str, status: int = 403) -> None:
        """Neither the page nor the act is theirs."""
        for login in logins:
            browser = self.of(login)
            assert (login, browser.get(path).status_code) == (login, status)
            assert (login, browser.post(path, {"step": "do", "reason": "x"}).status_code) == (login, status)


def asked(network: Stage, value: int = FACE) -> str:
    network.go_to(12)
    return network.asked("s1", f"{network.confirmed()}00000001", value)


def quote_of(network: Stage, quote: str) -> Any:
    return network["s1"].read(f"/api/v1/quotes/{quote}")


def quotes_of(network: Stage, request: str) -> Any:
    return network["s1"].read(f"/api/v1/financing-requests/{request}/quotes")["items"]


# Quotes


def test_quote__with_fees_and_to_be_taken_in_part__is_made_by_form_and_shown_so(network: Stage, desk: Desk) -> None:
    request = asked(network)
    financier = desk.of("f1")
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
    page = desk.of("s1").get(f"/financing/{request}").text
    assert "CNY 988,000.00" in page
    assert "4.8583 %" in page, "R-14c: what it really costs a year"
    assert "in part from CNY 250,000.00 on" in page
    assert f"fee of CNY 1,000.00 to {network['b'].name}" in page


def test_quote__taken_in_part__is_shown_with_its_price_first_and_moves_that(network: Stage, desk: Desk) -> None:
    quote = network.quoted("f1", asked(network), minimum_take=money(FACE // 4))
    path = f"/financing/quotes/{quote}/accept"
    desk.closed_to(path, "f1")
    small = desk.refused("s1", path, {"take": "1.00", "step": "review"}, 422)
    assert re.search(r'name="take" [^>]*value="1.00"[^>]*aria-invalid="true"', small.text)
    review = desk.refused("s1", path, {"take": "333,333.33", "step": "review"}, 200)
    assert re.search(
        r"How much of it</dt><dd><b>CNY 333,333.33<.*You get today</dt><dd><b>CNY 329,333.33<", review.text
    )
    before = network["s1"].cash()
    desk.does("s1", path, {"take": "333333.33"})
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
    assert "/console/financing/quotes/several" in desk.of("s1").get("/financing").text
    fields = {"quote": quotes, f"take-{quotes[1]}": "5.00"}
    wrong = desk.refused("s1", "/financing/quotes/several", {**fields, "step": "review"}, 422)
    assert re.search(rf'name="take-{quotes[1]}" [^>]*value="5.00"[^>]*aria-invalid="true"', wrong.text)
    assert desk.refused("s1", "/financing/quotes/several", {"step": "review"}, 422).text.count(" checked") == 0
    fields[f"take-{quotes[1]}"] = "1000"
    review = desk.refused("s1", "/financing/quotes/several", {**fields, "step": "review"}, 200)
    assert '<span class="sum">CNY 2,000.00</span>' in review.text
    assert '<span class="sum">CNY 1,976.00</span>' in review.text
    before = network["s1"].cash()
    desk.does("s1", "/financing/quotes/several", {**fields, "step": "do"})
    assert network["s1"].cash() - before == 988_00 + 988_00
    gone = desk.refused("s1", "/financing/quotes/several", {**fields, "step": "review"}, 409)
    assert "QuoteGone" in gone.text


def test_quote__called_off__is_its_financiers_and_ends_it(network: Stage, desk: Desk) -> None:
    request = asked(network)
    quote = network.quoted("f1", request)
    path = f"/financing/quotes/{quote}/cancel"
    desk.closed_to(path, "s1")
    desk.closed_to(path, "f2", status=404)
    assert path in desk.of("f1").get(f"/financing/{request}").text
    desk.does("f1", path)
    assert quote_of(network, quote)["state"] == "cancelled"
    assert path not in desk.of("f1").get(f"/financing/{request}").text


def test_quote__where_the_programme_wants_a_registration__names_one_on_record__r11(network: Stage, desk: Desk) -> None:
    network.go_to(12)
    programme = network.programme("rival", registration_required=True, minimum_piece=money(1))
    payable = network.proposed(terms={"programme_id": programme}, buyer="rival")
    network["rival"].command(f"/api/v1/payables/{payable}/confirm")
    request = network.asked("s1", f"{payable}00000001", FACE)
    desk.closed_to(f"/financing/{request}/register", "s1")
    without = {"rate": "4.80", "day_count": "ACT/360", "valid_minutes": "60"}
    financier = desk.of("f1")
    financier.get(f"/financing/{request}")
    refused = financier.post(f"/financing/{request}/quote", without)
    assert re.search(r'name="registration_hash" required aria-invalid="true"', refused.text)
    empty = desk.refused("f1", f"/financing/{request}/register", {"registration": ""}, 422)
    assert re.search(r'name="registration"[^>]*aria-invalid="true"', empty.text)
    number = f"ZD-{secrets.token_hex(4)}"
    done = desk.does("f1", f"/financing/{request}/register", {"registration": f"{number}, 10:00:01"})
    assert number in financier.get(f"/financing/{request}").text
    assert number not in desk.of("f2").get(f"/financing/{request}").text
    fields = {**without, "registration_hash": done["resource"]["id"], "step": "do", "proceeds": "988000.00"}
    assert financier.post(f"/financing/{request}/quote", fields).status_code == 303
    (quote,) = quotes_of(network, request)
    desk.does("s1", f"/financing/quotes/{quote['id']}/accept")


# Cash


def paid_out(network: Stage, desk: Desk, amount: str) -> str:
    network.credit("s1", 10_000_00)
    fields = {"amount": amount, "currency": "CNY", "instruction": "to account 6222 0001"}
    return str(desk.does("s1", "/cash/pay-out", fields)["resource"]["id"])


def test_pay_out__asked_for_by_form__is_the_banks_to_complete_under_a_reference(network: Stage, desk: Desk) -> None:
    desk.closed_to("/cash/pay-out", "r", "co", "o")
    before = network["s1"].cash()
    kept = desk.refused("s1", "/cash/pay-out", {"amount": "12x", "currency": "CNY", "instruction": "to 6222"}, 422)
    assert re.search(r'name="amount" [^>]*value="12x"[^>]*aria-invalid="true"', kept.text)
    assert ">to 6222</textarea>" in kept.text
    path = f"/cash/pay-outs/{paid_out(network, desk, '5,000.00')}/complete"
    assert network["s1"].cash() == before + 5_000_00
    assert path not in desk.of("s1").get("/cash").text
    desk.closed_to(path, "s1")
    desk.closed_to(path, "f1", status=404)
    bank = desk.of("b")
    assert "/console/cash" in bank.get("/").text
    assert path in bank.get("/cash").text
    assert "to account 6222 0001" in bank.get(path).text
    reference = secrets.token_hex(8)
    desk.does("b", path, {"bank_reference": reference})
    assert path not in bank.get("/cash").text
    second = f"/cash/pay-outs/{paid_out(network, desk, '1.00')}/complete"
    twice = desk.refused("b", second, {"bank_reference": reference}, 409)
    assert re.search(rf'name="bank_reference" [^>]*value="{reference}"', twice.text)


def test_credit__by_form__is_shown_first_and_is_the_accounts_once_done(network: Stage, desk: Desk) -> None:
    desk.closed_to("/deposits/credit", "s1", "o")
    fields = {"account": network["s1"].address, "amount": "1,234.50", "currency": "CNY"}
    fields["bank_reference"] = secrets.token_hex(8)
    before = network["s1"].cash()
    review = desk.refused("b", "/deposits/credit", {**fields, "step": "review"}, 200)
    shown = dict(re.findall(r"<dt>([^<]*)</dt><dd><b>([^<]*)</b>", review.text))
    assert (shown["Account"], shown["Amount"]) == (network["s1"].name, "CNY 1,234.50")
    assert network["s1"].cash() == before, "nothing is done by looking"
    desk.does("b", "/deposits/credit", fields)
    assert network["s1"].cash() - before == 1_234_50


def test_pay_out__refused__is_the_accounts_again_and_says_why(network: Stage, desk: Desk) -> None:
    before = network["s1"].cash()
    path = f"/cash/pay-outs/{paid_out(network, desk, '5,000.00')}/refuse"
    desk.closed_to(path, "s1")
    desk.refused("b", path, {"reason": ""}, 422)
    desk.does("b", path, {"reason": "the account is closed"})
    assert network["s1"].cash() == before + 10_000_00
    assert "the account is closed" in desk.of("s1").get("/cash").text


def test_deposits__stopped_by_their_bank__stand_still_for_everybody_until_they_move(network: Stage, desk: Desk) -> None:
    token = network.services.deployments.address("DepositTokenCNY")
    stop, go = f"/deposits/{token}/pause", f"/deposits/{token}/resume"
    desk.closed_to(stop, "o", "s1")
    bank = desk.of("b")
    assert (stop in bank.get("/deposits").text, go in bank.seen) == (True, False)
    desk.does("b", stop, {"reason": "a system is down"})
    assert (stop in bank.get("/deposits").text, go in bank.seen) == (False, True)
    cash = desk.of("s1").get("/cash").text
    assert ("stand still since" in cash, "a system is down" in cash) == (True, True)
    again = desk.refused("b", stop, {"reason": "once more"}, 409)
    assert ("DepositTokenPaused" in again.text, ">once more</textarea>" in again.text) == (True, True)
    desk.does("b", go)
    assert "stand still since" not in desk.of("s1").get("/cash").text


def test_set_aside_cash__of_a_dispute_that_is_over__is_released_by_its_holder__i9(network: Stage, desk: Desk) -> None:
    payable = network.confirmed()
    piece = f"/api/v1/receivables/{payable}00000001"
    dispute = {"amount": money(FACE // 4), "until": f"{network.today().year + 1}-01-01T00:00:00Z", "reason": "rust"}
    hold = network["c"].command(f"{piece}/dispute", dispute)["resource"]["id"]
    network.pay(payable, FACE)
    network["s1"].command(f"{piece}/redeem")
    path = f"/receivables/{payable}00000001/release-set-aside"
    assert path in desk.of("s1").get("/cash").text
    assert path not in desk.of("s2").get("/cash").text
    network["c"].command(f"/api/v1/holds/{hold}/release")
    before = network["s1"].cash()
    desk.does("s1", path)
    assert network["s1"].cash() - before == FACE // 4
    assert path not in desk.of("s1").get("/cash").text


@pytest.fixture
def in_two_currencies(network: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a bank issued yen too: what the pages offer and read, not what the chain does with it."""
    deployments = network.services.deployments
    yen = replace(deployments["DepositTokenCNY"], address=checksum_address(secrets.token_bytes(20)))
    monkeypatch.setitem(deployments.contracts, "DepositTokenJPY", yen)


@pytest.mark.usefixtures("in_two_currencies")
def test_amounts__where_several_currencies_are_served__are_of_the_one_chosen(network: Stage, desk: Desk) -> None:
    fields = {"account": network["s1"].address, "amount": "5.00", "currency": "JPY", "bank_reference": "x"}
    refused = desk.refused("b", "/deposits/credit", fields, 422)
    assert "TooManyDecimals" in refused.text, "a yen has no cents"
    assert '<option value="JPY" selected>' in refused.text
    assert "CurrencyNotServed" in desk.refused("b", "/deposits/credit", {**fields, "currency": "USD"}, 422).text
    assert 'class="value">JPY 0<' in desk.of("s1").get("/cash").text


# Who takes part, and with which key


def status_of(desk: Desk, login: str) -> tuple[str, str]:
    """Badge and row as the operator sees them."""
    desk.network.index()
    page = desk.of("o").get("/participants", limit="200").text
    (row,) = [row for row in page.split("<tr>") if f'<th scope="row">{desk.network[login].name}</th>' in row]
    (badge,) = re.findall(r'class="badge \w+">([^<]+)<', row)
    return badge, row


def test_membership__ended_and_taken_up_again__is_the_operators_to_decide(network: Stage, desk: Desk) -> None:
    base = f"/participants/{network['s3'].address}"
    for act in ("close", "readmit"):
        desk.closed_to(f"{base}/{act}", "s1", "co")
    badge, row = status_of(desk, "s3")
    assert (badge, f"{base}/close" in row, f"{base}/readmit" in row) == ("Active", True, False)
    desk.does("o", f"{base}/close", {"reason": "it went out of business"})
    try:
        badge, row = status_of(desk, "s3")
        assert (badge, f"{base}/close" in row, f"{base}/readmit" in row) == ("Closed", False, True)
        assert "it went out of business" in row
        assert "it went out of business" not in desk.of("s1").get("/participants", limit="200").text
        twice = desk.refused("o", f"{base}/close", {"reason": "once more"}, 409)
        assert ("ParticipantNotOpen" in twice.text, ">once more</textarea>" in twice.text) == (True, True)
    finally:
        desk.does("o", f"{base}/readmit")
    assert status_of(desk, "s3")[0] == "Active"


def test_suspension__by_form__keeps_its_reason_and_ends_by_form(network: Stage, desk: Desk) -> None:
    base = f"/participants/{network['own'].address}"
    desk.refused("o", f"{base}/suspend", {"reason": ""}, 422)
    desk.does("o", f"{base}/suspend", {"reason": "an open question"})
    try:
        badge, row = status_of(desk, "own")
        assert (badge, "an open question" in row, f"{base}/reinstate" in row) == ("Suspended", True, True)
    finally:
        desk.does("o", f"{base}/reinstate")


newcomer = test_key_rotations.newcomer


def test_key__changed__by_two_persons_and_the_new_key_itself(network: Stage, desk: Desk, newcomer: Newcomer) -> None:
    account, login = newcomer.member.address, newcomer.login
    key, wallet = newcomer.wallet()
    prepare = f"/participants/{account}/change-key"
    desk.closed_to(prepare, "s1", login)
    mistyped = desk.refused("o", prepare, {"key": key[:-1]}, 422)
    assert re.search(rf'name="key" [^>]*value="{key[:-1]}"[^>]*aria-invalid="true"', mistyped.text)
    rotation = desk.does("o", prepare, {"key": key})["resource"]["id"]
    base = f"/key-changes/{rotation}"
    desk.closed_to(f"{base}/approve", "s1", status=404)
    desk.closed_to(f"{base}/approve", login)
    assert f"{base}/approve" not in desk.of("o").get("/key-changes").text, "who prepares never approves"
    assert "SecondPersonRequired" in desk.refused("o", f"{base}/approve", {}, 403).text
    second = desk.of("o2")
    assert "/console/key-changes" in second.get("/").text
    assert f"{base}/approve" in second.get("/key-changes").text
    desk.does("o2", f"{base}/approve")

    own = desk.of(login)
    assert (f"{base}/cancel" in own.get("/key-changes").text, f"{base}/complete" in own.seen) == (True, False)
    assert f"Your key is to be changed to {key}" in own.seen
    assert "KeyRotationTooEarly" in desk.refused(login, f"{base}/complete", {}, 409).text
    desk.closed_to(f"{base}/complete", "o")
    network.pass_time(2 * 86_400 + 1)
    assert f"{base}/complete" in own.get("/key-changes").text
    answer = own.post(f"{base}/complete")
    operation = network[login].read(f"/api/v1/operations/{answer.headers['location'].rsplit('/', 1)[-1]}")
    assert (operation["state"], operation["wallet"]) == ("awaiting_signature", key)
    own.get(f"/operations/{operation['id']}")
    signed = "\n".join(wallet.sign(item) for item in operation["to_sign"])
    assert own.post(f"/operations/{operation['id']}/signature", {"signatures": signed}).status_code == 303
    assert network[login].ended(operation["id"])["state"] == "done"
    assert newcomer.state(rotation) == "completed"
    assert f"{base}/" not in own.get("/key-changes").text


def test_key__its_change_called_off_by_either_side__stays(network: Stage, desk: Desk, newcomer: Newcomer) -> None:
    dropped = network.rotation(newcomer.login)
    desk.does("o", f"/key-changes/{dropped}/cancel")
    assert newcomer.state(dropped) == "cancelled"
    announced = test_key_rotations.announced(network, newcomer.login, newcomer.wallet()[0])
    desk.does(newcomer.login, f"/key-changes/{announced}/cancel")
    assert newcomer.state(announced) == "cancelled"


# Freezes


def ordered(network: Stage, desk: Desk, payable: str, amount: str, **changes: str) -> int:
    """By the form, on one payable of s1's; its number."""
    fields = {
        "holder": network["s1"].address,
        "payable_id": payable,
        "amount": amount,
        "currency": "CNY",
        "until": f"{network.today().year + 1}-06-30",
        "authority": "a court, 2026-17",
        "reason": "an inquiry",
    }
    return int(desk.does("co", "/freeze-orders/order", {**fields, **changes})["resource"]["id"])


def test_freeze__of_two_orders_side_by_side__each_is_served_by_pieces_of_its_own(network: Stage, desk: Desk) -> None:
    payable = network.confirmed()
    piece = f"{payable}00000001"
    first, second = (ordered(network, desk, payable, amount) for amount in ("250,000.00", "100000"))
    try:
        page = desk.of("co").get(f"/freeze-orders/{first}").text
        assert "CNY 250,000.00 is not set aside yet" in page
        assert f'href="/console/freeze-orders/{second}"' in page, "side by side"
        seen = desk.of("s1").get(f"/freeze-orders/{first}").text
        assert "an inquiry" not in seen, "why is compliance's to read"
        path = f"/freeze-orders/{first}/{piece}/set-aside"
        assert (path in seen, "/enforce" in seen) == (True, False)
        assert {desk.of(login).get(f"/freeze-orders/{first}").status_code for login in ("s2", "c", "o")} == {404}
        desk.closed_to(path, "s2", status=404)
        desk.closed_to(f"/freeze-orders/{first}/release", "s1")
        kept = desk.refused("s1", path, {"amount": "1,000,000.01"}, 409)
        assert re.search(r'name="amount" [^>]*value="1,000,000.01"[^>]*aria-invalid="true"', kept.text)
        desk.does("s1", path, {"amount": "250,000.00"})
        assert "The order is served" in desk.of("co").get(f"/freeze-orders/{first}").text
        assert "CNY 100,000.00 is not set aside yet" in desk.of("co").get(f"/freeze-orders/{second}").text
        desk.does("co", f"/freeze-orders/{second}/{piece}/set-aside", {"amount": "100000"})
        read = network["s1"].read(f"/api/v1/receivables/{piece}")
        assert (read["held"], read["free"]) == (money(350_000_00), money(650_000_00))
    finally:
        for order in (first, second):
            desk.does("co", f"/freeze-orders/{order}/release", {"reason": "the inquiry is over"})
    assert "/set-aside" not in desk.of("s1").get(f"/freeze-orders/{first}").text
    assert network["s1"].read(f"/api/v1/receivables/{piece}")["free"] == money(FACE)


def test_freeze__enforced__moves_exactly_that_to_whom_compliance_names__r23(network: Stage, desk: Desk) -> None:
    payable = network.confirmed()
    order = ordered(network, desk, payable, "5,000.00")
    path = f"/freeze-orders/{order}/{payable}00000001/enforce"
    desk.closed_to(path, "s1")
    desk.closed_to(path, "o", "b", status=404)
    nobody = desk.refused("co", path, {"amount": "5000.00", "to": ""}, 422)
    assert re.search(r'name="to" required aria-invalid="true"', nobody.text)
    assert 'value="5000.00"' in nobody.text
    too_much = desk.refused("co", path, {"amount": "1,000,000.01", "to": network["s3"].address}, 409)
    assert 'value="1,000,000.01"' in too_much.text
    assert f'value="{network["s3"].address}" selected' in too_much.text
    desk.does("co", path, {"amount": "5000.00", "to": network["s3"].address})
    (moved,) = network["s3"].read("/api/v1/receivables", payable_id=payable)["items"]
    assert moved["value"] == money(5_000_00)
    shown = desk.of("co").get(f"/freeze-orders/{order}").text
    assert re.search(r'data-label="Moved">CNY 5,000.00<', shown)
    desk.does("co", f"/freeze-orders/{order}/release", {"reason": "done"})


@pytest.mark.usefixtures("in_two_currencies")
def test_freeze__in_another_currency__counts_its_minor_units(network: Stage, desk: Desk) -> None:
    """On poor's, who has nothing: on all that a holder has it would stop other tests."""
    payable = network.confirmed()
    fields = {"holder": network["s1"].address, "payable_id": payable, "amount": "500", "currency": "JPY"}
    fields |= {"until": f"{network.today().year + 1}-06-30", "authority": "a court", "reason": "an inquiry"}
    wrong = desk.refused("co", "/freeze-orders/order", fields, 422)
    assert "not in JPY" in wrong.text or "this is in CNY" in wrong.text
    assert re.search(r'name="amount" [^>]*value="500"[^>]*aria-invalid="true"', wrong.text)
    order = ordered(network, desk, "", "500", currency="JPY", holder=network["poor"].address)
    try:
        assert "CNY 5.00 / JPY 500" in desk.of("co").get(f"/freeze-orders/{order}").text
    finally:
        desk.does("co", f"/freeze-orders/{order}/release", {"reason": "done"})


def test_freeze__where_there_are_versions_of_the_contracts__is_in_the_one_chosen(
    network: Stage, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert '<select id="f-version"' not in desk.of("co").get("/freeze-orders/order").text
    contracts = network.services.deployments.contracts
    monkeypatch.setitem(contracts, "Holds.2", replace(contracts["Holds"], address="0x" + secrets.token_hex(20)))
    page = desk.of("co").get("/freeze-orders/order").text
    assert re.search(r'name="version".*?<option value="2">2</option><option value="1">1</option>', page)
    order = ordered(network, desk, "", "1.00", version="1", holder=network["poor"].address)
    desk.does("co", f"/freeze-orders/{order}/release", {"reason": "done"})


# Terms and rates


def test_reference_rate__set_by_the_operator__is_for_all_to_read__r17(network: Stage, desk: Desk) -> None:
    today = network.today()
    late = {"rate_ppm": "3.1O", "effective_date": str(today)}
    typed = desk.refused("o", "/reference-rate/set", late, 422)
    assert re.search(r'name="rate_ppm" [^>]*value="3.1O"[^>]*aria-invalid="true"', typed.text)
    tomorrow = {"rate_ppm": "0.01", "effective_date": str(today + timedelta(days=1))}
    early = desk.refused("o", "/reference-rate/set", tomorrow, 422)
    assert re.search(rf'name="effective_date" [^>]*value="{today + timedelta(days=1)}"[^>]*aria-invalid', early.text)
    supplier = desk.of("s1")
    assert "Set a new rate" not in supplier.get("/reference-rate").text
    assert supplier.post("/reference-rate/set", tomorrow).status_code == 403
    desk.does("o", "/reference-rate/set", {"rate_ppm": "0.01", "effective_date": str(today)})
    assert re.search(r'class="value">0.01 %<', supplier.get("/reference-rate").text)


@pytest.mark.usefixtures("in_two_currencies")
def test_programme__in_another_currency__is_published_in_it(network: Stage, desk: Desk) -> None:
    """Its token is on no chain here: the refusal names it."""
    debtor = desk.of("rival")
    page = debtor.get("/programmes/new").text
    assert re.findall(r'<option value="(\w+)">', page)[:2] == ["CNY", "JPY"]
    usual = dict(re.findall(r'name="(\w+)" type="text" value="(\d+)"', page))
    cents = debtor.post("/programmes/new", {**usual, "currency": "JPY", "minimum_piece": "10000.50"})
    assert (cents.status_code, "TooManyDecimals" in cents.text) == (422, True)
    assert '<option value="JPY" selected>' in cents.text
    no_token = debtor.post("/programmes/new", {**usual, "currency": "JPY", "step": "do"})
    assert no_token.status_code == 409
    assert "ParticipantNotActive" in no_token.text
    assert network.services.deployments.address("DepositTokenJPY") in no_token.text
