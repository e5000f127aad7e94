"""Whom a form is about, on a network of more organisations than a list can hold: typed, without a script."""

import secrets

import pytest
from fastapi import FastAPI
from lxml import html

from api.console import organisations
from tests.api.browsing import Browser
from tests.api.stage import FACE, Stage

pytestmark = pytest.mark.devnet
MANY = 2


@pytest.fixture(autouse=True)
def _many(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if there were hundreds."""
    monkeypatch.setattr(organisations, "FEW", MANY)


def test_receiver__of_many__is_suggested_and_typed_by_name(network: Stage, app: FastAPI) -> None:
    piece = f"{network.confirmed()}00000001"
    browser = Browser(app).sign_in("s1")
    page = html.fromstring(browser.get(f"/receivables/{piece}/hand-on").text)
    first = page.get_element_by_id("f-to-0")
    assert (first.tag, first.get("list")) == ("input", "l-to-0")
    suggested = page.xpath('//datalist[@id="l-to-0"]/option/@value')
    assert len(suggested) == MANY
    assert network["s3"].name not in suggested, "who is not suggested is reached all the same"
    fields = {"to": network["s3"].name.upper(), "value": "100.00"}
    review = browser.post(f"/receivables/{piece}/hand-on", {**fields, "step": "review"})
    assert network["s3"].name in review.text.split("<h2>What will happen")[1].split("</table>")[0]
    done = browser.post(f"/receivables/{piece}/hand-on", {**fields, "step": "do"})
    assert network["s1"].ended(done.headers["location"].rsplit("/", 1)[-1])["state"] == "done"
    assert network["s3"].read(f"/api/v1/receivables/{piece[:-8]}00000002")["value"]["amount"] == "100.00"


def test_receiver__nobody_is_called_so__is_told_who_is_called_alike(network: Stage, app: FastAPI) -> None:
    piece = f"{network.confirmed()}00000001"
    browser = Browser(app).sign_in("s1")
    browser.get(f"/receivables/{piece}/hand-on")
    part = network["s3"].name[:-1]
    answer = browser.post(f"/receivables/{piece}/hand-on", {"to": part, "value": "100.00", "step": "review"})
    page = html.fromstring(answer.text)
    field = page.get_element_by_id("f-to-0")
    assert (answer.status_code, field.get("value"), field.get("aria-invalid")) == (422, part, "true")
    assert f'there is "{network["s3"].name}"' in page.get_element_by_id("h-to-0").text_content()


def test_account__of_many__is_credited_by_its_name_or_its_address(network: Stage, app: FastAPI) -> None:
    browser = Browser(app).sign_in("b")
    before = network["f2"].cash()
    fields = {"amount": "1.00", "currency": "CNY"}
    for who in (network["f2"].name, network["f2"].address):
        browser.get("/deposits/credit")
        done = browser.post(
            "/deposits/credit", {**fields, "account": who, "bank_reference": secrets.token_hex(8), "step": "do"}
        )
        assert network["b"].ended(done.headers["location"].rsplit("/", 1)[-1])["state"] == "done"
    assert network["f2"].cash() == before + 200
    answer = browser.post("/deposits/credit", {**fields, "account": "Nobody At All", "bank_reference": "x"})
    assert (answer.status_code, "OrganisationUnknown" in answer.text) == (422, True)


def test_fee__to_one_of_many__is_quoted_by_name(network: Stage, app: FastAPI) -> None:
    network.go_to(12)
    request = network.asked("s1", f"{network.confirmed()}00000001", FACE)
    browser = Browser(app).sign_in("f1")
    browser.get(f"/financing/{request}")
    fields = {"rate": "4.80", "day_count": "ACT/360", "valid_minutes": "60", "fee_amount": "10.00"}
    answer = browser.post(f"/financing/{request}/quote", {**fields, "fee_to": "nobody so called"})
    assert html.fromstring(answer.text).get_element_by_id("f-fee_to-0").get("aria-invalid") == "true"
    named = {**fields, "fee_to": network["s3"].name}
    review = html.fromstring(browser.post(f"/financing/{request}/quote", named).text)
    (proceeds,) = review.xpath('//input[@name="proceeds"]/@value')
    done = browser.post(f"/financing/{request}/quote", {**named, "step": "do", "proceeds": proceeds})
    assert done.status_code == 303, done.text[-600:]
    assert network["s3"].name in browser.get(f"/financing/{request}").text
