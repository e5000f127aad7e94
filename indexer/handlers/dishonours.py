"""Dishonours events → `dishonour` (subject: the payable), `debtor_bar`."""

from indexer.events import Event
from indexer.fold import Fold
from indexer.handlers.steps import agree, or_none
from indexer.models import DebtorBar, Dishonour
from indexer.registry import handles


@handles("Dishonours", "DishonourRecorded", subject="payable_id")
def on_dishonour_recorded(fold: Fold, event: Event) -> None:
    fold.create(
        Dishonour,
        event.subject,
        event,
        **event.args,
        objection_hash=None,
        lifted=False,
        lift_reason_hash=None,
        recorded_at=event.timestamp,
    )


@handles("Dishonours", "DishonourObjected", subject="payable_id", reads={Dishonour: "payable_id"})
def on_dishonour_objected(fold: Fold, event: Event) -> None:
    fold.step(Dishonour, event.subject, event)["objection_hash"] = event.args["reason_hash"]


@handles("Dishonours", "DishonourLifted", subject="payable_id", reads={Dishonour: "payable_id"})
def on_dishonour_lifted(fold: Fold, event: Event) -> None:
    row = fold.step(Dishonour, event.subject, event)
    agree(event, "lifted", row["lifted"], False)
    row["lifted"] = True
    row["lift_reason_hash"] = event.args["reason_hash"]


@handles("Dishonours", "DebtorBarredUntil", subject="debtor", folds=False)
def on_debtor_barred_until(fold: Fold, event: Event) -> None:
    until = or_none(event.args["until"])
    fold.append(DebtorBar, event, register=event.address, debtor=event.args["debtor"], until=until)
