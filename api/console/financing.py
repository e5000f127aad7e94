"""Financing: requests, quotes side by side with what they really cost a year, and quoting."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import FormData

from api.console import forms, organisations
from api.console.figures import drawable
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.console.quotes import open_quotes
from api.domain.dates import DayCount
from api.domain.money import MoneyError
from api.financing import reading, registrations, service
from api.financing.schemas import QuoteMake
from api.identity.actor import Role
from api.pagination import PageDep as PagingDep
from api.parties import parties
from api.payables import reading as payables
from api.schemas import Uuid
from indexer.models import Payable, Receivable

router = APIRouter(prefix="/financing")
_TYPED = ("rate", "day_count", "valid_minutes", "registration_hash", "minimum_take")
FEES_SHOWN, FEES_MAX = 2, 4


@router.get("")
def list_requests(page: PageDep, paging: PagingDep) -> Response:
    """The reader's requests; for a financier, everybody's."""
    found = reading.list_requests(page.session, page.services, page.reader, paging)
    several = page.reader.role == Role.SUPPLIER and page.as_of is None and len(open_quotes(page)) > 1
    return page.render("financing.html", items=found.items, next=found.next, several=several)


@router.get("/{request_id}")
def show(page: PageDep, request_id: Uuid) -> Response:
    """A request with the quotes that the reader may see, the most proceeds first."""
    return _show(page, request_id, {**dict.fromkeys(_TYPED, ""), "day_count": "ACT/360", "valid_minutes": "60"})


def _show(page: Page, request_id: str, typed: dict[str, Any], problem: Problem | None = None) -> Response:
    row = service.get_request(page.session, page.reader, request_id)
    read = reading.read_requests(page.session, page.services, [row])[0]
    quotes = reading.list_quotes(page.session, page.services, page.reader, row).items
    payable = page.session.get_one(Payable, row.payable_id)
    programme = payables.read(page.session, page.services, payable).programme
    piece = page.session.get(Receivable, row.receivable_id)
    may_quote = page.reader.role == Role.FINANCIER and read.state == "open" and page.as_of is None
    wanted = may_quote and programme.registration_required
    fees = typed.get("fees", [])
    paid_to = {fee.to for quote in quotes for fee in quote.fees}
    lines = min(max(FEES_SHOWN, len(fees) + 1), FEES_MAX)
    return page.render(
        "request.html",
        problem=problem,
        request=read,
        quotes=quotes,
        names={account: party.name for account, party in parties(page.session, paid_to).items()},
        organisations=organisations.choices(page),
        best=next((quote.id for quote in quotes if quote.state == "open"), None),
        typed={**typed, "fees": [*fees, *[("", "")] * lines][:lines]},
        more=bool(typed["minimum_take"] or fees),
        day_counts=[convention.value for convention in DayCount],
        programme=programme,
        registrations=registrations.list_own(page.session, page.services, page.reader) if wanted else [],
        mine=row.organisation_id == page.reader.organisation_id,
        may_quote=may_quote,
        paid=piece is not None and drawable(piece, payable) > 0,
    )


@router.post("/{request_id}/quote")
def quote(page: PageDep, form: FormDep, request_id: Uuid) -> Response:
    """First its price; then the binding offer, at that price. Where the financier keeps its own key, it signs next."""
    page.must_be(Role.FINANCIER)
    typed: dict[str, Any] = {name: forms.text(form, name) for name in _TYPED}
    typed["fees"] = _fees(form)
    if forms.text(form, "step") == "change":
        return _show(page, request_id, typed)
    try:
        body, command = _body(page, request_id, typed), page.command(form)
        offer = reading.read_priced(page.session, page.services, *service.priced(command, request_id, body))
        if forms.text(form, "step") != "do" or forms.text(form, "proceeds") != offer.proceeds.amount:
            return page.render("quote_review.html", quote=offer, typed=typed)
        operation = service.make_quote(command, request_id, body)
    except _AtField as error:
        return _show(page, request_id, typed, problem_of(error.why, error.name))
    except REFUSALS as error:
        return _show(page, request_id, typed, _about(problem_of(error), typed))
    if operation.state == "awaiting_signature":
        return page.follow(operation)
    return page.go(f"/financing/{request_id}")


def _fees(form: FormData) -> list[tuple[str, str]]:
    """Who gets how much, as it was typed; lines left empty are none."""
    lines = zip(forms.texts(form, "fee_to"), forms.texts(form, "fee_amount"), strict=False)
    return [(to, typed) for to, typed in lines if to or typed][:FEES_MAX]


class _AtField(Exception):
    """What was typed into this field cannot be read."""

    def __init__(self, name: str, why: Exception) -> None:
        super().__init__(name)
        self.name, self.why = name, why


def _body(page: Page, request_id: str, typed: dict[str, Any]) -> QuoteMake:
    row = service.get_request(page.session, page.reader, request_id)
    currency = reading.read_requests(page.session, page.services, [row])[0].value.currency
    field = "rate"
    try:
        rate = forms.per_cent(typed["rate"])
        field = "minimum_take"
        least = forms.amount(typed["minimum_take"], currency) if typed["minimum_take"] else None
        fees = []
        for number, (to, amount) in enumerate(typed["fees"]):
            field = f"fee_to-{number}"
            if not to:
                raise forms.ReceiverMissing("choose who gets this fee")
            account = organisations.account_of(page, to)
            field = f"fee-{number}"
            fees.append({"to": account, "amount": forms.amount(amount, currency)})
    except (forms.RateUnreadable, forms.ReceiverMissing, organisations.OrganisationUnknown, MoneyError) as error:
        raise _AtField(field, error) from error
    return QuoteMake.model_validate(
        {
            "annual_rate_ppm": rate,
            "day_count": typed["day_count"],
            "valid_minutes": typed["valid_minutes"],
            "minimum_take": least,
            "fees": fees,
            "registration_hash": typed["registration_hash"] or None,
        }
    )


def _about(problem: Problem, typed: dict[str, Any]) -> Problem:
    """The field that a refusal of the whole quote is about."""
    if problem.name == "QuoteTakeOutOfRange":
        return problem.at("minimum_take")
    if problem.name == "QuoteProceedsOutOfRange" and typed["fees"]:
        return problem.at("fee-0")
    return problem
