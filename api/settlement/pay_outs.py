"""Pay-outs: deposits become money again. They wait on chain until the bank has paid, or refused."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from api import texts
from api.context import CommandContext, Prepared, Services
from api.currencies import bank_of, currency_of, deposit_token_instance, instance_at, tokens
from api.domain.money import Money
from api.errors import NotFound
from api.identity.actor import Actor, Role
from api.operations.schemas import OperationRead
from api.pagination import PageRequest, fetch
from api.parties import parties
from api.schemas import ReasonGiven
from api.settlement.schemas import PayOutAsk, PayOutComplete, PayOutRead, PayOuts
from api.texts import KeptText
from indexer.models import PayOut, PayOutState
from node_adapter.ids import reference_hash
from node_adapter.outbox.commands import Call


def visible_to(services: Services, actor: Actor) -> ColumnElement[bool]:
    """A pay-out is seen by who asked for it and by the token's bank. Every query of pay-outs goes through here."""
    if actor.address is None:
        return false()
    issued = [token for token in tokens(services.deployments) if bank_of(services.deployments, token) == actor.address]
    return or_(PayOut.account == actor.address, PayOut.token.in_(issued))


def get(session: Session, services: Services, actor: Actor, pay_out_id: str) -> PayOut:
    """One pay-out that the actor may see; NotFound otherwise."""
    key = pay_out_id.replace("-", "/")
    row = session.scalar(select(PayOut).where(PayOut.pay_out_key == key, visible_to(services, actor)))
    if row is None:
        raise NotFound.of("pay-out", pay_out_id)
    return row


def ask(context: CommandContext, body: PayOutAsk) -> OperationRead:
    """The holder of deposits asks its bank for money."""

    def prepare(request_hash: str) -> Prepared:
        context.actor.account()
        instance = deposit_token_instance(context.services.deployments, body.amount.currency)
        instruction = context.kept(body.instruction)
        command = context.command(
            request_hash,
            kind="pay_out.ask",
            resource=("pay_out", None),
            subject=None,
            call=Call(instance, "requestPayOut", [body.amount.minor, instruction.text_hash]),
            sender=context.key(),
        )
        return Prepared(command, lambda session, _operation: session.add(instruction))

    return context.once("pay out", body, prepare)


def complete(context: CommandContext, pay_out_id: str, body: PayOutComplete) -> OperationRead:
    """The bank has paid under a reference that it can use once."""

    def prepare(request_hash: str) -> Prepared:
        return _decided(context, request_hash, "complete", pay_out_id, reference_hash(body.bank_reference), None)

    return context.once(f"complete pay-out {pay_out_id}", body, prepare)


def refuse(context: CommandContext, pay_out_id: str, body: ReasonGiven) -> OperationRead:
    """The bank does not pay; the deposits go back."""

    def prepare(request_hash: str) -> Prepared:
        reason = context.kept(body.reason)
        return _decided(context, request_hash, "refuse", pay_out_id, reason.text_hash, reason)

    return context.once(f"refuse pay-out {pay_out_id}", body, prepare)


def _decided(
    context: CommandContext, request_hash: str, act: str, pay_out_id: str, told: str, text: KeptText | None
) -> Prepared:
    context.actor.must_be(Role.BANK)
    row = get(context.session, context.services, context.actor, pay_out_id)
    instance = instance_at(context.services.deployments, row.token)
    assert instance is not None, "the index knows the network's tokens alone"
    command = context.command(
        request_hash,
        kind=f"pay_out.{act}",
        resource=("pay_out", pay_out_id),
        subject=row.pay_out_key,
        call=Call(instance, f"{act}PayOut", [row.number, told]),
        sender=context.key(),
    )
    return Prepared(command, lambda session, _operation: session.add_all([] if text is None else [text]))


def list_pay_outs(session: Session, services: Services, actor: Actor, page: PageRequest) -> PayOuts:
    """The pay-outs that the actor may see, newest first."""
    query = select(PayOut).where(visible_to(services, actor))
    rows, following = fetch(session, query, [PayOut.requested_at, PayOut.pay_out_key], page)
    items = read_all(session, services, rows)
    return PayOuts(items=items, next=following, **services.as_of(session))


def read(session: Session, services: Services, row: PayOut) -> PayOutRead:
    """One pay-out."""
    return read_all(session, services, [row])[0]


def read_all(session: Session, services: Services, rows: Sequence[PayOut]) -> list[PayOutRead]:
    """Pay-outs as their two parties see them, in a fixed number of queries."""
    people = parties(session, {row.account for row in rows})
    hashes = {found for row in rows for found in (row.instruction_hash, row.reason_hash)}
    kept = texts.read(session, services.master_key, hashes)
    return [
        PayOutRead(
            id=row.pay_out_key.replace("/", "-"),
            state=PayOutState(row.state).value,
            deposit_token=row.token,
            account=people[row.account],
            amount=Money(row.amount, currency_of(services.deployments, row.token)),
            instruction=kept.get(row.instruction_hash),
            bank_reference_hash=row.bank_reference,
            reason=kept.get(row.reason_hash),
            requested_at=datetime.fromtimestamp(row.requested_at, UTC),
        )
        for row in rows
    ]
