"""Financing: requests, quotes side by side with what they really cost a year, quoting and accepting."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.console import forms
from api.console.acts import Act, do_act, show_act
from api.console.figures import drawable
from api.console.navigation import mark
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.domain.dates import DayCount
from api.financing import acceptance, reading, service
from api.financing.models import FinancingRequest
from api.financing.schemas import QuoteAccept, QuoteMake, QuoteRead
from api.identity.actor import Role
from api.pagination import PageDep as PagingDep
from api.payables import reading as payables
from api.schemas import Uuid
from indexer.models import Payable, Receivable

router = APIRouter(prefix="/financing")
_TYPED = ("rate", "day_count", "valid_minutes", "registration_hash")

ACCEPT = Act(
    mark("Sell on this quote"),
    (
        mark("The receivable goes to the financier and the cash comes to you in one transaction, or neither does."),
        mark("You get exactly the proceeds shown here, on your account with the settlement bank."),
    ),
    mark("Sell"),
)


@router.get("")
def list_requests(page: PageDep, paging: PagingDep) -> Response:
    """The reader's requests; for a financier, everybody's."""
    found = reading.list_requests(page.session, page.services, page.reader, paging)
    return page.render("financing.html", items=found.items, next=found.next)


@router.get("/{request_id}")
def show(page: PageDep, request_id: Uuid) -> Response:
    """A request with the quotes that the reader may see, the most proceeds first."""
    return _show(page, request_id, {"rate": "", "day_count": "ACT/360", "valid_minutes": "60", "registration_hash": ""})


def _show(page: Page, request_id: str, typed: dict[str, str], problem: Problem | None = None) -> Response:
    row = service.get_request(page.session, page.reader, request_id)
    read = reading.read_requests(page.session, page.services, [row])[0]
    quotes = reading.list_quotes(page.session, page.services, page.reader, row).items
    payable = page.session.get_one(Payable, row.payable_id)
    programme = payables.read(page.session, page.services, payable).programme
    piece = page.session.get(Receivable, row.receivable_id)
    return page.render(
        "request.html",
        problem=problem,
        request=read,
        quotes=quotes,
        best=next((quote.id for quote in quotes if quote.state == "open"), None),
        typed=typed,
        day_counts=[convention.value for convention in DayCount],
        programme=programme,
        mine=row.organisation_id == page.reader.organisation_id,
        may_quote=page.reader.role == Role.FINANCIER and read.state == "open" and page.as_of is None,
        paid=piece is not None and drawable(piece, payable) > 0,
    )


@router.post("/{request_id}/quote")
def quote(page: PageDep, form: FormDep, request_id: Uuid) -> Response:
    """A binding offer; where the financier keeps its own key, it signs next."""
    typed = {name: forms.text(form, name) for name in _TYPED}
    try:
        body = QuoteMake.model_validate(
            {
                "annual_rate_ppm": forms.per_cent(typed["rate"]),
                "day_count": typed["day_count"],
                "valid_minutes": typed["valid_minutes"],
                "registration_hash": typed["registration_hash"] or None,
            }
        )
        operation = service.make_quote(page.command(form), request_id, body)
    except REFUSALS as error:
        problem = problem_of(error, "rate" if isinstance(error, forms.RateUnreadable) else None)
        return _show(page, request_id, typed, problem)
    if operation.state == "awaiting_signature":
        return page.follow(operation)
    return page.go(f"/financing/{request_id}")


def _read(page: Page, quote_id: str) -> QuoteRead:
    row = service.get_quote(page.session, page.reader, quote_id)
    request = page.session.get_one(FinancingRequest, row.request_id)
    return reading.read_quote(page.session, page.services, request, row)


@router.get("/quotes/{quote_id}/accept")
def show_acceptance(page: PageDep, quote_id: Uuid) -> Response:
    """What one gives and gets."""
    return _acceptance(page, quote_id)


def _acceptance(page: Page, quote_id: str, problem: Problem | None = None) -> Response:
    read = _read(page, quote_id)
    return show_act(page, ACCEPT, back=f"/financing/{read.request_id}", problem=problem, quote=read)


@router.post("/quotes/{quote_id}/accept")
def accept(page: PageDep, form: FormDep, quote_id: Uuid) -> Response:
    """Receivable and cash change hands."""
    return do_act(
        page,
        form,
        ACCEPT,
        lambda context, _: acceptance.accept(context, quote_id, QuoteAccept()),
        lambda problem, _: _acceptance(page, quote_id, problem),
    )
