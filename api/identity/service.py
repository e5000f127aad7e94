"""Organisations: registered here with their names, admitted on the chain by the operator with account and roles."""

import secrets
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import CommandContext, Prepared
from api.domain.identifiers import legal_entity_hash, parse_uscc
from api.errors import NotFound, StateForbids
from api.identity.actor import Actor, Role
from api.identity.models import Organisation, User
from api.identity.schemas import Me, ParticipantAdmit
from api.identity.tokens import hash_password
from api.invoices.vault import MasterKey, unwrap, wrap
from api.operations.schemas import OperationRead
from indexer import models as chain
from node_adapter.outbox.commands import Call

_CHAIN_ROLES: dict[Role, chain.Role] = {
    Role.CORE_ENTERPRISE: chain.Role.DEBTOR,
    Role.SUPPLIER: chain.Role.SUPPLIER,
    Role.FINANCIER: chain.Role.FINANCIER,
    Role.BANK: chain.Role.BANK,
}
"""Operator and compliance act through the access manager and the regulator not at all: none is a participant."""


def register_organisation(
    session: Session,
    master_key: MasterKey,
    *,
    name: str,
    role: Role,
    legal_id: str,
    address: str | None,
    custody: str,
) -> Organisation:
    """A new organisation, not yet admitted to the network. IdentifierError for an invalid USCC."""
    organisation_id = str(uuid.uuid4())
    organisation = Organisation(
        id=organisation_id,
        name=name,
        role=role,
        address=address,
        custody=custody,
        legal_id=parse_uscc(legal_id),
        salt=secrets.token_bytes(32),
        fingerprint_key=wrap(master_key, "fingerprint", organisation_id, secrets.token_bytes(32)),
    )
    session.add(organisation)
    return organisation


def fingerprint_key(master_key: MasterKey, debtor: Organisation) -> bytes:
    """The debtor's own key, in clear: for one HMAC, never for storing or showing."""
    return unwrap(master_key, "fingerprint", debtor.id, debtor.fingerprint_key)


def register_user(session: Session, organisation: Organisation, *, login: str, password: str, demo: bool) -> None:
    """A login for an organisation."""
    session.add(User(login=login, password_hash=hash_password(password), organisation_id=organisation.id, demo=demo))


def me(session: Session, actor: Actor) -> Me:
    """The caller's own organisation."""
    organisation = session.get_one(Organisation, actor.organisation_id)
    return Me(
        login=actor.login,
        organisation_id=organisation.id,
        name=organisation.name,
        role=organisation.role,
        address=organisation.address,
        custody=organisation.custody,
    )


def admit(context: CommandContext, body: ParticipantAdmit) -> OperationRead:
    """The operator admits a registered organisation: account, roles and salted legal-entity hash go on chain."""
    context.actor.must_be(Role.OPERATOR)
    return context.once("admit", body, lambda request_hash: _admission(context, body, request_hash))


def _admission(context: CommandContext, body: ParticipantAdmit, request_hash: str) -> Prepared:
    organisation = context.session.get(Organisation, body.organisation_id)
    if organisation is None:
        raise NotFound.of("organisation", body.organisation_id)
    arguments = membership(organisation)
    call = Call("Participants", "admit", arguments)
    return Prepared(
        context.command(
            request_hash,
            kind="participant.admit",
            resource=("participant", organisation.address),
            subject=organisation.address,
            call=call,
            sender=context.key(),
        )
    )


def membership(organisation: Organisation) -> list[object]:
    """Account, roles and salted legal-entity hash, as the chain takes them; StateForbids for one that has no account
    there."""
    roles = _CHAIN_ROLES.get(Role(organisation.role))
    if roles is None or organisation.address is None:
        raise StateForbids(f"a {organisation.role} takes no part in the chain and needs no admission")
    entity = legal_entity_hash(organisation.salt, organisation.legal_id)
    return [organisation.address, int(roles), "0x" + entity.hex()]


def by_address(session: Session, addresses: set[str]) -> dict[str, Organisation]:
    """Organisations by their account."""
    rows = session.scalars(select(Organisation).where(Organisation.address.in_(addresses)))
    return {row.address: row for row in rows if row.address is not None}
