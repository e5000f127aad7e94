"""Operations as their organisation sees them. The rows are node_adapter's."""

from sqlalchemy.orm import Session

from api.context import Services
from api.errors import NotFound
from api.identity.actor import Actor
from api.operations.reading import read_operation
from api.operations.schemas import OperationRead, SignaturesGiven
from node_adapter.outbox.models import Operation


def get_operation(session: Session, services: Services, actor: Actor, operation_id: str) -> OperationRead:
    """One operation of the actor's own organisation; NotFound for any other."""
    return read_operation(session, services.is_final, _own(session, actor, operation_id))


def give_signature(
    reading: Session, services: Services, actor: Actor, operation_id: str, given: SignaturesGiven
) -> OperationRead:
    """Take what the client's own wallet signed: exactly what was handed out. Repeating it changes nothing.

    Raises SignatureMismatch, SignatureNotAwaited, and StaleNonce, whose operation then has a fresh `to_sign`.
    """
    operation = services.outbox.signature(_own(reading, actor, operation_id).id, given.signatures)
    services.outbox.wake()
    return read_operation(reading, services.is_final, operation)


def _own(session: Session, actor: Actor, operation_id: str) -> Operation:
    operation = session.get(Operation, operation_id)
    if operation is None or operation.organisation != actor.organisation_id:
        raise NotFound.of("operation", operation_id)
    return operation
