"""What a regulator reads: everything the index has, with accounts named where we know the name."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from api.domain.money import Money
from api.parties import Party
from api.payables.schemas import PayableRead
from api.schemas import Page, Total


class AuditPayables(Page):
    """A page of all payables."""

    items: list[PayableRead]


class LineageNode(BaseModel):
    """One piece that ever was, and the pieces split from it."""

    receivable_id: str
    holder: Party
    value: Money
    start: int
    end: int
    depth: int
    state: Literal["live", "redeemed", "merged", "cancelled"]
    parked: bool
    drawn: Total
    children: list["LineageNode"]


class Move(BaseModel):
    """One line of a payable's history."""

    kind: str
    receivable_id: str
    from_account: str | None
    to_account: str | None
    value: Total
    block: int
    log_index: int


class Lineage(BaseModel):
    """A payable's pieces as a tree, and how they came to be."""

    payable_id: str
    face_value: Money
    root: LineageNode | None
    moves: list[Move]
    as_of_block: int
    final: bool


class AuditParticipant(BaseModel):
    """A participant as the chain has it."""

    account: str
    key: str = Field(description="What acts and signs for it: the account itself, unless rotated.")
    name: str | None
    roles: list[str]
    status: str
    legal_entity_hash: str
    last_block: int


class AuditParticipants(Page):
    """A page of participants."""

    items: list[AuditParticipant]


class AuditDeal(BaseModel):
    """A receivable sold."""

    quote_hash: str
    payable_id: str
    receivable_id: str
    delivered_id: str
    supplier: Party
    financier: Party
    value: Money
    proceeds: Money
    discount: Money
    value_date: date
    recourse: bool
    block: int


class AuditDeals(Page):
    """A page of deals."""

    items: list[AuditDeal]


class AuditEvent(BaseModel):
    """One log of the chain, decoded; `business` ones are in their contract's journal."""

    block: int
    block_hash: str
    log_index: int
    tx: str
    contract: str
    name: str
    business: bool
    args: dict[str, Any]
    at: datetime


class AuditEvents(Page):
    """A page of events."""

    items: list[AuditEvent]
