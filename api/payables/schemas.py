"""Payables over HTTP."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.domain.money import Money, PositiveMoney
from api.parties import Party
from api.programmes.schemas import ProgrammeRead
from api.schemas import TEXT_MAX, Address, Page, Request, RowId, Total

PayableStateName = Literal["proposed", "confirmed", "settled", "disputed", "declined", "cancelled", "written_off"]


class PayablePropose(Request):
    """Propose the payable behind one of your uploaded invoices to its debtor."""

    invoice_id: RowId
    programme_id: int | None = Field(
        default=None,
        ge=1,
        lt=2**32,
        description="The debtor's terms; its newest open programme in the invoice's currency if not given.",
    )
    tenor_reason: str | None = Field(
        default=None,
        min_length=1,
        max_length=TEXT_MAX,
        description="Why it runs so long; needed beyond the programme's soft limit (R-01).",
    )
    undertaking: str | None = Field(
        default=None,
        min_length=1,
        max_length=TEXT_MAX,
        description="The waiver of defences (付款承诺函) that the debtor gives by confirming (R-10).",
    )


class PayableIssue(PayablePropose):
    """Owe one of the invoices made out to you at once, uploaded by you or by its supplier."""


class PayableCredit(Request):
    """A credit note on what is not confirmed yet: less than all of it."""

    amount: PositiveMoney
    credit_note: str = Field(
        min_length=1,
        max_length=TEXT_MAX,
        description="Its number, and what for. Kept encrypted; its salted hash goes on chain.",
    )


class PayablePay(Request):
    """Pay a confirmed payable, in full or in part: late interest first, then principal (R-17, R-18)."""

    amount: PositiveMoney
    payment_reference: str = Field(
        min_length=1, max_length=140, description="Your own; one payment per reference and payable."
    )
    deposit_token: Address | None = Field(
        default=None, description="What to pay in; the programme's first that its bank has not paused if not given."
    )


class CreditNoteRead(BaseModel):
    """What lowered a proposal (R-20)."""

    amount: Money
    credit_note: str | None


class PayableRead(BaseModel):
    """The debt as of `as_of_block`. Dates are business dates (Asia/Shanghai)."""

    payable_id: str
    state: PayableStateName
    supplier: Party
    debtor: Party
    programme: ProgrammeRead
    face_value: Money = Field(description="After credit notes.")
    credit_notes: list[CreditNoteRead] = Field(description="On the proposal, oldest first.")
    paid: Money = Field(description="Principal paid in.")
    outstanding: Total = Field(description="Principal and late interest owed today.")
    late_interest: Money = Field(description="The part of `outstanding` that is late interest.")
    late_interest_paid: Money
    late_rate_ppm: int | None = Field(description="Fixed at confirmation, parts per million a year (R-17).")
    recovered: Money = Field(description="Paid in after it was written off.")
    recovery_closed: bool = Field(description="No more is expected: holders draw their last.")
    issue_date: date
    due_date: date
    overdue: bool = Field(description="Past the end of its due date and not paid in full.")
    dishonoured: bool = Field(description="It is on the register of dishonours, and stands there (R-29b).")
    issued: bool = Field(description="Its debtor issued it unasked.")
    defences_waived: bool = Field(description="Its debtor waives its defences by confirming (R-10).")
    undertaking: str | None
    tenor_reason: str | None
    reason: str | None = Field(description="Why it was disputed, declined or written off.")
    invoice_id: str | None
    invoice_number: str | None
    invoice_fingerprint: str
    evidence_hash: str
    proposed_at: datetime
    confirmed_at: datetime | None
    closed_at: datetime | None
    last_block: int
    final: bool
    as_of_block: int


class Payables(Page):
    """A page of payables."""

    items: list[PayableRead]


CancellationState = Literal["awaiting_signature", "open", "used", "over"]


class CancellationOfferRead(BaseModel):
    """One party's signature under a cancellation, as both see it (R-13)."""

    id: str
    state: CancellationState
    offered_by: Party
    good_until: datetime = Field(description="The last second at which the other party can use it.")
    created_at: datetime


class CancellationOffers(BaseModel):
    """What was offered of a payable, newest first."""

    items: list[CancellationOfferRead]
    as_of_block: int
    final: bool
