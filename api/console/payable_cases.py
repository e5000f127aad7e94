"""What supplier and debtor do with a payable: confirming, disputing, paying, credit notes, cancelling by both."""

from fastapi import APIRouter

from api.console.asks import Ask
from api.console.case_payables import KEPT, PayableSubject, back, find
from api.console.cases import Case, Fact, Given, on, serve
from api.console.figures import minor_of
from api.console.navigation import mark
from api.payables import cancelling, issuing, payment, service
from api.payables.schemas import PayableCredit, PayablePay
from api.schemas import ReasonGiven, Total
from indexer.models import PayableState

router = APIRouter(prefix="/payables")


def _after_credit(subject: PayableSubject, given: Given) -> list[Fact]:
    after = Total.of(subject.read.face_value.minor - given["amount"].minor, subject.currency)
    return [(mark("Face value then"), subject.page.words.money(after))]


def _booked(subject: PayableSubject, given: Given) -> list[Fact]:
    """Late interest first, then principal (R-17, R-18), and what is left."""
    amount, read, money = given["amount"].minor, subject.read, subject.page.words.money
    interest = min(amount, read.late_interest.minor)
    parts = {
        mark("of it late interest"): interest,
        mark("of it principal"): amount - interest,
        mark("Then outstanding"): minor_of(read.outstanding) - amount,
    }
    return [(label, money(Total.of(minor, subject.currency))) for label, minor in parts.items()]


_IN_FULL = "payable_terms.html"
_REASON_KEPT = mark("Your reason is kept encrypted; its salted hash goes on the chain.")
_OPEN = (PayableState.PROPOSED, PayableState.DISPUTED)
_BOTH = mark("It can be cancelled only while its first payee has all of it and nothing was paid.")

CASES: dict[str, Case[PayableSubject]] = {
    "confirm": Case(
        mark("Read the terms and confirm"),
        mark("Confirm that you owe it"),
        (
            mark("You owe the face value to whoever holds it at maturity, whatever becomes of your supplier."),
            mark("It cannot be taken back: a confirmed payable is irrevocable."),
            mark("The invoice behind it can never be confirmed a second time, not even with another amount."),
        ),
        mark("Confirm"),
        primary=True,
        terms=_IN_FULL,
        yours=lambda subject: subject.is_debtor,
        now=lambda subject: subject.in_state(PayableState.PROPOSED),
        command=on(service.confirm),
    ),
    "dispute": Case(
        mark("Dispute"),
        mark("Dispute the proposal"),
        (mark("It cannot be confirmed until you withdraw the dispute."), _REASON_KEPT),
        mark("Dispute it"),
        terms=_IN_FULL,
        yours=lambda subject: subject.is_debtor,
        now=lambda subject: subject.in_state(PayableState.PROPOSED),
        asks=(Ask("reason", mark("Why you dispute it"), "area"),),
        command=on(service.dispute, ReasonGiven),
    ),
    "withdraw-dispute": Case(
        mark("Withdraw the dispute"),
        mark("Withdraw the dispute"),
        (mark("The proposal stands again, and can be confirmed."),),
        mark("Withdraw it"),
        terms=_IN_FULL,
        yours=lambda subject: subject.is_debtor,
        now=lambda subject: subject.in_state(PayableState.DISPUTED),
        command=on(service.withdraw_dispute),
    ),
    "decline": Case(
        mark("Decline"),
        mark("Decline the proposal"),
        (mark("It ends for good: the supplier would have to propose it anew."), _REASON_KEPT),
        mark("Decline it"),
        danger=True,
        terms=_IN_FULL,
        yours=lambda subject: subject.is_debtor,
        now=lambda subject: subject.in_state(*_OPEN),
        asks=(Ask("reason", mark("Why you decline it"), "area"),),
        command=on(service.decline, ReasonGiven),
    ),
    "withdraw": Case(
        mark("Take the proposal back"),
        mark("Take the proposal back"),
        (mark("It ends for good."),),
        mark("Take it back"),
        danger=True,
        terms=_IN_FULL,
        yours=lambda subject: subject.is_supplier,
        now=lambda subject: subject.in_state(*_OPEN),
        command=on(service.withdraw),
    ),
    "pay": Case(
        mark("Pay"),
        mark("Pay what you owe"),
        (
            mark("Every holder can be paid its part at once, to the cent."),
            mark("What came back to you of this payable is netted: your wallet shows the cash that really leaves."),
        ),
        mark("Pay"),
        primary=True,
        worth=lambda subject: subject.page.words.money(subject.read.outstanding),
        yours=lambda subject: subject.is_debtor,
        now=lambda subject: subject.in_state(PayableState.CONFIRMED),
        asks=(
            Ask("amount", mark("Amount"), "amount", mark("all of it, or a part")),
            Ask(
                "payment_reference",
                mark("Your reference"),
                "text",
                mark("one payment for each; it keeps you from paying twice"),
            ),
        ),
        suggest=lambda subject: {"amount": subject.read.outstanding.amount},
        command=on(payment.pay, PayablePay),
        review=_booked,
    ),
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
        command=on(issuing.credit, PayableCredit),
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
        command=on(issuing.refuse),
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
        command=on(cancelling.offer),
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
        command=on(cancelling.cancel),
    ),
}

serve(router, CASES, find, "/{payable_id}", back)
