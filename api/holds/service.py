"""Freeze orders: compliance names a holder, not a token, so that splitting does not escape it (R-23)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Session

from api import texts
from api.context import CommandContext, Prepared, Services
from api.currencies import deposit_token, minor_units
from api.errors import NotFound, RequestInvalid, StateForbids
from api.holds.schemas import (
    INSTANT_MAX,
    FreezeEnforce,
    FreezeOrder,
    FreezeOrderRead,
    FreezeOrders,
    FreezeSetAside,
)
from api.identity.actor import Actor, Role
from api.operations.schemas import OperationRead
from api.pagination import PageRequest, fetch
from api.parties import parties
from api.programmes import service as programmes
from api.reading import newest_block
from api.receivables import service as receivables
from api.schemas import ReasonGiven
from indexer import models as chain
from indexer.models import Payable, Receivable
from node_adapter.outbox.commands import Call


class HoldUntilOutOfRange(StateForbids):
    """Further in the future than an instant of the contracts reaches. Named and answered like the contract's own."""


def within_reach(until: datetime) -> int:
    """Its unix second, as the contracts take it; HoldUntilOutOfRange where they could not hold it."""
    unix_s = int(until.timestamp())
    if not 0 <= unix_s <= INSTANT_MAX:
        raise HoldUntilOutOfRange(f"{until.isoformat()} is further than a hold can reach", until=unix_s)
    return unix_s


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """An order is seen by compliance and by the holder it names. Every query of this module goes through here."""
    if actor.role == Role.COMPLIANCE:
        return true()
    return false() if actor.address is None else chain.FreezeOrder.holder == actor.address


def get(session: Session, actor: Actor, order_id: int) -> chain.FreezeOrder:
    """One order that the actor may see; NotFound otherwise."""
    row = session.scalar(select(chain.FreezeOrder).where(chain.FreezeOrder.order_id == order_id, visible_to(actor)))
    if row is None:
        raise NotFound.of("freeze order", str(order_id))
    return row


def order(context: CommandContext, body: FreezeOrder) -> OperationRead:
    """Compliance freezes. Why, and on whose authority, is kept here; their salted hashes go on chain."""
    context.actor.must_be(Role.COMPLIANCE)
    return context.once("freeze", body, lambda request_hash: _order(context, body, request_hash))


def _order(context: CommandContext, body: FreezeOrder, request_hash: str) -> Prepared:
    session, deployments = context.session, context.services.deployments
    if body.payable_id is None:
        deposit_token(deployments, body.amount.currency)
        amount = body.amount.minor
    else:
        payable = session.get(Payable, body.payable_id)
        if payable is None:
            raise NotFound.of("payable", body.payable_id)
        amount = minor_units(programmes.currency(session, deployments, payable.programme_id), body.amount)
    if body.version not in (None, *deployments.versions):
        raise RequestInvalid(f"there is no version {body.version} of the contracts", versions=deployments.versions)
    until = within_reach(body.until)
    kept = [context.kept(body.reason), context.kept(body.authority)]
    arguments = [body.holder, int(body.payable_id or "0", 16), amount, until, *(text.text_hash for text in kept)]
    return Prepared(
        context.command(
            request_hash,
            kind="freeze.order",
            resource=("freeze_order", None),
            subject=body.holder,
            call=Call("Holds", "order", arguments),
            sender=context.key(),
            version=(body.version if body.payable_id is None else None) or context.version(body.payable_id),
        ),
        lambda stored, _operation: stored.add_all(kept),
    )


def release(context: CommandContext, order_id: int, body: ReasonGiven) -> OperationRead:
    """Compliance ends an order."""
    context.actor.must_be(Role.COMPLIANCE)

    def prepare(request_hash: str) -> Prepared:
        row = get(context.session, context.actor, order_id)
        reason = context.kept(body.reason)
        prepared = _act(context, row, request_hash, "freeze.release", "releaseOrder", [reason.text_hash])
        return Prepared(prepared.command, lambda session, _operation: session.add(reason))

    return context.once(f"release {order_id}", body, prepare)


