"""Casework by the console's forms: each act mined and shown, kept from who may not do it, and nothing typed is lost."""

import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from tests.api.stage import FACE, Stage
from tests.api.test_console import Browser

pytestmark = pytest.mark.devnet


def shows_what_came_of(browser: Browser, ended: dict[str, Any]) -> None:
    """The operation's page: the act by name, its transaction, what it did there, and the proof of that."""
    seen = browser.get(f"/operations/{ended['id']}").text
    assert ended["kind"] not in seen, "a command has a name on screen"
    if ended["tx"] is None:
        assert "nothing of it goes on the chain" in seen
        return
    assert ended["tx"] in seen
    did = re.search(r'<ul class="bullets"><li>([^<]+)', seen)
    assert did, ("no event of it is named", ended["kind"])
    assert "/console/evidence/event/" in seen or "once its block is final" in seen, ended["kind"]
    assert re.search(r'<a class="button primary" href="/console/[^"]+">See what came of it', seen), ended["kind"]


class Desk:
    """Everybody's browser, and the network beside it."""

    def __init__(self, network: Stage, app: FastAPI) -> None:
        self.network, self._app = network, app
        self._browsers: dict[str, Browser] = {}

    def __getitem__(self, login: str) -> Browser:
        if login not in self._browsers:
            self._browsers[login] = Browser(self._app).sign_in(login)
        return self._browsers[login]

    def page(self, login: str, path: str) -> str:
        answer = self[login].get(path)
        assert answer.status_code == 200, (login, path, answer.text[-800:])
        text: str = answer.text
        return text

    def do(self, login: str, path: str, **fields: Any) -> dict[str, Any]:
        """The page, its form, and the operation once it is done."""
        self.page(login, path)
        answer = self[login].post(path, {**fields, "step": "do"})
        assert answer.status_code == 303, answer.text[-2000:]
        member, operation = self.network[login], answer.headers["location"].rsplit("/", 1)[-1]
        read = member.read(f"/api/v1/operations/{operation}")
        if read["state"] == "awaiting_signature":
            assert member.sign(read).status_code == 202
        ended = member.ended(operation)
        assert ended["state"] == "done", ended
        shows_what_came_of(self[login], ended)
        return ended

    def reviewed(self, login: str, path: str, **fields: Any) -> dict[str, str]:
        """What an act would come to, as it is shown before it is done."""
        self.page(login, path)
        answer = self[login].post(path, {**fields, "step": "review"})
        assert (answer.status_code, 'name="step" value="do"' in answer.text) == (200, True), answer.text[-2000:]
        for name, value in fields.items():
            assert f'<input type="hidden" name="{name}" value="{value}">' in answer.text, "nothing typed is lost"
        return dict(re.findall(r"<dt>([^<]*)</dt><dd><b>([^<]*)</b>", answer.text))

    def refused(self, login: str, path: str, **fields: Any) -> tuple[int, str, str]:
        """Status, the refusal's name, and the page."""
        self.page(login, path)
        answer = self[login].post(path, {**fields, "step": "do"})
        found = re.search(r'<p class="soft small">(\w+)', answer.text)
        assert found, answer.text[-2000:]
        return answer.status_code, found[1], answer.text

    def kept_from(self, login: str, path: str) -> int:
        """The status of the act's page, and of the act, where both are the same."""
        shown = self[login].get(path).status_code
        self[login].get("/")
        done = self[login].post(path, {"step": "do", "reason": "r", "amount": "1"}).status_code
        assert shown == done, (shown, done)
        return shown

    def waiting(self, login: str, words: str) -> int:
        """How many the first screen counts of what it calls so: others' tests may have left some."""
        found = re.search(rf'todo-count">(\d+)</b><span>[^<]*{words}', self.page(login, "/"))
        return int(found[1]) if found else 0

    def offers(self, login: str, page: str) -> set[str]:
        """The acts that a page links to."""
        return set(re.findall(rf'href="/console{re.escape(page)}/([a-z-]+)"', self.page(login, page)))


@pytest.fixture
def desk(network: Stage, app: FastAPI) -> Desk:
    return Desk(network, app)


def piece_of(payable: str, serial: int = 1) -> str:
    return f"/receivables/{payable}{serial:08x}"


# Before confirmation


