"""Payables over HTTP."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.domain.money import Money, PositiveMoney
from api.parties import Party
from api.schemas import Page, Request, RowId

PayableStateName = Literal["proposed", "confirmed", "settled"]


class PayablePropose(Request):
    """Propose the payable behind one of your uploaded invoices to its debtor."""

    invoice_id: RowId
    minimum_piece: PositiveMoney | None = Field(
        default=None, description="The least a split may hand on (I4); 100.00 if not given."
    )
    maximum_depth: int = Field(default=5, ge=0, le=255, description="How many splits deep a piece may be (I3).")


class PayablePay(Request):
    """Pay a confirmed payable, in full or in part."""

    amount: PositiveMoney
    payment_reference: str = Field(
        min_length=1, max_length=140, description="Your own; one payment per reference and payable."
    )


class PayableRead(BaseModel):
    """The debt as of `as_of_block`. Dates are business dates (Asia/Shanghai)."""

    payable_id: str
    state: PayableStateName
    supplier: Party
    debtor: Party
    face_value: Money
    paid: Money
    outstanding: Money
    minimum_piece: Money
    maximum_depth: int
    issue_date: date
    due_date: date
    overdue: bool = Field(description="Past the end of its due date and not paid in full.")
    invoice_id: str | None
    invoice_number: str | None
    invoice_fingerprint: str
    evidence_hash: str
    proposed_at: datetime
    confirmed_at: datetime | None
    last_block: int
    final: bool
    as_of_block: int


class Payables(Page):
    """A page of payables."""

    items: list[PayableRead]
