"""Freeze orders: compliance gives and releases them; a holder sees those against itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import select

from api.console import organisations
from api.console.asks import IN_CURRENCY, Ask
from api.console.case_payables import KEPT
from api.console.cases import Case, Fact, Subject, anew, links, on, serve
from api.console.navigation import mark
from api.console.page import Page, PageDep
from api.currencies import served
from api.domain.money import Money
from api.holds import service
from api.holds.routes import OrderId
from api.holds.schemas import FreezeOrder, FreezeOrderRead
from api.identity.actor import Role
from api.pagination import PageDep as PagingDep
from api.programmes import service as programmes
from api.schemas import ReasonGiven
from indexer.models import Payable

router = APIRouter(prefix="/freeze-orders")


def amount_of(page: Page, read: FreezeOrderRead, minor: int | None = None) -> str:
    """An order's amount, or another that counts as it does: minor units of the payable's currency; without a payable,
    of whichever currency a piece is in.
    """
    return _amount(page, _currencies(page, [read])[read.order_id], read.amount_minor if minor is None else minor)


def _currencies(page: Page, reads: Sequence[FreezeOrderRead]) -> dict[int, list[str]]:
    """What each order's amount may be in."""
    session, deployments = page.session, page.services.deployments
    wanted = {read.payable_id for read in reads if read.payable_id is not None}
    found = session.scalars(select(Payable).where(Payable.payable_id.in_(wanted)))
    programme_of = {payable.payable_id: payable.programme_id for payable in found}
    currency_of = programmes.currencies(session, deployments, set(programme_of.values()))
    return {
        read.order_id: [currency_of[programme_of[read.payable_id]]]
        if read.payable_id in programme_of
        else served(deployments)
        for read in reads
    }


def _amount(page: Page, currencies: Sequence[str], minor: int) -> str:
    return " / ".join(page.words.money(Money(minor, currency)) for currency in currencies)


@dataclass(frozen=True)
class OrderSubject(Subject):
    """A freeze order, as compliance and its holder see it."""

    read: FreezeOrderRead

    def facts(self) -> list[Fact]:
        return [
            (mark("Holder"), self.read.holder.name or self.read.holder.address),
            (mark("Amount"), amount_of(self.page, self.read)),
            (mark("Until"), self.page.words.instant(self.read.until)),
        ]


def find(page: PageDep, order_id: OrderId) -> OrderSubject:
    """NotFound for what the reader may not see."""
    return of_read(
        page, service.read(page.session, page.services, page.reader, service.get(page.session, page.reader, order_id))
    )


def of_read(page: Page, read: FreezeOrderRead) -> OrderSubject:
    """Of what was read already."""
    return OrderSubject(page, "/freeze-orders", read.order_id, "", read)


def desk(page: PageDep) -> Subject:
    """Where freezes are ordered."""
    return Subject(page, "/freeze-orders", None, "")


def complies(subject: Subject) -> bool:
    """Whether its reader is compliance."""
    return subject.page.reader.role == Role.COMPLIANCE


def _versions(desk: Subject) -> dict[str, str]:
    """The newest first."""
    return {str(version): str(version) for version in reversed(desk.page.services.deployments.versions)}


DESK: dict[str, Case[Subject]] = {
    "order": Case(
        mark("Order a freeze"),
        mark("Order a freeze"),
        (
            mark(
                "Nothing of the holder's moves there until pieces worth the amount are set aside; then they alone stay."
            ),
            mark(
                "Its holder sees the order, and not why. Others' pieces are as before. You can release it at any time."
            ),
        ),
        mark("Order the freeze"),
        danger=True,
        primary=True,
        yours=complies,
        asks=(
            Ask("holder", mark("Holder"), "organisation", choices=lambda desk: organisations.choices(desk.page)),
            IN_CURRENCY,
            Ask("amount", mark("Amount"), "amount"),
            Ask(
                "payable_id",
                mark("Payable"),
                hint=mark("its id; all that the holder has if left empty"),
                required=False,
            ),
            Ask(
                "version",
                mark("Version of the contracts"),
                "one_of",
                mark("without a payable: each version that has payables needs an order of its own"),
                required=False,
                choices=_versions,
            ),
            Ask("until", mark("Until the end of"), "day"),
            Ask("authority", mark("Authority and number"), hint=mark("who ordered it; kept encrypted")),
            Ask("reason", mark("Reason"), "area", KEPT),
        ),
        command=anew(service.order, FreezeOrder),
    ),
}
CASES: dict[str, Case[OrderSubject]] = {
    "release": Case(
        mark("Release"),
        mark("Release the freeze"),
        (
            mark("Every hold under the order ends, and what was held moves again."),
            mark("Your reason is kept encrypted; its salted hash goes on the chain."),
        ),
        mark("Release it"),
        yours=complies,
        now=lambda subject: subject.read.live,
        asks=(Ask("reason", mark("Why it is released"), "area"),),
        command=on(service.release, ReasonGiven),
    ),
}

serve(router, DESK, desk, "")
serve(router, CASES, find, "/{order_id}")


@router.get("")
def list_orders(page: PageDep, paging: PagingDep) -> Response:
    """Those against the reader; for compliance, all."""
    found = service.list_orders(page.session, page.services, page.reader, paging)
    currencies = _currencies(page, found.items)
    return page.render(
        "freezes.html",
        items=[
            (item, _amount(page, currencies[item.order_id], item.amount_minor), links(of_read(page, item), CASES))
            for item in found.items
        ],
        next=found.next,
        cases=links(desk(page), DESK),
    )
