"""Mirrors of the contracts' enums. Stored as their numbers, which the chain uses too; a test compares the order."""

from enum import IntEnum, IntFlag, StrEnum


class ParticipantStatus(IntEnum):
    """Same order as `enum ParticipantStatus` in contracts/src/types/Types.sol; None (0) has no row."""

    ACTIVE = 1
    SUSPENDED = 2


class PayableState(IntEnum):
    """Same order as `enum PayableState` in contracts/src/types/Types.sol; None (0) has no row."""

    PROPOSED = 1
    CONFIRMED = 2
    SETTLED = 3


class Role(IntFlag):
    """Same bits as `library Roles` in contracts/src/types/Types.sol."""

    DEBTOR = 1
    SUPPLIER = 2
    FINANCIER = 4
    BANK = 8
    DEPOSIT_TOKEN = 16
    CONTRACT = 32


class MoveKind(StrEnum):
    """What happened to a receivable in one row of its history."""

    ISSUE = "issue"
    SPLIT = "split"
    TRANSFER = "transfer"
    DRAW = "draw"
