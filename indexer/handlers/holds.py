"""Holds events → `freeze_order` (subject: the order), `hold` and `hold_enforcement` (subject: the payable).

Nothing says that a hold expired, or ended with its order: readers ask for `queries.live_hold`.
"""

from indexer.events import Event
from indexer.fold import Fold, Row
from indexer.handlers.steps import agree, live_piece, or_none
from indexer.models import FreezeOrder, Hold, HoldEnforcement, Receivable
from indexer.registry import handles

ORDER = "order:{order_id}"


@handles("Holds", "FreezeOrdered", subject=ORDER)
def on_freeze_ordered(fold: Fold, event: Event) -> None:
    fold.create(
        FreezeOrder,
        event.args["order_id"],
        event,
        **{**event.args, "payable_id": or_none(event.args["payable_id"])},
        released=False,
        release_reason_hash=None,
        ordered_at=event.timestamp,
    )


@handles("Holds", "FreezeReleased", subject=ORDER, reads={FreezeOrder: "order_id"})
def on_freeze_released(fold: Fold, event: Event) -> None:
    order = fold.step(FreezeOrder, event.args["order_id"], event)
    agree(event, "released", order["released"], False)
    order["released"] = True
    order["release_reason_hash"] = or_none(event.args["reason_hash"])


@handles("Holds", "HoldPlaced", subject="payable_id", reads={Receivable: "receivable_id"})
def on_hold_placed(fold: Fold, event: Event) -> None:
    """A piece that is held cannot be refused any more. It may be redeemed already: then its cash is held."""
    args = event.args
    fold.step(Receivable, args["receivable_id"], event)["refusable"] = False
    absent = {name: or_none(args[name]) for name in ("beneficiary", "enforceable_from", "order_id", "document_hash")}
    fold.create(
        Hold,
        args["hold_id"],
        event,
        **{**args, **absent},
        payable_id=event.subject,
        enforced=0,
        released=False,
        placed_at=event.timestamp,
    )


@handles("Holds", "HoldReleased", subject="payable_id", reads={Hold: "hold_id"})
def on_hold_released(fold: Fold, event: Event) -> None:
    _open_hold(fold, event)["released"] = True


@handles("Holds", "HoldEnforced", subject="payable_id", reads={Hold: "hold_id", Receivable: "moved_id"})
def on_hold_enforced(fold: Fold, event: Event) -> None:
    args = event.args
    hold = _open_hold(fold, event)
    agree(event, "receivable", hold["receivable_id"], args["receivable_id"])
    hold["amount"] -= args["amount"]
    hold["enforced"] += args["amount"]
    moved_id = or_none(args["moved_id"])
    if moved_id is not None:
        live_piece(fold, event, moved_id)["refusable"] = False
    fold.append(
        HoldEnforcement,
        event,
        payable_id=event.subject,
        hold_id=args["hold_id"],
        receivable_id=args["receivable_id"],
        to_account=args["to"],
        amount=args["amount"],
        moved_id=moved_id,
    )


def _open_hold(fold: Fold, event: Event) -> Row:
    hold = fold.step(Hold, event.args["hold_id"], event)
    agree(event, "released", hold["released"], False)
    return hold
