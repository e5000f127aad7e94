"""The console over HTTP: sessions, forms, headers, languages, and who sees what."""

import inspect
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response
from lxml import html
from sqlalchemy.orm import Session

from api.console import app as console
from api.console import sessions
from api.console.models import ConsoleSession
from api.console.page import get_form
from api.context import Services
from api.identity.models import User
from tests.api.stage import FACE, PASSWORD, Stage, TestClient

pytestmark = pytest.mark.devnet

TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')
ELSEWHERE = re.compile(r"""(?:src|href|action|hx-get)="(?:https?:)?//""")
INLINE = re.compile(r"<style|<script(?![^>]* src=)|\sstyle=|\son[a-z]+=")


class Browser:
    """One browser's cookies, and the form token of the page it saw last."""

    def __init__(self, app: FastAPI, language: str = "en") -> None:
        self.http = TestClient(app, raise_server_exceptions=False, headers={"Accept-Language": language})
        self._seen = ""

    @property
    def seen(self) -> str:
        """The page seen last; where there was none, the first screen."""
        if not self._seen:
            self.get("/")
        return self._seen

    def get(self, path: str, **query: str) -> Response:
        found: Response = self.http.get(f"/console{path}", params=query)
        if found.headers.get("content-type", "").startswith("text/html"):
            self._seen = found.text
        return found

    def post(
        self, path: str, fields: dict[str, Any] | None = None, *, token: str | None = None, **more: Any
    ) -> Response:
        found = TOKEN.search(self.seen)
        given = token if token is not None else found[1] if found else ""
        sent: Response = self.http.post(
            f"/console{path}", data={"form_token": given, **(fields or {})}, follow_redirects=False, **more
        )
        return sent

    def sign_in(self, login: str) -> "Browser":
        """A session as the form opens one, less two pages and the hash of a password: half of what tests cost."""
        services: Services = self.http.app.state.services  # type: ignore[attr-defined]
        with Session(services.engine) as session, session.begin():
            cookie = sessions._opened(session, session.get_one(User, login))
        self.http.cookies.set(sessions.COOKIE, cookie, domain="testserver.local", path="/")
        self._seen = ""
        return self

    def sign_in_by_form(self, login: str) -> Response:
        self.get("/sign-in")
        return self.post("/sign-in", {"login": login, "password": PASSWORD})


@pytest.fixture
def browser(network: Stage, app: FastAPI) -> Browser:
    return Browser(app)


def title(answer: Response) -> str:
    found = re.search(r"<h1>\s*(.*?)\s*</h1>", answer.text, re.DOTALL)
    assert found, answer.text[:500]
    return found[1]


# Sessions


def test_page__nobody_signed_in__leads_to_the_sign_in_page(browser: Browser) -> None:
    answer = browser.get("/")
    assert answer.url.path == "/console/sign-in"
    assert browser.http.get("/", follow_redirects=False).headers["location"] == "/console/"


