"""Quotes: sold on, in whole or in part, one or several at once; called off; and the registrations they name (R-11)."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import select
from starlette.datastructures import FormData

from api.console import forms
from api.console.cases import Ask, Case, Fact, Subject, serve
from api.console.figures import totals
from api.console.navigation import mark
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.domain.money import Money
from api.errors import NotYours
from api.financing import acceptance, reading, registrations, service
from api.financing.models import FinancingQuote, FinancingRequest
from api.financing.schemas import (
    AssignmentRegister,
    FinancingRequestRead,
    QuoteAccept,
    QuoteAcceptOne,
    QuoteRead,
    QuotesAccept,
)
from api.identity.actor import Role
from api.reading import newest_block
from api.schemas import Uuid

router = APIRouter(prefix="/financing")
SHOWN_MAX = 50


@dataclass(frozen=True)
class QuoteSubject(Subject):
    """A quote, as its financier and its supplier see it."""

    read: QuoteRead
    row: FinancingQuote

    def named(self) -> dict[str, Any]:
        return {"quote": self.read}


def find(page: PageDep, quote_id: Uuid) -> QuoteSubject:
    """NotFound for what the reader may not see."""
    read, _, row = _read(page, quote_id)
    return QuoteSubject(page, f"/financing/quotes/{quote_id}", read.value.currency, read, row)


@dataclass(frozen=True)
class RequestSubject(Subject):
    """A request that the reader may see."""

    read: FinancingRequestRead

    def facts(self) -> list[Fact]:
        words, read = self.page.words, self.read
        return [
            (mark("Value"), words.money(read.value)),
            (mark("Supplier"), read.supplier.name or read.supplier.address),
            (mark("Owed by"), read.debtor.name or read.debtor.address),
            (mark("Due"), words.day(read.due_date)),
        ]


def find_request(page: PageDep, request_id: Uuid) -> RequestSubject:
    """NotFound for what the reader may not see."""
    row = service.get_request(page.session, page.reader, request_id)
    read = reading.read_requests(page.session, page.services, [row])[0]
    return RequestSubject(page, f"/financing/{request_id}", read.value.currency, read)


CASES: dict[str, Case[QuoteSubject]] = {
    "cancel": Case(
        mark("Call it off"),
        mark("Call the quote off"),
        (
            mark("From then on nobody can sell on it; the chain itself refuses."),
            mark("Until that is in a block the supplier can still be faster."),
        ),
        mark("Call it off"),
        danger=True,
        terms="quote_facts.html",
        yours=lambda subject: subject.row.organisation_id == subject.page.reader.organisation_id,
        command=lambda context, subject, _: acceptance.cancel(context, subject.read.id),
    ),
}
REQUEST_CASES: dict[str, Case[RequestSubject]] = {
    "register": Case(
        mark("Put a registration on record"),
        mark("Put a registration on record"),
        (
            mark("What you write is kept encrypted; its salted hash goes on the chain in your name."),
            mark(
                "Your quotes can name it from then on. A sale on a quote that names none is refused by the programme."
            ),
        ),
        mark("Put it on record"),
        yours=lambda subject: subject.page.reader.role == Role.FINANCIER,
        asks=(
            Ask(
                "registration",
                mark("What was registered: its number, the time to the second, the collateral's text"),
                "area",
            ),
        ),
        command=lambda context, _, given: registrations.register(context, AssignmentRegister(**given)),
    ),
}

serve(router, CASES, find, "/quotes/{quote_id}", lambda subject: f"/financing/{subject.read.request_id}")
serve(router, REQUEST_CASES, find_request, "/{request_id}")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a seller takes of a quote, as it was typed; and, once that is read, what it brings."""

    quote: QuoteRead
    request: FinancingRequestRead
    chosen: bool
    take: str
    given: Money | None = None
    paid: Money | None = None


def _read(page: Page, quote_id: str) -> tuple[QuoteRead, FinancingRequest, FinancingQuote]:
    row = service.get_quote(page.session, page.reader, quote_id)
    request = page.session.get_one(FinancingRequest, row.request_id)
    return reading.read_quote(page.session, page.services, request, row), request, row


@router.get("/quotes/{quote_id}/accept")
def show_acceptance(page: PageDep, quote_id: Uuid) -> Response:
    """What one gives and gets."""
    return _acceptance(page, quote_id, None)


