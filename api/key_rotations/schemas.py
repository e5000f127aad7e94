"""Changes of keys over HTTP."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.parties import Party
from api.schemas import Address, Page, Request

State = Literal["prepared", "approved", "announced", "completed", "cancelled", "expired", "failed"]


class KeyRotationPrepare(Request):
    """The new key, which must be nobody's and must never have been."""

    key: Address


class KeyRotationRead(BaseModel):
    """A change of key.

    `prepared` → `approved`, on its way to the chain → `announced`, to be completed by the new key from `effective_at`
    on → `completed`. Or `cancelled`, by the operator or by the organisation's present key; `expired`: nobody approved
    it in time; `failed`: the chain refused the announcement, see its operation.
    """

    id: str
    organisation: Party
    key: str
    state: State
    prepared_by: str | None = Field(description="Whose login: the operator's own people alone see it.")
    prepared_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    effective_at: datetime | None = Field(description="From when on the new key may complete it.")
    operation_id: str | None = Field(description="Of the announcement.")


class KeyRotations(Page):
    """A page of changes."""

    items: list[KeyRotationRead]
