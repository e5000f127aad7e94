"""What the first screens show: a few rows of each kind, prices, and sums by party and by when they fall due."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, select

from api.console.charts import Rung, Slice, ladder, shares
from api.console.page import Page
from api.domain.dates import DayCount, from_day, year_fraction
from api.domain.money import Money
from api.domain.pricing import PPM, round_half_up
from api.domain.settlement import Share, due_after
from api.financing.schemas import QuoteRead
from api.identity.actor import Role
from api.invoices.models import Invoice
from api.parties import parties
from api.payables import reading as payables
from api.payables.schemas import PayableRead
from api.programmes import service as programmes
from api.receivables import reading as receivables
from api.receivables.schemas import ReceivableRead
from api.schemas import Total
from indexer.models import Deal, Payable, PayableState, Receivable, ReceivableState

Columns = Row[*tuple[Any, ...]]
"""Of a query that reads no models: its columns by their names."""
TAKES_PART = {Role.CORE_ENTERPRISE, Role.SUPPLIER, Role.FINANCIER, Role.BANK}
"""Who is admitted: operator, regulator and compliance take no part in the chain's business."""
SHOWN_MAX = 500
"""Rows of a kind that one screen shows; sums are of all, see `sums`."""


def totals(amounts: Iterable[tuple[int, str]]) -> list[Total]:
    """Sums by currency, the largest first."""
    sums: dict[str, int] = defaultdict(int)
    for minor, currency in amounts:
        sums[currency] += minor
    return [Total.of(minor, currency) for currency, minor in sorted(sums.items(), key=lambda found: -found[1])]


def minor_of(total: Total | Money) -> int:
    """Minor units of what the API tells as a decimal."""
    if isinstance(total, Money):
        return total.minor
    sign = -1 if total.amount.startswith("-") else 1
    return sign * int("".join(digit for digit in total.amount if digit.isdigit()))


@dataclass(frozen=True, slots=True)
class Holding:
    """A live piece of the reader's, and what of it could be drawn now."""

    piece: ReceivableRead
    drawable: Money
    overdue: bool


def holdings(page: Page, *where: ColumnElement[bool], most: int = SHOWN_MAX) -> list[Holding]:
    """The reader's live pieces (of these alone), the soonest due first."""
    account = page.reader.address
    found = page.session.execute(
        select(Receivable, Payable)
        .join(Payable, Payable.payable_id == Receivable.payable_id)
        .where(
            Receivable.holder == account, Receivable.state == ReceivableState.LIVE, Receivable.parking.is_(None), *where
        )
        .order_by(Payable.due_date, Receivable.receivable_id)
        .limit(most)
    ).all()
    rows = [row for row, _ in found]
    read = receivables.read_all(page.session, page.services, page.reader, rows)
    today = page.today
    return [
        Holding(
            piece,
            Money(drawable(row, payable), piece.value.currency),
            payable.state == PayableState.CONFIRMED and piece.due_date < today,
        )
        for piece, (row, payable) in zip(read, found, strict=True)
    ]


def drawable(row: Receivable | Columns, payable: Payable | Columns) -> int:
    """Minor units that its holder can be paid now, as the contract computes them; holds may set some of it aside."""
    share = Share(row.start, row.end, row.drawn_principal, row.drawn_interest)
    return due_after(payable.face_value, payable.paid, payable.interest_paid, share)


def unproposed(page: Page, most: int) -> Sequence[Invoice]:
    """Invoices that the reader uploaded and has not proposed to their buyers, the newest first."""
    query = select(Invoice).where(_unproposed(page)).order_by(Invoice.created_at.desc(), Invoice.id)
    return page.session.scalars(query.limit(most)).all()


def count_unproposed(page: Page) -> int:
    """How many there are."""
    return page.session.scalar(select(func.count()).where(_unproposed(page))) or 0


def _unproposed(page: Page) -> ColumnElement[bool]:
    there = exists().where(Payable.payable_id == Invoice.payable_id)
    return and_(Invoice.organisation_id == page.reader.organisation_id, ~there)


