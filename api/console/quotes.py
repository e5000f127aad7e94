"""Quotes: sold on, in whole or in part, one or several at once; called off; and the registrations they name (R-11)."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import select
from starlette.datastructures import FormData

from api.console import forms
from api.console.asks import Ask
from api.console.cases import Case, Fact, Given, Subject, anew, on, serve
from api.console.figures import totals
from api.console.navigation import mark
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.domain.money import Money
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
from api.schemas import Total, Uuid

router = APIRouter(prefix="/financing")
SHOWN_MAX = 50


@dataclass(frozen=True)
class QuoteSubject(Subject):
    """A quote, as its financier and its supplier see it."""

    read: QuoteRead
    financier_id: str
    supplier_id: str

    def named(self) -> dict[str, Any]:
        return {"quote": self.read}

    @property
    def parts(self) -> bool:
        """Less than all of it can be sold."""
        return self.read.minimum_take.minor < self.read.value.minor


def find(page: PageDep, quote_id: Uuid) -> QuoteSubject:
    """NotFound for what the reader may not see."""
    row = service.get_quote(page.session, page.reader, quote_id)
    request = page.session.get_one(FinancingRequest, row.request_id)
    read = reading.read_quote(page.session, page.services, request, row)
    own = (row.organisation_id, request.organisation_id)
    return QuoteSubject(page, "/financing/quotes", quote_id, read.value.currency, read, *own)


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
    return RequestSubject(page, "/financing", request_id, read.value.currency, read)


def _sold(subject: QuoteSubject, given: Given) -> list[Fact]:
    if "take" not in given:
        return []  # the quote says it
    paid = acceptance.paid_for(subject.read, given["take"])
    rest = Total.of(subject.read.value.minor - given["take"].minor, subject.currency)
    money = subject.page.words.money
    return [(mark("You get today"), money(paid)), (mark("You keep"), money(rest))]


CASES: dict[str, Case[QuoteSubject]] = {
    "accept": Case(
        mark("Sell"),
        mark("Sell on this quote"),
        (
            mark("The receivable goes to the financier and the cash comes to you in one transaction, or neither does."),
            mark("You get exactly the proceeds shown here, on your account with the settlement bank."),
        ),
        mark("Sell"),
        terms="quote_facts.html",
        yours=lambda subject: subject.supplier_id == subject.page.reader.organisation_id,
        asks=(
            Ask(
                "take",
                mark("How much of it"),
                "amount",
                mark("all of it, or a part; the price is in proportion, rounded down"),
                when=lambda subject: subject.parts,
            ),
        ),
        suggest=lambda subject: {"take": subject.read.value.amount},
        command=on(acceptance.accept, QuoteAccept),
        review=_sold,
    ),
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
        yours=lambda subject: subject.financier_id == subject.page.reader.organisation_id,
        command=on(acceptance.cancel),
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
        command=anew(registrations.register, AssignmentRegister),
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


def open_quotes(page: Page) -> list[tuple[QuoteRead, FinancingRequestRead]]:
    """What the reader could sell on now, the most proceeds first, at most SHOWN_MAX."""
    found = page.session.execute(
        select(FinancingRequest, FinancingQuote)
        .join(FinancingQuote, FinancingQuote.request_id == FinancingRequest.id)
        .where(
            service.visible_to(page.reader),
            FinancingRequest.organisation_id == page.reader.organisation_id,
            FinancingQuote.expiry >= newest_block(page.session).timestamp,
        )
        .order_by(FinancingQuote.proceeds.desc(), FinancingQuote.created_at, FinancingQuote.id)
        .limit(SHOWN_MAX)
    ).all()
    requests = reading.read_requests(page.session, page.services, list({row.id: row for row, _ in found}.values()))
    asked = {request.id: request for request in requests}
    read = reading.read_quotes(page.session, page.services, found)
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
