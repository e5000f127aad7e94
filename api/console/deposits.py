"""Deposits: the settlement bank credits what reached it."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.console import forms
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.identity import standing
from api.identity.actor import Role
from api.pagination import PageRequest
from api.settlement import service
from api.settlement.schemas import DepositCredit

router = APIRouter(prefix="/deposits")
CURRENCY = "CNY"
_FIELDS = ("account", "amount", "bank_reference")


@router.get("")
def show(page: PageDep) -> Response:
    """The form."""
    return _show(page, dict.fromkeys(_FIELDS, ""))


def _show(page: Page, typed: dict[str, str], problem: Problem | None = None) -> Response:
    page.must_be(Role.BANK)
    people = standing.list_participants(page.session, page.services, page.reader, PageRequest(None, 200)).items
    accounts = [one for one in people if one.address and one.status == "active"]
    return page.render("deposits.html", typed=typed, accounts=accounts, currency=CURRENCY, problem=problem)


@router.post("")
def credit(page: PageDep, form: FormDep) -> Response:
    """Real money that came in, once for each reference."""
    typed = {name: forms.text(form, name) for name in _FIELDS}
    about: str | None = "amount"
    try:
        amount = forms.amount(typed["amount"], CURRENCY)
        about = None
        body = DepositCredit(account=typed["account"], amount=amount, bank_reference=typed["bank_reference"])
        operation = service.credit(page.command(form), body)
    except REFUSALS as error:
        return _show(page, typed, problem_of(error, about))
    return page.follow(operation)
