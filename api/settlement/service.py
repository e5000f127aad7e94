"""Tokenised deposits: credited by their bank, and who has how much."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.context import CommandContext, Prepared, Services
from api.currencies import currency_of, deposit_token, deposit_token_instance, tokens
from api.identity.actor import Actor, Role
from api.operations.schemas import OperationRead
from api.schemas import Total
from api.settlement.schemas import Account, Balance, DepositCredit
from indexer import queries
from indexer.models import Payable, ProgrammeToken, Receivable, ReceivableState
from node_adapter.ids import reference_hash
from node_adapter.outbox.commands import Call


def credit(context: CommandContext, body: DepositCredit) -> OperationRead:
    """The bank credits real money that it received, against a reference it can use once."""
    context.actor.must_be(Role.BANK)
    return context.once("credit", body, lambda request_hash: _credit(context, body, request_hash))


def _credit(context: CommandContext, body: DepositCredit, request_hash: str) -> Prepared:
    instance = deposit_token_instance(context.services.deployments, body.amount.currency)
    reference = reference_hash(body.bank_reference)
    return Prepared(
        context.command(
            request_hash,
            kind="deposit.credit",
            resource=("account", body.account),
            subject=reference,
            call=Call(instance, "credit", [body.account, body.amount.minor, reference]),
            sender=context.key(),
        )
    )


def account(session: Session, services: Services, actor: Actor) -> Account:
    """The actor's cash per deposit token, and the face value of what it holds."""
    address, currency = actor.account(), "CNY"
    token = deposit_token(services.deployments, currency)
    held = session.scalar(
        select(func.coalesce(func.sum(Receivable.end - Receivable.start), 0))
        .join(Payable, Payable.payable_id == Receivable.payable_id)
        .join(ProgrammeToken, ProgrammeToken.programme_id == Payable.programme_id)
        .where(
            Receivable.holder == address,
            Receivable.state == ReceivableState.LIVE,
            Receivable.parking.is_(None),
            ProgrammeToken.deposit_token == token,
        )
    )
    deployments = services.deployments
    return Account(
        account=address,
        balances=[
            Balance(
                deposit_token=each,
                balance=Total.of(queries.cash_balance(session, address, each), currency_of(deployments, each)),
            )
            for each in tokens(deployments)
        ],
        receivables=Total.of(int(held or 0), currency),
        **services.as_of(session),
    )
