"""What is owed and held, all of it: the sums of first screens and pictures are exact, however many rows they are of.
Rows in minor units, and no models: lists show a few of them by `figures`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, select, true

from api.console.figures import Columns, drawable
from api.console.page import Page
from api.currencies import currency_of, tokens
from api.domain.dates import from_day, to_day
from api.financing.models import FinancingRequest
from api.financing.reading import open_requests
from api.identity.actor import SUPERVISION
from api.payables.interest import owed
from api.programmes import service as programmes
from api.reading import newest_block
from api.schemas import Total
from indexer import queries
from indexer.models import CashPosting, Payable, PayableState, Receivable, ReceivableState
from node_adapter.db import once


@dataclass(frozen=True, slots=True)
class Debt:
    """A payable. `amount`: outstanding of one that is confirmed, with late interest; else its face value."""

    payable_id: str
    debtor: str
    amount: int
    currency: str
    due_date: date
    overdue: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A live piece of the reader's."""

    receivable_id: str
    debtor: str
    currency: str
    due_date: date
    owed: int
    """Still to come of its face."""
    free: int
    """Can move."""
    drawable: int
    """Could be paid out now; holds may set some of it aside."""
    overdue: bool

    def sellable(self, today: date) -> bool:
        """Whether a financier would still buy it: something is free, it is not due, and nothing of it is paid."""
        return bool(self.free) and self.due_date > today and not self.drawable


def debts(page: Page, where: ColumnElement[bool], state: PayableState = PayableState.CONFIRMED) -> list[Debt]:
    """All payables in this state, the soonest due first."""
    rows = page.session.execute(
        select(
            Payable.payable_id,
            Payable.debtor,
            Payable.programme_id,
            Payable.due_date,
            Payable.state,
            Payable.face_value,
            Payable.paid,
            Payable.late_rate_ppm,
        )
        .where(Payable.state == state, where)
        .order_by(Payable.due_date, Payable.payable_id)
    ).all()
    currencies = _currencies(page, rows)
    confirmed, today = state == PayableState.CONFIRMED, to_day(page.today)
    outstanding = owed(page.session, rows, newest_block(page.session).timestamp) if confirmed else {}
    return [
        Debt(
            row.payable_id,
            row.debtor,
            sum(outstanding[row.payable_id]) if confirmed else row.face_value,
            currencies[row.programme_id],
            from_day(row.due_date),
            confirmed and row.due_date < today,
        )
        for row in rows
    ]


def owed_here(page: Page) -> list[Debt]:
    """What the reader owes, and for supervision everybody; read once a page."""
    everybodys = page.reader.role in SUPERVISION
    where = true() if everybodys else Payable.debtor == page.reader.address
    return once(page.session, "owed here", lambda: debts(page, where))


def held(page: Page) -> list[Held]:
    """All live pieces of the reader's, the soonest due first; read once a page."""
    return once(page.session, "held", lambda: _held(page, page.reader.address or ""))


def _held(page: Page, account: str) -> list[Held]:
    mine = and_(Receivable.holder == account, Receivable.state == ReceivableState.LIVE, Receivable.parking.is_(None))
    rows = page.session.execute(
        select(
            Receivable.receivable_id,
            Receivable.start,
            Receivable.end,
            Receivable.drawn_principal,
            Receivable.drawn_interest,
            Receivable.drawn_recovered,
            Payable.payable_id,
            Payable.debtor,
            Payable.programme_id,
            Payable.due_date,
            Payable.state,
            Payable.face_value,
            Payable.paid,
            Payable.interest_paid,
        )
        .join(Payable, Payable.payable_id == Receivable.payable_id)
        .where(mine)
        .order_by(Payable.due_date, Receivable.receivable_id)
    ).all()
    currencies, today = _currencies(page, rows), to_day(page.today)
    now = newest_block(page.session).timestamp
    taken = queries.held_on(page.session, select(Receivable.receivable_id).where(mine), now)
    blocked = queries.blocked_payables(page.session, account, {row.payable_id for row in rows}, now)
    found = []
    for row in rows:
        value = row.end - row.start
        found.append(
            Held(
                row.receivable_id,
                row.debtor,
                currencies[row.programme_id],
                from_day(row.due_date),
                owed=max(0, value - row.drawn_principal - row.drawn_interest - row.drawn_recovered),
                free=0 if row.payable_id in blocked else value - taken.get(row.receivable_id, 0),
                drawable=drawable(row, row),
                overdue=row.state == PayableState.CONFIRMED and row.due_date < today,
            )
        )
    return found


def on_offer(page: Page) -> list[FinancingRequest]:
    """All requests that a financier may still quote for, the newest first."""
    not_due = exists().where(Payable.payable_id == FinancingRequest.payable_id, Payable.due_date > to_day(page.today))
    return list(page.session.scalars(open_requests(page.session, page.reader).where(not_due)))


def balances(page: Page, accounts: Iterable[str]) -> dict[str, list[Total]]:
    """What each account has of the network's deposits, by currency: for the bank that issued them."""
    deployments = page.services.deployments
    kinds = [(token, currency_of(deployments, token)) for token in tokens(deployments)]
    key = (CashPosting.account, CashPosting.token)
    rows = page.session.execute(select(*key, func.sum(CashPosting.amount)).group_by(*key))
    has = {(account, token): int(amount) for account, token, amount in rows}
    return {
        account: [Total.of(has.get((account, token), 0), currency) for token, currency in kinds] for account in accounts
    }


def _currencies(page: Page, rows: Iterable[Columns]) -> dict[int, str]:
    return programmes.currencies(page.session, page.services.deployments, {row.programme_id for row in rows})
