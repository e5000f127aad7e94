"""The register of what debtors did not pay (R-29b): who reads it, who has a payable put there, objections, lifting."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, exists, select, true
from sqlalchemy.orm import Session

from api import texts
from api.context import CommandContext, Prepared, Services
from api.defaults.schemas import DishonourRead, DishonourRecord, Dishonours, OverduePayable, OverduePayables
from api.domain.dates import business_date, from_day, to_day
from api.domain.money import Money
from api.errors import NotFound
from api.identity.actor import Actor, Role
from api.operations.schemas import OperationRead
from api.pagination import PageRequest, fetch
from api.parties import parties
from api.payables import service as payables
from api.programmes import service as programmes
from api.reading import newest_block
from api.schemas import ReasonGiven
from api.texts import KeptText
from indexer.models import Dishonour, Payable, PayableState, Programme
from node_adapter.outbox.commands import Call

WRITE_OFF_DAYS = 90
"""As Settlement has it; said here for who waits for it."""


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Who buys must know whom not to buy of; others see what concerns payables of theirs. Every query goes through
    here."""
    if actor.role in (Role.FINANCIER, Role.OPERATOR):
        return true()
    return exists().where(Payable.payable_id == Dishonour.payable_id, payables.visible_to(actor.address))


def get(session: Session, actor: Actor, payable_id: str) -> Dishonour:
    """One entry that the actor may see; NotFound otherwise."""
    row = session.scalar(select(Dishonour).where(Dishonour.payable_id == payable_id, visible_to(actor)))
    if row is None:
        raise NotFound.of("dishonour", payable_id)
    return row


def any_payable(context: CommandContext, payable_id: str) -> Payable:
    """A payable that the actor is a party of, or any for the operator; NotFound otherwise."""
    if context.actor.role != Role.OPERATOR:
        return payables.get(context.session, context.actor, payable_id)
    row = context.session.get(Payable, payable_id)
    if row is None:
        raise NotFound.of("payable", payable_id)
    return row


def record(context: CommandContext, body: DishonourRecord) -> OperationRead:
    """It follows from the chain alone, so the contract takes it from anyone; here from who sees the payable."""

    def prepare(request_hash: str) -> Prepared:
        row = any_payable(context, body.payable_id)
        return _prepared(context, request_hash, "record", row.payable_id, None)

    return context.once("record dishonour", body, prepare)


def object_to(context: CommandContext, payable_id: str, body: ReasonGiven) -> OperationRead:
    """The debtor's word against it."""

    def prepare(request_hash: str) -> Prepared:
        row = get(context.session, context.actor, payable_id)
        return _prepared(context, request_hash, "object", row.payable_id, context.kept(body.reason))

    return context.once(f"object {payable_id}", body, prepare)


def lift(context: CommandContext, payable_id: str, body: ReasonGiven) -> OperationRead:
    """The operator takes an entry back."""
    context.actor.must_be(Role.OPERATOR)

    def prepare(request_hash: str) -> Prepared:
        row = get(context.session, context.actor, payable_id)
        return _prepared(context, request_hash, "lift", row.payable_id, context.kept(body.reason))

    return context.once(f"lift {payable_id}", body, prepare)


def _prepared(
    context: CommandContext, request_hash: str, function: str, payable_id: str, text: KeptText | None
) -> Prepared:
    kept = [] if text is None else [text]
    command = context.command(
        request_hash,
        kind=f"dishonour.{function}",
        resource=("dishonour", payable_id),
        subject=payable_id,
        call=Call("Dishonours", function, [int(payable_id, 16), *(each.text_hash for each in kept)]),
        sender=context.key(),
    )
    return Prepared(command, lambda session, _operation: session.add_all(kept))


def list_dishonours(session: Session, services: Services, actor: Actor, page: PageRequest) -> Dishonours:
    """The entries that the actor may see, newest first."""
    query = select(Dishonour).where(visible_to(actor))
    rows, following = fetch(session, query, [Dishonour.recorded_at, Dishonour.payable_id], page)
    return Dishonours(items=read_all(session, services, rows), next=following, **services.as_of(session))


def read(session: Session, services: Services, row: Dishonour) -> DishonourRead:
    """One entry."""
    return read_all(session, services, [row])[0]


def read_all(session: Session, services: Services, rows: Sequence[Dishonour]) -> list[DishonourRead]:
    """Entries with what was said against them, in a fixed number of queries."""
    debts = _payables(session, {row.payable_id for row in rows})
    currencies = programmes.currencies(session, services.deployments, {debt.programme_id for debt in debts.values()})
    people = parties(session, {row.debtor for row in rows})
    hashes = {found for row in rows for found in (row.objection_hash, row.lift_reason_hash)}
    kept = texts.read(session, services.master_key, hashes)
    return [
        DishonourRead(
            payable_id=row.payable_id,
            debtor=people[row.debtor],
            due_date=from_day(row.due_date),
            amount=Money(row.amount, currencies[debts[row.payable_id].programme_id]),
            objection=kept.get(row.objection_hash),
            lifted=row.lifted,
            lift_reason=kept.get(row.lift_reason_hash),
            recorded_at=datetime.fromtimestamp(row.recorded_at, UTC),
        )
        for row in rows
    ]


def _payables(session: Session, ids: set[str]) -> dict[str, Payable]:
    return {row.payable_id: row for row in session.scalars(select(Payable).where(Payable.payable_id.in_(ids)))}


def list_overdue(session: Session, services: Services, actor: Actor, page: PageRequest) -> OverduePayables:
    """Confirmed, and past the end of the due date: the operator's to look after, and its parties'."""
    head = newest_block(session)
    today = business_date(head.timestamp)
    seen = true() if actor.role == Role.OPERATOR else payables.visible_to(actor.address)
    late = select(Payable).where(seen, Payable.state == PayableState.CONFIRMED, Payable.due_date < to_day(today))
    rows, following = fetch(session, late, [Payable.due_date, Payable.payable_id], page)
    used = {row.programme_id for row in rows}
    rules = session.scalars(select(Programme).where(Programme.programme_id.in_(used)))
    grace = {programme.programme_id: programme.dishonour_days for programme in rules}
    currencies = programmes.currencies(session, services.deployments, used)
    listed = select(Dishonour.payable_id).where(
        Dishonour.payable_id.in_([row.payable_id for row in rows]), Dishonour.lifted.is_(False)
    )
    dishonoured = set(session.scalars(listed))
    people = parties(session, {row.debtor for row in rows})
    items = [
        OverduePayable(
            payable_id=row.payable_id,
            debtor=people[row.debtor],
            outstanding=Money(row.face_value - row.paid, currencies[row.programme_id]),
            due_date=from_day(row.due_date),
            days_past_due=to_day(today) - row.due_date,
            dishonour=row.payable_id in dishonoured,
            dishonour_from=from_day(row.due_date + grace[row.programme_id] + 1),
            write_off_from=from_day(row.due_date + WRITE_OFF_DAYS),
        )
        for row in rows
    ]
    return OverduePayables(items=items, next=following, **services.as_of(session))
