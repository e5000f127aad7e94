"""PENDING → SIGNED: estimate, take the nonces, sign, and store it all in one transaction, before anything is sent."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, exists, func, insert, select, update
from sqlalchemy.orm import aliased

from node_adapter.db import read_only
from node_adapter.errors import ContractReverted, NodeError
from node_adapter.outbox import faults
from node_adapter.outbox.chain import Look, Request
from node_adapter.outbox.commands import LeaseLost
from node_adapter.outbox.leases import Leases, Standing
from node_adapter.outbox.models import (
    Attempt,
    AttemptKind,
    ChainView,
    Operation,
    OperationState,
    Signer,
    is_in_flight,
    is_live,
    is_pending,
    unindexed,
)
from node_adapter.outbox.order import SIGN_LOCK, lock, next_number
from node_adapter.outbox.outbox import Outbox
from node_adapter.outbox.rows import Signed, attempt_values, change_pending, signed_values, stop_signer
from node_adapter.signers import PolicyRefused, SignerError
from node_adapter.transactions import SignedTransaction, Transaction

BATCH = 512
"""Operations signed in one round, in one database transaction and a few batched requests."""
IN_FLIGHT_MAX = 512
"""Of one signer: no queue of ours, and none of the node's, grows without an end."""
KEY_REST_S = 1.0
"""How long a key that could not be used is left alone: opening a keystore takes half a second."""
JUDGE_AFTER_S = 60.0
"""A refusal counts by then, whatever else is still in flight: somebody's stuck operation holds up no verdict."""

_SIGNER: Any = Signer.__table__
_MOVE_NONCE = update(_SIGNER).where(_SIGNER.c.address == bindparam("signer")).values(next_nonce=bindparam("nonce"))

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Batch:
    """What is tried in one round, and how far it is."""

    requests: dict[str, Request]
    answers: dict[str, int | ContractReverted | NodeError]
    fees: tuple[int, int]
    nonces: dict[str, int]
    """Of each signer, the next; none of one that is stopped."""
    refused: list[tuple[str, ContractReverted]] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)


