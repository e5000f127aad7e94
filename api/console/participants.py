"""Participants: everybody sees who takes part; the operator admits, several at once."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from api.console import forms
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.context import CommandContext
from api.identity import service, standing
from api.identity.actor import Role
from api.identity.models import Organisation
from api.identity.schemas import ParticipantAdmit
from api.operations.schemas import OperationRead
from api.pagination import PageDep as PagingDep
from api.pagination import PageRequest

router = APIRouter(prefix="/participants")


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
    return page.render("participants.html", items=found.items, next=found.next, results=results, empty=empty)


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
