"""Anchors events → `anchor`."""

from indexer.events import Event
from indexer.fold import Fold
from indexer.models import Anchor
from indexer.registry import handles


@handles("Anchors", "Anchored", subject="author", folds=False)
def on_anchored(fold: Fold, event: Event) -> None:
    fold.append(Anchor, event, **event.args)
