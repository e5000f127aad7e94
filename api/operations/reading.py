"""How an operation reads from outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.operations.schemas import OperationError, OperationRead, State
from api.revert_status import refusal_of
from api.schemas import Resource
from indexer import queries
from indexer.models import ChainBlock, ChainEvent
from node_adapter.outbox.models import Operation, OperationState

_NUMBERED_BY = {
    "programme": ("ProgrammePublished", "programme_id"),
    "freeze_order": ("FreezeOrdered", "order_id"),
    "hold": ("HoldPlaced", "hold_id"),
    "pay_out": ("PayOutRequested", None),
}
"""What the chain numbers, and the event that says so: a command that makes one knows its id only once it is done. The
id is that argument of the event; without one it is the event's subject (each deposit token counts its own pay-outs)."""


@dataclass(frozen=True, slots=True)
class _Indexed:
    """What the index has of some operations: their blocks, and the events that numbered what they made."""

    head: int
    blocks: set[str]
    numbered: dict[tuple[str | None, str | None, str], ChainEvent]


def read_operation(session: Session, is_final: Callable[[int, int], bool], operation: Operation) -> OperationRead:
    """The answer every command gives, with the state as people outside see it."""
    return read_operations(session, is_final, [operation])[0]


def read_operations(
    session: Session, is_final: Callable[[int, int], bool], operations: Sequence[Operation]
) -> list[OperationRead]:
    """As `read_operation`, in a fixed number of queries."""
    indexed = _indexed(session, operations)
    return [_read(indexed, is_final, operation) for operation in operations]


def _indexed(session: Session, operations: Sequence[Operation]) -> _Indexed:
    head = queries.head(session)
    mined = {row.block_hash for row in operations if row.block_hash is not None}
    if head is None or not mined:
        return _Indexed(0 if head is None else head.number, set(), {})
    blocks = set(session.scalars(select(ChainBlock.hash).where(ChainBlock.hash.in_(mined))))
    unnumbered = [row for row in operations if Resource.model_validate(row.resource).id is None]
    told = session.scalars(
        select(ChainEvent).where(
            ChainEvent.block_hash.in_({row.block_hash for row in unnumbered if row.block_hash is not None}),
            ChainEvent.name.in_({event for event, _ in _NUMBERED_BY.values()}),
        )
    )
    return _Indexed(head.number, blocks, {(event.block_hash, event.tx_hash, event.name): event for event in told})


def _read(indexed: _Indexed, is_final: Callable[[int, int], bool], operation: Operation) -> OperationRead:
    state = _state(indexed, operation)
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
        resource=_resource(indexed, operation, state),
        to_sign=(operation.to_sign or []) if state == "awaiting_signature" else [],
        wallet=operation.wallet if state == "awaiting_signature" else None,
        tx=operation.tx_hash,
        block=operation.block_number if operation.block_hash is not None else None,
        block_hash=operation.block_hash,
        final=(
            operation.block_number is not None
            and operation.block_hash is not None
            and is_final(operation.block_number, indexed.head)
        ),
        error=error,
        gas_used=operation.gas_used,
        created_at=datetime.fromtimestamp(operation.created_at, UTC),
        signed_at=_instant(operation.signed_at),
        sent_at=_instant(operation.sent_at),
        mined_at=_instant(operation.mined_at),
        failed_at=_instant(operation.failed_at),
    )


def _resource(indexed: _Indexed, operation: Operation, state: State) -> Resource:
    resource = Resource.model_validate(operation.resource)
    if resource.id is not None or state != "done":
        return resource
    event, field = _NUMBERED_BY[resource.type]
    told = indexed.numbered.get((operation.block_hash, operation.tx_hash, event))
    if told is None:
        return resource
    return Resource(type=resource.type, id=told.subject.replace("/", "-") if field is None else str(told.args[field]))


def _instant(unix_s: int | None) -> datetime | None:
    return None if unix_s is None else datetime.fromtimestamp(unix_s, UTC)


def _state(indexed: _Indexed, operation: Operation) -> State:
    match operation.state:
        case OperationState.AWAITING_SIGNATURE:
            return "awaiting_signature"
        case OperationState.FAILED:
            return "failed"
        case OperationState.DONE:
            return "done"
        case OperationState.MINED:
            return "done" if operation.block_hash in indexed.blocks else "mined"
        case _:
            return "pending"
