"""Disputes, pledges and reservations: what somebody places on a piece, who sees it, and how it ends (I10)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select, true, tuple_
from sqlalchemy.orm import Session

from api import texts
from api.context import CommandContext, Prepared, Services
from api.currencies import minor_units
from api.domain.dates import from_day
from api.domain.money import Money
from api.errors import NotFound
from api.holds.schemas import HoldKindName, HoldRead, Holds, PieceDispute, PiecePledge, PieceReserve
from api.holds.service import within_reach
from api.identity.actor import Actor, Role
from api.operations.schemas import OperationRead
from api.pagination import PageRequest, fetch
from api.parties import parties
from api.programmes import service as programmes
from api.reading import newest_block
from api.receivables import service as receivables
from api.schemas import NoBody
from api.texts import KeptText
from indexer import queries
from indexer.models import Hold, HoldKind, Payable, Receivable, ReceivableMove
from node_adapter.outbox.commands import Call

_KINDS: dict[HoldKind, HoldKindName] = {
    HoldKind.FREEZE: "freeze",
    HoldKind.DISPUTE: "dispute",
    HoldKind.PLEDGE: "pledge",
    HoldKind.DELIVERY: "delivery",
}


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """A hold is seen by compliance, by whom it favours, and by the piece's holder if it had the piece by then: what was
    pledged or disputed before is its predecessor's affair. Every query of holds goes through here."""
    if actor.role == Role.COMPLIANCE:
        return true()
    if actor.address is None:
        return false()
    came_later = exists().where(
        ReceivableMove.receivable_id == Hold.receivable_id,
        ReceivableMove.to_account == actor.address,
        tuple_(ReceivableMove.block_number, ReceivableMove.log_index)
        > tuple_(Hold.last_block_number, Hold.last_log_index),
    )
    own = exists().where(
        Receivable.receivable_id == Hold.receivable_id,
        Receivable.holder == actor.address,
        or_(
            Receivable.received_at < Hold.placed_at,
            and_(Receivable.received_at == Hold.placed_at, ~came_later),  # within one second the events' order tells
        ),
    )
    return or_(Hold.beneficiary == actor.address, own)


def get(session: Session, actor: Actor, hold_id: int) -> Hold:
    """One hold that the actor may see; NotFound otherwise."""
    row = session.scalar(select(Hold).where(Hold.hold_id == hold_id, visible_to(actor)))
    if row is None:
        raise NotFound.of("hold", str(hold_id))
    return row


def dispute(context: CommandContext, receivable_id: str, body: PieceDispute) -> OperationRead:
    """The debtor disputes a part of what it confirmed."""

    def arguments(currency: str) -> tuple[list[object], KeptText]:
        reason = context.kept(body.reason)
        return [minor_units(currency, body.amount), within_reach(body.until), reason.text_hash], reason

    return context.once(f"dispute piece {receivable_id}", body, _placing(context, "dispute", receivable_id, arguments))


def pledge(context: CommandContext, receivable_id: str, body: PiecePledge) -> OperationRead:
    """The holder pledges the whole to a financier."""

    def arguments(_currency: str) -> tuple[list[object], KeptText]:
        loan = context.kept(body.loan)
        instants = [within_reach(body.until), within_reach(body.enforceable_from)]
        return [body.pledgee, *instants, loan.text_hash], loan

    return context.once(f"pledge {receivable_id}", body, _placing(context, "pledge", receivable_id, arguments))


def reserve(context: CommandContext, receivable_id: str, body: PieceReserve) -> OperationRead:
    """The holder reserves a part for a financier."""

    def arguments(currency: str) -> tuple[list[object], None]:
        return [minor_units(currency, body.amount), body.financier, within_reach(body.until)], None

    return context.once(f"reserve {receivable_id}", body, _placing(context, "reserve", receivable_id, arguments))


def _placing(
    context: CommandContext,
    function: str,
    receivable_id: str,
    arguments: Callable[[str], tuple[list[object], KeptText | None]],
) -> Callable[[str], Prepared]:
    """Of a hold that the chain numbers; `arguments` after the piece, given its currency, and the text behind them."""

    def prepare(request_hash: str) -> Prepared:
        row = receivables.get(context.session, context.actor, receivable_id)
        payable = context.session.get_one(Payable, row.payable_id)
        given, text = arguments(
            programmes.currency(context.session, context.services.deployments, payable.programme_id)
        )
        command = context.command(
            request_hash,
            kind=f"receivable.{function}",
            resource=("hold", None),
            subject=row.payable_id,
            call=Call("Holds", function, [int(receivable_id, 16), *given]),
            sender=context.key(),
        )
        return Prepared(command, lambda session, _operation: session.add_all([] if text is None else [text]))

    return prepare