def test_proposal__disputed__is_answered_with_a_credit_note__r20(desk: Desk) -> None:
    payable = desk.network.proposed()
    path = f"/payables/{payable}"
    before = desk.waiting("s1", "disputed: answer")
    desk.do("c", f"{path}/dispute", reason="one crate was empty")
    assert desk.waiting("s1", "disputed: answer") == before + 1
    assert "one crate was empty" in desk.page("s1", path)
    assert desk.kept_from("c", f"{path}/credit") == 403
    assert "credit" not in desk.offers("c", path)
    assert "credit" in desk.offers("s1", path)

    typed = {"amount": "1,000,000.00", "credit_note": "CN-1, an empty crate"}
    status, name, text = desk.refused("s1", f"{path}/credit", **typed)
    assert (status, name) == (409, "CreditOutOfRange")
    assert 'value="1,000,000.00"' in text
    assert "CN-1, an empty crate</textarea>" in text
    assert re.search(r'name="amount"[^>]*aria-invalid="true"', text)

    typed["amount"] = "100,000.00"
    assert desk.reviewed("s1", f"{path}/credit", **typed)["Face value then"] == "CNY 900,000.00"
    desk.do("s1", f"{path}/credit", **typed)
    shown = desk.page("c", path)
    assert "CNY 900,000.00" in shown
    assert "CN-1, an empty crate" in shown
    desk.do("c", f"{path}/withdraw-dispute")
    assert "credit" in desk.offers("s1", path)
    desk.network["c"].command(f"/api/v1/payables/{payable}/confirm")
    assert "credit" not in desk.offers("s1", path)


# Unasked


def test_invoice__issued_by_its_debtor__is_refused_in_time__i6(desk: Desk) -> None:
    network = desk.network
    desk["c"].get("/invoices")
    files = [("files", ("i.xml", network.document(), "application/xml"))]
    uploaded = desk["c"].post("/invoices", files=files).text
    invoice = re.search(r"/console(/invoices/[0-9a-f-]{36})", uploaded)
    assert invoice, uploaded
    network.settle()
    assert desk.offers("c", invoice[1]) == {"issue", "document"}
    before = desk.waiting("s1", "issued to you")
    review = desk.reviewed("c", f"{invoice[1]}/issue", tenor_reason="", undertaking="")
    assert ("You owe", "CNY 1,000,000.00") in review.items()
    assert {"Due at the end of", "Your terms", "Late interest agreed"} <= review.keys()
    assert desk.waiting("s1", "issued to you") == before, "nothing is done by looking"
    issued = desk.do("c", f"{invoice[1]}/issue", tenor_reason="", undertaking="")
    path = f"/payables/{issued['resource']['id']}"
    assert "issued unasked" in desk.page("s1", path)
    assert desk.kept_from("s1", f"{invoice[1]}/issue") == 403
    assert desk.kept_from("c", f"{path}/refuse") == 403
    assert desk.waiting("s1", "issued to you") == before + 1
    desk.do("s1", f"{path}/refuse")
    assert 'class="badge off">Cancelled' in desk.page("c", path)
    assert desk.offers("s1", path) == set()
    desk["s1"].get(invoice[1])
    assert f'action="/console{invoice[1]}/propose"' in desk["s1"].seen, "the supplier can propose it"


def test_payable__cancelled_by_both__ends__r13(desk: Desk) -> None:
    payable = desk.network.confirmed()
    path = f"/payables/{payable}"
    assert {"offer-cancellation"} <= desk.offers("c", path)
    status, name, _ = desk.refused("c", f"{path}/cancel")
    assert (status, name) == (409, "CancellationNotOffered")
    before = desk.waiting("c", "offers? to cancel")
    desk.do("s1", f"{path}/offer-cancellation")
    assert "has signed that the other party may cancel it" in desk.page("c", path)
    assert "cancel" not in desk.offers("s1", path)
    assert desk.waiting("c", "offers? to cancel") == before + 1
    desk.do("c", f"{path}/cancel")
    assert 'class="badge off">Cancelled' in desk.page("s1", path)


