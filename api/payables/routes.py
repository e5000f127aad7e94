"""`/payables`."""

from typing import Annotated

from fastapi import APIRouter, Body

from api.context import ActorDep, CommandDep, ServicesDep, SessionDep
from api.operations.schemas import OperationRead
from api.pagination import PageDep
from api.payables import service
from api.payables.schemas import PayablePay, PayablePropose, PayableRead, Payables
from api.schemas import NoBody, PayableId

router = APIRouter(prefix="/payables", tags=["payables"])


@router.post("", status_code=202)
def propose(body: PayablePropose, command: CommandDep) -> OperationRead:
    """Propose the payable behind your invoice to its debtor."""
    return service.propose(command, body)


@router.get("")
def list_payables(session: SessionDep, services: ServicesDep, actor: ActorDep, page: PageDep) -> Payables:
    """Payables you owe, proposed, or have held a piece of; newest first."""
    return service.list_payables(session, services, actor, page)


@router.get("/{payable_id}")
def get_payable(payable_id: PayableId, session: SessionDep, services: ServicesDep, actor: ActorDep) -> PayableRead:
    """One payable you are a party to."""
    return service.read(session, services, service.get(session, actor, payable_id))


@router.post("/{payable_id}/confirm", status_code=202)
def confirm(
    payable_id: PayableId, command: CommandDep, _body: Annotated[NoBody | None, Body()] = None
) -> OperationRead:
    """Confirm that you owe it: irrevocable (R-13). With a wallet of your own you are handed the terms to sign."""
    return service.confirm(command, payable_id)


@router.post("/{payable_id}/pay", status_code=202)
def pay(payable_id: PayableId, body: PayablePay, command: CommandDep) -> OperationRead:
    """Pay in, in full or in part; holders can be redeemed at once."""
    return service.pay(command, payable_id, body)
