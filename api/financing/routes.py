"""`/financing-requests` and `/quotes`."""

from typing import Annotated

from fastapi import APIRouter, Body

from api.context import ActorDep, CommandDep, ServicesDep, SessionDep
from api.financing import acceptance, reading, registrations, service
from api.financing.models import FinancingRequest
from api.financing.schemas import (
    AssignmentRegister,
    FinancingAsk,
    FinancingRequestRead,
    FinancingRequests,
    QuoteAccept,
    QuoteMake,
    QuoteRead,
    Quotes,
    QuotesAccept,
)
from api.operations.schemas import OperationRead
from api.pagination import PageDep
from api.schemas import NoBody, Uuid

router = APIRouter(tags=["financing"])


@router.post("/financing-requests", status_code=202)
def ask(body: FinancingAsk, command: CommandDep) -> OperationRead:
    """Ask financiers to quote for a receivable you hold, or part of it."""
    return service.ask(command, body)


@router.get("/financing-requests")
def list_requests(session: SessionDep, services: ServicesDep, actor: ActorDep, page: PageDep) -> FinancingRequests:
    """Your requests; for a financier, everybody's."""
    return reading.list_requests(session, services, actor, page)


@router.get("/financing-requests/{request_id}")
def get_request(request_id: Uuid, session: SessionDep, services: ServicesDep, actor: ActorDep) -> FinancingRequestRead:
    """One request."""
    row = service.get_request(session, actor, request_id)
    return reading.read_requests(session, services, [row])[0]


@router.get("/financing-requests/{request_id}/quotes")
def list_quotes(request_id: Uuid, session: SessionDep, services: ServicesDep, actor: ActorDep) -> Quotes:
    """The quotes made for your request, best first; for a financier, its own."""
    return reading.list_quotes(session, services, actor, service.get_request(session, actor, request_id))


@router.post("/financing-requests/{request_id}/quotes", status_code=202)
def make_quote(request_id: Uuid, body: QuoteMake, command: CommandDep) -> OperationRead:
    """Price the request and sign a binding quote. Financiers only."""
    return service.make_quote(command, request_id, body)


@router.get("/quotes/{quote_id}")
def get_quote(quote_id: Uuid, session: SessionDep, services: ServicesDep, actor: ActorDep) -> QuoteRead:
    """One quote you made or were made."""
    row = service.get_quote(session, actor, quote_id)
    return reading.read_quote(session, services, session.get_one(FinancingRequest, row.request_id), row)


@router.post("/quotes/accept", status_code=202)
def accept_all(body: QuotesAccept, command: CommandDep) -> OperationRead:
    """Sell on several quotes at once: all of them, or none."""
    return acceptance.accept_all(command, body)


@router.post("/quotes/{quote_id}/accept", status_code=202)
def accept(quote_id: Uuid, command: CommandDep, body: Annotated[QuoteAccept | None, Body()] = None) -> OperationRead:
    """Sell on this quote, all of it or a part: receivable and cash change hands in one transaction."""
    return acceptance.accept(command, quote_id, body or QuoteAccept())


@router.post("/quotes/{quote_id}/cancel", status_code=202)
def cancel_quote(quote_id: Uuid, command: CommandDep, _body: Annotated[NoBody | None, Body()] = None) -> OperationRead:
    """Call your quote off: nobody can accept it any more. Its financier only."""
    return acceptance.cancel(command, quote_id)


@router.post("/registrations", status_code=202)
def register(body: AssignmentRegister, command: CommandDep) -> OperationRead:
    """Put the registration of an assignment on record, for a quote to name (R-11). Financiers only."""
    return registrations.register(command, body)
