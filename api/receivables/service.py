"""Receivables: who may see a piece, and what its holder does with it. The contracts check the rest."""

from sqlalchemy import ColumnElement, exists, false, or_, select
from sqlalchemy.orm import Session

from api.context import CommandContext, Prepared
from api.currencies import minor_units
from api.errors import NotFound, RequestInvalid
from api.identity.actor import Actor
from api.operations.schemas import OperationRead
from api.programmes import service as programmes
from api.receivables.schemas import ReceivableDilute, ReceivablesMerge, ReceivableSplit, ReceivableTransfer
from api.schemas import NoBody
from indexer.models import Payable, Receivable, ReceivableMove
from node_adapter.outbox.commands import Call


class ReceiverIsDebtor(RequestInvalid):
    """What reaches its debtor is gone (I8): that is an act of its own. Named and answered like the contract's own."""


def visible_to(party: str | None) -> ColumnElement[bool]:
    """Holder, debtor, who answers for it, and whoever handed it on (see `reading`). Every query of this module goes
    through here."""
    if party is None:
        return false()
    moved = exists().where(
        ReceivableMove.receivable_id == Receivable.receivable_id,
        or_(ReceivableMove.from_account == party, ReceivableMove.to_account == party),
    )
    owed = exists().where(Payable.payable_id == Receivable.payable_id, Payable.debtor == party)
    return or_(Receivable.holder == party, Receivable.endorser == party, owed, moved)


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
    for part in body.parts:
        _refuse_debtor(payable, receivable_id, part.to)
    currency = programmes.currency(context.session, context.services.deployments, payable.programme_id)
    parts = [[part.to, minor_units(currency, part.value), part.recourse] for part in body.parts]
    return _act(context, row, request_hash, "receivable.split", Call("Receivables", "split", [_int(row), parts]))


def transfer(context: CommandContext, receivable_id: str, body: ReceivableTransfer) -> OperationRead:
    """The holder hands on the whole."""
    return context.once(
        f"transfer {receivable_id}", body, lambda request_hash: _transfer(context, receivable_id, body, request_hash)
    )


def _transfer(context: CommandContext, receivable_id: str, body: ReceivableTransfer, request_hash: str) -> Prepared:
    row = get(context.session, context.actor, receivable_id)
    _refuse_debtor(context.session.get_one(Payable, row.payable_id), receivable_id, body.to)
    if body.recourse:
        call = Call("Receivables", "transferWithRecourse", [_int(row), body.to])
    else:
        call = _handed_to(context, row, body.to)
    return _act(context, row, request_hash, "receivable.transfer", call)


def _refuse_debtor(payable: Payable, receivable_id: str, to: str) -> None:
    if to == payable.debtor:
        raise ReceiverIsDebtor(
            f"{to} is the debtor: to give it up, POST /api/v1/receivables/{receivable_id}/extinguish",
            receivable_id=receivable_id,
            debtor=payable.debtor,
        )


def _handed_to(context: CommandContext, row: Receivable, to: str) -> Call:
    """ERC-721's transfer; of the actor's own, so that who holds it not is told by the contract."""
    arguments = [context.actor.account(), to, _int(row)]
    return Call("Receivables", "transferFrom(address,address,uint256)", arguments)


def extinguish(context: CommandContext, receivable_id: str) -> OperationRead:
    """The holder gives the whole up to its debtor."""
    return context.once(
        f"extinguish {receivable_id}", NoBody(), lambda request_hash: _extinction(context, receivable_id, request_hash)
    )


def _extinction(context: CommandContext, receivable_id: str, request_hash: str) -> Prepared:
    row = get(context.session, context.actor, receivable_id)
    debtor = context.session.get_one(Payable, row.payable_id).debtor
    return _act(context, row, request_hash, "receivable.extinguish", _handed_to(context, row, debtor))


def dilute(context: CommandContext, receivable_id: str, body: ReceivableDilute) -> OperationRead:
    """The holder gives a part up to its debtor, against a credit note."""
    return context.once(
        f"dilute {receivable_id}", body, lambda request_hash: _dilution(context, receivable_id, body, request_hash)
    )


def _dilution(context: CommandContext, receivable_id: str, body: ReceivableDilute, request_hash: str) -> Prepared:
    row = get(context.session, context.actor, receivable_id)
    payable = context.session.get_one(Payable, row.payable_id)
    currency = programmes.currency(context.session, context.services.deployments, payable.programme_id)
    note = context.kept(body.credit_note)
    call = Call("Receivables", "dilute", [_int(row), minor_units(currency, body.value), note.text_hash])
    prepared = _act(context, row, request_hash, "receivable.dilute", call)
    return Prepared(prepared.command, lambda session, _operation: session.add(note))


def merge(context: CommandContext, body: ReceivablesMerge) -> OperationRead:
    """The holder makes one piece of two neighbours."""
    return context.once("merge", body, lambda request_hash: _merge(context, body, request_hash))


def _merge(context: CommandContext, body: ReceivablesMerge, request_hash: str) -> Prepared:
    row, absorbed = (get(context.session, context.actor, piece) for piece in (body.receivable_id, body.absorbed_id))
    call = Call("Receivables", "merge", [_int(row), _int(absorbed)])
    return _act(context, row, request_hash, "receivable.merge", call)


def refuse(context: CommandContext, receivable_id: str) -> OperationRead:
    """The receiver gives the piece back."""
    return _of_one(context, "refuse", "Receivables", receivable_id)


def redeem(context: CommandContext, receivable_id: str) -> OperationRead:
    """The holder draws all that is due to it by now."""
    return _of_one(context, "redeem", "Settlement", receivable_id)


def _of_one(context: CommandContext, act: str, instance: str, receivable_id: str) -> OperationRead:
    """A command that names the piece and nothing else; the contract's function is named like the act."""

    def prepare(request_hash: str) -> Prepared:
        row = get(context.session, context.actor, receivable_id)
        return _act(context, row, request_hash, f"receivable.{act}", Call(instance, act, [_int(row)]))

    return context.once(f"{act} {receivable_id}", NoBody(), prepare)


def _act(context: CommandContext, row: Receivable, request_hash: str, kind: str, call: Call) -> Prepared:
    return Prepared(
        context.command(
            request_hash,
            kind=kind,
            resource=("receivable", row.receivable_id),
            subject=row.payable_id,
            call=call,
            sender=context.key(),
        )
    )


def _int(row: Receivable) -> int:
    return int(row.receivable_id, 16)
