"""Finished operations by the million, for measuring what they cost the next one."""

import os
import sqlite3
from pathlib import Path

_SPREAD = 2**52
"""Ids, keys and hashes ascend evenly through their whole range, so that filling is quick (each index grows at its end)
and what comes later falls between them anywhere, as random keys do."""
_AT_ONCE = 200_000
"""Rows a transaction: the log that a commit empties into the database stays small."""

_OPERATION = """
INSERT INTO operation (id, sequence, organisation, idempotency_key, request_hash, kind, state, instance, contract,
  function, args, signer, nonce, tx_hash, gas, signed_sequence, block_number, block_hash, tx_index, gas_used,
  created_at, signed_at, sent_at, mined_at)
WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)
SELECT printf('00%013x70000000000000000', i), i, 'benchmark', printf('%013x0000000000000000000', i * :step),
  'x', 'benchmark', 'mined', 'Anchors', 'Anchors', 'anchor', json_array(printf('0x%064x', i), printf('0x%064x', 7)),
  '0x' || printf('%040x', 1), i, printf('0x%013x', i * :step) || printf('%051x', 0), 100000, i, 0, NULL, 0, 70000,
  1, 1, 1, 1
FROM n
"""
_ATTEMPT = """
INSERT INTO attempt (operation_id, number, kind, tx_hash, raw, max_fee, max_priority_fee, created_at, block_seen)
SELECT id, 0, 'original', tx_hash, '0x' || printf('%0420x', sequence), 10000000000, 0, 1, 1
FROM operation WHERE sequence BETWEEN :first AND :last ORDER BY sequence
"""


def fill(database: Path, rows: int) -> None:
    """`rows` mined operations with their transactions, into empty tables. They are in no block: nothing of them can be
    taken back."""
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        for pragma in (
            "synchronous = OFF",
            "cache_size = -1000000",
            "foreign_keys = OFF",
            "wal_autocheckpoint = 20000",
        ):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA ignore_check_constraints = ON")  # mined_has_block; see above
        connection.execute("DELETE FROM attempt")
        connection.execute("DELETE FROM operation")
        for first in range(1, rows + 1, _AT_ONCE):
            part = {"first": first, "last": min(rows, first + _AT_ONCE - 1)}
            connection.execute(_OPERATION, part | {"step": _SPREAD // (rows + 1)})
            connection.execute(_ATTEMPT, part)
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    # Filled without waiting for the disk: the next commit, which is measured, would wait for all of it.
    with database.open("rb") as file:
        os.fsync(file.fileno())
