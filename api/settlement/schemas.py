"""Deposits, pay-outs and accounts over HTTP."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel, Field

from api.domain.money import Money, PositiveMoney
from api.parties import Party
from api.schemas import TEXT_MAX, Address, Page, Request, Total

PayOutId = Annotated[
    str, Path(pattern=r"^0x[0-9a-fA-F]{40}-[1-9][0-9]{0,14}$", description="The deposit token, a dash, its number")
]
BankReference = Annotated[
    str, Field(min_length=1, max_length=140, description="The bank's own; it can be used once, for whatever.")
]


class DepositCredit(Request):
    """Credit an account with money that reached the bank."""

    account: Address
    amount: PositiveMoney
    bank_reference: BankReference


class PayOutAsk(Request):
    """Ask the bank for money: the deposits leave your balance and wait until it has paid, or refused."""

    amount: PositiveMoney
    instruction: str = Field(
        min_length=1,
        max_length=TEXT_MAX,
        description="Where to pay. Kept encrypted for the bank; its hash is on chain.",
    )


class PayOutComplete(Request):
    """The bank has paid: the waiting deposits are burnt."""

    bank_reference: BankReference


class PayOutRead(BaseModel):
    """A pay-out, as who asked for it and the bank see it."""

    id: str
    state: Literal["requested", "completed", "refused"]
    deposit_token: str
    account: Party
    amount: Money
    instruction: str | None
    bank_reference_hash: str | None = Field(description="Of the reference under which the bank paid.")
    reason: str | None = Field(description="Why the bank refused.")
    requested_at: datetime


class PayOuts(Page):
    """A page of pay-outs."""

    items: list[PayOutRead]


class DepositTokenRead(BaseModel):
    """One bank's deposits in one currency."""

    deposit_token: str
    currency: str
    bank: Party | None
    paused: bool = Field(description="Its bank has stopped it: nothing moves but credits and pay-outs.")
    reason: str | None = Field(description="Why it is paused.")
    since: datetime | None = Field(description="When it was paused, or moved again; null where it never was.")


class DepositTokens(BaseModel):
    """The network's deposit tokens."""

    items: list[DepositTokenRead]
    as_of_block: int


class SetAsideRelease(Request):
    """Which cash to release."""

    deposit_token: Address | None = Field(default=None, description="Needed where cash waits in several.")


class SetAsideRead(BaseModel):
    """Cash that waits: its holder could not be paid, or holds were on the receivable (I9)."""

    receivable_id: str
    payable_id: str
    holder: Party
    deposit_token: str
    amount: Total


class SetAsideCash(BaseModel):
    """Your cash that is set aside, by receivable."""

    items: list[SetAsideRead]
    as_of_block: int


class Balance(BaseModel):
    """What an account holds of one bank's deposits."""

    deposit_token: str
    balance: Total


class Account(BaseModel):
    """The caller's account, as of `as_of_block`."""

    account: str
    balances: list[Balance]
    receivables: Total = Field(description="Face value of the live receivables it holds.")
    as_of_block: int
    final: bool = Field(description="That block can no longer be reorganised away.")
