"""Casework: acts that ask for something, or that only some may do in some states. Each is told once, as data; two
routes and one template show them all. What the network allows is for services and contracts to say: `yours` and `now`
only keep links away from whom they would lead to a refusal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import APIRouter, Path
from fastapi.responses import Response

from api.console import forms
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.context import CommandContext
from api.domain.dates import end_of_day
from api.errors import NotYours
from api.operations.schemas import OperationRead

AskKind = Literal["amount", "text", "area", "since", "day", "choice"]
"""`since` is the first second of a day, `day` its last."""
SubjectId = Annotated[str, Path(max_length=66)]
Given = dict[str, Any]
"""What was typed, as the API's bodies want it: Money, RFC 3339, text, or None where nothing was."""

_ABOUT: dict[str, AskKind] = {
    "AuthorizationAlreadyUsed": "text",
    "CreditOutOfRange": "amount",
    "ERC20InsufficientBalance": "amount",
    "HoldBeneficiaryUnfit": "choice",
    "HoldUntilOutOfRange": "day",
    "MergeNotAdjacent": "choice",
    "MergeNotAlike": "choice",
    "ParticipantLacksRole": "choice",
    "ParticipantNotActive": "choice",
    "PayableTenorReasonMissing": "area",
    "PieceBelowMinimum": "amount",
    "ReceivableHeld": "amount",
    "ReceivableInsufficientValue": "amount",
    "RecoveryTooMuch": "amount",
}
"""Refusal → the kind of field that it is about: the act's first of that kind."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One field, named as the API's body has it. Its texts are message ids."""

    name: str
    label: str
    kind: AskKind = "text"
    hint: str = ""
    required: bool = True


@dataclass(frozen=True)
class Subject:
    """What an act is about, as the reader sees it."""

    page: Page
    path: str
    """Its address, and where one goes back to."""
    currency: str

    def facts(self) -> list[tuple[str, str]]:
        """What stands above the form: label and value, in the reader's language."""
        return []

    @property
    def reader(self) -> str | None:
        return self.page.reader.address


S = TypeVar("S", bound=Subject)


def always(_subject: Subject) -> bool:
    """In whatever state."""
    return True


def nothing(_subject: Subject) -> dict[str, str]:
    """Empty fields."""
    return {}


@dataclass(frozen=True)
class Case(Generic[S]):
    """An act on a subject. Its texts are message ids."""

    link: str
    """What leads to it is called."""
    title: str
    happens: tuple[str, ...]
    """What will be so afterwards, a sentence each."""
    button: str
    yours: Callable[[S], bool]
    """Whose act it is."""
    command: Callable[[CommandContext, S, Given], OperationRead]
    now: Callable[[S], bool] = always
    """Whether it can be done in the state that is shown."""
    asks: tuple[Ask, ...] = ()
    suggest: Callable[[S], dict[str, str]] = nothing
    """What the fields hold at first."""
    choices: Callable[[S], dict[str, str]] = nothing
    """Value → name, of its field of that kind."""
    review: Callable[[S, Given], list[tuple[str, str]]] | None = None
    """What it comes to, shown before it is done: label and value."""
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Where an act's page is."""

    name: str
    href: str
    text: str


def links(subject: S, cases: Mapping[str, Case[S]]) -> list[Link]:
    """What the reader can do with it now; nothing in the past."""
    if subject.page.as_of is not None:
        return []
    return [
        Link(name, f"{subject.path}/{name}", case.link)
        for name, case in cases.items()
        if case.yours(subject) and case.now(subject)
    ]


def serve(
    router: APIRouter,
    cases: Mapping[str, Case[S]],
    find: Callable[[Page, str], S],
    back: Callable[[S], str] = lambda subject: subject.path,
) -> None:
    """`GET` and `POST /{subject_id}/{name}` of each. `find` raises NotFound for what the reader may not see."""
    for name, case in cases.items():
        _serve(router, name, case, find, back)


def _serve(
    router: APIRouter, name: str, case: Case[S], find: Callable[[Page, str], S], back: Callable[[S], str]
) -> None:
    def found(page: Page, subject_id: str) -> S:
        subject = find(page, subject_id)
        if not case.yours(subject):
            raise NotYours("you see it, but this act on it belongs to somebody else")
        return subject

    def shown(page: Page, subject: S, typed: dict[str, str], **more: Any) -> Response:
        more = {"reviewed": None, "problem": None, **more}
        choices = case.choices(subject)
        return page.render(
            "case.html",
            case=case,
            name=name,
            subject=subject,
            back=back(subject),
            typed=typed,
            choices=choices,
            **more,
        )

    def show(page: PageDep, subject_id: SubjectId) -> Response:
        subject = found(page, subject_id)
        return shown(page, subject, {**{ask.name: "" for ask in case.asks}, **case.suggest(subject)})

    def do(page: PageDep, form: FormDep, subject_id: SubjectId) -> Response:
        subject = found(page, subject_id)
        typed = {ask.name: forms.text(form, ask.name) for ask in case.asks}
        about: str | None = None
        try:
            given: Given = {}
            for ask in case.asks:
                about = ask.name
                given[ask.name] = _given(ask, typed[ask.name], subject.currency)
            about = None
            step = forms.text(form, "step")
            if step == "change":
                return shown(page, subject, typed)
            if case.review is not None and step != "do":
                return shown(page, subject, typed, reviewed=case.review(subject, given))
            operation = case.command(page.command(form), subject, given)
        except REFUSALS as error:
            return shown(page, subject, typed, problem=_problem(case, error, about))
        return page.follow(operation)

    path = f"/{{subject_id}}/{name}"
    router.add_api_route(path, show, methods=["GET"], name=f"show {name}")
    router.add_api_route(path, do, methods=["POST"], name=f"do {name}")


def _problem(case: Case[Any], error: Exception, about: str | None) -> Problem:
    problem = problem_of(error, about)
    kind = _ABOUT.get(problem.name)
    asked = next((ask.name for ask in case.asks if ask.kind == kind), None)
    return problem if about is not None or asked is None else problem.at(asked)


def _given(ask: Ask, typed: str, currency: str) -> Any:
    """RequestInvalid or MoneyError where it cannot be read; nothing typed is None where it may be left out."""
    if not typed and not ask.required:
        return None
    match ask.kind:
        case "amount":
            return forms.amount(typed, currency)
        case "since":
            return datetime.fromtimestamp(end_of_day(forms.day(typed) - timedelta(days=1)), UTC)
        case "day":
            return datetime.fromtimestamp(end_of_day(forms.day(typed)) - 1, UTC)
        case _:
            return typed
