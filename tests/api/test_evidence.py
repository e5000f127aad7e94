"""Evidence for the parties: it holds offline, and tells nobody what is others' business (R-42, R-45)."""

import json
from typing import Any

import pytest
from fastapi import FastAPI

from indexer.proof.check import verify_evidence
from tests.api.stage import FACE, Stage, money, refusal
from tests.api.test_console import Browser

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
