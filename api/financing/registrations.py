"""Registrations of assignments in the outside registry (R-11): kept here, anchored in the financier's name."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import texts
from api.context import CommandContext, Prepared, Services
from api.financing.schemas import AssignmentRegister
from api.identity.actor import Actor, Role
from api.operations.schemas import OperationRead
from node_adapter.ids import ascii_word
from node_adapter.outbox.commands import Call
from node_adapter.outbox.models import Operation, OperationState

ANCHOR_KIND = "registration"
KIND = "registration.anchor"
LISTED_MAX = 50


@dataclass(frozen=True, slots=True)
class Registration:
    """One on record, or on its way there: its hash, and what was registered."""

    registration_hash: str
    text: str


def register(context: CommandContext, body: AssignmentRegister) -> OperationRead:
    """The financier puts what it registered on record; the operation's resource is the hash that its quote names."""
    context.actor.must_be(Role.FINANCIER)

    def prepare(request_hash: str) -> Prepared:
        text = context.kept(body.registration)
        command = context.command(
            request_hash,
            kind=KIND,
            resource=("registration", text.text_hash),
            subject=text.text_hash,
            call=Call("Anchors", "anchor", [text.text_hash, ascii_word(ANCHOR_KIND)]),
            sender=context.key(),
        )
        return Prepared(command, lambda session, _operation: session.add(text))

    return context.once("register", body, prepare)


def list_own(session: Session, services: Services, actor: Actor) -> list[Registration]:
    """The actor's own, the newest first, at most LISTED_MAX; those that were refused are left out."""
    rows = session.scalars(
        select(Operation)
        .where(
            Operation.organisation == actor.organisation_id,
            Operation.kind == KIND,
            Operation.state != OperationState.FAILED,
        )
        .order_by(Operation.sequence.desc())
        .limit(LISTED_MAX)
    )
    hashes = [str(row.resource["id"]) for row in rows if row.resource is not None]
    kept = texts.read(session, services.master_key, set(hashes))
    return [Registration(found, kept.get(found, "")) for found in hashes]
