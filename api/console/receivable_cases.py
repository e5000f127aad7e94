"""What a holder does with a piece, and who answers to it: redeeming, refusing, giving up, merging, recourse."""

from fastapi import APIRouter

from api.console.asks import Ask
from api.console.case_payables import KEPT
from api.console.case_pieces import PieceSubject, find
from api.console.cases import Case, Fact, Given, on, serve
from api.console.navigation import mark
from api.context import CommandContext
from api.defaults import recourse
from api.defaults.schemas import ReceivableRepurchase
from api.domain.money import Money
from api.operations.schemas import OperationRead
from api.receivables import service
from api.receivables.schemas import ReceivableDilute, ReceivablesMerge
from api.schemas import Total
from api.settlement import set_aside
from api.settlement.schemas import SetAsideRelease
from indexer.models import PayableState

router = APIRouter(prefix="/receivables")


def _mergeable(subject: PieceSubject) -> dict[str, str]:
    currency, words = subject.currency, subject.page.words
    return {
        row.receivable_id: f"{words.money(Money(row.end - row.start, currency))}: "
        f"{words.cents(row.start, currency)} – {words.cents(row.end, currency)}"
        for row in subject.neighbours
    }


def _merged(subject: PieceSubject, given: Given) -> list[Fact]:
    """Nothing of one that is none of its neighbours: the service says so."""
    other = [row.end - row.start for row in subject.neighbours if row.receivable_id == given["absorbed_id"]]
    whole = Money(subject.read.value.minor + sum(other), subject.currency)
    return [(mark("One piece then, of"), subject.page.words.money(whole))]


def _merge(context: CommandContext, subject: PieceSubject, given: Given) -> OperationRead:
    """The one that begins first stays, and takes the other in."""
    own, other = subject.row.receivable_id, given["absorbed_id"]
    before = any(row.receivable_id == other and row.end == subject.row.start for row in subject.neighbours)
    first, second = (other, own) if before else (own, other)
    return service.merge(context, ReceivablesMerge(receivable_id=first, absorbed_id=second))


def _diluted(subject: PieceSubject, given: Given) -> list[Fact]:
    rest = Total.of(subject.read.value.minor - given["value"].minor, subject.currency)
    return [(mark("You keep"), subject.page.words.money(rest))]


def _repurchased(subject: PieceSubject, _given: Given) -> list[Fact]:
    """What Settlement.repurchasePrice asks: the value less the principal drawn."""
    price = Money(subject.row.end - subject.row.start - subject.row.drawn_principal, subject.currency)
    return [(mark("You pay"), subject.page.words.money(price))]


def _release_set_aside(context: CommandContext, subject: PieceSubject, _given: Given) -> OperationRead:
    """In one deposit token: where cash waits in several, the link stays for the next."""
    body = SetAsideRelease(deposit_token=subject.set_aside[0].deposit_token)
    return set_aside.release(context, subject.row.receivable_id, body)


def _may_redeem(subject: PieceSubject) -> bool:
    """What came in after a write-off is cleared."""
    return bool(subject.due.minor) and not subject.payable.recovered


CASES: dict[str, Case[PieceSubject]] = {
    "redeem": Case(
        mark("Redeem"),
        mark("Redeem the receivable"),
        (mark("All that is due to it by now is paid to your account, to the cent."),),
        mark("Redeem"),
        primary=True,
        worth=lambda subject: subject.page.words.money(subject.due),
        yours=lambda subject: subject.is_holder,
        now=_may_redeem,
        command=on(service.redeem),
    ),
    "refuse": Case(
        mark("Refuse"),
        mark("Refuse the receivable"),
        (
            mark("It goes back to whoever handed it to you, as if it had never come."),
            mark("What it was given for is between you and them."),
        ),
        mark("Refuse it"),
        danger=True,
        yours=lambda subject: subject.is_holder,
        now=lambda subject: subject.live and subject.read.refusable_until is not None,
        command=on(service.refuse),
    ),
    "extinguish": Case(
        mark("Give it up"),
        mark("Give the receivable up"),
        (
            mark("All of it goes to its debtor, for nothing, and never comes back."),
            mark("This is for claims that ended otherwise, such as by a credit note."),
        ),
        mark("Give it up for good"),
        danger=True,
        yours=lambda subject: subject.is_holder,
        now=lambda subject: subject.live,
        command=on(service.extinguish),
    ),
    "dilute": Case(
        mark("Credit note"),
        mark("Give a part up against a credit note"),
        (
            mark("That part goes back to its debtor for nothing, and never moves again."),
            mark("You hold it, so you alone decide; other holders' pieces stay as they are."),
        ),
        mark("Give it up"),
        danger=True,
        yours=lambda subject: subject.is_holder,
        now=lambda subject: subject.open and subject.free > 0,
        asks=(
            Ask("value", mark("How much of it"), "amount"),
            Ask("credit_note", mark("Its number, and what for"), "area", KEPT),
        ),
        command=on(service.dilute, ReceivableDilute),
        review=_diluted,
    ),
    "merge": Case(
        mark("Merge"),
        mark("Make one piece of two neighbours"),
        (
            mark("The two become one of their value together; the one that begins first keeps its number."),
            mark("What was refusable of them is not any more."),
        ),
        mark("Merge them"),
        yours=lambda subject: subject.is_holder,
        now=lambda subject: (
            subject.open
            and not subject.payable.paid
            and subject.free == subject.read.value.minor
            and bool(subject.neighbours)
        ),
        asks=(Ask("absorbed_id", mark("With which of its neighbours"), "choice", choices=_mergeable),),
        command=_merge,
        review=_merged,
    ),
    "claim-recourse": Case(
        mark("Claim recourse"),
        mark("Claim from who answers for the debtor's default"),
        (
            mark("Your notice goes on the chain: who handed it to you with recourse is to buy it back."),
            mark("What the debtor pays meanwhile is yours, and lowers the price."),
        ),
        mark("Give notice"),
        yours=lambda subject: subject.is_holder,
        now=lambda subject: subject.overdue and subject.row.endorser is not None,
        command=on(recourse.claim),
    ),
    "repurchase": Case(
        mark("Buy it back"),
        mark("Buy back what you answer for"),
        (
            mark("Its holder is paid what it is still owed of it, and the piece is yours."),
            mark("You can then turn to who answers to you, if anybody does."),
        ),
        mark("Pay, and take it back"),
        yours=lambda subject: subject.reader is not None and subject.reader == subject.row.endorser,
        now=lambda subject: subject.overdue,
        command=on(recourse.repurchase, ReceivableRepurchase),
        review=_repurchased,
    ),
    "release-set-aside": Case(
        mark("Have the set-aside cash paid out"),
        mark("Have paid out what was set aside"),
        (mark("What was set aside for a dispute, a pledge or a freeze that is over is paid to your account."),),
        mark("Have it paid out"),
        yours=lambda subject: bool(subject.set_aside),
        command=_release_set_aside,
    ),
    "clear": Case(
        mark("Draw the last, and clear it away"),
        mark("Draw what came in after the write-off"),
        (
            mark("What was recovered and not drawn yet is paid to your account."),
            mark("Once no more is expected the piece ends with it, also where there is nothing to draw."),
        ),
        mark("Draw it"),
        yours=lambda subject: subject.is_holder,
        now=lambda subject: (
            subject.live
            and subject.payable.state == PayableState.WRITTEN_OFF
            and (subject.payable.recovery_closed or subject.payable.recovered > 0)
        ),
        command=on(service.redeem),
    ),
}

serve(router, CASES, find, "/{receivable_id}")
