"""Discounting events → `deal`. The receivable itself moves by Receivables' own event."""

from indexer.events import Event
from indexer.fold import Fold
from indexer.models import Deal
from indexer.registry import handles


@handles("Discounting", "QuoteAccepted", subject="payable_id", folds=False)
def on_quote_accepted(fold: Fold, event: Event) -> None:
    fold.append(Deal, event, payable_id=event.subject, **event.args)
