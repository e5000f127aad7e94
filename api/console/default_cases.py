"""Casework on payables that are not paid: the register of dishonours, write-off, and what comes in after it (R-29b)."""

from datetime import date, timedelta

from fastapi import APIRouter

from api.console.asks import Ask
from api.console.case_payables import KEPT, PayableSubject, back, find
from api.console.cases import Case, Given, on, serve
from api.console.navigation import mark
from api.defaults import dishonours, write_off
from api.defaults.schemas import DishonourRecord, PayableRecover
from api.domain.dates import from_day
from api.domain.money import Money
from api.schemas import ReasonGiven, Total
from indexer.models import Dishonour, Payable, PayableState

router = APIRouter(prefix="/payables")


def _after_recovery(subject: PayableSubject, given: Given) -> list[tuple[str, str]]:
    words, amount = subject.page.words, given["amount"]
    left = Total.of(missing(subject.row, subject.currency).minor - amount.minor, subject.currency)
    return [(mark("Then missing still"), words.money(left))]


def missing(row: Payable, currency: str) -> Money:
    """What was written off and has not come in since."""
    return Money(row.face_value - row.paid - row.recovered, currency)


def grace_over(subject: PayableSubject) -> bool:
    """The programme's days of grace (R-29b)."""
    return subject.days_past_due > subject.read.programme.dishonour_days


def write_off_from(due: date) -> date:
    """The first day on which the operator can."""
    return due + timedelta(days=dishonours.WRITE_OFF_DAYS)


def _may_write_off(subject: PayableSubject) -> bool:
    late = subject.in_state(PayableState.CONFIRMED)
    return late and subject.page.today >= write_off_from(from_day(subject.row.due_date))


CASES: dict[str, Case[PayableSubject]] = {
    "record-dishonour": Case(
        mark("Record the dishonour"),
        mark("Put it on the register of dishonours"),
        (
            mark("Every financier sees that it was not paid within the days of grace."),
            mark("A second due date missed within six months bars the debtor from confirming."),
            mark("The debtor may object; the operator alone lifts an entry."),
        ),
        mark("Record it"),
        danger=True,
        yours=lambda subject: not subject.is_debtor,
        now=lambda subject: grace_over(subject) and subject.session.get(Dishonour, subject.row.payable_id) is None,
        command=lambda context, subject, _: dishonours.record(
            context, DishonourRecord(payable_id=subject.row.payable_id)
        ),
    ),
    "object-to-dishonour": Case(
        mark("Object to the dishonour"),
        mark("Object to the entry on the register"),
        (mark("Who reads the register reads your word; the entry stands until the operator lifts it."),),
        mark("Object"),
        yours=lambda subject: subject.is_debtor,
        now=lambda subject: subject.dishonour is not None and subject.dishonour.objection_hash is None,
        asks=(Ask("reason", mark("Why it is wrong"), "area", KEPT),),
        command=on(dishonours.object_to, ReasonGiven),
    ),
    "lift-dishonour": Case(
        mark("Lift the dishonour"),
        mark("Lift the entry on the register"),
        (mark("It counts no more, and bars the debtor from nothing; that it stood there stays to be read."),),
        mark("Lift it"),
        yours=lambda subject: subject.is_operator,
        now=lambda subject: subject.dishonour is not None,
        asks=(Ask("reason", mark("Why it is lifted"), "area", KEPT),),
        command=on(dishonours.lift, ReasonGiven),
    ),
    "write-off": Case(
        mark("Write off"),
        mark("Write off what is outstanding"),
        (
            mark("The payable is closed: what is outstanding is given up in the books."),
            mark("The debt stays, and whatever comes in later is shared among its holders."),
        ),
        mark("Write it off"),
        danger=True,
        yours=lambda subject: subject.is_operator,
        now=_may_write_off,
        asks=(Ask("reason", mark("Why it is written off"), "area", KEPT),),
        command=on(write_off.write_off, ReasonGiven),
    ),
    "recover": Case(
        mark("Pay in"),
        mark("Pay in after the write-off"),
        (mark("Its holders can draw their parts at once, to the cent."),),
        mark("Pay it in"),
        yours=lambda subject: not subject.is_operator,
        now=lambda subject: subject.in_state(PayableState.WRITTEN_OFF) and not subject.row.recovery_closed,
        asks=(
            Ask("amount", mark("Amount"), "amount", mark("all that is missing, or a part")),
            Ask(
                "recovery_reference",
                mark("Your reference"),
                "text",
                mark("one payment for each; it keeps you from paying twice"),
            ),
        ),
        suggest=lambda subject: {"amount": missing(subject.row, subject.currency).amount},
        command=on(write_off.recover, PayableRecover),
        review=_after_recovery,
    ),
    "close-recovery": Case(
        mark("Close the recovery"),
        mark("Expect no more of it"),
        (mark("Its holders draw their last, and nothing more can be paid in."),),
        mark("Close it for good"),
        danger=True,
        yours=lambda subject: subject.is_operator,
        now=lambda subject: subject.in_state(PayableState.WRITTEN_OFF) and not subject.row.recovery_closed,
        asks=(Ask("reason", mark("Why no more is expected"), "area", KEPT),),
        command=on(write_off.close_recovery, ReasonGiven),
    ),
}

serve(router, CASES, find, "/{payable_id}", back)