def release(context: CommandContext, hold_id: int) -> OperationRead:
    """Its beneficiary ends it."""
    return _of_one(context, "release", "release", hold_id)


def enforce(context: CommandContext, hold_id: int) -> OperationRead:
    """The pledgee takes what was pledged."""
    return _of_one(context, "enforce", "enforcePledge", hold_id)


def _of_one(context: CommandContext, act: str, function: str, hold_id: int) -> OperationRead:
    """A command that names the hold and nothing else; the contract says whose it is."""

    def prepare(request_hash: str) -> Prepared:
        row = get(context.session, context.actor, hold_id)
        return Prepared(
            context.command(
                request_hash,
                kind=f"hold.{act}",
                resource=("hold", str(hold_id)),
                subject=row.payable_id,
                call=Call("Holds", function, [hold_id]),
                sender=context.key(),
            )
        )

    return context.once(f"{act} hold {hold_id}", NoBody(), prepare)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which holds a list is of; None: whatever."""

    payable_id: str | None
    receivable_id: str | None
    live: bool | None


def list_holds(session: Session, services: Services, actor: Actor, page: PageRequest, wanted: Wanted) -> Holds:
    """The holds that the actor may see, newest first."""
    query = select(Hold).where(visible_to(actor))
    if wanted.payable_id is not None:
        query = query.where(Hold.payable_id == wanted.payable_id)
    if wanted.receivable_id is not None:
        query = query.where(Hold.receivable_id == wanted.receivable_id)
    if wanted.live is not None:
        holding = queries.live_hold(newest_block(session).timestamp)
        query = query.where(holding if wanted.live else not_(holding))
    rows, following = fetch(session, query, [Hold.hold_id], page)
    return Holds(items=read_all(session, services, actor, rows), next=following, **services.as_of(session))


def read(session: Session, services: Services, actor: Actor, row: Hold) -> HoldRead:
    """One hold."""
    return read_all(session, services, actor, [row])[0]


def read_all(session: Session, services: Services, actor: Actor, rows: Sequence[Hold]) -> list[HoldRead]:
    """Holds, in a fixed number of queries; why, and for what loan, is its parties' to read and not compliance's."""
    live = _live(session, rows, newest_block(session).timestamp)
    pieces = {
        piece.receivable_id: piece
        for piece in session.scalars(
            select(Receivable).where(Receivable.receivable_id.in_({row.receivable_id for row in rows}))
        )
    }
    payables = {
        payable.payable_id: payable
        for payable in session.scalars(select(Payable).where(Payable.payable_id.in_({row.payable_id for row in rows})))
    }
    currencies = programmes.currencies(session, services.deployments, {row.programme_id for row in payables.values()})
    named = {piece.holder for piece in pieces.values()} | {payable.debtor for payable in payables.values()}
    people = parties(session, named | {row.beneficiary for row in rows if row.beneficiary is not None})
    kept = {}
    if actor.role != Role.COMPLIANCE:
        kept = texts.read(session, services.master_key, {row.document_hash for row in rows})
    answers = []
    for row in rows:
        payable = payables[row.payable_id]
        currency = currencies[payable.programme_id]
        answers.append(
            HoldRead(
                hold_id=row.hold_id,
                kind=_KINDS[HoldKind(row.kind)],
                receivable_id=row.receivable_id,
                payable_id=row.payable_id,
                holder=people[pieces[row.receivable_id].holder],
                debtor=people[payable.debtor],
                beneficiary=None if row.beneficiary is None else people[row.beneficiary],
                amount=Money(row.amount, currency),
                enforced=Money(row.enforced, currency),
                until=datetime.fromtimestamp(row.until, UTC),
                enforceable_from=_instant(row.enforceable_from),
                order_id=row.order_id,
                live=row.hold_id in live,
                released=row.released,
                document=kept.get(row.document_hash),
                due_date=from_day(payable.due_date),
                placed_at=datetime.fromtimestamp(row.placed_at, UTC),
            )
        )
    return answers


def _live(session: Session, rows: Sequence[Hold], now: int) -> set[int]:
    wanted = and_(Hold.hold_id.in_([row.hold_id for row in rows]), queries.live_hold(now))
    return set(session.scalars(select(Hold.hold_id).where(wanted)))


def _instant(timestamp: int | None) -> datetime | None:
    return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
