"""Recourse (R-21): a holder claims from who answers for the debtor's default, which buys the piece back and turns to
who endorsed it before."""

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from api.cash import to_settlement, valid_before
from api.context import CommandContext, Prepared, Services
from api.defaults.schemas import ReceivableRepurchase, RecourseList, RecourseRead
from api.domain.dates import business_date, from_day, to_day
from api.domain.money import Money
from api.errors import NotYours
from api.identity.actor import Actor
from api.operations.schemas import OperationRead
from api.pagination import PageRequest, fetch
from api.parties import parties
from api.programmes import service as programmes
from api.reading import newest_block
from api.receivables import service as receivables
from api.schemas import NoBody
from indexer.models import ChainBlock, Payable, PayableState, Receivable, ReceivableState, RecourseClaim
from node_adapter import typed_data
from node_adapter.outbox.calldata import signature_placeholder
from node_adapter.outbox.commands import Call


class ReceivableNotEndorser(NotYours):
    """Somebody else answers for it; after a repurchase perhaps you."""


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Live pieces with recourse: the holder's and the endorser's. Every query of this module goes through here."""
    if actor.address is None:
        return false()
    party = or_(Receivable.endorser == actor.address, Receivable.holder == actor.address)
    return and_(
        Receivable.state == ReceivableState.LIVE,
        Receivable.endorser.is_not(None),
        Receivable.parking.is_(None),
        party,
    )


def claim(context: CommandContext, receivable_id: str) -> OperationRead:
    """The holder gives notice; what it claims is what the piece is bought back at."""

    def prepare(request_hash: str) -> Prepared:
        row = receivables.get(context.session, context.actor, receivable_id)
        return Prepared(
            context.command(
                request_hash,
                kind="receivable.claim_recourse",
                resource=("receivable", receivable_id),
                subject=row.payable_id,
                call=Call("Settlement", "claimRecourse", [int(receivable_id, 16)]),
                sender=context.key(),
            )
        )

    return context.once(f"claim recourse {receivable_id}", NoBody(), prepare)


def repurchase(context: CommandContext, receivable_id: str, body: ReceivableRepurchase) -> OperationRead:
    """The endorser signs a transfer that can buy this piece of its present holder alone; the relay brings it."""
    return context.once(
        f"repurchase {receivable_id}",
        body,
        lambda request_hash: _repurchase(context, receivable_id, body, request_hash),
    )


def _repurchase(context: CommandContext, receivable_id: str, body: ReceivableRepurchase, request_hash: str) -> Prepared:
    row = receivables.get(context.session, context.actor, receivable_id)
    if row.endorser not in (None, context.actor.address):  # that nobody answers for it is the contract's to say
        raise ReceivableNotEndorser(f"another answers for receivable {receivable_id}", receivable_id=receivable_id)
    payable = context.session.get_one(Payable, row.payable_id)
    token = programmes.payment_token(context.session, payable.programme_id, body.deposit_token)
    before = valid_before(context)
    nonce = typed_data.repurchase_nonce(receivable_id, row.holder, before)
    message = to_settlement(
        context,
        row.payable_id,
        payer=context.actor.account(),
        token=token,
        value=_price(row),
        nonce=nonce,
        before=before,
    )
    arguments = [int(receivable_id, 16), token, before, signature_placeholder(0)]
    return Prepared(
        context.by_signature(
            request_hash,
            message,
            kind="receivable.repurchase",
            resource=("receivable", receivable_id),
            subject=row.payable_id,
            call=Call("Settlement", "repurchase", arguments),
        )
    )


def _price(row: Receivable) -> int:
    """What was paid in and not drawn goes with the piece: as Settlement.repurchasePrice has it."""
    return row.end - row.start - row.drawn_principal


def list_recourse(session: Session, services: Services, actor: Actor, page: PageRequest) -> RecourseList:
    """Pieces with recourse, by id. Who has the piece by now, and at what price, its endorser is told once that
    matters."""
    head = newest_block(session)
    rows, following = fetch(session, select(Receivable).where(visible_to(actor)), [Receivable.receivable_id], page)
    debts = {
        debt.payable_id: debt
        for debt in session.scalars(select(Payable).where(Payable.payable_id.in_({row.payable_id for row in rows})))
    }
    currencies = programmes.currencies(session, services.deployments, {debt.programme_id for debt in debts.values()})
    claims = _claims(session, [row.receivable_id for row in rows])
    named = {account for row in rows for account in (row.holder, row.endorser) if account is not None}
    people = parties(session, named | {debt.debtor for debt in debts.values()})
    today = to_day(business_date(head.timestamp))
    items = []
    for row in rows:
        debt = debts[row.payable_id]
        assert row.endorser is not None, "the query asked for one"
        overdue = debt.state == PayableState.CONFIRMED and debt.due_date < today
        told = overdue or row.holder == actor.address
        items.append(
            RecourseRead(
                receivable_id=row.receivable_id,
                payable_id=row.payable_id,
                debtor=people[debt.debtor],
                endorser=people[row.endorser],
                holder=people[row.holder] if told else None,
                price=Money(_price(row), currencies[debt.programme_id]) if told else None,
                due_date=from_day(debt.due_date),
                overdue=overdue,
                claimed_at=claims.get((row.receivable_id, row.holder, row.endorser)),
            )
        )
    return RecourseList(items=items, next=following, **services.as_of(session))


def _claims(session: Session, receivable_ids: list[str]) -> dict[tuple[str, str, str], datetime]:
    """When each holder claimed from each endorser last."""
    claims: dict[tuple[str, str, str], datetime] = {}
    for piece, holder, endorser, timestamp in session.execute(
        select(RecourseClaim.receivable_id, RecourseClaim.holder, RecourseClaim.endorser, ChainBlock.timestamp)
        .join(ChainBlock, ChainBlock.hash == RecourseClaim.block_hash)
        .where(RecourseClaim.receivable_id.in_(receivable_ids))
        .order_by(RecourseClaim.block_number, RecourseClaim.log_index)
    ):
        claims[piece, holder, endorser] = datetime.fromtimestamp(timestamp, UTC)
    return claims
