"""Participants events → `participant`. Subject: the account."""

from indexer.errors import ProjectionDiverged
from indexer.events import Event
from indexer.fold import Fold, Row, where
from indexer.handlers.steps import agree
from indexer.models import Participant, ParticipantStatus
from indexer.registry import handles

ACTIVE, SUSPENDED, CLOSED = ParticipantStatus.ACTIVE, ParticipantStatus.SUSPENDED, ParticipantStatus.CLOSED


@handles("Participants", "ParticipantAdmitted", subject="account")
def on_participant_admitted(fold: Fold, event: Event) -> None:
    fold.create(
        Participant,
        event.args["account"],
        event,
        **event.args,
        status=ACTIVE.value,
        reason_hash=None,
        key=event.args["account"],
        announced_key=None,
        key_effective_at=None,
    )


@handles("Participants", "ParticipantSuspended", subject="account", reads={Participant: "account"})
def on_participant_suspended(fold: Fold, event: Event) -> None:
    row = _turn(fold, event, {ACTIVE}, SUSPENDED)
    row["reason_hash"] = event.args["reason_hash"]


@handles("Participants", "ParticipantReinstated", subject="account", reads={Participant: "account"})
def on_participant_reinstated(fold: Fold, event: Event) -> None:
    row = _turn(fold, event, {SUSPENDED}, ACTIVE)
    row["reason_hash"] = None


@handles("Participants", "ParticipantClosed", subject="account", reads={Participant: "account"})
def on_participant_closed(fold: Fold, event: Event) -> None:
    row = _turn(fold, event, {ACTIVE, SUSPENDED}, CLOSED)
    row["reason_hash"] = event.args["reason_hash"]


@handles("Participants", "ParticipantReadmitted", subject="account", reads={Participant: "account"})
def on_participant_readmitted(fold: Fold, event: Event) -> None:
    row = _turn(fold, event, {CLOSED}, ACTIVE)
    row["reason_hash"] = None
    row["roles"] = event.args["roles"]
    row["legal_entity_hash"] = event.args["legal_entity_hash"]


@handles("Participants", "KeyRotationAnnounced", subject="account", reads={Participant: "account"})
def on_key_rotation_announced(fold: Fold, event: Event) -> None:
    row = fold.step(Participant, event.args["account"], event)
    row["announced_key"] = event.args["key"]
    row["key_effective_at"] = event.args["effective_at"]


@handles("Participants", "KeyRotationCancelled", subject="account", reads={Participant: "account"})
def on_key_rotation_cancelled(fold: Fold, event: Event) -> None:
    _take_announced(fold, event)


@handles("Participants", "KeyRotated", subject="account", reads={Participant: "account"})
def on_key_rotated(fold: Fold, event: Event) -> None:
    row = _take_announced(fold, event)
    agree(event, "key", row["key"], event.args["previous_key"])
    row["key"] = event.args["key"]


def _turn(fold: Fold, event: Event, expected: set[ParticipantStatus], new: ParticipantStatus) -> Row:
    row = fold.step(Participant, event.args["account"], event)
    if row["status"] not in expected:
        raise ProjectionDiverged(f"{where(event)}: {event.args['account']} has status {row['status']}")
    row["status"] = new.value
    return row


def _take_announced(fold: Fold, event: Event) -> Row:
    row = fold.step(Participant, event.args["account"], event)
    agree(event, "announced key", row["announced_key"], event.args["key"])
    row["announced_key"] = row["key_effective_at"] = None
    return row
