"""The least that any indexer must do: fetch logs, slice their ABI words, insert them in bulk."""

import sqlite3
import time
from typing import Any

from sqlalchemy.engine import make_url

from node_adapter.client import NodeClient
from node_adapter.deployments import Deployments

RANGE_BLOCKS = 10
TOPICS, WORDS = 4, 12
"""Columns for each; no event of ours has more words."""
_COLUMNS = (
    "block_hash",
    "log_index",
    "block_number",
    "tx_hash",
    "tx_index",
    "address",
    *(f"topic{i}" for i in range(TOPICS)),
    *(f"word{i}" for i in range(WORDS)),
)


def fetch_raw(client: NodeClient, deployments: Deployments, url: str) -> tuple[float, int]:
    """Seconds and logs, of all that the node has, into a new database."""
    write, close = _postgres(url) if url.startswith("postgresql") else _sqlite(url)
    addresses = [deployed.address for deployed in deployments.contracts.values()]
    started, logs = time.perf_counter(), 0
    newest = client.head().number
    for first in range(1, newest + 1, RANGE_BLOCKS):
        last = min(first + RANGE_BLOCKS - 1, newest)
        question = {"fromBlock": hex(first), "toBlock": hex(last), "address": addresses}
        rows = [_row(log) for log in client.rpc("eth_getLogs", question)]
        write(rows)
        logs += len(rows)
    seconds = time.perf_counter() - started
    close()
    return seconds, logs


def _row(log: dict[str, Any]) -> tuple[Any, ...]:
    topics, data = log["topics"], log["data"]
    words = [data[i : i + 64] for i in range(2, len(data), 64)]
    return (
        log["blockHash"],
        int(log["logIndex"], 16),
        int(log["blockNumber"], 16),
        log["transactionHash"],
        int(log["transactionIndex"], 16),
        log["address"],
        *topics,
        *[None] * (TOPICS - len(topics)),
        *words[:WORDS],
        *[None] * (WORDS - len(words)),
    )


def _sqlite(url: str) -> tuple[Any, Any]:
    connection = sqlite3.connect(str(make_url(url).database))
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"CREATE TABLE log ({', '.join(_COLUMNS)})")
    statement = f"INSERT INTO log VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 -- names of ours

    def write(rows: list[tuple[Any, ...]]) -> None:
        with connection:
            connection.executemany(statement, rows)

    return write, connection.close


def _postgres(url: str) -> tuple[Any, Any]:
    import psycopg

    connection = psycopg.connect(url.replace("+psycopg", ""))
    kinds = {"log_index": "integer", "block_number": "bigint", "tx_index": "integer"}
    columns = ", ".join(f"{name} {kinds.get(name, 'text')}" for name in _COLUMNS)
    connection.execute(f"CREATE TABLE log ({columns})".encode())
    connection.commit()

    def write(rows: list[tuple[Any, ...]]) -> None:
        with connection.cursor() as cursor, cursor.copy(b"COPY log FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        connection.commit()

    return write, connection.close
