"""Deposits and accounts over HTTP."""

from pydantic import BaseModel, Field

from api.domain.money import PositiveMoney
from api.schemas import Address, Request, Total


class DepositCredit(Request):
    """Credit an account with money that reached the bank."""

    account: Address
    amount: PositiveMoney
    bank_reference: str = Field(min_length=1, max_length=140, description="The bank's own; it can be used once.")


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
