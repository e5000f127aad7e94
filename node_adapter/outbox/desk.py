"""What an operator sees of the outbox, and may do to it. The worker that holds the signer does the doing."""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from node_adapter.db import read_only
from node_adapter.outbox.commands import CANCELLED, ActImpossible, NoSuchOperation, NoSuchSigner
from node_adapter.outbox.leases import milliseconds
from node_adapter.outbox.models import Attempt, Operation, OperationState, Signer, is_live
from node_adapter.words import checksum_address

LIST_MAX = 1_000
_WAITING = (OperationState.AWAITING_SIGNATURE, OperationState.PENDING)
_IN_FLIGHT = (OperationState.SIGNED, OperationState.SENT)


def operations(engine: Engine, *, state: str | None = None, limit: int = 50) -> Sequence[Operation]:
    """The newest first."""
    query = select(Operation).order_by(Operation.sequence.desc()).limit(min(limit, LIST_MAX))
    if state is not None:
        query = query.where(Operation.state == state)
    with Session(read_only(engine), expire_on_commit=False) as session:
        return session.scalars(query).all()


def attempts(engine: Engine, operation_id: str) -> Sequence[Attempt]:
    """Every transaction of the operation, oldest first. Raises NoSuchOperation."""
    with Session(read_only(engine), expire_on_commit=False) as session:
        _get(session, operation_id)
        query = select(Attempt).where(Attempt.operation_id == operation_id).order_by(Attempt.number)
        return session.scalars(query).all()


def signers(engine: Engine) -> list[dict[str, Any]]:
    """Each signer: who holds it, whether it is stopped and why, and how much it has before it."""
    live = (
        select(Operation.signer, Operation.state, func.count().label("number"))
        .where(is_live())
        .group_by(Operation.signer, Operation.state)
    )
    expired = (Signer.until_ms <= milliseconds(engine)).label("expired")
    with read_only(engine).connect() as connection:
        counts = {(row.signer, row.state): row.number for row in connection.execute(live)}
        rows = connection.execute(select(Signer.__table__, expired).order_by(Signer.address)).all()
    return [
        {
            "address": row.address,
            "pending": counts.get((row.address, OperationState.PENDING), 0),
            "in_flight": sum(counts.get((row.address, state), 0) for state in _IN_FLIGHT),
            "next_nonce": row.next_nonce,
            "held_by": row.holder if engine.dialect.name == "sqlite" or not row.expired else None,
            "stopped_by": row.stopped_by,
            "stopped_params": row.stopped_params,
            "stopped_at": row.stopped_at,
        }
        for row in rows
    ]


def retry(engine: Engine, operation_id: str) -> Operation:
    """The same bytes go to the node once more, at the next round. Raises NoSuchOperation, ActImpossible."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        operation = _get(session, operation_id, lock=True)
        if operation.state in _WAITING:
            raise ActImpossible(f"operation {operation.id} is {operation.state}: it has no bytes yet; {_TRIED}")
        if operation.state not in _IN_FLIGHT:
            raise ActImpossible(
                f"operation {operation.id} is {operation.state}, and that is its end; make a new command"
            )
        operation.state = OperationState.SIGNED
        return operation


def replace(engine: Engine, operation_id: str) -> Operation:
    """The same call under the same nonce for higher fees, now. Raises NoSuchOperation, ActImpossible."""
    return _want(engine, operation_id, "replace")


def cancel(engine: Engine, operation_id: str) -> Operation:
    """Ends it FAILED `Cancelled`: at once where no nonce is spent, else once the chain has mined nothing in its place.
    The original may win that race; then it is mined. Raises NoSuchOperation, ActImpossible."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        operation = _get(session, operation_id, lock=True)
        if operation.state in _WAITING:
            operation.state = OperationState.FAILED
            operation.error_name, operation.error_params = CANCELLED, {}
            operation.to_sign = operation.wallet = None
            operation.failed_at = int(time.time())
            return operation
    return _want(engine, operation_id, "cancel")


def resume(engine: Engine, address: str) -> dict[str, Any]:
    """A stopped signer signs again, from the nonce that the chain then says. Raises NoSuchSigner, ActImpossible."""
    wanted = _checksummed(address)
    with engine.begin() as connection:
        row = connection.execute(select(Signer.stopped_by).where(Signer.address == wanted).with_for_update()).first()
        if row is None:
            raise NoSuchSigner(address)
        if row.stopped_by is None:
            raise ActImpossible(f"{wanted} is not stopped")
        free = {"stopped_by": None, "stopped_params": None, "stopped_at": None, "next_nonce": None}
        connection.execute(update(Signer).where(Signer.address == wanted).values(free))
    return next(signer for signer in signers(engine) if signer["address"] == wanted)


_TRIED = "the worker tries it at every round"


def _want(engine: Engine, operation_id: str, act: str) -> Operation:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        operation = _get(session, operation_id, lock=True)
        if operation.state not in _IN_FLIGHT:
            ended = "it has no bytes to replace yet" if operation.state in _WAITING else "it can no longer be changed"
            raise ActImpossible(f"operation {operation.id} is {operation.state}: {ended}")
        operation.wanted = act
        return operation


def _get(session: Session, operation_id: str, *, lock: bool = False) -> Operation:
    operation = session.get(Operation, operation_id, with_for_update=True if lock else None)
    if operation is None:
        raise NoSuchOperation(operation_id)
    return operation


def _checksummed(address: str) -> str:
    try:
        return checksum_address(bytes.fromhex(address.removeprefix("0x")))
    except ValueError:
        raise NoSuchSigner(address) from None
