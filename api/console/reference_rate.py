"""The reference rate: what late interest is at least, of what is confirmed from then on (R-17)."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.console.asks import Ask
from api.console.cases import Case, Fact, Subject, anew, links, serve
from api.console.navigation import mark
from api.console.page import PageDep
from api.identity.actor import Role
from api.programmes import rates
from api.programmes.rates import ReferenceRateSet

router = APIRouter(prefix="/reference-rate")


class RateDesk(Subject):
    """The rate in force."""

    def facts(self) -> list[Fact]:
        found, words = rates.read_rate(self.page.session, self.page.services), self.page.words
        if found.rate_ppm is None or found.effective_date is None:
            return [(mark("In force"), "–")]
        return [(mark("In force"), words.rate(found.rate_ppm)), (mark("Since"), words.day(found.effective_date))]


def desk(page: PageDep) -> RateDesk:
    """For all to read."""
    return RateDesk(page, "/reference-rate", None, "")


DESK: dict[str, Case[RateDesk]] = {
    "set": Case(
        mark("Set a new rate"),
        mark("Set a new rate"),
        (
            mark("Payables confirmed from then on have it as their floor; those confirmed before keep theirs."),
            mark("Rates go forward only: none can be dated before it later."),
        ),
        mark("Set the rate"),
        primary=True,
        yours=lambda desk: desk.page.reader.role == Role.OPERATOR,
        asks=(
            Ask("rate_ppm", mark("Yearly rate"), "rate", mark("as published, such as 3.10")),
            Ask(
                "effective_date",
                mark("In force from"),
                "date",
                mark("not after today, and not before the rate in force"),
            ),
        ),
        suggest=lambda desk: {"effective_date": str(desk.page.today)},
        command=anew(rates.set_rate, ReferenceRateSet),
    ),
}

serve(router, DESK, desk, "")


@router.get("")
def show(page: PageDep) -> Response:
    """The rate in force; the operator sets another."""
    rate = rates.read_rate(page.session, page.services)
    row = rates.in_force(page.session, page.services)
    return page.render(
        "reference_rate.html",
        rate=rate,
        cases=links(desk(page), DESK),
        record=None if row is None else f"{row.block_number}/{row.log_index}",
        final=row is not None and page.is_final(row.block_number),
    )
