"""Deposit tokens: whose they are, and whether their bank has stopped them."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import texts
from api.context import CommandContext, Prepared, Services
from api.currencies import bank_of, currency_of, instance_at, tokens
from api.errors import NotFound
from api.identity.actor import Role
from api.operations.schemas import OperationRead
from api.parties import parties
from api.schemas import NoBody, ReasonGiven
from api.settlement.schemas import DepositTokenRead, DepositTokens
from indexer.models import ChainBlock, TokenPause
from node_adapter.outbox.commands import Call
from node_adapter.words import checksum_address, from_hex


def pause(context: CommandContext, token: str, body: ReasonGiven) -> OperationRead:
    """The bank stops its token; a due payable that accepts no other is then no dishonour (R-29b)."""
    return _act(context, "pause", token, body)


def resume(context: CommandContext, token: str) -> OperationRead:
    """The bank ends the pause."""
    return _act(context, "resume", token, NoBody())


def _act(context: CommandContext, function: str, token: str, body: ReasonGiven | NoBody) -> OperationRead:
    context.actor.must_be(Role.BANK)

    def prepare(request_hash: str) -> Prepared:
        address = checksum_address(from_hex(token))
        instance = instance_at(context.services.deployments, address)
        if instance is None:
            raise NotFound.of("deposit token", token)
        kept = [context.kept(body.reason)] if isinstance(body, ReasonGiven) else []
        command = context.command(
            request_hash,
            kind=f"deposit_token.{function}",
            resource=("deposit_token", address),
            subject=address,
            call=Call(instance, function, [text.text_hash for text in kept]),
            sender=context.key(),
        )
        return Prepared(command, lambda session, _operation: session.add_all(kept))

    return context.once(f"{function} {token}", body, prepare)


def list_tokens(session: Session, services: Services) -> DepositTokens:
    """All of the network, whoever asks: why one stands still concerns everybody who is to be paid in it."""
    deployments = services.deployments
    people = parties(session, {bank for token in tokens(deployments) if (bank := bank_of(deployments, token))})
    newest: dict[str, tuple[TokenPause, int]] = {}
    for row, timestamp in session.execute(
        select(TokenPause, ChainBlock.timestamp)
        .join(ChainBlock, ChainBlock.hash == TokenPause.block_hash)
        .order_by(TokenPause.block_number, TokenPause.log_index)
    ):
        newest[row.token] = (row, timestamp)
    kept = texts.read(session, services.master_key, {row.reason_hash for row, _ in newest.values()})
    items = []
    for token in tokens(deployments):
        pause_row, since = newest.get(token, (None, None))
        items.append(
            DepositTokenRead(
                deposit_token=token,
                currency=currency_of(deployments, token),
                bank=people.get(bank_of(deployments, token) or ""),
                paused=pause_row is not None and pause_row.paused,
                reason=None if pause_row is None else kept.get(pause_row.reason_hash),
                since=None if since is None else datetime.fromtimestamp(since, UTC),
            )
        )
    return DepositTokens(items=items, **services.as_of(session))