def _acceptance(page: Page, quote_id: str, take: str | None, problem: Problem | None = None) -> Response:
    quote, request, _ = _read(page, quote_id)
    if request.organisation_id != page.reader.organisation_id:
        raise NotYours("a quote is accepted by the supplier it was made to")
    given, paid = quote.value, quote.proceeds
    if take is not None and problem is None:
        try:
            given = forms.amount(take, quote.value.currency)
            paid = acceptance.paid_for(quote, given)
        except REFUSALS as error:
            problem = problem_of(error, "take")
    return page.render(
        "accept.html",
        quote=quote,
        take=quote.value.amount if take is None else take,
        parts=quote.minimum_take.minor < quote.value.minor,
        reviewed=take is not None and problem is None,
        given=given,
        paid=paid,
        problem=problem,
    )


@router.post("/quotes/{quote_id}/accept")
def accept(page: PageDep, form: FormDep, quote_id: Uuid) -> Response:
    """A part is shown with its price first; then receivable and cash change hands."""
    take = forms.text(form, "take") or None
    if forms.text(form, "step") == "review":
        return _acceptance(page, quote_id, take or "")
    try:
        amount = None if take is None else forms.amount(take, _read(page, quote_id)[0].value.currency)
        operation = acceptance.accept(page.command(form), quote_id, QuoteAccept(take=amount))
    except REFUSALS as error:
        return _acceptance(page, quote_id, take, problem_of(error))
    return page.follow(operation)


def open_quotes(page: Page) -> list[tuple[QuoteRead, FinancingRequestRead]]:
    """What the reader could sell on now, the most proceeds first, at most SHOWN_MAX."""
    found = page.session.execute(
        select(FinancingQuote, FinancingRequest)
        .join(FinancingRequest, FinancingRequest.id == FinancingQuote.request_id)
        .where(
            service.visible_to(page.reader),
            FinancingRequest.organisation_id == page.reader.organisation_id,
            FinancingQuote.expiry >= newest_block(page.session).timestamp,
        )
        .order_by(FinancingQuote.proceeds.desc(), FinancingQuote.created_at, FinancingQuote.id)
        .limit(SHOWN_MAX)
    ).all()
    requests = reading.read_requests(page.session, page.services, list({row.id: row for _, row in found}.values()))
    asked = {request.id: request for request in requests}
    read = [reading.read_quote(page.session, page.services, request, row) for row, request in found]
    return [(quote, asked[quote.request_id]) for quote in read if quote.state == "open"]


@router.get("/quotes/several")
def show_several(page: PageDep) -> Response:
    """Every open quote, to be ticked."""
    page.must_be(Role.SUPPLIER)
    return _several(page, [Taken(quote, asked, False, quote.value.amount) for quote, asked in open_quotes(page)])


def _several(page: Page, lines: list[Taken], problem: Problem | None = None, *, reviewed: bool = False) -> Response:
    given = [line.given for line in lines if line.given is not None]
    paid = [line.paid for line in lines if line.paid is not None]
    return page.render(
        "sell_several.html",
        lines=lines,
        reviewed=reviewed,
        given=totals((one.minor, one.currency) for one in given),
        paid=totals((one.minor, one.currency) for one in paid),
        problem=problem,
    )


@router.post("/quotes/several")
def sell_several(page: PageDep, form: FormDep) -> Response:
    """First what each brings and all together; then all of them in one transaction, or none."""
    page.must_be(Role.SUPPLIER)
    lines, problem = _typed(page, form)
    if problem is not None or forms.text(form, "step") == "more":
        return _several(page, lines, problem)
    taken = [line for line in lines if line.chosen]
    try:
        body = QuotesAccept(quotes=[QuoteAcceptOne(quote_id=line.quote.id, take=line.given) for line in taken])
        if forms.text(form, "step") != "do":
            return _several(page, taken, reviewed=True)
        operation = acceptance.accept_all(page.command(form), body)
    except REFUSALS as error:
        return _several(page, lines, problem_of(error))
    return page.follow(operation)


def _typed(page: Page, form: FormData) -> tuple[list[Taken], Problem | None]:
    """What was ticked and typed, and the first thing wrong with it. A quote that is not open any more is not there."""
    ticked = set(forms.texts(form, "quote"))
    lines, problem = [], None
    for quote, asked in open_quotes(page):
        chosen, take = quote.id in ticked, forms.text(form, f"take-{quote.id}")
        given = paid = None
        if chosen:
            try:
                given = forms.amount(take or quote.value.amount, quote.value.currency)
                paid = acceptance.paid_for(quote, given)
            except REFUSALS as error:
                problem = problem or problem_of(error, f"take-{quote.id}")
        lines.append(Taken(quote, asked, chosen, take or quote.value.amount, given, paid))
    gone = ticked - {line.quote.id for line in lines if line.chosen}
    if gone and problem is None:
        problem = problem_of(forms.QuoteGone("one that was ticked is not open any more; the rest is as you left it"))
    return lines, problem
