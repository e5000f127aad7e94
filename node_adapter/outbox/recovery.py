"""What the chain took back is sent again: the same bytes, in the same order, each mined before the next one goes.

Operations depend on one another across signers (a supplier's `propose` needs the operator's `admit`), and a node that
fell back remembers neither. While anything waits here, nothing new is signed.
"""

import logging
import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, tuple_, update

from node_adapter.client import SendOutcome
from node_adapter.db import read_only
from node_adapter.outbox.chain import taken
from node_adapter.outbox.models import Operation, OperationState
from node_adapter.outbox.outbox import Outbox

WALK_BATCH = 64
"""Blocks compared with the chain at a time on the way back."""
RUN_MAX = 100
"""Operations of one signer that are sent together: the chain itself keeps their order, by nonce."""
LOOK_AFTER_S = 2.0
"""How often the node is asked whether it still has what it was sent and has not mined."""
UPDATE_MAX = 500

logger = logging.getLogger(__name__)


class Recovery:
    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._chain = outbox.chain
        self.needed = True
        """At the start it always is: the worker before may have been killed anywhere."""
        self._look_at = 0.0

    def suspect(self) -> None:
        """The node failed to answer: it may come back with less than it had."""
        self.needed = True

    def check(self) -> None:
        """Puts every operation whose block vanished back to SENT."""
        if not self.chain_is_ours():
            self._rewind()
            self.needed = True
        elif not self.needed and time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + LOOK_AFTER_S
            waiting = self._waiting()
            known = self._chain.knows([row.tx_hash for row in waiting])
            self.needed = not all(known)

    def chain_is_ours(self) -> bool:
        """Whether the block of the newest mined operation is still there, and with it all below."""
        newest = newest_block(self._outbox)
        return newest is None or self._chain.block_hashes([newest[0]])[newest[0]] == newest[1]

    def step(self) -> bool:
        """Sends the next run of what waits, unless the node has it. True while anything waits."""
        waiting = self._waiting()
        if not waiting:
            self.needed = False
            self._look_at = time.monotonic() + LOOK_AFTER_S
            return False
        run = _first_run(waiting)
        known = self._chain.knows([row.tx_hash for row in run])
        unknown = [row for row, is_known in zip(run, known, strict=True) if not is_known]
        for row, result in zip(unknown, self._chain.send([row.raw for row in unknown]), strict=True):
            if not taken(result):
                logger.warning("operation %s (%s) is not sent again: %s", row.id, row.kind, result.message)
            elif result.outcome == SendOutcome.NONCE_USED and self._nonce_is_gone(row):
                self._give_up(row)
        signed = [row.id for row in run if row.state == OperationState.SIGNED]
        if signed:
            with self._outbox.engine.begin() as connection:
                connection.execute(
                    update(Operation)
                    .where(Operation.id.in_(signed), Operation.state == OperationState.SIGNED)
                    .values(state=OperationState.SENT, sent_at=int(time.time()))
                )
        return True

    def _waiting(self) -> Sequence[Any]:
        """All that is stored and not mined, in the order of signing.

        What an operation needs was mined when its estimate passed, so it was signed before; and nonces follow the same
        order. The places that operations had in blocks do not: after two fall-backs they are of different forks.
        """
        query = (
            select(
                Operation.id,
                Operation.kind,
                Operation.state,
                Operation.signer,
                Operation.nonce,
                Operation.tx_hash,
                Operation.raw,
            )
            .where(Operation.state.in_((OperationState.SENT, OperationState.SIGNED)))
            .order_by(Operation.signed_sequence)
            .limit(10 * RUN_MAX)
        )
        with read_only(self._outbox.engine).connect() as connection:
            return connection.execute(query).all()

    def _rewind(self) -> None:
        gone = self._vanished()
        if not gone:
            return
        logger.warning("the chain took %d blocks back, from block %d on; sending again", len(gone), gone[-1][0])
        changes = {
            Operation.state: OperationState.SENT,
            Operation.block_hash: None,
            Operation.mined_at: None,
            Operation.error_name: None,
            Operation.error_params: None,
        }
        with self._outbox.engine.begin() as connection:
            for first in range(0, len(gone), UPDATE_MAX):
                places = gone[first : first + UPDATE_MAX]
                vanished = tuple_(Operation.block_number, Operation.block_hash).in_(places)
                connection.execute(update(Operation).where(vanished).values(changes))

    def _vanished(self) -> list[tuple[int, str]]:
        """Blocks of ours that the chain no longer has, newest first. Below one it has, it has them all."""
        gone: list[tuple[int, str]] = []
        before: int | None = None
        while True:
            query = select(Operation.block_number, Operation.block_hash).where(Operation.block_hash.is_not(None))
            if before is not None:
                query = query.where(Operation.block_number < before)
            query = query.distinct().order_by(Operation.block_number.desc()).limit(WALK_BATCH)
            with read_only(self._outbox.engine).connect() as connection:
                places: list[tuple[int, str]] = [
                    (n, h) for n, h in connection.execute(query).all() if n is not None and h is not None
                ]
            hashes = self._chain.block_hashes([number for number, _ in places])
            lost = [(number, block_hash) for number, block_hash in places if hashes[number] != block_hash]
            gone += lost
            if len(lost) < len(places) or len(places) < WALK_BATCH:
                return gone
            before = places[-1][0]

    def _nonce_is_gone(self, row: Row[Any]) -> bool:
        """Whether some transaction that is not ours used the nonce, on a chain that did not change while we looked."""
        head = self._outbox.client.head()
        used = self._outbox.client.nonce(row.signer, head.number) > row.nonce
        mined = self._outbox.client.receipts([row.tx_hash])[0]
        return used and mined is None and self._chain.block_hashes([head.number])[head.number] == head.hash

    def _give_up(self, row: Row[Any]) -> None:
        """The account's key was used elsewhere: these bytes can never be mined. They are not signed anew."""
        logger.error("operation %s (%s): nonce %d of %s was used elsewhere", row.id, row.kind, row.nonce, row.signer)
        with self._outbox.engine.begin() as connection:
            connection.execute(
                update(Operation)
                .where(Operation.id == row.id)
                .values(
                    state=OperationState.FAILED,
                    error_name="NonceUsedElsewhere",
                    error_params={"signer": row.signer, "nonce": row.nonce},
                )
            )


def newest_block(outbox: Outbox) -> tuple[int, str] | None:
    """Number and hash of the highest block that an operation was mined in, as the table has it."""
    query = (
        select(Operation.block_number, Operation.block_hash)
        .where(Operation.block_hash.is_not(None))
        .order_by(Operation.block_number.desc())
        .limit(1)
    )
    with read_only(outbox.engine).connect() as connection:
        row = connection.execute(query).first()
    return None if row is None else (row.block_number, row.block_hash)


def _first_run(waiting: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """The operations at the front that have one signer."""
    count = next((i for i, row in enumerate(waiting) if row.signer != waiting[0].signer), len(waiting))
    return waiting[: min(count, RUN_MAX)]
