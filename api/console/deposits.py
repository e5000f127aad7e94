"""Deposits: the settlement bank credits what reached it, and stops its deposits where it must."""

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import Response

from api.console import forms, organisations
from api.console.acts import Act, do_act, show_act
from api.console.navigation import mark
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.context import CommandContext
from api.currencies import served
from api.errors import NotFound
from api.identity.actor import Role
from api.operations.schemas import OperationRead
from api.schemas import Account, ReasonGiven
from api.settlement import service, tokens
from api.settlement.schemas import DepositCredit

router = APIRouter(prefix="/deposits")
_FIELDS = ("account", "amount", "currency", "bank_reference")

ACTS = {
    "pause": Act(
        mark("Stop the deposits"),
        (
            mark("No payment and no sale in them goes through until you let them move again."),
            mark("You can still credit accounts and complete pay-outs."),
            mark("What falls due meanwhile and can be paid in nothing else is no dishonour."),
            mark("Everybody sees that they stand still, and why."),
        ),
        mark("Stop them"),
        danger=True,
        reason=mark("Why they are stopped"),
    ),
    "resume": Act(
        mark("Let the deposits move again"), (mark("They can be paid with again, as before."),), mark("Let them move")
    ),
}


@router.get("")
def show(page: PageDep) -> Response:
    """The form, and the state of the bank's deposits."""
    return _show(page, dict.fromkeys(_FIELDS, ""))


def _show(page: Page, typed: dict[str, str], problem: Problem | None = None) -> Response:
    page.must_be(Role.BANK)
    found = tokens.list_tokens(page.session, page.services).items
    return page.render(
        "deposits.html",
        typed=typed,
        accounts=organisations.choices(page, organisations.ACTIVE),
        currencies=served(page.services.deployments),
        tokens=[token for token in found if token.bank is not None and token.bank.address == page.reader.address],
        problem=problem,
    )


@router.post("")
def credit(page: PageDep, form: FormDep) -> Response:
    """Real money that came in, once for each reference."""
    page.must_be(Role.BANK)
    typed = {name: forms.text(form, name) for name in _FIELDS}
    about: str | None = "amount"
    try:
        amount = forms.amount(typed["amount"], typed["currency"])
        about = "account"
        account = organisations.account_of(page, typed["account"])
        about = None
        body = DepositCredit(account=account, amount=amount, bank_reference=typed["bank_reference"])
        operation = service.credit(page.command(form), body)
    except REFUSALS as error:
        return _show(page, typed, problem_of(error, about))
    return page.follow(operation)


@router.get("/{account}/{name}")
def show_act_on(page: PageDep, account: Account, name: str) -> Response:
    """What it will do."""
    return _act_on(page, account, name)


def _act_on(page: Page, account: str, name: str, problem: Problem | None = None, reason: str = "") -> Response:
    page.must_be(Role.BANK)
    found = tokens.list_tokens(page.session, page.services).items
    token = next((one for one in found if one.deposit_token == account), None)
    if token is None or name not in ACTS:
        raise NotFound.of("deposit token", account)
    facts = [(mark("Currency"), token.currency), (mark("State"), page.words.say(state_of(paused=token.paused)))]
    if token.reason:
        facts.append((mark("Reason"), token.reason))
    return show_act(page, ACTS[name], back="/deposits", problem=problem, reason=reason, facts=tuple(facts))


def state_of(*, paused: bool) -> str:
    """In English, as the lists say it."""
    return mark("They stand still") if paused else mark("They move")


@router.post("/{account}/{name}")
def act_on(page: PageDep, form: FormDep, account: Account, name: str) -> Response:
    """The act itself."""
    commands: dict[str, Callable[[CommandContext, str], OperationRead]] = {
        "pause": lambda context, why: tokens.pause(context, account, ReasonGiven(reason=why)),
        "resume": lambda context, _: tokens.resume(context, account),
    }
    if name not in commands:
        raise NotFound.of("deposit token", account)
    return do_act(
        page, form, ACTS[name], commands[name], lambda problem, why: _act_on(page, account, name, problem, why)
    )
