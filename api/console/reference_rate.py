"""The reference rate: what late interest is at least, of what is confirmed from then on (R-17)."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.console import forms, records
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.identity.actor import Role
from api.programmes import rates
from api.programmes.rates import ReferenceRateSet

router = APIRouter(prefix="/reference-rate")


@router.get("")
def show(page: PageDep) -> Response:
    """The rate in force; for the operator, the form for another, dated today."""
    return _show(page, {"rate": "", "effective_date": str(page.today)})


def _show(page: Page, typed: dict[str, str], problem: Problem | None = None) -> Response:
    record = records.newest(page, "ReferenceRateSet")
    return page.render(
        "reference_rate.html",
        record=None if record is None else record[1],
        final=record is not None and page.is_final(record[0]),
        rate=rates.read_rate(page.session, page.services),
        typed=typed,
        may_set=page.reader.role == Role.OPERATOR and page.as_of is None,
        problem=problem,
    )


@router.post("")
def set_rate(page: PageDep, form: FormDep) -> Response:
    """What the market's authority published."""
    page.must_be(Role.OPERATOR)
    typed = {name: forms.text(form, name) for name in ("rate", "effective_date")}
    about: str | None = "rate"
    try:
        rate = forms.per_cent(typed["rate"])
        about = "effective_date"
        body = ReferenceRateSet(effective_date=forms.day(typed["effective_date"]), rate_ppm=rate)
        operation = rates.set_rate(page.command(form), body)
    except REFUSALS as error:
        return _show(page, typed, problem_of(error, about))
    return page.follow(operation)
