"""A new key for an organisation: one person of the operator prepares, another approves, and only then does the chain
hear of it; there it waits in public, for its owner to stop or, with the new key, to complete.

Of an operation that the old key signs, or is to sign, and that is not mined when the new key takes over, the chain
refuses it by name (`ParticipantKeyRetired`, or `SignatureInvalid` for a message): it fails, and nothing is done with
the new key in its place. It is given anew.
"""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from api.context import CommandContext, Prepared, Services
from api.errors import ApiError, NotFound, NotYours, StateForbids
from api.identity.actor import Actor, Role
from api.key_rotations.models import KeyRotation
from api.key_rotations.schemas import KeyRotationPrepare, KeyRotationRead, KeyRotations, State
from api.operations.schemas import OperationRead
from api.pagination import PageRequest, fetch
from api.parties import parties
from api.reading import newest_block
from api.schemas import NoBody
from indexer.models import ChainEvent, Participant
from node_adapter.outbox.commands import Call, Command
from node_adapter.outbox.models import Operation, OperationState
from node_adapter.words import checksum_address, from_hex

APPROVAL_LIFE_S = 7 * 86_400
"""What nobody approved by then is prepared anew: who approves must know why it is asked."""
_ENDS: dict[str, State] = {
    "KeyRotated": "completed",
    "KeyRotationCancelled": "cancelled",
    "KeyRotationAnnounced": "cancelled",  # another key took its place
}


class SecondPersonRequired(ApiError):
    """Who prepares never approves."""

    status = HTTPStatus.FORBIDDEN


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The operator's people see all, an organisation those of its own key."""
    return true() if actor.role == Role.OPERATOR else KeyRotation.account == actor.address


def get(session: Session, actor: Actor, rotation_id: str) -> KeyRotation:
    """One that the actor may see; NotFound otherwise."""
    row = session.scalar(select(KeyRotation).where(KeyRotation.id == rotation_id, visible_to(actor)))
    if row is None:
        raise NotFound.of("key rotation", rotation_id)
    return row


def prepare(context: CommandContext, account: str, body: KeyRotationPrepare) -> OperationRead:
    """Nothing goes on chain yet, and what the chain would refuse is refused now."""
    context.actor.must_be(Role.OPERATOR)
    return context.once(
        f"prepare rotation {account}", body, lambda request_hash: _preparation(context, account, body, request_hash)
    )


def _preparation(context: CommandContext, account: str, body: KeyRotationPrepare, request_hash: str) -> Prepared:
    account = checksum_address(from_hex(account))
    if context.session.get(Participant, account) is None:
        raise NotFound.of("participant", account)
    row = KeyRotation(
        id=str(uuid.uuid4()),
        account=account,
        key=body.key,
        prepared_by=context.actor.login,
        prepared_at=context.now(),
    )
    context.outbox.simulate(_announcement(context, row, request_hash).command)
    return Prepared(_record(context, row, request_hash, "prepare"), lambda session, _operation: session.add(row))


def approve(context: CommandContext, rotation_id: str) -> OperationRead:
    """Another person of the operator than who prepared it."""
    context.actor.must_be(Role.OPERATOR)

    def approval(request_hash: str) -> Prepared:
        row = get(context.session, context.actor, rotation_id)
        if row.prepared_by == context.actor.login:
            raise SecondPersonRequired(
                f"{row.prepared_by} prepared it; another person of the operator approves it",
                prepared_by=row.prepared_by,
            )
        _require(context, row, "prepared")
        return _announcement(context, row, request_hash)

    return context.once(f"approve rotation {rotation_id}", NoBody(), approval)


def _announcement(context: CommandContext, row: KeyRotation, request_hash: str) -> Prepared:
    rotation_id, login, now = row.id, context.actor.login, context.now()

    def record(session: Session, operation: Operation) -> None:
        stored = session.get_one(KeyRotation, rotation_id, with_for_update=True)
        if stored.approved_by is not None or stored.dropped_by is not None:
            raise StateForbids("it was approved or called off meanwhile")
        stored.approved_by, stored.approved_at, stored.operation_id = login, now, operation.id

    return Prepared(
        _call(context, row, request_hash, "announceRotation", [row.account, row.key], context.key()), record
    )


def cancel(context: CommandContext, rotation_id: str) -> OperationRead:
    """Before its approval it is dropped here; on the chain the operator or the organisation's present key ends it."""

    def cancellation(request_hash: str) -> Prepared:
        row = get(context.session, context.actor, rotation_id)
        by_operator = context.actor.role == Role.OPERATOR
        if by_operator and _state(context.session, row)[0] == "prepared":
            return _drop(context, row, request_hash)
        _require(context, row, "announced")
        return Prepared(_call(context, row, request_hash, "cancelRotation", [row.account], context.key()))

    return context.once(f"cancel rotation {rotation_id}", NoBody(), cancellation)


