"""The tree of a payable's pieces."""

from sqlalchemy import select

from api.audit.schemas import Lineage, LineageNode, Move, amount_text
from api.audit.services import Reading
from api.errors import NotFound
from api.parties import Party
from api.schemas import Total
from indexer import queries
from indexer.models import DepositToken, Payable, ProgrammeToken, ReceivableMove, ReceivableState


def lineage(reading: Reading, payable_id: str) -> Lineage:
    """Every piece that ever was, in the order of their intervals, and each step of their history."""
    session = reading.session
    payable = session.get(Payable, payable_id)
    if payable is None:
        raise NotFound.of("payable", payable_id)
    currency = session.scalar(
        select(DepositToken.currency)
        .join(ProgrammeToken, ProgrammeToken.deposit_token == DepositToken.token)
        .where(ProgrammeToken.programme_id == payable.programme_id)
        .limit(1)
    )
    tree = queries.lineage(session, payable_id)
    telling = _Telling(reading, currency or "XXX", _holders(tree))
    moves = session.scalars(
        select(ReceivableMove)
        .where(ReceivableMove.payable_id == payable_id)
        .order_by(ReceivableMove.block_number, ReceivableMove.log_index)
    )
    return Lineage(
        payable_id=payable_id,
        face_value=telling.money(payable.face_value),
        root=None if tree is None else telling.node(tree),
        moves=[telling.move(move) for move in moves],
        **reading.as_of.model_dump(),
    )


def _holders(tree: queries.LineageNode | None) -> set[str]:
    if tree is None:
        return set()
    return {tree.receivable.holder}.union(*(_holders(child) for child in tree.children))


class _Telling:
    def __init__(self, reading: Reading, currency: str, holders: set[str]) -> None:
        self._currency = currency
        self._known = reading.names.organisations(reading.session, holders)

    def money(self, minor: int) -> Total:
        return Total(amount=amount_text(minor, self._currency), currency=self._currency)

    def node(self, tree: queries.LineageNode) -> LineageNode:
        """As deep as the contract's `maximumDepth`, at most 255."""
        piece = tree.receivable
        named = self._known.get(piece.holder)
        return LineageNode(
            receivable_id=piece.receivable_id,
            holder=Party(address=piece.holder, name=None if named is None else named.name),
            value=self.money(piece.end - piece.start),
            start=piece.start,
            end=piece.end,
            depth=piece.depth,
            tier=piece.depth + 1,
            state=ReceivableState(piece.state).value,
            merged_into=piece.merged_into,
            parked=piece.parking is not None,
            drawn=self.money(piece.drawn_principal + piece.drawn_interest + piece.drawn_recovered),
            children=[self.node(child) for child in tree.children],
        )

    def move(self, row: ReceivableMove) -> Move:
        return Move(
            kind=row.kind,
            receivable_id=row.receivable_id,
            from_account=row.from_account,
            to_account=row.to_account,
            value=self.money(row.value),
            block=row.block_number,
            log_index=row.log_index,
        )
