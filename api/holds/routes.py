"""`/freeze-orders`."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.context import ActorDep, CommandDep, ServicesDep, SessionDep
from api.holds import service
from api.holds.schemas import (
    FreezeEnforce,
    FreezeOrder,
    FreezeOrderRead,
    FreezeOrders,
    FreezeRelease,
    FreezeSetAside,
)
from api.operations.schemas import OperationRead
from api.pagination import PageDep

router = APIRouter(prefix="/freeze-orders", tags=["freeze orders"])

OrderId = Annotated[int, Path(ge=1, lt=2**32)]


@router.post("", status_code=202)
def freeze(body: FreezeOrder, command: CommandDep) -> OperationRead:
    """Order a freeze (R-23). Compliance only."""
    return service.order(command, body)


@router.get("")
def list_freeze_orders(session: SessionDep, services: ServicesDep, actor: ActorDep, page: PageDep) -> FreezeOrders:
    """Orders against you; for compliance, all. Newest first."""
    return service.list_orders(session, services, actor, page)


@router.get("/{order_id}")
def get_freeze_order(order_id: OrderId, session: SessionDep, services: ServicesDep, actor: ActorDep) -> FreezeOrderRead:
    """One order."""
    return service.read(session, services, actor, service.get(session, actor, order_id))


@router.post("/{order_id}/release", status_code=202)
def release_freeze(order_id: OrderId, body: FreezeRelease, command: CommandDep) -> OperationRead:
    """End an order. Compliance only."""
    return service.release(command, order_id, body)


@router.post("/{order_id}/set-aside", status_code=202)
def set_aside(order_id: OrderId, body: FreezeSetAside, command: CommandDep) -> OperationRead:
    """Serve an order with a piece, so that the rest moves again. Compliance, or the holder itself."""
    return service.set_aside(command, order_id, body)


@router.post("/{order_id}/enforce", status_code=202)
def enforce_freeze(order_id: OrderId, body: FreezeEnforce, command: CommandDep) -> OperationRead:
    """Move what is set aside under an order. Compliance only."""
    return service.enforce(command, order_id, body)