class Signing:
    def __init__(self, outbox: Outbox, leases: Leases) -> None:
        self._outbox = outbox
        self._leases = leases
        self._judged_after: dict[str, tuple[int, float]] = {}
        """Operation refused at its estimate → the last operation in flight then, and when; see `_refuse`."""
        self._resting: dict[str, float] = {}
        self.moved = False
        """Whether the last round's signing changed anything, or a refusal waits to be believed."""

    def candidates(self, standing: Standing, in_flight: dict[str, int]) -> Sequence[Row[Any]]:
        """What may be signed next. `in_flight`: how many operations of each signer are."""
        now = time.monotonic()
        self._resting = {signer: until for signer, until in self._resting.items() if until > now}
        eligible = [
            address
            for address, account in standing.mine.items()
            if account.stopped_by is None and address not in self._resting and in_flight.get(address, 0) < IN_FLIGHT_MAX
        ]
        if not eligible:
            return []
        with read_only(self._outbox.engine).connect() as connection:
            return connection.execute(_candidates(eligible)).all()

    def sign(self, rows: Sequence[Row[Any]], standing: Standing, look: Look) -> list[Signed]:
        """What is stored as SIGNED now; what the contract refuses is FAILED, and spends no nonce."""
        self.moved = False
        if not rows:
            self._judged_after.clear()
            return []
        requests = self._requests(rows)
        nonces = self._next_nonces(sorted({row.signer for row in rows}), standing, look)
        answers = self._outbox.chain.estimates(list(requests.values()), look.gas_limit)
        batch = _Batch(
            requests, dict(zip(requests, answers, strict=True)), self._outbox.chain.fees(look.base_fee), nonces
        )
        signed = [each for row in rows if (each := self._try(row, batch)) is not None]
        self._store(signed, standing, look.head[0])
        self._refuse(batch.refused, requests)
        self.moved = bool(signed or batch.refused)
        return signed

    def _try(self, row: Row[Any], batch: "_Batch") -> Signed | None:
        """Signed with the signer's next nonce; None where it is refused, or must wait."""
        answer = batch.answers.get(row.id)
        if isinstance(answer, ContractReverted):
            batch.refused.append((row.id, answer))
        if not isinstance(answer, int) or row.signer in batch.blocked or row.signer not in batch.nonces:
            if isinstance(answer, NodeError):
                logger.warning("operation %s waits: %s", row.id, answer)
            if row.function is None:
                # The addresses of contracts follow from the nonces: none may overtake the one before it.
                batch.blocked.add(row.signer)
            return None
        nonce = batch.nonces[row.signer]
        transaction = self._outbox.chain.transaction(batch.requests[row.id], nonce, answer, batch.fees)
        result = self.signature(row.id, row.signer, transaction)
        if isinstance(result, SignedTransaction):
            batch.nonces[row.signer] += 1
            return Signed(row.id, transaction, result, row.signer)
        if result is None:
            batch.blocked.add(row.signer)
        else:
            self._fail([(row.id, result)])
        return None

    def signature(
        self, operation_id: str, signer: str, transaction: Transaction
    ) -> SignedTransaction | ContractReverted | None:
        """By the signer's key. None where it cannot be used now: then it rests a while. A refusal by the policy in
        front of the key is the operation's failure. The one place that knows what signers raise."""
        try:
            return self._outbox.keyring.sign_transaction(signer, transaction)
        except PolicyRefused as refusal:
            return ContractReverted(type(refusal).__name__, refusal.params)
        except SignerError as error:
            logger.warning("operation %s waits for its key: %s", operation_id, error)
            self._resting[signer] = time.monotonic() + KEY_REST_S
            return None

    def _next_nonces(self, signers: Sequence[str], standing: Standing, look: Look) -> dict[str, int]:
        """None for one whose key was used elsewhere: it is stopped, alone."""
        found: dict[str, int] = {}
        for signer in signers:
            expected, on_chain = standing.mine[signer].next_nonce, look.counts[signer]
            if expected is None:
                found[signer] = max(on_chain, self._outbox.stored_nonce(signer) + 1)
            elif on_chain > expected:
                params = {"signer": signer, "expected_nonce": expected, "chain_nonce": on_chain}
                with self._outbox.engine.begin() as connection:
                    self._leases.fence(connection, {signer: expected})
                    stop_signer(connection, signer, params)
                faults.reach("stop.stored")
            else:
                found[signer] = expected
        return found

    def _requests(self, rows: Sequence[Row[Any]]) -> dict[str, Request]:
        """The calls of `rows`; what cannot be encoded is FAILED at once: no chain will ever understand it."""
        requests: dict[str, Request] = {}
        for row in rows:
            try:
                requests[row.id] = self._outbox.request_of(row)
            except (ValueError, IndexError, KeyError) as error:
                self._fail([(row.id, ContractReverted("InvalidArguments", {"detail": str(error)}))])
        return requests

    def _store(self, signed: Sequence[Signed], standing: Standing, head: int) -> None:
        """All of one round in one transaction, before any of it is sent. Raises LeaseLost, WorkerBusy."""
        if not signed:
            return
        faults.reach("sign.signed")
        now = int(time.time())
        after = {each.signer: each.transaction.nonce + 1 for each in signed}
        with self._outbox.engine.begin() as connection:
            if connection.scalar(select(ChainView.recoverer).with_for_update(read=True)) is not None:
                raise LeaseLost("the chain took something back meanwhile; nothing was signed")
            self._leases.fence(connection, {signer: standing.mine[signer].next_nonce for signer in after})
            lock(connection, SIGN_LOCK)
            first = next_number(connection, Operation.signed_sequence)
            values = [
                signed_values(each, now) | {"signed_sequence": first + place} for place, each in enumerate(signed)
            ]
            change_pending(connection, values)
            connection.execute(
                insert(Attempt), [attempt_values(each, 0, AttemptKind.ORIGINAL, now, head) for each in signed]
            )
            moved = [{"signer": signer, "nonce": nonce} for signer, nonce in sorted(after.items())]
            connection.execute(_MOVE_NONCE, moved)
            faults.reach("sign.storing")
        faults.reach("sign.stored")

    def _refuse(self, refused: list[tuple[str, ContractReverted]], requests: dict[str, Request]) -> None:
        """FAILED, once it is sure that the refusal is not of our own making.

        An operation may depend on one that is still in flight, or on one that the chain took back a moment ago. So the
        word of an estimate counts only when all that was in flight at the first refusal is mined, on the chain we know.
        """
        if not refused:
            self._judged_after.clear()
            return
        in_flight = select(func.min(Operation.signed_sequence), func.max(Operation.signed_sequence)).where(
            is_in_flight()
        )
        with read_only(self._outbox.engine).connect() as connection:
            first, last = connection.execute(in_flight).one()
            tip = connection.execute(select(ChainView.tip_number, ChainView.tip_hash)).one()
        now = time.monotonic()
        marks = {i: self._judged_after.get(i, (last or 0, now)) for i, _ in refused}
        due = [
            (i, reason)
            for i, reason in refused
            if first is None or first > marks[i][0] or now - marks[i][1] > JUDGE_AFTER_S
        ]
        decided = {i for i, _ in due}
        self._judged_after = {i: mark for i, mark in marks.items() if i not in decided}
        if due:
            place = None if tip.tip_number is None else (tip.tip_number, tip.tip_hash)
            again = self._outbox.chain.refusals([requests[i] for i, _ in due], place)
            self._fail([(i, reason) for (i, _), reason in zip(due, again, strict=True) if reason is not None])

    def _fail(self, refused: list[tuple[str, ContractReverted]]) -> None:
        if not refused:
            return
        now = int(time.time())
        rows = [
            {
                "id": operation_id,
                "state": OperationState.FAILED,
                "error_name": reason.name,
                "error_params": reason.params,
                "failed_at": now,
            }
            for operation_id, reason in refused
        ]
        with self._outbox.engine.begin() as connection:
            change_pending(connection, rows)
            faults.reach("refuse.storing")
        faults.reach("refuse.stored")


def _candidates(signers: Sequence[str]) -> Select[Any]:
    """PENDING in order of acceptance; of a subject only the first, and none while another of it is in flight."""
    other = aliased(Operation)
    before = exists().where(
        and_(
            other.subject == Operation.subject,
            is_live(other),
            (other.state != OperationState.PENDING) | (other.sequence < Operation.sequence),
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
        .where(is_pending(), unindexed(Operation.signer).in_(signers), ready)
        .order_by(Operation.sequence)
        .limit(BATCH)
    )
