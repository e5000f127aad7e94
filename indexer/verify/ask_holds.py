"""Questions about holds and freeze orders."""

from collections import defaultdict
from collections.abc import Iterator

from indexer import queries
from indexer.models import FreezeOrder, Hold, HoldKind
from indexer.verify.question import ZERO_ADDRESS, Asker, Question
from node_adapter.words import payable_id, payable_of, receivable_id

_NO_HOLD = {
    "receivable_id": receivable_id(0),
    "kind": 0,
    "amount": 0,
    "beneficiary": ZERO_ADDRESS,
    "until": 0,
    "enforceable_from": 0,
    "order_id": 0,
}


def questions(asker: Asker) -> Iterator[Question]:
    yield from _holds(asker)
    yield from _orders(asker)


def _holds(asker: Asker) -> Iterator[Question]:
    released = {row.order_id for row in asker.rows(FreezeOrder) if row.released}
    recorded: dict[str, list[int]] = defaultdict(list)
    disputed: dict[str, int] = defaultdict(int)
    for row in asker.rows(Hold):
        there = not row.released and row.amount > 0
        recorded[row.receivable_id] += [row.hold_id] if there else []
        if row.kind == HoldKind.DISPUTE:
            disputed[row.payable_id] += row.amount if there else 0
        sql = {name: getattr(row, name) or empty for name, empty in _NO_HOLD.items()}
        shown = sql if there and row.order_id not in released else _NO_HOLD
        call = asker.call("Holds", "holdOf", row.hold_id, version=asker.version(row.payable_id))
        yield Question("hold", str(row.hold_id), call, shown)

    held = queries.held_on(asker.session, None, asker.now)
    for piece, hold_ids in recorded.items():
        version = asker.version(payable_of(piece))
        held_of, holds_on = (asker.call("Holds", view, piece, version=version) for view in ("heldOf", "holdsOn"))
        yield Question("held", piece, held_of, held.get(piece, 0), "held_of")
        yield Question("held", piece, holds_on, sorted(hold_ids), "holds_on", sorted)
    for debt, amount in disputed.items():
        call = asker.call("Holds", "disputedOf", debt, version=asker.version(debt))
        yield Question("disputed", debt, call, amount, "disputed_of")


def _orders(asker: Asker) -> Iterator[Question]:
    """What is set aside is asked of live orders only: of one that ended, holds are cleared away, and the sum stays."""
    for row in asker.rows(FreezeOrder):
        sql = {name: getattr(row, name) for name in ("holder", "amount", "until", "released")}
        sql["payable_id"] = row.payable_id or payable_id(0)
        if not row.released and row.until >= asker.now:
            sql["assigned"] = queries.set_aside_under(asker.session, row.order_id)
        key, version = str(row.order_id), asker.version(f"order:{row.order_id}")
        yield Question("freeze_order", key, asker.call("Holds", "orderOf", row.order_id, version=version), sql)
        blocked = queries.blocked(asker.session, row.holder, row.payable_id, asker.now, version=version)
        call = asker.call("Holds", "isBlocked", row.holder, row.payable_id or 0, version=version)
        yield Question("freeze_order", key, call, blocked, "is_blocked")
