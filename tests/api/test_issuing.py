"""Issued by the debtor unasked, refused by its supplier; credit notes before and after confirmation; cancelled."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.member import money, refusal
from tests.api.stage import FACE, Stage

pytestmark = pytest.mark.devnet

PAYABLES = "/api/v1/payables"


def payable(network: Stage, login: str, payable_id: str) -> Any:
    return network[login].read(f"{PAYABLES}/{payable_id}")


# Issued


def test_issue__from_an_invoice_that_the_debtor_uploaded__is_owed_at_once(network: Stage) -> None:
    issued = network.issued()
    seen = payable(network, "s1", issued)
    assert (seen["state"], seen["issued"], seen["face_value"]) == ("confirmed", True, money(FACE))
    assert seen["invoice_number"] == payable(network, "c", issued)["invoice_number"] is not None
    assert network["s1"].read(f"/api/v1/receivables/{issued}00000001")["holder"]["address"] == network["s1"].address


def test_issue__of_what_its_supplier_uploaded__claims_the_invoice_for_good(network: Stage) -> None:
    invoice = {"invoice_id": network.invoice()}
    given = network["c"].post(f"{PAYABLES}/issue", invoice).json()
    assert [item["type"] for item in given["to_sign"]] == ["transaction"]  # its own act, so its own gas
    assert network["c"].sign(given).status_code == 202
    issued = network["c"].ended(given["id"])["resource"]["id"]
    assert network["s1"].read(f"/api/v1/invoices/{invoice['invoice_id']}")["payable_id"] == issued
    assert refusal(network["s1"].post(PAYABLES, invoice)) == "409 InvoiceAlreadyClaimed"
    assert refusal(network["c"].post(f"{PAYABLES}/issue", invoice)) == "409 PayableAlreadyExists"


def test_issue__of_what_is_proposed__names_the_proposal_to_confirm(network: Stage) -> None:
    invoice = {"invoice_id": network.invoice()}
    proposed = network["s1"].command(PAYABLES, invoice)["resource"]["id"]
    response = network["c"].post(f"{PAYABLES}/issue", invoice)
    assert refusal(response) == "409 ProposalStands"
    assert response.json()["params"] == {"payable_id": proposed}
    network["c"].command(f"{PAYABLES}/{proposed}/decline", {"reason": "we issue it ourselves"})
    issued = network["c"].command(f"{PAYABLES}/issue", invoice)["resource"]["id"]
    assert payable(network, "s1", issued)["state"] == "confirmed"


def test_issue__by_a_hosted_key__needs_no_wallet(network: Stage) -> None:
    network.programme("rival")
    document = network.document("s1", "rival")
    done = network["rival"].command("/api/v1/invoices", files={"file": ("i.xml", document, "application/xml")})
    done = network["rival"].command(f"{PAYABLES}/issue", {"invoice_id": done["resource"]["id"]})
    assert payable(network, "s1", done["resource"]["id"])["issued"] is True


def test_upload__by_a_debtor__of_a_seller_unknown_here_is_refused(network: Stage) -> None:
    response = network["c"].upload(network.document("rival"))
    assert refusal(response) == "422 InvoiceSellerUnknown"


def test_issued__refused_by_its_supplier__is_undone_and_the_invoice_free__i06(network: Stage) -> None:
    issued = network.issued()
    network["s1"].command(f"{PAYABLES}/{issued}/refuse")
    seen = payable(network, "c", issued)
    assert seen["state"] == "cancelled"
    invoice = {"invoice_id": seen["invoice_id"]}
    proposed = network["s1"].command(PAYABLES, invoice)["resource"]["id"]
    network["c"].command(f"{PAYABLES}/{proposed}/confirm")


def test_issued__used_or_proposed_otherwise__cannot_be_refused(network: Stage) -> None:
    issued = network.issued()
    network.split("s1", f"{issued}00000001", "s2", 1_000)
    assert refusal(network["s1"].post(f"{PAYABLES}/{issued}/refuse")) == "409 CancelNotWhole"
    confirmed = network.confirmed()
    assert refusal(network["s1"].post(f"{PAYABLES}/{confirmed}/refuse")) == "409 RefusalWaived"


def test_issued__after_the_window__cannot_be_refused__i06(network: Stage) -> None:
    issued = network.issued()
    network.pass_time(48 * 3_600)
    assert refusal(network["s1"].post(f"{PAYABLES}/{issued}/refuse")) == "409 RefusalTooLate"


# Credit notes


def test_credit__on_a_proposal__lowers_what_the_debtor_confirms__r20(network: Stage) -> None:
    proposed = network.proposed()
    note = {"amount": money(FACE // 10), "credit_note": "CN-2026-17, three crates returned"}
    network["s1"].command(f"{PAYABLES}/{proposed}/credit", note)
    seen = payable(network, "c", proposed)
    assert seen["face_value"] == money(FACE - FACE // 10)
    assert seen["credit_notes"] == [{"amount": note["amount"], "credit_note": note["credit_note"]}]
    all_of_it = {**note, "amount": money(FACE - FACE // 10)}
    assert refusal(network["s1"].post(f"{PAYABLES}/{proposed}/credit", all_of_it)) == "409 CreditOutOfRange"
    network["c"].command(f"{PAYABLES}/{proposed}/confirm")
    late = network["s1"].post(f"{PAYABLES}/{proposed}/credit", note)
    assert refusal(late) == "409 ProposalInvalidState"
    assert network["s1"].read(f"/api/v1/receivables/{proposed}00000001")["value"] == money(FACE - FACE // 10)


def test_dilution__of_a_part__is_given_up_by_its_holder_alone_and_netted__i01(network: Stage) -> None:
    confirmed = network.confirmed()
    root = f"{confirmed}00000001"
    part = network.split("s1", root, "s2", FACE // 2)
    note = {"value": money(FACE // 4), "credit_note": "CN-2026-18, short delivery"}
    assert refusal(network["s1"].post(f"/api/v1/receivables/{part}/dilute", note)) == "403 ReceivableNotHolder"
    network["s2"].command(f"/api/v1/receivables/{part}/dilute", note)
    assert network["s2"].read(f"/api/v1/receivables/{part}")["value"] == money(FACE // 4)
    given_up = f"{confirmed}00000003"
    for login, state in (("c", "live"), ("s2", "handed_on")):
        seen = network[login].read(f"/api/v1/receivables/{given_up}")
        assert (seen["state"], seen["value"], seen["credit_note"]) == (state, money(FACE // 4), note["credit_note"])
    assert network["s1"].get(f"/api/v1/receivables/{given_up}").status_code == 404
    assert payable(network, "s1", confirmed)["credit_notes"] == []
    cash = network["c"].cash()
    network.pay(confirmed, FACE)
    assert cash - network["c"].cash() == FACE - FACE // 4
    gone = network["s2"].post(f"/api/v1/receivables/{part}/dilute", note)
    assert refusal(gone) == "409 PayableInvalidState"


def test_dilution__of_the_whole__is_not_told_to_who_handed_it_on_before(network: Stage) -> None:
    piece = f"{network.confirmed()}00000001"
    network["s1"].command(f"/api/v1/receivables/{piece}/transfer", {"to": network["s2"].address})
    network["s2"].command(f"/api/v1/receivables/{piece}/dilute", {"value": money(FACE), "credit_note": "CN-3"})
    seen = {login: network[login].read(f"/api/v1/receivables/{piece}") for login in ("s1", "s2", "c")}
    assert {login: row["credit_note"] for login, row in seen.items()} == {"s1": None, "s2": "CN-3", "c": "CN-3"}
    assert seen["s1"]["holder"]["address"] == network["s2"].address


# Cancelled


def offered(network: Stage, login: str, payable_id: str) -> str:
    return str(network[login].command(f"{PAYABLES}/{payable_id}/cancellations")["resource"]["id"])


def offers(network: Stage, login: str, payable_id: str) -> list[tuple[str, str]]:
    found = network[login].read(f"{PAYABLES}/{payable_id}/cancellations")["items"]
    return [(row["offered_by"]["address"], row["state"]) for row in found]


@pytest.mark.parametrize(("first", "second"), [("c", "s1"), ("s1", "c")])
def test_cancel__by_both__ends_it_and_frees_the_invoice__r13(network: Stage, first: str, second: str) -> None:
    confirmed = network.confirmed()
    assert refusal(network[second].post(f"{PAYABLES}/{confirmed}/cancel")) == "409 CancellationNotOffered"
    offered(network, first, confirmed)
    assert offers(network, second, confirmed) == [(network[first].address, "open")]
    assert refusal(network[first].post(f"{PAYABLES}/{confirmed}/cancel")) == "409 CancellationNotOffered"
    network[second].command(f"{PAYABLES}/{confirmed}/cancel")
    assert payable(network, first, confirmed)["state"] == "cancelled"
    assert offers(network, first, confirmed) == [(network[first].address, "used")]
    assert network["s1"].read(f"/api/v1/receivables/{confirmed}00000001")["state"] == "cancelled"
    assert refusal(network[first].post(f"{PAYABLES}/{confirmed}/cancellations")) == "409 PayableNotConfirmed"


def test_cancel__of_what_was_split__is_refused__r13(network: Stage) -> None:
    confirmed = network.confirmed()
    offered(network, "c", confirmed)
    network.split("s1", f"{confirmed}00000001", "s2", 1_000)
    assert refusal(network["s1"].post(f"{PAYABLES}/{confirmed}/cancel")) == "409 CancelNotWhole"
    assert refusal(network["s2"].post(f"{PAYABLES}/{confirmed}/cancel")) == "403 PayableNotParty"
    assert offers(network, "s2", confirmed) == []


def test_cancel__on_an_offer_that_is_over_or_not_signed__is_refused(network: Stage) -> None:
    confirmed = network.confirmed()
    given = network["c"].post(f"{PAYABLES}/{confirmed}/cancellations").json()
    assert [item["data"]["primaryType"] for item in given["to_sign"]] == ["Cancellation"]
    assert offers(network, "s1", confirmed) == [(network["c"].address, "awaiting_signature")]
    assert refusal(network["s1"].post(f"{PAYABLES}/{confirmed}/cancel")) == "409 CancellationNotOffered"
    assert network["c"].sign(given).status_code == 202
    network.pass_time(int(timedelta(days=7).total_seconds()) + 1)
    assert offers(network, "s1", confirmed) == [(network["c"].address, "over")]
    assert refusal(network["s1"].post(f"{PAYABLES}/{confirmed}/cancel")) == "409 CancellationNotOffered"
