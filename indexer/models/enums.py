"""Mirrors of the contracts' enums, stored as their numbers (a test compares the order), and words of our own."""

from enum import IntEnum, IntFlag, StrEnum


class ParticipantStatus(IntEnum):
    """Same order as `enum ParticipantStatus` in contracts/src/types/Types.sol; None (0) has no row. So all here."""

    ACTIVE = 1
    SUSPENDED = 2
    CLOSED = 3


class PayableState(IntEnum):
    PROPOSED = 1
    CONFIRMED = 2
    SETTLED = 3
    DISPUTED = 4
    DECLINED = 5
    CANCELLED = 6
    WRITTEN_OFF = 7


class ParkingKind(IntEnum):
    """Why a piece came back to its debtor."""

    EXTINGUISHED = 0
    DILUTED = 1


class HoldKind(IntEnum):
    FREEZE = 1
    DISPUTE = 2
    PLEDGE = 3
    DELIVERY = 4


class SkipReason(IntEnum):
    """Why a batch of redemptions passed a piece by."""

    NOT_FOUND = 0
    NOTHING_DUE = 1
    TOKEN_PAUSED = 2


class Role(IntFlag):
    """Same bits as `library Roles` in contracts/src/types/Types.sol."""

    DEBTOR = 1
    SUPPLIER = 2
    FINANCIER = 4
    BANK = 8
    DEPOSIT_TOKEN = 16
    CONTRACT = 32


class ReceivableState(StrEnum):
    """Whether a piece is there. Only a live one is on the chain; the others keep their last words here."""

    LIVE = "live"
    REDEEMED = "redeemed"
    MERGED = "merged"
    CANCELLED = "cancelled"


class MoveKind(StrEnum):
    """What happened to a receivable in one row of its history.

    Refuse, park and repurchase say why: they follow the row of the split or transfer itself, and repeat its ends.
    """

    ISSUE = "issue"
    SPLIT = "split"
    TRANSFER = "transfer"
    MERGE = "merge"
    REFUSE = "refuse"
    PARK = "park"
    DRAW = "draw"
    REDEEM = "redeem"
    REPURCHASE = "repurchase"
    CANCEL = "cancel"


class PayOutState(StrEnum):
    """Where a holder's request for money at its bank stands."""

    REQUESTED = "requested"
    COMPLETED = "completed"
    REFUSED = "refused"
