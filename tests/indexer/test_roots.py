"""The root made step by step is the root made from nothing, whatever happened, and it changes with any row."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, delete, select, update

from indexer.apply import rollback_to
from indexer.follow import Follower, Limits
from indexer.models import (
    Base,
    ChainEvent,
    Receivable,
    StateLeaf,
    StateRoot,
    table_of,
)
from indexer.proof import roots as made
from indexer.proof.errors import BlockNotIndexed
from indexer.proof.recompute import recompute_root
from indexer.proof.roots import Roots, newest_root
from node_adapter.db import make_engine
from tests.indexer.fake_chain import WISH_MAX, FakeChain, left_to_chance
from tests.indexer.roots_plainly import DECODER, from_nothing

ROOT, LEAF = table_of(StateRoot), table_of(StateLeaf)
WISHES = st.lists(st.integers(0, WISH_MAX), max_size=8)


def indexed(chain: FakeChain, url: str = "sqlite://") -> tuple[Engine, Follower]:
    engine = make_engine(url)
    Base.metadata.create_all(engine)
    follower = Follower(engine, chain, DECODER, Limits(batch_blocks=5))
    follower.pin()
    follower.catch_up()
    return engine, follower


def all_roots(engine: Engine) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(ROOT).order_by(ROOT.c.block_number)).mappings()]


def run(roots: Roots, final: int) -> int:
    total = 0
    while done := roots.step(final):
        total += done
    return total


@pytest.mark.slow
@given(blocks=st.lists(WISHES, min_size=1, max_size=14), cut=st.integers(0, 14), step=st.integers(1, 9))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_roots__made_in_any_steps__are_those_made_from_nothing(blocks: list[list[int]], cut: int, step: int) -> None:
    chain = FakeChain()
    engine = make_engine("sqlite://")
    Base.metadata.create_all(engine)
    follower = Follower(engine, chain, DECODER, Limits(batch_blocks=3))
    follower.pin()
    roots = Roots(engine, DECODER, step_events=step)
    for wishes in blocks:
        chain.mine(wishes)
        follower.catch_up()
        run(roots, len(chain.blocks) - 2)
    # What was final goes all the same, and comes again otherwise.
    chain.fork(keep=min(cut, len(chain.blocks)))
    for wishes in blocks:
        chain.mine(wishes)
    follower.catch_up()
    last = len(chain.blocks)
    run(roots, last)
    assert all_roots(engine) == from_nothing(chain, last)
    engine.dispose()


@pytest.fixture
def kept(tmp_path: Any) -> Iterator[tuple[Engine, Follower, FakeChain]]:
    chain = left_to_chance(60)
    engine, follower = indexed(chain, f"sqlite:///{tmp_path}/roots.sqlite3")
    yield engine, follower, chain
    engine.dispose()


def test_step__again__makes_nothing_and_another_process_goes_on_from_what_is_there(
    kept: tuple[Engine, Follower, FakeChain],
) -> None:
    engine, _, _ = kept
    run(Roots(engine, DECODER, step_events=50), 30)
    before = all_roots(engine)
    assert run(Roots(engine, DECODER), 30) == 0
    assert run(Roots(engine, DECODER), 60) > 0
    after = all_roots(engine)
    assert after[: len(before)] == before
    assert after == all_roots(scratch(engine))


def scratch(engine: Engine) -> Engine:
    store = create_engine("sqlite://")
    Base.metadata.create_all(store, tables=[ROOT, LEAF])
    run(Roots(engine, DECODER, store=store), 60)
    return store


def test_recompute__from_raw_logs_alone__is_the_root_that_is_kept_at_any_block(
    kept: tuple[Engine, Follower, FakeChain],
) -> None:
    engine, _, chain = kept
    with pytest.raises(BlockNotIndexed, match="--at"):
        recompute_root(engine, DECODER, None)
    run(Roots(engine, DECODER), 50)
    heard: list[tuple[int, int]] = []
    found = recompute_root(engine, DECODER, None, lambda done, total: heard.append((done, total)))
    assert found.ok
    assert found.block == all_roots(engine)[-1]["block_number"]
    assert heard[-1] == (found.events, found.events)
    assert recompute_root(engine, DECODER, 20).ok
    beyond = recompute_root(engine, DECODER, 60)
    assert (beyond.ok, beyond.stored) == (False, None)
    with pytest.raises(BlockNotIndexed):
        recompute_root(engine, DECODER, 0)
    # Decoded columns are not what counts, the log is.
    event = table_of(ChainEvent)
    with engine.begin() as connection:
        connection.execute(update(event).values(args={}))
    assert recompute_root(engine, DECODER, 50) == found
    with engine.begin() as connection:
        connection.execute(update(ROOT).where(ROOT.c.block_number == found.block).values(root="0x00"))
    changed = recompute_root(engine, DECODER, 50)
    assert (changed.ok, changed.stored) == (False, "0x00")
    assert len(chain.blocks) == 60


def test_step__two_at_once__one_writes_and_the_other_looks_again(kept: tuple[Engine, Follower, FakeChain]) -> None:
    engine, _, _ = kept
    one, two = Roots(engine, DECODER, step_events=20), Roots(engine, DECODER, step_events=35)
    while one.step(60) + two.step(60):
        pass
    assert all_roots(engine) == all_roots(scratch(engine))


@pytest.mark.parametrize("happens", ["another writes", "the blocks go"])
def test_step__the_database_changes_while_it_folds__writes_nothing_and_looks_again(
    kept: tuple[Engine, Follower, FakeChain], monkeypatch: pytest.MonkeyPatch, happens: str
) -> None:
    engine, _, _ = kept
    one, two = Roots(engine, DECODER, step_events=40), Roots(engine, DECODER, step_events=25)
    one.step(60)
    fold = one._fold

    def interrupted(*arguments: Any) -> Any:
        batch = fold(*arguments)
        monkeypatch.undo()
        if happens == "another writes":
            two.step(60)
        else:
            with engine.begin() as connection:
                rollback_to(connection, batch.roots[0]["block_number"], DECODER)
        return batch

    monkeypatch.setattr(one, "_fold", interrupted)
    assert one.step(60) == 1
    run(one, 60)
    assert all_roots(engine) == all_roots(scratch(engine))


def test_step__final_blocks_that_went__begins_anew(kept: tuple[Engine, Follower, FakeChain]) -> None:
    engine, follower, chain = kept
    roots = Roots(engine, DECODER)
    run(roots, 60)
    with engine.begin() as connection:
        rollback_to(connection, 20, DECODER)
    assert max(root["block_number"] for root in all_roots(engine)) <= 20
    chain.fork(20)
    chain.mine([1, 2, 3])
    follower.catch_up()
    run(roots, 21)
    assert all_roots(engine) == from_nothing(chain, 21)


@pytest.mark.parametrize("damage", ["leaf", "missing", "form"])
def test_step__leaves_or_form_that_do_not_fit__begins_anew(
    kept: tuple[Engine, Follower, FakeChain], damage: str
) -> None:
    engine, _, _ = kept
    run(Roots(engine, DECODER), 60)
    right = all_roots(engine)
    with engine.begin() as connection:
        one = select(LEAF.c.name).limit(1).scalar_subquery()
        connection.execute(
            {
                "leaf": update(LEAF).where(LEAF.c.name == one).values(leaf=b"\7" * 32),
                "missing": delete(LEAF).where(LEAF.c.name == one),
                "form": update(ROOT).values(form="0x00"),
            }[damage]
        )
    run(Roots(engine, DECODER), 60)
    assert all_roots(engine) == right


def test_step__a_row_stepped_otherwise__gives_another_root(
    kept: tuple[Engine, Follower, FakeChain], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, _, _ = kept
    right = all_roots(scratch(engine))
    encoded = made._encoded
    monkeypatch.setattr(
        made, "_encoded", lambda model, row: encoded(model, {**row, "depth": 7} if model is Receivable else row)
    )
    assert all_roots(scratch(engine))[-1]["root"] != right[-1]["root"]
    with engine.connect() as connection:
        assert newest_root(connection) is None


@pytest.mark.postgres
def test_roots__on_postgresql__are_the_same(postgres_url: str) -> None:
    chain = left_to_chance(40)
    engine, _ = indexed(chain, postgres_url)
    other, _ = indexed(chain)
    run(Roots(engine, DECODER, step_events=30), 40)
    run(Roots(other, DECODER), 40)
    assert all_roots(engine) == all_roots(other)
    assert len(all_roots(engine)) > 30
    engine.dispose()
    other.dispose()
