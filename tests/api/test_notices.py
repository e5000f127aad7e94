"""The notice centre: what needs whom, derived from the same rows as the screens; what a login has read stays read."""

import html
import re
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.console import notices
from api.console.models import NoticeRead
from api.console.needs import Need, needs
from api.console.page import Page
from tests.api.browsing import Browser
from tests.api.stage import FACE, Stage

pytestmark = pytest.mark.devnet

KEY = re.compile(r'name="notice" value="([^"]+)"')
DAY_S = 86_400


def bell(browser: Browser) -> int:
    """What the bell of the last page says."""
    found = re.search(r'class="bell-count" aria-hidden="true">(\d+)', browser.get("/notices/bell").text)
    return int(found[1]) if found else 0


def unread(browser: Browser) -> set[str]:
    return set(KEY.findall(browser.get("/notices").text))


def said(browser: Browser) -> str:
    return html.unescape(browser.get("/notices").text)


def test_notices__a_proposal__needs_its_debtor_until_it_is_confirmed(network: Stage, app: FastAPI) -> None:
    debtor, stranger = Browser(app).sign_in("rival"), Browser(app).sign_in("s3")
    before = unread(debtor)
    network.programme("rival", minimum_piece={"amount": "0.01", "currency": "CNY"})
    payable = network.proposed(buyer="rival")
    assert unread(debtor) - before == {f"proposed:{payable}"}
    assert bell(debtor) == len(before) + 1
    assert network["s1"].name in said(debtor)
    assert f"proposed:{payable}" not in unread(stranger)
    network["rival"].command(f"/api/v1/payables/{payable}/confirm")
    assert f"proposed:{payable}" not in unread(debtor)


