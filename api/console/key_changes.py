"""Changes of keys: prepared by one person of the operator, approved by another, completed by the new key itself."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from api.console.cases import Case, Fact, Subject, links, on, serve
from api.console.navigation import mark
from api.console.page import Page, PageDep
from api.identity.actor import Role
from api.key_rotations import service
from api.key_rotations.schemas import KeyRotationRead
from api.pagination import PageDep as PagingDep
from api.reading import newest_block
from api.schemas import Uuid

router = APIRouter(prefix="/key-changes")


@dataclass(frozen=True)
class ChangeSubject(Subject):
    """A change of key, as the operator and its organisation see it."""

    read: KeyRotationRead

    def facts(self) -> list[Fact]:
        read, instant = self.read, self.page.words.instant
        facts = [
            (mark("Organisation"), read.organisation.name or read.organisation.address),
            (mark("New key"), read.key),
        ]
        if read.prepared_by:
            facts.append((mark("Prepared by"), f"{read.prepared_by}, {instant(read.prepared_at)}"))
        if read.effective_at:
            facts.append((mark("Can be completed from"), instant(read.effective_at)))
        return facts

    @property
    def is_operator(self) -> bool:
        return self.page.reader.role == Role.OPERATOR

    @property
    def is_own(self) -> bool:
        return self.read.organisation.address == self.reader

    @property
    def announced(self) -> bool:
        return self.read.state == "announced"

    @property
    def over(self) -> bool:
        """Its delay is."""
        at = self.read.effective_at
        return self.announced and at is not None and newest_block(self.page.session).timestamp >= at.timestamp()


def find(page: PageDep, rotation_id: Uuid) -> ChangeSubject:
    """NotFound for what the reader may not see."""
    row = service.get(page.session, page.reader, rotation_id)
    return of_read(page, service.read(page.session, page.reader, row))


def of_read(page: Page, read: KeyRotationRead) -> ChangeSubject:
    """Of what was read already."""
    return ChangeSubject(page, "/key-changes", read.id, "", read)


CASES: dict[str, Case[ChangeSubject]] = {
    "approve": Case(
        mark("Approve"),
        mark("Approve the change of key"),
        (
            mark("It is announced on the chain, and its delay begins."),
            mark("Approve it only if you made sure yourself that the organisation asked for it, and for this key."),
        ),
        mark("Approve it"),
        yours=lambda subject: subject.is_operator,
        now=lambda subject: subject.read.state == "prepared" and subject.read.prepared_by != subject.page.reader.login,
        command=on(service.approve),
    ),
    "complete": Case(
        mark("Complete it"),
        mark("Complete the change of key"),
        (
            mark("From then on the new key acts for you, and the old one never again."),
            mark("What the old key signed and is in no block by then is refused; give it anew."),
            mark("The new key signs this: here where the network keeps it, else in your wallet."),
        ),
        mark("Complete it"),
        yours=lambda subject: subject.is_own,
        now=lambda subject: subject.over,
        command=on(service.complete),
    ),
    "cancel": Case(
        mark("Call it off"),
        mark("Call the change of key off"),
        (mark("The organisation keeps the key that it has. Another change can be prepared at any time."),),
        mark("Call it off"),
        danger=True,
        yours=lambda subject: subject.is_operator or subject.is_own,
        now=lambda subject: subject.announced or (subject.is_operator and subject.read.state == "prepared"),
        command=on(service.cancel),
    ),
}

serve(router, CASES, find, "/{rotation_id}", lambda _subject: "/key-changes")


@router.get("")
def list_changes(page: PageDep, paging: PagingDep) -> Response:
    """Of the reader's own key; for the operator, all."""
    found = service.list_rotations(page.session, page.services, page.reader, paging)
    items = [(read, links(of_read(page, read), CASES)) for read in found.items]
    return page.render("key_changes.html", items=items, next=found.next)
