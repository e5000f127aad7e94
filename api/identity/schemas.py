"""Tokens and participants over HTTP."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from api.schemas import Page, Request, RowId


class Token(BaseModel):
    """An OAuth 2.0 bearer token; `expires_in` seconds of the wall clock."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the type, not a token
    expires_in: int


class ParticipantAdmit(Request):
    """Which registered organisation to admit; its role decides what it may do on the network."""

    organisation_id: RowId


class ParticipantRead(BaseModel):
    """An organisation as every member sees it."""

    organisation_id: str
    name: str
    role: str
    address: str | None
    status: Literal["registered", "active", "suspended", "closed"]
    reason: str | None = Field(description="Why it is suspended or closed: for the operator and itself alone.")
    barred_until: date | None = Field(
        description="Dishonoured twice within six months: before that day it confirms and issues nothing (R-29b)."
    )


class Participants(Page):
    """A page of organisations."""

    items: list[ParticipantRead]


class Me(BaseModel):
    """Who the token belongs to."""

    login: str
    organisation_id: str
    name: str
    role: str
    address: str | None
    custody: str
