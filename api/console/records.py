"""Records that have no page of their own: what was paid, drawn, credited and moved, each with what proves it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import aliased

from api.console.navigation import mark
from api.console.page import Page
from api.currencies import bank_of, currency_of, tokens
from api.identity.actor import SUPERVISION
from api.pagination import PageRequest, fetch
from api.parties import Party, parties
from api.schemas import Total
from indexer.models import (
    CashPosting,
    ChainBlock,
    ChainEvent,
    DepositCredit,
    Draw,
    Payable,
    Payment,
    Receivable,
    Recovery,
)

SHOWN_MAX = 100
_CAME = (
    "DepositCredited",
    "QuoteAccepted",
    "FeePaid",
    "HolderRedeemed",
    "ReceivableRepurchased",
    "SetAsideReleased",
    "SetAsideEnforced",
    "PayOutRefused",
)
_WENT = ("PaymentReceived", "QuoteAccepted", "ReceivableRepurchased", "RecoveryReceived", "PayOutRequested")
"""What says what a movement of deposits was for, the most telling first."""


@dataclass(frozen=True, slots=True)
class Record:
    """One line. `what`: an event's name or a message id; `amount` with its sign where it has a direction."""

    at: datetime
    what: str
    party: Party | None
    amount: Total
    event: str
    """BLOCK/LOG_INDEX: what there is evidence on."""


def paid_into(page: Page, payable: Payable, currency: str) -> list[Record]:
    """What its debtor paid, late interest and netted parts included, and what came in after a write-off; newest first,
    at most SHOWN_MAX. Whoever sees the payable sees how much of it is paid."""
    kinds: list[tuple[type[Payment] | type[Recovery], str]] = [
        (Payment, mark("Payment")),
        (Recovery, mark("Recovery")),
    ]
    found = []
    for model, what in kinds:
        rows = page.session.scalars(_newest(model, model.payable_id == payable.payable_id)).all()
        times = times_of(page, rows)
        for row in rows:
            minor = row.principal + row.interest if isinstance(row, Payment) else row.amount
            found.append(_record(times, row, what, None, Total.of(minor, currency)))
    return sorted(found, key=lambda record: record.at, reverse=True)


def drawn_by(page: Page, row: Receivable, payable: Payable, currency: str) -> list[Record]:
    """What holders drew on a piece, for each of them, its debtor and supervision."""
    where = Draw.receivable_id == row.receivable_id
    if page.reader.role not in SUPERVISION and page.reader.address != payable.debtor:
        where &= Draw.holder == page.reader.address
    rows = page.session.scalars(_newest(Draw, where)).all()
    times, people = times_of(page, rows), parties(page.session, {row.holder for row in rows})
    return [
        _record(
            times,
            row,
            mark("Drawn"),
            people[row.holder],
            Total.of(row.principal + row.interest + row.recovered, currency),
        )
        for row in rows
    ]


def movements(page: Page, paging: PageRequest) -> tuple[list[Record], str | None]:
    """Of deposits on the reader's account, newest first, and the next page's cursor."""
    account = page.reader.account()
    key = [CashPosting.block_number, CashPosting.log_index, CashPosting.leg]
    rows, following = fetch(page.session, select(CashPosting).where(CashPosting.account == account), key, paging)
    times, told, others = times_of(page, rows), _said_with(page, rows), _other_legs(page, rows)
    known, lines = page.services.deployments, []
    for row in rows:
        place = (row.block_hash, row.log_index)
        event = _telling(told[place], account, _CAME if row.amount > 0 else _WENT)
        named = [] if event is None else [value for value in event.args.values() if isinstance(value, str)]
        lines.append((row, event, [one for one in (others.get(place), *named) if one not in (None, account)]))
    people = parties(page.session, {one for _, _, named in lines for one in named})
    records = []
    for row, event, named in lines:
        party = next((people[one] for one in named if people[one].name), None)
        amount = Total.of(row.amount, currency_of(known, row.token))
        records.append(_record(times, event or row, "Transfer" if event is None else event.name, party, amount))
    return records, following


