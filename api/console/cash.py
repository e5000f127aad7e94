"""Cash: what one has with the bank, what is set aside for one, and what is or was to be paid out as money."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from api.console.asks import IN_CURRENCY, Ask
from api.console.cases import Case, Fact, Subject, anew, links, on, serve
from api.console.navigation import mark
from api.console.page import Page, PageDep
from api.currencies import bank_of
from api.identity.actor import Role
from api.pagination import PageDep as PagingDep
from api.schemas import ReasonGiven
from api.settlement import pay_outs, service, set_aside, tokens
from api.settlement.schemas import PayOutAsk, PayOutComplete, PayOutId, PayOutRead

router = APIRouter(prefix="/cash")
HOLDERS = (Role.SUPPLIER, Role.CORE_ENTERPRISE, Role.FINANCIER, Role.BANK)


@dataclass(frozen=True)
class PayOutSubject(Subject):
    """What is to be paid out, as the account and its bank see it."""

    read: PayOutRead
    bank: str | None

    def facts(self) -> list[Fact]:
        words, read = self.page.words, self.read
        return [
            (mark("Amount"), words.money(read.amount)),
            (mark("Asked for by"), read.account.name or read.account.address),
            (mark("Where to pay"), read.instruction or "–"),
            (mark("Asked"), words.instant(read.requested_at)),
        ]


def find(page: PageDep, pay_out_id: PayOutId) -> PayOutSubject:
    """NotFound for what the reader may not see."""
    row = pay_outs.get(page.session, page.services, page.reader, pay_out_id)
    return of_read(page, pay_outs.read(page.session, page.services, row))


def of_read(page: Page, read: PayOutRead) -> PayOutSubject:
    """Of what was read already."""
    bank = bank_of(page.services.deployments, read.deposit_token)
    return PayOutSubject(page, "/cash/pay-outs", read.id, read.amount.currency, read, bank)


def _banks(subject: PayOutSubject) -> bool:
    return subject.bank == subject.reader


def _waits(subject: PayOutSubject) -> bool:
    return subject.read.state == "requested"


class CashDesk(Subject):
    """Where one asks for money."""

    def facts(self) -> list[Fact]:
        account = service.account(self.page.session, self.page.services, self.page.reader)
        return [(mark("You have"), self.page.words.money(one.balance)) for one in account.balances]


def desk(page: PageDep) -> CashDesk:
    """The reader's own."""
    return CashDesk(page, "/cash", None, "")


DESK: dict[str, Case[CashDesk]] = {
    "pay-out": Case(
        mark("Have deposits paid out"),
        mark("Have deposits paid out"),
        (
            mark("The deposits leave your balance at once and wait until the bank has paid, or refused."),
            mark("Where to pay is kept encrypted for the bank; its salted hash goes on the chain."),
        ),
        mark("Ask for the money"),
        primary=True,
        yours=lambda desk: desk.page.reader.role in HOLDERS,
        asks=(
            IN_CURRENCY,
            Ask("amount", mark("Amount"), "amount"),
            Ask("instruction", mark("Where to pay"), "area", mark("bank, account, and what it is for")),
        ),
        command=anew(pay_outs.ask, PayOutAsk),
    ),
}
CASES: dict[str, Case[PayOutSubject]] = {
    "complete": Case(
        mark("It was paid"),
        mark("The money was paid"),
        (
            mark("The deposits that wait for it are destroyed: what the bank owes is that much less."),
            mark("The reference's hash goes on the chain; it can be used once."),
        ),
        mark("Say that it was paid"),
        yours=_banks,
        now=_waits,
        asks=(Ask("bank_reference", mark("Bank reference under which it was paid")),),
        command=on(pay_outs.complete, PayOutComplete),
    ),
    "refuse": Case(
        mark("Refuse"),
        mark("Refuse the pay-out"),
        (
            mark("The deposits go back to whoever asked."),
            mark("Your reason is kept encrypted; its salted hash goes on the chain."),
        ),
        mark("Refuse it"),
        danger=True,
        yours=_banks,
        now=_waits,
        asks=(Ask("reason", mark("Why it is not paid"), "area"),),
        command=on(pay_outs.refuse, ReasonGiven),
    ),
}

serve(router, DESK, desk, "")
serve(router, CASES, find, "/pay-outs/{pay_out_id}", lambda _subject: "/cash")


@router.get("")
def show(page: PageDep, paging: PagingDep) -> Response:
    """Balances, what is set aside, and pay-outs; for the bank, everybody's pay-outs."""
    page.must_be(*HOLDERS)
    account = service.account(page.session, page.services, page.reader)
    waits = set_aside.list_cash(page.session, page.services, page.reader).items
    found = pay_outs.list_pay_outs(page.session, page.services, page.reader, paging)
    deposits = tokens.list_tokens(page.session, page.services).items
    return page.render(
        "cash.html",
        balances=account.balances,
        waits=waits,
        items=[(item, links(of_read(page, item), CASES)) for item in found.items],
        next=found.next,
        stopped=[token for token in deposits if token.paused],
        cases=links(desk(page), DESK),
    )
