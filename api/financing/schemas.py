"""Financing over HTTP."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.domain.dates import DayCount
from api.domain.money import Money, PositiveMoney
from api.parties import Party
from api.schemas import TEXT_MAX, Address, Page, Request, RowId


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


class QuoteFee(Request):
    """Who gets how much for arranging the deal, from the financier."""

    to: Address
    amount: PositiveMoney


class AssignmentRegister(Request):
    """What was registered of an assignment in the outside registry (R-11)."""

    registration: str = Field(
        min_length=1,
        max_length=TEXT_MAX,
        description="Its number, the time to the second, the collateral's text. Kept encrypted; its hash is anchored.",
    )


class QuoteMake(Request):
    """Offer to buy at a discount (R-14a): `proceeds = value − value · rate · days / basis`, rounded once."""

    annual_rate_ppm: int = Field(ge=0, le=1_000_000, description="Parts per million a year: 4.80 % is 48000.")
    day_count: DayCount = DayCount.ACT_360
    valid_minutes: int = Field(default=60, ge=1, le=24 * 60)
    minimum_take: PositiveMoney | None = Field(
        default=None, description="The least of the value that may be taken; all or nothing if not given."
    )
    fees: list[QuoteFee] = Field(default=[], max_length=4, description="On top of the proceeds.")
    registration_hash: str | None = Field(
        default=None,
        pattern=r"^0x[0-9a-f]{64}$",
        description="The hash of the assignment's registration, which you anchored; where the programme asks (R-11).",
    )


class QuoteAccept(Request):
    """Take all of a quote, or a part."""

    take: PositiveMoney | None = Field(
        default=None, description="From the quote's `minimum_take` on; all if not given. The price is rounded down."
    )


class QuoteAcceptOne(QuoteAccept):
    """One acceptance of several."""

    quote_id: RowId


class QuotesAccept(Request):
    """Accept several quotes at once, all or none."""

    quotes: list[QuoteAcceptOne] = Field(min_length=1, max_length=10)


QuoteState = Literal["awaiting_signature", "open", "accepted", "cancelled", "expired"]


class QuoteRead(BaseModel):
    """A financier's offer."""

    id: str
    request_id: str
    state: QuoteState
    financier: Party
    value: Money
    minimum_take: Money
    proceeds: Money = Field(description="For all of the value.")
    discount: Money
    fees: list[QuoteFee]
    taken: Money | None = Field(description="What was accepted of the value; null before.")
    paid: Money | None = Field(description="The proceeds of that.")
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
