"""How an operation reads from outside."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.operations.schemas import OperationError, OperationRead, State
from api.revert_status import refusal_of
from api.schemas import Resource
from indexer import queries
from indexer.models import ChainEvent
from node_adapter.outbox.models import Operation, OperationState

_NUMBERED_BY = {
    "programme": ("ProgrammePublished", "programme_id"),
    "freeze_order": ("FreezeOrdered", "order_id"),
    "hold": ("HoldPlaced", "hold_id"),
    "pay_out": ("PayOutRequested", None),
}
"""What the chain numbers, and the event that says so: a command that makes one knows its id only once it is done. The
id is that argument of the event; without one it is the event's subject (each deposit token counts its own pay-outs)."""


def read_operation(session: Session, is_final: Callable[[int, int], bool], operation: Operation) -> OperationRead:
    """The answer every command gives, with the state as people outside see it."""
    state = _state(session, operation)
    head = queries.head(session)
    error = None
    if operation.error_name is not None:
        error = OperationError(
            name=operation.error_name,
            detail=refusal_of(operation.error_name).message,
            params=operation.error_params or {},
        )
    return OperationRead(
        id=operation.id,
        kind=operation.kind,
        state=state,
        resource=_resource(session, operation, state),
        to_sign=(operation.to_sign or []) if state == "awaiting_signature" else [],
        wallet=operation.wallet if state == "awaiting_signature" else None,
        tx=operation.tx_hash,
        block=operation.block_number if operation.block_hash is not None else None,
        block_hash=operation.block_hash,
        final=(
            head is not None
            and operation.block_number is not None
            and operation.block_hash is not None
            and is_final(operation.block_number, head.number)
        ),
        error=error,
        gas_used=operation.gas_used,
        created_at=datetime.fromtimestamp(operation.created_at, UTC),
        signed_at=_instant(operation.signed_at),
        sent_at=_instant(operation.sent_at),
        mined_at=_instant(operation.mined_at),
        failed_at=_instant(operation.failed_at),
    )


def _resource(session: Session, operation: Operation, state: State) -> Resource:
    resource = Resource.model_validate(operation.resource)
    if resource.id is not None or state != "done":
        return resource
    event, field = _NUMBERED_BY[resource.type]
    told = session.scalar(
        select(ChainEvent).where(
            ChainEvent.block_hash == operation.block_hash,
            ChainEvent.tx_hash == operation.tx_hash,
            ChainEvent.name == event,
        )
    )
    if told is None:
        return resource
    return Resource(type=resource.type, id=told.subject.replace("/", "-") if field is None else str(told.args[field]))


def _instant(unix_s: int | None) -> datetime | None:
    return None if unix_s is None else datetime.fromtimestamp(unix_s, UTC)


def _state(session: Session, operation: Operation) -> State:
    match operation.state:
        case OperationState.AWAITING_SIGNATURE:
            return "awaiting_signature"
        case OperationState.FAILED:
            return "failed"
        case OperationState.DONE:
            return "done"
        case OperationState.MINED:
            indexed = operation.block_hash is not None and queries.is_indexed(session, operation.block_hash)
            return "done" if indexed else "mined"
        case _:
            return "pending"
