"""`/overdue-payables`, `/dishonours`, `/recourse`, and what is done with payables and receivables that are not paid."""

from typing import Annotated

from fastapi import APIRouter, Body

from api.context import ActorDep, CommandDep, ServicesDep, SessionDep
from api.defaults import dishonours, recourse, write_off
from api.defaults.schemas import (
    DishonourRead,
    DishonourRecord,
    Dishonours,
    OverduePayables,
    PayableRecover,
    ReceivableRepurchase,
    RecourseList,
)
from api.operations.schemas import OperationRead
from api.pagination import PageDep
from api.schemas import NoBody, PayableId, ReasonGiven, ReceivableId

router = APIRouter(tags=["defaults"])

Nothing = Annotated[NoBody | None, Body()]


@router.get("/overdue-payables")
def list_overdue_payables(
    session: SessionDep, services: ServicesDep, actor: ActorDep, page: PageDep
) -> OverduePayables:
    """Yours that are overdue; for the operator, all. The latest due first."""
    return dishonours.list_overdue(session, services, actor, page)


@router.post("/dishonours", status_code=202)
def record_dishonour(body: DishonourRecord, command: CommandDep) -> OperationRead:
    """Have a payable that was not paid put on the register (R-29b): a party of it, or the operator."""
    return dishonours.record(command, body)


@router.get("/dishonours")
def list_dishonours(session: SessionDep, services: ServicesDep, actor: ActorDep, page: PageDep) -> Dishonours:
    """The register: for financiers and the operator all of it, for others their own payables. Newest first."""
    return dishonours.list_dishonours(session, services, actor, page)


@router.get("/dishonours/{payable_id}")
def get_dishonour(payable_id: PayableId, session: SessionDep, services: ServicesDep, actor: ActorDep) -> DishonourRead:
    """One entry of the register."""
    return dishonours.read(session, services, dishonours.get(session, actor, payable_id))


@router.post("/dishonours/{payable_id}/object", status_code=202)
def object_to_dishonour(payable_id: PayableId, body: ReasonGiven, command: CommandDep) -> OperationRead:
    """Object to an entry: it stands until the operator lifts it. Its debtor only."""
    return dishonours.object_to(command, payable_id, body)


@router.post("/dishonours/{payable_id}/lift", status_code=202)
def lift_dishonour(payable_id: PayableId, body: ReasonGiven, command: CommandDep) -> OperationRead:
    """Lift an entry that is wrong: it counts no more. Operator only."""
    return dishonours.lift(command, payable_id, body)


@router.post("/payables/{payable_id}/write-off", status_code=202)
def write_off_payable(payable_id: PayableId, body: ReasonGiven, command: CommandDep) -> OperationRead:
    """Give up what is outstanding, 90 days after its due date at the earliest. Operator only."""
    return write_off.write_off(command, payable_id, body)


@router.post("/payables/{payable_id}/close-recovery", status_code=202)
def close_recovery(payable_id: PayableId, body: ReasonGiven, command: CommandDep) -> OperationRead:
    """Expect no more after a write-off: holders draw their last. Operator only."""
    return write_off.close_recovery(command, payable_id, body)


@router.post("/payables/{payable_id}/recover", status_code=202)
def recover(payable_id: PayableId, body: PayableRecover, command: CommandDep) -> OperationRead:
    """Pay in after a write-off; it is shared like a payment. Any party of the payable."""
    return write_off.recover(command, payable_id, body)


@router.get("/recourse")
def list_recourse(session: SessionDep, services: ServicesDep, actor: ActorDep, page: PageDep) -> RecourseList:
    """Pieces that you answer for, and those of yours that somebody answers for (R-21)."""
    return recourse.list_recourse(session, services, actor, page)


@router.post("/receivables/{receivable_id}/claim-recourse", status_code=202)
def claim_recourse(receivable_id: ReceivableId, command: CommandDep, _body: Nothing = None) -> OperationRead:
    """Give notice of your claim to who answers for the debtor's default, once it is overdue (R-21)."""
    return recourse.claim(command, receivable_id)


@router.post("/receivables/{receivable_id}/repurchase", status_code=202)
def repurchase(
    receivable_id: ReceivableId, command: CommandDep, body: Annotated[ReceivableRepurchase | None, Body()] = None
) -> OperationRead:
    """Buy an overdue piece back that you answer for; then turn to who answers to you, if anybody does."""
    return recourse.repurchase(command, receivable_id, body or ReceivableRepurchase())
