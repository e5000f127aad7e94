"""The one who signs and sends: rounds that begin anywhere and end with every operation mined once.

A round: what the chain took back (`recovery`), then new operations are signed and stored, then sent, then receipts are
collected. Whatever is sent was stored before, in one transaction for many operations; so a worker killed at any point
leaves rows from which the next one goes on.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, exists, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, aliased

from node_adapter.db import read_only
from node_adapter.errors import ContractReverted, NodeError
from node_adapter.keyring import KeyNotHeld, KeystoreError
from node_adapter.outbox.chain import Request, taken
from node_adapter.outbox.collect import Collector
from node_adapter.outbox.commands import WorkerBusy
from node_adapter.outbox.lease import Lease
from node_adapter.outbox.models import Operation, OperationState
from node_adapter.outbox.outbox import Outbox, lock
from node_adapter.outbox.recovery import Recovery
from node_adapter.transactions import SignedTransaction
from node_adapter.words import hex0x

BATCH = 256
"""Operations signed in one round, in one database transaction and a few batched requests."""
FIRST_PAUSE_S = 0.002
"""While something is in flight the pause doubles from this to `poll_s`: a node that mines at once is not waited for."""
TROUBLE_PAUSE_S = 1.0

logger = logging.getLogger(__name__)
_IN_FLIGHT = (OperationState.SIGNED, OperationState.SENT)


class Worker:
    def __init__(self, outbox: Outbox, *, poll_s: float = 0.2) -> None:
        """`poll_s`: the pause when nothing is in flight and nobody of this process wakes it."""
        self._outbox = outbox
        self._poll_s = poll_s
        self._lease = Lease(outbox.engine)
        self._recovery = Recovery(outbox)
        self._collector = Collector(outbox)
        self.trouble = ""
        """Why nothing moves at present, one line; empty when all is well."""
        self._judged_after: dict[str, int] = {}
        """Operation refused at its estimate → the last operation in flight then, see `_refuse`."""

    def run(self, stop: threading.Event) -> None:
        """Works until `stop` is set (and `outbox.wake()` called, if that shall be at once).

        Outlives whatever goes wrong in a round, says it once, and tries again: what matters is in the rows.
        """
        pause_s = self._poll_s
        try:
            while not stop.is_set():
                try:
                    moved = self.step()
                except (NodeError, WorkerBusy, SQLAlchemyError) as error:
                    self._say(str(error))
                except Exception as error:
                    self._say(f"{type(error).__name__}: {error}", exc_info=True)
                else:
                    self._say("")
                    pause_s = FIRST_PAUSE_S if moved else min(pause_s * 2, self._poll_s)
                if self.trouble:
                    pause_s = min(TROUBLE_PAUSE_S, max(pause_s * 2, self._poll_s))
                self._outbox.wait(pause_s)
        finally:
            self.close()

    def _say(self, trouble: str, *, exc_info: bool = False) -> None:
        if trouble and trouble != self.trouble:
            logger.warning("the outbox waits: %s", trouble, exc_info=exc_info)
        elif self.trouble and not trouble:
            logger.info("the outbox goes on")
        self.trouble = trouble

    def close(self) -> None:
        """Lets another worker take over. Call it from the thread that did the rounds."""
        self._lease.release()
        self._outbox.client.close()

    def step(self) -> bool:
        """One round; True if anything changed, or the node had something to do. Raises NodeError, WorkerBusy."""
        self._lease.hold()
        try:
            self._recovery.check()
            if self._recovery.needed:
                moved = self._collector.collect()
                return self._recovery.step() or moved
            moved = self.sign()
            moved = self.send() or moved
            return self._collector.collect() or moved
        except NodeError:
            self._recovery.suspect()
            raise

    def sign(self) -> bool:
        """PENDING → SIGNED, or FAILED with the contract's reason and no nonce spent."""
        with read_only(self._outbox.engine).connect() as connection:
            rows = connection.execute(_candidates()).all()
            signers = sorted({row.signer for row in rows})
            highest = select(Operation.signer, func.max(Operation.nonce).label("nonce")).where(
                Operation.signer.in_(signers)
            )
            stored = {row.signer: row.nonce for row in connection.execute(highest.group_by(Operation.signer))}
        if not rows:
            return False
        chain = self._outbox.chain
        requests = self._requests(rows)
        answers = dict(zip(requests, chain.estimates(list(requests.values())), strict=True))
        on_chain = self._outbox.client.nonces(signers)
        last = {s: on_chain[s] - 1 if stored[s] is None else max(stored[s], on_chain[s] - 1) for s in signers}
        fees = chain.fees()
        refused: list[tuple[str, ContractReverted]] = []
        signed: list[dict[str, Any]] = []
        blocked: set[str] = set()
        now = int(time.time())
        for row in rows:
            answer = answers.get(row.id)
            if isinstance(answer, ContractReverted):
                refused.append((row.id, answer))
            if not isinstance(answer, int) or row.signer in blocked:
                if row.function is None:
                    # The addresses of contracts follow from the nonces: none may overtake the one before it.
                    blocked.add(row.signer)
                continue
            transaction = chain.transaction(requests[row.id], last[row.signer] + 1, answer, fees)
            try:
                result = self._outbox.keyring.sign_transaction(row.signer, transaction)
            except (KeyNotHeld, KeystoreError) as error:
                logger.warning("operation %s waits for its key: %s", row.id, error)
                blocked.add(row.signer)
                continue
            last[row.signer] += 1
            signed.append(_signed_values(row.id, transaction.nonce, transaction.gas, result, now))
        self._store(signed)
        self._refuse(refused)
        return bool(signed or refused)

    def send(self) -> bool:
        """SIGNED → SENT, in the order of signing. What the node refuses stays SIGNED and is tried again."""
        query = select(Operation.id, Operation.raw).where(Operation.state == OperationState.SIGNED)
        with read_only(self._outbox.engine).connect() as connection:
            rows = connection.execute(query.order_by(Operation.signed_sequence).limit(4 * BATCH)).all()
        if not rows:
            return False
        results = self._outbox.chain.send([row.raw for row in rows])
        sent = [row.id for row, result in zip(rows, results, strict=True) if taken(result)]
        for message, count in Counter(result.message for result in results if not taken(result)).items():
            logger.warning("%d operations are not sent: %s", count, message)
            self._recovery.suspect()
        if sent:
            with self._outbox.engine.begin() as connection:
                connection.execute(
                    update(Operation)
                    .where(Operation.id.in_(sent), Operation.state == OperationState.SIGNED)
                    .values(state=OperationState.SENT, sent_at=int(time.time()))
                )
        return bool(sent)

    def _requests(self, rows: Sequence[Row[Any]]) -> dict[str, Request]:
        """The calls of `rows`; what cannot be encoded is FAILED at once: no chain will ever understand it."""
        requests: dict[str, Request] = {}
        for row in rows:
            try:
                requests[row.id] = self._outbox.request_of(row)
            except (ValueError, IndexError, KeyError) as error:
                self._fail([(row.id, ContractReverted("InvalidArguments", {"detail": str(error)}))])
        return requests

    def _store(self, signed: list[dict[str, Any]]) -> None:
        """All of one round in one transaction, before any of it is sent."""
        if not signed:
            return
        with Session(self._outbox.engine) as session, session.begin():
            lock(session)
            first = (session.scalar(select(func.max(Operation.signed_sequence))) or 0) + 1
            for offset, values in enumerate(signed):
                values["signed_sequence"] = first + offset
            change_pending(session.connection(), signed)

    def _refuse(self, refused: list[tuple[str, ContractReverted]]) -> None:
        """FAILED, once it is sure that the refusal is not of our own making.

        An operation may depend on one that is still in flight, or on one that the chain took back a moment ago. So the
        word of an estimate counts only when all that was in flight at the first refusal is mined, on the chain we know.
        """
        if not refused:
            self._judged_after.clear()
            return
        in_flight = select(func.min(Operation.signed_sequence), func.max(Operation.signed_sequence)).where(
            Operation.state.in_(_IN_FLIGHT)
        )
        with read_only(self._outbox.engine).connect() as connection:
            first, last = connection.execute(in_flight).one()
        marks = {operation_id: self._judged_after.get(operation_id, last or 0) for operation_id, _ in refused}
        due = [(i, reason) for i, reason in refused if first is None or first > marks[i]]
        self._judged_after = {i: mark for i, mark in marks.items() if i not in dict(due)}
        if due and self._recovery.chain_is_ours():
            self._fail(due)

    def _fail(self, refused: list[tuple[str, ContractReverted]]) -> None:
        rows = [
            {"id": i, "state": OperationState.FAILED, "error_name": reason.name, "error_params": reason.params}
            for i, reason in refused
        ]
        with self._outbox.engine.begin() as connection:
            change_pending(connection, rows)


