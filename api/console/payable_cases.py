"""Casework on payables between supplier and debtor: credit notes, what was issued unasked, cancelling by both."""

from fastapi import APIRouter

from api.console.case_payables import KEPT, PayableSubject, back, find
from api.console.cases import Ask, Case, Given, serve
from api.console.navigation import mark
from api.context import CommandContext
from api.operations.schemas import OperationRead
from api.payables import cancelling, issuing
from api.payables.schemas import PayableCredit
from api.schemas import Total
from indexer.models import PayableState

router = APIRouter(prefix="/payables")


def _after_credit(subject: PayableSubject, given: Given) -> list[tuple[str, str]]:
    words, before, amount = subject.page.words, subject.read.face_value, given["amount"]
    after = Total.of(before.minor - amount.minor, subject.currency)
    return [
        (mark("Face value now"), words.money(before)),
        (mark("Credit note"), f"− {words.money(amount)}"),
        (mark("Face value then"), words.money(after)),
    ]


def _credit(context: CommandContext, subject: PayableSubject, given: Given) -> OperationRead:
    return issuing.credit(context, subject.row.payable_id, PayableCredit(**given))


_OPEN = (PayableState.PROPOSED, PayableState.DISPUTED)
_BOTH = mark("It can be cancelled only while its first payee has all of it and nothing was paid.")

CASES: dict[str, Case[PayableSubject]] = {
    "credit": Case(
        mark("Credit note"),
        mark("Lower the proposal by a credit note"),
        (
            mark("The debtor owes so much less, and sees why; a dispute stays until it is withdrawn."),
            mark("It takes less than all: to take back all of it, take the proposal back."),
        ),
        mark("Lower it"),
        yours=lambda subject: subject.is_supplier,
        now=lambda subject: subject.in_state(*_OPEN),
        asks=(
            Ask("amount", mark("Amount of the credit note"), "amount"),
            Ask("credit_note", mark("Its number, and what for"), "area", KEPT),
        ),
        command=_credit,
        review=_after_credit,
    ),
    "refuse": Case(
        mark("Refuse it"),
        mark("Refuse what was issued to you"),
        (
            mark("It ends for good, and you hold nothing of it; the invoice is free again."),
            mark("You can propose the invoice's payable yourself."),
        ),
        mark("Refuse it"),
        danger=True,
        yours=lambda subject: subject.is_supplier,
        now=lambda subject: subject.in_state(PayableState.CONFIRMED) and subject.refusable,
        command=lambda context, subject, _: issuing.refuse(context, subject.row.payable_id),
    ),
    "offer-cancellation": Case(
        mark("Offer to cancel"),
        mark("Offer the other party to cancel it"),
        (
            mark("You sign that the other party may cancel within a week; nothing goes on the chain before it does."),
            mark("What is signed cannot be taken back."),
            _BOTH,
        ),
        mark("Sign the offer"),
        danger=True,
        yours=lambda subject: subject.is_party,
        now=lambda subject: (
            subject.in_state(PayableState.CONFIRMED)
            and subject.untouched is not None
            and not subject.offered(by_reader=True)
            and not subject.offered(by_reader=False)
        ),
        command=lambda context, subject, _: cancelling.offer(context, subject.row.payable_id),
    ),
    "cancel": Case(
        mark("Cancel it"),
        mark("Cancel what was confirmed"),
        (
            mark("The other party has signed that you may: with your word the debt ends for good."),
            mark("The invoice is free again, and can stand behind another payable."),
            _BOTH,
        ),
        mark("Cancel it for good"),
        danger=True,
        yours=lambda subject: subject.is_party,
        now=lambda subject: (
            subject.in_state(PayableState.CONFIRMED)
            and subject.untouched is not None
            and subject.offered(by_reader=False)
        ),
        command=lambda context, subject, _: cancelling.cancel(context, subject.row.payable_id),
    ),
}

serve(router, CASES, find, back)
