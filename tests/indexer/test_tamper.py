"""Whatever is changed in the index by one, verification finds and names it."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Integer, LargeBinary

from indexer.events import Decoder
from indexer.follow import Follower
from indexer.models import EVENT_ROWS, FOLDED, ChainBlock, ChainEvent, table_of
from indexer.verify import VerifyImpossible, verify
from node_adapter.client import NodeClient
from node_adapter.db import make_engine, migrate
from tests.indexer.devnet import Network
from tests.indexer.story import play_story

pytestmark = [pytest.mark.devnet, pytest.mark.slow]

TABLES = [table_of(model) for model in (*FOLDED, *EVENT_ROWS, ChainBlock, ChainEvent)]
"""All but the evidence, which the node no longer has, and index_identity, which has a test of its own."""


@dataclass
class Indexed:
    network: Network
    client: NodeClient
    folder: Path

    def found_after(self, tamper: Callable[[sqlite3.Connection], Any]) -> set[str]:
        """The tables (or other subjects) that verification finds wrong in a tampered copy of the index."""
        copy = self.folder / "copy.sqlite3"
        for path in self.folder.glob("copy.sqlite3*"):
            path.unlink()
        with sqlite3.connect(self.folder / "index.sqlite3") as source, sqlite3.connect(copy) as target:
            source.backup(target)
            target.execute("PRAGMA ignore_check_constraints = ON")
            assert tamper(target).rowcount == 1
        source.close()
        target.close()
        engine = make_engine(f"sqlite:///{copy}")
        try:
            return {d.subject for d in verify(engine, self.client, self.network.deployments).differences}
        except VerifyImpossible:
            return {"chain_block"}
        finally:
            engine.dispose()


@pytest.fixture
def indexed(network: Network, client: NodeClient, tmp_path: Path) -> Indexed:
    play_story(network)
    engine = make_engine(f"sqlite:///{tmp_path}/index.sqlite3")
    migrate(engine, "indexer")
    follower = Follower(engine, client, Decoder(network.deployments))
    follower.pin()
    follower.catch_up()
    engine.dispose()
    return Indexed(network, client, tmp_path)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_verify__any_column_changed__is_found(indexed: Indexed, table: Any) -> None:
    missed = []
    for column in table.columns:
        change = partial(_change, table=table.name, column=column)
        if table.name not in indexed.found_after(change):
            missed.append(column.name)
    assert missed == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_verify__row_deleted__is_found(indexed: Indexed, table: Any) -> None:
    row = "max(rowid)" if table.name != "chain_block" else "min(rowid) + 5"
    statement = f"DELETE FROM {table.name} WHERE rowid = (SELECT {row} FROM {table.name})"
    assert table.name in indexed.found_after(lambda db: db.execute(statement))


@pytest.mark.parametrize("table", [table_of(m) for m in EVENT_ROWS], ids=lambda table: table.name)
def test_verify__row_invented__is_found(indexed: Indexed, table: Any) -> None:
    names = [column.name for column in table.columns]
    values = ", ".join({"log_index": "log_index + 1000"}.get(n, f"{n} || 'x'" if n in UNIQUE else n) for n in names)
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {values} FROM {table.name} LIMIT 1"
    assert table.name in indexed.found_after(lambda db: db.execute(statement))


def test_verify__nothing_changed__finds_nothing(indexed: Indexed) -> None:
    assert indexed.found_after(lambda db: db.execute("UPDATE index_identity SET id = id")) == set()


@pytest.mark.parametrize("column", ["chain_id = 1", "genesis_hash = '0x01'", "deployments_hash = '0x01'"])
def test_verify__identity_changed__is_found(indexed: Indexed, column: str) -> None:
    assert indexed.found_after(lambda db: db.execute(f"UPDATE index_identity SET {column}")) == {"index_identity"}


def test_verify__events_and_rows_invented_together__journals_find_it(indexed: Indexed) -> None:
    # Consistent in itself: an event of the log and what follows from it, both gone.
    def forget(db: sqlite3.Connection) -> sqlite3.Cursor:
        db.execute("DELETE FROM anchor")
        return db.execute("DELETE FROM chain_event WHERE name = 'Anchored'")

    assert "journal" in indexed.found_after(forget)


UNIQUE = {"bank_reference", "quote_hash", "anchor_hash"}


def _change(db: sqlite3.Connection, table: str, column: Column[Any]) -> sqlite3.Cursor:
    """Changes one value of the newest row by as little as its type allows."""
    name = f'"{column.name}"'
    rowid, value = db.execute(f"SELECT rowid, {name} FROM {table} ORDER BY rowid DESC LIMIT 1").fetchone()
    return db.execute(f"UPDATE {table} SET {name} = ? WHERE rowid = ?", (_other(column, value), rowid))


def _other(column: Column[Any], value: Any) -> Any:
    if value is None:
        return 1 if isinstance(column.type, Integer) else "0x01"
    if isinstance(column.type, Boolean):
        return 1 - value
    if isinstance(column.type, Integer):
        return value + 1
    if isinstance(column.type, LargeBinary):
        return bytes([*value[:-1], value[-1] ^ 1]) if value else b"\1"
    if isinstance(column.type, JSON):
        return json.dumps({**json.loads(value), "one": "more"})
    return value[:-1] + ("0" if value[-1] != "0" else "1")
