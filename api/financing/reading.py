"""Requests and quotes as their parties see them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Services
from api.currencies import currency_of
from api.domain.dates import DayCount, from_day, year_fraction
from api.domain.money import Money
from api.domain.pricing import discount_yield_ppm
from api.financing.models import FinancingQuote, FinancingRequest
from api.financing.schemas import FinancingRequestRead, FinancingRequests, QuoteFee, QuoteRead, Quotes, QuoteState
from api.financing.service import accepted, quote_visible_to, visible_to
from api.identity.actor import Actor
from api.pagination import PageRequest, fetch
from api.parties import parties
from api.reading import newest_block
from indexer.models import Deal, Payable, QuoteCancellation
from node_adapter.outbox.models import Operation, OperationState


def list_requests(session: Session, services: Services, actor: Actor, page: PageRequest) -> FinancingRequests:
    """The requests that the actor may see, newest first."""
    query = select(FinancingRequest).where(
        visible_to(actor), FinancingRequest.created_at <= newest_block(session).timestamp
    )
    rows, following = fetch(session, query, [FinancingRequest.created_at, FinancingRequest.id], page)
    return FinancingRequests(items=read_requests(session, services, rows), next=following, **services.as_of(session))


def read_requests(session: Session, services: Services, rows: Sequence[FinancingRequest]) -> list[FinancingRequestRead]:
    """Requests with what they need of their payables, in a fixed number of queries."""
    found = session.scalars(select(Payable).where(Payable.payable_id.in_({row.payable_id for row in rows})))
    payables = {payable.payable_id: payable for payable in found}
    people = parties(session, {row.supplier for row in rows} | {payable.debtor for payable in payables.values()})
    done = accepted(session, [row.id for row in rows])
    return [
        FinancingRequestRead(
            id=row.id,
            state="accepted" if row.id in done else "open",
            supplier=people[row.supplier],
            debtor=people[payables[row.payable_id].debtor],
            receivable_id=row.receivable_id,
            payable_id=row.payable_id,
            value=Money(row.value, currency_of(services.deployments, row.deposit_token)),
            recourse=row.recourse,
            due_date=from_day(payables[row.payable_id].due_date),
            created_at=datetime.fromtimestamp(row.created_at, UTC),
        )
        for row in rows
    ]


def best_offers(session: Session, services: Services, actor: Actor) -> list[QuoteRead]:
    """The best open quote for each open request that the actor may see, newest request first, of its newest 200."""
    found = []
    for request in list_requests(session, services, actor, PageRequest(None, 200)).items:
        if request.state == "open":
            row = session.get_one(FinancingRequest, request.id)
            quotes = list_quotes(session, services, actor, row).items
            found += [quote for quote in quotes if quote.state == "open"][:1]
    return found


def list_quotes(session: Session, services: Services, actor: Actor, request: FinancingRequest) -> Quotes:
    """The quotes for a request that the actor may see, the most proceeds first; ties by time, then id (R-26)."""
    rows = session.scalars(
        select(FinancingQuote)
        .where(
            FinancingQuote.request_id == request.id,
            quote_visible_to(actor),
            FinancingQuote.created_at <= newest_block(session).timestamp,
        )
        .order_by(FinancingQuote.proceeds.desc(), FinancingQuote.created_at, FinancingQuote.id)
        .limit(200)
    ).all()
    return Quotes(items=[read_quote(session, services, request, row) for row in rows])


def read_quote(session: Session, services: Services, request: FinancingRequest, row: FinancingQuote) -> QuoteRead:
    """One quote, with what it really costs a year (R-14c)."""
    deal = session.scalar(select(Deal).where(Deal.quote_hash == row.quote_hash))
    return _read(session, services, request, row, deal, _state(session, row, deal))


def read_priced(session: Session, services: Services, request: FinancingRequest, row: FinancingQuote) -> QuoteRead:
    """One that is priced, and neither signed nor kept."""
    return _read(session, services, request, row, None, "awaiting_signature")


def _read(
    session: Session,
    services: Services,
    request: FinancingRequest,
    row: FinancingQuote,
    deal: Deal | None,
    state: QuoteState,
) -> QuoteRead:
    currency, convention = currency_of(services.deployments, request.deposit_token), DayCount(row.day_count)
    return QuoteRead(
        id=row.id,
        request_id=row.request_id,
        state=state,
        financier=parties(session, {row.financier})[row.financier],
        value=Money(row.value, currency),
        proceeds=Money(row.proceeds, currency),
        discount=Money(row.value - row.proceeds, currency),
        minimum_take=Money(row.minimum_take, currency),
        fees=[QuoteFee(to=fee["to"], amount=Money(fee["amount"], currency)) for fee in row.fees],
        taken=None if deal is None else Money(deal.value, currency),
        paid=None if deal is None else Money(deal.proceeds, currency),
        annual_rate_ppm=row.annual_rate_ppm,
        yield_ppm=discount_yield_ppm(row.value, row.proceeds, year_fraction(row.value_date, row.due_date, convention)),
        day_count=convention,
        tenor_days=row.tenor_days,
        value_date=row.value_date,
        due_date=row.due_date,
        recourse=row.recourse,
        expires_at=datetime.fromtimestamp(row.expiry, UTC),
        registration_hash=row.registration_hash,
        quote_hash=row.quote_hash or "",
    )


def _state(session: Session, row: FinancingQuote, deal: Deal | None) -> QuoteState:
    if deal is not None:
        return "accepted"
    called_off = select(QuoteCancellation.nonce).where(
        QuoteCancellation.financier == row.financier, QuoteCancellation.nonce == row.nonce
    )
    if session.scalar(called_off) is not None:
        return "cancelled"
    if newest_block(session).timestamp > row.expiry:
        return "expired"
    signed = session.get_one(Operation, row.operation_id).state == OperationState.DONE
    return "open" if signed else "awaiting_signature"
