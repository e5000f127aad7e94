"""Receivables as each party sees them: holder and debtor as they are, who handed one on as it left."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import texts
from api.context import Services
from api.domain.dates import end_of_day, from_day
from api.domain.money import Money
from api.identity.actor import Actor
from api.pagination import PageRequest, fetch
from api.parties import parties
from api.programmes import service as programmes
from api.reading import newest_block
from api.receivables.schemas import ReceivableRead, Receivables
from api.receivables.service import visible_to
from api.schemas import Total
from indexer import queries
from indexer.models import MoveKind, Payable, Programme, Receivable, ReceivableMove, ReceivableState

State = Literal["live", "redeemed", "merged", "cancelled", "handed_on"]

_HANDING_ON = {MoveKind.SPLIT, MoveKind.TRANSFER}
"""What takes a piece out of its holder's hands; a refusal or a repurchase is a transfer too."""


def list_receivables(
    session: Session, services: Services, actor: Actor, page: PageRequest, payable_id: str | None
) -> Receivables:
    """The receivables that the actor may see, by id; of one payable if asked."""
    query = select(Receivable).where(visible_to(actor.address))
    if payable_id is not None:
        query = query.where(Receivable.payable_id == payable_id)
    rows, following = fetch(session, query, [Receivable.receivable_id], page)
    return Receivables(items=read_all(session, services, actor, rows), next=following, **services.as_of(session))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What of a receivable differs with who looks at it. `held`: none where it is not live, or another's."""

    state: State
    holder: str
    endorser: str | None
    end: int
    drawn: int
    last_block: int
    held: int | None = None


def _as_seen_by(session: Session, party: str | None, rows: Sequence[Receivable], owed: set[str]) -> dict[str, _Seen]:
    """The row itself to holder and debtor (`owed`: payables of the party's). To whoever handed the piece on, the piece
    as it left: what its receiver then did with it, to whom and for what, is the receiver's own affair.
    """
    past = [row.receivable_id for row in rows if row.holder != party and row.payable_id not in owed]
    left: dict[str, ReceivableMove] = {}
    drawn: dict[str, int] = defaultdict(int)
    for move in session.scalars(
        select(ReceivableMove)
        .where(ReceivableMove.receivable_id.in_(past), ReceivableMove.from_account == party)
        .order_by(ReceivableMove.block_number, ReceivableMove.log_index)
    ):
        if move.kind == MoveKind.DRAW:
            drawn[move.receivable_id] += move.value
        elif move.kind in _HANDING_ON:
            left[move.receivable_id] = move
    held = {} if party is None else _held(session, party, rows)
    seen = {}
    for row in rows:
        handed_on = left.get(row.receivable_id)
        if handed_on is None or handed_on.to_account is None:
            seen[row.receivable_id] = _Seen(
                _state(row),
                row.holder,
                row.endorser,
                row.end,
                row.drawn_principal + row.drawn_interest + row.drawn_recovered,
                row.last_block_number,
                held.get(row.receivable_id),
            )
        else:
            # A piece keeps its start: a split takes the tail, and a merger adds one.
            seen[row.receivable_id] = _Seen(
                "handed_on",
                handed_on.to_account,
                handed_on.endorser,
                row.start + handed_on.value,
                drawn[row.receivable_id],
                handed_on.block_number,
            )
    return seen


def _state(row: Receivable) -> State:
    state: State = ReceivableState(row.state).value
    return state


def _held(session: Session, party: str, rows: Sequence[Receivable]) -> dict[str, int]:
    """How much of each live piece of the party's cannot move (I10): all of it once parked, or while a freeze order is
    not served. Nobody else is told: that there is an order is between compliance and the holder.
    """
    now = newest_block(session).timestamp
    own = [row for row in rows if row.state == ReceivableState.LIVE and row.holder == party]
    held = queries.held_on(session, [row.receivable_id for row in own], now)
    blocked = queries.blocked_payables(session, party, {row.payable_id for row in own}, now)
    return {
        row.receivable_id: row.end - row.start
        if row.parking is not None or row.payable_id in blocked
        else held.get(row.receivable_id, 0)
        for row in own
    }


def read_all(session: Session, services: Services, actor: Actor, rows: Sequence[Receivable]) -> list[ReceivableRead]:
    """Receivables as the actor sees them, with what they need of their payables."""
    head = newest_block(session)
    found = session.scalars(select(Payable).where(Payable.payable_id.in_({row.payable_id for row in rows})))
    payables = {payable.payable_id: payable for payable in found}
    used = {payable.programme_id for payable in payables.values()}
    terms = {
        row.programme_id: row for row in session.scalars(select(Programme).where(Programme.programme_id.in_(used)))
    }
    currencies = programmes.currencies(session, services.deployments, used)
    owed = {payable.payable_id for payable in payables.values() if payable.debtor == actor.address}
    seen = _as_seen_by(session, actor.address, rows, owed)
    named = {shown.holder for shown in seen.values()} | {shown.endorser for shown in seen.values() if shown.endorser}
    people = parties(session, named | {payable.debtor for payable in payables.values()})
    gave_up = {row.receivable_id for row in rows if row.holder == actor.address or _left_to_debtor(seen, payables, row)}
    kept = texts.read(
        session, services.master_key, {row.credit_note_hash for row in rows if row.receivable_id in gave_up}
    )
    answers = []
    for row in rows:
        payable, shown = payables[row.payable_id], seen[row.receivable_id]
        currency, value = currencies[payable.programme_id], shown.end - row.start
        answers.append(
            ReceivableRead(
                receivable_id=row.receivable_id,
                payable_id=row.payable_id,
                parent_id=row.parent_id,
                state=shown.state,
                holder=people[shown.holder],
                debtor=people[payable.debtor],
                value=Money(value, currency),
                drawn=Total.of(shown.drawn, currency),
                start=row.start,
                end=shown.end,
                depth=row.depth,
                recourse=shown.endorser is not None,
                endorser=None if shown.endorser is None else people[shown.endorser],
                parked=row.parking is not None and shown.state != "handed_on",
                credit_note=kept.get(row.credit_note_hash) if row.receivable_id in gave_up else None,
                held=None if shown.held is None else Money(shown.held, currency),
                free=None if shown.held is None else Money(value - shown.held, currency),
                refusable_until=_refusable_until(row, shown, payable, terms[payable.programme_id], head.timestamp),
                issue_date=from_day(payable.issue_date),
                due_date=from_day(payable.due_date),
                last_block=shown.last_block,
                final=services.is_final_now(session, shown.last_block),
                as_of_block=head.number,
            )
        )
    return answers


def _left_to_debtor(seen: dict[str, _Seen], payables: dict[str, Payable], row: Receivable) -> bool:
    """Whether who looks at it handed it to its debtor."""
    shown = seen[row.receivable_id]
    return shown.state == "handed_on" and shown.holder == payables[row.payable_id].debtor


def _refusable_until(
    row: Receivable, shown: _Seen, payable: Payable, programme: Programme, now: int
) -> datetime | None:
    """The first second that is too late: the window ends with the day before the due date, or the first payment."""
    if shown.state != "live" or not row.refusable or payable.paid or row.sender == payable.debtor:
        return None
    last_day = from_day(payable.due_date) - timedelta(days=1)
    until = min(row.received_at + programme.refusal_hours * 3_600, end_of_day(last_day))
    return datetime.fromtimestamp(until, UTC) if now < until else None


def read(session: Session, services: Services, actor: Actor, row: Receivable) -> ReceivableRead:
    """One receivable as the actor sees it."""
    return read_all(session, services, actor, [row])[0]
