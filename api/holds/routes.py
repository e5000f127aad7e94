"""`/freeze-orders`; `/holds` and what places them on a receivable."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query

from api.context import ActorDep, CommandDep, ServicesDep, SessionDep
from api.holds import placed, service
from api.holds.placed import Wanted
from api.holds.schemas import (
    FreezeEnforce,
    FreezeOrder,
    FreezeOrderRead,
    FreezeOrders,
    FreezeSetAside,
    HoldRead,
    Holds,
    PieceDispute,
    PiecePledge,
    PieceReserve,
)
from api.operations.schemas import OperationRead
from api.pagination import PageDep
from api.schemas import NoBody, ReasonGiven, ReceivableId

router = APIRouter(prefix="/freeze-orders", tags=["freeze orders"])

holds = APIRouter(tags=["holds"])

Nothing = Annotated[NoBody | None, Body()]
OrderId = Annotated[int, Path(ge=1, lt=2**32)]
HoldId = OrderId


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
def release_freeze(order_id: OrderId, body: ReasonGiven, command: CommandDep) -> OperationRead:
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


@holds.post("/receivables/{receivable_id}/dispute", status_code=202)
def dispute_receivable(receivable_id: ReceivableId, body: PieceDispute, command: CommandDep) -> OperationRead:
    """Dispute a part of a piece that you owe: it cannot move until you release it. Its debtor only (R-10)."""
    return placed.dispute(command, receivable_id, body)


@holds.post("/receivables/{receivable_id}/pledge", status_code=202)
def pledge(receivable_id: ReceivableId, body: PiecePledge, command: CommandDep) -> OperationRead:
    """Pledge a whole piece of yours to a financier."""
    return placed.pledge(command, receivable_id, body)


@holds.post("/receivables/{receivable_id}/reserve", status_code=202)
def reserve(receivable_id: ReceivableId, body: PieceReserve, command: CommandDep) -> OperationRead:
    """Reserve a part of a piece of yours for a financier."""
    return placed.reserve(command, receivable_id, body)


def get_wanted(
    payable_id: Annotated[str | None, Query(pattern=r"^0x[0-9a-f]{56}$")] = None,
    receivable_id: Annotated[str | None, Query(pattern=r"^0x[0-9a-f]{64}$")] = None,
    live: Annotated[bool | None, Query(description="Only those that hold now, or only those that do not")] = None,
) -> Wanted:
    """What the query narrows the list to."""
    return Wanted(payable_id, receivable_id, live)


@holds.get("/holds")
def list_holds(
    session: SessionDep,
    services: ServicesDep,
    actor: ActorDep,
    page: PageDep,
    wanted: Annotated[Wanted, Depends(get_wanted)],
) -> Holds:
    """Holds on your pieces and in your favour; for compliance, all. Newest first."""
    return placed.list_holds(session, services, actor, page, wanted)


@holds.get("/holds/{hold_id}")
def get_hold(hold_id: HoldId, session: SessionDep, services: ServicesDep, actor: ActorDep) -> HoldRead:
    """One hold."""
    return placed.read(session, services, actor, placed.get(session, actor, hold_id))


@holds.post("/holds/{hold_id}/release", status_code=202)
def release_hold(hold_id: HoldId, command: CommandDep, _body: Nothing = None) -> OperationRead:
    """End a dispute, a pledge or a reservation in your favour; one that is over any of its parties clears away."""
    return placed.release(command, hold_id)


@holds.post("/holds/{hold_id}/enforce", status_code=202)
def enforce_hold(hold_id: HoldId, command: CommandDep, _body: Nothing = None) -> OperationRead:
    """Take the piece that was pledged to you, or the cash that it became."""
    return placed.enforce(command, hold_id)
