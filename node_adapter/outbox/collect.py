"""Receipts: SENT becomes MINED, or FAILED by the contract's own named error."""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from node_adapter.client import Receipt
from node_adapter.db import read_only
from node_adapter.errors import UNKNOWN, ContractReverted, NodeRefused
from node_adapter.outbox.models import Operation, OperationState
from node_adapter.outbox.outbox import Outbox
from node_adapter.outbox.recovery import newest_block

BATCH = 1_000


class Collector:
    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def collect(self) -> bool:
        """True if something was mined. A receipt counts only if its block is in the chain that ours are in."""
        rows = self._sent()
        if not rows:
            return False
        receipts = self._outbox.client.receipts([row.tx_hash for row in rows])
        found = [(row, receipt) for row, receipt in zip(rows, receipts, strict=True) if receipt is not None]
        found = self._canonical(found)
        if not found:
            return False
        now = int(time.time())
        self._store([self._values(row, receipt, now) for row, receipt in found])
        return True

    def _sent(self) -> Sequence[Row[Any]]:
        query = (
            select(
                Operation.id,
                Operation.tx_hash,
                Operation.signer,
                Operation.instance,
                Operation.contract,
                Operation.function,
                Operation.args,
                Operation.signatures,
                Operation.gas,
            )
            .where(Operation.state == OperationState.SENT)
            .order_by(Operation.signed_sequence)
            .limit(BATCH)
        )
        with read_only(self._outbox.engine).connect() as connection:
            return connection.execute(query).all()

    def _canonical(self, found: list[tuple[Row[Any], Receipt]]) -> list[tuple[Row[Any], Receipt]]:
        """None if the chain left our newest block meanwhile: first that is put right, then receipts count again."""
        numbers = {receipt.block_number for _, receipt in found}
        newest = newest_block(self._outbox)
        if not found:
            return []
        hashes = self._outbox.chain.block_hashes(sorted(numbers | ({newest[0]} if newest else set())))
        if newest is not None and hashes[newest[0]] != newest[1]:
            return []
        return [(row, receipt) for row, receipt in found if hashes[receipt.block_number] == receipt.block_hash]

    def _values(self, row: Row[Any], receipt: Receipt, now: int) -> dict[str, Any]:
        reason = None if receipt.status == 1 else self._reason(row, receipt)
        return {
            "key": row.id,
            "new_state": OperationState.MINED if reason is None else OperationState.FAILED,
            "new_block_number": receipt.block_number,
            "new_block_hash": receipt.block_hash,
            "new_tx_index": receipt.tx_index,
            "new_mined_at": now,
            "new_error_name": None if reason is None else reason.name,
            "new_error_params": None if reason is None else reason.params,
        }

    def _store(self, rows: list[dict[str, Any]]) -> None:
        table = Operation.__table__
        columns = [name.removeprefix("new_") for name in rows[0] if name != "key"]
        statement = (
            update(table)  # type: ignore[arg-type]
            .where(table.c.id == bindparam("key"), table.c.state == OperationState.SENT)
            .values({name: bindparam(f"new_{name}", type_=table.c[name].type) for name in columns})
        )
        with self._outbox.engine.begin() as connection:
            connection.execute(statement, rows)

    def _reason(self, row: Row[Any], receipt: Receipt) -> ContractReverted:
        """The call again where it failed: before its block, then after it, for what its own block changed first."""
        if receipt.gas_used == row.gas:
            return ContractReverted("OutOfGas", {"gas": row.gas})
        request = self._outbox.request_of(row)
        for block in (receipt.block_number - 1, receipt.block_number):
            try:
                self._outbox.client.simulate(request.to_json(), block)
            except ContractReverted as reason:
                return reason
            except NodeRefused as error:  # a node that keeps no state of old blocks
                return ContractReverted(UNKNOWN, {"data": str(error)})
        return ContractReverted(UNKNOWN, {"data": "the call was refused in its block, and is not refused around it"})