def change_pending(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Writes `rows` (all with the same keys) over operations that are PENDING, or raises and changes nothing.

    The guard is for a worker that lost its lease without noticing: it must not sign what another one has signed.
    """
    columns = [name for name in rows[0] if name != "id"]
    statement = (
        update(Operation.__table__)  # type: ignore[arg-type]
        .where(Operation.__table__.c.id == bindparam("key"), Operation.__table__.c.state == OperationState.PENDING)
        .values({name: bindparam(f"new_{name}", type_=Operation.__table__.c[name].type) for name in columns})
    )
    values = [{"key": row["id"], **{f"new_{name}": row[name] for name in columns}} for row in rows]
    changed = connection.execute(statement, values).rowcount
    if changed != len(rows):
        raise WorkerBusy(f"of {len(rows)} operations another worker has taken {len(rows) - changed}")


def _signed_values(operation_id: str, nonce: int, gas: int, signed: SignedTransaction, now: int) -> dict[str, Any]:
    return {
        "id": operation_id,
        "state": OperationState.SIGNED,
        "nonce": nonce,
        "gas": gas,
        "raw": hex0x(signed.raw),
        "tx_hash": signed.tx_hash,
        "signed_at": now,
    }


def _candidates() -> Select[Any]:
    """PENDING in order of acceptance; of a subject only the first, and none while another of it is in flight."""
    other = aliased(Operation)
    before = exists().where(
        and_(
            other.subject == Operation.subject,
            other.state.in_(_IN_FLIGHT)
            | and_(other.state == OperationState.PENDING, other.sequence < Operation.sequence),
        )
    )
    columns = (
        Operation.id,
        Operation.signer,
        Operation.instance,
        Operation.contract,
        Operation.function,
        Operation.args,
        Operation.signatures,
    )
    ready = Operation.subject.is_(None) | ~before
    return (
        select(*columns)
        .where(Operation.state == OperationState.PENDING, ready)
        .order_by(Operation.sequence)
        .limit(BATCH)
    )