def credits_of(page: Page, paging: PageRequest) -> tuple[list[Record], str | None]:
    """What the bank that reads credited, newest first, and the next page's cursor."""
    known = page.services.deployments
    own = [token for token in tokens(known) if bank_of(known, token) == page.reader.address]
    key = [DepositCredit.block_number, DepositCredit.log_index]
    rows, following = fetch(page.session, select(DepositCredit).where(DepositCredit.token.in_(own)), key, paging)
    times, people = times_of(page, rows), parties(page.session, {row.account for row in rows})
    return [
        _record(times, row, "DepositCredited", people[row.account], Total.of(row.amount, currency_of(known, row.token)))
        for row in rows
    ], following


def places(page: Page, name: str, subjects: Iterable[str]) -> dict[str, str]:
    """Subject → BLOCK/LOG_INDEX of the newest event of that name about it."""
    rows = page.session.execute(
        select(ChainEvent.subject, ChainEvent.block_number, ChainEvent.log_index)
        .where(ChainEvent.name == name, ChainEvent.subject.in_(sorted(subjects)))
        .order_by(ChainEvent.block_number, ChainEvent.log_index)
    )
    return {row.subject: f"{row.block_number}/{row.log_index}" for row in rows}


def _newest(model: Any, where: ColumnElement[bool]) -> Select[Any]:
    return select(model).where(where).order_by(model.block_number.desc(), model.log_index.desc()).limit(SHOWN_MAX)


def _record(times: dict[str, datetime], row: Any, what: str, party: Party | None, amount: Total) -> Record:
    return Record(times[row.block_hash], what, party, amount, f"{row.block_number}/{row.log_index}")


def times_of(page: Page, rows: Sequence[Any]) -> dict[str, datetime]:
    """Hash → time of the blocks that rows of events came with."""
    query = select(ChainBlock.hash, ChainBlock.timestamp).where(ChainBlock.hash.in_({row.block_hash for row in rows}))
    return {row.hash: datetime.fromtimestamp(row.timestamp, UTC) for row in page.session.execute(query)}


def _said_with(page: Page, rows: Sequence[CashPosting]) -> dict[tuple[str, int], list[ChainEvent]]:
    """Place of each movement → all that its transaction said."""
    found: dict[tuple[str, int], list[ChainEvent]] = defaultdict(list)
    if not rows:
        return found
    other = aliased(ChainEvent)
    query = (
        select(ChainEvent.block_hash, ChainEvent.log_index, other)
        .join(other, (other.block_hash == ChainEvent.block_hash) & (other.tx_hash == ChainEvent.tx_hash))
        .where(or_(*(_at(ChainEvent, row.block_hash, row.log_index) for row in rows)), other.business)
    )
    for block_hash, log_index, event in page.session.execute(query):
        found[block_hash, log_index].append(event)
    return found


def _other_legs(page: Page, rows: Sequence[CashPosting]) -> dict[tuple[str, int], str]:
    """Place of each movement → the account on its other side."""
    if not rows:
        return {}
    ends = or_(*(_at(CashPosting, row.block_hash, row.log_index) & (CashPosting.leg != row.leg) for row in rows))
    legs = page.session.scalars(select(CashPosting).where(ends))
    return {(leg.block_hash, leg.log_index): leg.account for leg in legs}


def _at(model: Any, block_hash: str, log_index: int) -> ColumnElement[bool]:
    found: ColumnElement[bool] = (model.block_hash == block_hash) & (model.log_index == log_index)
    return found


def _telling(events: Iterable[ChainEvent], account: str, kinds: Sequence[str]) -> ChainEvent | None:
    """The most telling event that names the account; a refused pay-out's names nobody."""
    named = {event.name: event for event in events if event.name == "PayOutRefused" or account in event.args.values()}
    return next((named[kind] for kind in kinds if kind in named), None)
