"""How the worker writes operations: many at once, each guarded by the state that it must still have."""

import logging
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, update

from node_adapter.outbox import faults
from node_adapter.outbox.commands import NONCE_USED_ELSEWHERE, WorkerBusy
from node_adapter.outbox.models import AttemptKind, Operation, OperationState, Signer, is_pending
from node_adapter.transactions import SignedTransaction, Transaction
from node_adapter.words import hex0x

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Signed:
    """One operation's bytes, stored or about to be."""

    operation_id: str
    transaction: Transaction
    result: SignedTransaction
    signer: str

    @property
    def raw(self) -> str:
        return hex0x(self.result.raw)


def change_pending(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Writes `rows` (all with the same keys) over operations that are PENDING, or raises and changes nothing.

    Under the leases' fence this guard sees what an operator or another worker did meanwhile.
    """
    columns = [name for name in rows[0] if name != "id"]
    statement = (
        update(Operation.__table__)  # type: ignore[arg-type]
        .where(Operation.__table__.c.id == bindparam("key"), is_pending(Operation.__table__.c))
        .values({name: bindparam(f"new_{name}", type_=Operation.__table__.c[name].type) for name in columns})
    )
    values = [{"key": row["id"], **{f"new_{name}": row[name] for name in columns}} for row in rows]
    changed = connection.execute(statement, values).rowcount
    if changed != len(rows):
        raise WorkerBusy(f"of {len(rows)} operations {len(rows) - changed} are no longer pending")


def stop_signer(connection: Connection, signer: str, params: dict[str, Any]) -> None:
    """Nothing is signed with it until an operator resumes it."""
    logger.error("the key of %s was used elsewhere (%s); it signs nothing until it is resumed", signer, params)
    stopped = {"stopped_by": NONCE_USED_ELSEWHERE, "stopped_params": params, "stopped_at": int(time.time())}
    connection.execute(update(Signer).where(Signer.address == signer).values(stopped))
    faults.reach("stop.storing")


def attempt_values(signed: Signed, number: int, kind: AttemptKind, now: int, head: int) -> dict[str, Any]:
    return {
        "operation_id": signed.operation_id,
        "number": number,
        "kind": kind,
        "tx_hash": signed.result.tx_hash,
        "raw": signed.raw,
        "max_fee": signed.transaction.max_fee_per_gas,
        "max_priority_fee": signed.transaction.max_priority_fee_per_gas,
        "created_at": now,
        "block_seen": head,
    }


def signed_values(signed: Signed, now: int) -> dict[str, Any]:
    return {
        "id": signed.operation_id,
        "state": OperationState.SIGNED,
        "nonce": signed.transaction.nonce,
        "gas": signed.transaction.gas,
        "tx_hash": signed.result.tx_hash,
        "signed_at": now,
    }
