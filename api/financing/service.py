"""Financing: a holder asks, financiers sign quotes, the holder accepts one and is paid in the same transaction.

A quote is priced once, here, by R-14a, and is final: the financier signs the price, the contract moves exactly it.
"""

import secrets
import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from api.context import CommandContext, Prepared
from api.currencies import currency_of, minor_units
from api.domain.dates import business_date, days_between, end_of_day, from_day, to_day, year_fraction
from api.domain.pricing import PricingError, bank_discount
from api.errors import NotFound, NotYours, RequestInvalid, StateForbids
from api.financing.models import FinancingQuote, FinancingRequest
from api.financing.schemas import FinancingAsk, QuoteMake
from api.identity.actor import Actor, Role
from api.operations.schemas import OperationRead
from api.programmes import service as programmes
from api.receivables import service as receivables
from indexer.models import Deal, Payable, Programme, ReceivableState
from node_adapter import typed_data
from node_adapter.outbox.models import Operation

VALUE_DATE_MARGIN_S = 15 * 60
"""A quote made within this of midnight is priced for the next day, so that there is time to accept it."""

NO_REGISTRATION = "0x" + "00" * 32


class ReceivableNotHolder(NotYours):
    """Only the holder asks for financing."""


class ReceivableInsufficientValue(StateForbids):
    """More was asked for than the piece holds. Named and answered like the contract's own."""


class RequestAccepted(StateForbids):
    """A quote for this request was accepted already."""


class ReceivableMatured(StateForbids):
    """There is no time left to price."""


class QuoteRegistrationMissing(StateForbids):
    """The programme asks for a registration (R-11). Named and answered like the contract's own."""


class QuoteTakeOutOfRange(RequestInvalid):
    """The least that may be taken is at most the value. Named and answered like the contract's own."""


class QuoteProceedsOutOfRange(RequestInvalid):
    """Fees leave nothing, or more than the value is paid. Named and answered like the contract's own."""


class QuoteUnpriceable(RequestInvalid):
    """The terms have no price."""


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """A request is seen by its supplier and by every financier. Every query of this module goes through here.

    While a reorg has taken its payable back there is nothing to finance: the request is there again with the payable.
    """
    indexed = exists().where(Payable.payable_id == FinancingRequest.payable_id)
    if actor.role == Role.FINANCIER:
        return indexed
    return and_(indexed, FinancingRequest.organisation_id == actor.organisation_id)


def quote_visible_to(actor: Actor) -> ColumnElement[bool]:
    """A quote is seen by the financier that made it and the supplier it was made to: never by another financier."""
    asked = exists().where(
        FinancingRequest.id == FinancingQuote.request_id, FinancingRequest.organisation_id == actor.organisation_id
    )
    return or_(FinancingQuote.organisation_id == actor.organisation_id, asked)


def get_request(session: Session, actor: Actor, request_id: str) -> FinancingRequest:
    """One request that the actor may see; NotFound otherwise."""
    row = session.scalar(select(FinancingRequest).where(FinancingRequest.id == request_id, visible_to(actor)))
    if row is None:
        raise NotFound.of("financing request", request_id)
    return row


def get_quote(session: Session, actor: Actor, quote_id: str) -> FinancingQuote:
    """One quote that the actor may see; NotFound otherwise."""
    row = session.scalar(select(FinancingQuote).where(FinancingQuote.id == quote_id, quote_visible_to(actor)))
    if row is None:
        raise NotFound.of("quote", quote_id)
    return row


def accepted(session: Session, request_ids: Sequence[str]) -> set[str]:
    """Which of these requests have a quote that was accepted on chain."""
    query = (
        select(FinancingQuote.request_id)
        .join(Deal, Deal.quote_hash == FinancingQuote.quote_hash)
        .where(FinancingQuote.request_id.in_(request_ids))
    )
    return set(session.scalars(query))


def ask(context: CommandContext, body: FinancingAsk) -> OperationRead:
    """The holder asks for quotes. Nothing goes on chain."""
    context.actor.must_be(Role.SUPPLIER)
    return context.once("ask", body, lambda request_hash: _request(context, body, request_hash))


def _request(context: CommandContext, body: FinancingAsk, request_hash: str) -> Prepared:
    piece = receivables.get(context.session, context.actor, body.receivable_id)
    if piece.state != ReceivableState.LIVE or piece.holder != context.actor.account():
        raise ReceivableNotHolder(
            f"receivable {body.receivable_id} is not held by you", receivable_id=body.receivable_id
        )
    payable = context.session.get_one(Payable, piece.payable_id)
    token = programmes.payment_token(context.session, payable.programme_id, None)
    value = minor_units(currency_of(context.services.deployments, token), body.value)
    if value > piece.end - piece.start:
        raise ReceivableInsufficientValue(
            f"receivable {body.receivable_id} holds {piece.end - piece.start} minor units, {value} were asked for",
            asked=value,
            available=piece.end - piece.start,
        )
    row = FinancingRequest(
        id=str(uuid.uuid4()),
        organisation_id=context.actor.organisation_id,
        supplier=context.actor.account(),
        receivable_id=body.receivable_id,
        payable_id=piece.payable_id,
        deposit_token=token,
        value=value,
        recourse=body.recourse,
        created_at=context.now(),
    )
    command = context.command(
        request_hash,
        kind="financing.request",
        resource=("financing_request", row.id),
        subject=None,
        call=None,
        sender=None,
    )
    return Prepared(command, lambda session, _operation: session.add(row))


def make_quote(context: CommandContext, request_id: str, body: QuoteMake) -> OperationRead:
    """A financier prices the request for today and signs: the quote, and the payment that it alone can use."""
    context.actor.must_be(Role.FINANCIER)
    return context.once(
        f"quote {request_id}", body, lambda request_hash: _quote(context, request_id, body, request_hash)
    )


