"""`/receivables`."""

from typing import Annotated

from fastapi import APIRouter, Body, Query

from api.context import ActorDep, CommandDep, ServicesDep, SessionDep
from api.operations.schemas import OperationRead
from api.pagination import PageDep
from api.receivables import reading, service
from api.receivables.schemas import (
    ReceivableDilute,
    ReceivableRead,
    Receivables,
    ReceivablesMerge,
    ReceivableSplit,
    ReceivableTransfer,
)
from api.schemas import NoBody, ReceivableId

router = APIRouter(prefix="/receivables", tags=["receivables"])

Nothing = Annotated[NoBody | None, Body()]


@router.get("")
def list_receivables(
    session: SessionDep,
    services: ServicesDep,
    actor: ActorDep,
    page: PageDep,
    payable_id: Annotated[str | None, Query(pattern=r"^0x[0-9a-f]{56}$")] = None,
) -> Receivables:
    """Receivables you hold, owe, or handed on; what you handed on is shown as it was then."""
    return reading.list_receivables(session, services, actor, page, payable_id)


@router.get("/{receivable_id}")
def get_receivable(
    receivable_id: ReceivableId, session: SessionDep, services: ServicesDep, actor: ActorDep
) -> ReceivableRead:
    """One receivable you are a party to."""
    return reading.read(session, services, actor, service.get(session, actor, receivable_id))


@router.post("/merge", status_code=202)
def merge(body: ReceivablesMerge, command: CommandDep) -> OperationRead:
    """Make one piece of two neighbours of yours."""
    return service.merge(command, body)


@router.post("/{receivable_id}/split", status_code=202)
def split(receivable_id: ReceivableId, body: ReceivableSplit, command: CommandDep) -> OperationRead:
    """Split off parts and hand them on."""
    return service.split(command, receivable_id, body)


@router.post("/{receivable_id}/transfer", status_code=202)
def transfer(receivable_id: ReceivableId, body: ReceivableTransfer, command: CommandDep) -> OperationRead:
    """Hand on the whole. To give it up to its debtor, extinguish it."""
    return service.transfer(command, receivable_id, body)


@router.post("/{receivable_id}/extinguish", status_code=202)
def extinguish(receivable_id: ReceivableId, command: CommandDep, _body: Nothing = None) -> OperationRead:
    """Give the whole up to its debtor, for nothing (I8): it never moves again."""
    return service.extinguish(command, receivable_id)


@router.post("/{receivable_id}/dilute", status_code=202)
def dilute(receivable_id: ReceivableId, body: ReceivableDilute, command: CommandDep) -> OperationRead:
    """Give a part up to its debtor against a credit note (I1): you hold it, you alone decide."""
    return service.dilute(command, receivable_id, body)


@router.post("/{receivable_id}/refuse", status_code=202)
def refuse(receivable_id: ReceivableId, command: CommandDep, _body: Nothing = None) -> OperationRead:
    """Give back what was handed to you, while the programme's window is open (I6)."""
    return service.refuse(command, receivable_id)


@router.post("/{receivable_id}/redeem", status_code=202)
def redeem(receivable_id: ReceivableId, command: CommandDep, _body: Nothing = None) -> OperationRead:
    """Be paid all that is due to the receivable by now."""
    return service.redeem(command, receivable_id)
