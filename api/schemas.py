"""Shapes that several modules answer with."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

PayableId = Annotated[str, Path(pattern=r"^0x[0-9a-f]{56}$", description="0x and 56 hexadecimal digits")]
ReceivableId = Annotated[str, Path(pattern=r"^0x[0-9a-f]{64}$", description="0x and 64 hexadecimal digits")]
Address = Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{40}$", description="0x and 40 hexadecimal digits")]
Uuid = Annotated[str, Path(pattern=r"^[0-9a-f-]{32,36}$")]


class Request(BaseModel):
    """A request body: a field nobody knows is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoBody(Request):
    """A command that says all in its address; the body may be left out or be {}."""


class Resource(BaseModel):
    """What a command made or touched."""

    type: str
    id: str


class Page(BaseModel):
    """One page of a list. Pass `next` as `cursor` for the following one; null on the last page."""

    next: str | None = None
    as_of_block: int | None = Field(default=None, description="The newest block this answer knows of.")
