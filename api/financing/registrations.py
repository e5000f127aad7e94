"""Registrations of assignments in the outside registry (R-11): kept here, anchored in the financier's name."""

from api.context import CommandContext, Prepared
from api.financing.schemas import AssignmentRegister
from api.identity.actor import Role
from api.operations.schemas import OperationRead
from node_adapter.ids import ascii_word
from node_adapter.outbox.commands import Call

ANCHOR_KIND = "registration"


def register(context: CommandContext, body: AssignmentRegister) -> OperationRead:
    """The financier puts what it registered on record; the operation's resource is the hash that its quote names."""
    context.actor.must_be(Role.FINANCIER)

    def prepare(request_hash: str) -> Prepared:
        text = context.kept(body.registration)
        command = context.command(
            request_hash,
            kind="registration.anchor",
            resource=("registration", text.text_hash),
            subject=text.text_hash,
            call=Call("Anchors", "anchor", [text.text_hash, ascii_word(ANCHOR_KIND)]),
            sender=context.key(),
        )
        return Prepared(command, lambda session, _operation: session.add(text))

    return context.once("register", body, prepare)
