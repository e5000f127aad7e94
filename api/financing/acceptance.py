"""Quotes accepted, whole or in part, one or several at once; and called off by who made them."""

from sqlalchemy.orm import Session

from api.context import CommandContext, Prepared
from api.currencies import currency_of, minor_units
from api.domain.money import Money
from api.errors import NotYours, RequestInvalid, StateForbids
from api.financing.models import FinancingQuote, FinancingRequest
from api.financing.schemas import QuoteAccept, QuoteRead, QuotesAccept
from api.financing.service import QuoteTakeOutOfRange, get_quote, quote_values
from api.operations.schemas import OperationRead
from api.schemas import NoBody
from node_adapter.outbox.commands import Call
from node_adapter.outbox.models import Operation


class QuoteUnsigned(StateForbids):
    """The financier has not signed the quote yet."""


class QuotesOfSeveralVersions(RequestInvalid):
    """Their receivables live in different versions of the contracts: no transaction reaches both."""


def accept(context: CommandContext, quote_id: str, body: QuoteAccept) -> OperationRead:
    """The supplier accepts: receivable and cash change hands in one transaction, or nothing does."""

    def prepare(request_hash: str) -> Prepared:
        row, request = _made_to(context, quote_id)
        arguments = [
            quote_values(request, row),
            _take(context, request, row, body.take),
            *_signatures(context.session, row),
        ]
        return Prepared(
            context.command(
                request_hash,
                kind="quote.accept",
                resource=("quote", quote_id),
                subject=request.payable_id,
                call=Call("Discounting", "accept", arguments),
                sender=context.key(),
            )
        )

    return context.once(f"accept {quote_id}", body, prepare)


def accept_all(context: CommandContext, body: QuotesAccept) -> OperationRead:
    """The supplier accepts several, all or none."""

    def prepare(request_hash: str) -> Prepared:
        acceptances, versions = [], set()
        for each in body.quotes:
            row, request = _made_to(context, each.quote_id)
            quote_signature, cash_signature = _signatures(context.session, row)
            take = _take(context, request, row, each.take)
            acceptances.append([quote_values(request, row), take, False, quote_signature, cash_signature])
            versions.add(context.version(request.payable_id))
        if len(versions) > 1:
            raise QuotesOfSeveralVersions("accept those of one version of the contracts at once", versions=versions)
        return Prepared(
            context.command(
                request_hash,
                kind="quotes.accept",
                resource=("quote", body.quotes[0].quote_id),
                subject=None,
                call=Call("Discounting", "acceptAll", [acceptances]),
                sender=context.key(),
                version=versions.pop(),
            )
        )

    return context.once("accept quotes", body, prepare)


def _made_to(context: CommandContext, quote_id: str) -> tuple[FinancingQuote, FinancingRequest]:
    row = get_quote(context.session, context.actor, quote_id)
    request = context.session.get_one(FinancingRequest, row.request_id)
    if request.organisation_id != context.actor.organisation_id:
        raise NotYours("a quote is accepted by the supplier it was made to")
    return row, request


def _take(context: CommandContext, request: FinancingRequest, row: FinancingQuote, take: Money | None) -> int:
    """Minor units; the contract bounds it by the quote."""
    if take is None:
        return row.value
    return minor_units(currency_of(context.services.deployments, request.deposit_token), take)


def paid_for(quote: QuoteRead, take: Money) -> Money:
    """What the supplier is paid for a part: its share of the proceeds, rounded down as the contract does. Of
    988,000.00 for 1,000,000.00 a part of 333,333.33 gets 329,333.33. QuoteTakeOutOfRange outside of the quote's bounds.
    """
    value = minor_units(take.currency, quote.value)
    paid = quote.proceeds.minor * take.minor // value
    if not quote.minimum_take.minor <= take.minor <= value or paid == 0:
        raise QuoteTakeOutOfRange(
            f"from {quote.minimum_take.amount} to {quote.value.amount} {take.currency} can be taken of this quote",
            take=take.minor,
            minimum_take=quote.minimum_take.minor,
            value=value,
        )
    return Money(paid, take.currency)


def _signatures(session: Session, row: FinancingQuote) -> list[str]:
    """The quote's, and the payment's."""
    signed = session.get_one(Operation, row.operation_id)
    if signed.signatures is None:
        raise QuoteUnsigned(f"quote {row.id} is not signed by its financier yet", quote_id=row.id)
    return signed.signatures


def cancel(context: CommandContext, quote_id: str) -> OperationRead:
    """The financier calls its quote off, on chain: who has its signature cannot use it any more."""

    def prepare(request_hash: str) -> Prepared:
        row = get_quote(context.session, context.actor, quote_id)
        if row.organisation_id != context.actor.organisation_id:
            raise NotYours("a quote is called off by the financier that made it")
        request = context.session.get_one(FinancingRequest, row.request_id)
        return Prepared(
            context.command(
                request_hash,
                kind="quote.cancel",
                resource=("quote", quote_id),
                subject=request.payable_id,
                call=Call("Discounting", "cancel", [[int(row.nonce, 16)]]),
                sender=context.key(),
            )
        )

    return context.once(f"cancel quote {quote_id}", NoBody(), prepare)
