"""Payables: the list, one with its lineage, and what supplier and debtor do with it."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import select

from api.console import default_cases, forms, payable_cases, records
from api.console.acts import Act, do_act, show_act
from api.console.case_payables import of_row
from api.console.cases import links
from api.console.charts import lineage
from api.console.figures import SHOWN_MAX, minor_of
from api.console.navigation import mark
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.console.tables import csv_of
from api.domain.money import Money
from api.errors import NotFound
from api.identity.actor import Role
from api.pagination import PageDep as PagingDep
from api.pagination import fetch
from api.parties import parties
from api.payables import cancelling, payment, reading, service
from api.payables.schemas import PayablePay, PayableRead
from api.reading import newest_block
from api.receivables import reading as receivables
from api.receivables import service as pieces
from api.receivables.schemas import ReceivableRead
from api.schemas import PayableId, ReasonGiven, Total
from indexer import queries
from indexer.models import Payable, Receivable, ReceivableMove

router = APIRouter(prefix="/payables")
SUPERVISION = {Role.REGULATOR, Role.COMPLIANCE}
CASES = {**payable_cases.CASES, **default_cases.CASES}

CONFIRM = Act(
    mark("Confirm that you owe it"),
    (
        mark("You owe the face value to whoever holds it at maturity, whatever becomes of your supplier."),
        mark("It cannot be taken back: a confirmed payable is irrevocable."),
        mark("The invoice behind it can never be confirmed a second time, not even with another amount."),
    ),
    mark("Confirm"),
)
ACTS = {
    "confirm": CONFIRM,
    "dispute": Act(
        mark("Dispute the proposal"),
        (
            mark("It cannot be confirmed until you withdraw the dispute."),
            mark("Your reason is kept encrypted; its salted hash goes on the chain."),
        ),
        mark("Dispute it"),
        reason=mark("Why you dispute it"),
    ),
    "withdraw-dispute": Act(
        mark("Withdraw the dispute"), (mark("The proposal stands again, and can be confirmed."),), mark("Withdraw it")
    ),
    "decline": Act(
        mark("Decline the proposal"),
        (
            mark("It ends for good: the supplier would have to propose it anew."),
            mark("Your reason is kept encrypted; its salted hash goes on the chain."),
        ),
        mark("Decline it"),
        danger=True,
        reason=mark("Why you decline it"),
    ),
    "withdraw": Act(mark("Take the proposal back"), (mark("It ends for good."),), mark("Take it back"), danger=True),
}


@router.get("")
def list_payables(page: PageDep, paging: PagingDep) -> Response:
    """Those the reader may see, newest first; supervision sees all."""
    if page.reader.role in SUPERVISION:
        rows, following = fetch(page.session, select(Payable), [Payable.proposed_at, Payable.payable_id], paging)
        items = reading.read_all(page.session, page.services, rows)
        return page.render("payables.html", items=items, next=following)
    found = reading.list_payables(page.session, page.services, page.reader, paging)
    return page.render("payables.html", items=found.items, next=found.next)


@router.get(".csv")
def download(page: PageDep) -> Response:
    """The newest of the list, for a spreadsheet."""
    query = select(Payable).order_by(Payable.proposed_at.desc(), Payable.payable_id).limit(SHOWN_MAX)
    if page.reader.role not in SUPERVISION:
        query = query.where(service.visible_to(page.reader.address))
    rows = reading.read_all(page.session, page.services, page.session.scalars(query).all())
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
            for row in rows
        ),
    )


def get(page: Page, payable_id: str) -> Payable:
    if page.reader.role not in SUPERVISION:
        return service.get(page.session, page.reader, payable_id)
    row = page.session.get(Payable, payable_id)
    if row is None:
        raise NotFound.of("payable", payable_id)
    return row


def pieces_of(page: Page, payable_id: str) -> list[ReceivableRead]:
    """The pieces of a payable that the reader may see, as it may see them."""
    query = select(Receivable).where(Receivable.payable_id == payable_id).order_by(Receivable.receivable_id)
    if page.reader.role not in SUPERVISION:
        query = query.where(pieces.visible_to(page.reader.address))
    rows = page.session.scalars(query.limit(SHOWN_MAX)).all()
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
        picture=lineage(read.face_value.minor, items),
        acts=_possible(page, read),
        cases=[] if page.reader.role in SUPERVISION else links(of_row(page, row, read), CASES),
        offers=cancelling.list_offers(page.session, page.services, page.reader, payable_id).items if party else [],
        moves=moves,
        people=parties(page.session, accounts),
        row=row,
        records=records.paid_into(page, row, read.face_value.currency),
    )


def _possible(page: Page, read: PayableRead) -> list[str]:
    """What the reader could do now; the contracts decide whether it may."""
    if page.as_of is not None:
        return []
    if page.reader.address == read.debtor.address:
        by_state = {"proposed": ["confirm", "dispute", "decline"], "disputed": ["withdraw-dispute", "decline"]}
        return ["pay"] if read.state == "confirmed" else by_state.get(read.state, [])
    if page.reader.address == read.supplier.address and read.state in {"proposed", "disputed"}:
        return ["withdraw"]
    return []


@router.get("/{payable_id}/pay")
def show_payment(page: PageDep, payable_id: PayableId) -> Response:
    """All that is outstanding, unless one types less."""
    read = reading.read(page.session, page.services, get(page, payable_id))
    return _payment(page, read, {"amount": read.outstanding.amount, "payment_reference": ""})


@router.post("/{payable_id}/pay")
def pay(page: PageDep, form: FormDep, payable_id: PayableId) -> Response:
    """First what the payment will do; then, from that page, the payment."""
    read = reading.read(page.session, page.services, get(page, payable_id))
    typed = {name: forms.text(form, name) for name in ("amount", "payment_reference")}
    about = "amount"
    try:
        amount = forms.amount(typed["amount"], read.face_value.currency)
        about = "payment_reference"
        body = PayablePay(amount=amount, payment_reference=typed["payment_reference"])
        if forms.text(form, "step") == "review":
            return _payment(page, read, typed, booked=_booked(read, amount))
        operation = payment.pay(page.command(form), payable_id, body)
    except REFUSALS as error:
        return _payment(page, read, typed, problem=problem_of(error, about if about == "amount" else None))
    return page.follow(operation)


def _booked(read: PayableRead, amount: Money) -> dict[str, Total]:
    """Late interest first, then principal (R-17, R-18), and what is left."""
    interest = min(amount.minor, read.late_interest.minor)
    left = minor_of(read.outstanding) - amount.minor
    parts = {"amount": amount.minor, "interest": interest, "principal": amount.minor - interest, "left": left}
    return {name: Total.of(minor, amount.currency) for name, minor in parts.items()}


def _payment(
    page: Page,
    read: PayableRead,
    typed: dict[str, str],
    *,
    booked: dict[str, Total] | None = None,
    problem: Problem | None = None,
) -> Response:
    return page.render("pay.html", payable=read, typed=typed, booked=booked, problem=problem)


@router.get("/{payable_id}/{name}")
def show_payable_act(page: PageDep, payable_id: PayableId, name: str) -> Response:
    """What the act will do."""
    return _act(page, payable_id, name)


def _act(page: Page, payable_id: str, name: str, problem: Problem | None = None, reason: str = "") -> Response:
    read = reading.read(page.session, page.services, get(page, payable_id))
    act = ACTS.get(name)
    if act is None:
        raise NotFound.of("page", name)
    return show_act(page, act, back=f"/payables/{payable_id}", problem=problem, reason=reason, payable=read)


@router.post("/{payable_id}/{name}")
def do_payable_act(page: PageDep, form: FormDep, payable_id: PayableId, name: str) -> Response:
    """The act itself."""
    commands: dict[str, Any] = {
        "confirm": lambda context, _: service.confirm(context, payable_id),
        "dispute": lambda context, why: service.dispute(context, payable_id, ReasonGiven(reason=why)),
        "withdraw-dispute": lambda context, _: service.withdraw_dispute(context, payable_id),
        "decline": lambda context, why: service.decline(context, payable_id, ReasonGiven(reason=why)),
        "withdraw": lambda context, _: service.withdraw(context, payable_id),
    }
    if name not in commands:
        raise NotFound.of("page", name)
    return do_act(
        page, form, ACTS[name], commands[name], lambda problem, why: _act(page, payable_id, name, problem, why)
    )
