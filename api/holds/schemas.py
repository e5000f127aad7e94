"""Freeze orders over HTTP."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, Field

from api.domain.money import PositiveMoney
from api.parties import Party
from api.schemas import Address, Page, Request
from api.texts import TEXT_MAX

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


class FreezeRelease(Request):
    """End an order, and with it every hold under it."""

    reason: str = Field(min_length=1, max_length=TEXT_MAX)


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
