"""Whatever is changed in the index by one, verification finds and names it."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Engine, Integer, LargeBinary

from hardhat_free_devnet import rpc
from indexer.apply import head
from indexer.events import Decoder
from indexer.follow import Follower
from indexer.models import (
    EVENT_ROWS,
    FOLDED,
    PAST,
    STATES,
    ChainBlock,
    ChainEvent,
    DepositToken,
    JournalCheckpoint,
    table_of,
)
from indexer.verify import VerifyImpossible, verify
from indexer.verify.report import Comparison
from indexer.verify.views import compare_views
from node_adapter.client import NodeClient
from node_adapter.db import make_engine, migrate
from tests.indexer.devnet import Network
from tests.indexer.story import play_story

pytestmark = [pytest.mark.devnet, pytest.mark.slow, pytest.mark.timeout(600)]

TABLES = [*map(table_of, (*FOLDED, *EVENT_ROWS, ChainBlock, ChainEvent, DepositToken)), *PAST.values()]
"""All but the evidence, which the node no longer has; index_identity and journal_checkpoint have tests of their own."""

OF_EVENTS = {"subject", "last_block_hash", "last_block_number", "last_log_index"}
UNSEEN = {
    "participant": {"reason_hash"},
    "programme": {"published_tx", "published_block", "published_at"},
    "payable": {
        "issued",
        "reason_hash",
        "proposed_tx",
        "proposed_block",
        "proposed_at",
        "confirmed_tx",
        "confirmed_block",
        "closed_at",
    },
    "receivable": {"parent_id", "merged_into", "credit_note_hash", "created_tx", "created_block", "created_at"},
    "hold": {"document_hash", "placed_at"},
    "freeze_order": {"reason_hash", "authority_hash", "release_reason_hash", "ordered_at"},
    "dishonour": {
        "debtor",
        "due_date",
        "amount",
        "objection_hash",
        "lift_reason_hash",
        "recorded_at",
    },
    "pay_out": {"pay_out_key", "instruction_hash", "reason_hash", "requested_at"},
}
"""What the contracts keep in their events alone. The other parts of the verification find a change of it."""


@dataclass
class Indexed:
    network: Network
    client: NodeClient
    folder: Path

    def found_after(self, tamper: Callable[[sqlite3.Connection], Any]) -> set[str]:
        """The tables (or other subjects) that verification finds wrong in a tampered copy of the index."""
        return self._after(tamper, self._verify)

    def views_find_after(self, tamper: Callable[[sqlite3.Connection], Any]) -> set[str]:
        """The same, asking nothing but the contracts' views."""
        return self._after(tamper, self._ask)

    def _after(self, tamper: Callable[[sqlite3.Connection], Any], check: Callable[[Engine], set[str]]) -> set[str]:
        copy = self.folder / "copy.sqlite3"
        for path in self.folder.glob("copy.sqlite3*"):
            path.unlink()
        with (
            closing(sqlite3.connect(self.folder / "index.sqlite3")) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA ignore_check_constraints = ON")
            assert tamper(target).rowcount == 1
            target.commit()
        engine = make_engine(f"sqlite:///{copy}")
        try:
            return check(engine)
        finally:
            engine.dispose()

    def _verify(self, engine: Engine) -> set[str]:
        try:
            return {d.subject for d in verify(engine, self.client, self.network.deployments).differences}
        except VerifyImpossible:
            return {"chain_block"}

    def _ask(self, engine: Engine) -> set[str]:
        comparison = Comparison(lambda _done, _total: None)
        with engine.connect() as connection:
            newest = head(connection)
            assert newest is not None
            decoder = Decoder(self.network.deployments)
            compare_views(comparison, connection, self.client, decoder, newest.number, newest.timestamp)
        return {d.subject for d in comparison.differences}


@pytest.fixture(scope="module")
def indexed(deployed: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Indexed]:
    """The whole story once for all tests here: they change copies of its index, and the chain never."""
    folder = tmp_path_factory.mktemp("tamper")
    snapshot = rpc(deployed.url, "evm_snapshot")
    play_story(deployed)
    deployed.name_successor()
    client = NodeClient(deployed.url, chain_id=deployed.deployments.chain_id)
    engine = make_engine(f"sqlite:///{folder}/index.sqlite3")
    migrate(engine, "indexer")
    follower = Follower(engine, client, Decoder(deployed.deployments))
    follower.pin()
    follower.catch_up()
    engine.dispose()
    yield Indexed(deployed, client, folder)
    client.close()
    rpc(deployed.url, "evm_revert", snapshot)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_verify__any_column_changed__is_found(indexed: Indexed, table: Any) -> None:
    missed = []
    for column in table.columns:
        change = partial(_change, table=table.name, column=column)
        if table.name not in indexed.found_after(change):
            missed.append(column.name)
    assert missed == []


@pytest.mark.parametrize("table", [table_of(model) for model in STATES], ids=lambda table: table.name)
def test_compare_views__any_column_changed_in_all_rows__is_found_unless_no_contract_keeps_it(
    indexed: Indexed, table: Any
) -> None:
    """So a handler that reads its event wrongly is found, though rows and log agree."""
    unseen = {
        column.name
        for column in table.columns
        if not indexed.views_find_after(partial(_change_all, table=table.name, column=column))
    }
    assert unseen == UNSEEN[table.name] | OF_EVENTS


def test_compare_views__nothing_changed__finds_nothing(indexed: Indexed) -> None:
    assert indexed.views_find_after(lambda db: db.execute("UPDATE index_identity SET id = id")) == set()


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


@pytest.mark.parametrize("column", list(table_of(JournalCheckpoint).columns), ids=lambda column: column.name)
def test_verify__checkpoint_of_the_journals_changed__is_found(indexed: Indexed, column: Any) -> None:
    """One that is missing is made anew from the events."""
    change = partial(_change, table="journal_checkpoint", column=column)
    assert indexed.found_after(change) == {"journal_checkpoint"}


def test_verify__events_and_rows_invented_together__journals_find_it(indexed: Indexed) -> None:
    # Consistent in itself: an event of the log and what follows from it, both gone.
    def forget(db: sqlite3.Connection) -> sqlite3.Cursor:
        db.execute("DELETE FROM anchor")
        return db.execute("DELETE FROM chain_event WHERE name = 'Anchored'")

    assert "journal" in indexed.found_after(forget)


UNIQUE = {"quote_hash", "anchor_hash", "deposit_token", "nonce"}


def _change(db: sqlite3.Connection, table: str, column: Column[Any]) -> sqlite3.Cursor:
    """Changes one value of the newest row by as little as its type allows."""
    name = f'"{column.name}"'
    rowid, value = db.execute(f"SELECT rowid, {name} FROM {table} ORDER BY rowid DESC LIMIT 1").fetchone()
    return db.execute(f"UPDATE {table} SET {name} = ? WHERE rowid = ?", (_other(column, value), rowid))


def _change_all(db: sqlite3.Connection, table: str, column: Column[Any]) -> sqlite3.Cursor:
    """The same in every row, but for keys, which would collide."""
    if column.primary_key:
        return _change(db, table, column)
    name = f'"{column.name}"'
    last = db.execute("SELECT 1")
    for rowid, value in db.execute(f"SELECT rowid, {name} FROM {table}").fetchall():
        last = db.execute(f"UPDATE {table} SET {name} = ? WHERE rowid = ?", (_other(column, value), rowid))
    return last


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
