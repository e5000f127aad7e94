"""The indexer's tables, of two kinds: the chain log (append-only) and the projections folded from it."""

from indexer.models.base import Base, subject_column, table_of
from indexer.models.disclosed import DisclosedInvoice, DisclosedParticipant, DisclosedText
from indexer.models.enums import (
    HoldKind,
    MoveKind,
    ParkingKind,
    ParticipantStatus,
    PayableState,
    PayOutState,
    ReceivableState,
    Role,
    SkipReason,
)
from indexer.models.event_rows import (
    Anchor,
    CashPosting,
    DealFee,
    DebtorBar,
    DepositCredit,
    ProgrammeToken,
    QuoteCancellation,
    RecourseClaim,
    Redemption,
    RedemptionSkip,
    ReferenceRate,
    SetAsidePosting,
    Succession,
    TokenPause,
)
from indexer.models.folded import (
    Dishonour,
    FreezeOrder,
    Hold,
    Participant,
    Payable,
    PayOut,
    Programme,
    Receivable,
)
from indexer.models.folded_events import (
    CreditNote,
    Deal,
    Draw,
    HoldEnforcement,
    Payment,
    ReceivableMove,
    Recovery,
    Repurchase,
)
from indexer.models.log import ChainBlock, ChainEvent, IndexIdentity, JournalCheckpoint, OrphanedBlock
from indexer.models.past import pasts
from indexer.models.roots import StateLeaf, StateRoot
from indexer.models.tokens import DepositToken

STATES = (Participant, Programme, Payable, Receivable, Hold, FreezeOrder, Dishonour, PayOut)
"""Rows that events step."""

PAST = pasts(STATES)
"""How each of them was before it changed: tables without a class of their own."""

HISTORIES = (
    ReceivableMove,
    Deal,
    CreditNote,
    Payment,
    Draw,
    Recovery,
    Repurchase,
    HoldEnforcement,
)
"""Rows of one event each whose handlers read or step states."""

FOLDED = (*STATES, *HISTORIES)
"""Rows that carry a subject: deleted and folded again when their subject loses events."""

DISCLOSED = (DisclosedParticipant, DisclosedInvoice, DisclosedText)
"""What the chain does not say."""

EVENT_ROWS = (
    CashPosting,
    DebtorBar,
    Succession,
    DepositCredit,
    TokenPause,
    ProgrammeToken,
    ReferenceRate,
    DealFee,
    QuoteCancellation,
    Redemption,
    SetAsidePosting,
    RedemptionSkip,
    RecourseClaim,
    Anchor,
)
"""Rows of one event each: they come and vanish with the block of that event."""

__all__ = [
    "DISCLOSED",
    "EVENT_ROWS",
    "FOLDED",
    "HISTORIES",
    "PAST",
    "STATES",
    "Anchor",
    "Base",
    "CashPosting",
    "ChainBlock",
    "ChainEvent",
    "CreditNote",
    "Deal",
    "DealFee",
    "DebtorBar",
    "DepositCredit",
    "DepositToken",
    "DisclosedInvoice",
    "DisclosedParticipant",
    "DisclosedText",
    "Dishonour",
    "Draw",
    "FreezeOrder",
    "Hold",
    "HoldEnforcement",
    "HoldKind",
    "IndexIdentity",
    "JournalCheckpoint",
    "MoveKind",
    "OrphanedBlock",
    "ParkingKind",
    "Participant",
    "ParticipantStatus",
    "PayOut",
    "PayOutState",
    "Payable",
    "PayableState",
    "Payment",
    "Programme",
    "ProgrammeToken",
    "QuoteCancellation",
    "Receivable",
    "ReceivableMove",
    "ReceivableState",
    "RecourseClaim",
    "Recovery",
    "Redemption",
    "RedemptionSkip",
    "ReferenceRate",
    "Repurchase",
    "Role",
    "SetAsidePosting",
    "SkipReason",
    "StateLeaf",
    "StateRoot",
    "Succession",
    "TokenPause",
    "subject_column",
    "table_of",
]
