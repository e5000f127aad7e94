"""The console over HTTP: sessions, forms, and who sees what."""

import inspect
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session

from api.console import app as console
from api.console import sessions
from api.console.models import ConsoleSession
from api.console.page import get_form
from tests.api.browsing import TOKEN, Browser, title
from tests.api.stage import Stage

pytestmark = pytest.mark.devnet


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
