"""`/operations`: the one resource to poll after a command."""

from fastapi import APIRouter

from api.context import ActorDep, ServicesDep, SessionDep
from api.operations import service
from api.operations.schemas import OperationRead, SignaturesGiven
from api.schemas import Uuid

router = APIRouter(prefix="/operations", tags=["operations"])


@router.get("/{operation_id}")
def get_operation(operation_id: Uuid, session: SessionDep, services: ServicesDep, actor: ActorDep) -> OperationRead:
    """How far one of your organisation's commands is."""
    return service.get_operation(session, services, actor, operation_id)


@router.post("/{operation_id}/signature", status_code=202)
def give_signature(
    operation_id: Uuid, body: SignaturesGiven, session: SessionDep, services: ServicesDep, actor: ActorDep
) -> OperationRead:
    """Hand in what your own wallet signed. The operation's id names the attempt: no Idempotency-Key is needed."""
    return service.give_signature(session, services, actor, operation_id, body)
