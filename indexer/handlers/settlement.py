"""Settlement events → payments, draws, and what became of them. Subject: the payable.

Principal and the end of a piece follow Receivables' own events; late interest, recovery and what pieces drew are here.
"""

from indexer.events import Event
from indexer.fold import Fold
from indexer.handlers.steps import agree, live_piece, move, payable_in
from indexer.models import (
    Draw,
    MoveKind,
    Payable,
    PayableState,
    Payment,
    Receivable,
    ReceivableState,
    RecourseClaim,
    Recovery,
    Redemption,
    RedemptionSkip,
    Repurchase,
    SetAsidePosting,
)
from indexer.registry import handles


@handles("Settlement", "PaymentReceived", subject="payable_id", reads={Payable: "payable_id"})
def on_payment_received(fold: Fold, event: Event) -> None:
    fold.step(Payable, event.subject, event)["interest_paid"] += event.args["interest"]
    fold.append(Payment, event, **event.args)


@handles("Settlement", "ReceivableDrawn", subject="payable_id", reads={Receivable: "receivable_id"})
def on_receivable_drawn(fold: Fold, event: Event) -> None:
    args = event.args
    piece = fold.step(Receivable, args["receivable_id"], event)
    state = ReceivableState.REDEEMED if args["redeemed"] else ReceivableState.LIVE
    agree(event, "state of the piece", piece["state"], state.value)
    agree(event, "holder", piece["holder"], args["holder"])
    shares = {name: args[name] for name in ("principal", "interest", "recovered")}
    for name, amount in shares.items():
        piece[f"drawn_{name}"] += amount
    fold.append(Draw, event, payable_id=event.subject, **args)
    move(fold, event, piece, MoveKind.DRAW, frm=args["holder"], to=None, value=sum(shares.values()))


@handles("Settlement", "HolderRedeemed", subject="payable_id", folds=False)
def on_holder_redeemed(fold: Fold, event: Event) -> None:
    fold.append(Redemption, event, payable_id=event.subject, **event.args)


@handles("Settlement", "RedemptionSkipped", subject="payable_id", folds=False)
def on_redemption_skipped(fold: Fold, event: Event) -> None:
    fold.append(RedemptionSkip, event, payable_id=event.subject, **event.args)


@handles("Settlement", "CashSetAside", subject="payable_id", folds=False)
def on_cash_set_aside(fold: Fold, event: Event) -> None:
    _post(fold, event, event.args["amount"], to=None)


@handles("Settlement", "SetAsideReleased", subject="payable_id", folds=False)
def on_set_aside_released(fold: Fold, event: Event) -> None:
    _post(fold, event, -event.args["amount"], to=event.args["holder"])


@handles("Settlement", "SetAsideEnforced", subject="payable_id", folds=False)
def on_set_aside_enforced(fold: Fold, event: Event) -> None:
    _post(fold, event, -event.args["amount"], to=event.args["to"])


@handles("Settlement", "RecourseClaimed", subject="payable_id", folds=False)
def on_recourse_claimed(fold: Fold, event: Event) -> None:
    fold.append(RecourseClaim, event, payable_id=event.subject, **event.args)


@handles("Settlement", "ReceivableRepurchased", subject="payable_id", reads={Receivable: "receivable_id"})
def on_receivable_repurchased(fold: Fold, event: Event) -> None:
    args = event.args
    piece = live_piece(fold, event, args["receivable_id"])
    agree(event, "holder", piece["holder"], args["endorser"])
    piece["refusable"] = False
    fold.append(Repurchase, event, payable_id=event.subject, **args)
    value = piece["end"] - piece["start"]
    move(fold, event, piece, MoveKind.REPURCHASE, frm=args["holder"], to=args["endorser"], value=value)


@handles("Settlement", "RecoveryReceived", subject="payable_id", reads={Payable: "payable_id"})
def on_recovery_received(fold: Fold, event: Event) -> None:
    payable_in(fold, event, PayableState.WRITTEN_OFF)["recovered"] += event.args["amount"]
    fold.append(Recovery, event, **event.args)


@handles("Settlement", "LateInterestGivenUp", subject="payable_id", folds=False)
def on_late_interest_given_up(_fold: Fold, _event: Event) -> None:
    """No row: what is owed no more is never computed again, and the event itself is kept."""


@handles("Settlement", "RecoveryClosed", subject="payable_id", reads={Payable: "payable_id"})
def on_recovery_closed(fold: Fold, event: Event) -> None:
    payable = payable_in(fold, event, PayableState.WRITTEN_OFF)
    agree(event, "recovered", payable["recovered"], event.args["recovered"])
    payable["recovery_closed"] = True


def _post(fold: Fold, event: Event, amount: int, *, to: str | None) -> None:
    columns = {name: event.args[name] for name in ("receivable_id", "holder", "deposit_token")}
    fold.append(SetAsidePosting, event, payable_id=event.subject, **columns, amount=amount, to_account=to)
