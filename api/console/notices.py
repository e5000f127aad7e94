"""The notice centre: what needs the reader, and what of it each login has read. The bell counts what it has not."""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.console import forms
from api.console.models import NoticeRead
from api.console.needs import Need, needs
from api.console.page import BASE, FormDep, Page, PageDep

router = APIRouter(prefix="/notices")


@dataclass(frozen=True, slots=True)
class Notices:
    """What needs the reader now."""

    unread: list[Need]
    read: list[Need]


def notices(page: Page) -> Notices:
    """Of now, whatever moment the page shows."""
    found = needs(page)
    query = select(NoticeRead.notice).where(NoticeRead.login == page.reader.login)
    known = set(page.session.scalars(query))
    return Notices([need for need in found if need.key not in known], [need for need in found if need.key in known])


def unread(page: Page) -> int | None:
    """What the bell says; None where the page shows the past, or nothing that could be counted."""
    return None if page.block is None else len(notices(page).unread)


@router.get("")
def show(page: PageDep) -> Response:
    """The list, what goes wrong first."""
    return page.render("notices.html", notices=notices(page))


@router.get("/bell")
def bell(page: PageDep) -> Response:
    """The part of every page that changes."""
    return page.render("bell.html")


@router.post("/read")
def mark_read(page: PageDep, form: FormDep) -> RedirectResponse:
    """One notice, or all that were shown; marks of what needs nobody any more are dropped."""
    there = {need.key for need in needs(page)}
    read = set(forms.texts(form, "notice")) & there
    login = page.reader.login
    with Session(page.services.engine) as session, session.begin():
        kept = set(session.scalars(select(NoticeRead.notice).where(NoticeRead.login == login)))
        if gone := kept - there:
            session.execute(delete(NoticeRead).where(NoticeRead.login == login, NoticeRead.notice.in_(gone)))
        session.add_all(NoticeRead(login=login, notice=key) for key in sorted(read - kept))
    return RedirectResponse(f"{BASE}/notices", HTTPStatus.SEE_OTHER)
