"""What is given up, and what comes in after that."""

from api.cash import to_settlement, valid_before
from api.context import CommandContext, Prepared
from api.currencies import currency_of, minor_units
from api.defaults.dishonours import any_payable
from api.defaults.schemas import PayableRecover
from api.identity.actor import Role
from api.operations.schemas import OperationRead
from api.payables import service as payables
from api.programmes import service as programmes
from api.schemas import ReasonGiven
from node_adapter import typed_data
from node_adapter.ids import reference_hash
from node_adapter.outbox.calldata import signature_placeholder
from node_adapter.outbox.commands import Call


def write_off(context: CommandContext, payable_id: str, body: ReasonGiven) -> OperationRead:
    """The operator gives up what is outstanding; the debt itself stays, and may still be paid."""
    return _by_operator(context, "writeOff", "write_off", payable_id, body)


def close_recovery(context: CommandContext, payable_id: str, body: ReasonGiven) -> OperationRead:
    """The operator expects no more."""
    return _by_operator(context, "closeRecovery", "close_recovery", payable_id, body)


def _by_operator(context: CommandContext, function: str, act: str, payable_id: str, body: ReasonGiven) -> OperationRead:
    context.actor.must_be(Role.OPERATOR)

    def prepare(request_hash: str) -> Prepared:
        any_payable(context, payable_id)
        reason = context.kept(body.reason)
        command = context.command(
            request_hash,
            kind=f"payable.{act}",
            resource=("payable", payable_id),
            subject=payable_id,
            call=Call("Settlement", function, [int(payable_id, 16), reason.text_hash]),
            sender=context.key(),
        )
        return Prepared(command, lambda session, _operation: session.add(reason))

    return context.once(f"{act} {payable_id}", body, prepare)


def recover(context: CommandContext, payable_id: str, body: PayableRecover) -> OperationRead:
    """Who pays signs a transfer that can go to this payable alone; the relay brings it."""
    return context.once(
        f"recover {payable_id}", body, lambda request_hash: _recovery(context, payable_id, body, request_hash)
    )


def _recovery(context: CommandContext, payable_id: str, body: PayableRecover, request_hash: str) -> Prepared:
    payer = context.actor.account()
    payable = payables.get(context.session, context.actor, payable_id)
    token = programmes.payment_token(context.session, payable.programme_id, body.deposit_token)
    amount = minor_units(currency_of(context.services.deployments, token), body.amount)
    reference = reference_hash(body.recovery_reference)
    nonce = typed_data.recovery_nonce(payable_id, reference)
    before = valid_before(context)
    message = to_settlement(context, payable_id, payer=payer, token=token, value=amount, nonce=nonce, before=before)
    arguments = [int(payable_id, 16), payer, token, amount, reference, before, signature_placeholder(0)]
    return Prepared(
        context.by_signature(
            request_hash,
            message,
            kind="payable.recover",
            resource=("payable", payable_id),
            subject=payable_id,
            call=Call("Settlement", "recover", arguments),
        )
    )
