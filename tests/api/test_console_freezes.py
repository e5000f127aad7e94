"""The desk of compliance: orders side by side, served, enforced and ended."""

import re
import secrets
from dataclasses import replace

import pytest

from tests.api.browsing import Desk
from tests.api.member import money
from tests.api.stage import FACE, Stage

pytestmark = pytest.mark.devnet


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
    return int(desk.do("co", "/freeze-orders/order", {**fields, **changes})["resource"]["id"])


def test_freeze__of_two_orders_side_by_side__each_is_served_by_pieces_of_its_own(network: Stage, desk: Desk) -> None:
    payable = network.confirmed()
    piece = f"{payable}00000001"
    first, second = (ordered(network, desk, payable, amount) for amount in ("250,000.00", "100000"))
    try:
        page = desk["co"].get(f"/freeze-orders/{first}").text
        assert "CNY 250,000.00 is not set aside yet" in page
        assert f'href="/console/freeze-orders/{second}"' in page, "side by side"
        seen = desk["s1"].get(f"/freeze-orders/{first}").text
        assert "an inquiry" not in seen, "why is compliance's to read"
        path = f"/freeze-orders/{first}/{piece}/set-aside"
        assert (path in seen, "/enforce" in seen) == (True, False)
        assert {desk[login].get(f"/freeze-orders/{first}").status_code for login in ("s2", "c", "o")} == {404}
        desk.closed_to(path, "s2", status=404)
        desk.closed_to(f"/freeze-orders/{first}/release", "s1")
        kept = desk.answers("s1", path, {"amount": "1,000,000.01"}, 409)
        assert re.search(r'name="amount" [^>]*value="1,000,000.01"[^>]*aria-invalid="true"', kept.text)
        desk.do("s1", path, {"amount": "250,000.00"})
        assert "The order is served" in desk["co"].get(f"/freeze-orders/{first}").text
        assert "CNY 100,000.00 is not set aside yet" in desk["co"].get(f"/freeze-orders/{second}").text
        desk.do("co", f"/freeze-orders/{second}/{piece}/set-aside", {"amount": "100000"})
        read = network["s1"].read(f"/api/v1/receivables/{piece}")
        assert (read["held"], read["free"]) == (money(350_000_00), money(650_000_00))
    finally:
        for order in (first, second):
            desk.do("co", f"/freeze-orders/{order}/release", {"reason": "the inquiry is over"})
    assert "/set-aside" not in desk["s1"].get(f"/freeze-orders/{first}").text
    assert network["s1"].read(f"/api/v1/receivables/{piece}")["free"] == money(FACE)


def test_freeze__enforced__moves_exactly_that_to_whom_compliance_names__r23(network: Stage, desk: Desk) -> None:
    payable = network.confirmed()
    order = ordered(network, desk, payable, "5,000.00")
    path = f"/freeze-orders/{order}/{payable}00000001/enforce"
    desk.closed_to(path, "s1")
    desk.closed_to(path, "o", "b", status=404)
    nobody = desk.answers("co", path, {"amount": "5000.00", "to": ""}, 422)
    assert re.search(r'name="to" required aria-invalid="true"', nobody.text)
    assert 'value="5000.00"' in nobody.text
    too_much = desk.answers("co", path, {"amount": "1,000,000.01", "to": network["s3"].address}, 409)
    assert 'value="1,000,000.01"' in too_much.text
    assert f'value="{network["s3"].address}" selected' in too_much.text
    desk.do("co", path, {"amount": "5000.00", "to": network["s3"].address})
    (moved,) = network["s3"].read("/api/v1/receivables", payable_id=payable)["items"]
    assert moved["value"] == money(5_000_00)
    shown = desk["co"].get(f"/freeze-orders/{order}").text
    assert re.search(r'data-label="Moved">CNY 5,000.00<', shown)
    desk.do("co", f"/freeze-orders/{order}/release", {"reason": "done"})


@pytest.mark.usefixtures("in_two_currencies")
def test_freeze__in_another_currency__counts_its_minor_units(network: Stage, desk: Desk) -> None:
    """On poor's, who has nothing: on all that a holder has it would stop other tests."""
    payable = network.confirmed()
    fields = {"holder": network["s1"].address, "payable_id": payable, "amount": "500", "currency": "JPY"}
    fields |= {"until": f"{network.today().year + 1}-06-30", "authority": "a court", "reason": "an inquiry"}
    wrong = desk.answers("co", "/freeze-orders/order", fields, 422)
    assert "not in JPY" in wrong.text or "this is in CNY" in wrong.text
    assert re.search(r'name="amount" [^>]*value="500"[^>]*aria-invalid="true"', wrong.text)
    order = ordered(network, desk, "", "500", currency="JPY", holder=network["poor"].address)
    try:
        assert "CNY 5.00 / JPY 500" in desk["co"].get(f"/freeze-orders/{order}").text
    finally:
        desk.do("co", f"/freeze-orders/{order}/release", {"reason": "done"})


def test_freeze__where_there_are_versions_of_the_contracts__is_in_the_one_chosen(
    network: Stage, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert '<select id="f-version"' not in desk["co"].get("/freeze-orders/order").text
    contracts = network.services.deployments.contracts
    monkeypatch.setitem(contracts, "Holds.2", replace(contracts["Holds"], address="0x" + secrets.token_hex(20)))
    page = desk["co"].get("/freeze-orders/order").text
    assert re.search(r'name="version".*?<option value="2">2</option><option value="1">1</option>', page)
    order = ordered(network, desk, "", "1.00", version="1", holder=network["poor"].address)
    desk.do("co", f"/freeze-orders/{order}/release", {"reason": "done"})
