"""Another transaction under the same nonce: for higher fees by rule or at an operator's word, or to cancel.

Stored beside the bytes before it, then sent as any other; whichever the chain mines decides (`collect`).
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, and_, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from node_adapter.db import read_only
from node_adapter.outbox import faults
from node_adapter.outbox.chain import Look, Place
from node_adapter.outbox.leases import Leases, Standing
from node_adapter.outbox.models import Attempt, AttemptKind, Operation, OperationState, is_in_flight
from node_adapter.outbox.outbox import Outbox
from node_adapter.outbox.rows import Signed, attempt_values
from node_adapter.outbox.signing import Signing
from node_adapter.transactions import SignedTransaction, Transaction, disassemble
from node_adapter.words import from_hex

CANCEL_GAS = 21_000
"""A transfer of nothing to oneself."""
CALM_S = 1.0
"""Between two looks for what is stuck."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rules:
    """When the operation whose turn it is counts as stuck, and how often it is tried for more."""

    stuck_blocks: int = 10
    """Blocks that passed since it was signed, although its nonce is the next."""
    stuck_s: float = 30.0
    """And this long, doubled with each attempt: under load ten blocks are nothing."""
    underpriced_s: float = 2.0
    """Where the base fee is above what it may pay, no block can take it: this long is enough."""
    block_due_s: float = 30.0
    """Or, before that, without any block for so long."""
    at_once_s: float = 5.0
    """The same on a network that mines at once. anvil now and then takes a transaction for one whose turn has not come,
    when the one before it is mined in that moment: under load, one batch of some four hundred."""
    replacements_max: int = 5


