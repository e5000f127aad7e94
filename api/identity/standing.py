"""Where organisations stand on the chain: active, suspended, closed; barred by the dishonour register."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import texts
from api.context import CommandContext, Prepared, Services
from api.domain.dates import business_date, from_day, to_day
from api.errors import NotFound
from api.identity import service
from api.identity.actor import Actor, Role
from api.identity.models import Organisation
from api.identity.schemas import ParticipantRead, Participants
from api.operations.schemas import OperationRead
from api.pagination import PageRequest, fetch
from api.reading import newest_block
from api.schemas import NoBody, ReasonGiven
from api.texts import KeptText
from indexer import queries
from indexer.models import Participant, ParticipantStatus
from node_adapter.outbox.commands import Call
from node_adapter.words import checksum_address, from_hex

_STATUS: dict[ParticipantStatus, Literal["active", "suspended", "closed"]] = {
    ParticipantStatus.ACTIVE: "active",
    ParticipantStatus.SUSPENDED: "suspended",
    ParticipantStatus.CLOSED: "closed",
}


def suspend(context: CommandContext, account: str, body: ReasonGiven) -> OperationRead:
    """The operator bars an organisation from acting."""
    return _act(context, "suspend", account, body)


def reinstate(context: CommandContext, account: str) -> OperationRead:
    """The operator lifts a suspension."""
    return _act(context, "reinstate", account, NoBody())


def close(context: CommandContext, account: str, body: ReasonGiven) -> OperationRead:
    """The operator ends an organisation's membership."""
    return _act(context, "close", account, body)


def _act(context: CommandContext, function: str, account: str, body: ReasonGiven | NoBody) -> OperationRead:
    context.actor.must_be(Role.OPERATOR)

    def prepare(request_hash: str) -> Prepared:
        found = _participant(context.session, account)
        kept = [context.kept(body.reason)] if isinstance(body, ReasonGiven) else []
        return _prepared(context, request_hash, function, [found, *(text.text_hash for text in kept)], kept)

    return context.once(f"{function} {account}", body, prepare)


def readmit(context: CommandContext, account: str) -> OperationRead:
    """The operator takes an organisation back: with the roles and the legal identity that are registered here."""
    context.actor.must_be(Role.OPERATOR)

    def prepare(request_hash: str) -> Prepared:
        found = _participant(context.session, account)
        organisation = context.session.scalar(select(Organisation).where(Organisation.address == found))
        if organisation is None:
            raise NotFound.of("participant", account)
        return _prepared(context, request_hash, "readmit", service.membership(organisation), [])

    return context.once(f"readmit {account}", NoBody(), prepare)


def _participant(session: Session, account: str) -> str:
    """The account as the chain writes it; NotFound if it was never admitted."""
    found = checksum_address(from_hex(account))
    if session.get(Participant, found) is None:
        raise NotFound.of("participant", account)
    return found


def _prepared(
    context: CommandContext, request_hash: str, function: str, arguments: list[object], kept: list[KeptText]
) -> Prepared:
    account = str(arguments[0])
    command = context.command(
        request_hash,
        kind=f"participant.{function}",
        resource=("participant", account),
        subject=account,
        call=Call("Participants", function, arguments),
        sender=context.key(),
    )
    return Prepared(command, lambda session, _operation: session.add_all(kept))


def list_participants(session: Session, services: Services, actor: Actor, page: PageRequest) -> Participants:
    """All organisations, whoever asks: one must be able to name whom one deals with."""
    rows, following = fetch(session, select(Organisation), [Organisation.name, Organisation.id], page)
    return Participants(items=_read_all(session, services, actor, rows), next=following, **services.as_of(session))


def read_participant(session: Session, services: Services, actor: Actor, account: str) -> ParticipantRead:
    """The organisation that acts under an account; NotFound for an account of nobody's."""
    row = session.scalar(select(Organisation).where(Organisation.address == account))
    if row is None:
        raise NotFound.of("participant", account)
    return _read_all(session, services, actor, [row])[0]


def _read_all(
    session: Session, services: Services, actor: Actor, rows: Sequence[Organisation]
) -> list[ParticipantRead]:
    """Organisations as every member sees them; why one was suspended is for the operator and itself."""
    accounts = {row.address for row in rows if row.address is not None}
    found = {p.account: p for p in session.scalars(select(Participant).where(Participant.account.in_(accounts)))}
    told = accounts if actor.role == Role.OPERATOR else accounts & {actor.address}
    kept = texts.read(session, services.master_key, {found[a].reason_hash for a in told if a in found})
    barred = _barred(session)
    answers = []
    for row in rows:
        participant = found.get(row.address or "")
        answers.append(
            ParticipantRead(
                organisation_id=row.id,
                name=row.name,
                role=row.role,
                address=row.address,
                status="registered" if participant is None else _STATUS[ParticipantStatus(participant.status)],
                reason=kept.get(participant.reason_hash) if participant is not None else None,
                barred_until=barred.get(row.address or ""),
            )
        )
    return answers


def _barred(session: Session) -> dict[str, date]:
    """The day before which a debtor confirms nothing: of several versions' registers the latest."""
    today = to_day(business_date(newest_block(session).timestamp))
    latest: dict[str, int] = {}
    for (debtor, _register), until in queries.bars(session).items():
        if until is not None and until > today:
            latest[debtor] = max(until, latest.get(debtor, 0))
    return {debtor: from_day(until) for debtor, until in latest.items()}
