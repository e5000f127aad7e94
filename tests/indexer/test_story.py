"""Everything that happens on a real chain, folded and compared with the chain."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from indexer.follow import Follower
from indexer.models import (
    CashPosting,
    ChainEvent,
    Deal,
    MoveKind,
    Participant,
    ParticipantStatus,
    Payable,
    PayableState,
    Receivable,
    ReceivableMove,
)
from indexer.queries import cash_balance, head, lineage
from indexer.verify import verify
from node_adapter.client import NodeClient
from tests.indexer.devnet import Network, play_story

pytestmark = pytest.mark.devnet


def events_of(session: Session, subject: str) -> Sequence[ChainEvent]:
    """All that the chain said about one subject, in order."""
    statement = select(ChainEvent).where(ChainEvent.subject == subject)
    return session.scalars(statement.order_by(ChainEvent.block_number, ChainEvent.log_index)).all()


def test_catch_up__whole_story__rows_say_it_and_verify_agrees(
    network: Network, follower: Follower, client: NodeClient, engine: Engine
) -> None:
    payable_id = play_story(network)
    follower.catch_up()

    with Session(engine) as session:
        payable = session.get_one(Payable, payable_id)
        assert (payable.state, payable.paid, payable.face_value) == (PayableState.SETTLED, 1_000_003, 1_000_003)
        newest_event = events_of(session, payable_id)[-2:]
        assert [event.name for event in newest_event] == ["ReceivableDrawn", "HolderRedeemed"]
        last = session.get_one(Receivable, f"{payable_id}00000004")
        at = (last.last_block_hash, last.last_block_number, last.last_log_index)
        drawn = newest_event[0]
        assert at == (drawn.block_hash, drawn.block_number, drawn.log_index)
        pieces = {
            int(r.receivable_id[-8:], 16): (r.start, r.end, r.depth, r.recourse, r.drawn, r.redeemed)
            for r in session.scalars(select(Receivable).where(Receivable.payable_id == payable_id))
        }
        # Tails are handed on: 400,001 to s2, of that 100,000 to s3 and 200,000 to f2; f1 bought s3's whole.
        assert pieces == {
            1: (0, 600_002, 0, False, 600_002, True),
            2: (600_002, 700_003, 1, False, 100_001, True),
            3: (900_003, 1_000_003, 2, True, 100_000, True),
            4: (700_003, 900_003, 2, True, 200_000, True),
        }
        assert session.get_one(Receivable, f"{payable_id}00000001").holder == network.addresses["s3"]
        deals = [(d.value, d.proceeds, d.discount) for d in session.scalars(select(Deal).order_by(Deal.block_number))]
        assert deals == [(100_000, 98_800, 1_200), (200_000, 197_600, 2_400)]
        s3 = session.get_one(Participant, network.addresses["s3"])
        assert (s3.status, s3.reason_hash) == (ParticipantStatus.ACTIVE, None)
        token = network.deployments.address("DepositTokenCNY")
        assert cash_balance(session, network.addresses["s2"], token) == 197_600 + 100_001
        assert cash_balance(session, network.addresses["f1"], token) == 900_000 - 98_800 + 100_000
        newest = head(session)
        assert newest is not None
        assert newest.number == network.head()
        newest = head(session)
        assert newest is not None
        assert newest.timestamp == network.now()

    report = verify(engine, client, network.deployments)
    assert report.differences == []
    assert report.ok
    assert all(report.compared[subject] > 0 for subject in SUBJECTS), report.compared


SUBJECTS = (
    "journal",
    "chain_block",
    "chain_event",
    "participant",
    "payable",
    "receivable",
    "receivable_move",
    "receivable_count",
    "cash_posting",
    "cash_balance",
    "cash_supply",
    "contract_cash",
    "deal",
    "payment",
    "redemption",
    "settlement_held",
    "anchor",
    "anchor_time",
    "bank_reference",
    "deposit_credit",
    "invoice_claim",
    "payable_line",
)


def test_lineage__pieces_split_and_sold__tree_and_history(network: Network, follower: Follower, engine: Engine) -> None:
    payable_id = play_story(network)
    follower.catch_up()
    with Session(engine) as session:
        root = lineage(session, payable_id)
        assert root is not None
        (second,) = root.children
        assert [int(n.receivable.receivable_id[-8:], 16) for n in second.children] == [3, 4]
        history = session.execute(
            select(ReceivableMove.kind, ReceivableMove.from_account, ReceivableMove.to_account, ReceivableMove.value)
            .where(ReceivableMove.receivable_id == f"{payable_id}00000003")
            .order_by(ReceivableMove.block_number, ReceivableMove.log_index)
        ).all()
        at = network.addresses
        assert [tuple(row) for row in history] == [
            (MoveKind.SPLIT, at["s2"], at["s3"], 100_000),
            (MoveKind.TRANSFER, at["s3"], at["f1"], 100_000),
            (MoveKind.DRAW, at["f1"], None, 100_000),
        ]
        names = [event.name for event in events_of(session, payable_id)]
        assert names[:2] == ["PayableProposed", "PayableConfirmed"]
        assert {"QuoteAccepted", "PaymentReceived", "HolderRedeemed"} <= set(names)


def test_catch_up__standard_events__kept_raw_without_rows_of_their_own(
    network: Network, follower: Follower, engine: Engine
) -> None:
    network.confirmed("INV-S", 100)
    network.send("s1", "Receivables", "setApprovalForAll", network.addresses["s2"], True)
    follower.catch_up()
    with Session(engine) as session:
        standard = session.scalars(select(ChainEvent).where(~ChainEvent.business)).all()
        assert {"Transfer", "SlotChanged", "TransferValue", "ApprovalForAll"} <= {e.name for e in standard}
        assert session.scalars(select(CashPosting)).all() == []
