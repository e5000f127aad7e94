"""Fields of acts: what they ask for, how that is read, and how it is said again before the act is done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from api.console import forms, organisations
from api.console.navigation import mark
from api.console.page import Page
from api.currencies import served
from api.domain.dates import end_of_day
from api.parties import parties

AskKind = Literal[
    "amount", "text", "area", "number", "rate", "since", "day", "date", "choice", "organisation", "one_of", "tick"
]
"""`rate`: per cent a year, parts per million in the body. `since` is the first second of a day, `day` its last, `date`
the day itself. `organisation`: of `organisations.choices`, an account in the body. `one_of`: a choice that is not asked
where there is only one.
"""
SAID_ALREADY: set[AskKind] = {"text", "area"}
"""What needs no review: it is kept word for word, and moves nothing."""
CURRENCY = "currency"
"""The field that says what amounts of the same form are in; it is no part of the body."""


def nothing(_subject: Any) -> dict[str, str]:
    """Empty fields, or no choices."""
    return {}


def always(_subject: Any) -> bool:
    """Whoever sees it, in whatever state."""
    return True


@dataclass(frozen=True, slots=True)
class Ask:
    """One field, named as the API's body has it. Its texts are message ids."""

    name: str
    label: str
    kind: AskKind = "text"
    hint: str = ""
    required: bool = True
    unit: str = ""
    """Of a number."""
    choices: Callable[[Any], Any] = nothing
    """Value → name, of a choice on a subject; organisations.Choices of an organisation."""
    when: Callable[[Any], bool] = always
    """Of which subjects it is asked."""

    def settled(self, subject: Any) -> bool:
        """There is only one answer."""
        return self.kind == "one_of" and len(self.choices(subject)) == 1


def _served(subject: Any) -> dict[str, str]:
    return {currency: currency for currency in served(subject.page.services.deployments)}


IN_CURRENCY = Ask(CURRENCY, mark("Currency"), "one_of", choices=_served)


def _last_second(day: date) -> datetime:
    return datetime.fromtimestamp(end_of_day(day) - 1, UTC)


_READ: dict[AskKind, Callable[[str], Any]] = {
    "rate": forms.per_cent,
    "date": forms.day,
    "since": lambda typed: _last_second(forms.day(typed) - timedelta(days=1)) + timedelta(seconds=1),
    "day": lambda typed: _last_second(forms.day(typed)),
}


def read(page: Page, ask: Ask, typed: str, currency: str) -> Any:
    """RequestInvalid or MoneyError where it cannot be read; nothing typed is None where it may be left out."""
    if ask.kind == "tick":
        return bool(typed)
    if not typed and not ask.required:
        return None
    if ask.kind == "amount":
        return forms.amount(typed, currency)
    if ask.kind == "organisation":
        return organisations.account_of(page, typed)
    return _READ.get(ask.kind, str)(typed)


def told(page: Page, ask: Ask, subject: Any, typed: str, given: Any) -> str:
    """A field as it was understood, in the reader's language."""
    words, text = page.words, typed
    match ask.kind:
        case "amount":
            text = words.money(given)
        case "rate":
            text = words.rate(given)
        case "since" | "day" | "date":
            text = words.day(forms.day(typed))
        case "choice" | "one_of":
            text = str(ask.choices(subject).get(typed, typed))
        case "organisation":
            text = parties(page.session, {given})[given].name or str(given)
        case "tick":
            text = words.say(mark("yes") if given else mark("no"))
        case "number" if ask.unit:
            text = f"{typed} {words.say(ask.unit)}"
    return text
