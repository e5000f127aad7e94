"""Every page of the console: what it brings and asks again for, headers, languages, and the books of an earlier day."""

import re
import time
from datetime import timedelta

import pytest
from fastapi import FastAPI
from httpx import Response
from lxml import html
from sqlalchemy.orm import Session

from api.console import sessions
from api.console.models import ConsoleSession
from tests.api.browsing import Browser
from tests.api.stage import FACE, Stage

pytestmark = pytest.mark.devnet

ELSEWHERE = re.compile(r"""(?:src|href|action|hx-get)="(?:https?:)?//""")
INLINE = re.compile(r"<style|<script(?![^>]* src=)|\sstyle=|\son[a-z]+=")


LOGINS = ("c", "s1", "f1", "b", "o", "r", "co")


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_pages__of_everybody__bring_all_they_need_and_nothing_inline(
    network: Stage, app: FastAPI, language: str
) -> None:
    payable = network.confirmed()
    request = network.asked("s1", f"{payable}00000001", FACE)
    network.quoted("f1", request)
    for login in LOGINS:
        browser = Browser(app, language).sign_in(login)
        todo, seen = ["/console/"], set[str]()
        while todo:
            path = todo.pop()
            if path in seen or len(seen) > 25:
                continue
            seen.add(path)
            answer = browser.http.get(path)
            fine = {200} if "/evidence/" not in path else {200, 409, 422}
            assert answer.status_code in fine, (login, path, answer.text[-500:])
            _check_headers(answer)
            if answer.headers["content-type"].startswith("text/html"):
                assert ELSEWHERE.findall(answer.text) == [], path
                assert INLINE.findall(answer.text) == [], path
                assert len(answer.content) < 100_000, path
                assert typed_in_live_parts(answer.text) == [], path
                assert f'lang="{"en" if language == "en" else "zh-Hans"}"' in answer.text
                links = re.findall(r'href="(/console/[^"#?]*)"', answer.text)
                todo += [link for link in links if "/assets/" not in link]
        assert len(seen) >= 5


def typed_in_live_parts(page: str) -> list[str]:
    """Fields that a part which asks again by itself would take away from under somebody's fingers."""
    fields = '//*[@data-live and @hx-get]//*[self::input[not(@type="hidden")] or self::select or self::textarea]'
    return [str(one.get("name")) for one in html.fromstring(page).xpath(fields)]


def test_record__of_payable_and_receivable__asks_again_with_all_that_changes(browser: Browser, network: Stage) -> None:
    payable = network.confirmed()
    piece = f"{payable}00000001"
    network.split("s1", piece, "s2", FACE // 4)
    browser.sign_in("s1")
    for path, said in ((f"/payables/{payable}", "Confirmed"), (f"/receivables/{piece}", "Live")):
        page = html.fromstring(browser.get(path).text)
        (live,) = page.xpath("//*[@data-live and @hx-get]")
        assert live.get("hx-get") == f"/console{path}"
        assert said in page.get_element_by_id(live.get("hx-select-oob").lstrip("#")).text_content()
        text = live.text_content()
        assert network["s2"].name in text
        assert "Evidence hash" in text or "Drawn so far" in text
        assert typed_in_live_parts(browser.seen) == []
        assert page.xpath('//input[@name="as_of"]'), "which stands outside"


def test_page__that_answers_a_form__asks_again_where_there_is_a_page(
    browser: Browser, app: FastAPI, network: Stage
) -> None:
    request = network.asked("s1", f"{network.confirmed()}00000001", FACE)
    sent = [
        ("o", "/participants", "/participants/admit"),
        ("f1", f"/financing/{request}", f"/financing/{request}/quote"),
        ("s1", "/invoices", "/invoices"),
    ]
    for login, page, form in sent:
        browser = Browser(app).sign_in(login)
        browser.get(page)
        answer = browser.post(form)
        asked = html.fromstring(answer.text).xpath("//main//@hx-get")
        assert asked, (form, answer.status_code)
        assert [browser.http.get(path).status_code for path in asked] == [200] * len(asked), asked


def _check_headers(answer: Response) -> None:
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"


def test_asset__by_its_hashed_name__is_kept_for_good(browser: Browser) -> None:
    page = browser.get("/sign-in").text
    assets = set(re.findall(r'"(/console/assets/[^"]+)"', page))
    assert len(assets) >= 4
    for path in assets:
        answer = browser.http.get(path)
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)
        assert re.search(r"\.[0-9a-f]{12}\.(css|js|svg)$", path)
    assert browser.http.get("/console/assets/console.000000000000.css").status_code == 404


def test_language__chosen__stays_whatever_the_browser_asks_for(browser: Browser) -> None:
    browser.sign_in("s1")
    browser.post("/preferences", {"language": "zh", "next": "/"})
    page = browser.get("/").text
    assert "应收账款" in page
    assert "Receivables" not in page


