"""What is late: overdue payables, the register of dishonours, recourse, and what was written off."""

from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import select

from api.console import default_cases, records
from api.console.case_payables import of_row
from api.console.case_pieces import of_row as piece_of_row
from api.console.cases import Link, links
from api.console.page import Page, PageDep
from api.console.receivable_cases import CASES as OF_PIECES
from api.defaults import dishonours, recourse
from api.identity.actor import Role
from api.pagination import PageDep as PagingDep
from api.pagination import PageRequest, fetch
from api.payables import reading, service
from api.receivables import reading as receivables
from indexer.models import Payable, PayableState, Receivable

router = APIRouter(prefix="/late")
PARTS = ("overdue", "register", "recourse", "written-off")
RECOURSE = {name: OF_PIECES[name] for name in ("claim-recourse", "repurchase")}


@router.get("")
def show(page: PageDep, paging: PagingDep, part: str | None = None) -> Response:
    """Each list with what the reader can do about it: the first page of all, or a page of the one that is named."""
    page.must_be(Role.OPERATOR, Role.CORE_ENTERPRISE, Role.SUPPLIER, Role.FINANCIER)
    session, services, reader = page.session, page.services, page.reader
    shown = [one for one in PARTS if part not in PARTS or one == part]
    asked = paging if len(shown) == 1 else PageRequest(None, paging.limit)
    overdue = dishonours.list_overdue(session, services, reader, asked)
    register = dishonours.list_dishonours(session, services, reader, asked)
    claims = recourse.list_recourse(session, services, reader, asked)
    written_off, following = _written_off(page, asked)
    touched = {row.payable_id for row in overdue.items} | {row.payable_id for row in register.items}
    touched |= {row.payable_id for row in written_off}
    return page.render(
        "late.html",
        overdue=overdue.items,
        register=register.items,
        recourse=claims.items,
        written_off=reading.read_all(session, services, written_off),
        acts=_of_payables(page, touched),
        recorded=records.places(page, "DishonourRecorded", (row.payable_id for row in register.items)),
        piece_acts=_of_pieces(page, [row.receivable_id for row in claims.items]),
        missing=default_cases.missing,
        rows={row.payable_id: row for row in written_off},
        shown=shown,
        next=dict(zip(PARTS, (overdue.next, register.next, claims.next, following), strict=True)),
    )


def _written_off(page: Page, paging: PageRequest) -> tuple[Sequence[Payable], str | None]:
    query = select(Payable).where(Payable.state == PayableState.WRITTEN_OFF)
    if page.reader.role != Role.OPERATOR:
        query = query.where(service.visible_to(page.reader.address))
    return fetch(page.session, query, [Payable.due_date, Payable.payable_id], paging)


def _of_payables(page: Page, ids: set[str]) -> dict[str, list[Link]]:
    """Of those that the reader may see by the payables' own rule, or all for the operator."""
    query = select(Payable).where(Payable.payable_id.in_(ids))
    if page.reader.role != Role.OPERATOR:
        query = query.where(service.visible_to(page.reader.address))
    rows = page.session.scalars(query).all()
    read = reading.read_all(page.session, page.services, rows)
    return {
        row.payable_id: links(of_row(page, row, told), default_cases.CASES)
        for row, told in zip(rows, read, strict=True)
    }


def _of_pieces(page: Page, ids: Iterable[str]) -> dict[str, list[Link]]:
    rows = page.session.scalars(select(Receivable).where(Receivable.receivable_id.in_(list(ids)))).all()
    read: list[Any] = receivables.read_all(page.session, page.services, page.reader, rows)
    return {
        row.receivable_id: links(piece_of_row(page, row, told), RECOURSE) for row, told in zip(rows, read, strict=True)
    }
