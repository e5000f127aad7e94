"""Financing over HTTP."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.domain.dates import DayCount
from api.domain.money import Money, PositiveMoney
from api.parties import Party
from api.schemas import Page, Request


class FinancingAsk(Request):
    """Ask financiers to quote for a receivable you hold, or for part of it."""

    receivable_id: str = Field(pattern=r"^0x[0-9a-f]{64}$")
    value: PositiveMoney
    recourse: bool = Field(default=False, description="You answer for the debtor's default (R-21).")


class FinancingRequestRead(BaseModel):
    """A request, as its supplier and the financiers see it."""

    id: str
    state: Literal["open", "accepted"]
    supplier: Party
    debtor: Party
    receivable_id: str
    payable_id: str
    value: Money
    recourse: bool
    due_date: date
    created_at: datetime


class FinancingRequests(Page):
    """A page of requests."""

    items: list[FinancingRequestRead]


class QuoteMake(Request):
    """Offer to buy at a discount (R-14a): `proceeds = value − value · rate · days / basis`, rounded once."""

    annual_rate_ppm: int = Field(ge=0, le=1_000_000, description="Parts per million a year: 4.80 % is 48000.")
    day_count: DayCount = DayCount.ACT_360
    valid_minutes: int = Field(default=60, ge=1, le=24 * 60)
    registration_hash: str | None = Field(
        default=None,
        pattern=r"^0x[0-9a-f]{64}$",
        description="The hash of the assignment's registration, which you anchored; where the programme asks (R-11).",
    )


class QuoteRead(BaseModel):
    """A financier's offer."""

    id: str
    request_id: str
    state: Literal["awaiting_signature", "open", "accepted", "expired"]
    financier: Party
    value: Money
    proceeds: Money
    discount: Money
    annual_rate_ppm: int
    yield_ppm: int = Field(description="R-14c: what it really costs a year on the money received.")
    day_count: DayCount
    tenor_days: int
    value_date: date
    due_date: date
    recourse: bool
    expires_at: datetime
    registration_hash: str | None
    quote_hash: str


class Quotes(BaseModel):
    """The quotes for a request, best first."""

    items: list[QuoteRead]
