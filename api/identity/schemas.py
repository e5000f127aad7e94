"""Tokens and participants over HTTP."""

from typing import Literal

from pydantic import BaseModel

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
