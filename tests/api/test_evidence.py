"""Evidence for the parties: it holds offline, and tells nobody what is others' business (R-42, R-45)."""

import csv
import io
import json
import re
import secrets
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI

from indexer.proof.check import verify_evidence
from tests.api.browsing import Browser
from tests.api.member import money, refusal
from tests.api.stage import FACE, Stage

pytestmark = pytest.mark.devnet


def final(network: Stage) -> None:
    network.rpc("anvil_mine", hex(network.services.network.confirmations + 1))
    network.index()


def file_of(network: Stage, login: str, path: str) -> dict[str, Any]:
    """The file, once it has been verified with nothing but the block's hash."""
    response = network[login].get(f"/api/v1/{path}/evidence")
    assert response.status_code == 200, response.text
    block = int(response.headers["x-scf-block"])
    (header,) = network.services.client.headers([block])
    return verify_evidence(response.content, header.hash).document


def names(document: dict[str, Any]) -> list[str]:
    return [event["name"] for event in document["events"]]


@pytest.fixture
def sold(network: Stage) -> tuple[str, str]:
    """A payable of which s1 handed a part to s2 and sold the rest to f1; and s2's piece."""
    payable = network.confirmed()
    root = f"{payable}00000001"
    child = network.split("s1", root, "s2", FACE // 4)
    quote = network.quoted("f1", network.asked("s1", root, FACE - FACE // 4))
    network["s1"].command(f"/api/v1/quotes/{quote}/accept")
    final(network)
    return payable, child


def test_evidence__of_a_payable__tells_each_party_its_own_business(network: Stage, sold: tuple[str, str]) -> None:
    payable, _ = sold
    told = {login: names(file_of(network, login, f"payables/{payable}")) for login in ("s1", "c", "s2", "f1")}
    assert all("PayableConfirmed" in one for one in told.values())
    assert "QuoteAccepted" in told["s1"]
    assert "QuoteAccepted" in told["f1"]
    assert "QuoteAccepted" not in told["c"], "what a supplier sells for is none of its debtor's business"
    assert "QuoteAccepted" not in told["s2"]
    assert {login for login, one in told.items() if "ReceivableSplit" in one} >= {"s1", "s2", "c"}
    all_of_it = network["r"].get(f"/audit/v1/evidence/payable/{payable}").text
    others = network["c"].get(f"/api/v1/payables/{payable}/evidence").text
    assert network["f1"].address.lower()[2:] in all_of_it.lower()
    assert network["f1"].address.lower()[2:] not in others.lower(), "not in a receipt either"


def test_evidence__of_a_piece__proves_to_its_holder_how_it_came(network: Stage, sold: tuple[str, str]) -> None:
    _, child = sold
    document = file_of(network, "s2", f"receivables/{child}")
    assert document["subject"] == {"kind": "piece", "id": child}
    assert "ReceivableSplit" in names(document)
    assert "QuoteAccepted" not in names(document)
    assert network["s3"].get(f"/api/v1/receivables/{child}/evidence").status_code == 404


def test_evidence__of_a_transaction_with_others_in_it__is_withheld(network: Stage) -> None:
    payable = network.confirmed()
    parts = [{"to": network[login].address, "value": money(FACE // 10)} for login in ("s2", "s3")]
    network["s1"].command(f"/api/v1/receivables/{payable}00000001/split", {"parts": parts})
    final(network)
    event = next(
        one
        for one in network["r"].read(f"/audit/v1/events?subject={payable}")["items"]
        if one["name"] == "ReceivableSplit" and one["args"]["to"] == network["s2"].address
    )
    path = f"/api/v1/events/{event['block']}/{event['log_index']}/evidence"
    response = network["s2"].get(path)
    assert refusal(response) == "422 EvidenceNotPossible"
    assert response.json()["params"]["reason"] == "EvidenceWithheld"
    assert network["c"].get(path).status_code == 200, "whose debt it is sees all of its pieces"
    assert network["s1"].get(path).status_code == 200, "and who handed them on knows to whom"


def proven(network: Stage, login: str, kind: str, id_: str) -> list[str]:
    """What the file tells, once it has been verified; nothing where there is none for who asks."""
    response = network[login].get(f"/api/v1/evidence/{kind}/{id_}")
    if response.status_code != 200:
        assert refusal(response) == "404 NotFound"
        return []
    (header,) = network.services.client.headers([int(response.headers["x-scf-block"])])
    document = verify_evidence(response.content, header.hash).document
    assert document["subject"]["kind"] == kind
    return names(document)


def test_evidence__of_deals_and_holds_and_orders__is_for_those_who_see_them(
    network: Stage, sold: tuple[str, str]
) -> None:
    payable, child = sold
    (deal,) = network["r"].read("/audit/v1/deals", payable_id=payable)["items"]
    order = network.frozen("s2", payable, FACE // 8)
    network["co"].command(f"/api/v1/freeze-orders/{order}/set-aside", {"receivable_id": child, "amount": money(100)})
    hold = network["s2"].read("/api/v1/holds", receivable_id=child)["items"][0]["hold_id"]
    final(network)
    for login, sees in (("s1", True), ("f1", True), ("c", False), ("s2", False)):
        assert ("QuoteAccepted" in proven(network, login, "deal", deal["quote_hash"])) == sees, login
    for login, sees in (("s2", True), ("s1", False), ("f1", False)):
        assert ("HoldPlaced" in proven(network, login, "hold", str(hold))) == sees, login
        assert ("FreezeOrdered" in proven(network, login, "order", order)) == sees, login
    network["co"].command(f"/api/v1/freeze-orders/{order}/release", {"reason": "it is over"})


def test_evidence__of_pay_outs_and_credits__is_for_the_holder_and_the_bank(network: Stage) -> None:
    network.credit("f2", 100)
    asked = network["f2"].command("/api/v1/pay-outs", {"amount": money(1), "instruction": "an account of ours"})
    pay_out = str(asked["resource"]["id"])
    network["b"].command(f"/api/v1/pay-outs/{pay_out}/complete", {"bank_reference": secrets.token_hex(8)})
    final(network)
    events = network["r"].read("/audit/v1/events")["items"]
    credited = next(one for one in events if one["name"] == "DepositCredited")
    place = f"{credited['block']}/{credited['log_index']}"
    for login, sees in (("f2", True), ("b", True), ("f1", False), ("o", False)):
        told = proven(network, login, "pay_out", pay_out.replace("-", "/"))
        assert told == (["PayOutRequested", "PayOutCompleted"] if sees else []), login
        assert bool(proven(network, login, "event", place)) == sees, login


def test_evidence__of_terms_members_and_documents__is_for_whom_they_concern(network: Stage) -> None:
    payable = network.proposed()
    document = network["s1"].read(f"/api/v1/payables/{payable}")["evidence_hash"]
    programme = network["c"].read("/api/v1/programmes")["items"][0]["programme_id"]
    final(network)
    assert "ProgrammePublished" in proven(network, "s3", "programme", str(programme))
    for login, sees in (("s1", True), ("c", True), ("s3", False)):
        assert ("Anchored" in proven(network, login, "anchor", document)) == sees, login
    for login, sees in (("s1", True), ("o", True), ("c", False)):
        told = proven(network, login, "participant", network["s1"].address)
        assert ("ParticipantAdmitted" in told) == sees, login
    for kind, id_ in (("nothing", "1"), ("hold", "x"), ("event", "1/x"), ("deal", "0x12"), ("programme", "99")):
        assert proven(network, "s1", kind, id_) == []


def test_evidence__on_the_page__is_offered_to_parties_and_shows_how_to_check(network: Stage, app: FastAPI) -> None:
    payable = network.confirmed()
    browser = Browser(app).sign_in("s1")
    link = f"/evidence/payable/{payable}"
    assert f'href="/console{link}"' not in browser.get(f"/payables/{payable}").text, "not final yet"
    final(network)
    page = browser.get(f"/payables/{payable}").text
    assert f'href="/console{link}"' in page
    assert "scf audit verify evidence.json" in page
    assert "scf audit prove" not in page
    assert json.loads(browser.get(link).content)["subject"] == {"kind": "payable", "id": payable}
    stranger = Browser(app).sign_in("s3")
    assert stranger.get(link).status_code == 404
    assert stranger.get(f"/evidence/participant/{network['c'].address}").status_code == 404


LINK = re.compile(r'href="/console(/evidence/[^"]+)"')


def test_evidence__of_records_without_a_page__is_in_their_lists(network: Stage, app: FastAPI) -> None:
    """A payment, what is drawn of it, the movements of both accounts, a hold, a pay-out, a dishonour, terms."""
    payable = network.overdue(20)
    piece = f"{payable}00000001"
    network["o"].command("/api/v1/dishonours", {"payable_id": payable})
    network.pay(payable, FACE // 2)
    network["s1"].command(f"/api/v1/receivables/{piece}/redeem")
    network["c"].command(f"/api/v1/receivables/{piece}/dispute", dispute(network))
    network["f1"].command("/api/v1/pay-outs", {"amount": money(1), "instruction": "an account of ours"})
    final(network)
    seen = {
        ("s1", f"/payables/{payable}"): ["PaymentReceived", "PayableConfirmed"],
        ("s1", f"/receivables/{piece}"): ["ReceivableDrawn", "HoldPlaced"],
        ("s1", "/cash/movements"): ["HolderRedeemed"],
        ("c", "/cash/movements"): ["PaymentReceived"],
        ("c", "/holds"): ["HoldPlaced"],
        ("f1", "/cash"): ["PayOutRequested"],
        ("f1", "/late"): ["DishonourRecorded"],
        ("b", "/deposits/credits"): ["DepositCredited"],
        ("s3", "/programmes/1"): ["ProgrammePublished"],
        ("s1", "/participants"): ["ParticipantAdmitted"],
        ("r", "/events"): ["HoldPlaced"],
    }
    for (login, path), wanted in seen.items():
        browser = Browser(app).sign_in(login)
        page = browser.get(path).text
        assert "scf audit verify evidence.json" in page, path
        told: set[str] = set()
        for link in LINK.findall(page):
            if not set(wanted) <= told:
                answer = browser.get(link)
                assert answer.status_code in {200, 422}, (path, link, answer.text[-300:])
                told |= set(names(answer.json())) if answer.status_code == 200 else set()
        assert set(wanted) <= told, (login, path)


def dispute(network: Stage) -> dict[str, Any]:
    until = datetime.fromtimestamp(network.now() + 86_400, UTC).isoformat()
    return {"amount": money(100), "reason": "short", "until": until}


def test_evidence__of_what_is_not_final__says_so(network: Stage, app: FastAPI) -> None:
    browser = Browser(app).sign_in("s1")
    payable = network.proposed()
    answer = browser.get(f"/evidence/payable/{payable}")
    assert (answer.status_code, "EvidenceNotFinal" in answer.text) == (409, True)


def test_movements__of_an_account__say_what_for_and_add_up(network: Stage, app: FastAPI) -> None:
    payable = network.confirmed()
    quote = network.quoted("f1", network.asked("s1", f"{payable}00000001", FACE))
    network["s1"].command(f"/api/v1/quotes/{quote}/accept")
    text = Browser(app).sign_in("s1").get("/cash/movements.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert (rows[0]["what"], rows[0]["with"]) == ("Quote accepted", network["f1"].name)
    assert sum(int(row["amount"].lstrip("'").replace(".", "")) for row in rows) == network["s1"].cash()
    assert Browser(app).sign_in("r").get("/cash/movements").status_code == 403
    assert Browser(app).sign_in("s1").get("/deposits/credits").status_code == 403