def _drop(context: CommandContext, row: KeyRotation, request_hash: str) -> Prepared:
    rotation_id, login = row.id, context.actor.login

    def record(session: Session, _operation: Operation) -> None:
        stored = session.get_one(KeyRotation, rotation_id, with_for_update=True)
        if stored.approved_by is not None:
            raise StateForbids("it was approved meanwhile; cancel it once it is announced")
        stored.dropped_by = login

    return Prepared(_record(context, row, request_hash, "drop"), record)


def complete(context: CommandContext, rotation_id: str) -> OperationRead:
    """Signed by the new key: the server's keystore where it has it, else the organisation's wallet."""

    def completion(request_hash: str) -> Prepared:
        row = get(context.session, context.actor, rotation_id)
        if row.account != context.actor.address:
            raise NotYours("the organisation itself completes it, with its new key")
        _require(context, row, "announced")
        return Prepared(_call(context, row, request_hash, "completeRotation", [row.account], row.key))

    return context.once(f"complete rotation {rotation_id}", NoBody(), completion)


def _require(context: CommandContext, row: KeyRotation, wanted: State) -> None:
    state, _ = _state(context.session, row)
    if state != wanted:
        raise StateForbids(f"the change of key is {state}, and must be {wanted} for this", state=state, required=wanted)


def _call(
    context: CommandContext, row: KeyRotation, request_hash: str, function: str, arguments: list[object], sender: str
) -> Command:
    return context.command(
        request_hash,
        kind=f"key_rotation.{function.removesuffix('Rotation')}",
        resource=("key_rotation", row.id),
        subject=row.account,
        call=Call("Participants", function, arguments),
        sender=sender,
    )


def _record(context: CommandContext, row: KeyRotation, request_hash: str, act: str) -> Command:
    """Of something that does not go on chain."""
    resource = ("key_rotation", row.id)
    kind = f"key_rotation.{act}"
    return context.command(request_hash, kind=kind, resource=resource, subject=None, call=None, sender=None)


def _state(session: Session, row: KeyRotation) -> tuple[State, int | None]:
    """The state, and the unix second from which on it can be completed, once that is known."""
    if row.dropped_by is not None:
        return "cancelled", None
    now = newest_block(session).timestamp
    if row.operation_id is None or (row.approved_at or 0) > now:
        overdue = now > row.prepared_at + APPROVAL_LIFE_S
        return ("expired" if overdue else "prepared"), None
    operation = session.get_one(Operation, row.operation_id)
    if operation.state == OperationState.FAILED:
        return "failed", None
    events = session.scalars(
        select(ChainEvent)
        .where(ChainEvent.subject == row.account, ChainEvent.name.in_(_ENDS))
        .order_by(ChainEvent.block_number, ChainEvent.log_index)
    ).all()
    announced = [n for n, e in enumerate(events) if e.tx_hash == operation.tx_hash]
    if not announced:
        return "approved", None
    first = announced[0]
    effective_at = int(events[first].args["effective_at"])
    later = events[first + 1 : first + 2]
    return (_ENDS[later[0].name] if later else "announced"), effective_at


def list_rotations(session: Session, services: Services, actor: Actor, page: PageRequest) -> KeyRotations:
    """Those that the actor may see, newest first."""
    query = select(KeyRotation).where(visible_to(actor), KeyRotation.prepared_at <= newest_block(session).timestamp)
    rows, following = fetch(session, query, [KeyRotation.prepared_at, KeyRotation.id], page)
    items = read_all(session, actor, rows)
    return KeyRotations(items=items, next=following, **services.as_of(session))


def read(session: Session, actor: Actor, row: KeyRotation) -> KeyRotationRead:
    """One change of key."""
    return read_all(session, actor, [row])[0]


def read_all(session: Session, actor: Actor, rows: Sequence[KeyRotation]) -> list[KeyRotationRead]:
    """Who of the operator's people did it is theirs to know."""
    people = parties(session, {row.account for row in rows})
    named = actor.role == Role.OPERATOR
    answers = []
    for row in rows:
        state, effective_at = _state(session, row)
        answers.append(
            KeyRotationRead(
                id=row.id,
                organisation=people[row.account],
                key=row.key,
                state=state,
                prepared_by=row.prepared_by if named else None,
                prepared_at=datetime.fromtimestamp(row.prepared_at, UTC),
                approved_by=row.approved_by if named else None,
                approved_at=None if row.approved_at is None else datetime.fromtimestamp(row.approved_at, UTC),
                effective_at=None if effective_at is None else datetime.fromtimestamp(effective_at, UTC),
                operation_id=row.operation_id if named else None,
            )
        )
    return answers
