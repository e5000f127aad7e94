"""Holds: disputes, pledges and reservations of pieces, as their two parties see them, and how they end (I10)."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.console.cases import Case, Link, Subject, links, on, serve
from api.console.navigation import mark
from api.console.page import Page, PageDep
from api.holds import placed
from api.holds.placed import Wanted
from api.holds.routes import HoldId
from api.holds.schemas import HoldRead
from api.pagination import PageDep as PagingDep
from api.reading import newest_block

router = APIRouter(prefix="/holds")
KINDS = {
    "freeze": mark("Freeze"),
    "dispute": mark("Dispute"),
    "pledge": mark("Pledge"),
    "delivery": mark("Reservation"),
}


@dataclass(frozen=True)
class HoldSubject(Subject):
    """A hold that the reader may see."""

    read: HoldRead

    def facts(self) -> list[tuple[str, str]]:
        words, read = self.page.words, self.read
        facts = [
            (mark("What"), words.say(KINDS[read.kind])),
            (mark("Amount"), words.money(read.amount)),
            (mark("Holder"), read.holder.name or read.holder.address),
            (mark("Owed by"), read.debtor.name or read.debtor.address),
            (mark("Due"), words.day(read.due_date)),
            (mark("Until"), words.instant(read.until)),
        ]
        if read.beneficiary is not None:
            facts.insert(2, (mark("In favour of"), read.beneficiary.name or read.beneficiary.address))
        if read.enforceable_from is not None:
            facts.append((mark("Can be taken from"), words.instant(read.enforceable_from)))
        return facts + ([(mark("What for"), read.document)] if read.document else [])

    @property
    def favours_reader(self) -> bool:
        return self.read.beneficiary is not None and self.reader == self.read.beneficiary.address

    @property
    def is_holder(self) -> bool:
        return self.reader == self.read.holder.address

    @property
    def enforceable(self) -> bool:
        """A pledge that its financier may take now."""
        since, now = self.read.enforceable_from, newest_block(self.page.session).timestamp
        return self.read.live and self.read.kind == "pledge" and since is not None and now >= since.timestamp()


def find(page: PageDep, hold_id: HoldId) -> HoldSubject:
    """NotFound for what the reader may not see."""
    row = placed.get(page.session, page.reader, hold_id)
    return of_read(page, placed.read(page.session, page.services, page.reader, row))


def of_read(page: Page, read: HoldRead) -> HoldSubject:
    """Of what was read already."""
    return HoldSubject(page, "/holds", read.hold_id, read.amount.currency, read)


def back(_subject: HoldSubject) -> str:
    """A hold has its line in the list, and no page."""
    return "/holds"


CASES: dict[str, Case[HoldSubject]] = {
    "release": Case(
        mark("Release"),
        mark("Release the hold"),
        (
            mark("What was held of the piece moves again, and is paid to its holder like the rest."),
            mark("It cannot be taken back: to hold it again takes a new one."),
        ),
        mark("Release it"),
        yours=lambda subject: subject.favours_reader or (subject.is_holder and not subject.read.live),
        now=lambda subject: (
            subject.read.kind != "freeze" and not subject.read.released and subject.read.amount.minor > 0
        ),
        command=on(placed.release),
    ),
    "enforce": Case(
        mark("Take it"),
        mark("Take what was pledged to you"),
        (
            mark("The piece is yours at once, or the cash that it became is paid to you."),
            mark("The loan that it secured is between you and who pledged it."),
        ),
        mark("Take it"),
        danger=True,
        yours=lambda subject: subject.favours_reader and subject.read.kind == "pledge",
        now=lambda subject: subject.enforceable,
        command=on(placed.enforce),
    ),
}

serve(router, CASES, find, "/{hold_id}", back)


@dataclass(frozen=True, slots=True)
class Row:
    """A hold in a list, and what the reader can do with it."""

    hold: HoldRead
    kind: str
    links: list[Link]


def rows_of(page: Page, items: list[HoldRead]) -> list[Row]:
    """As `hold_rows.html` shows them."""
    return [Row(item, KINDS[item.kind], links(of_read(page, item), CASES)) for item in items]


@router.get("")
def list_holds(page: PageDep, paging: PagingDep, over: Annotated[bool, Query()] = False) -> Response:
    """On the reader's pieces and in its favour; for compliance, all. Those that hold now, or those that are over."""
    wanted = Wanted(None, None, not over)
    found = placed.list_holds(page.session, page.services, page.reader, paging, wanted)
    return page.render("holds.html", rows=rows_of(page, found.items), next=found.next, over=over)
