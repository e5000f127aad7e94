"""Paying: the debtor signs for what is to come in; what its own parked pieces are due is netted (I8)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cash import to_settlement, valid_before
from api.context import CommandContext, Prepared
from api.currencies import currency_of, minor_units
from api.domain.settlement import Share, due_after
from api.operations.schemas import OperationRead
from api.payables.interest import owed
from api.payables.schemas import PayablePay
from api.payables.service import of_debtor
from api.programmes import service as programmes
from indexer import queries
from indexer.models import Payable, Receivable, ReceivableState
from node_adapter import typed_data
from node_adapter.ids import reference_hash
from node_adapter.outbox.calldata import signature_placeholder
from node_adapter.outbox.commands import Call

NETTED_MAX = 100
"""As many as the contract takes at once."""


def pay(context: CommandContext, payable_id: str, body: PayablePay) -> OperationRead:
    """The debtor signs a transfer that can pay this payable alone; the relay brings it to the chain.

    Where all of it is netted there is nothing to sign for, and the debtor itself calls.
    """
    return context.once(
        f"pay {payable_id}", body, lambda request_hash: _payment(context, payable_id, body, request_hash)
    )


def _payment(context: CommandContext, payable_id: str, body: PayablePay, request_hash: str) -> Prepared:
    payable = of_debtor(context, payable_id)
    token = programmes.payment_token(context.session, payable.programme_id, body.deposit_token)
    amount = minor_units(currency_of(context.services.deployments, token), body.amount)
    reference = reference_hash(body.payment_reference)
    parked, netted = _netted(context.session, payable, amount, context.now())
    nonce = typed_data.payment_nonce(payable_id, amount, parked, reference)
    before = valid_before(context)
    message = to_settlement(
        context, payable_id, payer=payable.debtor, token=token, value=amount - netted, nonce=nonce, before=before
    )
    signed = netted < amount
    signature = signature_placeholder(0) if signed else "0x"
    pieces = [int(piece, 16) for piece in parked]
    arguments = [int(payable_id, 16), token, amount, reference, pieces, before, signature]
    return Prepared(
        context.by_signature(
            request_hash,
            message if signed else None,
            kind="payable.pay",
            resource=("payable", payable_id),
            subject=payable_id,
            call=Call("Settlement", "pay", arguments),
        )
    )


def _netted(session: Session, payable: Payable, amount: int, now: int) -> tuple[list[str], int]:
    """The debtor's parked pieces, ascending, and what they are due after the payment, at most all of it.

    Those on which holds stand are left for later, and so are those that are due more than is paid now.
    """
    rows = session.scalars(
        select(Receivable)
        .where(
            Receivable.payable_id == payable.payable_id,
            Receivable.parking.is_not(None),
            Receivable.state == ReceivableState.LIVE,
        )
        .order_by(Receivable.receivable_id)
        .limit(NETTED_MAX)
    ).all()
    held = queries.held_on(session, [row.receivable_id for row in rows], now)
    _, late_interest = owed(session, [payable], now)[payable.payable_id]
    interest = min(amount, late_interest)
    paid, interest_paid = payable.paid + amount - interest, payable.interest_paid + interest
    parked, netted = [], 0
    for row in rows:
        share = Share(row.start, row.end, row.drawn_principal, row.drawn_interest)
        due = due_after(payable.face_value, paid, interest_paid, share)
        if held.get(row.receivable_id, 0) == 0 and netted + due <= amount:
            parked.append(row.receivable_id)
            netted += due
    return parked, netted
