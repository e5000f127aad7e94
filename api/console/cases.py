"""Acts: each is told once, as data; two routes and one template show them all. Whatever asks for an amount, a day or a
choice is reviewed before it is done. What the network allows is for services and contracts to say: `yours` and `now`
only keep links away from whom they would lead to a refusal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from api.console import forms
from api.console.navigation import mark
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.context import CommandContext
from api.currencies import served
from api.domain.dates import end_of_day
from api.errors import NotYours, RequestInvalid
from api.operations.schemas import OperationRead

AskKind = Literal["amount", "text", "area", "number", "rate", "since", "day", "date", "choice", "one_of", "tick"]
"""`rate`: per cent a year, parts per million in the body. `since` is the first second of a day, `day` its last, `date`
the day itself. `one_of`: a choice that is not asked where there is only one.
"""
SAID_ALREADY: set[AskKind] = {"text", "area"}
"""What needs no review: it is kept word for word, and moves nothing."""
CURRENCY = "currency"
"""The field that says what amounts of the same form are in; it is no part of the body."""
Given = dict[str, Any]
"""What was typed, as the API's bodies want it: Money, RFC 3339, text, or None where nothing was."""
Fact = tuple[str, str]
"""Label, a message id, and text in the reader's language."""

_ABOUT: dict[str, AskKind] = {
    "AuthorizationAlreadyUsed": "text",
    "CreditOutOfRange": "amount",
    "ERC20InsufficientBalance": "amount",
    "HoldBeneficiaryUnfit": "choice",
    "HoldUntilOutOfRange": "day",
    "MergeNotAdjacent": "choice",
    "MergeNotAlike": "choice",
    "OrderAmountExceeded": "amount",
    "ParticipantLacksRole": "choice",
    "ParticipantNotActive": "choice",
    "PayableTenorReasonMissing": "area",
    "PaymentExceedsOutstanding": "amount",
    "PaymentTooMuch": "amount",
    "PieceBelowMinimum": "amount",
    "ReceivableHeld": "amount",
    "ReceivableInsufficientValue": "amount",
    "RecoveryTooMuch": "amount",
}
"""Refusal → the kind of field that it is about: the act's first of that kind, unless it has the very field."""


def nothing(_subject: Any) -> dict[str, str]:
    """Empty fields, or no choices."""
    return {}


@dataclass(frozen=True, slots=True)
class Ask:
    """One field, named as the API's body has it. Its texts are message ids."""

    name: str
    label: str
    kind: AskKind = "text"
    hint: str = ""
    required: bool = True
    choices: Callable[[Any], Mapping[str, str]] = nothing
    """Value → name, of a choice on a subject."""


@dataclass(frozen=True)
class Subject:
    """What an act is about, as the reader sees it; as it is, a desk: acts that begin with nothing."""

    page: Page
    path: str
    """Its address, and where one goes back to."""
    currency: str
    """Of its amounts; "" where the form asks for it."""

    def facts(self) -> list[Fact]:
        """What stands above the form."""
        return []

    def named(self) -> dict[str, Any]:
        """What templates that tell it in full (`Case.terms`) call it."""
        return {}

    @property
    def reader(self) -> str | None:
        return self.page.reader.address


def _served(subject: Subject) -> dict[str, str]:
    return {currency: currency for currency in served(subject.page.services.deployments)}


IN_CURRENCY = Ask(CURRENCY, mark("Currency"), "one_of", choices=_served)

S = TypeVar("S", bound=Subject)


def always(_subject: Subject) -> bool:
    """Whoever sees it, in whatever state."""
    return True


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
    review: Callable[[S, Given], list[Fact]] | None = None
    """What it comes to, besides what was typed; with nothing to type it stands on the first page."""
    worth: Callable[[S], str] | None = None
    """The amount that its link names."""
    terms: str = ""
    """The template that tells the subject in full, in place of its facts."""
    danger: bool = False
    primary: bool = False
    """What one comes to the subject for."""

    @property
    def reviewed(self) -> bool:
        """Whether what was typed is shown before it is done."""
        return bool(self.asks) and (self.review is not None or any(ask.kind not in SAID_ALREADY for ask in self.asks))


@dataclass(frozen=True, slots=True)
class Link:
    """Where an act's page is."""

    name: str
    href: str
    text: str
    worth: str
    primary: bool


def links(subject: S, cases: Mapping[str, Case[S]]) -> list[Link]:
    """What the reader can do with it now; nothing in the past."""
    if subject.page.as_of is not None:
        return []
    return [
        Link(name, f"{subject.path}/{name}", case.link, case.worth(subject) if case.worth else "", case.primary)
        for name, case in cases.items()
        if case.yours(subject) and case.now(subject)
    ]


