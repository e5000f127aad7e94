"""Acts: each is told once, as data; two routes and one template show them all. Whatever asks for an amount, a day or a
choice is reviewed before it is done. What the network allows is for services and contracts to say: `yours` and `now`
only keep links away from whom they would lead to a refusal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar, overload

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from api.console import forms
from api.console.asks import CURRENCY, SAID_ALREADY, Ask, AskKind, always, nothing, read, told
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.context import CommandContext
from api.errors import NotYours, RequestInvalid
from api.operations.schemas import OperationRead

Given = dict[str, Any]
"""What was typed, as the API's bodies want it: Money, RFC 3339, text, or None where nothing was."""
Fact = tuple[str, str]
"""Label, a message id, and text in the reader's language."""

_ABOUT: dict[str, AskKind] = {
    "AuthorizationAlreadyUsed": "text",
    "CreditOutOfRange": "amount",
    "ERC20InsufficientBalance": "amount",
    "HoldBeneficiaryUnfit": "organisation",
    "HoldUntilOutOfRange": "day",
    "MergeNotAdjacent": "choice",
    "MergeNotAlike": "choice",
    "OrderAmountExceeded": "amount",
    "ParticipantLacksRole": "organisation",
    "ParticipantNotActive": "organisation",
    "PayableTenorReasonMissing": "area",
    "PaymentExceedsOutstanding": "amount",
    "PaymentTooMuch": "amount",
    "PieceBelowMinimum": "amount",
    "ReceivableHeld": "amount",
    "ReceivableInsufficientValue": "amount",
    "RecoveryTooMuch": "amount",
}
"""Refusal → the kind of field that it is about: the act's first of that kind, unless it has the very field."""


@dataclass(frozen=True)
class Subject:
    """What an act is about, as the reader sees it; as it is, a desk: acts that begin with nothing."""

    page: Page
    place: str
    """Where such are listed."""
    key: Any
    """Its id there, as the services want it; None of a desk."""
    currency: str
    """Of its amounts; "" where the form asks for it."""

    @property
    def path(self) -> str:
        """Its address, and where one goes back to."""
        return self.place if self.key is None else f"{self.place}/{self.key}"

    def facts(self) -> list[Fact]:
        """What stands above the form."""
        return []

    def named(self) -> dict[str, Any]:
        """What templates that tell it in full (`Case.terms`) call it."""
        return {}

    def known(self) -> dict[str, Any]:
        """What bodies hold besides what was typed."""
        return {}

    @property
    def reader(self) -> str | None:
        return self.page.reader.address


S = TypeVar("S", bound=Subject)


Command = Callable[[CommandContext, Any, Given], OperationRead]
"""What does it: of a subject and what was typed."""
B = TypeVar("B")


@overload
def on(function: Callable[[CommandContext, Any], OperationRead]) -> Command: ...
@overload
def on(function: Callable[[CommandContext, Any, B], OperationRead], body: Callable[..., B]) -> Command: ...
def on(function: Callable[..., OperationRead], body: Callable[..., Any] | None = None) -> Command:
    """A service's function of the subject's id, and of a body if it takes one."""
    if body is None:
        return lambda context, subject, _: function(context, subject.key)
    return lambda context, subject, given: function(context, subject.key, body(**subject.known(), **given))


def anew(function: Callable[[CommandContext, B], OperationRead], body: Callable[..., B]) -> Command:
    """A service's function of a body alone."""
    return lambda context, subject, given: function(context, body(**subject.known(), **given))


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
    command: Command
    now: Callable[[S], bool] = always
    """Whether it can be done in the state that is shown."""
    asks: tuple[Ask, ...] = ()
    suggest: Callable[[S], dict[str, str]] = nothing
    """What the fields hold at first."""
    review: Callable[[S, Given], list[Fact]] | None = None
    """What it comes to, besides what was typed; with nothing to type it stands on the first page."""
    worth: Callable[[S], str] | None = None
    """The amount that its link names; its button names the one that was typed."""
    terms: str = ""
    """The template that tells the subject in full, in place of its facts."""
    danger: bool = False
    primary: bool = False
    """What one comes to the subject for."""

    def asked(self, subject: S) -> list[Ask]:
        """The fields of its form."""
        return [ask for ask in self.asks if ask.when(subject)]

    def reviewed(self, subject: S) -> bool:
        """Whether what was typed is shown before it is done."""
        asked = self.asked(subject)
        return bool(asked) and (self.review is not None or any(ask.kind not in SAID_ALREADY for ask in asked))


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
        asked = case.asked(subject)
        facts = case.review(subject, {}) if case.review is not None and not asked else []
        choices = {ask.name: ask.choices(subject) for ask in asked}
        worth = case.worth(subject) if case.worth is not None and not asked else ""
        more = {"told": facts, "worth": worth, "review": False, "problem": None, **subject.named(), **more}
        return page.render(
            "case.html",
            case=case,
            subject=subject,
            back=back(subject),
            asked=asked,
            typed=typed,
            choices=choices,
            **more,
        )

    def show(page: PageDep, subject: Annotated[Any, Depends(found)]) -> Response:
        return shown(page, subject, {**{ask.name: "" for ask in case.asked(subject)}, **case.suggest(subject)})

    def do(page: PageDep, form: FormDep, subject: Annotated[Any, Depends(found)]) -> Response:
        asked = case.asked(subject)
        typed = {ask.name: forms.text(form, ask.name) for ask in asked}
        step = forms.text(form, "step")
        if step == "change":
            return shown(page, subject, typed)
        about: str | None = None
        try:
            given: Given = {}
            for ask in asked:
                about = ask.name
                if about != CURRENCY:
                    given[about] = read(page, ask, typed[about], typed.get(CURRENCY, subject.currency))
            about = None
            if case.reviewed(subject) and step != "do":
                amounts = [page.words.money(given[ask.name]) for ask in asked if ask.kind == "amount"]
                worth = amounts[0] if case.worth is not None and amounts else ""
                said = _told(page, case, subject, typed, given)
                return shown(page, subject, typed, told=said, worth=worth, review=True)
            operation = case.command(page.command(form), subject, given)
        except REFUSALS as error:
            return shown(page, subject, typed, problem=_problem(case, error, about))
        return page.follow(operation)

    router.add_api_route(path, show, methods=["GET"])
    router.add_api_route(path, do, methods=["POST"])


def _told(page: Page, case: Case[S], subject: S, typed: dict[str, str], given: Given) -> list[Fact]:
    """What was typed, as it was understood, and what it comes to."""
    asked = [ask for ask in case.asked(subject) if (typed[ask.name] or ask.kind == "tick") and not ask.settled(subject)]
    facts = [(ask.label, told(page, ask, subject, typed[ask.name], given.get(ask.name))) for ask in asked]
    return facts + (case.review(subject, given) if case.review is not None else [])


def _problem(case: Case[Any], error: Exception, about: str | None) -> Problem:
    problem = problem_of(error, about)
    if about is not None or any(ask.name in problem.fields for ask in case.asks):
        return problem
    # of that very type: an amount in another currency than the subject's
    kind = "amount" if type(error) is RequestInvalid else _ABOUT.get(problem.name)
    asked = next((ask.name for ask in case.asks if ask.kind == kind), None)
    return problem if asked is None else problem.at(asked)
