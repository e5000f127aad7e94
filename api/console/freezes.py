"""Freeze orders: compliance gives and releases them; a holder sees those against itself."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.console import forms, organisations
from api.console.acts import Act, do_act, show_act
from api.console.navigation import mark
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.currencies import served
from api.domain.dates import business_date, end_of_day
from api.domain.money import Money
from api.errors import RequestInvalid
from api.holds import service
from api.holds.routes import OrderId
from api.holds.schemas import FreezeOrder, FreezeOrderRead
from api.identity.actor import Role
from api.pagination import PageDep as PagingDep
from api.pagination import PageRequest
from api.programmes import service as programmes
from api.schemas import ReasonGiven
from indexer.models import Payable

router = APIRouter(prefix="/freeze-orders")
_FIELDS = ("holder", "payable_id", "amount", "currency", "version", "until", "reason", "authority")

RELEASE = Act(
    mark("Release the freeze"),
    (
        mark("Every hold under the order ends, and what was held moves again."),
        mark("Your reason is kept encrypted; its salted hash goes on the chain."),
    ),
    mark("Release it"),
    reason=mark("Why it is released"),
)


def amount_of(page: Page, read: FreezeOrderRead, minor: int | None = None) -> str:
    """An order's amount, or another that counts as it does: minor units of the payable's currency; without a payable,
    of whichever currency a piece is in.
    """
    deployments, payable = page.services.deployments, page.session.get(Payable, read.payable_id or "")
    currencies = served(deployments)
    if payable is not None:
        currencies = [programmes.currency(page.session, deployments, payable.programme_id)]
    amount = read.amount_minor if minor is None else minor
    return " / ".join(page.words.money(Money(amount, currency)) for currency in currencies)


@router.get("")
def list_orders(page: PageDep, paging: PagingDep) -> Response:
    """Those against the reader; for compliance, all, and the form for another."""
    return _list(page, paging, dict.fromkeys(_FIELDS, ""))


def _list(page: Page, paging: PageRequest, typed: dict[str, str], problem: Problem | None = None) -> Response:
    found = service.list_orders(page.session, page.services, page.reader, paging)
    return page.render(
        "freezes.html",
        items=[(item, amount_of(page, item)) for item in found.items],
        next=found.next,
        typed=typed,
        holders=organisations.choices(page),
        currencies=served(page.services.deployments),
        versions=page.services.deployments.versions,
        may_order=page.reader.role == Role.COMPLIANCE and page.as_of is None,
        problem=problem,
    )


@router.post("")
def order(page: PageDep, form: FormDep) -> Response:
    """It blocks all that the holder has there until pieces worth the amount are set aside."""
    typed = {name: forms.text(form, name) for name in _FIELDS}
    about: str | None = "amount"
    try:
        amount = forms.amount(typed["amount"], typed["currency"])
        about = "until"
        until = _end_of(typed["until"])
        about = "holder"
        holder = organisations.account_of(page, typed["holder"])
        about = None
        body = FreezeOrder.model_validate(
            {
                "holder": holder,
                "payable_id": typed["payable_id"] or None,
                "version": typed["version"] or None,
                "amount": amount,
                "until": until,
                "reason": typed["reason"],
                "authority": typed["authority"],
            }
        )
        operation = service.order(page.command(form), body)
    except REFUSALS as error:
        if type(error) is RequestInvalid:
            about = "amount"  # another currency than the payable's
        return _list(page, PageRequest(None, 50), typed, problem_of(error, about))
    return page.follow(operation)


def _end_of(typed: str) -> str:
    """The last second of a business day."""
    day = forms.day(typed)
    last = end_of_day(day) - 1
    assert business_date(last) == day
    return str(last)


@router.get("/{order_id}/release")
def show_release(page: PageDep, order_id: OrderId) -> Response:
    """What it will do."""
    return _release(page, order_id)


def _release(page: Page, order_id: int, problem: Problem | None = None, reason: str = "") -> Response:
    page.must_be(Role.COMPLIANCE)
    read = service.read(page.session, page.services, page.reader, service.get(page.session, page.reader, order_id))
    facts = (
        (mark("Holder"), read.holder.name or read.holder.address),
        (mark("Amount"), amount_of(page, read)),
        (mark("Until"), page.words.instant(read.until)),
    )
    return show_act(page, RELEASE, back=f"/freeze-orders/{order_id}", problem=problem, reason=reason, facts=facts)


@router.post("/{order_id}/release")
def release(page: PageDep, form: FormDep, order_id: OrderId) -> Response:
    """The end of the order."""
    return do_act(
        page,
        form,
        RELEASE,
        lambda context, why: service.release(context, order_id, ReasonGiven(reason=why)),
        lambda problem, why: _release(page, order_id, problem, why),
    )
