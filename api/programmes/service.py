"""Programmes: a debtor's terms, published once, under which its payables are proposed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from api.context import CommandContext, Prepared, Services
from api.currencies import currency_of, deposit_token, is_served, minor_units
from api.domain.money import Money, parse_amount
from api.errors import NotFound, NotYours, RequestInvalid, StateForbids
from api.identity.actor import Role
from api.operations.schemas import OperationRead
from api.pagination import PageRequest, fetch
from api.parties import parties
from api.programmes.schemas import ProgrammePublish, ProgrammeRead, Programmes
from api.schemas import NoBody
from indexer import queries
from indexer.models import Programme, ProgrammeToken
from node_adapter import typed_data
from node_adapter.deployments import Deployments
from node_adapter.outbox.calldata import signature_placeholder
from node_adapter.outbox.commands import Call

MINIMUM_PIECE = "10000"
PUBLICATION_LIFE_S = 7 * 86_400


class ProgrammeMissing(StateForbids):
    """The debtor has published no terms under which this could be proposed."""


class ProgrammeNotDebtor(NotYours):
    """Only the programme's debtor ends it. Named and answered like the contract's own."""


class ProgrammeTokenUnfit(RequestInvalid):
    """Not a deposit token of the programme's currency. Named and answered like the contract's own."""


class PaymentTokenNotAccepted(StateForbids):
    """The programme does not accept this deposit token. Named and answered like the contract's own."""


def publish(context: CommandContext, body: ProgrammePublish) -> OperationRead:
    """The debtor signs the terms in full; the platform's relay brings the signature to the chain."""
    context.actor.must_be(Role.CORE_ENTERPRISE)
    return context.once("publish", body, lambda request_hash: _publication(context, body, request_hash))


def _publication(context: CommandContext, body: ProgrammePublish, request_hash: str) -> Prepared:
    deployments = context.services.deployments
    deadline = context.now() + PUBLICATION_LIFE_S
    minimum = body.minimum_piece
    terms = {
        "debtor": context.actor.account(),
        "deposit_tokens": _tokens(deployments, body),
        "minimum_piece": parse_amount(MINIMUM_PIECE, body.currency)
        if minimum is None
        else minor_units(body.currency, minimum),
        **body.model_dump(exclude={"currency", "deposit_tokens", "minimum_piece"}),
    }
    message = typed_data.publication(deployments.chain_id, context.address("Origination"), terms, deadline)
    return Prepared(
        context.by_signature(
            request_hash,
            message,
            kind="programme.publish",
            resource=("programme", None),
            subject=None,
            call=Call("Origination", "publishProgrammeBySignature", [terms, deadline, signature_placeholder(0)]),
        )
    )


def _tokens(deployments: Deployments, body: ProgrammePublish) -> list[str]:
    tokens = body.deposit_tokens or [deposit_token(deployments, body.currency)]
    for token in tokens:
        if not is_served(deployments, token) or currency_of(deployments, token) != body.currency:
            raise ProgrammeTokenUnfit(f"{token} is no deposit token in {body.currency} here", deposit_token=token)
    return tokens


def retire(context: CommandContext, programme_id: int) -> OperationRead:
    """The debtor ends a programme for new payables."""
    return context.once(
        f"retire {programme_id}", NoBody(), lambda request_hash: _retirement(context, programme_id, request_hash)
    )


def _retirement(context: CommandContext, programme_id: int, request_hash: str) -> Prepared:
    programme = get(context.session, programme_id)
    if programme.debtor != context.actor.address:
        raise ProgrammeNotDebtor(
            f"programme {programme_id} is of {programme.debtor}", programme_id=programme_id, debtor=programme.debtor
        )
    return Prepared(
        context.command(
            request_hash,
            kind="programme.retire",
            resource=("programme", str(programme_id)),
            subject=f"programme:{programme_id}",
            call=Call("Origination", "retireProgramme", [programme_id]),
            sender=context.key(),
        )
    )


def get(session: Session, programme_id: int) -> Programme:
    """One programme, whoever asks; NotFound if there is none."""
    row = session.get(Programme, programme_id)
    if row is None:
        raise NotFound.of("programme", str(programme_id))
    return row


