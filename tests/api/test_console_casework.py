"""Casework by the console's forms: each act mined and shown, kept from who may not do it, and nothing typed is lost."""

import re
from datetime import timedelta

import pytest

from tests.api.browsing import Desk, piece_of
from tests.api.stage import FACE

pytestmark = pytest.mark.devnet


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
