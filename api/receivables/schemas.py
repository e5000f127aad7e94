"""Receivables over HTTP."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from api.domain.money import Money, PositiveMoney
from api.parties import Party
from api.schemas import Address, Page, Request


class SplitPart(Request):
    """One receiver of a split."""

    to: Address
    value: PositiveMoney


class ReceivableSplit(Request):
    """Split and hand on, in one act (I5). What is left stays with you; the first part takes the interval's tail."""

    parts: list[SplitPart] = Field(min_length=1, max_length=20)


class ReceivableRead(BaseModel):
    """One holder's piece `[start, end)` of a payable's minor units (R-12), as of `as_of_block`."""

    receivable_id: str
    payable_id: str
    parent_id: str | None
    state: Literal["live", "redeemed", "handed_on"] = Field(description="`handed_on`: as it left your hands.")
    holder: Party
    debtor: Party
    value: Money
    drawn: Money = Field(description="What its holders have been paid so far.")
    start: int
    end: int
    depth: int
    recourse: bool
    issue_date: date
    due_date: date
    last_block: int
    final: bool
    as_of_block: int


class Receivables(Page):
    """A page of receivables."""

    items: list[ReceivableRead]