class Attempts:
    def __init__(self, outbox: Outbox, leases: Leases, signing: Signing, rules: Rules) -> None:
        self._outbox = outbox
        self._leases = leases
        self._signing = signing
        self._rules = rules
        self._look_at = 0.0
        self._head: Place | None = None
        self._head_since = 0.0
        """When this worker first saw `_head`, by the monotonic clock."""

    def step(self, standing: Standing, look: Look, lowest: Mapping[str, int]) -> bool:
        """True if another attempt was stored; it is to be sent."""
        if look.head != self._head:
            self._head, self._head_since = look.head, time.monotonic()
        fronts = {signer: nonce for signer, nonce in lowest.items() if nonce == look.counts.get(signer)}
        due = time.monotonic() >= self._look_at
        if due:
            self._look_at = time.monotonic() + CALM_S
        rows = self._rows(fronts if due else {}, list(standing.mine))
        if due:
            self._outbox.stuck = {
                signer: why for signer, why in self._outbox.stuck.items() if signer in {r.signer for r in rows}
            }
        made = [made for row in rows if (made := self._attempt(row, look)) is not None]
        for signed, number, kind in made:
            self._store(signed, number, kind, standing, look.head[0])
        return bool(made)

    def _rows(self, fronts: Mapping[str, int], signers: Sequence[str]) -> Sequence[Row[Any]]:
        """The newest attempt of each operation that is next on the chain, or that an operator wants changed."""
        other = aliased(Attempt)
        newest = select(func.max(other.number)).where(other.operation_id == Operation.id).scalar_subquery()
        columns = (
            Operation.id,
            Operation.signer,
            Operation.state,
            Operation.wanted,
            Operation.sent_at,
            Attempt.number,
            Attempt.kind,
            Attempt.raw,
            Attempt.created_at,
            Attempt.block_seen,
        )
        joined: Any = select(*columns).join(
            Attempt, and_(Attempt.operation_id == Operation.id, Attempt.number == newest)
        )
        wanted = joined.where(Operation.wanted.is_not(None), Operation.signer.in_(signers))
        with read_only(self._outbox.engine).connect() as connection:
            rows = list(connection.execute(wanted).all())
            if fronts:
                places = or_(*(and_(Operation.signer == s, Operation.nonce == n) for s, n in fronts.items()))
                known = {row.id for row in rows}
                rows += [r for r in connection.execute(joined.where(is_in_flight(), places)) if r.id not in known]
        return rows

    def _attempt(self, row: Row[Any], look: Look) -> tuple[Signed, int, AttemptKind] | None:
        """The next attempt at this operation, signed; None where it is not time, or none is possible."""
        before, _ = disassemble(from_hex(row.raw))
        kind = self._due(row, before, look)
        if kind is None:
            return None
        fees = self._outbox.chain.raised((before.max_fee_per_gas, before.max_priority_fee_per_gas), look.base_fee)
        transaction = replace(before, max_fee_per_gas=fees[0], max_priority_fee_per_gas=fees[1])
        if kind == AttemptKind.CANCELLATION:
            transaction = replace(transaction, to=row.signer, data=b"", value=0, gas=CANCEL_GAS)
        result = self._signing.signature(row.id, row.signer, transaction)
        if not isinstance(result, SignedTransaction):
            self._alert(row, "its key cannot be used to pay more")
            return None
        return Signed(row.id, transaction, result, row.signer), row.number + 1, kind

    def _due(self, row: Row[Any], before: Transaction, look: Look) -> AttemptKind | None:
        if row.wanted is not None and self._outbox.keyring.holds(row.signer):
            return AttemptKind.CANCELLATION if row.wanted == "cancel" else _same_kind(row)
        waited_s = time.time() - row.created_at
        underpriced = self._outbox.chain.has_fees and before.max_fee_per_gas < look.base_fee
        blocks = look.head[0] - row.block_seen
        patience_s = self._rules.underpriced_s if underpriced else self._rules.stuck_s
        passed_over = underpriced or blocks >= self._rules.stuck_blocks
        due_s = self._rules.at_once_s if self._outbox.chain.mines_at_once else self._rules.block_due_s
        still_s = min(waited_s, time.monotonic() - self._head_since)
        overlooked = still_s >= due_s * 2**row.number
        overdue = overlooked or (passed_over and waited_s >= patience_s * 2**row.number)
        if not overdue or row.state != OperationState.SENT:
            return None
        if not self._outbox.keyring.holds(row.signer):
            self._alert(row, "its key is a client's own wallet's, which alone can pay more")
        elif not self._outbox.chain.has_fees:
            self._alert(row, "this network has no fees to raise")
        elif row.number >= self._rules.replacements_max:
            self._alert(row, f"it was replaced {row.number} times")
        else:
            return _same_kind(row)
        return None

    def _store(self, signed: Signed, number: int, kind: AttemptKind, standing: Standing, head: int) -> None:
        """Beside the attempts before it, under the lease. Its bytes go when `send` finds the operation SIGNED."""
        logger.warning("operation %s gets attempt %d under its nonce: %s", signed.operation_id, number, kind)
        now = int(time.time())
        expected = standing.mine[signed.signer].next_nonce
        with self._outbox.engine.begin() as connection:
            self._leases.fence(connection, {signed.signer: expected}, stopped=True)
            values = {"state": OperationState.SIGNED, "tx_hash": signed.result.tx_hash, "wanted": None}
            changed = connection.execute(
                update(Operation).where(Operation.id == signed.operation_id, is_in_flight()).values(values)
            )
            if changed.rowcount:
                connection.execute(insert(Attempt), attempt_values(signed, number, kind, now, head))
            faults.reach("replace.storing")
        faults.reach("replace.stored")

    def _alert(self, row: Row[Any], why: str) -> None:
        if row.signer not in self._outbox.stuck:
            logger.error("signer %s is stuck at operation %s: %s", row.signer, row.id, why)
        self._outbox.stuck[row.signer] = f"operation {row.id}: {why}"


def _same_kind(row: Row[Any]) -> AttemptKind:
    """A cancellation that is stuck itself is replaced by one."""
    return AttemptKind.CANCELLATION if row.kind == AttemptKind.CANCELLATION else AttemptKind.REPLACEMENT