def test_notices__refusals__need_whom_they_were_told(network: Stage, app: FastAPI) -> None:
    declined, disputed = network.proposed(), network.proposed()
    network["c"].command(f"/api/v1/payables/{declined}/decline", {"reason": "not ours"})
    network["c"].command(f"/api/v1/payables/{disputed}/dispute", {"reason": "too much"})
    piece = f"{network.confirmed()}00000001"
    child = network.split("s1", piece, "s2", FACE // 4)
    receiver = Browser(app).sign_in("s2")
    assert f"refusable:{child}" in unread(receiver)
    network["s2"].command(f"/api/v1/receivables/{child}/refuse")
    supplier = Browser(app).sign_in("s1")
    found = unread(supplier)
    assert {f"declined:{declined}", f"disputed:{disputed}"} <= found
    assert any(key.startswith(f"refused:{child}:") for key in found)
    assert f"refusable:{child}" not in unread(receiver)


def test_notices__a_quote__says_so_and_again_when_it_runs_out_soon(network: Stage, app: FastAPI) -> None:
    network.go_to(12)  # a quote ends with its day
    piece = f"{network.confirmed()}00000001"
    request = network.asked("s1", piece, FACE)
    quote = network.quoted("f1", request, valid_minutes=60)
    supplier, financier = Browser(app).sign_in("s1"), Browser(app).sign_in("f1")
    assert f"quote:{quote}" in unread(supplier)
    assert not {key for key in unread(financier) if quote in key}, "nothing to do before it runs out"
    supplier.post("/notices/read", {"notice": f"quote:{quote}"})
    assert f"quote:{quote}" not in unread(supplier)
    network.pass_time(50 * 60)
    assert f"quote:{quote}:soon" in unread(supplier), "though it was read: it has become urgent"
    assert f"quote:{quote}:soon" in unread(financier)
    assert f"quote:{quote}:soon" not in unread(Browser(app).sign_in("f2"))
    network.pass_time(11 * 60)
    assert not {key for key in unread(supplier) | unread(financier) if quote in key}


def test_notices__a_debt__is_due_soon_then_overdue(network: Stage, app: FastAPI) -> None:
    network.go_to(12)
    network.programme("rival", minimum_piece={"amount": "0.01", "currency": "CNY"})
    payable = network.confirmed(buyer="rival", due_date=network.today() + timedelta(days=3))
    debtor, holder = Browser(app).sign_in("rival"), Browser(app).sign_in("s1")
    assert f"due:{payable}" in unread(debtor)
    network.pass_time(4 * DAY_S)
    assert f"overdue:{payable}" in unread(debtor)
    assert f"late:{payable}00000001" in unread(holder)
    network.credit("rival", 2 * FACE)
    owed = network["rival"].read(f"/api/v1/payables/{payable}")["outstanding"]["amount"]
    network.pay(payable, int(owed.replace(".", "")), debtor="rival")
    assert f"overdue:{payable}" not in unread(debtor)
    assert any(key.startswith(f"redeem:{payable}00000001:") for key in unread(holder))


def test_notices__operations__to_sign_or_refused(network: Stage, app: FastAPI) -> None:
    document = network.document("own")
    network["own"].upload(document)
    browser = Browser(app).sign_in("own")
    operations = network.operations()
    mine = [row.id for row in operations if row.organisation == network["own"].organisation_id]
    waiting = [row.id for row in operations if row.state == "awaiting_signature" and row.id in mine]
    assert waiting
    assert {f"sign:{one}" for one in waiting} <= unread(browser)
    assert not unread(Browser(app).sign_in("s2")) & {f"sign:{one}" for one in waiting}


def test_notices__read__by_one_login__and_forgotten_when_they_are_gone(network: Stage, app: FastAPI) -> None:
    payable = network.proposed()
    key = f"proposed:{payable}"
    network["c"].command(f"/api/v1/payables/{payable}/dispute", {"reason": "too much"})
    key = f"disputed:{payable}"
    one, other = Browser(app).sign_in("s1"), Browser(app).sign_in("s1-real")
    before = bell(one)
    one.get("/notices")
    answer = one.post("/notices/read", {"notice": [key, "made:up"]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/notices")
    assert bell(one) == before - 1
    assert key not in unread(one)
    assert key in unread(other)
    with Session(network.services.engine) as session:
        kept = select(NoticeRead.notice).where(NoticeRead.login == "s1")
        assert "made:up" not in set(session.scalars(kept))
        assert key in set(session.scalars(kept))
    network["c"].command(f"/api/v1/payables/{payable}/withdraw-dispute")
    one.post("/notices/read", {"notice": sorted(unread(one))})
    with Session(network.services.engine) as session:
        assert key not in set(session.scalars(select(NoticeRead.notice).where(NoticeRead.login == "s1")))
        assert session.scalar(select(func.count()).select_from(NoticeRead).where(NoticeRead.login == "s1-real")) == 0
    assert bell(one) == 0


def test_notices__the_operator__admits_whom_it_waits_for(network: Stage, app: FastAPI) -> None:
    browser = Browser(app).sign_in("o")
    assert f"admit:{network['outsider'].organisation_id}" in unread(browser)


def test_notices__the_bank__pays_out(network: Stage, app: FastAPI) -> None:
    body = {"amount": {"amount": "0.01", "currency": "CNY"}, "instruction": "an account of ours"}
    done = network["f1"].command("/api/v1/pay-outs", body)
    bank = Browser(app).sign_in("b")
    keys = [key for key in unread(bank) if key.startswith("pay_out:")]
    assert any(key.replace("/", "-").endswith(str(done["resource"]["id"])[-4:]) for key in keys)
    network["b"].command(f"/api/v1/pay-outs/{done['resource']['id']}/refuse", {"reason": "the test is over"})
    assert len([key for key in unread(bank) if key.startswith("pay_out:")]) == len(keys) - 1


def test_bell__of_the_past__counts_nothing(network: Stage, app: FastAPI) -> None:
    browser = Browser(app).sign_in("o")
    then = str(network["r"].read("/api/v1/chain")["block"])
    assert bell(browser) > 0
    assert 'class="bell-count"' in browser.get("/").text
    assert 'class="bell-count"' not in browser.get("/", as_of=then).text


def test_bell__of_a_page__says_what_was_counted_last_and_asks_once_the_page_is_there(
    network: Stage, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(app).sign_in("s1-real")
    asks = 'hx-trigger="load, changed from:body"'
    before = bell(browser)
    assert asks not in browser.get("/receivables").text, "it was counted just now"
    payable = network.proposed()
    network["c"].command(f"/api/v1/payables/{payable}/decline", {"reason": "not ours"})
    counted: list[str] = []

    def needed(page: Page) -> list[Need]:
        counted.append(page.reader.login)
        return needs(page)

    monkeypatch.setattr(notices, "needs", needed)
    page = browser.get("/receivables").text
    assert counted == [], "no page waits for it"
    assert asks in page
    assert (f'aria-hidden="true">{before}</span></a>' in page) == (0 < before < 100)
    assert "load" not in browser.get("/notices/bell").text, "else it would ask for ever"
    assert counted == ["s1-real"]
    assert bell(browser) == before + 1
    assert f'aria-hidden="true">{before + 1}</span></a>' in browser.get("/").text, "also without a script"
