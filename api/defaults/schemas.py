"""What follows where a debtor does not pay, over HTTP."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from api.domain.money import Money, PositiveMoney
from api.parties import Party
from api.schemas import Address, Page, Request

DEPOSIT_TOKEN = "What to pay in; the programme's first that its bank has not paused if not given."  # noqa: S105


class DishonourRecord(Request):
    """Which payable was not paid by the close of its due date, nor within the days of grace after."""

    payable_id: str = Field(pattern=r"^0x[0-9a-f]{56}$")


class DishonourRead(BaseModel):
    """An entry of the register (R-29b)."""

    payable_id: str
    debtor: Party
    due_date: date
    amount: Money = Field(description="Principal undisputed and outstanding when it was recorded.")
    objection: str | None = Field(description="The debtor's; the entry stands until it is lifted.")
    lifted: bool
    lift_reason: str | None
    recorded_at: datetime


class Dishonours(Page):
    """A page of the register."""

    items: list[DishonourRead]


class OverduePayable(BaseModel):
    """What its debtor has not paid by the end of its due date, as of `as_of_block`."""

    payable_id: str
    debtor: Party
    outstanding: Money = Field(description="Principal.")
    due_date: date
    days_past_due: int
    dishonour: bool = Field(description="It is on the register, and stands there.")
    dishonour_from: date = Field(description="The first day of which it can be recorded, while a token of it moves.")
    write_off_from: date = Field(description="The first day on which the operator can write it off.")


class OverduePayables(Page):
    """A page of what is overdue."""

    items: list[OverduePayable]


class PayableRecover(Request):
    """Pay in after the write-off: the debtor, its administrator, an insurer."""

    amount: PositiveMoney
    recovery_reference: str = Field(
        min_length=1, max_length=140, description="Your own; one payment per reference and payable."
    )
    deposit_token: Address | None = Field(default=None, description=DEPOSIT_TOKEN)


class ReceivableRepurchase(Request):
    """Buy a piece back that you answer for."""

    deposit_token: Address | None = Field(default=None, description=DEPOSIT_TOKEN)


class RecourseRead(BaseModel):
    """A live piece for whose debtor somebody answers to its holder (R-21)."""

    receivable_id: str
    payable_id: str
    debtor: Party
    endorser: Party
    holder: Party | None = Field(description="To the endorser once it is overdue; null before.")
    price: Money | None = Field(description="What the endorser buys it back at: value less principal drawn; likewise.")
    due_date: date
    overdue: bool
    claimed_at: datetime | None = Field(description="When its holder gave notice of its claim; null if it has not.")


class RecourseList(Page):
    """A page of pieces with recourse."""

    items: list[RecourseRead]
