"""The indexer's tables, of two kinds: the chain log (append-only) and the projections folded from it."""

from indexer.models.base import Base, table_of
from indexer.models.enums import MoveKind, ParticipantStatus, PayableState, Role
from indexer.models.event_rows import Anchor, CashPosting, Deal, DepositCredit, Payment, Redemption
from indexer.models.folded import Participant, Payable, Receivable, ReceivableMove
from indexer.models.log import ChainBlock, ChainEvent, IndexIdentity, OrphanedBlock

FOLDED = (Participant, Payable, Receivable, ReceivableMove)
"""Rows that carry a subject: deleted and folded again when their subject loses events."""

EVENT_ROWS = (CashPosting, DepositCredit, Deal, Payment, Redemption, Anchor)
"""Rows of one event each: they come and vanish with the block of that event."""

__all__ = [
    "EVENT_ROWS",
    "FOLDED",
    "Anchor",
    "Base",
    "CashPosting",
    "ChainBlock",
    "ChainEvent",
    "Deal",
    "DepositCredit",
    "IndexIdentity",
    "MoveKind",
    "OrphanedBlock",
    "Participant",
    "ParticipantStatus",
    "Payable",
    "PayableState",
    "Payment",
    "Receivable",
    "ReceivableMove",
    "Redemption",
    "Role",
    "table_of",
]
