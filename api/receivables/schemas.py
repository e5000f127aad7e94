"""Receivables over HTTP."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.domain.money import Money, PositiveMoney
from api.parties import Party
from api.schemas import TEXT_MAX, Address, Page, Request, Total

RECEIVABLE_ID = r"^0x[0-9a-f]{64}$"
RECOURSE = "You answer to the receiver for the debtor's default (R-21)."


class SplitPart(Request):
    """One receiver of a split."""

    to: Address
    value: PositiveMoney
    recourse: bool = Field(default=False, description=RECOURSE)


class ReceivableSplit(Request):
    """Split and hand on, in one act (I5). What is left stays with you; the first part takes the interval's tail."""

    parts: list[SplitPart] = Field(min_length=1, max_length=20)


class ReceivableTransfer(Request):
    """Hand on the whole."""

    to: Address
    recourse: bool = Field(default=False, description=RECOURSE)


class ReceivablesMerge(Request):
    """Make one piece of two neighbours: the first must end where the second, which it absorbs, begins."""

    receivable_id: str = Field(pattern=RECEIVABLE_ID)
    absorbed_id: str = Field(pattern=RECEIVABLE_ID)


class ReceivableDilute(Request):
    """A credit note on what is confirmed: so much of your piece is given up to the debtor (R-20)."""

    value: PositiveMoney
    credit_note: str = Field(
        min_length=1,
        max_length=TEXT_MAX,
        description="Its number, and what for. Kept encrypted; its salted hash goes on chain.",
    )


class ReceivableRead(BaseModel):
    """One holder's piece `[start, end)` of a payable's minor units (R-12), as of `as_of_block`."""

    receivable_id: str
    payable_id: str
    parent_id: str | None
    state: Literal["live", "redeemed", "merged", "cancelled", "handed_on"] = Field(
        description="`handed_on`: as it left your hands."
    )
    holder: Party
    debtor: Party
    value: Money
    drawn: Total = Field(description="What its holders have drawn so far.")
    start: int
    end: int
    depth: int
    recourse: bool = Field(description="Somebody answers to the holder for the debtor's default: `endorser` (R-21).")
    endorser: Party | None
    parked: bool = Field(description="It came back to its debtor, and is netted when that pays (I8).")
    credit_note: str | None = Field(
        description="Of the dilution by which it came back: to its debtor, and to whom gave it up."
    )
    held: Money | None = Field(description="What live holds take of it (I10); null where it is not live, or not yours.")
    free: Money | None = Field(description="What its holder can move of it now; null likewise.")
    refusable_until: datetime | None = Field(description="Its holder may give it back until then (I6); null: not.")
    issue_date: date
    due_date: date
    last_block: int
    final: bool
    as_of_block: int


class Receivables(Page):
    """A page of receivables."""

    items: list[ReceivableRead]
