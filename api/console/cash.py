"""Cash: what one has with the bank, what is set aside for one, and what is or was to be paid out as money."""

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import Response

from api.console import forms
from api.console.acts import Act, do_act, show_act
from api.console.navigation import mark
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.context import CommandContext
from api.currencies import served
from api.errors import NotFound
from api.identity.actor import Role
from api.operations.schemas import OperationRead
from api.pagination import PageDep as PagingDep
from api.schemas import ReasonGiven
from api.settlement import pay_outs, service, set_aside, tokens
from api.settlement.schemas import PayOutAsk, PayOutComplete, PayOutId

router = APIRouter(prefix="/cash")
HOLDERS = (Role.SUPPLIER, Role.CORE_ENTERPRISE, Role.FINANCIER, Role.BANK)
_FIELDS = ("amount", "currency", "instruction")

DECISIONS = {
    "complete": Act(
        mark("The money was paid"),
        (
            mark("The deposits that wait for it are destroyed: what the bank owes is that much less."),
            mark("The reference's hash goes on the chain; it can be used once."),
        ),
        mark("Say that it was paid"),
        reason=mark("Bank reference under which it was paid"),
        one_line=True,
    ),
    "refuse": Act(
        mark("Refuse the pay-out"),
        (
            mark("The deposits go back to whoever asked."),
            mark("Your reason is kept encrypted; its salted hash goes on the chain."),
        ),
        mark("Refuse it"),
        danger=True,
        reason=mark("Why it is not paid"),
    ),
}


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
        items=found.items,
        next=found.next,
        stopped=[token for token in deposits if token.paused],
        banks={token.deposit_token: token.bank.address for token in deposits if token.bank is not None},
    )


@router.get("/pay-out")
def show_ask(page: PageDep) -> Response:
    """The form."""
    return _ask(page, dict.fromkeys(_FIELDS, ""))


def _ask(page: Page, typed: dict[str, str], problem: Problem | None = None) -> Response:
    page.must_be(*HOLDERS)
    account = service.account(page.session, page.services, page.reader)
    return page.render(
        "pay_out_ask.html",
        typed=typed,
        balances=account.balances,
        currencies=served(page.services.deployments),
        problem=problem,
    )


@router.post("/pay-out")
def ask(page: PageDep, form: FormDep) -> Response:
    """The deposits wait from then on."""
    page.must_be(*HOLDERS)
    typed = {name: forms.text(form, name) for name in _FIELDS}
    about: str | None = "amount"
    try:
        amount = forms.amount(typed["amount"], typed["currency"])
        about = None
        body = PayOutAsk(amount=amount, instruction=typed["instruction"])
        operation = pay_outs.ask(page.command(form), body)
    except REFUSALS as error:
        return _ask(page, typed, problem_of(error, about))
    return page.follow(operation)


@router.get("/pay-outs/{pay_out_id}/{name}")
def show_decision(page: PageDep, pay_out_id: PayOutId, name: str) -> Response:
    """What it will do."""
    return _decision(page, pay_out_id, name)


def _decision(page: Page, pay_out_id: str, name: str, problem: Problem | None = None, reason: str = "") -> Response:
    page.must_be(Role.BANK)
    if name not in DECISIONS:
        raise NotFound.of("page", name)
    read = pay_outs.read(
        page.session, page.services, pay_outs.get(page.session, page.services, page.reader, pay_out_id)
    )
    facts = (
        (mark("Amount"), page.words.money(read.amount)),
        (mark("Asked for by"), read.account.name or read.account.address),
        (mark("Where to pay"), read.instruction or "–"),
        (mark("Asked"), page.words.instant(read.requested_at)),
    )
    return show_act(page, DECISIONS[name], back="/cash", problem=problem, reason=reason, facts=facts)


@router.post("/pay-outs/{pay_out_id}/{name}")
def decide(page: PageDep, form: FormDep, pay_out_id: PayOutId, name: str) -> Response:
    """The bank's word."""
    commands: dict[str, Callable[[CommandContext, str], OperationRead]] = {
        "complete": lambda context, why: pay_outs.complete(context, pay_out_id, PayOutComplete(bank_reference=why)),
        "refuse": lambda context, why: pay_outs.refuse(context, pay_out_id, ReasonGiven(reason=why)),
    }
    if name not in commands:
        raise NotFound.of("page", name)
    return do_act(
        page,
        form,
        DECISIONS[name],
        commands[name],
        lambda problem, why: _decision(page, pay_out_id, name, problem, why),
    )
