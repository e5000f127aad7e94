"""Receipts: what is in flight becomes MINED, or FAILED by the contract's own named error.

Only what the chain's count of a signer says is mined is asked for, under every hash that it was sent under. A receipt
counts only if its block is in one chain with the newest block of ours (`chain_view`'s tip): so the table never mixes
two forks, whichever worker writes, and one look at the tip finds every reorganisation.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, or_, select, update

from node_adapter.client import Receipt
from node_adapter.db import read_only
from node_adapter.errors import UNKNOWN, ContractReverted, NodeRefused
from node_adapter.outbox import faults
from node_adapter.outbox.chain import Look, Place
from node_adapter.outbox.commands import CANCELLED, NONCE_USED_ELSEWHERE
from node_adapter.outbox.leases import Leases
from node_adapter.outbox.models import (
    Attempt,
    AttemptKind,
    ChainView,
    Operation,
    OperationState,
    is_in_flight,
    unindexed,
)
from node_adapter.outbox.outbox import Outbox
from node_adapter.outbox.rows import stop_signer

BATCH = 1_000
TIP_TRIES = 4
"""Other workers move the tip as well; after so many the round is given up, and nothing was stored."""

logger = logging.getLogger(__name__)


class Collector:
    def __init__(self, outbox: Outbox, leases: Leases) -> None:
        self._outbox = outbox
        self._leases = leases
        self._missing: frozenset[str] = frozenset()
        """Operations whose nonce was used and that had no receipt, at the last round."""
        self.doubted: frozenset[str] = frozenset()
        """Their signers: nothing is signed with them until that is cleared up."""

    def collect(self, look: Look, lowest: Mapping[str, int]) -> bool:
        """True if something was mined. `lowest`: the lowest nonce in flight of each signer to be looked at."""
        mined = [signer for signer, nonce in lowest.items() if nonce < look.counts.get(signer, 0)]
        if not mined or not look.tip_stands:
            self.doubted = self._missing = frozenset()
            return False
        rows = self._rows({signer: lowest[signer] for signer in mined}, look)
        places = [look.head] if look.tip is None else [look.head, look.tip]
        receipts = self._outbox.chain.receipts([row.attempt_hash for row in rows], places)
        if receipts is None:
            return False
        found = [
            (row, receipt)
            for row, receipt in zip(rows, receipts, strict=True)
            if receipt is not None and receipt.block_number <= look.head[0]
        ]
        faults.reach("collect.read")
        if found:
            now = int(time.time())
            newest = max(found, key=lambda pair: pair[1].block_number)[1]
            self._store([self._values(row, receipt, now) for row, receipt in found], look, _place(newest))
        seen = {row.id for row, _ in found}
        self._give_up([row for row in rows if row.id not in seen], look)
        return bool(found)

    def _rows(self, lowest: Mapping[str, int], look: Look) -> Sequence[Row[Any]]:
        """One for each attempt of an operation whose nonce the chain has used. The lower bound leaves nothing out, and
        keeps the database from reading all that the signer ever sent."""
        used = or_(
            *(and_(Operation.signer == s, Operation.nonce.between(n, look.counts[s] - 1)) for s, n in lowest.items())
        )
        query: Any = (
            select(
                Operation.id,
                Operation.signer,
                Operation.nonce,
                Operation.gas,
                Operation.kind,
                Attempt.tx_hash.label("attempt_hash"),
                Attempt.kind.label("attempt_kind"),
            )
            .join(Attempt, Attempt.operation_id == Operation.id)
            .where(is_in_flight(), used)
            .order_by(unindexed(Operation.signed_sequence))
            .limit(BATCH)
        )
        with read_only(self._outbox.engine).connect() as connection:
            return connection.execute(query).all()

    def _values(self, row: Row[Any], receipt: Receipt, now: int) -> dict[str, Any]:
        reason = None
        if row.attempt_kind == AttemptKind.CANCELLATION:
            reason = ContractReverted(CANCELLED, {})
        elif receipt.status != 1:
            reason = self._reason(row, receipt)
        return {
            "key": row.id,
            "new_state": OperationState.MINED if reason is None else OperationState.FAILED,
            "new_tx_hash": receipt.tx_hash,
            "new_block_number": receipt.block_number,
            "new_block_hash": receipt.block_hash,
            "new_tx_index": receipt.tx_index,
            "new_gas_used": receipt.gas_used,
            "new_mined_at": now,
            "new_failed_at": None if reason is None else now,
            "new_wanted": None,
            "new_error_name": None if reason is None else reason.name,
            "new_error_params": None if reason is None else reason.params,
        }

    def _store(self, values: list[dict[str, Any]], look: Look, newest: Place) -> None:
        table = Operation.__table__
        columns = [name.removeprefix("new_") for name in values[0] if name != "key"]
        statement = (
            update(table)  # type: ignore[arg-type]
            .where(table.c.id == bindparam("key"), is_in_flight(table.c))
            .values({name: bindparam(f"new_{name}", type_=table.c[name].type) for name in columns})
        )

        def write(connection: Connection) -> None:
            connection.execute(statement, values)
            faults.reach("collect.storing")

        if self._on_tip(look, newest, write):
            faults.reach("collect.stored")

    def _on_tip(self, look: Look, newest: Place, write: Any) -> bool:
        """Runs `write` in a transaction that holds the tip and moves it to `newest`, unless it is higher already.

        Whoever moved the tip since `look` is believed once the node says that its chain and ours are one.
        """
        tip = look.tip
        for _ in range(TIP_TRIES):
            with self._outbox.engine.begin() as connection:
                row = connection.execute(select(ChainView.tip_number, ChainView.tip_hash).with_for_update()).one()
                now: Place | None = None if row.tip_number is None else (row.tip_number, row.tip_hash)
                if now == tip:
                    write(connection)
                    if now is None or newest[0] >= now[0]:
                        connection.execute(update(ChainView).values(tip_number=newest[0], tip_hash=newest[1]))
                    return True
            if now is None or not self._outbox.chain.stands([now, look.head]):
                return False
            tip = now
        return False

    def _give_up(self, missing: Sequence[Row[Any]], look: Look) -> None:
        """The account's key was used elsewhere: none of these bytes can be mined. They are not signed anew: whoever
        used the key may have done so to stop them. Believed when a second round finds the same."""
        lost = {row.id: row for row in missing}
        again = [row for operation_id, row in lost.items() if operation_id in self._missing]
        self._missing = frozenset(lost)
        self.doubted = frozenset(row.signer for row in missing)
        by_signer: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in again:
            by_signer[row.signer].append(row)
        for signer, rows in by_signer.items():

            def write(connection: Connection, signer: str = signer, rows: list[Row[Any]] = rows) -> None:
                for row in rows:
                    logger.error("operation %s (%s): nonce %d was used elsewhere", row.id, row.kind, row.nonce)
                    values = {
                        "state": OperationState.FAILED,
                        "error_name": NONCE_USED_ELSEWHERE,
                        "error_params": {"signer": row.signer, "nonce": row.nonce},
                        "block_number": look.head[0],
                        "block_hash": look.head[1],
                        "failed_at": int(time.time()),
                        "wanted": None,
                    }
                    connection.execute(update(Operation).where(Operation.id == row.id, is_in_flight()).values(values))
                if self._outbox.keyring.holds(signer):
                    stop_signer(connection, signer, {"signer": signer, "nonce": rows[0].nonce})

            if self._on_tip(look, look.head, write):
                faults.reach("stop.stored")

    def _reason(self, row: Row[Any], receipt: Receipt) -> ContractReverted:
        """The call again where it failed: before its block, then after it, for what its own block changed first."""
        if receipt.gas_used == row.gas:
            return ContractReverted("OutOfGas", {"gas": row.gas})
        request = self._outbox.request_of(self._outbox.operation(row.id))
        for block in (receipt.block_number - 1, receipt.block_number):
            try:
                self._outbox.client.simulate(request.to_json(), block)
            except ContractReverted as reason:
                return reason
            except NodeRefused as error:  # a node that keeps no state of old blocks
                return ContractReverted(UNKNOWN, {"data": str(error)})
        return ContractReverted(UNKNOWN, {"data": "the call was refused in its block, and is not refused around it"})


def _place(receipt: Receipt) -> Place:
    return receipt.block_number, receipt.block_hash
