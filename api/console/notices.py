"""The notice centre: what needs the reader, and what of it each login has read. The bell counts what it has not."""

import time
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
GOOD_FOR_S = 30.0
"""So long a count holds while there is no new block: a quote runs out, and a command fails, without one."""


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


@dataclass(frozen=True, slots=True)
class Bell:
    """What the bell of a page says: None where nothing was counted. `stale`: the page asks again once it is there."""

    unread: int | None
    stale: bool


class Bells:
    """What the bell said last to each login. To count anew costs as much as a first screen does, so no page waits for
    it: the bell says what was counted last, and what is old is counted once the page is there."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[int, int, float]] = {}
        """Login → how much, as of which block, and when."""

    def said(self, page: Page) -> Bell:
        """Without counting."""
        if page.block is None:
            return Bell(None, stale=False)
        unread, block, when = self._said.get(page.reader.login, (None, None, 0.0))
        return Bell(unread, stale=block != page.block or time.monotonic() > when + GOOD_FOR_S)

    def count(self, page: Page) -> Notices:
        """Of now, whatever moment the page shows."""
        found = notices(page)
        if page.block is not None:
            self._said[page.reader.login] = (len(found.unread), page.block, time.monotonic())
        return found


def bells(page: Page) -> Bells:
    """The process's."""
    found: Bells = page.request.app.state.bells
    return found


@router.get("")
def show(page: PageDep) -> Response:
    """The list, what goes wrong first."""
    return page.render("notices.html", notices=bells(page).count(page))


@router.get("/bell")
def bell(page: PageDep) -> Response:
    """The part of every page that changes."""
    bells(page).count(page)
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
