"""`/participants/{account}/key-rotations` and `/key-rotations`."""

from typing import Annotated

from fastapi import APIRouter, Body

from api.context import ActorDep, CommandDep, ServicesDep, SessionDep
from api.key_rotations import service
from api.key_rotations.schemas import KeyRotationPrepare, KeyRotationRead, KeyRotations
from api.operations.schemas import OperationRead
from api.pagination import PageDep
from api.schemas import Account, NoBody, Uuid

router = APIRouter(tags=["key rotations"])

Nothing = Annotated[NoBody | None, Body()]


@router.post("/participants/{account}/key-rotations", status_code=202)
def prepare_key_rotation(account: Account, body: KeyRotationPrepare, command: CommandDep) -> OperationRead:
    """Prepare a new key for an organisation; a second person of the operator approves it. Operator only."""
    return service.prepare(command, account, body)


@router.get("/key-rotations")
def list_key_rotations(session: SessionDep, services: ServicesDep, actor: ActorDep, page: PageDep) -> KeyRotations:
    """Changes of your organisation's key; for the operator, all. Newest first."""
    return service.list_rotations(session, services, actor, page)


@router.get("/key-rotations/{rotation_id}")
def get_key_rotation(rotation_id: Uuid, session: SessionDep, actor: ActorDep) -> KeyRotationRead:
    """One change of key."""
    return service.read(session, actor, service.get(session, actor, rotation_id))


@router.post("/key-rotations/{rotation_id}/approval", status_code=202)
def approve_key_rotation(rotation_id: Uuid, command: CommandDep, _body: Nothing = None) -> OperationRead:
    """Approve what another person of the operator prepared: it is announced on the chain, and its delay begins."""
    return service.approve(command, rotation_id)


@router.post("/key-rotations/{rotation_id}/cancel", status_code=202)
def cancel_key_rotation(rotation_id: Uuid, command: CommandDep, _body: Nothing = None) -> OperationRead:
    """Call it off: the operator at any time, the organisation with its present key once it is announced."""
    return service.cancel(command, rotation_id)


@router.post("/key-rotations/{rotation_id}/completion", status_code=202)
def complete_key_rotation(rotation_id: Uuid, command: CommandDep, _body: Nothing = None) -> OperationRead:
    """The organisation completes it, once the delay is over, with the new key itself: so it is known to work."""
    return service.complete(command, rotation_id)
