"""A payable as casework sees it: whose it is, and what its state allows."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from api.console.cases import Subject
from api.console.navigation import mark
from api.console.page import Page, PageDep
from api.errors import NotFound
from api.identity.actor import Role
from api.payables import cancelling, reading, service
from api.payables.schemas import PayableRead
from api.reading import newest_block
from api.schemas import PayableId
from indexer.models import Dishonour, Payable, PayableState, Receivable, ReceivableState

KEPT = mark("kept encrypted; its salted hash goes on the chain")
ROOT = "00000001"
"""A payable's id and this are the id of its first piece."""


@dataclass(frozen=True)
class PayableSubject(Subject):
    """A payable of the reader's, or any for the operator, which looks after what is not paid."""

    row: Payable
    read: PayableRead

    def facts(self) -> list[tuple[str, str]]:
        """The operator is told what concerns its acts, and no more."""
        words, read = self.page.words, self.read
        facts = [
            (mark("Debtor"), read.debtor.name or read.debtor.address),
            (mark("Due"), words.day(read.due_date)),
            (mark("Outstanding"), words.money(read.outstanding)),
        ]
        if read.late_interest.minor:
            facts.append((mark("Late interest in it"), words.money(read.late_interest)))
        if self.page.reader.role == Role.OPERATOR:
            return facts
        first = [
            (mark("Face value"), words.money(read.face_value)),
            (mark("Supplier"), read.supplier.name or read.supplier.address),
        ]
        return first + facts + ([(mark("Reason given"), read.reason)] if read.reason else [])

    def named(self) -> dict[str, Any]:
        return {"payable": self.read}

    @property
    def session(self) -> Session:
        return self.page.session

    @property
    def is_supplier(self) -> bool:
        return self.reader == self.row.supplier

    @property
    def is_debtor(self) -> bool:
        return self.reader == self.row.debtor

    @property
    def is_party(self) -> bool:
        return self.is_supplier or self.is_debtor

    @property
    def is_operator(self) -> bool:
        return self.page.reader.role == Role.OPERATOR

    def in_state(self, *states: PayableState) -> bool:
        return self.row.state in states

    @property
    def days_past_due(self) -> int:
        """None are while it is not due, or not owed."""
        return (self.page.today - self.read.due_date).days if self.in_state(PayableState.CONFIRMED) else 0

    @property
    def dishonour(self) -> Dishonour | None:
        """Its entry of the register, while it stands."""
        row = self.session.get(Dishonour, self.row.payable_id)
        return None if row is None or row.lifted else row

    @property
    def untouched(self) -> Receivable | None:
        """The one piece of it, where the first payee still has all of it and nothing was paid."""
        root = self.session.get(Receivable, self.row.payable_id + ROOT)
        if root is None or root.state != ReceivableState.LIVE or self.row.paid or root.parking is not None:
            return None
        return root if root.holder == self.row.supplier and root.end - root.start == self.row.face_value else None

    @property
    def refusable(self) -> bool:
        """It came unasked, and the window of its programme is open (I6)."""
        root = self.untouched
        if root is None or not self.row.issued or not root.refusable or self.page.today >= self.read.due_date:
            return False
        until = root.received_at + self.read.programme.refusal_hours * 3_600
        return newest_block(self.session).timestamp < until

    def offered(self, *, by_reader: bool) -> bool:
        """Whether an offer to cancel it is good, the reader's own or the other party's."""
        found = cancelling.list_offers(self.session, self.page.services, self.page.reader, self.row.payable_id)
        return any(
            offer.state == "open" and (offer.offered_by.address == self.reader) == by_reader for offer in found.items
        )


def find(page: PageDep, payable_id: PayableId) -> PayableSubject:
    """NotFound for what the reader may not see."""
    if page.reader.role == Role.OPERATOR:
        row = page.session.get(Payable, payable_id)
        if row is None:
            raise NotFound.of("payable", payable_id)
    else:
        row = service.get(page.session, page.reader, payable_id)
    return of_row(page, row, reading.read(page.session, page.services, row))


def of_row(page: Page, row: Payable, read: PayableRead) -> PayableSubject:
    """Of what was read already."""
    return PayableSubject(page, "/payables", row.payable_id, read.face_value.currency, row, read)


def back(subject: PayableSubject) -> str:
    """The operator has no payables' pages."""
    return "/late" if subject.is_operator else subject.path
