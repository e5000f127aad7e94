"""One module per contract. Importing this package registers them all."""

from indexer.handlers import (
    anchors,
    deposit_token,
    discounting,
    dishonours,
    holds,
    origination,
    participants,
    receivables,
    settlement,
)

__all__ = [
    "anchors",
    "deposit_token",
    "discounting",
    "dishonours",
    "holds",
    "origination",
    "participants",
    "receivables",
    "settlement",
]
