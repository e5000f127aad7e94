"""In which order operations are accepted, and transactions signed: numbers without a gap, handed out under a lock."""

import secrets
import time
from typing import Any

from sqlalchemy import Connection, func, select, text

from node_adapter.outbox.models import Operation

ACCEPT_LOCK = 0x5CF_0001
SIGN_LOCK = 0x5CF_0003
"""PostgreSQL's advisory locks of those who hand out the order of acceptance and of signing; SQLite has one writer."""


def lock(connection: Connection, key: int) -> None:
    """Until the transaction ends, nobody else hands out these numbers: the order of rows is the order of commits."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def next_number(connection: Connection, column: Any) -> int:
    """One more than the highest. Under `lock`."""
    return (connection.scalar(select(func.max(column))) or 0) + 1


def highest_nonce(connection: Connection, signer: str) -> int:
    """In the table; -1 if none."""
    found = connection.scalar(select(func.max(Operation.nonce)).where(Operation.signer == signer))
    return -1 if found is None else found


def new_id() -> str:
    """32 hex digits that begin with the time (as UUID 7 does): neighbours in time are neighbours in the index."""
    return f"{time.time_ns() // 1_000_000:012x}7{secrets.token_hex(10)[:19]}"
