"""What the first screens count: sums over the index's rows, all of one moment."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, func, select, true

from api.console.charts import Rung, Slice, ladder, shares
from api.console.page import Page
from api.currencies import currency_of, tokens
from api.domain.dates import DayCount, from_day, to_day, year_fraction
from api.domain.money import Money
from api.domain.pricing import PPM, round_half_up
from api.domain.settlement import Share, due_after
from api.financing.schemas import QuoteRead
from api.identity.actor import Role
from api.invoices.models import Invoice
from api.parties import Party, parties
from api.payables import reading as payables
from api.payables.schemas import PayableRead
from api.programmes import service as programmes
from api.receivables import reading as receivables
from api.receivables.schemas import ReceivableRead
from api.schemas import Total
from indexer import queries
from indexer.models import Deal, Payable, PayableState, Receivable, ReceivableState

TAKES_PART = {Role.CORE_ENTERPRISE, Role.SUPPLIER, Role.FINANCIER, Role.BANK}
"""Who is admitted: operator, regulator and compliance take no part in the chain's business."""
SHOWN_MAX = 500
"""Rows that one screen reads; whoever has more is told, and finds the rest in the lists."""


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

    @property
    def owed(self) -> int:
        """Minor units still to come of its face."""
        return max(0, self.piece.value.minor - minor_of(self.piece.drawn))


def holdings(page: Page, *where: ColumnElement[bool]) -> list[Holding]:
    """The reader's live pieces (of these alone), the soonest due first, at most SHOWN_MAX."""
    account = page.reader.address
    found = page.session.execute(
        select(Receivable, Payable)
        .join(Payable, Payable.payable_id == Receivable.payable_id)
        .where(
            Receivable.holder == account, Receivable.state == ReceivableState.LIVE, Receivable.parking.is_(None), *where
        )
        .order_by(Payable.due_date, Receivable.receivable_id)
        .limit(SHOWN_MAX)
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


def free(found: Holding) -> int:
    """Minor units of it that can move."""
    return 0 if found.piece.free is None else found.piece.free.minor


def sellable(found: Holding, today: date) -> bool:
    """Whether a financier would still buy it: something is free, it is not due, and nothing of it is paid."""
    return bool(free(found)) and found.piece.due_date > today and not found.drawable.minor


def drawable(row: Receivable, payable: Payable) -> int:
    """Minor units that its holder can be paid now, as the contract computes them; holds may set some of it aside."""
    share = Share(row.start, row.end, row.drawn_principal, row.drawn_interest)
    return due_after(payable.face_value, payable.paid, payable.interest_paid, share)


def unproposed(page: Page) -> Sequence[Invoice]:
    """Invoices that the reader uploaded and has not proposed to their buyers, the newest first, at most SHOWN_MAX."""
    there = exists().where(Payable.payable_id == Invoice.payable_id)
    query = select(Invoice).where(Invoice.organisation_id == page.reader.organisation_id, ~there)
    return page.session.scalars(query.order_by(Invoice.created_at.desc(), Invoice.id).limit(SHOWN_MAX)).all()


def owed_by(page: Page, where: ColumnElement[bool]) -> list[PayableRead]:
    """Confirmed payables of which something is outstanding, the soonest due first, at most SHOWN_MAX."""
    rows = page.session.scalars(
        select(Payable)
        .where(Payable.state == PayableState.CONFIRMED, where)
        .order_by(Payable.due_date, Payable.payable_id)
        .limit(SHOWN_MAX)
    ).all()
    return payables.read_all(page.session, page.services, rows)


def waiting(page: Page, where: ColumnElement[bool], *states: PayableState) -> list[PayableRead]:
    """Payables in these states, the oldest first."""
    rows = page.session.scalars(
        select(Payable)
        .where(Payable.state.in_([int(state) for state in states]), where)
        .order_by(Payable.proposed_at, Payable.payable_id)
        .limit(SHOWN_MAX)
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


def in_days(today: date, day: date, within: int) -> bool:
    """Whether it falls due within so many days, today's and late ones included."""
    return to_day(day) <= to_day(today) + within


def cash_of(page: Page, account: str) -> list[Total]:
    """What an account has of the network's deposits, by currency: for the bank that issued them."""
    deployments = page.services.deployments
    return [
        Total.of(queries.cash_balance(page.session, account, token), currency_of(deployments, token))
        for token in tokens(deployments)
    ]


def owed_to(page: Page) -> dict[str, list[Slice]]:
    """Who owes the reader what, by currency."""
    return _by_party((one.piece.debtor, one.owed, one.piece.value.currency) for one in holdings(page))


def owed_by_all(page: Page) -> dict[str, list[Slice]]:
    """Who owes what, by currency, of all that is confirmed and open. For supervision."""
    rows = owed_by(page, true())
    return _by_party((row.debtor, minor_of(row.outstanding), row.face_value.currency) for row in rows)


def _by_party(amounts: Iterable[tuple[Party, int, str]]) -> dict[str, list[Slice]]:
    by_currency: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for party, minor, currency in amounts:
        by_currency[currency][party.name or "", party.address] += minor
    return {currency: shares(currency, parts) for currency, parts in by_currency.items()}


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
    people = parties(page.session, {row[0] for row in rows})
    by_currency: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    for holder, programme_id, minor in rows:
        parts = by_currency[currencies[programme_id]]
        key = (people[holder].name or "", holder)
        parts[key] = parts.get(key, 0) + int(minor)
    return {currency: shares(currency, parts) for currency, parts in by_currency.items()}
