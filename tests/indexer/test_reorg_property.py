"""Any forks, at any moment: the index equals an index built from nothing, and so it is as of any block before."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Engine, select

from indexer.as_of import session_as_of
from indexer.events import Decoder
from indexer.follow import Follower, Limits
from indexer.models import (
    DISCLOSED,
    PAST,
    Base,
    IndexIdentity,
    JournalCheckpoint,
    OrphanedBlock,
    StateLeaf,
    StateRoot,
    table_of,
)
from indexer.verify.report import Comparison
from indexer.verify.rows import compare_event_rows, compare_folded
from indexer.verify.run import compare_lines
from node_adapter.db import make_engine
from tests.conftest import DEEP
from tests.indexer.fake_chain import DEPLOYMENTS, SPECS, WISH_MAX, FakeChain, left_to_chance

WISHES = st.lists(st.integers(0, WISH_MAX), max_size=8)
DECODER = Decoder(DEPLOYMENTS)
BESIDE = {model.__tablename__ for model in (JournalCheckpoint, OrphanedBlock, StateLeaf, StateRoot, *DISCLOSED)}


class Index:
    def __init__(self, chain: FakeChain, batch_blocks: int) -> None:
        self.engine = make_engine("sqlite://")
        Base.metadata.create_all(self.engine)
        self.follower = Follower(self.engine, chain, DECODER, Limits(batch_blocks=batch_blocks, behind_pauses_s=()))
        self.follower.pin()

    def close(self) -> None:
        self.engine.dispose()


class IndexFollowsChain(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.chain = FakeChain()
        self.index = Index(self.chain, batch_blocks=3)
        self.seen: dict[str, list[str]] = {}

    @rule(wishes=WISHES)
    def mine(self, wishes: list[int]) -> None:
        self.chain.mine(wishes)

    @rule(data=st.data(), length=st.integers(0, 5))
    def reorg(self, data: st.DataObject, length: int) -> None:
        if len(self.chain.blocks) < 1:
            return
        self.chain.fork(keep=data.draw(st.integers(0, len(self.chain.blocks) - 1)))
        for _ in range(length):
            self.chain.mine(data.draw(WISHES))

    @rule(fork_while_reading=st.booleans(), back=st.integers(0, 30))
    def follow(self, fork_while_reading: bool, back: int) -> None:
        self.chain.fork_before_next_logs = fork_while_reading
        self.index.follower.catch_up()
        self.chain.fork_before_next_logs = False

        fresh = Index(self.chain, batch_blocks=100)
        try:
            fresh.follower.catch_up()
            assert rows(self.index.engine) == rows(fresh.engine)
        finally:
            fresh.close()
        with self.index.engine.connect() as connection:
            comparison = Comparison(lambda _done, _total: None)
            compare_folded(comparison, connection, DECODER)
            compare_event_rows(comparison, connection, DECODER)
            compare_lines(comparison, connection)
        assert comparison.differences == []
        self.look_back(max(len(self.chain.blocks) - back, 1))

    def look_back(self, block: int) -> None:
        """As of a block the index is what one that never saw more than that block is."""
        if not self.chain.blocks:
            return
        younger = Index(self.chain.until(block), batch_blocks=5)
        try:
            younger.follower.catch_up()
            assert rows_as_of(self.index.engine, block) == {
                name: found for name, found in rows(younger.engine).items() if name in SHOWN
            }
        finally:
            younger.close()

    @invariant()
    def evidence_is_never_lost(self) -> None:
        if not hasattr(self, "index"):
            return
        with self.index.engine.connect() as connection:
            kept = connection.execute(select(table_of(OrphanedBlock))).all()
        evidence = {block.hash: [event["tx_hash"] for event in block.events] for block in kept}
        assert self.seen.items() <= evidence.items()
        self.seen = evidence

    def teardown(self) -> None:
        if hasattr(self, "index"):
            self.index.close()


def test_fake_chain__left_to_chance__says_every_business_event_and_is_folded() -> None:
    """Else the property above would say less than it seems to."""
    chain = left_to_chance(300)
    decoded = (DECODER.decode(log, 0) for block in chain.blocks for log in block.logs)
    said = {(event.contract, event.name) for event in decoded}
    assert {(spec.contract, spec.name) for spec in SPECS.values() if spec.business} - said == set()

    index = Index(chain, batch_blocks=7)
    index.follower.catch_up()
    empty = [name for name, found in rows(index.engine).items() if not found]
    index.close()
    assert empty == []


def rows(engine: Engine) -> dict[str, list[Any]]:
    """All tables but the evidence, which an index built later cannot have, checkpoints of other batches, and roots."""
    with engine.connect() as connection:
        return {
            table.name: sorted(connection.execute(select(table)).all(), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name not in BESIDE
        }


SHOWN = {table.name for table in Base.metadata.sorted_tables} - {
    *BESIDE,
    *(past.name for past in PAST.values()),
    IndexIdentity.__tablename__,
}
"""What is as of a block: all that readers ask."""


def rows_as_of(engine: Engine, block: int) -> dict[str, list[Any]]:
    with session_as_of(engine, block) as session:
        return {
            table.name: sorted(session.execute(select(table)).all(), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name in SHOWN
        }


TestIndexFollowsChain = pytest.mark.timeout(3000 if DEEP else 600)(pytest.mark.slow(IndexFollowsChain.TestCase))
TestIndexFollowsChain.settings = settings(
    max_examples=500 if DEEP else 30,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
