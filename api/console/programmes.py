"""Programmes: the terms that a debtor publishes for its payables."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.console.asks import IN_CURRENCY, Ask
from api.console.cases import Case, Given, Subject, links, on, serve
from api.console.navigation import mark
from api.console.page import PageDep
from api.context import CommandContext
from api.identity.actor import Role
from api.operations.schemas import OperationRead
from api.pagination import PageDep as PagingDep
from api.programmes import service
from api.programmes.routes import ProgrammeId
from api.programmes.schemas import ProgrammePublish, ProgrammeRead

router = APIRouter(prefix="/programmes")


@dataclass(frozen=True)
class ProgrammeSubject(Subject):
    """One debtor's terms: published terms are for all to read."""

    read: ProgrammeRead

    def named(self) -> dict[str, Any]:
        return {"programme": self.read}


def find(page: PageDep, programme_id: ProgrammeId) -> ProgrammeSubject:
    """NotFound where there are none."""
    read = service.read(page.session, page.services, service.get(page.session, programme_id))
    return ProgrammeSubject(page, "/programmes", programme_id, read.currency, read)


def desk(page: PageDep) -> Subject:
    """Where terms are published."""
    return Subject(page, "/programmes", None, "")


def _usual(_desk: Subject) -> dict[str, str]:
    """Every form begins with what the API does where nothing is said."""
    usual = ProgrammePublish().model_dump(exclude={"currency", "deposit_tokens", "registration_required"})
    return {**{name: str(value) for name, value in usual.items()}, "minimum_piece": service.MINIMUM_PIECE}


def _publish(context: CommandContext, _desk: Subject, given: Given) -> OperationRead:
    currency = given["minimum_piece"].currency
    return service.publish(context, ProgrammePublish.model_validate({**given, "currency": currency}))


_TENOR, _BLACKOUT, _MONTHS, _DAYS = mark("1 to 12"), mark("0 to 60"), mark("months"), mark("days")
DESK: dict[str, Case[Subject]] = {
    "new": Case(
        mark("Publish terms"),
        mark("Publish terms"),
        (
            mark(
                "Suppliers propose their invoices under them. Published terms never change; you can retire them and "
                "publish others."
            ),
        ),
        mark("Publish for good"),
        primary=True,
        yours=lambda desk: desk.page.reader.role == Role.CORE_ENTERPRISE,
        asks=(
            IN_CURRENCY,
            Ask("minimum_piece", mark("Smallest piece"), "amount", mark("the least a split may hand on")),
            Ask("maximum_depth", mark("Splits deep at most"), "number", mark("0 to 255")),
            Ask("soft_tenor_months", mark("Longest term without a reason"), "number", _TENOR, unit=_MONTHS),
            Ask("hard_tenor_months", mark("Longest term with a reason"), "number", _TENOR, unit=_MONTHS),
            Ask("refusal_hours", mark("A receiver may refuse within"), "number", mark("0 to 720"), unit=mark("hours")),
            Ask("dishonour_days", mark("Days of grace before a dishonour"), "number", mark("3 to 30"), unit=_DAYS),
            Ask(
                "blackout_days_before",
                mark("Nothing is handed on this many days before the due date"),
                "number",
                _BLACKOUT,
                unit=_DAYS,
            ),
            Ask("blackout_days_after", mark("and until this many days after it"), "number", _BLACKOUT, unit=_DAYS),
            Ask(
                "late_rate_ppm",
                mark("Late interest agreed"),
                "rate",
                mark("0: none agreed, the law's 0.05 %% a day"),
            ),
            Ask("registration_required", mark("A financing names the registration of its assignment"), "tick"),
        ),
        suggest=_usual,
        command=_publish,
    ),
}
CASES: dict[str, Case[ProgrammeSubject]] = {
    "retire": Case(
        mark("Retire these terms"),
        mark("Retire these terms"),
        (
            mark("No new payable can be proposed under them."),
            mark("What is proposed or confirmed under them goes on as it is."),
        ),
        mark("Retire them"),
        danger=True,
        terms="programme_facts.html",
        yours=lambda subject: subject.read.debtor.address == subject.reader,
        now=lambda subject: subject.read.open,
        command=on(service.retire),
    ),
}

serve(router, DESK, desk, "")
serve(router, CASES, find, "/{programme_id}")


@router.get("")
def list_programmes(page: PageDep, paging: PagingDep) -> Response:
    """Everybody's."""
    found = service.list_programmes(page.session, page.services, paging, None, None)
    return page.render("programmes.html", items=found.items, next=found.next, cases=links(desk(page), DESK))


@router.get("/{programme_id}")
def show(page: PageDep, programme_id: ProgrammeId) -> Response:
    """One debtor's terms, in full."""
    subject = find(page, programme_id)
    final = page.is_final(service.get(page.session, programme_id).last_block_number)
    return page.render("programme.html", programme=subject.read, cases=links(subject, CASES), final=final)
