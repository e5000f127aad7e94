"""Receivables: who holds which piece; split, handed on, redeemed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, exists, false, or_, select
from sqlalchemy.orm import Session

from api.context import CommandContext, Prepared, Services
from api.currencies import minor_units, money
from api.domain.dates import from_day
from api.errors import NotFound
from api.identity.actor import Actor
from api.operations.schemas import OperationRead
from api.pagination import PageRequest, fetch
from api.parties import parties
from api.reading import newest_block
from api.receivables.schemas import ReceivableRead, Receivables, ReceivableSplit
from api.schemas import NoBody
from indexer.models import MoveKind, Payable, Receivable, ReceivableMove
from node_adapter.outbox.commands import Call


def visible_to(party: str | None) -> ColumnElement[bool]:
    """Holder, debtor, and whoever handed it on (see `_as_seen_by`). Every query of this module goes through here."""
    if party is None:
        return false()
    moved = exists().where(
        ReceivableMove.receivable_id == Receivable.receivable_id,
        or_(ReceivableMove.from_account == party, ReceivableMove.to_account == party),
    )
    owed = exists().where(Payable.payable_id == Receivable.payable_id, Payable.debtor == party)
    return or_(Receivable.holder == party, owed, moved)


def get(session: Session, actor: Actor, receivable_id: str) -> Receivable:
    """One receivable that the actor may see; NotFound otherwise."""
    row = session.scalar(select(Receivable).where(Receivable.receivable_id == receivable_id, visible_to(actor.address)))
    if row is None:
        raise NotFound.of("receivable", receivable_id)
    return row


def split(context: CommandContext, receivable_id: str, body: ReceivableSplit) -> OperationRead:
    """The holder splits off and hands on parts. The contract checks holder, amounts, depth and receivers."""
    return context.once(
        f"split {receivable_id}", body, lambda request_hash: _split(context, receivable_id, body, request_hash)
    )


def _split(context: CommandContext, receivable_id: str, body: ReceivableSplit, request_hash: str) -> Prepared:
    row = get(context.session, context.actor, receivable_id)
    payable = context.session.get_one(Payable, row.payable_id)
    deployments = context.services.deployments
    parts = [[part.to, minor_units(deployments, payable.deposit_token, part.value)] for part in body.parts]
    return Prepared(
        context.command(
            request_hash,
            kind="receivable.split",
            resource=("receivable", receivable_id),
            subject=row.payable_id,
            call=Call("Receivables", "split", [int(receivable_id, 16), parts]),
            sender=context.actor.account(),
        )
    )


def redeem(context: CommandContext, receivable_id: str) -> OperationRead:
    """The holder draws all that is due to it by now."""
    return context.once(
        f"redeem {receivable_id}", NoBody(), lambda request_hash: _redemption(context, receivable_id, request_hash)
    )


def _redemption(context: CommandContext, receivable_id: str, request_hash: str) -> Prepared:
    row = get(context.session, context.actor, receivable_id)
    return Prepared(
        context.command(
            request_hash,
            kind="receivable.redeem",
            resource=("receivable", receivable_id),
            subject=row.payable_id,
            call=Call("Settlement", "redeem", [int(receivable_id, 16)]),
            sender=context.actor.account(),
        )
    )


def list_receivables(
    session: Session, services: Services, actor: Actor, page: PageRequest, payable_id: str | None
) -> Receivables:
    """The receivables that the actor may see, by id; of one payable if asked."""
    query = select(Receivable).where(visible_to(actor.address))
    if payable_id is not None:
        query = query.where(Receivable.payable_id == payable_id)
    rows, following = fetch(session, query, [Receivable.receivable_id], page)
    return Receivables(
        items=read_all(session, services, actor, rows), next=following, as_of_block=newest_block(session).number
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """What of a receivable differs with who looks at it."""

    state: Literal["live", "redeemed", "handed_on"]
    holder: str
    end: int
    drawn: int
    recourse: bool
    last_block: int


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
        else:
            left[move.receivable_id] = move
    seen = {}
    for row in rows:
        handed_on = left.get(row.receivable_id)
        if handed_on is None or handed_on.to_account is None:
            state: Literal["live", "redeemed"] = "redeemed" if row.redeemed else "live"
            seen[row.receivable_id] = _Seen(state, row.holder, row.end, row.drawn, row.recourse, row.last_block_number)
        else:
            # A piece keeps its start: a split takes the tail.
            seen[row.receivable_id] = _Seen(
                "handed_on",
                handed_on.to_account,
                row.start + handed_on.value,
                drawn[row.receivable_id],
                handed_on.recourse,
                handed_on.block_number,
            )
    return seen


def read_all(session: Session, services: Services, actor: Actor, rows: Sequence[Receivable]) -> list[ReceivableRead]:
    """Receivables as the actor sees them, with what they need of their payables, in a fixed number of queries."""
    head = newest_block(session)
    found = session.scalars(select(Payable).where(Payable.payable_id.in_({row.payable_id for row in rows})))
    payables = {payable.payable_id: payable for payable in found}
    owed = {payable.payable_id for payable in payables.values() if payable.debtor == actor.address}
    seen = _as_seen_by(session, actor.address, rows, owed)
    people = parties(session, {s.holder for s in seen.values()} | {payable.debtor for payable in payables.values()})
    answers = []
    for row in rows:
        payable, shown = payables[row.payable_id], seen[row.receivable_id]
        answers.append(
            ReceivableRead(
                receivable_id=row.receivable_id,
                payable_id=row.payable_id,
                parent_id=row.parent_id,
                state=shown.state,
                holder=people[shown.holder],
                debtor=people[payable.debtor],
                value=money(services.deployments, payable.deposit_token, shown.end - row.start),
                drawn=money(services.deployments, payable.deposit_token, shown.drawn),
                start=row.start,
                end=shown.end,
                depth=row.depth,
                recourse=shown.recourse,
                issue_date=from_day(payable.issue_date),
                due_date=from_day(payable.due_date),
                last_block=shown.last_block,
                final=services.network.is_final(shown.last_block, head.number),
                as_of_block=head.number,
            )
        )
    return answers


def read(session: Session, services: Services, actor: Actor, row: Receivable) -> ReceivableRead:
    """One receivable as the actor sees it."""
    return read_all(session, services, actor, [row])[0]
