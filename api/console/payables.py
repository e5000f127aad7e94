"""Payables: the list, and one with its lineage and the acts on it."""

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Select, select

from api.console import default_cases, payable_cases, records
from api.console.case_payables import of_row
from api.console.cases import links
from api.console.charts import lineage
from api.console.figures import SHOWN_MAX
from api.console.page import Page, PageDep
from api.console.tables import csv_of
from api.domain.money import Money
from api.errors import NotFound
from api.identity.actor import SUPERVISION
from api.pagination import PageDep as PagingDep
from api.pagination import PageRequest, every_row, fetch
from api.parties import parties
from api.payables import cancelling, reading, service
from api.payables.schemas import PayableRead
from api.reading import newest_block
from api.receivables import reading as receivables
from api.receivables import service as pieces
from api.receivables.schemas import ReceivableRead
from api.schemas import PayableId
from indexer import queries
from indexer.models import Payable, Receivable, ReceivableMove

router = APIRouter(prefix="/payables")
CASES = {**payable_cases.CASES, **default_cases.CASES}


@router.get("")
def list_payables(page: PageDep, paging: PagingDep) -> Response:
    """Those the reader may see, newest first; supervision sees all."""
    items, following = _list(page, paging)
    return page.render("payables.html", items=items, next=following)


def _list(page: Page, paging: PageRequest) -> tuple[list[PayableRead], str | None]:
    if page.reader.role in SUPERVISION:
        rows, following = fetch(page.session, select(Payable), [Payable.proposed_at, Payable.payable_id], paging)
        return reading.read_all(page.session, page.services, rows), following
    found = reading.list_payables(page.session, page.services, page.reader, paging)
    return found.items, found.next


@router.get(".csv")
def download(page: PageDep) -> Response:
    """All of the list, for a spreadsheet."""
    return csv_of(
        "payables",
        ("payable", "state", "supplier", "debtor", "invoice", "issued", "due", "face value", "outstanding", "currency"),
        (
            (
                row.payable_id,
                row.state,
                row.supplier.name or row.supplier.address,
                row.debtor.name or row.debtor.address,
                row.invoice_number,
                row.issue_date,
                row.due_date,
                row.face_value.amount,
                row.outstanding.amount,
                row.face_value.currency,
            )
            for row in every_row(lambda part: _list(page, part))
        ),
    )


def get(page: Page, payable_id: str) -> Payable:
    """NotFound for what the reader may not see."""
    if page.reader.role not in SUPERVISION:
        return service.get(page.session, page.reader, payable_id)
    row = page.session.get(Payable, payable_id)
    if row is None:
        raise NotFound.of("payable", payable_id)
    return row


def pieces_of(page: Page, payable_id: str) -> list[ReceivableRead]:
    """The pieces of a payable that the reader may see, as it may see them, at most SHOWN_MAX."""
    query = _pieces(page, payable_id).order_by(Receivable.receivable_id).limit(SHOWN_MAX)
    return _read_pieces(page, payable_id, page.session.scalars(query).all())


def all_pieces_of(page: Page, payable_id: str) -> list[ReceivableRead]:
    """As `pieces_of`, however many."""

    def read(part: PageRequest) -> tuple[list[ReceivableRead], str | None]:
        rows, following = fetch(page.session, _pieces(page, payable_id), [Receivable.receivable_id], part)
        return _read_pieces(page, payable_id, rows), following

    return list(every_row(read))[::-1]


def _pieces(page: Page, payable_id: str) -> Select[Receivable]:
    query = select(Receivable).where(Receivable.payable_id == payable_id)
    return query if page.reader.role in SUPERVISION else query.where(pieces.visible_to(page.reader.address))


def _read_pieces(page: Page, payable_id: str, rows: Sequence[Receivable]) -> list[ReceivableRead]:
    read = receivables.read_all(page.session, page.services, page.reader, rows)
    return _with_holds(page, payable_id, read) if page.reader.role in SUPERVISION else read


def _with_holds(page: Page, payable_id: str, items: list[ReceivableRead]) -> list[ReceivableRead]:
    """What is held of each live piece, all of it where a freeze order on its holder is not served: for supervision."""
    now = newest_block(page.session).timestamp
    held = queries.held_on(page.session, [item.receivable_id for item in items], now)
    holders = {item.holder.address for item in items}
    blocked = {holder for holder in holders if queries.blocked(page.session, holder, payable_id, now)}
    told = []
    for item in items:
        minor = item.value.minor if item.holder.address in blocked else held.get(item.receivable_id, 0)
        amount = Money(minor, item.value.currency) if item.state == "live" else None
        told.append(item.model_copy(update={"held": amount}))
    return told


@router.get("/{payable_id}")
def show(page: PageDep, payable_id: PayableId) -> Response:
    """Its terms, its pieces as a picture and a table, and what the reader can do with it."""
    row = get(page, payable_id)
    read = reading.read(page.session, page.services, row)
    items = pieces_of(page, payable_id)
    party = page.reader.address is not None and page.reader.address in (row.supplier, row.debtor)
    moves: Sequence[ReceivableMove] = ()
    if page.reader.role in SUPERVISION:
        query = select(ReceivableMove).where(ReceivableMove.payable_id == payable_id)
        moves = page.session.scalars(query.order_by(ReceivableMove.block_number, ReceivableMove.log_index)).all()
    accounts = {account for move in moves for account in (move.from_account, move.to_account) if account}
    return page.render(
        "payable.html",
        payable=read,
        items=items,
        cut=len(items) == SHOWN_MAX,
        picture=lineage(read.face_value.minor, items),
        cases=[] if page.reader.role in SUPERVISION else links(of_row(page, row, read), CASES),
        offers=cancelling.list_offers(page.session, page.services, page.reader, payable_id).items if party else [],
        moves=moves,
        people=parties(page.session, accounts),
        row=row,
        records=records.paid_into(page, row, read.face_value.currency),
    )
