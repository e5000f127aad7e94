"""Freeze orders over HTTP."""

from datetime import date, datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field

from api.domain.money import Money, PositiveMoney
from api.parties import Party
from api.schemas import TEXT_MAX, Address, Page, Request

INSTANT_MAX = 2**40 - 1
"""The last unix second that the contracts can hold."""


class FreezeOrder(Request):
    """Freeze so much of what a holder has, or will have: it moves nothing there until pieces worth it are set aside."""

    holder: Address
    payable_id: str | None = Field(
        default=None,
        pattern=r"^0x[0-9a-f]{56}$",
        description="Of this payable alone; of all that it holds if not given.",
    )
    version: int | None = Field(
        default=None,
        ge=1,
        le=256,
        description="Without a payable: of which version of the contracts; each that has payables needs its own order. "
        "The current one if not given.",
    )
    amount: PositiveMoney
    until: AwareDatetime = Field(description="The last second at which it holds.")
    reason: str = Field(min_length=1, max_length=TEXT_MAX)
    authority: str = Field(min_length=1, max_length=TEXT_MAX, description="Who ordered it, and under which number.")


class FreezeSetAside(Request):
    """Set so much of a piece aside under an order; the rest is free."""

    receivable_id: str = Field(pattern=r"^0x[0-9a-f]{64}$")
    amount: PositiveMoney


class FreezeEnforce(Request):
    """Move so much of what is set aside to another holder; of a piece that is redeemed, its cash."""

    receivable_id: str = Field(pattern=r"^0x[0-9a-f]{64}$")
    amount: PositiveMoney
    to: Address


class FreezeOrderRead(BaseModel):
    """An order, as compliance and the holder see it."""

    order_id: int
    holder: Party
    payable_id: str | None
    amount_minor: int = Field(description="Minor units, of whatever currency the holder's payables are in.")
    until: datetime
    released: bool
    live: bool = Field(description="Neither released nor over.")
    reason: str | None = Field(description="For compliance alone.")
    authority: str | None = Field(description="For compliance alone.")
    ordered_at: datetime


class FreezeOrders(Page):
    """A page of orders."""

    items: list[FreezeOrderRead]


HoldKindName = Literal["freeze", "dispute", "pledge", "delivery"]


class PieceDispute(Request):
    """Dispute so much of a piece that you owe: that much of it cannot move, the rest is due all the same (R-02)."""

    amount: PositiveMoney
    until: AwareDatetime = Field(description="The last second at which it holds; a year away at most.")
    reason: str = Field(min_length=1, max_length=TEXT_MAX)


class PiecePledge(Request):
    """Pledge a whole piece of yours as the base of a loan."""

    pledgee: Address
    until: AwareDatetime = Field(description="The last second at which it holds.")
    enforceable_from: AwareDatetime = Field(description="From then on the pledgee may take the piece.")
    loan: str = Field(min_length=1, max_length=TEXT_MAX, description="Which loan it secures.")


class PieceReserve(Request):
    """Reserve so much of a piece for a financier: it can go nowhere else until then."""

    amount: PositiveMoney
    financier: Address
    until: AwareDatetime = Field(description="The last second at which it holds; a year away at most.")


class HoldRead(BaseModel):
    """What a holder cannot use of a piece, as its two parties and compliance see it (I10)."""

    hold_id: int
    kind: HoldKindName
    receivable_id: str
    payable_id: str
    holder: Party = Field(description="Of the piece, or the last one of a piece that is redeemed.")
    debtor: Party
    beneficiary: Party | None = Field(description="Who may end it; null for a freeze, which ends with its order.")
    amount: Money = Field(description="What it still takes.")
    enforced: Money = Field(description="What of it was moved to somebody.")
    until: datetime
    enforceable_from: datetime | None = Field(description="When its pledgee may take the piece.")
    order_id: int | None
    live: bool = Field(description="Neither released nor over nor used up.")
    released: bool
    document: str | None = Field(description="A dispute's reason, a pledge's loan.")
    due_date: date
    placed_at: datetime


class Holds(Page):
    """A page of holds."""

    items: list[HoldRead]
