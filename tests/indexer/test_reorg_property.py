"""Any forks, at any moment: the index equals an index built from nothing."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Engine, select

from indexer.events import Decoder
from indexer.follow import Follower, Limits
from indexer.models import Base, OrphanedBlock, table_of
from indexer.verify.report import Comparison
from indexer.verify.rows import compare_event_rows, compare_folded
from node_adapter.db import make_engine
from tests.indexer.fake_chain import DEPLOYMENTS, FakeChain

WISHES = st.lists(st.integers(0, 8 * 60), max_size=6)
DECODER = Decoder(DEPLOYMENTS)


class Index:
    def __init__(self, chain: FakeChain, batch_blocks: int) -> None:
        self.engine = make_engine("sqlite://")
        Base.metadata.create_all(self.engine)
        self.follower = Follower(self.engine, chain, DECODER, Limits(batch_blocks=batch_blocks))
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

    @rule(fork_while_reading=st.booleans())
    def follow(self, fork_while_reading: bool) -> None:
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
        assert comparison.differences == []

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


def rows(engine: Engine) -> dict[str, list[Any]]:
    """All tables but the evidence, which an index built later cannot have."""
    with engine.connect() as connection:
        return {
            table.name: sorted(connection.execute(select(table)).all(), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name != OrphanedBlock.__tablename__
        }


TestIndexFollowsChain = pytest.mark.slow(IndexFollowsChain.TestCase)
TestIndexFollowsChain.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
