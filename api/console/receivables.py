"""Receivables: the list, one piece, and what its holder does with it."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from api.console import forms, organisations, piece_holds, receivable_cases, records
from api.console.case_pieces import of_row
from api.console.cases import links
from api.console.charts import lineage, price_of_waiting
from api.console.figures import SHOWN_MAX, price_of
from api.console.holds import Row, rows_of
from api.console.page import FormDep, Page, PageDep
from api.console.payables import pieces_of
from api.console.problems import REFUSALS, Problem, problem_of
from api.console.tables import csv_of
from api.domain.dates import DayCount
from api.domain.money import Money
from api.errors import NotFound
from api.financing import service as financing
from api.financing.schemas import FinancingAsk
from api.holds import placed
from api.identity.actor import SUPERVISION
from api.pagination import PageDep as PagingDep
from api.pagination import PageRequest, every
from api.parties import parties
from api.receivables import reading, service
from api.receivables.schemas import ReceivableRead, ReceivableSplit, ReceivableTransfer, SplitPart
from api.schemas import ReceivableId
from indexer.models import Payable, Receivable

router = APIRouter(prefix="/receivables")
PARTS_SHOWN = 3
PARTS_MAX = 20
_ABOUT_TO = (ValidationError, forms.ReceiverMissing, organisations.OrganisationUnknown)

CASES = {**receivable_cases.CASES, **piece_holds.CASES}


@router.get("")
def list_receivables(page: PageDep, paging: PagingDep) -> Response:
    """Those the reader holds, owes, or handed on."""
    found = reading.list_receivables(page.session, page.services, page.reader, paging, None)
    return page.render("receivables.html", items=found.items, next=found.next)


@router.get(".csv")
def download(page: PageDep) -> Response:
    """All of the list, for a spreadsheet."""
    rows = every(lambda part: reading.list_receivables(page.session, page.services, page.reader, part, None))
    return csv_of(
        "receivables",
        ("receivable", "payable", "state", "holder", "debtor", "due", "value", "free", "drawn", "currency"),
        (
            (
                row.receivable_id,
                row.payable_id,
                row.state,
                row.holder.name or row.holder.address,
                row.debtor.name or row.debtor.address,
                row.due_date,
                row.value.amount,
                None if row.free is None else row.free.amount,
                row.drawn.amount,
                row.value.currency,
            )
            for row in rows
        ),
    )


def _get(page: Page, receivable_id: str) -> Receivable:
    if page.reader.role not in SUPERVISION:
        return service.get(page.session, page.reader, receivable_id)
    row = page.session.get(Receivable, receivable_id)
    if row is None:
        raise NotFound.of("receivable", receivable_id)
    return row


def read_of(page: Page, receivable_id: str) -> ReceivableRead:
    return reading.read(page.session, page.services, page.reader, _get(page, receivable_id))


@router.get("/{receivable_id}")
def show(page: PageDep, receivable_id: ReceivableId) -> Response:
    """One piece: what it is worth, where it comes from, what can be done with it."""
    row = _get(page, receivable_id)
    payable = page.session.get_one(Payable, row.payable_id)
    read = reading.read(page.session, page.services, page.reader, row)
    items = pieces_of(page, row.payable_id)
    mine = read.state == "live" and read.holder.address == page.reader.address and not read.parked
    price = price_of(page) if mine and read.due_date > page.today else None
    wait = []
    if price is not None and read.free is not None and read.free.minor:
        wait = price_of_waiting(read.free, price.rate_ppm, DayCount.ACT_360, page.today, read.due_date)
    return page.render(
        "receivable.html",
        receivable=read,
        payable_value=Money(payable.face_value, read.value.currency),
        items=items,
        cut=len(items) == SHOWN_MAX,
        picture=lineage(payable.face_value, items),
        mine=mine and page.as_of is None,
        price=price,
        wait=wait,
        cases=[] if page.reader.role in SUPERVISION else links(of_row(page, row, read), CASES),
        rows=_holds_on(page, receivable_id),
        records=records.drawn_by(page, row, payable, read.value.currency),
    )


def _holds_on(page: Page, receivable_id: str) -> list[Row]:
    """Those that the reader may see, the newest first, ended ones too."""
    wanted = placed.Wanted(None, receivable_id, None)
    found = placed.list_holds(page.session, page.services, page.reader, PageRequest(None, 50), wanted)
    return rows_of(page, found.items)


@router.get("/{receivable_id}/hand-on")
def show_hand_on(page: PageDep, receivable_id: ReceivableId) -> Response:
    """The form, with room for some receivers."""
    return _hand_on(page, read_of(page, receivable_id), [{"to": "", "value": "", "recourse": ""}] * PARTS_SHOWN)


def _hand_on(
    page: Page, read: ReceivableRead, parts: list[dict[str, str]], problem: Problem | None = None, **review: Any
) -> Response:
    receivers = organisations.choices(page, organisations.TAKES_PIECES)
    shown = {"reviewed": None, "remainder": None, **review}
    names = parties(page.session, {part.to for part in shown["reviewed"] or ()})
    return page.render(
        "hand_on.html", receivable=read, parts=parts, receivers=receivers, names=names, problem=problem, **shown
    )


@router.post("/{receivable_id}/hand-on")
def hand_on(page: PageDep, form: FormDep, receivable_id: ReceivableId) -> Response:
    """First who gets what and what remains; then the split, or the transfer where nothing remains for one receiver."""
    read = read_of(page, receivable_id)
    parts = _typed(form)
    if forms.text(form, "step") == "more":
        return _hand_on(page, read, [*parts, {"to": "", "value": "", "recourse": ""}][:PARTS_MAX])
    number = 0
    try:
        wanted = []
        for index, part in enumerate(parts):
            if part["to"] or part["value"]:
                number = index
                wanted.append(_part(page, part, read.value.currency))
        if not wanted:
            raise forms.ReceiverMissing("say who gets how much, in one line at least")
        remainder = read.value.minor - sum(part.value.minor for part in wanted)
        if forms.text(form, "step") != "do":
            shown = Money(max(0, remainder), read.value.currency)
            if remainder < 0:
                over = Money(-remainder, read.value.currency)
                raise forms.TooMuchHandedOn(f"the parts are {over.amount} {over.currency} more than there is")
            return _hand_on(page, read, parts, reviewed=wanted, remainder=shown)
        command = page.command(form)
        if remainder == 0 and len(wanted) == 1:
            body = ReceivableTransfer(to=wanted[0].to, recourse=wanted[0].recourse)
            operation = service.transfer(command, receivable_id, body)
        else:
            operation = service.split(command, receivable_id, ReceivableSplit(parts=wanted))
    except REFUSALS as error:
        problem = problem_of(error)
        about = "to" if isinstance(error, _ABOUT_TO) else "value"
        return _hand_on(page, read, parts, problem.at(f"{about}-{number}"))
    return page.follow(operation)


def _typed(form: FormData) -> list[dict[str, str]]:
    to, values = forms.texts(form, "to"), forms.texts(form, "value")
    recourse = set(forms.texts(form, "recourse"))
    return [
        {"to": one, "value": value, "recourse": "yes" if str(number) in recourse else ""}
        for number, (one, value) in enumerate(zip(to, values, strict=False))
    ][:PARTS_MAX]


def _part(page: Page, part: dict[str, str], currency: str) -> SplitPart:
    if not part["to"]:
        raise forms.ReceiverMissing("choose who gets this part")
    to = organisations.account_of(page, part["to"])
    return SplitPart(to=to, value=forms.amount(part["value"], currency), recourse=bool(part["recourse"]))


@router.get("/{receivable_id}/finance")
def show_ask(page: PageDep, receivable_id: ReceivableId) -> Response:
    """All that is free, unless one types less."""
    read = read_of(page, receivable_id)
    free = read.free or read.value
    return page.render("ask.html", receivable=read, typed={"value": free.amount, "recourse": False}, free=free)


@router.post("/{receivable_id}/finance")
def ask(page: PageDep, form: FormDep, receivable_id: ReceivableId) -> Response:
    """A request that every financier sees."""
    read = read_of(page, receivable_id)
    typed = {"value": forms.text(form, "value"), "recourse": forms.ticked(form, "recourse")}
    try:
        value = forms.amount(str(typed["value"]), read.value.currency)
        body = FinancingAsk(receivable_id=receivable_id, value=value, recourse=bool(typed["recourse"]))
        operation = financing.ask(page.command(form), body)
    except REFUSALS as error:
        problem = problem_of(error, "value")
        return page.render("ask.html", receivable=read, typed=typed, free=read.free or read.value, problem=problem)
    return page.go(f"/financing/{operation.resource.id}")
