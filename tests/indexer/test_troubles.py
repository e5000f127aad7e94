"""Bad input and a bad machine: each has a name, a batch that is rolled back, and a way out in its message."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from indexer.apply import Block, apply_blocks
from indexer.errors import ClockWentBack, ColumnTooSmall, UnknownEvent
from indexer.events import Decoder
from indexer.follow import Follower
from indexer.troubles import named
from node_adapter import db
from node_adapter.db import make_engine, migrate
from tests.indexer.fake_acts import confirm, propose
from tests.indexer.fake_chain import DEPLOYMENTS, FakeChain, wish
from tests.indexer.fake_money_acts import cash
from tests.indexer.test_reorg_property import rows

DECODER = Decoder(DEPLOYMENTS)
WISHES = [wish(propose), wish(confirm), wish(cash)]


@pytest.fixture
def chain() -> FakeChain:
    chain = FakeChain()
    chain.mine(WISHES)
    chain.mine([wish(cash)] * 5)
    return chain


def half(engine: Engine, chain: FakeChain) -> dict[str, list[object]]:
    """The first block is there; returns the rows."""
    with engine.begin() as connection:
        apply_blocks(connection, [Block(chain.blocks[0].header, chain.blocks[0].logs)], DECODER)
    return rows(engine)


def refused(engine: Engine, block: Block, kind: type[Exception]) -> str:
    """The next block is refused, and nothing of it is there."""
    before = rows(engine)
    with pytest.raises(kind) as failure, engine.begin() as connection:
        apply_blocks(connection, [block], DECODER)
    assert rows(engine) == before
    return ": ".join(named(failure.value))


def second(chain: FakeChain) -> Block:
    return Block(chain.blocks[1].header, chain.blocks[1].logs)


def test_trouble__a_contract_that_nobody_knows__is_named(sqlite_engine: Engine, chain: FakeChain) -> None:
    half(sqlite_engine, chain)
    block = second(chain)
    foreign = replace(block.logs[0], address="0x" + "11" * 20)
    said = refused(sqlite_engine, Block(block.header, [*block.logs, foreign]), UnknownEvent)
    assert "is no contract of the deployments file: give the indexer" in said


def test_trouble__an_event_of_a_newer_version__is_named(sqlite_engine: Engine, chain: FakeChain) -> None:
    half(sqlite_engine, chain)
    block = second(chain)
    newer = replace(block.logs[0], topics=(b"\7" * 32, *block.logs[0].topics[1:]))
    said = refused(sqlite_engine, Block(block.header, [*block.logs[1:], newer]), UnknownEvent)
    assert "install the version that belongs to the contracts" in said


def test_trouble__an_event_that_grew_by_a_word__is_named(sqlite_engine: Engine, chain: FakeChain) -> None:
    half(sqlite_engine, chain)
    block = second(chain)
    grown = replace(block.logs[0], data=block.logs[0].data + bytes(32))
    assert "bytes of data" in refused(sqlite_engine, Block(block.header, [grown]), UnknownEvent)


def test_trouble__a_column_too_small__is_named(engine: Engine, chain: FakeChain) -> None:
    half(engine, chain)
    block = second(chain)
    most = 2**31 if engine.dialect.name == "postgresql" else 2**63
    logs = [replace(log, log_index=most + number) for number, log in enumerate(block.logs)]
    said = refused(engine, Block(block.header, logs), ColumnTooSmall)
    assert said.startswith("ColumnTooSmall: blocks 2 to 2")
    assert "install the version" in said


def test_trouble__a_clock_that_went_back__is_named(sqlite_engine: Engine, chain: FakeChain) -> None:
    half(sqlite_engine, chain)
    block = second(chain)
    early = replace(block.header, timestamp=chain.blocks[0].header.timestamp - 1)
    assert "set it right, or ask another node" in refused(sqlite_engine, Block(early, block.logs), ClockWentBack)


def test_trouble__a_full_disk__is_named_and_goes_on_when_there_is_room(tmp_path: Path, chain: FakeChain) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/full.sqlite3")
    migrate(engine, "indexer")
    room = {"pages": 10**6}

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {room['pages']}")

    event.listen(engine, "checkout", limit)
    half(engine, chain)
    for _ in range(200):
        chain.mine([wish(cash)] * 8)
    follower = Follower(engine, chain, DECODER)
    before = rows(engine)
    room["pages"] = 1  # no more than there are
    with pytest.raises(OperationalError) as failure:
        follower.catch_up()
    assert named(failure.value) == (
        "DiskFull",
        "database or disk is full; free some space and start it again",
    )
    room["pages"] = 10**6
    assert rows(engine) == before
    follower.catch_up()
    assert rows(engine) != before
    engine.dispose()


def test_trouble__a_database_that_cannot_be_written__is_named(tmp_path: Path, chain: FakeChain) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/x.sqlite3")
    migrate(engine, "indexer")
    half(engine, chain)
    engine.dispose()
    reading = make_engine(f"sqlite:///file:{tmp_path}/x.sqlite3?mode=ro&uri=true")
    with pytest.raises(OperationalError) as failure:
        Follower(reading, chain, DECODER).catch_up()
    name, said = named(failure.value)
    assert name == "NotWritable"
    assert "has to be able to write to the database and, on SQLite, to its folder" in said
    reading.dispose()
    assert named(PermissionError(13, "Permission denied", "x.indexer-lock"))[0] == "NotWritable"


def test_trouble__a_locked_database__is_named_and_goes_on_when_it_is_free(
    tmp_path: Path, chain: FakeChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "BUSY_TIMEOUT_MS", 50)
    engine = make_engine(f"sqlite:///{tmp_path}/x.sqlite3")
    migrate(engine, "indexer")
    before = half(engine, chain)
    follower = Follower(engine, chain, DECODER)
    with closing(sqlite3.connect(tmp_path / "x.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError) as failure:
            follower.catch_up()
    name, said = named(failure.value)
    assert (name, said.split(";")[0]) == ("DatabaseLocked", "database is locked")
    assert rows(engine) == before
    assert follower.catch_up() == 1
    engine.dispose()
