"""Holds that are placed on pieces: a debtor disputes, a holder pledges or reserves. How they end is `holds`'."""

from datetime import timedelta

from fastapi import APIRouter

from api.console import organisations
from api.console.asks import Ask
from api.console.case_payables import KEPT
from api.console.case_pieces import PieceSubject, find
from api.console.cases import Case, Fact, Given, on, serve
from api.console.navigation import mark
from api.domain.money import Money
from api.holds import placed
from api.holds.schemas import PieceDispute, PiecePledge, PieceReserve
from api.schemas import Total

router = APIRouter(prefix="/receivables")
_HOLD_DAYS = 30
"""How long a dispute, a pledge or a reservation is suggested to stand."""


def _financiers(subject: PieceSubject) -> organisations.Choices:
    return organisations.choices(subject.page, organisations.ACTIVE, organisations.FINANCES)


def _until(subject: PieceSubject) -> dict[str, str]:
    return {"until": (subject.page.today + timedelta(days=_HOLD_DAYS)).isoformat()}


def _pledged(subject: PieceSubject) -> dict[str, str]:
    """Enforceable from the day after the claim is due: the loan is to be repaid of it."""
    due = subject.read.due_date
    return {
        "enforceable_from": (due + timedelta(days=1)).isoformat(),
        "until": (due + timedelta(days=_HOLD_DAYS)).isoformat(),
    }


def _rest(subject: PieceSubject, given: Given, label: str) -> list[Fact]:
    left = Total.of(subject.read.value.minor - given["amount"].minor, subject.currency)
    return [(label, subject.page.words.money(left))]


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
        command=on(placed.dispute, PieceDispute),
        review=lambda subject, given: _rest(subject, given, mark("Not disputed by this")),
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
            Ask("pledgee", mark("Financier"), "organisation", choices=_financiers),
            Ask("enforceable_from", mark("The financier may take it from"), "since"),
            Ask("until", mark("Until the end of"), "day"),
            Ask("loan", mark("Which loan it secures"), "area", KEPT),
        ),
        suggest=_pledged,
        command=on(placed.pledge, PiecePledge),
        review=lambda subject, _: [(mark("Pledged"), subject.page.words.money(subject.read.value))],
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
            Ask("financier", mark("Financier"), "organisation", choices=_financiers),
            Ask("until", mark("Until the end of"), "day", mark("a year away at most")),
        ),
        suggest=lambda subject: {"amount": Money(subject.free, subject.currency).amount, **_until(subject)},
        command=on(placed.reserve, PieceReserve),
        review=lambda subject, given: _rest(subject, given, mark("Not reserved by this")),
    ),
}

serve(router, CASES, find, "/{receivable_id}")
