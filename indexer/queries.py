"""Small reads that every reader of the index needs. Who may see what is the reader's own rule."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from indexer.models import CashPosting, ChainBlock, Receivable


@dataclass(frozen=True, slots=True)
class LineageNode:
    """One receivable and what was split from it, oldest first."""

    receivable: Receivable
    children: tuple["LineageNode", ...]


def head(session: Session) -> ChainBlock | None:
    """The newest block in the index; every answer is as of it. None before the first."""
    return session.scalars(select(ChainBlock).order_by(ChainBlock.number.desc()).limit(1)).one_or_none()


def is_indexed(session: Session, block_hash: str) -> bool:
    """Whether the index holds this block, and so everything that it did."""
    return session.get(ChainBlock, block_hash) is not None


def cash_balance(session: Session, account: str, token: str) -> int:
    """Minor units of `token` that `account` holds."""
    statement = select(func.sum(CashPosting.amount)).where(CashPosting.account == account, CashPosting.token == token)
    return int(session.scalar(statement) or 0)


def lineage(session: Session, payable_id: str) -> LineageNode | None:
    """The receivables of a payable as the tree of their splits; None while it is not confirmed."""
    rows = session.scalars(
        select(Receivable).where(Receivable.payable_id == payable_id).order_by(Receivable.receivable_id)
    ).all()
    children: dict[str | None, list[Receivable]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    roots = children.get(None, [])
    # Deepest first, so that no tree is too deep for Python's stack.
    nodes: dict[str, LineageNode] = {}
    for row in sorted(rows, key=lambda r: -r.depth):
        below = children.get(row.receivable_id, [])
        nodes[row.receivable_id] = LineageNode(row, tuple(nodes[child.receivable_id] for child in below))
    return nodes[roots[0].receivable_id] if roots else None
