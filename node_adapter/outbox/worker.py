"""The one who signs and sends: rounds that begin anywhere and end with every operation mined once.

A round: who am I (`leases`), how is the chain (`chain.look`), what was mined (`collect`), what is stuck (`attempts`),
what is next (`signing`), and out it goes. Or, where the chain took something back, `recovery`. Whatever is sent was
stored before, in one transaction for many operations; so a worker killed at any point leaves rows from which the next
one goes on.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, case, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from node_adapter.db import read_only
from node_adapter.errors import NodeError
from node_adapter.outbox import faults
from node_adapter.outbox.attempts import Attempts, Rules
from node_adapter.outbox.chain import Look, taken
from node_adapter.outbox.collect import Collector
from node_adapter.outbox.commands import WorkerBusy
from node_adapter.outbox.leases import LEASE_S, Leases, Standing
from node_adapter.outbox.models import Attempt, Operation, OperationState, is_in_flight, unindexed
from node_adapter.outbox.outbox import Outbox
from node_adapter.outbox.recovery import Recovery
from node_adapter.outbox.signing import Signing

SEND_MAX = 1_024
FIRST_PAUSE_S = 0.002
"""While something is in flight the pause doubles from this to `poll_s`: a node that mines at once is not waited for."""
TROUBLE_PAUSE_S = 1.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Round:
    standing: Standing
    lowest: dict[str, int]
    """The lowest nonce in flight of each signer of ours that has any."""
    unsent: bool
    """Whether something is SIGNED already: by a wallet, by a worker that died, or refused by the node."""
    candidates: Sequence[Row[Any]]
    look: Look


class Worker:
    def __init__(
        self, outbox: Outbox, *, poll_s: float = 0.2, lease_s: float = LEASE_S, rules: Rules | None = None
    ) -> None:
        """`poll_s`: the pause when nothing is in flight and nobody of this process wakes it."""
        self._outbox = outbox
        self._poll_s = poll_s
        self._leases = Leases(outbox.engine, lease_s)
        self._recovery = Recovery(outbox, self._leases)
        self._signing = Signing(outbox, self._leases)
        self._collector = Collector(outbox, self._leases)
        self._attempts = Attempts(outbox, self._leases, self._signing, rules or Rules())
        self.trouble = ""
        """Why nothing moves at present, one line; empty when all is well."""

    @property
    def stuck(self) -> dict[str, str]:
        """Signers of this worker that an operator must look after, and why."""
        return dict(self._outbox.stuck)

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
        try:
            self._leases.release()
        except SQLAlchemyError as error:
            logger.warning("the leases are not given back, and end by themselves: %s", error)
        self._outbox.client.close()

    def step(self) -> bool:
        """One round; True if anything changed, or the node had something to do. Raises NodeError, WorkerBusy."""
        try:
            with self._outbox.client.pinned():  # two nodes' views are never mixed in one round
                return self._step(self._begin())
        except NodeError:
            self._recovery.suspect()
            raise

    def sign(self) -> bool:
        """A round's signing alone: PENDING → SIGNED, or FAILED with the contract's reason and no nonce spent."""
        now = self._begin()
        self._signing.sign(now.candidates, now.standing, now.look)
        return self._signing.moved

    def send(self) -> bool:
        """SIGNED → SENT, in the order of signing. What the node refuses stays SIGNED and is tried again."""
        return self._send_unsent(self._leases.refresh())

    def collect(self) -> bool:
        """A round's receipts alone."""
        now = self._begin()
        return self._collector.collect(now.look, now.lowest)

    def _begin(self) -> _Round:
        standing = self._leases.refresh()
        rows = self._in_flight(standing)
        lowest = {row.signer: row.lowest for row in rows}
        candidates = self._signing.candidates(standing, {row.signer: row.number for row in rows})
        signers = {*lowest, *(row.signer for row in candidates)}
        look = self._outbox.chain.look(sorted(signers), standing.tip)
        return _Round(standing, lowest, any(row.unsent for row in rows), candidates, look)

    def _step(self, now: _Round) -> bool:
        standing, look = now.standing, now.look
        if self._recovery.needed(standing, look):
            if not self._recovery.begin(standing):
                return False
            standing = self._leases.refresh()
        if standing.recoverer is not None:
            return self._recover(standing, now)
        moved = self._collector.collect(look, now.lowest)
        replaced = self._attempts.step(standing, look, now.lowest)
        candidates = [row for row in now.candidates if row.signer not in self._collector.doubted]
        signed = self._signing.sign(candidates, standing, look)
        if now.unsent or replaced:
            self._send_unsent(standing)
        elif signed:
            self._send([(each.operation_id, each.raw) for each in signed])
        return moved or replaced or self._signing.moved

    def _recover(self, standing: Standing, now: _Round) -> bool:
        """Nobody signs. The one that recovers collects for all, and sends again; the others wait."""
        if standing.recoverer != self._leases.worker:
            return self._collector.collect(now.look, now.lowest)
        self._recovery.begin(standing)  # says that it goes on
        lowest = self._recovery.lowest_waiting()
        look = self._outbox.chain.look(sorted(lowest), standing.tip)
        moved = self._collector.collect(look, lowest)
        mine = {signer: nonce for signer, nonce in lowest.items() if signer in standing.mine}
        self._attempts.step(standing, look, mine)
        return self._recovery.step(self._leases.refresh(), look) or moved

    def _in_flight(self, standing: Standing) -> Sequence[Row[Any]]:
        """One row for each signer of ours that has any."""
        query: Any = (
            select(
                Operation.signer,
                func.count().label("number"),
                func.min(Operation.nonce).label("lowest"),
                func.max(case((Operation.state == OperationState.SIGNED, 1), else_=0)).label("unsent"),
            )
            .where(is_in_flight())
            .group_by(Operation.signer)
        )
        with read_only(self._outbox.engine).connect() as connection:
            return [row for row in connection.execute(query) if row.signer in standing.mine]

    def _send_unsent(self, standing: Standing) -> bool:
        query = (
            select(Operation.id, Attempt.raw)
            .join(Attempt, Attempt.tx_hash == Operation.tx_hash)
            .where(is_in_flight(), Operation.state == OperationState.SIGNED)
            .where(unindexed(Operation.signer).in_(standing.mine))
            .order_by(unindexed(Operation.signed_sequence))
            .limit(SEND_MAX)
        )
        with read_only(self._outbox.engine).connect() as connection:
            rows = connection.execute(query).all()
        self._outbox.retries += len(rows)
        return self._send([(row.id, row.raw) for row in rows]) if rows else False

    def _send(self, bytes_of: Sequence[tuple[str, str]]) -> bool:
        results = self._outbox.chain.send([raw for _, raw in bytes_of])
        faults.reach("send.answered")
        sent = [key for (key, _), result in zip(bytes_of, results, strict=True) if taken(result)]
        for message, count in Counter(result.message for result in results if not taken(result)).items():
            logger.warning("%d operations are not sent: %s", count, message)
            self._recovery.suspect()
        if sent:
            with self._outbox.engine.begin() as connection:
                connection.execute(
                    update(Operation)
                    .where(Operation.id.in_(sent), is_in_flight(), Operation.state == OperationState.SIGNED)
                    .values(state=OperationState.SENT, sent_at=int(time.time()))
                )
        faults.reach("send.marked")
        return bool(sent)
