"""Acts that need no more than a word: each says first what it will do. One template shows them all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi.responses import Response
from starlette.datastructures import FormData

from api.console import forms
from api.console.page import Page
from api.console.problems import REFUSALS, Problem, problem_of
from api.context import CommandContext
from api.operations.schemas import OperationRead


@dataclass(frozen=True, slots=True)
class Act:
    """What stands on the page of an act. Its texts are message ids."""

    title: str
    happens: tuple[str, ...]
    """What will be so afterwards, a sentence each."""
    button: str
    danger: bool = False
    reason: str | None = None
    """What the reason is asked as, where one is needed."""
    one_line: bool = False
    """It is no text but a reference or an address."""


def show_act(
    page: Page, act: Act, *, back: str, problem: Problem | None = None, reason: str = "", **shown: Any
) -> Response:
    """What will happen, and the button. `shown`: what of it the template tells besides; `facts`: label, a message id,
    and text of each.
    """
    return page.render("act.html", act=act, back=back, problem=problem, reason=reason, **{**_NOTHING, **shown})


_NOTHING = {
    "payable": None,
    "receivable": None,
    "quote": None,
    "programme": None,
    "due": None,
    "organisation": None,
    "facts": (),
}


def do_act(
    page: Page,
    form: FormData,
    act: Act,
    command: Callable[[CommandContext, str], OperationRead],
    again: Callable[[Problem, str], Response],
) -> Response:
    """On to the operation, or the page once more with what was wrong: `command` and `again` are given the reason."""
    reason = forms.text(form, "reason")
    try:
        operation = command(page.command(form), reason)
    except REFUSALS as error:
        return again(problem_of(error, "reason" if act.reason and not reason else None), reason)
    return page.follow(operation)
