"""What is said of an operation."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from api.schemas import Request, Resource

State = Literal["awaiting_signature", "pending", "mined", "done", "failed"]


class OperationError(BaseModel):
    """Why it failed: the contract's own error, by name and values, and what it means."""

    name: str
    detail: str
    params: dict[str, Any]


class OperationRead(BaseModel):
    """A command that was accepted, and how far it is.

    `awaiting_signature`: sign `to_sign` and POST it to `/operations/{id}/signature`. `pending`: on its way.
    `mined`: in a block, which may still vanish. `done`: the index has that block, so every list shows it. `failed`:
    refused, nothing changed. None of these words means final: `final` says so, by the network's own rule.
    """

    id: str
    kind: str
    state: State
    resource: Resource
    to_sign: list[dict[str, Any]] = Field(default=[], description="EIP-712 typed data, or one unsigned transaction.")
    wallet: str | None = Field(default=None, description="The account whose signature is awaited.")
    tx: str | None = None
    block: int | None = None
    block_hash: str | None = None
    final: bool = Field(default=False, description="The block can no longer be reorganised away.")
    error: OperationError | None = None
    gas_used: int | None = None
    created_at: datetime
    signed_at: datetime | None = Field(default=None, description="Its nonce was taken. Each step has its instant.")
    sent_at: datetime | None = None
    mined_at: datetime | None = None
    failed_at: datetime | None = None


class SignaturesGiven(Request):
    """What the wallet made of `to_sign`, in the same order: signatures, or the one signed transaction; 0x…"""

    signatures: list[str] = Field(min_length=1, max_length=4)
