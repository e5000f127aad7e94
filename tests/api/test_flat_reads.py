"""No page of the console and no list of the API asks the database more often because there are more rows."""

import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from lxml import html
from sqlalchemy import Engine, event

from api.app import create_app
from tests.api.browsing import Browser
from tests.api.conftest import built, opened
from tests.api.scenes import AUDIT_LISTS, make_scene
from tests.api.stage import FACE, Stage

pytestmark = [pytest.mark.devnet, pytest.mark.slow]

LOGINS = ("c", "s1", "s2", "f1", "b", "o", "r", "co")
SCENES = (
    "/api/v1/freeze-orders/{order_id}/release",
    "/api/v1/holds/{hold_id}/release",
    "/api/v1/pay-outs/{pay_out_id}/complete",
    "/api/v1/payables/{payable_id}/confirm",
    "/api/v1/payables/{payable_id}/refuse",
    "/api/v1/invoices",
)
OF_THE_API = (
    "payables",
    "receivables",
    "financing-requests",
    "invoices",
    "holds",
    "freeze-orders",
    "pay-outs",
    "dishonours",
    "operations",
    "participants",
    "programmes",
    "key-rotations",
)


@pytest.fixture(scope="module")
def _stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A network of its own: in the shared one lists are full, and a page more or less shows nothing new."""
    with built(tmp_path_factory.mktemp("flat")) as stage:
        yield stage


@pytest.fixture(scope="module")
def app(_stage: Stage) -> FastAPI:
    return create_app(_stage.services)


@pytest.fixture
def network(_stage: Stage, app: FastAPI) -> Iterator[Stage]:
    with opened(_stage, app) as stage:
        yield stage


def more(network: Stage) -> None:
    """One more row or some in every list."""
    for path in SCENES:
        make_scene(network, path)
    payable = network.confirmed()
    piece = f"{payable}00000001"
    handed = network.split("s1", piece, "s2", FACE // 4)
    network.quoted("f1", network.asked("s2", handed, FACE // 4))
    quote = network.quoted("f1", network.asked("s1", piece, FACE // 4))
    network["s1"].command(f"/api/v1/quotes/{quote}/accept")
    network.pay(payable, FACE // 2)
    network["s2"].command(f"/api/v1/receivables/{handed}/redeem")


@contextmanager
def counted() -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if threading.current_thread().name.startswith("AnyIO"):  # not what the worker asks meanwhile
            asked.append(" ".join(re.sub(r"\(\?(, \?)*\)", "(?)", statement).split()))

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)


def questions(network: Stage, app: FastAPI) -> dict[tuple[str, str], Counter[str]]:
    """What each page and list asks the database, and how often."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for login in LOGINS:
        browser = Browser(app).sign_in(login)
        menu = [str(one) for one in html.fromstring(browser.seen).xpath('//nav[@class="menu"]//a/@href')]
        for path in [*(one.removeprefix("/console") for one in menu), "/notices", "/notices/bell"]:
            browser.get(path)
            with counted() as asked:
                assert browser.get(path).status_code == 200
            found[login, path] = Counter(asked)
    reads = [(login, f"/api/v1/{one}") for login in LOGINS for one in OF_THE_API]
    for login, path in reads + [("r", f"/audit/v1/{one}") for one in AUDIT_LISTS]:
        with counted() as asked:
            answer = network[login].get(path)
        if answer.status_code == 200:
            found[login, path] = Counter(asked)
    return found


def test_reads__of_three_times_as_many_rows__ask_no_more_often(network: Stage, app: FastAPI) -> None:
    network.go_to(12)
    more(network)
    more(network)
    before = questions(network, app)
    for _ in range(4):
        more(network)
    after = questions(network, app)
    grown = {
        read: (asked - before[read]).most_common(1)[0]
        for read, asked in after.items()
        if asked.total() > before[read].total() + 1
    }
    assert not grown, "\n".join(f"{read}: {count} times more {asked}" for read, (asked, count) in grown.items())
    assert len(after) > 90