def test_as_of__the_day_before__shows_the_books_as_they_were_and_no_button(browser: Browser, network: Stage) -> None:
    before = network["r"].read("/api/v1/chain")["block"]
    payable = network.proposed()
    confirmed = network["r"].read("/api/v1/chain")["block"]
    network["c"].command(f"/api/v1/payables/{payable}/confirm")
    browser.sign_in("c")
    assert browser.get(f"/payables/{payable}", as_of=str(before)).status_code == 404
    past = browser.get(f"/payables/{payable}", as_of=str(confirmed)).text
    assert "Nothing can be done in the past" in past
    assert "Read the terms and confirm" not in past
    assert 'class="badge warn">Proposed' in past
    assert 'class="badge info">Confirmed' in browser.get(f"/payables/{payable}").text


def test_download__a_name_that_looks_like_a_formula__is_a_text(browser: Browser, network: Stage) -> None:
    network.invoice(number="=1+1")
    invoice = network.proposed(number="=cmd()")
    answer = browser.sign_in("s1").get("/payables.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert ",'=cmd()," in answer.text, invoice


def test_session__a_page_that_asks_by_itself__does_not_keep_it_alive(browser: Browser, network: Stage) -> None:
    browser.sign_in("s1")
    row_id = sessions._hash(browser.http.cookies[sessions.COOKIE])
    long_ago = int(time.time()) - sessions.IDLE_S + 60
    with Session(network.services.engine) as session, session.begin():
        session.get_one(ConsoleSession, row_id).seen_at = long_ago
    browser.http.get("/console/", headers={"HX-Request": "true"})
    with Session(network.services.engine) as session:
        assert session.get_one(ConsoleSession, row_id).seen_at == long_ago
    browser.get("/")
    with Session(network.services.engine) as session:
        assert session.get_one(ConsoleSession, row_id).seen_at > long_ago


def test_evidence__of_a_payable__is_whole_for_supervision(browser: Browser, network: Stage) -> None:
    payable = network.confirmed()
    path = f"/evidence/payable/{payable}"
    network.rpc("anvil_mine", "0x80")  # so that it is final
    network.index()
    answer = browser.sign_in("r").get(path)
    assert answer.status_code == 200, answer.text[-500:]
    assert answer.json()["subject"] == {"kind": "payable", "id": payable}


def test_lineage__of_what_is_frozen__is_told_to_supervision_alone(
    browser: Browser, app: FastAPI, network: Stage
) -> None:
    payable = network.confirmed()
    order = network.frozen("s1", payable, FACE)
    held = 'class="own held"'
    assert held in browser.sign_in("r").get(f"/payables/{payable}").text.split("</svg>\n</div>")[0]
    debtors = Browser(app).sign_in("c").get(f"/payables/{payable}").text
    assert held not in debtors.split("</svg>\n</div>")[0]
    network["co"].command(f"/api/v1/freeze-orders/{order}/release", {"reason": "it is over"})


def test_as_of__the_slider__goes_to_its_day_by_a_form_alone(browser: Browser, network: Stage) -> None:
    payable = network.confirmed()
    network.pass_time(3 * 86_400)
    page = browser.sign_in("s1").get("/payables").text
    found = re.search(r'type="range" name="day" min="(\d+)" max="(\d+)" value="(\d+)"', page)
    assert found
    first, last, now = (int(one) for one in found.groups())
    assert first < last == now
    answer = browser.http.get("/console/as-of", params={"to": "/payables", "day": last - 1}, follow_redirects=False)
    yesterday = (network.today() - timedelta(days=1)).isoformat()
    assert answer.headers["location"] == f"/console/payables?as_of={yesterday}"
    past = browser.get("/payables", as_of=yesterday).text
    assert f'max="{last}" value="{last - 1}"' in past, "the slider still reaches to now"
    assert payable in past
    for day, to, where in ((last, "/payables", "/console/payables"), (last, "//evil", "/console/")):
        answer = browser.http.get("/console/as-of", params={"to": to, "day": day}, follow_redirects=False)
        assert answer.headers["location"] == where


@pytest.mark.parametrize("login", ["s1", "c", "f1", "b", "r"])
def test_as_of__the_first_screen_of_everybody__reads_in_the_past(browser: Browser, network: Stage, login: str) -> None:
    then = str(network["r"].read("/api/v1/chain")["block"])
    network.pass_time(60)
    network.quoted("f1", network.asked("s1", f"{network.confirmed()}00000001", FACE))
    answer = browser.sign_in(login).get("/", as_of=then)
    assert (answer.status_code, 'class="as-of"' in answer.text) == (200, True), answer.text[-500:]
