"""Receivables: who holds which piece; split, handed on, redeemed."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, or_, select
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
from indexer.models import Payable, Receivable, ReceivableMove
from node_adapter.outbox.commands import Call


def visible_to(party: str | None) -> ColumnElement[bool]:
    """Its holder, whoever handed it on or held it, and its debtor. Every query of this module goes through here."""
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
    request = f"split {receivable_id}\n".encode() + body.model_dump_json().encode()
    return context.once(request, lambda request_hash: _split(context, receivable_id, body, request_hash))


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
    request = f"redeem {receivable_id}".encode()
    return context.once(request, lambda request_hash: _redemption(context, receivable_id, request_hash))


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
        items=read_all(session, services, rows), next=following, as_of_block=newest_block(session).number
    )


def read_all(session: Session, services: Services, rows: Sequence[Receivable]) -> list[ReceivableRead]:
    """Receivables with what they need of their payables, in a fixed number of queries."""
    head = newest_block(session)
    found = session.scalars(select(Payable).where(Payable.payable_id.in_({row.payable_id for row in rows})))
    payables = {payable.payable_id: payable for payable in found}
    people = parties(session, {row.holder for row in rows} | {payable.debtor for payable in payables.values()})
    return [
        ReceivableRead(
            receivable_id=row.receivable_id,
            payable_id=row.payable_id,
            parent_id=row.parent_id,
            state="redeemed" if row.redeemed else "live",
            holder=people[row.holder],
            debtor=people[payables[row.payable_id].debtor],
            value=money(services.deployments, payables[row.payable_id].deposit_token, row.end - row.start),
            drawn=money(services.deployments, payables[row.payable_id].deposit_token, row.drawn),
            start=row.start,
            end=row.end,
            depth=row.depth,
            recourse=row.recourse,
            issue_date=from_day(payables[row.payable_id].issue_date),
            due_date=from_day(payables[row.payable_id].due_date),
            last_block=row.last_block_number,
            final=services.network.is_final(row.last_block_number, head.number),
            as_of_block=head.number,
        )
        for row in rows
    ]


def read(session: Session, services: Services, row: Receivable) -> ReceivableRead:
    """One receivable as its parties see it."""
    return read_all(session, services, [row])[0]