def back_to_it(subject: Subject) -> str:
    """A subject with a page of its own."""
    return subject.path


def serve(
    router: APIRouter,
    cases: Mapping[str, Case[S]],
    find: Callable[..., S],
    at: str,
    back: Callable[[S], str] = back_to_it,
) -> None:
    """`GET` and `POST` of each below `at`, a subject's address. `find` is the dependency that reads it there; NotFound
    for what the reader may not see.
    """
    for name, case in cases.items():
        _serve(router, f"{at}/{name}", case, find, back)


def _serve(router: APIRouter, path: str, case: Case[S], find: Callable[..., S], back: Callable[[S], str]) -> None:
    def found(subject: Annotated[Any, Depends(find)]) -> Any:
        if not case.yours(subject):
            raise NotYours("you see it, but this act on it belongs to somebody else")
        return subject

    def shown(page: Page, subject: S, typed: dict[str, str], **more: Any) -> Response:
        facts = case.review(subject, {}) if case.review is not None and not case.asks else []
        more = {"told": facts, "review": False, "problem": None, **subject.named(), **more}
        choices = {ask.name: ask.choices(subject) for ask in case.asks}
        return page.render(
            "case.html", case=case, subject=subject, back=back(subject), typed=typed, choices=choices, **more
        )

    def show(page: PageDep, subject: Annotated[Any, Depends(found)]) -> Response:
        return shown(page, subject, {**{ask.name: "" for ask in case.asks}, **case.suggest(subject)})

    def do(page: PageDep, form: FormDep, subject: Annotated[Any, Depends(found)]) -> Response:
        typed = {ask.name: forms.text(form, ask.name) for ask in case.asks}
        step = forms.text(form, "step")
        if step == "change":
            return shown(page, subject, typed)
        about: str | None = None
        try:
            given: Given = {}
            for ask in case.asks:
                about = ask.name
                if about != CURRENCY:
                    given[about] = _given(ask, typed[about], typed.get(CURRENCY, subject.currency))
            about = None
            if case.reviewed and step != "do":
                return shown(page, subject, typed, told=_told(page, case, subject, typed, given), review=True)
            operation = case.command(page.command(form), subject, given)
        except REFUSALS as error:
            return shown(page, subject, typed, problem=_problem(case, error, about))
        return page.follow(operation)

    router.add_api_route(path, show, methods=["GET"])
    router.add_api_route(path, do, methods=["POST"])


def _told(page: Page, case: Case[S], subject: S, typed: dict[str, str], given: Given) -> list[Fact]:
    """What was typed, as it was understood, and what it comes to."""
    asked = [ask for ask in case.asks if typed[ask.name] and (ask.kind != "one_of" or len(ask.choices(subject)) > 1)]
    facts = [(ask.label, _text(page, ask, typed[ask.name], given, subject)) for ask in asked]
    return facts + (case.review(subject, given) if case.review is not None else [])


def _text(page: Page, ask: Ask, typed: str, given: Given, subject: Subject) -> str:
    match ask.kind:
        case "amount":
            return page.words.money(given[ask.name])
        case "rate":
            return page.words.rate(given[ask.name])
        case "since" | "day" | "date":
            return page.words.day(forms.day(typed))
        case "choice" | "one_of":
            return ask.choices(subject).get(typed, typed)
        case "tick":
            return page.words.say(mark("yes"))
        case _:
            return typed


def _problem(case: Case[Any], error: Exception, about: str | None) -> Problem:
    problem = problem_of(error, about)
    if about is not None or any(ask.name in problem.fields for ask in case.asks):
        return problem
    # of that very type: an amount in another currency than the subject's
    kind = "amount" if type(error) is RequestInvalid else _ABOUT.get(problem.name)
    asked = next((ask.name for ask in case.asks if ask.kind == kind), None)
    return problem if asked is None else problem.at(asked)


def _last_second(day: date) -> datetime:
    return datetime.fromtimestamp(end_of_day(day) - 1, UTC)


_READ: dict[AskKind, Callable[[str], Any]] = {
    "rate": forms.per_cent,
    "date": forms.day,
    "since": lambda typed: _last_second(forms.day(typed) - timedelta(days=1)) + timedelta(seconds=1),
    "day": lambda typed: _last_second(forms.day(typed)),
}


def _given(ask: Ask, typed: str, currency: str) -> Any:
    """RequestInvalid or MoneyError where it cannot be read; nothing typed is None where it may be left out."""
    if ask.kind == "tick":
        return bool(typed)
    if not typed and not ask.required:
        return None
    if ask.kind == "amount":
        return forms.amount(typed, currency)
    return _READ.get(ask.kind, str)(typed)
