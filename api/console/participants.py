"""Participants: everybody sees who takes part; the operator admits, several at once."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import select

from api.console import forms
from api.console.acts import Act, do_act, show_act
from api.console.figures import TAKES_PART
from api.console.navigation import mark
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.context import CommandContext
from api.errors import NotFound
from api.identity import service, standing
from api.identity.actor import Role
from api.identity.models import Organisation
from api.identity.schemas import ParticipantAdmit
from api.operations.schemas import OperationRead
from api.pagination import PageDep as PagingDep
from api.pagination import PageRequest
from api.schemas import Account, ReasonGiven

router = APIRouter(prefix="/participants")

ACTS = {
    "suspend": Act(
        mark("Suspend the organisation"),
        (
            mark("Until it is reinstated it confirms, receives, hands on and sells nothing."),
            mark("It can still pay what it owes, and what it holds stays its own."),
            mark("Your reason is kept encrypted; its salted hash goes on the chain."),
        ),
        mark("Suspend it"),
        danger=True,
        reason=mark("Why it is suspended"),
    ),
    "reinstate": Act(
        mark("Reinstate the organisation"), (mark("It takes part again, as before."),), mark("Reinstate it")
    ),
    "close": Act(
        mark("End the organisation's membership"),
        (
            mark("From then on it takes part in nothing; what it holds and is owed stays its own."),
            mark("What is due to it meanwhile is set aside for it. A change of its key that is under way ends."),
            mark("It can be taken back later, under the same account."),
            mark("Your reason is kept encrypted; its salted hash goes on the chain."),
        ),
        mark("End the membership"),
        danger=True,
        reason=mark("Why it ends"),
    ),
    "readmit": Act(
        mark("Take the organisation back"),
        (
            mark("It takes part again under its old account, with the role and the legal id that are registered here."),
            mark("What was set aside for it can be released."),
        ),
        mark("Take it back"),
    ),
}
OPEN_TO = {"active": ("suspend", "close", "key"), "suspended": ("reinstate", "close", "key"), "closed": ("readmit",)}
"""What the operator can do with an organisation, by where it stands; "key" has pages of its own."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What became of one that was ticked."""

    name: str
    operation: OperationRead | None
    problem: Problem | None


@router.get("")
def list_participants(page: PageDep, paging: PagingDep) -> Response:
    """All organisations and whether they are admitted."""
    return _list(page, paging, [])


def _list(page: Page, paging: PageRequest, results: list[Admission], *, empty: bool = False) -> Response:
    found = standing.list_participants(page.session, page.services, page.reader, paging)
    return page.render(
        "participants.html",
        items=found.items,
        next=found.next,
        results=results,
        empty=empty,
        acts=OPEN_TO,
        takes_part=page.reader.role in TAKES_PART,
    )


@router.post("/admit")
def admit(page: PageDep, form: FormDep) -> Response:
    """Each is a command of its own."""
    page.must_be(Role.OPERATOR)
    results = []
    ids = forms.texts(form, "organisation_id")
    for number, organisation_id in enumerate(ids):
        command = page.command(form)
        numbered = CommandContext(
            command.services, command.session, command.actor, f"{command.idempotency_key[:60]}-{number}"
        )
        organisation = page.session.get(Organisation, organisation_id)
        name = organisation.name if organisation else organisation_id
        try:
            operation = service.admit(numbered, ParticipantAdmit(organisation_id=organisation_id))
        except REFUSALS as error:
            results.append(Admission(name, None, problem_of(error)))
        else:
            results.append(Admission(name, operation, None))
    page.session.rollback()  # what was read before the admissions were taken
    return _list(page, PageRequest(None, 50), results, empty=not ids)


@router.get("/{account}/{name}")
def show_standing(page: PageDep, account: Account, name: str) -> Response:
    """What the act will do."""
    return _standing(page, account, name)


def _standing(page: Page, account: str, name: str, problem: Problem | None = None, reason: str = "") -> Response:
    page.must_be(Role.OPERATOR)
    organisation = page.session.scalar(select(Organisation).where(Organisation.address == account))
    if organisation is None or name not in ACTS:
        raise NotFound.of("participant", account)
    return show_act(page, ACTS[name], back="/participants", problem=problem, reason=reason, organisation=organisation)


@router.post("/{account}/{name}")
def do_standing(page: PageDep, form: FormDep, account: Account, name: str) -> Response:
    """The act itself."""
    commands: dict[str, Any] = {
        "suspend": lambda context, why: standing.suspend(context, account, ReasonGiven(reason=why)),
        "reinstate": lambda context, _: standing.reinstate(context, account),
        "close": lambda context, why: standing.close(context, account, ReasonGiven(reason=why)),
        "readmit": lambda context, _: standing.readmit(context, account),
    }
    if name not in commands:
        raise NotFound.of("participant", account)
    return do_act(
        page, form, ACTS[name], commands[name], lambda problem, why: _standing(page, account, name, problem, why)
    )
