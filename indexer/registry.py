"""Which handler folds which event, and whose rows it may write.

A handler is one fold step: the rows so far and one event give the rows now. It touches the rows of its event's subject
alone and asks nobody, so that replaying a subject's events always gives the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from node_adapter.artifacts import event_specs, payable_of

if TYPE_CHECKING:
    from indexer.events import Event
    from indexer.fold import Fold
    from indexer.models import Base

Handler = Callable[["Fold", "Event"], None]


SUBJECT = "subject"
"""In `reads`: the row's key is the event's subject itself."""


@dataclass(frozen=True, slots=True)
class Route:
    handler: Handler
    subject: Callable[[dict[str, Any], str], str]
    """The event's arguments and the address that emitted it → whom it is about."""
    folds: bool
    """It reads or writes rows that carry a subject; else it makes rows of this one event only."""
    reads: tuple[tuple[type[Base], str], ...]
    """Rows it steps: (model, the argument with the row's key). Fetched for a whole batch at once."""


_ROUTES: dict[tuple[str, str], Route] = {}


def handles(
    contract: str,
    name: str,
    *,
    subject: str,
    folds: bool = True,
    reads: Mapping[type[Base], str | tuple[str, ...]] | None = None,
) -> Callable[[Handler], Handler]:
    """Registers the handler of one event.

    `subject` names the argument that says whom the event is about; "payable_id" is also found inside a receivable's id.
    Where that alone would not tell kinds of subjects apart, it is a format: "order:{order_id}", "{emitter}/{number}".
    """
    keys = [(model, names if isinstance(names, tuple) else (names,)) for model, names in (reads or {}).items()]

    def register(handler: Handler) -> Handler:
        key = (contract, name)
        if key in _ROUTES:
            raise ValueError(f"{contract}.{name} has two handlers")
        steps = tuple((model, name) for model, names in keys for name in names)
        _ROUTES[key] = Route(handler, _subject_of(subject), folds, steps)
        return handler

    return register


def route(contract: str, name: str) -> Route:
    """Raises KeyError where no handler is registered; `Decoder` made sure of that for business events."""
    return routes()[contract, name]


@cache
def routes() -> Mapping[tuple[str, str], Route]:
    import indexer.handlers  # noqa: F401  importing it registers them

    return _ROUTES


def unhandled() -> list[str]:
    """Business events without a handler."""
    named = {(spec.contract, spec.name) for spec in event_specs().values() if spec.business}
    return sorted(f"{contract}.{name}" for contract, name in named - set(routes()))


@cache
def folding() -> Mapping[str, frozenset[str]]:
    """Events that write rows with a subject: contract → names."""
    contracts = {contract for (contract, _), r in routes().items() if r.folds}
    return {c: frozenset(name for (of, name), r in routes().items() if of == c and r.folds) for c in contracts}


def _subject_of(subject: str) -> Callable[[dict[str, Any], str], str]:
    if subject == "payable_id":
        return _payable_id
    if "{" in subject:
        return lambda args, emitter: subject.format(emitter=emitter, **args)
    return lambda args, _emitter: str(args[subject])


def _payable_id(args: dict[str, Any], _emitter: str) -> str:
    payable_id: str | None = args.get("payable_id")
    return payable_id or payable_of(args["receivable_id"])
