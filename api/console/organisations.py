"""Whom a form is about: chosen from a list while there are few, typed by name or account where there are more."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select

from api.console.page import Page
from api.errors import RequestInvalid
from api.identity.models import Organisation
from indexer.models import Participant, ParticipantStatus
from indexer.models import Role as ChainRole

FEW = 50
"""So many stand in a list that one chooses from; of more these are suggested."""
_LIKE = 5
ACTIVE = Participant.status == int(ParticipantStatus.ACTIVE)
TAKES_PIECES = ACTIVE & (Participant.roles.op("&")(int(ChainRole.SUPPLIER | ChainRole.FINANCIER)) != 0)
"""Who can be handed a receivable."""
FINANCES = Participant.roles.op("&")(int(ChainRole.FINANCIER)) != 0


class OrganisationUnknown(RequestInvalid):
    """No organisation with an account is called so, or several are."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Account and name of the first by name; `more`: there are others, which one names."""

    first: list[tuple[str, str]]
    more: bool


def choices(page: Page, *where: ColumnElement[bool]) -> Choices:
    """Organisations that were admitted (of these alone), others than the reader's."""
    query = _admitted().where(Organisation.address.is_distinct_from(page.reader.address), *where)
    rows = page.session.scalars(query.order_by(Organisation.name, Organisation.id).limit(FEW + 1)).all()
    return Choices([(str(row.address), row.name) for row in rows[:FEW]], len(rows) > FEW)


def account_of(page: Page, typed: str) -> str:
    """The account of whom was chosen or typed: an account as it is, else whoever is called exactly so, whatever the
    capitals. OrganisationUnknown names those that are called alike."""
    if typed.startswith("0x") or not typed:
        return typed
    wanted = typed.casefold()
    alike = page.session.scalars(
        _admitted()
        .where(func.lower(Organisation.name).contains(wanted, autoescape=True))
        .order_by(func.length(Organisation.name), Organisation.name)
        .limit(_LIKE + 1)
    ).all()
    exact = [row for row in alike if row.name.casefold() == wanted]
    if len(exact) == 1:
        return str(exact[0].address)
    if exact:
        raise OrganisationUnknown(f'several organisations are called "{typed}": give the account of the one you mean')
    names = ", ".join(f'"{row.name}"' for row in alike[:_LIKE])
    hint = f"; there is {names}{' and others' if len(alike) > _LIKE else ''}" if alike else ""
    raise OrganisationUnknown(f'no organisation is called "{typed[:60]}": give its whole name or its account{hint}')


def _admitted() -> Select[Organisation]:
    return select(Organisation).join(Participant, Participant.account == Organisation.address)
