"""Everything that happens on a real chain, folded and compared with the chain."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from indexer import queries
from indexer.follow import Follower
from indexer.models import (
    EVENT_ROWS,
    FOLDED,
    CashPosting,
    ChainEvent,
    Deal,
    Dishonour,
    FreezeOrder,
    MoveKind,
    Participant,
    ParticipantStatus,
    Payable,
    PayableState,
    PayOut,
    Receivable,
    ReceivableMove,
    ReceivableState,
    SetAsidePosting,
    subject_column,
    table_of,
)
from indexer.verify import verify
from node_adapter.artifacts import event_specs
from node_adapter.client import NodeClient
from tests.indexer.devnet import OTHER_TOKEN, Network, word
from tests.indexer.story import FACE, play_story

pytestmark = pytest.mark.devnet

REDEEMED, MERGED = ReceivableState.REDEEMED, ReceivableState.MERGED


def events_of(session: Session, subject: str) -> Sequence[ChainEvent]:
    """All that the chain said about one subject, in order."""
    statement = select(ChainEvent).where(ChainEvent.subject == subject)
    return session.scalars(statement.order_by(ChainEvent.block_number, ChainEvent.log_index)).all()


def test_catch_up__whole_story__every_event_is_said_and_verify_agrees(
    network: Network, follower: Follower, client: NodeClient, engine: Engine
) -> None:
    play_story(network)
    network.name_successor()
    follower.catch_up()
    with Session(engine) as session:
        names = session.execute(select(ChainEvent.contract, ChainEvent.name).where(ChainEvent.business).distinct())
        said = {(network.deployments[contract].contract, name) for contract, name in names}
        assert said == {(spec.contract, spec.name) for spec in event_specs().values() if spec.business}
        sizes = {m: session.scalar(select(func.count()).select_from(table_of(m))) for m in (*FOLDED, *EVENT_ROWS)}
        assert [model.__tablename__ for model, size in sizes.items() if not size] == []
        for table in map(table_of, FOLDED):  # what finds a subject's rows finds all of them and no others
            elsewhere = select(func.count()).select_from(table).where(subject_column(table) != table.c.subject)
            assert session.scalar(elsewhere) == 0, table.name

    report = verify(engine, client, network.deployments)
    assert report.differences == []
    assert report.ok
    tables = {model.__tablename__ for model in (*FOLDED, *EVENT_ROWS)}
    assert [subject for subject in (*SUBJECTS, *sorted(tables)) if not report.compared.get(subject)] == []


SUBJECTS = (
    "journal",
    "chain_block",
    "chain_event",
    "payable_line",
    "proposal",
    "payable_ledger",
    "invoice_claim",
    "receivable_drawn",
    "receivable_count",
    "held",
    "disputed",
    "cash_balance",
    "cash_supply",
    "contract_cash",
    "settlement_held",
    "set_aside",
    "bank_reference",
    "quote_nonce",
    "anchor_time",
)
"""What is compared beside every table."""


def test_catch_up__whole_story__states_at_its_end(network: Network, follower: Follower, engine: Engine) -> None:
    payable_id = play_story(network)
    follower.catch_up()
    at = network.addresses
    with Session(engine) as session:
        payable = session.get_one(Payable, payable_id)
        assert (payable.state, payable.paid, payable.interest_paid) == (PayableState.SETTLED, FACE, 500)
        pieces = {
            int(r.receivable_id[-8:], 16): (r.start, r.end, r.depth, r.endorser, r.state)
            for r in session.scalars(select(Receivable).where(Receivable.payable_id == payable_id))
        }
        assert pieces == {
            1: (0, 595_002, 1, None, REDEEMED),
            2: (600_002, 700_003, 1, at["s2"], REDEEMED),
            3: (900_003, 940_003, 2, None, REDEEMED),
            4: (940_003, 1_000_003, 3, None, REDEEMED),
            5: (700_003, 890_003, 2, at["s1"], REDEEMED),
            6: (599_992, 600_002, 1, None, MERGED),
            7: (598_002, 599_002, 2, None, REDEEMED),
            8: (599_002, 600_002, 3, None, REDEEMED),
            9: (595_002, 598_002, 2, at["s1"], REDEEMED),
            10: (890_003, 900_003, 3, at["s2"], REDEEMED),
        }
        deals = [(d.value, d.proceeds, d.discount) for d in session.scalars(select(Deal).order_by(Deal.block_number))]
        assert deals == [(60_000, 59_280, 720), (200_000, 197_600, 2_400), (3_000, 2_990, 10)]
        states = session.execute(select(Payable.state, func.count()).group_by(Payable.state).order_by(Payable.state))
        assert [tuple(row) for row in states] == [
            (PayableState.PROPOSED, 1),
            (PayableState.CONFIRMED, 2),
            (PayableState.SETTLED, 1),
            (PayableState.DISPUTED, 1),
            (PayableState.DECLINED, 1),
            (PayableState.CANCELLED, 3),
            (PayableState.WRITTEN_OFF, 2),
        ]
        x1, core = session.get_one(Participant, at["x1"]), session.get_one(Participant, at["core"])
        assert (x1.status, x1.key, x1.reason_hash) == (ParticipantStatus.CLOSED, at["x1 new key"], word("why"))
        assert any(until for (debtor, _), until in queries.bars(session).items() if debtor == core.account)
        standing = [(row.lifted, row.objection_hash is not None) for row in session.scalars(select(Dishonour))]
        assert sorted(standing) == [(False, False), (False, True), (True, False)]
        assert [row.state for row in session.scalars(select(PayOut).order_by(PayOut.number))] == [
            "completed",
            "refused",
            "requested",
        ]
        newest = queries.head(session)
        assert newest is not None
        assert (newest.number, newest.timestamp) == (network.head(), network.now())


def test_queries__whole_story__what_time_and_orders_leave(network: Network, follower: Follower, engine: Engine) -> None:
    payable_id = play_story(network)
    follower.catch_up()
    at, token = network.addresses, network.deployments.address("DepositTokenCNY")
    with Session(engine) as session:
        now = network.now()
        tokens = [token, network.deployments.address(OTHER_TOKEN)]
        assert queries.programme_tokens(session) == {1: tokens, 2: tokens}
        assert queries.programme_tokens(session, [2]) == {2: tokens}
        assert {of: rate.rate_ppm for of, rate in queries.reference_rates(session).items()} == {"Origination": 31_000}
        assert queries.paused_tokens(session) == {tokens[1]}, "the other was resumed"
        assert queries.blocked(session, at["s2"], payable_id, now)
        assert queries.blocked(session, at["s2"], None, now)
        assert not queries.blocked(session, at["f1"], payable_id, now), "served by what was enforced"
        assert not queries.blocked(session, at["f2"], payable_id, now), "released"
        order = session.scalars(select(FreezeOrder).where(FreezeOrder.holder == at["s2"])).one()
        assert not queries.blocked(session, at["s2"], payable_id, order.until + 1)
        issued = select(Payable.payable_id).where(Payable.issued, Payable.state == PayableState.CONFIRMED)
        pledged = session.get_one(Receivable, f"{session.scalars(issued).one()}00000001")
        assert queries.held_on(session, [pledged.receivable_id], now) == {pledged.receivable_id: 3_000}
        assert queries.held_on(session, [pledged.receivable_id], now + 100_000) == {}
        assert queries.set_aside(session, at["f1"]) == [], "enforced"
        assert [cash.amount for cash in queries.set_aside(session, at["f2"])] == [95_001]
        whose = {cash.holder for cash in queries.set_aside(session)}
        assert whose == {at["s1"], at["s2"], at["f2"]}
        taken = session.scalars(select(SetAsidePosting).where(SetAsidePosting.to_account == at["f2"])).all()
        assert [(row.holder, row.amount < 0) for row in taken] == [(at["f1"], True), (at["f2"], True)]


def test_lineage__pieces_split_merged_and_sold__tree_and_history(
    network: Network, follower: Follower, engine: Engine
) -> None:
    payable_id = play_story(network)
    follower.catch_up()
    with Session(engine) as session:
        root = queries.lineage(session, payable_id)
        assert root is not None
        children = {int(n.receivable.receivable_id[-8:], 16): n.children for n in root.children}
        assert sorted(children) == [2, 6, 7, 9]
        assert [int(n.receivable.receivable_id[-8:], 16) for n in children[2]] == [3, 5]
        history = session.execute(
            select(ReceivableMove.kind, ReceivableMove.from_account, ReceivableMove.to_account, ReceivableMove.value)
            .where(ReceivableMove.receivable_id == f"{payable_id}00000004")
            .order_by(ReceivableMove.block_number, ReceivableMove.log_index)
        ).all()
        at = network.addresses
        assert [tuple(row) for row in history] == [
            (MoveKind.SPLIT, at["s3"], at["f1"], 60_000),
            (MoveKind.DRAW, at["f1"], None, 29_999),
            (MoveKind.TRANSFER, at["f1"], at["f2"], 60_000),
            (MoveKind.TRANSFER, at["f2"], at["s3"], 60_000),
            (MoveKind.REPURCHASE, at["f2"], at["s3"], 60_000),
            (MoveKind.REDEEM, at["s3"], None, 60_000),
            (MoveKind.DRAW, at["s3"], None, 30_031),
        ]
        names = [event.name for event in events_of(session, payable_id)]
        assert names[:2] == ["PayableProposed", "PayableConfirmed"]
        assert {"QuoteAccepted", "PaymentReceived", "HolderRedeemed", "HoldPlaced", "CashSetAside"} <= set(names)


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
