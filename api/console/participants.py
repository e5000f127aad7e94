"""Participants: everybody sees who takes part; the operator admits, several at once."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from api.console import forms
from api.console.asks import Ask
from api.console.cases import Case, Fact, Subject, links, on, serve
from api.console.figures import TAKES_PART
from api.console.naming import role_name
from api.console.navigation import mark
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.context import CommandContext
from api.identity import service, standing
from api.identity.actor import Role
from api.identity.models import Organisation
from api.identity.schemas import ParticipantAdmit, ParticipantRead
from api.key_rotations import service as key_rotations
from api.key_rotations.schemas import KeyRotationPrepare
from api.operations.schemas import OperationRead
from api.pagination import PageDep as PagingDep
from api.pagination import PageRequest
from api.schemas import Account, ReasonGiven

router = APIRouter(prefix="/participants")

DAY_S = 86_400


@dataclass(frozen=True)
class OrganisationSubject(Subject):
    """An organisation, as everybody sees it."""

    read: ParticipantRead

    def facts(self) -> list[Fact]:
        settings, read = self.page.services.deployments.settings, self.read
        facts = [
            (mark("Name"), read.name),
            (mark("Role"), self.page.words.say(role_name(read.role))),
            (mark("Account"), read.address or "–"),
        ]
        if settings is not None:
            facts.append((mark("Delay of a change of key"), self.page.words.days(settings.rotation_delay_s // DAY_S)))
        return facts + ([(mark("Reason"), read.reason)] if read.reason else [])

    @property
    def account(self) -> str:
        return self.read.address or ""

    def stands(self, *status: str) -> bool:
        return self.read.status in status


def find(page: PageDep, account: Account) -> OrganisationSubject:
    """NotFound for an account of nobody's."""
    return of_read(page, standing.read_participant(page.session, page.services, page.reader, account))


def of_read(page: Page, read: ParticipantRead) -> OrganisationSubject:
    """Of what was read already."""
    return OrganisationSubject(page, "/participants", read.address, "", read)


def _operators(subject: OrganisationSubject) -> bool:
    return subject.page.reader.role == Role.OPERATOR


_REASON_KEPT = mark("Your reason is kept encrypted; its salted hash goes on the chain.")
CASES: dict[str, Case[OrganisationSubject]] = {
    "suspend": Case(
        mark("Suspend"),
        mark("Suspend the organisation"),
        (
            mark("Until it is reinstated it confirms, receives, hands on and sells nothing."),
            mark("It can still pay what it owes, and what it holds stays its own."),
            _REASON_KEPT,
        ),
        mark("Suspend it"),
        danger=True,
        yours=_operators,
        now=lambda subject: subject.stands("active"),
        asks=(Ask("reason", mark("Why it is suspended"), "area"),),
        command=on(standing.suspend, ReasonGiven),
    ),
    "reinstate": Case(
        mark("Reinstate"),
        mark("Reinstate the organisation"),
        (mark("It takes part again, as before."),),
        mark("Reinstate it"),
        yours=_operators,
        now=lambda subject: subject.stands("suspended"),
        command=on(standing.reinstate),
    ),
    "close": Case(
        mark("Close"),
        mark("End the organisation's membership"),
        (
            mark("From then on it takes part in nothing; what it holds and is owed stays its own."),
            mark("What is due to it meanwhile is set aside for it. A change of its key that is under way ends."),
            mark("It can be taken back later, under the same account."),
            _REASON_KEPT,
        ),
        mark("End the membership"),
        danger=True,
        yours=_operators,
        now=lambda subject: subject.stands("active", "suspended"),
        asks=(Ask("reason", mark("Why it ends"), "area"),),
        command=on(standing.close, ReasonGiven),
    ),
    "readmit": Case(
        mark("Take back"),
        mark("Take the organisation back"),
        (
            mark("It takes part again under its old account, with the role and the legal id that are registered here."),
            mark("What was set aside for it can be released."),
        ),
        mark("Take it back"),
        yours=_operators,
        now=lambda subject: subject.stands("closed"),
        command=on(standing.readmit),
    ),
    "change-key": Case(
        mark("Change the key"),
        mark("Prepare a change of key"),
        (
            mark("Nothing goes on the chain yet: another person of the operator has to approve it within seven days."),
            mark("Then it is announced there, and waits for its delay; the organisation can call it off with its key."),
            mark("Last of all the new key itself completes it: so it is known to work."),
        ),
        mark("Prepare it"),
        yours=_operators,
        now=lambda subject: subject.stands("active", "suspended"),
        asks=(Ask("key", mark("Address of the new key")),),
        command=on(key_rotations.prepare, KeyRotationPrepare),
    ),
}

serve(router, CASES, find, "/{account}", lambda _subject: "/participants")


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
        items=[(item, links(of_read(page, item), CASES)) for item in found.items],
        next=found.next,
        results=results,
        empty=empty,
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
