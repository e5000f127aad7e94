"""Programmes: the terms that a debtor publishes for its payables."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.console import forms
from api.console.acts import Act, do_act, show_act
from api.console.navigation import mark
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.currencies import served
from api.identity.actor import Role
from api.pagination import PageDep as PagingDep
from api.programmes import service
from api.programmes.routes import ProgrammeId
from api.programmes.schemas import ProgrammePublish

router = APIRouter(prefix="/programmes")
NUMBERS = (
    "maximum_depth",
    "soft_tenor_months",
    "hard_tenor_months",
    "refusal_hours",
    "blackout_days_before",
    "blackout_days_after",
    "dishonour_days",
)

RETIRE = Act(
    mark("Retire these terms"),
    (
        mark("No new payable can be proposed under them."),
        mark("What is proposed or confirmed under them goes on as it is."),
    ),
    mark("Retire them"),
    danger=True,
)


@router.get("")
def list_programmes(page: PageDep, paging: PagingDep) -> Response:
    """Everybody's: published terms are for all to read."""
    found = service.list_programmes(page.session, page.services, paging, None, None)
    return page.render("programmes.html", items=found.items, next=found.next)


@router.get("/new")
def show_new(page: PageDep) -> Response:
    """The form, filled with what is usual."""
    page.must_be(Role.CORE_ENTERPRISE)
    usual = ProgrammePublish()
    typed = {name: str(getattr(usual, name)) for name in NUMBERS}
    usual_too = {"minimum_piece": service.MINIMUM_PIECE, "currency": "", "late_rate": "0", "registration_required": ""}
    return _new(page, {**typed, **usual_too})


def _new(page: Page, typed: dict[str, str], problem: Problem | None = None) -> Response:
    return page.render("programme_new.html", typed=typed, currencies=served(page.services.deployments), problem=problem)


@router.post("/new")
def publish(page: PageDep, form: FormDep) -> Response:
    """For good: published terms never change."""
    page.must_be(Role.CORE_ENTERPRISE)
    names = (*NUMBERS, "minimum_piece", "currency", "late_rate", "registration_required")
    typed = {name: forms.text(form, name) for name in names}
    about: str | None = None
    try:
        about = "minimum_piece"
        minimum = forms.amount(typed["minimum_piece"], typed["currency"])
        about = "late_rate"
        late = forms.per_cent(typed["late_rate"])
        about = None
        body = ProgrammePublish.model_validate(
            {
                **{name: typed[name] for name in NUMBERS},
                "currency": typed["currency"],
                "minimum_piece": minimum,
                "late_rate_ppm": late,
                "registration_required": forms.ticked(form, "registration_required"),
            }
        )
        operation = service.publish(page.command(form), body)
    except REFUSALS as error:
        return _new(page, typed, problem_of(error, about))
    return page.follow(operation)


@router.get("/{programme_id}")
def show(page: PageDep, programme_id: ProgrammeId) -> Response:
    """One debtor's terms, in full."""
    row = service.get(page.session, programme_id)
    read = service.read(page.session, page.services, row)
    mine = read.debtor.address == page.reader.address and page.as_of is None
    return page.render("programme.html", programme=read, mine=mine, final=page.is_final(row.last_block_number))


@router.get("/{programme_id}/retire")
def show_retire(page: PageDep, programme_id: ProgrammeId) -> Response:
    """What it will do."""
    return _retire(page, programme_id)


def _retire(page: Page, programme_id: int, problem: Problem | None = None) -> Response:
    read = service.read(page.session, page.services, service.get(page.session, programme_id))
    return show_act(page, RETIRE, back=f"/programmes/{programme_id}", problem=problem, programme=read)


@router.post("/{programme_id}/retire")
def retire(page: PageDep, form: FormDep, programme_id: ProgrammeId) -> Response:
    """The end of it for new payables."""
    return do_act(
        page,
        form,
        RETIRE,
        lambda context, _: service.retire(context, programme_id),
        lambda problem, _: _retire(page, programme_id, problem),
    )
