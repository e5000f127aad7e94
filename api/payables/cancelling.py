"""Cancelling what is confirmed: only while its first payee holds all of it, and with both parties' signatures (R-13).

One party offers: it signs, and nothing goes on chain. The other cancels, and brings that signature.
"""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import CommandContext, Prepared, Services
from api.errors import NotYours, StateForbids
from api.identity.actor import Actor
from api.operations.schemas import OperationRead
from api.parties import parties
from api.payables.models import CancellationOffer
from api.payables.schemas import CancellationOfferRead, CancellationOffers, CancellationState
from api.payables.service import get, terms_of
from api.reading import newest_block
from api.schemas import NoBody
from indexer.models import Payable, PayableState
from node_adapter import typed_data
from node_adapter.outbox.commands import Call
from node_adapter.outbox.models import Operation, OperationState

OFFER_LIFE_S = 7 * 86_400


class PayableNotParty(NotYours):
    """Only supplier and debtor cancel. Named and answered like the contract's own."""


class PayableNotConfirmed(StateForbids):
    """Only what is confirmed is cancelled: a proposal is withdrawn, or declined."""


class CancellationNotOffered(StateForbids):
    """The other party has not signed that you may cancel, or its offer is over."""


def offer(context: CommandContext, payable_id: str) -> OperationRead:
    """One party signs that the other may cancel, for a week. What is signed cannot be taken back."""
    return context.once(
        f"offer cancellation {payable_id}", NoBody(), lambda request_hash: _offer(context, payable_id, request_hash)
    )


def _offer(context: CommandContext, payable_id: str, request_hash: str) -> Prepared:
    payable = _of_party(context, payable_id)
    if payable.state != PayableState.CONFIRMED:
        raise PayableNotConfirmed(f"payable {payable_id} is not confirmed, or over", payable_id=payable_id)
    deadline = context.now() + OFFER_LIFE_S
    origination = context.address("Origination", payable_id)
    message = typed_data.cancellation(context.services.deployments.chain_id, origination, payable_id, deadline)
    row = CancellationOffer(
        id=str(uuid.uuid4()),
        payable_id=payable_id,
        organisation_id=context.actor.organisation_id,
        offered_by=context.actor.account(),
        deadline=deadline,
        created_at=context.now(),
    )

    def record(session: Session, operation: Operation) -> None:
        row.operation_id = operation.id
        session.add(row)

    command = context.command(
        request_hash,
        kind="payable.offer_cancellation",
        resource=("cancellation", row.id),
        subject=None,
        call=None,
        sender=None,
        sign=[message],
        sign_as=context.key(),
    )
    return Prepared(command, record)


def cancel(context: CommandContext, payable_id: str) -> OperationRead:
    """The other party cancels."""
    return context.once(
        f"cancel {payable_id}", NoBody(), lambda request_hash: _cancellation(context, payable_id, request_hash)
    )


def _cancellation(context: CommandContext, payable_id: str, request_hash: str) -> Prepared:
    payable = _of_party(context, payable_id)
    for row in _offers(context.session, payable_id):
        signed = context.session.get_one(Operation, row.operation_id)
        if row.offered_by != context.actor.address and signed.signatures and row.deadline >= context.now():
            arguments = [int(payable_id, 16), terms_of(payable), row.deadline, signed.signatures[0]]
            break
    else:
        raise CancellationNotOffered(
            f"the other party of payable {payable_id} has signed no cancellation that is still good; "
            f"it does with POST /api/v1/payables/{payable_id}/cancellations",
            payable_id=payable_id,
        )
    return Prepared(
        context.command(
            request_hash,
            kind="payable.cancel",
            resource=("payable", payable_id),
            subject=payable_id,
            call=Call("Origination", "cancel", arguments),
            sender=context.key(),
        )
    )


def _of_party(context: CommandContext, payable_id: str) -> Payable:
    payable = get(context.session, context.actor, payable_id)
    if not _is_party(payable, context.actor):
        raise PayableNotParty("a payable is cancelled by its supplier and its debtor", payable_id=payable_id)
    return payable


def _is_party(payable: Payable, actor: Actor) -> bool:
    return actor.address in (payable.supplier, payable.debtor)


def _offers(session: Session, payable_id: str) -> Sequence[CancellationOffer]:
    """Newest first."""
    query = select(CancellationOffer).where(CancellationOffer.payable_id == payable_id)
    return session.scalars(query.order_by(CancellationOffer.deadline.desc(), CancellationOffer.id)).all()


def list_offers(session: Session, services: Services, actor: Actor, payable_id: str) -> CancellationOffers:
    """What was offered of a payable, newest first: to its two parties. Who held a piece of it sees none."""
    payable, head = get(session, actor, payable_id), newest_block(session)
    rows = _offers(session, payable_id) if _is_party(payable, actor) else []
    people = parties(session, {row.offered_by for row in rows})
    items = [
        CancellationOfferRead(
            id=row.id,
            state=_state(session, payable, row, head.timestamp),
            offered_by=people[row.offered_by],
            good_until=datetime.fromtimestamp(row.deadline, UTC),
            created_at=datetime.fromtimestamp(row.created_at, UTC),
        )
        for row in rows
    ]
    return CancellationOffers(items=items, **services.as_of(session))


def _state(session: Session, payable: Payable, row: CancellationOffer, now: int) -> CancellationState:
    if payable.state == PayableState.CANCELLED:
        return "used"
    if now > row.deadline or payable.state != PayableState.CONFIRMED:
        return "over"
    signed = session.get_one(Operation, row.operation_id).state == OperationState.DONE
    return "open" if signed else "awaiting_signature"
