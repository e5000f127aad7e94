"""The first screen of each kind of organisation: it answers the question that it comes with."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import func, select, true

from api.console import figures
from api.console.charts import price_of_waiting
from api.console.figures import TAKES_PART, holdings, in_days, minor_of, owed_by, totals, waiting
from api.console.page import Page, PageDep
from api.console.stuck import stuck_operations, what_waits
from api.console.waits import waits
from api.domain.dates import DayCount
from api.domain.money import Money
from api.financing import reading as financing
from api.financing.models import FinancingQuote
from api.holds import service as holds
from api.identity import standing
from api.identity.actor import Role
from api.key_rotations import service as key_rotations
from api.pagination import PageRequest
from api.settlement import pay_outs
from api.settlement import service as settlement
from indexer.models import ChainBlock, ChainEvent, Payable, PayableState

router = APIRouter()
PAY_WITHIN_DAYS = 90
DAY_S = 86_400
FIRST = PageRequest(None, 200)
SHORT_LIST = 8


@router.get("/")
def home(page: PageDep) -> Response:
    """Whose it is decides which."""
    return _HOMES[page.reader.role](page)


def _supplier(page: Page) -> Response:
    own = holdings(page)
    today = page.today
    sellable = [found for found in own if figures.sellable(found, today)]
    offers = financing.best_offers(page.session, page.services, page.reader)
    price = figures.price_of(page, offers)
    wait = []
    if price is not None and sellable:
        largest = max(sellable, key=figures.free)
        value = Money(figures.free(largest), largest.piece.value.currency)
        wait = price_of_waiting(value, price.rate_ppm, DayCount.ACT_360, today, largest.piece.due_date)
    return page.render(
        "home_supplier.html",
        waits=waits(page),
        owed=totals((found.owed, found.piece.value.currency) for found in own),
        sellable=totals((figures.free(found), found.piece.value.currency) for found in sellable),
        drawable=[found for found in own if found.drawable.minor],
        holdings=own[:SHORT_LIST],
        count=len(own),
        ladders=figures.ladders(today, ((h.piece.due_date, h.owed, h.piece.value.currency) for h in own)),
        cash=_cash(page),
        offers=offers,
        refusable=[found.piece for found in own if found.piece.refusable_until is not None],
        price=price,
        wait=wait,
        today=today,
        invoices=len(figures.unproposed(page)),
    )


def _cash(page: Page) -> Any:
    """None while the account was never used."""
    return settlement.account(page.session, page.services, page.reader).balances


def _core_enterprise(page: Page) -> Response:
    mine = Payable.debtor == page.reader.address
    owed = owed_by(page, mine)
    today = page.today
    soon = [row for row in owed if in_days(today, row.due_date, PAY_WITHIN_DAYS)]
    proposed = waiting(page, mine, PayableState.PROPOSED)
    return page.render(
        "home_debtor.html",
        waits=waits(page),
        proposed=proposed,
        disputed=waiting(page, mine, PayableState.DISPUTED),
        soon=soon,
        late=[row for row in owed if row.overdue],
        due=totals((minor_of(row.outstanding), row.face_value.currency) for row in soon),
        owed=totals((minor_of(row.outstanding), row.face_value.currency) for row in owed),
        asked=totals((row.face_value.minor, row.face_value.currency) for row in proposed),
        ladders=figures.ladders(
            today, ((row.due_date, minor_of(row.outstanding), row.face_value.currency) for row in owed)
        ),
        cash=_cash(page),
        within=PAY_WITHIN_DAYS,
        today=today,
        short_list=SHORT_LIST,
    )


def _financier(page: Page) -> Response:
    own = holdings(page)
    requests = financing.list_requests(page.session, page.services, page.reader, FIRST).items
    quoted = set(
        page.session.scalars(
            select(FinancingQuote.request_id).where(
                FinancingQuote.organisation_id == page.reader.organisation_id,
                FinancingQuote.request_id.in_([request.id for request in requests]),
            )
        )
    )
    on_offer = [request for request in requests if request.state == "open" and request.due_date > page.today]
    return page.render(
        "home_financier.html",
        waits=waits(page),
        on_offer=on_offer,
        quoted=quoted,
        offered=totals((request.value.minor, request.value.currency) for request in on_offer),
        held=totals((found.owed, found.piece.value.currency) for found in own),
        late=[found for found in own if found.overdue and not found.drawable.minor],
        drawable=[found for found in own if found.drawable.minor],
        holdings=own[:SHORT_LIST],
        exposure=figures.owed_to(page),
        ladders=figures.ladders(page.today, ((h.piece.due_date, h.owed, h.piece.value.currency) for h in own)),
        cash=_cash(page),
        today=page.today,
        short_list=SHORT_LIST,
    )


def _operator(page: Page) -> Response:
    people = standing.list_participants(page.session, page.services, page.reader, FIRST).items
    rotations = key_rotations.list_rotations(page.session, page.services, page.reader, FIRST).items
    return page.render(
        "home_operator.html",
        waits=waits(page),
        waiting=[one for one in people if one.status == "registered" and one.role in TAKES_PART],
        active=sum(one.status == "active" for one in people),
        suspended=[one for one in people if one.status == "suspended"],
        stuck=stuck_operations(page),
        approvals=[one for one in rotations if one.state == "prepared" and one.prepared_by != page.reader.login],
        counts=what_waits(page),
        today=page.today,
    )


def _bank(page: Page) -> Response:
    people = standing.list_participants(page.session, page.services, page.reader, FIRST).items
    credited = {
        one.address: figures.cash_of(page, one.address) for one in people if one.address and one.role in TAKES_PART
    }
    return page.render(
        "home_bank.html",
        people=[one for one in people if one.address in credited],
        credited=credited,
        issued=totals((minor_of(one), one.currency) for found in credited.values() for one in found),
        asked=[
            one
            for one in pay_outs.list_pay_outs(page.session, page.services, page.reader, FIRST).items
            if one.state == "requested"
        ],
    )


def _supervisor(page: Page) -> Response:
    owed = owed_by(page, true())
    today = page.today
    orders = []
    if page.reader.role == Role.COMPLIANCE:
        orders = holds.list_orders(page.session, page.services, page.reader, FIRST).items
    return page.render(
        "home_supervisor.html",
        owed=totals((minor_of(row.outstanding), row.face_value.currency) for row in owed),
        exposure=figures.owed_by_all(page),
        held=figures.held_by(page),
        late=[row for row in owed if row.overdue],
        changes=_changes(page),
        orders=[order for order in orders if order.live],
        ladders=figures.ladders(
            today, ((row.due_date, minor_of(row.outstanding), row.face_value.currency) for row in owed)
        ),
        today=today,
        short_list=SHORT_LIST,
    )


def _changes(page: Page) -> list[tuple[str, int]]:
    """What happened in the day before the newest block, by kind, the most frequent first."""
    newest = page.session.scalar(select(func.max(ChainBlock.timestamp))) or 0
    query = (
        select(ChainEvent.name, func.count())
        .join(ChainBlock, ChainBlock.hash == ChainEvent.block_hash)
        .where(ChainEvent.business, ChainBlock.timestamp > newest - DAY_S)
        .group_by(ChainEvent.name)
        .order_by(func.count().desc(), ChainEvent.name)
    )
    return [(name, count) for name, count in page.session.execute(query)]


_HOMES: dict[Role, Callable[[Page], Response]] = {
    Role.SUPPLIER: _supplier,
    Role.CORE_ENTERPRISE: _core_enterprise,
    Role.FINANCIER: _financier,
    Role.OPERATOR: _operator,
    Role.BANK: _bank,
    Role.REGULATOR: _supervisor,
    Role.COMPLIANCE: _supervisor,
}
