"""An index made again from its own log: as it was where that was right, and whole however the making ends (R-42)."""

import json
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, select, text

from indexer.errors import IndexForeign
from indexer.events import Decoder
from indexer.follow import Follower, Limits
from indexer.lead import leading
from indexer.models import EVENT_ROWS, FOLDED, PAST, JournalCheckpoint, StateLeaf, StateRoot, table_of
from indexer.proof.recompute import recompute_root
from indexer.proof.roots import Roots
from indexer.rebuild import BESIDE, LogDamaged, RebuildImpossible, rebuild
from node_adapter.db import make_engine, migrate
from node_adapter.deployments import Deployments
from scripts.data_folder import DataFolder
from tests.indexer.fake_chain import DEPLOYMENTS, WISH_MAX, FakeChain, left_to_chance
from tests.indexer.test_reorg_property import rows, rows_as_of

DECODER = Decoder(DEPLOYMENTS)
FINAL = 12
WAIT_S = 60
DERIVED = [*map(table_of, (*FOLDED, *EVENT_ROWS)), *PAST.values(), table_of(StateRoot), table_of(StateLeaf)]


@pytest.fixture(scope="module")
def long_chain() -> FakeChain:
    return left_to_chance(160)


def mirror(chain: FakeChain, engine: Engine) -> Follower:
    follower = Follower(engine, chain, DECODER, Limits(batch_blocks=20, behind_pauses_s=()))
    follower.pin()
    go_on(follower)
    return follower


def go_on(follower: Follower) -> None:
    """As the indexer does: the head, then roots of what is final."""
    follower.catch_up()
    roots = Roots(follower.engine, DECODER)
    while roots.step(follower.source.head().number - FINAL):
        pass


def everything(engine: Engine) -> dict[str, list[Any]]:
    """Checkpoints, roots and leaves too."""
    with engine.connect() as connection:
        beside = [table_of(model) for model in (JournalCheckpoint, StateRoot, StateLeaf)]
        return rows(engine) | {t.name: sorted(connection.execute(select(t)).all(), key=repr) for t in beside}


def left_beside(engine: Engine) -> list[str]:
    if engine.dialect.name == "postgresql":
        return [name for name in inspect(engine).get_schema_names() if name == BESIDE]
    file = Path(str(engine.url.database))
    return [path.name for path in file.parent.glob(f"{file.name}.rebuild*") if not path.name.endswith("-lock")]


