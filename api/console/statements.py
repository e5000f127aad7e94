"""Statements: what moved on the reader's account, and what a bank credited; each line with its proof."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.console.naming import event_name
from api.console.navigation import mark
from api.console.page import Page, PageDep
from api.console.records import Record, credits_of, movements
from api.console.tables import csv_of
from api.identity.actor import Role
from api.pagination import PageDep as PagingDep
from api.pagination import PageRequest, every_row

router = APIRouter()
HOLDERS = (Role.SUPPLIER, Role.CORE_ENTERPRISE, Role.FINANCIER, Role.BANK)
_List = Callable[[Page, PageRequest], tuple[list[Record], str | None]]


@router.get("/cash/movements")
def show_movements(page: PageDep, paging: PagingDep) -> Response:
    """Of deposits on the reader's account."""
    page.must_be(*HOLDERS)
    return _show(page, paging, movements, mark("Movements of your deposits"), "/cash", mark("Cash"))


@router.get("/cash/movements.csv")
def download_movements(page: PageDep) -> Response:
    """All of them."""
    page.must_be(*HOLDERS)
    return _csv(page, movements, "movements")


@router.get("/deposits/credits")
def show_credits(page: PageDep, paging: PagingDep) -> Response:
    """What the bank credited."""
    page.must_be(Role.BANK)
    return _show(page, paging, credits_of, mark("What you credited"), "/deposits", mark("Deposits"))


@router.get("/deposits/credits.csv")
def download_credits(page: PageDep) -> Response:
    """All of them."""
    page.must_be(Role.BANK)
    return _csv(page, credits_of, "credits")


def _show(page: Page, paging: PageRequest, of: _List, title: str, back: str, back_to: str) -> Response:
    found, following = of(page, paging)
    shown: dict[str, Any] = {"title": title, "back": back, "back_to": back_to}
    return page.render("statement.html", records=found, next=following, **shown)


def _csv(page: Page, of: _List, name: str) -> Response:
    block = page.moment
    rows = (
        (
            record.at.isoformat(),
            page.words.say(event_name(record.what)),
            "" if record.party is None else record.party.name or record.party.address,
            record.amount.amount,
            record.amount.currency,
            record.event,
            block,
        )
        for record in every_row(lambda part: of(page, part))
    )
    return csv_of(name, ("when", "what", "with", "amount", "currency", "block/event", "as of"), rows)