def owed_by(page: Page, where: ColumnElement[bool], *, most: int = SHOWN_MAX) -> list[PayableRead]:
    """Confirmed payables of which something is outstanding, the soonest due first."""
    rows = page.session.scalars(
        select(Payable)
        .where(Payable.state == PayableState.CONFIRMED, where)
        .order_by(Payable.due_date, Payable.payable_id)
        .limit(most)
    ).all()
    return payables.read_all(page.session, page.services, rows)


def waiting(page: Page, where: ColumnElement[bool], *states: PayableState, most: int = SHOWN_MAX) -> list[PayableRead]:
    """Payables in these states, the oldest first."""
    rows = page.session.scalars(
        select(Payable)
        .where(Payable.state.in_([int(state) for state in states]), where)
        .order_by(Payable.proposed_at, Payable.payable_id)
        .limit(most)
    ).all()
    return payables.read_all(page.session, page.services, rows)


def ladders(today: date, dues: Iterable[tuple[date, int, str]]) -> dict[str, list[Rung]]:
    """A maturity ladder for each currency."""
    by_currency: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for day, minor, currency in dues:
        by_currency[currency].append((day, minor))
    return {currency: rungs for currency, found in by_currency.items() if (rungs := ladder(today, currency, found))}


@dataclass(frozen=True, slots=True)
class Price:
    """What money costs the reader, as far as it was ever told: a simple yearly rate, deducted up front (R-14a)."""

    rate_ppm: int
    day: date
    quoted: bool
    """By an open quote of today; else it is the rate of the reader's newest deal."""


def price_of(page: Page, offers: Sequence[QuoteRead] = ()) -> Price | None:
    """The best open offer's rate, else the newest deal's, on 360 days; None where neither is there."""
    if offers:
        best = min(offers, key=lambda offer: offer.yield_ppm)
        return Price(
            _simple_rate(best.discount.minor, best.value.minor, best.value_date, best.due_date), page.today, True
        )
    deal, due = page.session.execute(
        select(Deal, Payable.due_date)
        .join(Payable, Payable.payable_id == Deal.payable_id)
        .where(Deal.supplier == page.reader.address)
        .order_by(Deal.block_number.desc(), Deal.log_index.desc())
        .limit(1)
    ).one_or_none() or (None, None)
    if deal is None or due is None or due <= deal.value_date:
        return None
    sold_on = from_day(deal.value_date)
    return Price(_simple_rate(deal.discount, deal.value, sold_on, from_day(due)), sold_on, False)


def _simple_rate(discount: int, value: int, start: date, end: date) -> int:
    return round_half_up(discount * PPM / (value * year_fraction(start, end, DayCount.ACT_360)))


def by_party(page: Page, amounts: Iterable[tuple[str, int, str]]) -> dict[str, list[Slice]]:
    """Who has what part of it all, by currency, from (account, minor units, currency)."""
    by_currency: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for account, minor, currency in amounts:
        by_currency[currency][account] += minor
    people = parties(page.session, {account for parts in by_currency.values() for account in parts})
    return {
        currency: shares(currency, {(people[account].name or "", account): minor for account, minor in parts.items()})
        for currency, parts in by_currency.items()
    }


def held_by(page: Page) -> dict[str, list[Slice]]:
    """Who holds what is owed, by currency: of all that is confirmed and open. For supervision."""
    rows = page.session.execute(
        select(Receivable.holder, Payable.programme_id, func.sum(Receivable.end - Receivable.start))
        .join(Payable, Payable.payable_id == Receivable.payable_id)
        .where(
            Payable.state == PayableState.CONFIRMED,
            Receivable.state == ReceivableState.LIVE,
            Receivable.parking.is_(None),
        )
        .group_by(Receivable.holder, Payable.programme_id)
    ).all()
    currencies = programmes.currencies(page.session, page.services.deployments, {row[1] for row in rows})
    return by_party(page, ((holder, int(minor), currencies[programme_id]) for holder, programme_id, minor in rows))
