"""Participants events → `participant`. Subject: the account."""

from indexer.errors import ProjectionDiverged
from indexer.events import Event
from indexer.fold import Fold, Row, where
from indexer.models import Participant, ParticipantStatus
from indexer.registry import handles


@handles("Participants", "ParticipantAdmitted", subject="account")
def on_participant_admitted(fold: Fold, event: Event) -> None:
    fold.create(
        Participant,
        event.args["account"],
        event,
        account=event.args["account"],
        roles=event.args["roles"],
        status=ParticipantStatus.ACTIVE.value,
        legal_entity_hash=event.args["legal_entity_hash"],
        reason_hash=None,
    )


@handles("Participants", "ParticipantSuspended", subject="account", reads={Participant: "account"})
def on_participant_suspended(fold: Fold, event: Event) -> None:
    row = _turn(fold, event, ParticipantStatus.ACTIVE, ParticipantStatus.SUSPENDED)
    row["reason_hash"] = event.args["reason_hash"]


@handles("Participants", "ParticipantReinstated", subject="account", reads={Participant: "account"})
def on_participant_reinstated(fold: Fold, event: Event) -> None:
    row = _turn(fold, event, ParticipantStatus.SUSPENDED, ParticipantStatus.ACTIVE)
    row["reason_hash"] = None


def _turn(fold: Fold, event: Event, expected: ParticipantStatus, new: ParticipantStatus) -> Row:
    row = fold.step(Participant, event.args["account"], event)
    if row["status"] != expected:
        raise ProjectionDiverged(f"{where(event)}: {event.args['account']} is {row['status']} and not {expected.value}")
    row["status"] = new.value
    return row
