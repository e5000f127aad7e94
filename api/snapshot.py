"""One snapshot for a whole request, of now or of a moment that is past (`indexer.as_of`)."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import Query
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.errors import RequestInvalid
from indexer.as_of import AsOfUnknown, session_as_of

AS_OF = "as_of"
AsOf = Annotated[
    str | None,
    Query(
        description="As of which moment: a block's number or hash, or an instant (2026-11-28T09:00:00+08:00). "
        "The newest block if not given.",
        examples=["120"],
        max_length=66,
    ),
]


class Reads(Protocol):
    """What a snapshot is taken with."""

    @property
    def engine(self) -> Engine: ...
    @property
    def readers(self) -> Engine: ...


def snapshot(reads: Reads, method: str, as_of: str | None) -> Iterator[Session]:
    """A session that reads. RequestInvalid for a moment that the index does not know, or with a command."""
    if as_of is None:
        with Session(reads.readers) as session:
            yield session
        return
    if method != "GET":
        raise RequestInvalid(f"a command acts now: leave {AS_OF} out", as_of=as_of)
    try:
        with session_as_of(reads.engine, moment(as_of)) as session:
            yield session
    except AsOfUnknown as error:
        raise RequestInvalid(str(error), as_of=as_of) from error


def moment(text: str) -> int | str | datetime:
    """A block's number or hash, or an instant. RequestInvalid for anything else."""
    if text.isascii() and text.isdecimal():
        return min(int(text), 2**63 - 1)
    if re.fullmatch(r"0x[0-9a-f]{64}", text.lower()):
        return text.lower()
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise RequestInvalid(
            "as_of is a block's number or hash, or an instant with its zone such as 2026-11-28T09:00:00+08:00 "
            "(in an address a plus sign is written %2B)",
            as_of=text,
        )
    return instant
