"""The regulator's view: all rows of all parties, read only."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.audit.schemas import (
    AuditDeal,
    AuditDeals,
    AuditEvent,
    AuditEvents,
    AuditParticipant,
    AuditParticipants,
    AuditPayables,
    Lineage,
    LineageNode,
    Move,
)
from api.context import Services
from api.currencies import currency_of
from api.domain.dates import from_day
from api.domain.money import Money
from api.errors import NotFound
from api.pagination import PageRequest, fetch
from api.parties import Party, parties
from api.payables import reading as payables
from api.programmes import service as programmes
from api.schemas import Total
from indexer import queries
from indexer.models import (
    ChainBlock,
    ChainEvent,
    Deal,
    Participant,
    ParticipantStatus,
    Payable,
    ReceivableMove,
    ReceivableState,
    Role,
)


def list_payables(session: Session, services: Services, page: PageRequest) -> AuditPayables:
    """All payables, newest first."""
    rows, following = fetch(session, select(Payable), [Payable.proposed_at, Payable.payable_id], page)
    return AuditPayables(items=payables.read_all(session, services, rows), next=following, **services.as_of(session))


def lineage(session: Session, services: Services, payable_id: str) -> Lineage:
    """A payable's pieces as a tree: every one that ever was, in the order of their intervals."""
    payable = session.get(Payable, payable_id)
    if payable is None:
        raise NotFound.of("payable", payable_id)
    currency = programmes.currency(session, services.deployments, payable.programme_id)
    tree = queries.lineage(session, payable_id)
    people = parties(session, _holders(tree))
    moves = session.scalars(
        select(ReceivableMove)
        .where(ReceivableMove.payable_id == payable_id)
        .order_by(ReceivableMove.block_number, ReceivableMove.log_index)
    )
    return Lineage(
        payable_id=payable_id,
        face_value=Money(payable.face_value, currency),
        root=None if tree is None else _node(currency, tree, people),
        moves=[
            Move(
                kind=move.kind,
                receivable_id=move.receivable_id,
                from_account=move.from_account,
                to_account=move.to_account,
                value=Total.of(move.value, currency),
                block=move.block_number,
                log_index=move.log_index,
            )
            for move in moves
        ],
        **services.as_of(session),
    )


def _holders(tree: queries.LineageNode | None) -> set[str]:
    if tree is None:
        return set()
    return {tree.receivable.holder}.union(*(_holders(child) for child in tree.children))


def _node(currency: str, tree: queries.LineageNode, people: dict[str, Party]) -> LineageNode:
    """As deep as the contract's `maximumDepth`, at most 255."""
    piece = tree.receivable
    return LineageNode(
        receivable_id=piece.receivable_id,
        holder=people[piece.holder],
        value=Money(piece.end - piece.start, currency),
        start=piece.start,
        end=piece.end,
        depth=piece.depth,
        state=ReceivableState(piece.state).value,
        parked=piece.parking is not None,
        drawn=Total.of(piece.drawn_principal + piece.drawn_interest + piece.drawn_recovered, currency),
        children=[_node(currency, child, people) for child in tree.children],
    )


def list_participants(session: Session, services: Services, page: PageRequest) -> AuditParticipants:
    """All participants of the chain, contracts among them, by account."""
    rows, following = fetch(session, select(Participant), [Participant.account], page)
    people = parties(session, {row.account for row in rows})
    return AuditParticipants(
        items=[
            AuditParticipant(
                account=row.account,
                key=row.key,
                name=people[row.account].name,
                roles=[role.name.lower() for role in Role if role.name and row.roles & role],
                status=ParticipantStatus(row.status).name.lower(),
                legal_entity_hash=row.legal_entity_hash,
                last_block=row.last_block_number,
            )
            for row in rows
        ],
        next=following,
        **services.as_of(session),
    )


def list_deals(session: Session, services: Services, page: PageRequest) -> AuditDeals:
    """All deals, newest first."""
    rows, following = fetch(session, select(Deal), [Deal.block_number, Deal.log_index], page)
    people = parties(session, {row.supplier for row in rows} | {row.financier for row in rows})
    return AuditDeals(
        items=[
            AuditDeal(
                quote_hash=row.quote_hash,
                payable_id=row.payable_id,
                receivable_id=row.receivable_id,
                delivered_id=row.delivered_id,
                supplier=people[row.supplier],
                financier=people[row.financier],
                value=Money(row.value, currency_of(services.deployments, row.deposit_token)),
                proceeds=Money(row.proceeds, currency_of(services.deployments, row.deposit_token)),
                discount=Money(row.discount, currency_of(services.deployments, row.deposit_token)),
                value_date=from_day(row.value_date),
                recourse=row.recourse,
                block=row.block_number,
            )
            for row in rows
        ],
        next=following,
        **services.as_of(session),
    )


def list_events(session: Session, services: Services, page: PageRequest) -> AuditEvents:
    """All events of the network's contracts, newest first."""
    rows, following = fetch(session, select(ChainEvent), [ChainEvent.block_number, ChainEvent.log_index], page)
    blocks = session.execute(
        select(ChainBlock.hash, ChainBlock.timestamp).where(ChainBlock.hash.in_({row.block_hash for row in rows}))
    )
    timestamps = {row.hash: row.timestamp for row in blocks}
    return AuditEvents(
        items=[
            AuditEvent(
                block=row.block_number,
                block_hash=row.block_hash,
                log_index=row.log_index,
                tx=row.tx_hash,
                contract=row.contract,
                name=row.name,
                business=row.business,
                args=row.args,
                at=datetime.fromtimestamp(timestamps[row.block_hash], UTC),
            )
            for row in rows
        ],
        next=following,
        **services.as_of(session),
    )
