"""Table `operation`: a command is a row before it is a transaction (R-43)."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from node_adapter.db import NAMING_CONVENTION, Address, Hex32

_Json = JSON(none_as_null=True)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class OperationState(StrEnum):
    """Forward only, but for a block that vanished: MINED or FAILED go back to SENT."""

    AWAITING_SIGNATURE = "awaiting_signature"
    """A wallet that the server holds no key of must sign `to_sign`."""
    PENDING = "pending"
    """Accepted; no nonce spent."""
    SIGNED = "signed"
    """Nonce and bytes are stored; the node may or may not have them."""
    SENT = "sent"
    """The node has had the bytes. With `block_number`: it was mined in a block that the chain took back."""
    MINED = "mined"
    FAILED = "failed"
    """`error_name` says why. Without `nonce` it never was a transaction; with one it was mined and reverted."""
    DONE = "done"
    """There was nothing to send: a record off the chain, complete with its signatures."""


class Operation(Base):
    __tablename__ = "operation"
    __table_args__ = (
        UniqueConstraint("organisation", "idempotency_key"),
        UniqueConstraint("signer", "nonce"),
        UniqueConstraint("sequence"),
        UniqueConstraint("signed_sequence"),
        CheckConstraint("(nonce IS NULL) = (raw IS NULL)", name="nonce_with_bytes"),
        CheckConstraint("state NOT IN ('signed', 'sent', 'mined') OR raw IS NOT NULL", name="sent_has_bytes"),
        CheckConstraint("state <> 'mined' OR block_hash IS NOT NULL", name="mined_has_block"),
        CheckConstraint("state <> 'failed' OR error_name IS NOT NULL", name="failed_has_reason"),
        Index("ix_operation_state_sequence", "state", "sequence"),
        Index("ix_operation_subject_state", "subject", "state"),
        Index("ix_operation_block_number", "block_number"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    """Order of acceptance, without gaps of meaning: later is larger."""
    organisation: Mapped[str] = mapped_column(String(64))
    idempotency_key: Mapped[str] = mapped_column(String(255))
    request_hash: Mapped[str] = mapped_column(String(66))
    kind: Mapped[str] = mapped_column(String(64))
    resource: Mapped[dict[str, Any] | None] = mapped_column(_Json)
    subject: Mapped[str | None] = mapped_column(String(128))
    state: Mapped[str] = mapped_column(String(20))

    instance: Mapped[str | None] = mapped_column(String(64))
    contract: Mapped[str | None] = mapped_column(String(64))
    """ABI of the call or, without `function`, the contract to be made. None: a record off the chain."""
    function: Mapped[str | None] = mapped_column(String(64))
    args: Mapped[list[Any]] = mapped_column(_Json)

    signer: Mapped[Address | None]
    wallet: Mapped[Address | None]
    to_sign: Mapped[list[dict[str, Any]] | None] = mapped_column(_Json)
    signatures: Mapped[list[str] | None] = mapped_column(_Json)

    nonce: Mapped[int | None] = mapped_column(BigInteger)
    raw: Mapped[str | None] = mapped_column(Text)
    tx_hash: Mapped[Hex32 | None] = mapped_column(index=True)
    gas: Mapped[int | None] = mapped_column(BigInteger)
    signed_sequence: Mapped[int | None] = mapped_column(BigInteger)
    """Order of signing across all signers: what may depend on what came before."""
    block_number: Mapped[int | None] = mapped_column(BigInteger)
    block_hash: Mapped[Hex32 | None]
    tx_index: Mapped[int | None] = mapped_column(BigInteger)
    error_name: Mapped[str | None] = mapped_column(String(64))
    error_params: Mapped[dict[str, Any] | None] = mapped_column(_Json)

    created_at: Mapped[int] = mapped_column(BigInteger)
    """Unix seconds of the wall clock, like the others."""
    signed_at: Mapped[int | None] = mapped_column(BigInteger)
    sent_at: Mapped[int | None] = mapped_column(BigInteger)
    mined_at: Mapped[int | None] = mapped_column(BigInteger)

    def __repr__(self) -> str:
        return f"<Operation {self.sequence} {self.kind} {self.state}>"
