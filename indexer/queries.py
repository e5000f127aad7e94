"""Small reads that every reader of the index needs. Who may see what is the reader's own rule.

What time alone changes is asked with `now`: the newest block's timestamp (`head`), as the contracts had it.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from indexer.models import (
    CashPosting,
    ChainBlock,
    ChainEvent,
    DebtorBar,
    FreezeOrder,
    Hold,
    ProgrammeToken,
    Receivable,
    ReferenceRate,
    SetAsidePosting,
    TokenPause,
)
from node_adapter.db import chunks, once
from node_adapter.deployments import version_of as version_of_instance

VERSION_BITS = 24
"""Above these a programme's or an order's number says its version, less one: see `idsBefore` in Types.sol."""


@dataclass(frozen=True, slots=True)
class LineageNode:
    """One receivable and what was split from it, oldest first."""

    receivable: Receivable
    children: tuple["LineageNode", ...]


@dataclass(frozen=True, slots=True)
class SetAside:
    """Cash that waits in Settlement for who holds, or held, a receivable (I9)."""

    receivable_id: str
    holder: str
    deposit_token: str
    amount: int


def head(session: Session) -> ChainBlock | None:
    """The newest block in the index; every answer is as of it. None before the first."""
    newest = select(ChainBlock).order_by(ChainBlock.number.desc()).limit(1)
    return once(session, "head", lambda: session.scalars(newest).one_or_none())


def cash_balance(session: Session, account: str, token: str) -> int:
    """Minor units of `token` that `account` holds."""
    statement = select(func.sum(CashPosting.amount)).where(CashPosting.account == account, CashPosting.token == token)
    return int(session.scalar(statement) or 0)


def paused_tokens(session: Session) -> set[str]:
    """Deposit tokens that their banks stopped and have not resumed."""
    newer = aliased(TokenPause)
    superseded = exists().where(
        newer.token == TokenPause.token,
        or_(
            newer.block_number > TokenPause.block_number,
            and_(newer.block_number == TokenPause.block_number, newer.log_index > TokenPause.log_index),
        ),
    )
    return set(session.scalars(select(TokenPause.token).where(TokenPause.paused, ~superseded)))


def programme_tokens(session: Session, programme_ids: Collection[int] | None = None) -> dict[int, list[str]]:
    """The tokens that payments may come in, in the order published, by programme (of all, unless some are named)."""
    statement = select(ProgrammeToken.programme_id, ProgrammeToken.deposit_token)
    if programme_ids is not None:
        statement = statement.where(ProgrammeToken.programme_id.in_(programme_ids))
    tokens: dict[int, list[str]] = defaultdict(list)
    for programme_id, token in session.execute(
        statement.order_by(ProgrammeToken.block_number, ProgrammeToken.log_index)
    ):
        tokens[programme_id].append(token)
    return dict(tokens)


def reference_rates(session: Session) -> dict[str, ReferenceRate]:
    """The reference rate in force, by instance of Origination; nothing before the first (R-17)."""
    of_event = and_(ChainEvent.block_hash == ReferenceRate.block_hash, ChainEvent.log_index == ReferenceRate.log_index)
    rows = session.execute(
        select(ChainEvent.contract, ReferenceRate)
        .join(ChainEvent, of_event)
        .order_by(ReferenceRate.block_number, ReferenceRate.log_index)
    )
    return {row[0]: row[1] for row in rows}


def bars(session: Session) -> dict[tuple[str, str], int | None]:
    """The date before which a debtor confirms nothing (R-29b), by debtor and version's register."""
    rows = session.scalars(select(DebtorBar).order_by(DebtorBar.block_number, DebtorBar.log_index))
    return {(bar.debtor, bar.register): bar.until for bar in rows}


def version_of(session: Session, subject: str) -> int | None:
    """The version of the contracts that a payable (its id), a programme ("programme:7") or an order ("order:7") lives
    in, for good: that of the first event about it. None where there is none."""
    return versions_of(session, [subject]).get(subject)


def versions_of(session: Session, subjects: Collection[str]) -> dict[str, int]:
    """The version of each, as `version_of`; without those of which there is no event."""
    first = (ChainEvent.block_number, ChainEvent.log_index)
    place = func.row_number().over(partition_by=ChainEvent.subject, order_by=first).label("place")
    versions: dict[str, int] = {}
    for some in chunks(sorted(subjects)):
        events = select(ChainEvent.subject, ChainEvent.contract, place).where(ChainEvent.subject.in_(some)).subquery()
        found = session.execute(select(events.c.subject, events.c.contract).where(events.c.place == 1))
        versions |= {subject: version_of_instance(instance) for subject, instance in found}
    return versions


