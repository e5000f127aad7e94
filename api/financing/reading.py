"""Requests and quotes as their parties see them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Select, exists, select
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
from api.parties import Party, parties
from api.reading import newest_block
from indexer.models import Deal, Payable, QuoteCancellation
from node_adapter.outbox.models import Operation, OperationState

OFFERS_MAX = 500
"""Requests with a quote that is still good; of whoever has more open at once, the newest are looked at."""


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


def open_requests(session: Session, actor: Actor) -> Select[FinancingRequest]:
    """Requests that the actor may see and of which no quote was taken, the newest first."""
    taken = exists().where(
        FinancingQuote.request_id == FinancingRequest.id, Deal.quote_hash == FinancingQuote.quote_hash
    )
    return (
        select(FinancingRequest)
        .where(visible_to(actor), FinancingRequest.created_at <= newest_block(session).timestamp, ~taken)
        .order_by(FinancingRequest.created_at.desc(), FinancingRequest.id.desc())
    )


def best_offers(session: Session, services: Services, actor: Actor) -> list[QuoteRead]:
    """The best open quote for each open request that the actor may see, newest request first, at most OFFERS_MAX."""
    quoted = exists().where(
        FinancingQuote.request_id == FinancingRequest.id, FinancingQuote.expiry >= newest_block(session).timestamp
    )
    found = session.scalars(open_requests(session, actor).where(quoted).limit(OFFERS_MAX))
    requests = {row.id: row for row in found}
    quotes = session.scalars(_best_first(session, actor, list(requests)))
    best: dict[str, QuoteRead] = {}
    for quote in read_quotes(session, services, [(requests[quote.request_id], quote) for quote in quotes]):
        if quote.state == "open":
            best.setdefault(quote.request_id, quote)
    return [best[request_id] for request_id in requests if request_id in best]


def list_quotes(session: Session, services: Services, actor: Actor, request: FinancingRequest) -> Quotes:
    """The quotes for a request that the actor may see, the most proceeds first; ties by time, then id (R-26)."""
    quotes = session.scalars(_best_first(session, actor, [request.id]).limit(200))
    return Quotes(items=read_quotes(session, services, [(request, quote) for quote in quotes]))


def _best_first(session: Session, actor: Actor, request_ids: Sequence[str]) -> Select[FinancingQuote]:
    """Quotes for these requests that the actor may see, as R-26 ranks them."""
    return (
        select(FinancingQuote)
        .where(
            FinancingQuote.request_id.in_(request_ids),
            quote_visible_to(actor),
            FinancingQuote.created_at <= newest_block(session).timestamp,
        )
        .order_by(FinancingQuote.proceeds.desc(), FinancingQuote.created_at, FinancingQuote.id)
    )


def read_quotes(
    session: Session, services: Services, rows: Iterable[tuple[FinancingRequest, FinancingQuote]]
) -> list[QuoteRead]:
    """Quotes with what they really cost a year (R-14c), in a fixed number of queries."""
    pairs = [(request, quote) for request, quote in rows]
    quotes = [quote for _, quote in pairs]
    people = parties(session, {quote.financier for quote in quotes})
    found = session.scalars(select(Deal).where(Deal.quote_hash.in_([quote.quote_hash for quote in quotes])))
    deals = {deal.quote_hash: deal for deal in found}
    states = _states(session, quotes, deals)
    return [
        _read(services, request, quote, people[quote.financier], deals.get(quote.quote_hash or ""), state)
        for (request, quote), state in zip(pairs, states, strict=True)
    ]


def read_quote(session: Session, services: Services, request: FinancingRequest, row: FinancingQuote) -> QuoteRead:
    """One of them."""
    return read_quotes(session, services, [(request, row)])[0]


def read_priced(session: Session, services: Services, request: FinancingRequest, row: FinancingQuote) -> QuoteRead:
    """One that is priced, and neither signed nor kept."""
    financier = parties(session, {row.financier})[row.financier]
    return _read(services, request, row, financier, None, "awaiting_signature")


def _read(
    services: Services,
    request: FinancingRequest,
    row: FinancingQuote,
    financier: Party,
    deal: Deal | None,
    state: QuoteState,
) -> QuoteRead:
    currency, convention = currency_of(services.deployments, request.deposit_token), DayCount(row.day_count)
    return QuoteRead(
        id=row.id,
        request_id=row.request_id,
        state=state,
        financier=financier,
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


def _states(session: Session, quotes: Sequence[FinancingQuote], deals: Mapping[str, Deal]) -> Iterator[QuoteState]:
    """Of each, in their order."""
    nonces = select(QuoteCancellation.financier, QuoteCancellation.nonce).where(
        QuoteCancellation.nonce.in_([quote.nonce for quote in quotes])
    )
    called_off = {(financier, nonce) for financier, nonce in session.execute(nonces)}
    given = select(Operation.id).where(
        Operation.id.in_([quote.operation_id for quote in quotes]), Operation.state == OperationState.DONE
    )
    signed = set(session.scalars(given))
    now = newest_block(session).timestamp
    for quote in quotes:
        if quote.quote_hash in deals:
            yield "accepted"
        elif (quote.financier, quote.nonce) in called_off:
            yield "cancelled"
        elif now > quote.expiry:
            yield "expired"
        else:
            yield "open" if quote.operation_id in signed else "awaiting_signature"
