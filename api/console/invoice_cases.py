"""Casework on invoices: a debtor owes one at once, unasked."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from api.console.asks import Ask
from api.console.cases import Case, Fact, Given, Subject, anew, serve
from api.console.navigation import mark
from api.console.page import PageDep
from api.invoices import service
from api.invoices.models import Invoice
from api.invoices.schemas import InvoiceRead
from api.pagination import PageRequest
from api.payables import issuing
from api.payables.schemas import PayableIssue
from api.programmes import service as programmes
from api.programmes.schemas import ProgrammeRead
from api.schemas import Uuid
from indexer.models import Payable, PayableState

router = APIRouter(prefix="/invoices")
_ENDED = (PayableState.DECLINED, PayableState.CANCELLED)


@dataclass(frozen=True)
class InvoiceSubject(Subject):
    """An invoice that the reader issued or owes."""

    row: Invoice
    read: InvoiceRead
    payable: Payable | None

    def facts(self) -> list[tuple[str, str]]:
        words, read = self.page.words, self.read
        return [
            (mark("Amount"), words.money(read.amount)),
            (mark("Invoice"), read.number),
            (mark("Seller"), read.seller),
            (mark("Issued on"), words.day(read.issue_date)),
            (mark("Due"), words.day(read.due_date)),
        ]

    def known(self) -> dict[str, Any]:
        return {"invoice_id": self.row.id}

    @property
    def terms(self) -> ProgrammeRead | None:
        """The debtor's newest open ones in its currency."""
        session, services = self.page.session, self.page.services
        open_ = programmes.list_programmes(session, services, PageRequest(None, 200), self.read.debtor, True).items
        return next((terms for terms in open_ if terms.currency == self.currency), None)

    @property
    def is_debtor(self) -> bool:
        return self.row.debtor_id == self.page.reader.organisation_id

    def unanswered(self, *, issued: bool) -> bool:
        """Nothing stands behind it yet, or what its other party made of it has ended: `issued`, or else proposed."""
        return self.payable is None or (self.payable.issued == issued and self.payable.state in _ENDED)


def find(page: PageDep, invoice_id: Uuid) -> InvoiceSubject:
    """NotFound for what the reader may not see."""
    row = service.get(page.session, page.reader, invoice_id)
    payable = page.session.get(Payable, row.payable_id)
    return InvoiceSubject(page, "/invoices", row.id, row.currency, row, service.read(page.session, row), payable)


def _owed(subject: InvoiceSubject, _given: Given) -> list[Fact]:
    words, read, terms = subject.page.words, subject.read, subject.terms
    facts = [
        (mark("You owe"), words.money(read.amount)),
        (mark("Supplier"), read.seller),
        (mark("Due at the end of"), words.day(read.due_date)),
    ]
    if terms is None:
        return facts
    agreed = words.rate(terms.late_rate_ppm) if terms.late_rate_ppm else words.say(mark("none"))
    return [
        *facts,
        (mark("Your terms"), words.say("Programme %(number)s", number=terms.programme_id)),
        (mark("A receiver may refuse within"), words.say("%(hours)s hours", hours=terms.refusal_hours)),
        (mark("Late interest agreed"), agreed),
    ]


CASES: dict[str, Case[InvoiceSubject]] = {
    "issue": Case(
        mark("Owe it at once"),
        mark("Owe it at once, unasked"),
        (
            mark("You owe the amount to whoever holds it at maturity: it cannot be taken back."),
            mark("Its supplier holds all of it at once, and may refuse it while your programme's window is open."),
            mark(
                "It stands under your newest open programme in its currency; its invoice can never be confirmed again."
            ),
        ),
        mark("Issue it"),
        yours=lambda subject: subject.is_debtor,
        now=lambda subject: subject.unanswered(issued=False),
        asks=(
            Ask(
                "tenor_reason",
                mark("Why it runs so long"),
                "area",
                mark("needed beyond the programme's soft limit"),
                required=False,
            ),
            Ask(
                "undertaking",
                mark("Undertaking: the waiver of defences that you give by it"),
                "area",
                required=False,
            ),
        ),
        command=anew(issuing.issue, PayableIssue),
        review=_owed,
    ),
}

serve(router, CASES, find, "/{invoice_id}")
