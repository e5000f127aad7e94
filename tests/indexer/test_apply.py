"""One batch: all of it or nothing, once, and never a guess."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from sqlalchemy import Engine, func, select

from indexer.ahead import Ahead
from indexer.apply import Block, apply_blocks
from indexer.errors import IndexForeign, ParentMismatch, ProjectionDiverged, UnknownEvent, UnstableNode
from indexer.events import Decoder
from indexer.fold import Fold, write
from indexer.follow import GAS_A_LOG, Follower, Limits
from indexer.models import Base, CashPosting, ChainBlock, ChainEvent, table_of
from node_adapter.client import Header, RawLog
from node_adapter.db import make_engine
from node_adapter.deployments import Deployments
from tests.indexer.fake_acts import confirm, propose, split
from tests.indexer.fake_chain import DEPLOYMENTS, GENESIS, FakeChain, left_to_chance, wish
from tests.indexer.fake_money_acts import cash, pay
from tests.indexer.test_reorg_property import rows

DECODER = Decoder(DEPLOYMENTS)
PROPOSE, CONFIRM, SPLIT, PAY, CASH = (wish(act) for act in (propose, confirm, split, pay, cash))


@pytest.fixture
def empty() -> Iterator[Engine]:
    engine = make_engine("sqlite://")
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def chain() -> FakeChain:
    chain = FakeChain()
    chain.mine([PROPOSE, CONFIRM])
    chain.mine([SPLIT, CASH])
    chain.mine([PAY])
    return chain


@pytest.fixture(scope="module")
def long_chain() -> FakeChain:
    return left_to_chance(300)


def test_apply_blocks__same_batch_again__changes_nothing(empty: Engine, chain: FakeChain) -> None:
    assert _apply(empty, _blocks(chain)) == 3
    before = rows(empty)
    assert _apply(empty, _blocks(chain)) == 0
    assert rows(empty) == before


def test_apply_blocks__batch_that_overlaps__adds_only_the_new(empty: Engine, chain: FakeChain) -> None:
    _apply(empty, _blocks(chain)[:2])
    assert _apply(empty, _blocks(chain)) == 1


def test_apply_blocks__gap_or_foreign_parent__refused(empty: Engine, chain: FakeChain) -> None:
    _apply(empty, _blocks(chain)[:1])
    with pytest.raises(ParentMismatch):
        _apply(empty, _blocks(chain)[2:])
    other = FakeChain()
    other.mine([])
    other.mine([CASH, CASH])
    other.mine([])
    with pytest.raises(ParentMismatch):
        _apply(empty, [replace_hash(b, "0xff") for b in _blocks(other)[:1]])


def test_apply_blocks__event_that_no_abi_explains__stops_and_stores_nothing(empty: Engine, chain: FakeChain) -> None:
    blocks = _blocks(chain)
    log = blocks[2].logs[0]
    blocks[2] = Block(blocks[2].header, [replace(log, topics=(b"\7" * 32, *log.topics[1:]))])
    with pytest.raises(UnknownEvent, match="does not know"):
        _apply(empty, blocks)
    assert _count(empty, ChainBlock) == 0


def test_apply_blocks__event_cut_short__stops(empty: Engine, chain: FakeChain) -> None:
    blocks = _blocks(chain)
    blocks[2] = Block(blocks[2].header, [replace(blocks[2].logs[0], data=blocks[2].logs[0].data[:-1])])
    with pytest.raises(UnknownEvent):
        _apply(empty, blocks)


@pytest.mark.parametrize(
    "missing",
    [
        "ParticipantAdmitted",
        "ParticipantSuspended",
        "ParticipantClosed",
        "KeyRotationAnnounced",
        "ProgrammePublished",
        "PayableProposed",
        "PayableIssued",
        "ProposalDisputed",
        "ProposalDisputeWithdrawn",
        "ProposalCredited",
        "PayableConfirmed",
        "ReceivableSplit",
        "ReceivableTransferred",
        "ReceivablesMerged",
        "PayablePaid",
        "PayableWrittenOff",
        "RecoveryReceived",
        "ReceivableRedeemed",
        "DishonourRecorded",
        "FreezeOrdered",
        "HoldPlaced",
        "PayOutRequested",
    ],
)
def test_apply_blocks__logs_missing__contradiction_stops_it(empty: Engine, long_chain: FakeChain, missing: str) -> None:
    blocks = [
        Block(b.header, [log for log in b.logs if DECODER.decode(log, 0).name != missing]) for b in _blocks(long_chain)
    ]
    with pytest.raises(ProjectionDiverged):
        _apply(empty, blocks)
    assert _count(empty, ChainEvent) == 0


def test_apply_blocks__event_twice__contradiction_stops_it(empty: Engine, chain: FakeChain) -> None:
    blocks = _blocks(chain)
    (first, *_) = blocks[0].logs
    blocks[0] = Block(blocks[0].header, [*blocks[0].logs, replace(first, log_index=9)])
    with pytest.raises(ProjectionDiverged):
        _apply(empty, blocks)


def test_pin__other_chain_or_deployment__refused(empty: Engine, chain: FakeChain) -> None:
    Follower(empty, chain, DECODER).pin()
    Follower(empty, chain, DECODER).pin()
    moved = {
        **DEPLOYMENTS.contracts,
        "Anchors": replace(DEPLOYMENTS["Anchors"], address=DEPLOYMENTS.address("Settlement")),
    }
    for other in (
        Deployments(1, GENESIS, DEPLOYMENTS.contracts),
        Deployments(DEPLOYMENTS.chain_id, "0x" + 64 * "1", DEPLOYMENTS.contracts),
        Deployments(DEPLOYMENTS.chain_id, GENESIS, moved),
    ):
        with pytest.raises(IndexForeign):
            Follower(empty, chain, Decoder(other)).pin()


def test_pin__contracts_mined_again_in_other_blocks__accepted(empty: Engine, chain: FakeChain) -> None:
    Follower(empty, chain, DECODER).pin()
    later = {name: replace(d, block=d.block + 5, tx="0x01") for name, d in DEPLOYMENTS.contracts.items()}
    Follower(empty, chain, Decoder(Deployments(DEPLOYMENTS.chain_id, GENESIS, later))).pin()


def test_catch_up__node_that_never_settles__gives_up(empty: Engine) -> None:
    class Restless(FakeChain):
        def logs(self, first: int, last: int, addresses: Any) -> list[RawLog]:
            self.fork_before_next_logs = True
            return super().logs(first, last, addresses)

    chain = Restless()
    for _ in range(6):
        chain.mine([CASH])
    with pytest.raises(UnstableNode):
        Follower(empty, chain, DECODER).catch_up()


def test_catch_up__log_of_another_fork_than_its_header__asked_again(empty: Engine, chain: FakeChain) -> None:
    class Mixed(FakeChain):
        mixed = 0

        def logs(self, first: int, last: int, addresses: Any) -> list[RawLog]:
            found = super().logs(first, last, addresses)
            self.mixed += 1
            return found if self.mixed > 1 else [replace(found[0], block_hash="0x" + 64 * "f"), *found[1:]]

    mixed = Mixed()
    mixed.blocks = chain.blocks
    Follower(empty, mixed, DECODER).catch_up()
    assert mixed.mixed == 2
    assert _count(empty, ChainEvent) == sum(len(block.logs) for block in chain.blocks)


def test_write__refolding__leaves_the_rows_of_surviving_events_alone(empty: Engine, chain: FakeChain) -> None:
    _apply(empty, _blocks(chain))
    fold = Fold()
    for log in chain.blocks[1].logs:
        event = DECODER.decode(log, 0)
        if event.contract == "DepositToken":
            fold.apply(event)
    before = _count(empty, CashPosting)
    with empty.begin() as connection:
        write(connection, fold, event_rows=False)
    assert _count(empty, CashPosting) == before > 0


def test_catch_up__full_and_empty_blocks__range_adapts(empty: Engine) -> None:
    chain = FakeChain()
    for _ in range(4):
        chain.mine([CASH] * 40)
    for _ in range(300):
        chain.mine([])
    follower = Follower(empty, chain, DECODER, limits=replace(Follower(empty, chain, DECODER).limits, batch_logs=200))
    sizes: list[int] = []
    follower.on_progress = lambda indexed, _newest: sizes.append(indexed)
    follower.catch_up()
    assert sizes[-1] == 304
    assert _count(empty, ChainBlock) == 304


def test_catch_up__blocks_that_are_full__are_read_in_ranges_that_their_headers_ask_for(empty: Engine) -> None:
    """Before the logs are asked for: a range of full blocks never is in memory whole."""

    class Full(FakeChain):
        asked: ClassVar[list[tuple[int, int]]] = []

        def headers(self, numbers: Sequence[int]) -> list[Header]:
            return [replace(header, gas_used=GAS_A_LOG * 40) for header in super().headers(numbers)]

        def logs(self, first: int, last: int, addresses: Any) -> list[RawLog]:
            self.asked.append((first, last))
            return super().logs(first, last, addresses)

    chain = Full()
    for _ in range(20):
        chain.mine([CASH] * 40)
    Follower(empty, chain, DECODER, Limits(batch_logs=90)).catch_up()
    assert chain.asked[0] == (1, 2)
    assert max(last - first for first, last in chain.asked) == 1
    assert _count(empty, ChainBlock) == 20


def test_ahead__what_was_asked_ahead_is_not_what_is_wanted__is_asked_anew() -> None:
    asked: list[int] = []

    def look(first: int) -> int:
        asked.append(first)
        return first

    with closing(Ahead(look)) as ahead:
        assert ahead.take(1) == 1
        ahead.begin(2)
        assert ahead.take(2) == 2
        ahead.begin(3)
        assert ahead.take(7) == 7
        ahead.begin(8)
        ahead.drop()
        assert ahead.take(8) == 8
    assert asked == [1, 2, 3, 7, 8, 8]


def test_ahead__what_fails_ahead__fails_when_it_is_taken_and_not_before() -> None:
    def look(first: int) -> int:
        raise UnstableNode(str(first))

    with closing(Ahead(look)) as ahead:
        ahead.begin(1)
        ahead.drop()
        ahead.begin(2)
        with pytest.raises(UnstableNode, match="2"):
            ahead.take(2)


def replace_hash(block: Block, block_hash: str) -> Block:
    return Block(replace(block.header, hash=block_hash), [replace(log, block_hash=block_hash) for log in block.logs])


def _blocks(chain: FakeChain) -> list[Block]:
    return [Block(b.header, b.logs) for b in chain.blocks]


def _apply(engine: Engine, blocks: list[Block]) -> int:
    with engine.begin() as connection:
        return apply_blocks(connection, blocks, DECODER)


def _count(engine: Engine, model: type[Base]) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table_of(model))).scalar_one()
