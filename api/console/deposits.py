"""Deposits: the settlement bank credits what reached it, and stops its deposits where it must."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from api.console import organisations
from api.console.asks import IN_CURRENCY, Ask
from api.console.cases import Case, Fact, Subject, anew, links, on, serve
from api.console.navigation import mark
from api.console.page import Page, PageDep
from api.errors import NotFound
from api.identity.actor import Role
from api.schemas import Account, ReasonGiven
from api.settlement import service, tokens
from api.settlement.schemas import DepositCredit, DepositTokenRead

router = APIRouter(prefix="/deposits")


@dataclass(frozen=True)
class TokenSubject(Subject):
    """One bank's deposits in one currency."""

    read: DepositTokenRead

    def facts(self) -> list[Fact]:
        state = mark("They stand still") if self.read.paused else mark("They move")
        facts = [(mark("Currency"), self.read.currency), (mark("State"), self.page.words.say(state))]
        return facts + ([(mark("Reason"), self.read.reason)] if self.read.reason else [])

    @property
    def is_bank(self) -> bool:
        return self.read.bank is not None and self.read.bank.address == self.reader


def find(page: PageDep, account: Account) -> TokenSubject:
    """NotFound for what is no deposit token."""
    for read in tokens.list_tokens(page.session, page.services).items:
        if read.deposit_token == account:
            return of_read(page, read)
    raise NotFound.of("deposit token", account)


def of_read(page: Page, read: DepositTokenRead) -> TokenSubject:
    """Of what was read already."""
    return TokenSubject(page, "/deposits", read.deposit_token, read.currency, read)


def desk(page: PageDep) -> Subject:
    """Where accounts are credited."""
    return Subject(page, "/deposits", None, "")


DESK: dict[str, Case[Subject]] = {
    "credit": Case(
        mark("Credit an account"),
        mark("Credit an account"),
        (
            mark("Deposits are issued for real money that reached the bank, and are the account's at once."),
            mark("You owe that much more. It cannot be taken back: the account alone asks for a pay-out."),
        ),
        mark("Credit"),
        primary=True,
        yours=lambda desk: desk.page.reader.role == Role.BANK,
        asks=(
            Ask(
                "account",
                mark("Account"),
                "organisation",
                choices=lambda desk: organisations.choices(desk.page, organisations.ACTIVE),
            ),
            IN_CURRENCY,
            Ask("amount", mark("Amount"), "amount"),
            Ask("bank_reference", mark("Bank reference"), hint=mark("the bank's own; it can be used once")),
        ),
        command=anew(service.credit, DepositCredit),
    ),
}
CASES: dict[str, Case[TokenSubject]] = {
    "pause": Case(
        mark("Stop them"),
        mark("Stop the deposits"),
        (
            mark("No payment and no sale in them goes through until you let them move again."),
            mark("You can still credit accounts and complete pay-outs."),
            mark("What falls due meanwhile and can be paid in nothing else is no dishonour."),
            mark("Everybody sees that they stand still, and why."),
        ),
        mark("Stop them"),
        danger=True,
        yours=lambda subject: subject.is_bank,
        now=lambda subject: not subject.read.paused,
        asks=(Ask("reason", mark("Why they are stopped"), "area"),),
        command=on(tokens.pause, ReasonGiven),
    ),
    "resume": Case(
        mark("Let them move"),
        mark("Let the deposits move again"),
        (mark("They can be paid with again, as before."),),
        mark("Let them move"),
        yours=lambda subject: subject.is_bank,
        now=lambda subject: subject.read.paused,
        command=on(tokens.resume),
    ),
}

serve(router, DESK, desk, "")
serve(router, CASES, find, "/{account}", lambda _subject: "/deposits")


@router.get("")
def show(page: PageDep) -> Response:
    """The state of the bank's deposits."""
    page.must_be(Role.BANK)
    found = [of_read(page, read) for read in tokens.list_tokens(page.session, page.services).items]
    return page.render(
        "deposits.html",
        tokens=[(token.read, links(token, CASES)) for token in found if token.is_bank],
        cases=links(desk(page), DESK),
    )
