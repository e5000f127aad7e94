"""Cash that was set aside at redemption: one's own, and having it paid once that may be done (I9)."""

from sqlalchemy.orm import Session

from api.context import CommandContext, Prepared, Services
from api.currencies import currency_of
from api.errors import RequestInvalid, StateForbids
from api.identity.actor import Actor
from api.operations.schemas import OperationRead
from api.parties import parties
from api.receivables import service as receivables
from api.schemas import Total
from api.settlement.schemas import SetAsideCash, SetAsideRead, SetAsideRelease
from indexer import queries
from node_adapter.artifacts import payable_of
from node_adapter.outbox.commands import Call


class SetAsideNothing(StateForbids):
    """Nothing is set aside there. Named and answered like the contract's own."""


def list_cash(session: Session, services: Services, actor: Actor) -> SetAsideCash:
    """The actor's own cash that waits; what is another's is between it and compliance."""
    found = [] if actor.address is None else queries.set_aside(session, actor.address)
    people = parties(session, {row.holder for row in found})
    items = [
        SetAsideRead(
            receivable_id=row.receivable_id,
            payable_id=payable_of(row.receivable_id),
            holder=people[row.holder],
            deposit_token=row.deposit_token,
            amount=Total.of(row.amount, currency_of(services.deployments, row.deposit_token)),
        )
        for row in found
    ]
    return SetAsideCash(items=items, **services.as_of(session))


def release(context: CommandContext, receivable_id: str, body: SetAsideRelease) -> OperationRead:
    """The actor has its own cash paid out, once nothing keeps it any more."""
    return context.once(
        f"release set-aside {receivable_id}",
        body,
        lambda request_hash: _release(context, receivable_id, body, request_hash),
    )


def _release(context: CommandContext, receivable_id: str, body: SetAsideRelease, request_hash: str) -> Prepared:
    row, holder = receivables.get(context.session, context.actor, receivable_id), context.actor.account()
    waiting = {
        found.deposit_token
        for found in queries.set_aside(context.session, holder)
        if found.receivable_id == receivable_id and body.deposit_token in (None, found.deposit_token)
    }
    if not waiting:
        raise SetAsideNothing(
            f"nothing is set aside for you on receivable {receivable_id}", receivable_id=receivable_id, holder=holder
        )
    if len(waiting) > 1:
        raise RequestInvalid("cash waits in several deposit tokens: name one", deposit_tokens=sorted(waiting))
    return Prepared(
        context.command(
            request_hash,
            kind="receivable.release_set_aside",
            resource=("receivable", receivable_id),
            subject=row.payable_id,
            call=Call("Settlement", "releaseSetAside", [int(receivable_id, 16), holder, waiting.pop()]),
            sender=context.key(),
        )
    )
