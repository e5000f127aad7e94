"""What a regulator reads. A list's shape follows from its report's columns."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, Field, create_model

from api.audit.services import AsOfRead
from api.audit.tables import Row, columns
from api.domain.money import format_amount
from api.parties import Party
from api.schemas import Total
from indexer.reports import Column, Kind, Report

NO_CURRENCY = "XXX"
"""ISO 4217's: of a token that is not the network's."""

_TYPES: Mapping[Kind, Any] = {
    Kind.ID: str,
    Kind.ACCOUNT: Party,
    Kind.WORD: str,
    Kind.WORDS: list[str],
    Kind.MONEY: Total,
    Kind.INT: int,
    Kind.BOOL: bool,
    Kind.DATE: date,
    Kind.INSTANT: datetime,
    Kind.TEXT: str,
    Kind.JSON: dict[str, Any],
}


class AuditPage(AsOfRead):
    """One page of a list. Pass `next` as `cursor` for the following one; null on the last page."""

    next: str | None = None


@cache
def page_of(report: Report) -> Any:
    """The model of one page of a report's rows."""
    name = "Audit" + report.name.title().replace("_", "")
    fields: dict[str, Any] = {column.name: _field(column) for column in columns(report)}
    row = create_model(f"{name}Row", __doc__=report.doc, **fields)
    items: dict[str, Any] = {"items": (list[row], ...)}
    return create_model(name, __base__=AuditPage, __doc__=report.doc, **items)


def _field(column: Column) -> tuple[Any, Any]:
    kind = _TYPES[column.kind]
    return (kind | None if column.null else kind, Field(description=column.doc or None))


def told(report: Report, row: Row) -> dict[str, Any]:
    """A row as its model has it."""
    return {column.name: _told(column, row) for column in columns(report)}


def _told(column: Column, row: Row) -> Any:
    value = row[column.name]
    if value is None:
        return None
    match column.kind:
        case Kind.ACCOUNT:
            return {"address": value, "name": row[f"{column.name}_name"]}
        case Kind.MONEY:
            return {"amount": amount_text(value, row["currency"]), "currency": row["currency"]}
        case Kind.WORDS:
            return value.split()
        case Kind.JSON:
            return json.loads(value)
        case _:
            return value


def amount_text(minor: int, currency: str) -> str:
    return str(minor) if currency == NO_CURRENCY else format_amount(minor, currency)


class LineageNode(BaseModel):
    """One piece that ever was, and the pieces split from it."""

    receivable_id: str
    holder: Party
    value: Total
    start: int
    end: int
    depth: int
    tier: int = Field(description="1 for what was confirmed, 2 for what was split off from it, and on.")
    state: Literal["live", "redeemed", "merged", "cancelled"]
    merged_into: str | None
    parked: bool
    drawn: Total
    children: list["LineageNode"]


class Move(BaseModel):
    """One line of a payable's history."""

    kind: str
    receivable_id: str
    from_account: str | None
    to_account: str | None
    value: Total
    block: int
    log_index: int


class Lineage(AsOfRead):
    """A payable's pieces as a tree, and how they came to be."""

    payable_id: str
    face_value: Total
    root: LineageNode | None
    moves: list[Move]
