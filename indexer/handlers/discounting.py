"""Discounting events → `deal`, `deal_fee`, `quote_cancellation`. The receivable moves by Receivables' own event."""

from indexer.events import Event
from indexer.fold import Fold
from indexer.handlers.steps import live_piece, or_none
from indexer.models import Deal, DealFee, QuoteCancellation, Receivable
from indexer.registry import handles


@handles("Discounting", "QuoteAccepted", subject="payable_id", reads={Receivable: "delivered_id"})
def on_quote_accepted(fold: Fold, event: Event) -> None:
    """What was delivered against cash cannot be refused (I6)."""
    args = event.args
    live_piece(fold, event, args["delivered_id"])["refusable"] = False
    registration = or_none(args["registration_hash"])
    fold.append(Deal, event, payable_id=event.subject, **{**args, "registration_hash": registration})


@handles("Discounting", "FeePaid", subject="quote_hash", folds=False)
def on_fee_paid(fold: Fold, event: Event) -> None:
    args = event.args
    columns = {name: args[name] for name in ("quote_hash", "deposit_token", "amount")}
    fold.append(DealFee, event, **columns, to_account=args["to"])


@handles("Discounting", "QuoteCancelled", subject="financier", folds=False)
def on_quote_cancelled(fold: Fold, event: Event) -> None:
    fold.append(QuoteCancellation, event, **event.args)
