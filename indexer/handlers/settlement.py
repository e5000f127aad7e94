"""Settlement events → `payment`, `redemption`. Payables and receivables follow Receivables' own events."""

from indexer.events import Event
from indexer.fold import Fold
from indexer.models import Payment, Redemption
from indexer.registry import handles


@handles("Settlement", "PaymentReceived", subject="payable_id", folds=False)
def on_payment_received(fold: Fold, event: Event) -> None:
    fold.append(Payment, event, **event.args)


@handles("Settlement", "HolderRedeemed", subject="payable_id", folds=False)
def on_holder_redeemed(fold: Fold, event: Event) -> None:
    fold.append(Redemption, event, payable_id=event.subject, **event.args)