def priced(context: CommandContext, request_id: str, body: QuoteMake) -> tuple[FinancingRequest, FinancingQuote]:
    """What the financier would sign now, kept nowhere; refused as `make_quote` is."""
    request = get_request(context.session, context.actor, request_id)
    if accepted(context.session, [request_id]):
        raise RequestAccepted(f"financing request {request_id} has been accepted", request_id=request_id)
    return request, _priced(context, request, body)


def _quote(context: CommandContext, request_id: str, body: QuoteMake, request_hash: str) -> Prepared:
    request, row = priced(context, request_id, body)
    chain_id, discounting = context.services.deployments.chain_id, context.address("Discounting", request.payable_id)
    quote = typed_data.quote(chain_id, discounting, quote_values(request, row))
    row.quote_hash = "0x" + typed_data.digest(quote).hex()
    cash = typed_data.receive_with_authorization(
        chain_id=chain_id,
        token_address=request.deposit_token,
        token_name=typed_data.deposit_token_name(currency_of(context.services.deployments, request.deposit_token)),
        from_=row.financier,
        to=discounting,
        value=row.proceeds + sum(int(fee["amount"]) for fee in row.fees),
        valid_after=0,
        valid_before=row.expiry + 1,
        nonce=row.quote_hash,
    )

    def record(session: Session, operation: Operation) -> None:
        row.operation_id = operation.id
        session.add(row)

    command = context.command(
        request_hash,
        kind="financing.quote",
        resource=("quote", row.id),
        subject=None,
        call=None,
        sender=None,
        sign=[quote, cash],
        sign_as=context.key(),
    )
    return Prepared(command, record)


def _priced(context: CommandContext, request: FinancingRequest, body: QuoteMake) -> FinancingQuote:
    now = context.now()
    value_date = business_date(now + VALUE_DATE_MARGIN_S)
    payable = context.session.get_one(Payable, request.payable_id)
    due_date = from_day(payable.due_date)
    if due_date <= value_date:
        raise ReceivableMatured(
            f"due on {due_date}, there is nothing to discount on {value_date}", due_date=str(due_date)
        )
    try:
        price = bank_discount(request.value, body.annual_rate_ppm, year_fraction(value_date, due_date, body.day_count))
    except PricingError as error:
        raise QuoteUnpriceable(str(error)) from error
    minimum_take, fees = _parts(context, request, body, price.proceeds)
    return FinancingQuote(
        id=str(uuid.uuid4()),
        request_id=request.id,
        organisation_id=context.actor.organisation_id,
        financier=context.actor.account(),
        value=request.value,
        minimum_take=minimum_take,
        fees=fees,
        proceeds=price.proceeds,
        annual_rate_ppm=body.annual_rate_ppm,
        day_count=body.day_count.value,
        tenor_days=days_between(value_date, due_date, body.day_count),
        value_date=value_date,
        due_date=due_date,
        recourse=request.recourse,
        registration_hash=_registration(context, payable, body),
        nonce="0x" + secrets.token_hex(32),
        expiry=_expiry(now, body.valid_minutes, value_date),
        created_at=now,
    )


def _parts(
    context: CommandContext, request: FinancingRequest, body: QuoteMake, proceeds: int
) -> tuple[int, list[dict[str, object]]]:
    """The least that may be taken, and what the financier pays to others on top of the proceeds."""
    currency = currency_of(context.services.deployments, request.deposit_token)
    minimum_take = request.value if body.minimum_take is None else minor_units(currency, body.minimum_take)
    if minimum_take > request.value:
        raise QuoteTakeOutOfRange(
            f"at least {minimum_take} minor units of {request.value} cannot be taken",
            minimum_take=minimum_take,
            value=request.value,
        )
    fees: list[dict[str, object]] = [{"to": fee.to, "amount": minor_units(currency, fee.amount)} for fee in body.fees]
    total = sum(minor_units(currency, fee.amount) for fee in body.fees)
    if proceeds + total > request.value:
        raise QuoteProceedsOutOfRange(
            f"proceeds of {proceeds} and fees of {total} minor units are more than the value, {request.value}",
            proceeds=proceeds,
            fees=total,
            value=request.value,
        )
    return minimum_take, fees


def _registration(context: CommandContext, payable: Payable, body: QuoteMake) -> str | None:
    """What the financier names; the contract looks whether it anchored it when the quote is accepted."""
    programme = context.session.get_one(Programme, payable.programme_id)
    if programme.registration_required and body.registration_hash is None:
        raise QuoteRegistrationMissing(
            f"programme {programme.programme_id} wants the assignment registered: anchor that, and name its hash",
            programme_id=programme.programme_id,
        )
    return body.registration_hash


def _expiry(now: int, valid_minutes: int, value_date: date) -> int:
    """The price is for one day: a quote ends with it at the latest."""
    return min(now + valid_minutes * 60, end_of_day(value_date) - 1)


def quote_values(request: FinancingRequest, row: FinancingQuote) -> dict[str, object]:
    """The fields of Solidity's `Quote`, in order."""
    return {
        "receivableId": int(request.receivable_id, 16),
        "supplier": request.supplier,
        "financier": row.financier,
        "depositToken": request.deposit_token,
        "value": row.value,
        "minimumTake": row.minimum_take,
        "proceeds": row.proceeds,
        "valueDate": to_day(row.value_date),
        "recourse": row.recourse,
        "registrationHash": row.registration_hash or NO_REGISTRATION,
        "nonce": int(row.nonce, 16),
        "expiry": row.expiry,
        "fees": row.fees,
    }