def live_order(now: int) -> ColumnElement[bool]:
    """A freeze order that neither time nor release has ended."""
    return and_(FreezeOrder.released.is_(False), FreezeOrder.until >= now)


def live_hold(now: int) -> ColumnElement[bool]:
    """A hold that takes something: not released, used up or expired, nor ended with its order (I10)."""
    ended = exists().where(FreezeOrder.order_id == Hold.order_id, FreezeOrder.released)
    return and_(Hold.released.is_(False), Hold.amount > 0, Hold.until >= now, ~ended)


def held_on(session: Session, receivable_ids: Collection[str] | Select[str] | None, now: int) -> dict[str, int]:
    """How much of each of these pieces (None: of all) live holds take; pieces without any are left out."""
    statement = select(Hold.receivable_id, func.sum(Hold.amount)).where(live_hold(now)).group_by(Hold.receivable_id)
    if receivable_ids is not None:
        statement = statement.where(Hold.receivable_id.in_(receivable_ids))
    return {receivable_id: int(amount) for receivable_id, amount in session.execute(statement)}


def set_aside_under(session: Session, order_id: int) -> int:
    """What is set aside under a live order, enforced amounts included.

    A hold that another of the sum took the place of is released, and counts for what was enforced of it.
    """
    return _set_aside_under(session, [order_id]).get(order_id, 0)


def _set_aside_under(session: Session, order_ids: Collection[int]) -> dict[int, int]:
    counted = Hold.enforced + case((Hold.released, 0), else_=Hold.amount)
    sums = select(Hold.order_id, func.sum(counted)).where(Hold.order_id.in_(order_ids)).group_by(Hold.order_id)
    return {order_id or 0: int(amount) for order_id, amount in session.execute(sums)}


def blocked(session: Session, holder: str, payable_id: str | None, now: int, *, version: int = 1) -> bool:
    """Whether nothing of what `holder` has of this payable moves: a live order is not served yet (R-23).

    Without a payable: whether that is so of all in this `version`, which a payable says itself.
    """
    if payable_id is not None:
        return payable_id in blocked_payables(session, holder, [payable_id], now)
    orders = _unserved(session, holder, now)
    return any(order.payable_id is None and _version_of_number(order.order_id) == version for order in orders)


def blocked_payables(session: Session, holder: str, payable_ids: Collection[str], now: int) -> set[str]:
    """Of which of these payables that is so."""
    unserved = _unserved(session, holder, now)
    named = {order.payable_id for order in unserved}
    everywhere = {_version_of_number(order.order_id) for order in unserved if order.payable_id is None}
    versions = versions_of(session, payable_ids) if everywhere else {}
    return {one for one in payable_ids if one in named or versions.get(one, 1) in everywhere}


def _version_of_number(number: int) -> int:
    return (number - 1 >> VERSION_BITS) + 1


def _unserved(session: Session, holder: str, now: int) -> list[FreezeOrder]:
    orders = session.scalars(select(FreezeOrder).where(FreezeOrder.holder == holder, live_order(now))).all()
    served = _set_aside_under(session, [order.order_id for order in orders]) if orders else {}
    return [order for order in orders if served.get(order.order_id, 0) < order.amount]


def set_aside(session: Session, holder: str | None = None) -> list[SetAside]:
    """Cash set aside, of one holder or of all."""
    key = (SetAsidePosting.receivable_id, SetAsidePosting.holder, SetAsidePosting.deposit_token)
    total = func.sum(SetAsidePosting.amount)
    statement = select(*key, total).group_by(*key).having(total != 0).order_by(*key)
    if holder is not None:
        statement = statement.where(SetAsidePosting.holder == holder)
    return [SetAside(piece, whose, token, int(amount)) for piece, whose, token, amount in session.execute(statement)]


def lineage(session: Session, payable_id: str) -> LineageNode | None:
    """The receivables of a payable as the tree of their splits; None while it is not confirmed."""
    rows = session.scalars(
        select(Receivable).where(Receivable.payable_id == payable_id).order_by(Receivable.receivable_id)
    ).all()
    children: dict[str | None, list[Receivable]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    roots = children.get(None, [])
    # Newest first, so that children are there before their parents, and no tree is too deep for Python's stack.
    nodes: dict[str, LineageNode] = {}
    for row in reversed(rows):
        below = children.get(row.receivable_id, [])
        nodes[row.receivable_id] = LineageNode(row, tuple(nodes[child.receivable_id] for child in below))
    return nodes[roots[0].receivable_id] if roots else None
