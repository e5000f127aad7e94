"""What the chain took back is sent again: the same bytes, in the same order, each mined before the next one goes.

Operations depend on one another across signers (a supplier's `propose` needs the operator's `admit`), and a node that
fell back remembers neither. One worker puts it right (`chain_view.recoverer`, a lease like a signer's) and nobody
signs meanwhile: who stores a signature locks that row as a reader, who begins to recover writes it.
"""

import logging
import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, select, tuple_, update

from node_adapter.db import read_only
from node_adapter.outbox import faults
from node_adapter.outbox.chain import Look, Place, taken
from node_adapter.outbox.leases import Leases, Standing
from node_adapter.outbox.models import Attempt, ChainView, Operation, OperationState, Signer, is_in_flight, unindexed
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
    def __init__(self, outbox: Outbox, leases: Leases) -> None:
        self._outbox = outbox
        self._leases = leases
        self._chain = outbox.chain
        self._look_at = 0.0

    def suspect(self) -> None:
        """The node failed to answer: it may come back with less than it had."""
        self._look_at = 0.0

    def needed(self, standing: Standing, look: Look) -> bool:
        """Whether somebody must put right what the chain took back: its block is gone, or the node forgot it."""
        if not look.tip_stands or (standing.recoverer is not None and not standing.recoverer_lives):
            return True
        if standing.claimed:
            self._look_at = 0.0
        if time.monotonic() < self._look_at:
            return False
        self._look_at = time.monotonic() + LOOK_AFTER_S
        # Of each signer the next one alone: a node that lost its pool lost that too, and the rest waits behind it.
        waiting = [
            row
            for row in self._waiting()
            if row.nonce == look.counts.get(row.signer)
            and row.signer in standing.mine
            and (row.state == OperationState.SENT or row.signer in standing.claimed)
        ]
        known = self._chain.knows([row.tx_hash for row in waiting])
        gone = [row for row, is_known in zip(waiting, known, strict=True) if not is_known]
        return self._are_unmined(gone)

    def begin(self, standing: Standing) -> bool:
        """Makes this worker the one that recovers. False if another is, or knows better by now."""
        until = self._leases.now() + self._leases.lease_ms
        with self._outbox.engine.begin() as connection:
            row = connection.execute(
                select(
                    ChainView.recoverer,
                    ChainView.tip_number,
                    ChainView.tip_hash,
                    (ChainView.recoverer_until_ms > self._leases.now()).label("lives"),
                ).with_for_update()
            ).one()
            mine = row.recoverer == self._leases.worker
            others = self._leases.shared and row.recoverer is not None and not mine and bool(row.lives)
            tip = None if row.tip_number is None else (row.tip_number, row.tip_hash)
            if others or tip != standing.tip:
                return False
            values = {"recoverer": self._leases.worker, "recoverer_until_ms": until}
            connection.execute(update(ChainView).values(values))
        faults.reach("recover.begun")
        return True

    def step(self, standing: Standing, look: Look) -> bool:
        """As the one that recovers: puts back what lost its block, and sends the next run of what waits, unless the
        node has it. True while anything waits; at the end everybody may sign again."""
        if not look.tip_stands:
            self._rewind()
            return True
        waiting = self._waiting()
        if not waiting:
            faults.reach("recover.ending")
            ended = and_(
                ChainView.recoverer == self._leases.worker, ChainView.tip_hash.is_not_distinct_from(_hash(look.tip))
            )
            with self._outbox.engine.begin() as connection:
                connection.execute(update(ChainView).where(ended).values(recoverer=None))
            self._look_at = time.monotonic() + LOOK_AFTER_S
            return False
        run = _first_run(waiting)
        known = self._chain.knows([row.tx_hash for row in run])
        unknown = [row for row, is_known in zip(run, known, strict=True) if not is_known]
        for row, result in zip(unknown, self._chain.send([row.raw for row in unknown]), strict=True):
            if not taken(result):
                logger.warning("operation %s (%s) is not sent again: %s", row.id, row.kind, result.message)
        if unknown:
            self._outbox.retries += len(unknown)
            faults.reach("recover.resent")
        signed = [row.id for row in run if row.state == OperationState.SIGNED]
        if signed:
            with self._outbox.engine.begin() as connection:
                connection.execute(
                    update(Operation)
                    .where(Operation.id.in_(signed), Operation.state == OperationState.SIGNED)
                    .values(state=OperationState.SENT, sent_at=int(time.time()))
                )
        return True

    def lowest_waiting(self) -> dict[str, int]:
        """The lowest nonce in flight of every signer, whoever holds it: the one that recovers collects for all."""
        lowest: dict[str, int] = {}
        for row in self._waiting():
            lowest[row.signer] = min(row.nonce, lowest.get(row.signer, row.nonce))
        return lowest

    def _waiting(self) -> Sequence[Any]:
        """All that is stored and not mined, in the order of signing; nothing of a signer that is stopped.

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
                Attempt.raw,
            )
            .join(Attempt, Attempt.tx_hash == Operation.tx_hash)
            .join(Signer, Signer.address == Operation.signer)
            .where(is_in_flight(), Signer.stopped_by.is_(None))
            .order_by(unindexed(Operation.signed_sequence))
            .limit(10 * RUN_MAX)
        )
        with read_only(self._outbox.engine).connect() as connection:
            return connection.execute(query).all()

    def _are_unmined(self, gone: Sequence[Row[Any]]) -> bool:
        """Whether one of these is neither known to the node nor mined under another of its hashes."""
        if not gone:
            return False
        counts = self._outbox.client.nonces(sorted({row.signer for row in gone}))
        return any(row.nonce >= counts[row.signer] for row in gone)

    def _rewind(self) -> None:
        """Puts every operation whose block vanished back to SENT, and the tip to the newest block that stands.

        Raises WrongChain: what another chain lacks, ours has not taken back.
        """
        self._outbox.client.check_identity(self._outbox.deployments.chain_id, self._outbox.deployments.genesis_hash)
        gone, stands = self._vanished()
        if gone:
            logger.warning("the chain took %d blocks back, from block %d on; sending again", len(gone), gone[-1][0])
        changes = {
            Operation.state: OperationState.SENT,
            Operation.block_hash: None,
            Operation.mined_at: None,
            Operation.failed_at: None,
            Operation.gas_used: None,
            Operation.error_name: None,
            Operation.error_params: None,
        }
        with self._outbox.engine.begin() as connection:
            recoverer = connection.scalar(select(ChainView.recoverer).with_for_update())
            if recoverer != self._leases.worker:
                return
            for first in range(0, len(gone), UPDATE_MAX):
                places = gone[first : first + UPDATE_MAX]
                vanished = tuple_(Operation.block_number, Operation.block_hash).in_(places)
                near = Operation.block_number.between(places[-1][0], places[0][0])
                connection.execute(
                    update(Operation).where(Operation.block_hash.is_not(None), near, vanished).values(changes)
                )
            number, block_hash = stands or (None, None)
            connection.execute(update(ChainView).values(tip_number=number, tip_hash=block_hash))
            faults.reach("recover.storing")
        faults.reach("recover.rewound")

    def _vanished(self) -> tuple[list[Place], Place | None]:
        """Blocks of ours that the chain no longer has, newest first, and the newest that it has. Below one it has, it
        has them all."""
        gone: list[Place] = []
        before: int | None = None
        while True:
            query = select(Operation.block_number, Operation.block_hash).where(Operation.block_hash.is_not(None))
            if before is not None:
                query = query.where(Operation.block_number < before)
            query = query.distinct().order_by(Operation.block_number.desc()).limit(WALK_BATCH)
            with read_only(self._outbox.engine).connect() as connection:
                places: list[Place] = [
                    (n, h) for n, h in connection.execute(query).all() if n is not None and h is not None
                ]
            hashes = self._chain.block_hashes([number for number, _ in places])
            stands = [place for place in places if hashes[place[0]] == place[1]]
            gone += [place for place in places if hashes[place[0]] != place[1]]
            if stands or len(places) < WALK_BATCH:
                return gone, stands[0] if stands else None
            before = places[-1][0]


def _hash(place: Place | None) -> str | None:
    return None if place is None else place[1]


def _first_run(waiting: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """The operations at the front that have one signer."""
    count = next((i for i, row in enumerate(waiting) if row.signer != waiting[0].signer), len(waiting))
    return waiting[: min(count, RUN_MAX)]