def for_proposal(context: CommandContext, debtor: str, currency: str, programme_id: int | None) -> Programme:
    """What to propose under: the programme named, which must be in the currency, else the debtor's newest open one."""
    session, token = context.session, deposit_token(context.services.deployments, currency)
    before = context.services.deployments.current - 1 << queries.VERSION_BITS
    accepts = exists().where(
        ProgrammeToken.programme_id == Programme.programme_id,
        ProgrammeToken.deposit_token == token,
        Programme.programme_id > before,  # an earlier version's takes no new payables
    )
    if programme_id is not None:
        if (
            session.scalar(select(Programme.programme_id).where(Programme.programme_id == programme_id, accepts))
            is None
        ):
            raise RequestInvalid(
                f"there is no programme {programme_id} in {currency}", programme_id=programme_id, currency=currency
            )
        return get(session, programme_id)
    newest = session.scalar(
        select(Programme)
        .where(Programme.debtor == debtor, Programme.retired.is_(False), accepts)
        .order_by(Programme.programme_id.desc())
        .limit(1)
    )
    if newest is None:
        raise ProgrammeMissing(
            f"the debtor {debtor} has no open programme in {currency}; it publishes one with POST /api/v1/programmes",
            debtor=debtor,
            currency=currency,
        )
    return newest


def payment_token(session: Session, programme_id: int, named: str | None) -> str:
    """The token to pay in: the one named, which the programme must accept, else its first that no bank has paused."""
    tokens = queries.programme_tokens(session, {programme_id})[programme_id]
    if named is not None:
        if named not in tokens:
            raise PaymentTokenNotAccepted(
                f"programme {programme_id} accepts {', '.join(tokens)}", deposit_token=named, accepted=tokens
            )
        return named
    paused = queries.paused_tokens(session)
    return next((token for token in tokens if token not in paused), tokens[0])


def currencies(session: Session, deployments: Deployments, programme_ids: set[int]) -> dict[int, str]:
    """The currency of each programme: that of all its tokens."""
    found = queries.programme_tokens(session, programme_ids)
    return {programme_id: currency_of(deployments, tokens[0]) for programme_id, tokens in found.items()}


def currency(session: Session, deployments: Deployments, programme_id: int) -> str:
    """The ISO 4217 code that a programme's payables are in."""
    return currencies(session, deployments, {programme_id})[programme_id]


def terms(session: Session, programme: Programme) -> dict[str, Any]:
    """The fields of Solidity's `Programme`, in order: what its debtor signed, and what each confirmation shows."""
    return {
        "debtor": programme.debtor,
        "deposit_tokens": queries.programme_tokens(session, {programme.programme_id})[programme.programme_id],
        "minimum_piece": programme.minimum_piece,
        "maximum_depth": programme.maximum_depth,
        "soft_tenor_months": programme.soft_tenor_months,
        "hard_tenor_months": programme.hard_tenor_months,
        "refusal_hours": programme.refusal_hours,
        "blackout_days_before": programme.blackout_days_before,
        "blackout_days_after": programme.blackout_days_after,
        "dishonour_days": programme.dishonour_days,
        "registration_required": programme.registration_required,
        "late_rate_ppm": programme.late_rate_ppm,
    }


def list_programmes(
    session: Session, services: Services, page: PageRequest, debtor: str | None, is_open: bool | None
) -> Programmes:
    """All programmes, newest first."""
    query = select(Programme)
    if debtor is not None:
        query = query.where(Programme.debtor == debtor)
    if is_open is not None:
        query = query.where(Programme.retired.is_(not is_open))
    rows, following = fetch(session, query, [Programme.programme_id], page)
    found = read_all(session, services, rows)
    return Programmes(items=[found[row.programme_id] for row in rows], next=following, **services.as_of(session))


def read_all(session: Session, services: Services, rows: Sequence[Programme]) -> dict[int, ProgrammeRead]:
    """Programmes by their numbers, in a fixed number of queries."""
    tokens = queries.programme_tokens(session, {row.programme_id for row in rows})
    people = parties(session, {row.debtor for row in rows})
    answers = {}
    for row in rows:
        accepted = tokens[row.programme_id]
        code = currency_of(services.deployments, accepted[0])
        answers[row.programme_id] = ProgrammeRead(
            programme_id=row.programme_id,
            debtor=people[row.debtor],
            open=not row.retired,
            currency=code,
            deposit_tokens=accepted,
            minimum_piece=Money(row.minimum_piece, code),
            maximum_depth=row.maximum_depth,
            soft_tenor_months=row.soft_tenor_months,
            hard_tenor_months=row.hard_tenor_months,
            refusal_hours=row.refusal_hours,
            blackout_days_before=row.blackout_days_before,
            blackout_days_after=row.blackout_days_after,
            dishonour_days=row.dishonour_days,
            registration_required=row.registration_required,
            late_rate_ppm=row.late_rate_ppm,
            published_at=datetime.fromtimestamp(row.published_at, UTC),
        )
    return answers


def read(session: Session, services: Services, row: Programme) -> ProgrammeRead:
    """One programme as everybody sees it."""
    return read_all(session, services, [row])[row.programme_id]
