"""Programmes over HTTP."""

from datetime import datetime

from pydantic import BaseModel, Field

from api.domain.money import Money, PositiveMoney
from api.parties import Party
from api.schemas import Address, Page, Request

TOKENS_MAX = 4


class ProgrammePublish(Request):
    """Terms for all payables under the programme; they never change. Everything has a default."""

    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$", description="ISO 4217.")
    deposit_tokens: list[Address] | None = Field(
        default=None,
        min_length=1,
        max_length=TOKENS_MAX,
        description="What payments may come in, all of the currency; the network's own if not given.",
    )
    minimum_piece: PositiveMoney | None = Field(
        default=None, description="The least a split may hand on (I4); 10000.00 if not given."
    )
    maximum_depth: int = Field(default=4, ge=0, le=255, description="How many splits deep a piece may be (I3).")
    soft_tenor_months: int = Field(default=6, ge=1, le=12, description="Due later needs a recorded reason (R-01).")
    hard_tenor_months: int = Field(default=12, ge=1, le=12, description="Due later is refused (R-01).")
    refusal_hours: int = Field(default=48, ge=0, le=720, description="How long a receiver may refuse (I6).")
    blackout_days_before: int = Field(default=0, ge=0, le=60, description="No transfers this close to the due date …")
    blackout_days_after: int = Field(default=3, ge=0, le=60, description="… until this long after it (I7).")
    dishonour_days: int = Field(default=5, ge=3, le=30, description="Days of grace before a dishonour (R-29b).")
    registration_required: bool = Field(default=False, description="A financing names its registration (R-11).")
    late_rate_ppm: int = Field(
        default=0,
        ge=0,
        le=1_000_000,
        description="Late interest agreed, parts per million a year; 0: none agreed, 0.05 % a day (R-17).",
    )


class ProgrammeRead(BaseModel):
    """A debtor's terms for its payables."""

    programme_id: int
    debtor: Party
    open: bool = Field(description="Payables can be proposed under it.")
    currency: str
    deposit_tokens: list[str]
    minimum_piece: Money
    maximum_depth: int
    soft_tenor_months: int
    hard_tenor_months: int
    refusal_hours: int
    blackout_days_before: int
    blackout_days_after: int
    dishonour_days: int
    registration_required: bool
    late_rate_ppm: int
    published_at: datetime


class Programmes(Page):
    """A page of programmes."""

    items: list[ProgrammeRead]
