"""Cursor pagination: stable while rows are added, and no page costs more than its own rows."""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query
from sqlalchemy import RowMapping, Select, SQLColumnExpression, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.errors import RequestInvalid

LIMIT_DEFAULT = 50
LIMIT_MAX = 200
CURSOR_MAX = 2_000
"""Characters: an organisation's name of 200, four bytes each, and its id."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page: the row after which it starts, and how many rows."""

    after: tuple[Any, ...] | None
    limit: int


def get_page(
    cursor: Annotated[str | None, Query(description="`next` of the page before", max_length=CURSOR_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT,
) -> PageRequest:
    """The page that the query asks for; RequestInvalid for a cursor that no answer of ours gave."""
    return PageRequest(None if cursor is None else _decode(cursor), limit)


def every(read: Callable[[PageRequest], Any]) -> Iterator[Any]:
    """The items of all pages, one after another."""
    return every_row(lambda page: ((found := read(page)).items, found.next))


def every_row(read: Callable[[PageRequest], tuple[Sequence[Any], str | None]]) -> Iterator[Any]:
    """As `every`, of what answers with the rows of a page and the next page's cursor."""
    cursor: str | None = None
    while True:
        rows, cursor = read(get_page(cursor, LIMIT_MAX))
        yield from rows
        if cursor is None:
            return


Row = TypeVar("Row")

PageDep = Annotated[PageRequest, Depends(get_page)]


def fetch(
    session: Session,
    query: Select[Row],
    key: Sequence[InstrumentedAttribute[Any]],
    page: PageRequest,
) -> tuple[Sequence[Row], str | None]:
    """The page's rows, newest first by `key` (which must be unique together), and the next page's cursor."""
    rows = session.scalars(_part(query, key, page)).all()
    return rows[: page.limit], _following(rows, page, lambda row: [getattr(row, column.key) for column in key])


def fetch_rows(
    session: Session, query: Select[Any], key: Sequence[SQLColumnExpression[Any]], page: PageRequest
) -> tuple[Sequence[RowMapping], str | None]:
    """As `fetch`, of a query that is no model's."""
    rows = session.execute(_part(query, key, page)).mappings().all()
    return rows[: page.limit], _following(rows, page, lambda row: [row[column] for column in key])


def _part(query: Select[Any], key: Sequence[SQLColumnExpression[Any]], page: PageRequest) -> Select[Any]:
    """One row more than the page has, which says whether another page follows."""
    if page.after is not None:
        if len(page.after) != len(key) or not all(map(_fits, page.after, key)):
            raise RequestInvalid("the cursor is not of this list")
        query = query.where(tuple_(*key) < tuple_(*page.after))
    return query.order_by(*(column.desc() for column in key)).limit(page.limit + 1)


def _following(rows: Sequence[Any], page: PageRequest, key_of: Callable[[Any], list[Any]]) -> str | None:
    return _encode(tuple(key_of(rows[page.limit - 1]))) if len(rows) > page.limit else None


def _fits(value: object, column: Any) -> bool:
    """Whether the database can compare the value with the column: a cursor may be anything a client made up."""
    if type(value) is not column.type.python_type:
        return False
    if isinstance(value, int):
        return abs(value) < 2**63
    return not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in str(value))


def _encode(key: tuple[Any, ...]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key, ensure_ascii=False).encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[Any, ...]:
    try:
        decoded = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise RequestInvalid("the cursor is not one of ours; pass `next` of the page before") from error
    if not isinstance(decoded, list):
        raise RequestInvalid("the cursor is not one of ours; pass `next` of the page before")
    return tuple(decoded)
