"""What handlers of several contracts do alike. Nothing is registered here."""

from typing import Any

from indexer.errors import ProjectionDiverged
from indexer.events import Event
from indexer.fold import Fold, Row, where
from indexer.models import MoveKind, Payable, PayableState, Receivable, ReceivableMove, ReceivableState


def or_none(value: Any) -> Any:
    """The chain says none by a zero: a hash, an address, an id (text) or a number."""
    zero = value == 0 if isinstance(value, int) else not value.removeprefix("0x").strip("0")
    return None if zero else value


def agree(event: Event, what: str, ours: Any, chains: Any) -> None:
    """Raises ProjectionDiverged where an event contradicts the rows so far."""
    if ours != chains:
        raise ProjectionDiverged(f"{where(event)}: {what} of {event.subject} is {ours} here and {chains} on the chain")


def payable_in(fold: Fold, event: Event, *expected: PayableState) -> Row:
    """The event's payable, which must be in one of these states."""
    payable = fold.step(Payable, event.subject, event)
    if payable["state"] not in expected:
        names = " or ".join(state.name for state in expected)
        raise ProjectionDiverged(f"{where(event)}: {event.subject} is in state {payable['state']} and not {names}")
    return payable


def live_piece(fold: Fold, event: Event, receivable_id: str) -> Row:
    """A receivable of the event's payable that is on the chain."""
    piece = fold.step(Receivable, receivable_id, event)
    agree(event, f"state of {receivable_id}", piece["state"], ReceivableState.LIVE.value)
    return piece


def move(fold: Fold, event: Event, piece: Row, kind: MoveKind, *, frm: str | None, to: str | None, value: int) -> None:
    """A row of the piece's history; `piece` as it is after the event."""
    fold.append(
        ReceivableMove,
        event,
        receivable_id=piece["receivable_id"],
        payable_id=piece["payable_id"],
        parent_id=piece["parent_id"],
        kind=kind.value,
        from_account=frm,
        to_account=to,
        value=value,
        endorser=piece["endorser"],
    )


def value_of(piece: Row) -> int:
    """Face value of the piece's interval."""
    value: int = piece["end"] - piece["start"]
    return value