def test_rebuild__nothing_wrong__changes_nothing_and_another_may_lead(engine: Engine, long_chain: FakeChain) -> None:
    mirror(long_chain, engine)
    before = everything(engine)
    said: list[tuple[str, int, int]] = []
    with leading(engine, threading.Event(), lambda: None):
        made = rebuild(engine, DECODER, lambda *how_far: said.append(how_far))
    assert made.changed == {}
    assert (made.block, made.events) == (160, len(before["chain_event"]))
    assert everything(engine) == before
    assert left_beside(engine) == []
    assert {what for what, _, _ in said} == {"folding events", "making state roots", "putting in place what differs"}
    assert all(0 <= done <= total for _, done, total in said)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_rebuild__the_chain_goes_on_and_takes_blocks_back_meanwhile__equals_a_fresh_index(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """At every step of the rebuild the index does something; the end is that of an index built from nothing."""
    monkeypatch.setattr("indexer.rebuild.BATCH_EVENTS", 30)
    chance = random.Random(seed)
    chain = FakeChain()

    def mine(blocks: int) -> None:
        for _ in range(blocks):
            chain.mine([chance.randint(0, WISH_MAX) for _ in range(chance.randint(0, 6))])

    mine(40)
    follower = mirror(chain, engine)
    left = 8

    def meanwhile(_what: str, _done: int, _total: int) -> None:
        nonlocal left
        if left == 0:
            return
        left -= 1
        if chance.random() < 0.6:
            chain.fork(keep=chance.randint(len(chain.blocks) // 2, len(chain.blocks)))
        mine(chance.randint(1, 8))
        go_on(follower)

    with engine.begin() as connection:
        connection.execute(text("DELETE FROM cash_posting"))  # which no handler reads
    rebuild(engine, DECODER, meanwhile)
    assert left == 0
    fresh = make_engine("sqlite://")
    migrate(fresh, "indexer")
    Follower(fresh, chain, DECODER).pin()
    go_on(Follower(fresh, chain, DECODER))
    assert rows(engine) == rows(fresh)
    middle = len(chain.blocks) // 2
    assert rows_as_of(engine, middle) == rows_as_of(fresh, middle)
    assert recompute_root(engine, DECODER, None).ok
    mine(40)  # the roots of both reach as far again
    go_on(follower)
    go_on(Follower(fresh, chain, DECODER))
    ours, theirs = everything(engine), everything(fresh)
    assert [name for name in ours if ours[name] != theirs[name]] == ["journal_checkpoint"]
    fresh.dispose()


def test_rebuild__rows_tampered_with__are_right_again(engine: Engine, long_chain: FakeChain) -> None:
    mirror(long_chain, engine)
    before = everything(engine)
    with engine.begin() as connection:
        for table in DERIVED:
            key = next(iter(table.primary_key.columns))
            connection.execute(table.delete().where(key == connection.scalar(select(key).limit(1))))
            names = ("last_log_index", "block_number", "bucket")
            changed = next(table.c[name] for name in names if name in table.c)
            if table.name != "state_root":
                assert connection.execute(table.update().values({changed.name: changed + 1})).rowcount > 0
        connection.execute(text("UPDATE chain_event SET subject = '0x00', business = NOT business WHERE log_index = 2"))
        connection.execute(text("UPDATE chain_event SET name = 'Anchored', contract = 'Anchors' WHERE log_index = 1"))
        connection.execute(text("UPDATE chain_event SET args = '{}' WHERE log_index = 0"))
        connection.execute(text("UPDATE receivable SET holder = '0x00'"))
    assert everything(engine) != before
    mended = rebuild(engine, DECODER).changed
    assert everything(engine) == before
    assert mended.keys() == {"chain_event", *(table.name for table in DERIVED)}
    assert mended["receivable"] == len(before["receivable"])


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE chain_event SET data = :word WHERE name = 'ReceivableSplit'",
        "UPDATE chain_event SET topics = :word WHERE name = 'Anchored'",
        "DELETE FROM chain_block WHERE number = 100",
        "UPDATE chain_block SET parent_hash = '0x00' WHERE number = 100",
        'UPDATE journal_checkpoint SET words = \'{"Anchors": "0x01"}\' WHERE block_number > 80',
    ],
)
def test_rebuild__log_itself_tampered_with__is_refused_and_nothing_changes(
    sqlite_engine: Engine, long_chain: FakeChain, tamper: str
) -> None:
    mirror(long_chain, sqlite_engine)
    with sqlite_engine.begin() as connection:
        statement = text(tamper)
        if ":word" in tamper:
            statement = statement.bindparams(word=bytes(32))
        assert connection.execute(statement).rowcount > 0
    before = everything(sqlite_engine)
    with pytest.raises(Exception, match=r"changed|bytes of data|does not know") as refused:
        rebuild(sqlite_engine, DECODER)
    assert type(refused.value).__module__ in ("indexer.errors", "indexer.rebuild")
    assert everything(sqlite_engine) == before
    assert left_beside(sqlite_engine) == []


def test_rebuild__an_event_gone_with_its_rows__the_journal_misses_it(
    sqlite_engine: Engine, long_chain: FakeChain
) -> None:
    mirror(long_chain, sqlite_engine)
    with sqlite_engine.begin() as connection:
        connection.execute(text("DELETE FROM chain_event WHERE name = 'Anchored'"))
    with pytest.raises(LogDamaged, match="Anchors's journal has"):
        rebuild(sqlite_engine, DECODER)


def test_rebuild__nothing_to_rebuild_or_not_alone_or_not_ours__is_refused(
    engine: Engine, long_chain: FakeChain
) -> None:
    with pytest.raises(RebuildImpossible, match="empty"):
        rebuild(engine, DECODER)
    mirror(long_chain.until(30), engine)
    with (
        leading(engine, threading.Event(), lambda: None, role="rebuild"),
        pytest.raises(RebuildImpossible, match="another rebuild"),
    ):
        rebuild(engine, DECODER)
    others = {name: d for name, d in DEPLOYMENTS.contracts.items() if name != "Anchors"}
    with pytest.raises(IndexForeign, match="other contracts"):
        rebuild(engine, Decoder(Deployments(DEPLOYMENTS.chain_id, DEPLOYMENTS.genesis_hash, others)))


@pytest.mark.slow
def test_index_rebuild__killed_in_the_middle__all_is_as_it_was_and_the_next_one_ends(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    """The command itself, as a process, killed while it folds, makes roots, and swaps."""
    mirror(left_to_chance(120), engine)
    folder = DataFolder(tmp_path / "data")
    folder.prepare(database_url)
    DEPLOYMENTS.save(folder.deployments)
    with engine.begin() as connection:
        connection.execute(text("UPDATE receivable SET holder = '0x00'"))
    before = everything(engine)
    slowly = "import indexer.rebuild as r; r.BATCH_EVENTS = 20; from scripts.cli import app; app()"
    command = [sys.executable, "-c", slowly, "index", "rebuild", "--data", str(folder.root), "--json"]
    killed = 0
    for wanted in ("chain_event", "state_root"):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + WAIT_S
        while not _made_beside(engine, wanted) and process.poll() is None:
            assert time.monotonic() < deadline, "it did not begin in time"
        process.send_signal(signal.SIGKILL)
        killed += process.wait(WAIT_S) == -signal.SIGKILL
        assert everything(engine) == before
    assert killed == 2, "a kill came too late: the test shows nothing"
    ended = subprocess.run(command, capture_output=True, timeout=WAIT_S, check=True)
    answer = json.loads(ended.stdout)
    assert (answer["ok"], answer["block"]) == (True, 120)
    assert answer["changed"] == {"receivable": len(before["receivable"])}
    assert everything(engine) != before
    assert rebuild(engine, DECODER).changed == {}
    assert left_beside(engine) == []


def _made_beside(engine: Engine, table: str) -> bool:
    """Whether the rebuild that runs has written to that table of its own."""
    try:
        if engine.dialect.name == "postgresql":
            with engine.connect() as connection:
                return connection.execute(text(f"SELECT 1 FROM {BESIDE}.{table} LIMIT 1")).scalar() == 1
        if not Path(f"{engine.url.database}.rebuild").exists():
            return False
        beside = make_engine(f"sqlite:///{engine.url.database}.rebuild")
        try:
            with beside.connect() as connection:
                return connection.execute(text(f"SELECT 1 FROM {table} LIMIT 1")).scalar() == 1
        finally:
            beside.dispose()
    except Exception:  # it is only being made
        return False
