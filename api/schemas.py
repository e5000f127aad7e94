"""Shapes that several modules answer with."""

from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from api.domain.money import format_amount
from node_adapter.words import checksum_address

TEXT_MAX = 4_000
"""Characters of a text whose salted hash goes on chain."""

PayableId = Annotated[str, Path(pattern=r"^0x[0-9a-f]{56}$", description="0x and 56 hexadecimal digits")]
ReceivableId = Annotated[str, Path(pattern=r"^0x[0-9a-f]{64}$", description="0x and 64 hexadecimal digits")]
Account = Annotated[str, Path(pattern=r"^0x[0-9a-fA-F]{40}$", description="0x and 40 hexadecimal digits")]
Uuid = Annotated[str, Path(pattern=r"^[0-9a-f-]{32,36}$")]
RowId = Annotated[str, Field(pattern=r"^[0-9a-f-]{32,36}$", description="An id that an answer of ours gave")]


def _checksummed(address: str) -> str:
    """EIP-55. Digits all of one case have no checksum in them; mixed ones must have the right one."""
    digits = address[2:]
    right = checksum_address(bytes.fromhex(digits))
    if address != right and digits not in (digits.lower(), digits.upper()):
        raise PydanticCustomError(
            "AddressChecksumWrong", "the capitals are not those of this address (EIP-55): a digit may be mistyped"
        )
    if not int(digits, 16):
        raise PydanticCustomError("AddressZero", "the zero address is nobody's")
    return right


Address = Annotated[
    str,
    Field(pattern=r"^0x[0-9a-fA-F]{40}$", description="0x and 40 hexadecimal digits; with a checksum (EIP-55) or none"),
    AfterValidator(_checksummed),
]


class Request(BaseModel):
    """A request body: a field nobody knows is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReasonGiven(Request):
    """Why. Kept encrypted; its salted hash goes on chain."""

    reason: str = Field(min_length=1, max_length=TEXT_MAX)


class NoBody(Request):
    """A command that says all in its address; the body may be left out or be {}."""


class Resource(BaseModel):
    """What a command made or touched. `id` is null while the chain has still to number it."""

    type: str
    id: str | None


class Total(BaseModel):
    """A sum of amounts: reads like Money, and may be larger than any one amount (2**53 - 1 minor units)."""

    amount: str = Field(examples=["988000.00"])
    currency: str = Field(examples=["CNY"])

    @classmethod
    def of(cls, minor: int, currency: str) -> "Total":
        return cls(amount=format_amount(minor, currency), currency=currency)


class Page(BaseModel):
    """One page of a list. Pass `next` as `cursor` for the following one; null on the last page."""

    next: str | None = None
    as_of_block: int = Field(description="The newest block this answer knows of.")
    final: bool = Field(description="That block can no longer be reorganised away, so neither can this answer.")