def test_sign_in__cookie__is_for_the_server_alone_and_not_kept_there(browser: Browser, network: Stage) -> None:
    answer = browser.sign_in_by_form("s1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith(sessions.COOKIE)]
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
    value = cookie.split("=", 1)[1].split(";")[0]
    with Session(network.services.engine) as session:
        assert session.get(ConsoleSession, value) is None
        assert session.get(ConsoleSession, sessions._hash(value)) is not None


def test_sign_in__wrong_password__keeps_the_login_and_says_no_more_than_that(browser: Browser) -> None:
    browser.get("/sign-in")
    for login in ("s1", "no such login"):
        answer = browser.post("/sign-in", {"login": login, "password": "wrong"})
        assert answer.status_code == 401
        assert "Login or password is wrong" in answer.text
        assert f'value="{login}"' in answer.text


@pytest.mark.parametrize(("field", "age_s"), [("seen_at", sessions.IDLE_S), ("opened_at", sessions.LIFE_S)])
def test_session__too_old__has_ended(browser: Browser, network: Stage, field: str, age_s: int) -> None:
    browser.sign_in("s1")
    row_id = sessions._hash(browser.http.cookies[sessions.COOKIE])
    with Session(network.services.engine) as session, session.begin():
        setattr(session.get_one(ConsoleSession, row_id), field, int(time.time()) - age_s - 1)
    assert browser.get("/receivables").url.path == "/console/sign-in"


def test_sign_out__cookie_kept_by_somebody__is_worth_nothing(browser: Browser) -> None:
    browser.sign_in("s1")
    kept = browser.http.cookies[sessions.COOKIE]
    browser.post("/sign-out")
    browser.http.cookies.set(sessions.COOKIE, kept)
    assert browser.get("/").url.path == "/console/sign-in"


# Forms


def test_form__without_its_token_or_with_anothers__is_refused(browser: Browser, app: FastAPI) -> None:
    other = Browser(app).sign_in("s1")
    foreign = TOKEN.search(other.seen)
    assert foreign
    browser.sign_in("o")
    for token in ("", "0" * 64, foreign[1]):
        answer = browser.post("/participants/admit", {"organisation_id": "x"}, token=token)
        assert (answer.status_code, "FormForged" in answer.text) == (403, True)


def test_form__every_post__asks_for_the_token() -> None:
    posts = [route for router in console.ROUTERS for route in router.routes if "POST" in getattr(route, "methods", ())]
    assert len(posts) > 15
    for route in posts:
        wanted = [parameter.annotation for parameter in inspect.signature(route.endpoint).parameters.values()]  # type: ignore[attr-defined]
        assert any(get_form in [getattr(meta, "dependency", None) for meta in _metadata(one)] for one in wanted), route


def _metadata(annotation: Any) -> Iterator[Any]:
    yield from getattr(annotation, "__metadata__", ())


def test_form__sent_twice__is_done_once(browser: Browser, network: Stage) -> None:
    payable = network.proposed()
    browser.sign_in("s1").get(f"/payables/{payable}/withdraw")
    attempt = re.search(r'name="attempt" value="([^"]+)"', browser.seen)
    assert attempt
    locations = [
        browser.post(f"/payables/{payable}/withdraw", {"attempt": attempt[1]}).headers["location"] for _ in range(2)
    ]
    assert locations[0] == locations[1]


def test_form__refused__keeps_what_was_typed_and_names_the_field(browser: Browser, network: Stage) -> None:
    piece = f"{network.confirmed()}00000001"
    browser.sign_in("s1").get(f"/receivables/{piece}/hand-on")
    to = network["s2"].address
    answer = browser.post(f"/receivables/{piece}/hand-on", {"to": to, "value": "12,34x", "step": "review"})
    assert answer.status_code == 422
    assert 'value="12,34x"' in answer.text
    assert f'value="{to}" selected' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_hand_on__reviewed_then_done__splits_what_was_shown(browser: Browser, network: Stage) -> None:
    piece = f"{network.confirmed()}00000001"
    browser.sign_in("s1").get(f"/receivables/{piece}/hand-on")
    fields = {"to": network["s2"].address, "value": "¥400，000.00", "recourse": "0"}
    review = browser.post(f"/receivables/{piece}/hand-on", {**fields, "step": "review"})
    assert "CNY 600,000.00" in review.text
    done = browser.post(f"/receivables/{piece}/hand-on", {**fields, "step": "do"})
    assert network["s1"].ended(done.headers["location"].rsplit("/", 1)[-1])["state"] == "done"
    child = network["s2"].read(f"/api/v1/receivables/{piece[:-8]}00000002")
    assert (child["value"]["amount"], child["endorser"]["address"]) == ("400000.00", network["s1"].address)


def test_upload__several_files__each_has_its_own_result(browser: Browser, network: Stage) -> None:
    browser.sign_in("s1").get("/invoices")
    documents = [network.document(), b"<note/>", network.document()]
    files = [("files", (f"{number}.xml", content, "application/xml")) for number, content in enumerate(documents)]
    answer = browser.post("/invoices", files=files)
    assert answer.status_code == 200
    assert (answer.text.count('class="notice good"'), answer.text.count('class="notice bad"')) == (2, 1)
    assert "NotAnInvoice" in answer.text


# Who sees what


def test_payable__of_others__looks_like_one_that_is_not_there(browser: Browser, network: Stage) -> None:
    payable = network.confirmed()
    browser.sign_in("s3")
    foreign, unknown = browser.get(f"/payables/{payable}"), browser.get(f"/payables/0x{'0' * 56}")
    assert foreign.status_code == unknown.status_code == 404
    assert title(foreign) == title(unknown)


def test_switch__of_a_login_that_is_not_the_demos__is_not_there(browser: Browser) -> None:
    browser.sign_in("s1-real")
    assert "/console/act-as" not in browser.seen
    assert 'class="badge demo"' not in browser.seen
    assert browser.post("/act-as", {"login": "o"}).status_code == 403


def test_switch__in_the_demo__changes_who_acts_and_ends_the_session_before(browser: Browser) -> None:
    browser.sign_in("s1")
    before = browser.http.cookies[sessions.COOKIE]
    assert browser.post("/act-as", {"login": "s1-real"}).status_code == 403
    assert browser.post("/act-as", {"login": "o"}).status_code == 303
    assert "review" in title(browser.get("/"))
    browser.http.cookies.set(sessions.COOKIE, before)
    assert browser.get("/").url.path == "/console/sign-in"


def test_welcome__without_the_links_key__lets_nobody_in(browser: Browser, network: Stage) -> None:
    browser.get("/welcome")
    assert "/console/welcome/enter" not in browser.seen
    assert browser.post("/welcome/enter", {"demo": "0" * 32, "login": "o"}).status_code == 404
    key = sessions.demo_key(network.services.token_key)
    assert "/console/welcome/enter" in browser.get("/welcome", demo=key).text
    assert (
        browser.post("/welcome/enter", {"demo": key, "login": "o", "next": "//evil"}).headers["location"] == "/console/"
    )
    assert title(browser.get("/")).startswith("What waits for review")


# Every page

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
