"""Changes of keys: prepared by one person of the operator, approved by another, completed by the new key itself."""

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import select

from api.console.acts import Act, do_act, show_act
from api.console.navigation import mark
from api.console.page import FormDep, Page, PageDep
from api.console.problems import Problem
from api.context import CommandContext
from api.errors import NotFound, NotYours
from api.identity.actor import Role
from api.identity.models import Organisation
from api.key_rotations import service
from api.key_rotations.schemas import KeyRotationPrepare, KeyRotationRead
from api.operations.schemas import OperationRead
from api.pagination import PageDep as PagingDep
from api.reading import newest_block
from api.schemas import Account, Uuid

router = APIRouter(prefix="/key-changes")
DAY_S = 86_400

PREPARE = Act(
    mark("Prepare a change of key"),
    (
        mark("Nothing goes on the chain yet: another person of the operator has to approve it within seven days."),
        mark("Then it is announced there, and waits for its delay; the organisation can call it off with its key."),
        mark("Last of all the new key itself completes it: so it is known to work."),
    ),
    mark("Prepare it"),
    reason=mark("Address of the new key"),
    one_line=True,
)
ACTS = {
    "approve": Act(
        mark("Approve the change of key"),
        (
            mark("It is announced on the chain, and its delay begins."),
            mark("Approve it only if you made sure yourself that the organisation asked for it, and for this key."),
        ),
        mark("Approve it"),
    ),
    "cancel": Act(
        mark("Call the change of key off"),
        (mark("The organisation keeps the key that it has. Another change can be prepared at any time."),),
        mark("Call it off"),
        danger=True,
    ),
    "complete": Act(
        mark("Complete the change of key"),
        (
            mark("From then on the new key acts for you, and the old one never again."),
            mark("What the old key signed and is in no block by then is refused; give it anew."),
            mark("The new key signs this: here where the network keeps it, else in your wallet."),
        ),
        mark("Complete it"),
    ),
}


def possible(page: Page, read: KeyRotationRead) -> list[str]:
    """Which acts on it the reader has now."""
    if page.as_of is not None:
        return []
    if page.reader.role == Role.OPERATOR:
        approves = read.state == "prepared" and read.prepared_by != page.reader.login
        return [*(["approve"] if approves else []), *(["cancel"] if read.state in {"prepared", "announced"} else [])]
    if read.state != "announced" or read.organisation.address != page.reader.address:
        return []
    over = read.effective_at is not None and newest_block(page.session).timestamp >= read.effective_at.timestamp()
    return [*(["complete"] if over else []), "cancel"]


@router.get("")
def list_changes(page: PageDep, paging: PagingDep) -> Response:
    """Of the reader's own key; for the operator, all."""
    found = service.list_rotations(page.session, page.services, page.reader, paging)
    return page.render(
        "key_changes.html",
        items=[(read, possible(page, read)) for read in found.items],
        next=found.next,
    )


@router.get("/of/{account}")
def show_preparation(page: PageDep, account: Account) -> Response:
    """What it will do."""
    return _preparation(page, account)


def _preparation(page: Page, account: str, problem: Problem | None = None, key: str = "") -> Response:
    page.must_be(Role.OPERATOR)
    organisation = page.session.scalar(select(Organisation).where(Organisation.address == account))
    if organisation is None:
        raise NotFound.of("participant", account)
    settings = page.services.deployments.settings
    facts = () if settings is None else ((mark("Delay"), page.words.days(settings.rotation_delay_s // DAY_S)),)
    return show_act(
        page, PREPARE, back="/key-changes", problem=problem, reason=key, organisation=organisation, facts=facts
    )


@router.post("/of/{account}")
def prepare(page: PageDep, form: FormDep, account: Account) -> Response:
    """For another person to approve."""
    page.must_be(Role.OPERATOR)
    return do_act(
        page,
        form,
        PREPARE,
        lambda context, key: service.prepare(context, account, KeyRotationPrepare(key=key)),
        lambda problem, key: _preparation(page, account, problem.at("reason"), key),
    )


@router.get("/{rotation_id}/{name}")
def show_change(page: PageDep, rotation_id: Uuid, name: str) -> Response:
    """What the act will do."""
    return _change(page, rotation_id, name)


def _change(page: Page, rotation_id: str, name: str, problem: Problem | None = None) -> Response:
    if name not in ACTS:
        raise NotFound.of("page", name)
    row = service.get(page.session, page.reader, rotation_id)
    by_operator = page.reader.role == Role.OPERATOR
    if by_operator != (name == "approve") and name != "cancel":
        raise NotYours("the operator approves a change of key, the organisation completes it")
    read = service.read(page.session, page.reader, row)
    instant = page.words.instant
    facts = [(mark("Organisation"), read.organisation.name or read.organisation.address), (mark("New key"), read.key)]
    if read.prepared_by:
        facts.append((mark("Prepared by"), f"{read.prepared_by}, {instant(read.prepared_at)}"))
    if read.effective_at:
        facts.append((mark("Can be completed from"), instant(read.effective_at)))
    return show_act(page, ACTS[name], back="/key-changes", problem=problem, facts=tuple(facts))


@router.post("/{rotation_id}/{name}")
def change(page: PageDep, form: FormDep, rotation_id: Uuid, name: str) -> Response:
    """The act itself."""
    commands: dict[str, Callable[[CommandContext, str], OperationRead]] = {
        "approve": service.approve,
        "cancel": service.cancel,
        "complete": service.complete,
    }
    if name not in commands:
        raise NotFound.of("page", name)
    return do_act(
        page,
        form,
        ACTS[name],
        lambda context, _: commands[name](context, rotation_id),
        lambda problem, _: _change(page, rotation_id, name, problem),
    )