def test_cancelling__by_who_only_holds_a_piece__is_kept_from_it(desk: Desk) -> None:
    payable = desk.network.confirmed()
    desk.network.split("s1", payable + "00000001", "s2", FACE // 2)
    for act in ("offer-cancellation", "cancel"):
        assert desk.kept_from("s2", f"/payables/{payable}/{act}") == 403
    assert "offer-cancellation" not in desk.offers("s1", f"/payables/{payable}"), "it is not whole any more"


def test_payment__by_form__says_what_it_comes_to_and_can_then_be_drawn__r18(desk: Desk) -> None:
    payable = desk.network.confirmed()
    path, piece = f"/payables/{payable}", piece_of(payable)
    assert desk.kept_from("s1", f"{path}/pay") == 403
    assert desk.kept_from("c", f"{piece}/redeem") == 403
    typed = {"amount": "400,000.00", "payment_reference": f"P-{payable[:8]}"}
    review = desk.reviewed("c", f"{path}/pay", **typed)
    assert (review["of it late interest"], review["of it principal"]) == ("CNY 0.00", "CNY 400,000.00")
    assert review["Then outstanding"] == "CNY 600,000.00"
    assert "redeem" not in desk.offers("s1", piece), "nothing is done by looking"
    desk.network.credit("c", FACE)
    desk.do("c", f"{path}/pay", **typed)
    status, name, text = desk.refused("c", f"{path}/pay", amount="600,000.01", payment_reference="too much")
    assert (status, 'value="600,000.01"' in text, 'value="too much"' in text) == (409, True, True), name
    assert re.search(r'name="amount"[^>]*aria-invalid="true"', text)
    assert re.search(
        rf'class="button primary" href="/console{piece}/redeem">Redeem CNY 400,000.00<', desk.page("s1", piece)
    )
    before = desk.network["s1"].cash()
    assert ">Redeem CNY 400,000.00</button>" in desk.page("s1", f"{piece}/redeem")
    desk.do("s1", f"{piece}/redeem")
    assert desk.network["s1"].cash() - before == 400_000_00


# On pieces


def test_piece__disputed_in_part__is_free_again_when_released__r02(desk: Desk) -> None:
    piece = piece_of(desk.network.confirmed())
    until = str(desk.network.today() + timedelta(days=30))
    assert desk.kept_from("s1", f"{piece}/dispute") == 403
    typed = {"amount": "2,000,000.00", "until": until, "reason": "rust"}
    status, name, text = desk.refused("c", f"{piece}/dispute", **typed)
    assert (status, name) == (409, "ReceivableInsufficientValue")
    assert f'value="{until}"' in text
    late = {**typed, "amount": "1.00", "until": "in a month"}
    assert desk.refused("c", f"{piece}/dispute", **late)[:2] == (422, "DateUnreadable")

    before = desk.waiting("s1", "of yours (?:is|are) disputed")
    hold = desk.do("c", f"{piece}/dispute", **{**typed, "amount": "250,000.00"})["resource"]["id"]
    shown = desk.page("s1", piece)
    assert "CNY 250,000.00 of it is held" in shown
    assert "rust" in shown
    assert desk.waiting("s1", "of yours (?:is|are) disputed") == before + 1
    assert "/console/holds" in desk.page("c", "/")
    assert desk.kept_from("s1", f"/holds/{hold}/release") == 403
    assert f"/console/holds/{hold}/release" in desk.page("c", "/holds")
    desk.do("c", f"/holds/{hold}/release")
    assert "of it is held" not in desk.page("s1", piece)
    assert f"/console/holds/{hold}/release" not in desk.page("c", "/holds")
    assert "Released" in desk["c"].get("/holds", over="true").text


def test_piece__diluted_by_its_holder__gives_that_part_up__i1(desk: Desk) -> None:
    payable = desk.network.confirmed()
    piece = piece_of(payable)
    typed = {"value": "100,000.00", "credit_note": "CN-7, rebate"}
    assert desk.kept_from("c", f"{piece}/dilute") == 403
    assert desk.reviewed("s1", f"{piece}/dilute", **typed)["You keep"] == "CNY 900,000.00"
    desk.do("s1", f"{piece}/dilute", **typed)
    assert "CNY 900,000.00" in desk.page("s1", piece)
    back = desk.page("c", piece_of(payable, 2))
    assert "to its debtor: netted when that pays" in back
    assert "CN-7, rebate" in back


def test_pieces__that_are_neighbours__merge_whichever_one_starts_from(desk: Desk) -> None:
    network = desk.network
    payable = network.confirmed()
    whole = piece_of(payable)
    part = network.split("s1", payable + "00000001", "s2", FACE // 4)
    assert "merge" not in desk.offers("s1", whole)
    network["s2"].command(f"/api/v1/receivables/{part}/transfer", {"to": network["s1"].address})
    assert "merge" in desk.offers("s1", whole)
    assert desk.kept_from("c", f"{whole}/merge") == 403
    status, name, _ = desk.refused("s1", f"{whole}/merge", absorbed_id=f"0x{'0' * 64}")
    assert (status, name) == (404, "NotFound")
    one = desk.reviewed("s1", f"/receivables/{part}/merge", absorbed_id=payable + "00000001")
    assert one["One piece then, of"] == "CNY 1,000,000.00"
    desk.do("s1", f"/receivables/{part}/merge", absorbed_id=payable + "00000001")
    assert "CNY 1,000,000.00" in desk.page("s1", whole)
    assert 'class="badge off">Merged' in desk.page("s1", f"/receivables/{part}")


def test_pledge__of_a_piece__is_taken_by_its_financier_or_released(desk: Desk) -> None:
    network = desk.network
    piece, today = piece_of(network.confirmed()), network.today()
    to_f1 = {"pledgee": network["f1"].address, "until": str(today + timedelta(days=9)), "loan": "loan 2026-8"}
    assert desk.kept_from("c", f"{piece}/pledge") == 403
    wrong = {**to_f1, "enforceable_from": str(today), "until": str(today - timedelta(days=9))}
    status, name, text = desk.refused("s1", f"{piece}/pledge", **wrong)
    assert (status, name) == (409, "HoldUntilOutOfRange")
    assert "loan 2026-8</textarea>" in text
    review = desk.reviewed("s1", f"{piece}/pledge", **to_f1, enforceable_from=str(today))
    assert review["Financier"] == network["f1"].name
    assert review["Pledged"] == "CNY 1,000,000.00"
    assert {"The financier may take it from", "Until the end of", "Which loan it secures"} <= review.keys()
    assert "pledge" in desk.offers("s1", piece), "nothing is done by looking"
    first = desk.do("s1", f"{piece}/pledge", **to_f1, enforceable_from=str(today))["resource"]["id"]
    assert "pledge" not in desk.offers("s1", piece)
    desk.do("f1", f"/holds/{first}/release")
    before = desk.waiting("f1", "that you may take now")
    second = desk.do("s1", f"{piece}/pledge", **to_f1, enforceable_from=str(today))["resource"]["id"]
    assert desk.kept_from("s1", f"/holds/{second}/enforce") == 403
    assert desk.waiting("f1", "that you may take now") == before + 1
    desk.do("f1", f"/holds/{second}/enforce")
    assert network["f1"].read(f"/api/v1{piece}")["holder"]["address"] == network["f1"].address


def test_reservation__of_a_part__keeps_it_for_its_financier(desk: Desk) -> None:
    network = desk.network
    piece = piece_of(network.confirmed())
    typed = {
        "amount": "400,000.00",
        "financier": network["f1"].address,
        "until": str(network.today() + timedelta(days=9)),
    }
    hold = desk.do("s1", f"{piece}/reserve", **typed)["resource"]["id"]
    assert "CNY 400,000.00 of it is held" in desk.page("s1", piece)
    status, name, text = desk.refused("s1", f"{piece}/reserve", **{**typed, "amount": "700,000.00"})
    assert (status, name) == (409, "ReceivableHeld")
    assert 'value="700,000.00"' in text
    desk.do("f1", f"/holds/{hold}/release")
    assert "of it is held" not in desk.page("s1", piece)


# Not paid


def test_overdue__recorded_objected_to_and_lifted__stands_on_the_register__r29b(desk: Desk) -> None:
    payable = desk.network.overdue(6)
    path = f"/payables/{payable}"
    assert f"{path}/record-dishonour" in desk.page("o", "/late")
    assert "/console/late" in desk.page("o", "/")
    assert desk.kept_from("c", f"{path}/record-dishonour") == 403
    before = desk.waiting("c", "on the register of dishonours")
    desk.do("s1", f"{path}/record-dishonour")
    assert "It is on the register of dishonours" in desk.page("c", path)
    assert desk.waiting("c", "on the register of dishonours") == before + 1
    assert desk.kept_from("s1", f"{path}/object-to-dishonour") == 403
    status, name, _ = desk.refused("c", f"{path}/object-to-dishonour", reason="")
    assert (status, name) == (422, "RequestInvalid")
    desk.do("c", f"{path}/object-to-dishonour", reason="we paid outside")
    assert "we paid outside" in desk.page("f2", "/late")
    assert desk.kept_from("s1", f"{path}/lift-dishonour") == 403
    desk.do("o", f"{path}/lift-dishonour", reason="they did")
    assert "they did" in desk.page("f2", "/late")
    assert "It is on the register" not in desk.page("c", path)


def test_recourse__claimed__is_bought_back__r21(desk: Desk) -> None:
    network = desk.network
    payable = network.overdue(1, handed_to="s2")
    piece = piece_of(payable)
    claims, before = desk.waiting("s2", "that somebody answers to you for"), desk.waiting("s1", "claimed back")
    assert desk.kept_from("s1", f"{piece}/claim-recourse") == 403
    desk.do("s2", f"{piece}/claim-recourse")
    assert desk.waiting("s2", "that somebody answers to you for") == claims - 1
    assert desk.waiting("s1", "claimed back") == before + 1
    assert f"{piece}/repurchase" in desk.page("s1", "/late")
    assert desk.kept_from("s2", f"{piece}/repurchase") == 403
    network.credit("s1", FACE)
    assert re.search(r"You pay</dt><dd><b>CNY 1,000,000.00", desk.page("s1", f"{piece}/repurchase"))
    desk.do("s1", f"{piece}/repurchase")
    assert network["s1"].read(f"/api/v1{piece}")["holder"]["address"] == network["s1"].address


def test_write_off__recovered_in_part_and_closed__leaves_nothing_to_clear(desk: Desk) -> None:
    network = desk.network
    payable = network.overdue(90)
    path, piece = f"/payables/{payable}", piece_of(payable)
    assert desk.kept_from("c", f"{path}/write-off") == 403
    assert f"{path}/write-off" in desk.page("o", "/late")
    desk.do("o", f"{path}/write-off", reason="it is insolvent")
    too_much = {"amount": "2,000,000.00", "recovery_reference": "R-1"}
    status, name, text = desk.refused("c", f"{path}/recover", **too_much)
    assert (status, name) == (409, "RecoveryTooMuch")
    assert 'value="R-1"' in text
    desk.do("c", f"{path}/recover", amount="400,000.00", recovery_reference="R-1")
    assert "CNY 600,000.00" in desk.page("s1", "/late")
    before = network["s1"].cash()
    desk.do("s1", f"{piece}/clear")
    assert network["s1"].cash() - before == 400_000_00
    waiting = desk.waiting("s1", "of which nothing more comes")
    desk.do("o", f"{path}/close-recovery", reason="it is over")
    assert desk.waiting("s1", "of which nothing more comes") == waiting + 1
    desk.do("s1", f"{piece}/clear")
    assert 'class="badge off">Redeemed' in desk.page("s1", piece)
    assert desk.waiting("s1", "of which nothing more comes") == waiting


def test_set_aside__for_a_dispute_that_is_over__is_paid_out__i9(desk: Desk) -> None:
    network = desk.network
    payable = network.confirmed()
    piece = piece_of(payable)
    until = str(network.today() + timedelta(days=30))
    hold = desk.do("c", f"{piece}/dispute", amount="250,000.00", until=until, reason="rust")["resource"]["id"]
    network.credit("c", FACE)
    network.pay(payable, FACE)
    network["s1"].command(f"/api/v1{piece}/redeem")
    waiting = desk.waiting("s1", "set aside that can be paid out")
    network["c"].command(f"/api/v1/holds/{hold}/release")
    assert desk.waiting("s1", "set aside that can be paid out") == waiting + 1
    before = network["s1"].cash()
    assert "CNY 250,000.00" in desk.page("s1", f"{piece}/release-set-aside")
    desk.do("s1", f"{piece}/release-set-aside")
    assert network["s1"].cash() - before == 250_000_00


def test_late__more_than_a_page__is_read_page_by_page_and_list_by_list(desk: Desk) -> None:
    network = desk.network
    network.overdue(1)
    wanted = {network.overdue(1) for _ in range(2)}
    page = desk.page("s1", "/late?limit=1")
    assert {'id="overdue"', 'id="register"', 'id="written-off"'} <= set(re.findall(r'id="[a-z-]+"', page))
    seen: list[str] = []
    while True:
        found = re.search(r'href="/console(/late\?part=overdue&amp;cursor=[^"]+)"', page)
        seen += re.findall(
            r'href="/console/payables/(0x[0-9a-f]{56})"', page.split('id="overdue"')[1].split("</section>")[0]
        )
        if found is None:
            break
        page = desk.page("s1", found[1].replace("&amp;", "&") + "&limit=1")
        assert 'id="register"' not in page
    assert wanted <= set(seen)
    assert len(seen) == len(set(seen))
