"""Casework on pieces: disputes, dilutions, merging, pledges, reservations, recourse, and what is to be cleared away."""

from datetime import timedelta

from fastapi import APIRouter
from sqlalchemy import select

from api.console.case_payables import KEPT
from api.console.case_pieces import PieceSubject, find
from api.console.cases import Ask, Case, Given, serve
from api.console.navigation import mark
from api.context import CommandContext
from api.defaults import recourse
from api.defaults.schemas import ReceivableRepurchase
from api.domain.money import Money
from api.holds import placed
from api.holds.schemas import PieceDispute, PiecePledge, PieceReserve
from api.identity.models import Organisation
from api.operations.schemas import OperationRead
from api.receivables import service
from api.receivables.schemas import ReceivableDilute, ReceivablesMerge
from api.schemas import Total
from api.settlement import set_aside
from api.settlement.schemas import SetAsideRelease
from indexer.models import Participant, ParticipantStatus, PayableState
from indexer.models import Role as ChainRole

router = APIRouter(prefix="/receivables")
_HOLD_DAYS = 30
"""How long a dispute, a pledge or a reservation is suggested to stand."""


def _financiers(subject: PieceSubject) -> dict[str, str]:
    query = (
        select(Organisation.address, Organisation.name)
        .join(Participant, Participant.account == Organisation.address)
        .where(
            Participant.status == int(ParticipantStatus.ACTIVE),
            Participant.roles.op("&")(int(ChainRole.FINANCIER)) != 0,
            Organisation.address != subject.reader,
        )
        .order_by(Organisation.name)
    )
    return {str(address): name for address, name in subject.page.session.execute(query)}


def _mergeable(subject: PieceSubject) -> dict[str, str]:
    currency, words = subject.currency, subject.page.words
    return {
        row.receivable_id: f"{words.money(Money(row.end - row.start, currency))}: "
        f"{words.cents(row.start, currency)} – {words.cents(row.end, currency)}"
        for row in subject.neighbours
    }


def _merge(context: CommandContext, subject: PieceSubject, given: Given) -> OperationRead:
    """The one that begins first stays, and takes the other in."""
    own, other = subject.row.receivable_id, given["absorbed_id"]
    before = any(row.receivable_id == other and row.end == subject.row.start for row in subject.neighbours)
    first, second = (other, own) if before else (own, other)
    return service.merge(context, ReceivablesMerge(receivable_id=first, absorbed_id=second))


def _until(subject: PieceSubject) -> dict[str, str]:
    return {"until": (subject.page.today + timedelta(days=_HOLD_DAYS)).isoformat()}


def _pledged(subject: PieceSubject) -> dict[str, str]:
    """Enforceable from the day after the claim is due: the loan is to be repaid of it."""
    due = subject.read.due_date
    return {
        "enforceable_from": (due + timedelta(days=1)).isoformat(),
        "until": (due + timedelta(days=_HOLD_DAYS)).isoformat(),
    }


def _diluted(subject: PieceSubject, given: Given) -> list[tuple[str, str]]:
    return _parts(subject, given["value"], mark("The debtor gets back"), mark("You keep"))


def _disputed(subject: PieceSubject, given: Given) -> list[tuple[str, str]]:
    return _parts(subject, given["amount"], mark("You dispute"), mark("Not disputed by this"))


def _parts(subject: PieceSubject, part: Money, taken: str, left: str) -> list[tuple[str, str]]:
    rest = Total.of(subject.read.value.minor - part.minor, subject.currency)
    return [(taken, subject.page.words.money(part)), (left, subject.page.words.money(rest))]


def _repurchased(subject: PieceSubject, _given: Given) -> list[tuple[str, str]]:
    """What Settlement.repurchasePrice asks: the value less the principal drawn."""
    price = Money(subject.row.end - subject.row.start - subject.row.drawn_principal, subject.currency)
    return [(mark("You pay"), subject.page.words.money(price))]


CASES: dict[str, Case[PieceSubject]] = {
    "dispute": Case(
        mark("Dispute a part"),
        mark("Dispute a part of what you owe"),
        (
            mark("That much of the piece cannot move, and is set aside when it is paid; the rest is due all the same."),
            mark("Its holder sees your reason. You end the dispute when it is settled; else it ends by itself."),
        ),
        mark("Dispute it"),
        danger=True,
        yours=lambda subject: subject.is_debtor,
        now=lambda subject: subject.open,
        asks=(
            Ask("amount", mark("How much of it"), "amount"),
            Ask("until", mark("Until the end of"), "day", mark("a year away at most")),
            Ask("reason", mark("Why you dispute it"), "area", KEPT),
        ),
        suggest=_until,
        command=lambda context, subject, given: placed.dispute(
            context, subject.row.receivable_id, PieceDispute(**given)
        ),
        review=_disputed,
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
        command=lambda context, subject, given: service.dilute(
            context, subject.row.receivable_id, ReceivableDilute(**given)
        ),
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
        asks=(Ask("absorbed_id", mark("With which of its neighbours"), "choice"),),
        choices=_mergeable,
        command=_merge,
    ),
    "pledge": Case(
        mark("Pledge it"),
        mark("Pledge the whole to a financier"),
        (
            mark("It stays yours, and moves nowhere until the financier releases it or the time is over."),
            mark("From the day you name on the financier may take it, or the cash that it became."),
        ),
        mark("Pledge it"),
        danger=True,
        yours=lambda subject: subject.is_holder,
        now=lambda subject: subject.open and subject.free == subject.read.value.minor,
        asks=(
            Ask("pledgee", mark("Financier"), "choice"),
            Ask("enforceable_from", mark("The financier may take it from"), "since"),
            Ask("until", mark("Until the end of"), "day"),
            Ask("loan", mark("Which loan it secures"), "area", KEPT),
        ),
        suggest=_pledged,
        choices=_financiers,
        command=lambda context, subject, given: placed.pledge(context, subject.row.receivable_id, PiecePledge(**given)),
    ),
    "reserve": Case(
        mark("Reserve it"),
        mark("Reserve a part for a financier"),
        (
            mark("It goes to nobody else until then; what the financier buys of you is taken from it."),
            mark("The financier can release it before."),
        ),
        mark("Reserve it"),
        yours=lambda subject: subject.is_holder,
        now=lambda subject: subject.open and subject.free > 0,
        asks=(
            Ask("amount", mark("How much of it"), "amount"),
            Ask("financier", mark("Financier"), "choice"),
            Ask("until", mark("Until the end of"), "day", mark("a year away at most")),
        ),
        suggest=lambda subject: {"amount": Money(subject.free, subject.currency).amount, **_until(subject)},
        choices=_financiers,
        command=lambda context, subject, given: placed.reserve(
            context, subject.row.receivable_id, PieceReserve(**given)
        ),
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
        command=lambda context, subject, _: recourse.claim(context, subject.row.receivable_id),
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
        command=lambda context, subject, _: recourse.repurchase(
            context, subject.row.receivable_id, ReceivableRepurchase()
        ),
        review=_repurchased,
    ),
    "release-set-aside": Case(
        mark("Have the set-aside cash paid out"),
        mark("Have paid out what was set aside"),
        (mark("What was set aside for a dispute, a pledge or a freeze that is over is paid to your account."),),
        mark("Have it paid out"),
        yours=lambda subject: subject.set_aside > 0,
        command=lambda context, subject, _: set_aside.release(context, subject.row.receivable_id, SetAsideRelease()),
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
        command=lambda context, subject, _: service.redeem(context, subject.row.receivable_id),
    ),
}

serve(router, CASES, find)
