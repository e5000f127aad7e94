"""The first screen of each kind of organisation: it answers the question that it comes with."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import func, select

from api.console import figures, sums
from api.console.charts import price_of_waiting
from api.console.figures import TAKES_PART, holdings, minor_of, owed_by, totals, waiting
from api.console.page import Page, PageDep
from api.console.stuck import stuck_operations, what_waits
from api.console.waits import waits
from api.currencies import currency_of
from api.domain.dates import DayCount, to_day
from api.domain.money import Money
from api.financing import reading as financing
from api.financing.models import FinancingQuote
from api.identity import standing
from api.identity.actor import Role
from api.identity.schemas import ParticipantRead
from api.key_rotations import service as key_rotations
from api.pagination import every
from api.reading import newest_block
from api.settlement import pay_outs
from api.settlement import service as settlement
from indexer import queries
from indexer.models import ChainBlock, ChainEvent, Payable, PayableState, PayOut, PayOutState, Receivable

router = APIRouter()
PAY_WITHIN_DAYS = 90
DAY_S = 86_400
SHORT_LIST = 8


@router.get("/")
def home(page: PageDep) -> Response:
    """Whose it is decides which."""
    return _HOMES[page.reader.role](page)


def _supplier(page: Page) -> Response:
    own, today = sums.held(page), page.today
    sellable = [found for found in own if found.sellable(today)]
    offers = financing.best_offers(page.session, page.services, page.reader)
    price = figures.price_of(page, offers)
    wait = []
    if price is not None and sellable:
        largest = max(sellable, key=lambda found: found.free)
        value = Money(largest.free, largest.currency)
        wait = price_of_waiting(value, price.rate_ppm, DayCount.ACT_360, today, largest.due_date)
    came_in = holdings(page, Receivable.refusable.is_(True))
    return page.render(
        "home_supplier.html",
        waits=waits(page),
        owed=totals((found.owed, found.currency) for found in own),
        next_due=next((found.due_date for found in own if not found.overdue), None),
        sellable=totals((found.free, found.currency) for found in sellable),
        drawable=[found for found in own if found.drawable],
        holdings=holdings(page, most=SHORT_LIST),
        count=len(own),
        ladders=figures.ladders(today, ((found.due_date, found.owed, found.currency) for found in own)),
        cash=_cash(page),
        offers=offers,
        refusable=[found.piece for found in came_in if found.piece.refusable_until is not None],
        price=price,
        wait=wait,
        today=today,
        invoices=figures.count_unproposed(page),
    )


def _cash(page: Page) -> Any:
    """None while the account was never used."""
    return settlement.account(page.session, page.services, page.reader).balances


def _core_enterprise(page: Page) -> Response:
    mine, today = Payable.debtor == page.reader.address, page.today
    owed = sums.owed_here(page)
    last = today + timedelta(days=PAY_WITHIN_DAYS)
    soon = [row for row in owed if row.due_date <= last]  # what is late, too
    proposed = sums.debts(page, mine, PayableState.PROPOSED)
    return page.render(
        "home_debtor.html",
        waits=waits(page),
        proposed=waiting(page, mine, PayableState.PROPOSED, most=SHORT_LIST),
        proposals=len(proposed),
        disputed=sums.debts(page, mine, PayableState.DISPUTED),
        next_due=soon[0].due_date if soon else None,
        soon=owed_by(page, mine & (Payable.due_date <= to_day(last)), most=SHORT_LIST),
        late=[row for row in owed if row.overdue],
        due=totals((row.amount, row.currency) for row in soon),
        owed=totals((row.amount, row.currency) for row in owed),
        asked=totals((row.amount, row.currency) for row in proposed),
        ladders=figures.ladders(today, ((row.due_date, row.amount, row.currency) for row in owed)),
        cash=_cash(page),
        within=PAY_WITHIN_DAYS,
        today=today,
    )


def _financier(page: Page) -> Response:
    own, offered = sums.held(page), sums.on_offer(page)
    quoted = select(FinancingQuote.request_id).where(FinancingQuote.organisation_id == page.reader.organisation_id)
    done = set(page.session.scalars(quoted))
    deployments = page.services.deployments
    return page.render(
        "home_financier.html",
        waits=waits(page),
        on_offer=financing.read_requests(page.session, page.services, offered[:SHORT_LIST]),
        requests=len(offered),
        unquoted=sum(row.id not in done for row in offered),
        offered=totals((row.value, currency_of(deployments, row.deposit_token)) for row in offered),
        held=totals((found.owed, found.currency) for found in own),
        late=[found for found in own if found.overdue and not found.drawable],
        drawable=[found for found in own if found.drawable],
        holdings=holdings(page, most=SHORT_LIST),
        exposure=figures.by_party(page, ((found.debtor, found.owed, found.currency) for found in own)),
        ladders=figures.ladders(page.today, ((found.due_date, found.owed, found.currency) for found in own)),
        cash=_cash(page),
        today=page.today,
    )


def _operator(page: Page) -> Response:
    people = _people(page)
    rotations = every(lambda part: key_rotations.list_rotations(page.session, page.services, page.reader, part))
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


def _people(page: Page) -> list[ParticipantRead]:
    """Every organisation."""
    return list(every(lambda part: standing.list_participants(page.session, page.services, page.reader, part)))


def _bank(page: Page) -> Response:
    people = [one for one in _people(page) if one.address and one.role in TAKES_PART]
    credited = sums.balances(page, [str(one.address) for one in people])
    asked = select(func.count()).where(
        pay_outs.visible_to(page.services, page.reader), PayOut.state == PayOutState.REQUESTED
    )
    return page.render(
        "home_bank.html",
        people=people,
        credited=credited,
        issued=totals((minor_of(one), one.currency) for found in credited.values() for one in found),
        asked=page.session.scalar(asked) or 0,
    )


def _supervisor(page: Page) -> Response:
    owed, today = sums.owed_here(page), page.today
    orders = select(func.count()).where(queries.live_order(newest_block(page.session).timestamp))
    return page.render(
        "home_supervisor.html",
        owed=totals((row.amount, row.currency) for row in owed),
        exposure=figures.by_party(page, ((row.debtor, row.amount, row.currency) for row in owed)),
        held=figures.held_by(page),
        overdue=sum(row.overdue for row in owed),
        late=owed_by(page, Payable.due_date < to_day(today), most=SHORT_LIST),
        changes=_changes(page),
        orders=page.session.scalar(orders) if page.reader.role == Role.COMPLIANCE else None,
        ladders=figures.ladders(today, ((row.due_date, row.amount, row.currency) for row in owed)),
        today=today,
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