def set_aside(context: CommandContext, order_id: int, body: FreezeSetAside) -> OperationRead:
    """Compliance or the holder says which pieces serve the order."""

    def prepare(request_hash: str) -> Prepared:
        row = get(context.session, context.actor, order_id)
        arguments = _piece(context, body.receivable_id, body)
        return _act(context, row, request_hash, "freeze.set_aside", "setAside", arguments)

    return context.once(f"set aside {order_id}", body, prepare)


def enforce(context: CommandContext, order_id: int, body: FreezeEnforce) -> OperationRead:
    """Compliance moves what is set aside."""
    context.actor.must_be(Role.COMPLIANCE)

    def prepare(request_hash: str) -> Prepared:
        row = get(context.session, context.actor, order_id)
        arguments = [*_piece(context, body.receivable_id, body), body.to]
        return _act(context, row, request_hash, "freeze.enforce", "enforceOrder", arguments)

    return context.once(f"enforce {order_id}", body, prepare)


def _piece(context: CommandContext, receivable_id: str, body: FreezeSetAside | FreezeEnforce) -> list[object]:
    """The piece and the amount as the contract takes them. Compliance sees every piece, a holder its own."""
    if context.actor.role == Role.COMPLIANCE:
        row = context.session.get(Receivable, receivable_id)
        if row is None:
            raise NotFound.of("receivable", receivable_id)
    else:
        row = receivables.get(context.session, context.actor, receivable_id)
    payable = context.session.get_one(Payable, row.payable_id)
    currency = programmes.currency(context.session, context.services.deployments, payable.programme_id)
    return [int(receivable_id, 16), minor_units(currency, body.amount)]


def _act(
    context: CommandContext,
    row: chain.FreezeOrder,
    request_hash: str,
    kind: str,
    function: str,
    arguments: list[object],
) -> Prepared:
    return Prepared(
        context.command(
            request_hash,
            kind=kind,
            resource=("freeze_order", str(row.order_id)),
            subject=row.holder,
            call=Call("Holds", function, [row.order_id, *arguments]),
            sender=context.key(),
            version=context.version(f"order:{row.order_id}"),
        )
    )


def list_orders(session: Session, services: Services, actor: Actor, page: PageRequest) -> FreezeOrders:
    """The orders that the actor may see, newest first."""
    query = select(chain.FreezeOrder).where(visible_to(actor))
    rows, following = fetch(session, query, [chain.FreezeOrder.order_id], page)
    return FreezeOrders(items=read_all(session, services, actor, rows), next=following, **services.as_of(session))


def read_all(
    session: Session, services: Services, actor: Actor, rows: Sequence[chain.FreezeOrder]
) -> list[FreezeOrderRead]:
    """Orders; why and by whom is compliance's to read."""
    now = newest_block(session).timestamp
    people = parties(session, {row.holder for row in rows})
    hashes: set[str | None] = set()
    if actor.role == Role.COMPLIANCE:
        hashes = {found for row in rows for found in (row.reason_hash, row.authority_hash)}
    kept = texts.read(session, services.master_key, hashes)
    return [
        FreezeOrderRead(
            order_id=row.order_id,
            holder=people[row.holder],
            payable_id=row.payable_id,
            amount_minor=row.amount,
            until=datetime.fromtimestamp(row.until, UTC),
            released=row.released,
            live=not row.released and row.until >= now,
            reason=kept.get(row.reason_hash),
            authority=kept.get(row.authority_hash),
            ordered_at=datetime.fromtimestamp(row.ordered_at, UTC),
        )
        for row in rows
    ]


def read(session: Session, services: Services, actor: Actor, row: chain.FreezeOrder) -> FreezeOrderRead:
    """One order."""
    return read_all(session, services, actor, [row])[0]
