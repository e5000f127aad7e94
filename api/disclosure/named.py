"""Which hashes the chain has, whatever they are of."""

from collections.abc import Iterator, Set
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from indexer.models import ChainEvent

AT_ONCE = 5_000
"""Events held in memory."""


def named_by_events(session: Session, hashes: Set[str]) -> set[str]:
    """Those of the hashes that an event in the index names, as whatever: rows with a state keep only the newest. Reads
    all events once."""
    rows = session.scalars(select(ChainEvent.args).execution_options(yield_per=AT_ONCE))
    return {word for args in rows for word in _words(args) if word in hashes}


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _words(item)
    elif isinstance(value, list):
        for item in value:
            yield from _words(item)
