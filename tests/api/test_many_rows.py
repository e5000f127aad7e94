"""Of many rows no page and no list asks the database more often, and every sum is of all."""

import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from lxml import html
from sqlalchemy import Engine, delete, event, insert
from sqlalchemy.orm import Session

from api.app import create_app
from indexer.models import Payable, Receivable
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


def test_reads__of_four_times_as_many_rows__ask_no_more_often(network: Stage, app: FastAPI) -> None:
    network.go_to(12)
    more(network)
    before = questions(network, app)
    for _ in range(3):
        more(network)
    after = questions(network, app)
    grown = {
        read: (asked - before[read]).most_common(1)[0]
        for read, asked in after.items()
        if asked.total() > before[read].total() + 1
    }
    assert not grown, "\n".join(f"{read}: {count} times more {asked}" for read, (asked, count) in grown.items())
    assert len(after) > 90


COPIES = 600
"""More than any list shows."""


@contextmanager
def copied(network: Stage, payable: str) -> Iterator[None]:
    """So many more payables like this one in the index, each with its first piece; as if they had been confirmed."""
    with Session(network.services.engine) as session, session.begin():
        debt, piece = session.get_one(Payable, payable), session.get_one(Receivable, f"{payable}00000001")
        for number in range(COPIES):
            other = "0x" + f"{number:056x}"
            named = {"payable_id": other, "invoice_fingerprint": f"0x{number:064x}"}
            session.execute(insert(Payable).values(_values(debt) | named))
            named = {"payable_id": other, "receivable_id": f"{other}00000001"}
            session.execute(insert(Receivable).values(_values(piece) | named))
    yield
    with Session(network.services.engine) as session, session.begin():
        for model in (Receivable, Payable):
            session.execute(delete(model).where(model.payable_id < "0x" + f"{COPIES:056x}"))


def _values(row: Payable | Receivable) -> dict[str, Any]:
    return {column.name: getattr(row, column.key) for column in row.__table__.columns}


def figures(app: FastAPI, login: str) -> dict[str, str]:
    """What the first screen says in large letters, by name."""
    page = html.fromstring(Browser(app).sign_in(login).seen)
    return {
        one.xpath("string(dt)").strip(): " ".join(one.xpath("string(dd[@class='value'])").split())
        for one in page.xpath('//div[starts-with(@class, "figure")]')
    }


def minor(shown: str) -> int:
    """Of one amount, as "CNY 1,234.50"; what was never owed is shown as a dash."""
    return int("".join(digit for digit in shown if digit.isdigit()) or 0)


def test_sums__of_more_rows_than_any_list_shows__are_of_all(network: Stage, app: FastAPI) -> None:
    network.go_to(12)
    payable = network.confirmed()
    network.quoted("f1", network.asked("s1", f"{payable}00000001", FACE))
    of_all = {
        ("s1", "You are owed"): FACE,
        ("s1", "You can sell today"): FACE,
        ("c", "To be paid within 90 days"): FACE,
        ("c", "Owed in all"): FACE,
        ("r", "Owed in all"): FACE,
    }
    before = {login: figures(app, login) for login in ("s1", "c", "r")}
    ladder = _ladder(app)
    with copied(network, payable):
        after = {login: figures(app, login) for login in ("s1", "c", "r")}
        assert _ladder(app) == ladder + COPIES * FACE
        s1 = Browser(app).sign_in("s1")
        first = s1.seen
        for path in ("/payables.csv", "/receivables.csv"):
            assert s1.get(path).text.count("\n") > COPIES, path
    for (login, name), each in of_all.items():
        assert minor(after[login][name]) == minor(before[login][name]) + COPIES * each, (login, name)
    assert int(re.search(r"all (\d+)</a>", first)[1]) > COPIES  # type: ignore[index]


def _ladder(app: FastAPI) -> int:
    table = Browser(app).sign_in("r").get("/pictures/ladder-CNY.csv").content.decode("utf-8-sig").splitlines()
    return sum(minor(line.split(",")[1]) for line in table[1:])
