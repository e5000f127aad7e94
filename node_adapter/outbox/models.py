"""The outbox's tables: a command is a row before it is a transaction (R-43), and every hash it was sent under is kept.

What is at work (pending or in flight) is found by partial indexes over those rows alone, so that ten million finished
ones cost a round nothing. Both databases use such an index only where a query says its condition in the very same
words: `is_pending`, `is_in_flight`, `is_live`.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from node_adapter.db import NAMING_CONVENTION, Address, Hex32

_Json = JSON(none_as_null=True)
_PENDING = "state = 'pending'"
_IN_FLIGHT = "state IN ('signed', 'sent')"
_LIVE = "state IN ('pending', 'signed', 'sent')"


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class OperationState(StrEnum):
    """Forward only, but for a block that vanished: MINED or FAILED go back to SENT."""

    AWAITING_SIGNATURE = "awaiting_signature"
    """A wallet that the server holds no key of must sign `to_sign`."""
    PENDING = "pending"
    """Accepted; no nonce spent."""
    SIGNED = "signed"
    """Nonce and bytes are stored; the node may or may not have them. So it is again when they are replaced."""
    SENT = "sent"
    """The node has had the bytes. With `block_number`: it was mined in a block that the chain took back."""
    MINED = "mined"
    FAILED = "failed"
    """`error_name` says why. Without `nonce` it never was a transaction; with one it was mined and reverted, its nonce
    went to a cancellation, or somebody else used it."""
    DONE = "done"
    """There was nothing to send: a record off the chain, complete with its signatures."""


class AttemptKind(StrEnum):
    ORIGINAL = "original"
    REPLACEMENT = "replacement"
    """The same call under the same nonce, for higher fees."""
    CANCELLATION = "cancellation"
    """Nothing, to oneself, under the same nonce."""


def _index(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Operation(Base):
    __tablename__ = "operation"
    __table_args__ = (
        UniqueConstraint("organisation", "idempotency_key"),
        UniqueConstraint("signer", "nonce"),
        UniqueConstraint("sequence"),
        UniqueConstraint("signed_sequence"),
        CheckConstraint("(nonce IS NULL) = (tx_hash IS NULL)", name="nonce_with_hash"),
        CheckConstraint("state NOT IN ('signed', 'sent', 'mined') OR tx_hash IS NOT NULL", name="sent_has_hash"),
        CheckConstraint("state <> 'mined' OR block_hash IS NOT NULL", name="mined_has_block"),
        CheckConstraint("state <> 'failed' OR error_name IS NOT NULL", name="failed_has_reason"),
        CheckConstraint("wanted IN ('replace', 'cancel')", name="wanted_known"),
        _index("ix_operation_pending", "sequence", where=_PENDING),
        _index("ix_operation_in_flight", "signer", "nonce", "state", where=_IN_FLIGHT),
        _index("ix_operation_live_subject", "subject", "sequence", where=_LIVE),
        _index("ix_operation_wanted", "signer", where="wanted IS NOT NULL"),
        _index("ix_operation_block", "block_number", "block_hash", where="block_hash IS NOT NULL"),
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
    tx_hash: Mapped[Hex32 | None]
    """Of the newest attempt and, once mined, of the attempt that was."""
    gas: Mapped[int | None] = mapped_column(BigInteger)
    """The limit of the call."""
    signed_sequence: Mapped[int | None] = mapped_column(BigInteger)
    """Order of signing across all signers: what may depend on what came before."""
    wanted: Mapped[str | None] = mapped_column(String(8))
    """What an operator asked for, until the worker has done it."""
    block_number: Mapped[int | None] = mapped_column(BigInteger)
    block_hash: Mapped[Hex32 | None]
    """Of a nonce used elsewhere: the block at which that was seen, so that a reorganisation undoes the verdict too."""
    tx_index: Mapped[int | None] = mapped_column(BigInteger)
    gas_used: Mapped[int | None] = mapped_column(BigInteger)
    error_name: Mapped[str | None] = mapped_column(String(64))
    error_params: Mapped[dict[str, Any] | None] = mapped_column(_Json)

    created_at: Mapped[int] = mapped_column(BigInteger)
    """Unix seconds of the wall clock, like the others."""
    signed_at: Mapped[int | None] = mapped_column(BigInteger)
    sent_at: Mapped[int | None] = mapped_column(BigInteger)
    mined_at: Mapped[int | None] = mapped_column(BigInteger)
    failed_at: Mapped[int | None] = mapped_column(BigInteger)

    def __repr__(self) -> str:
        return f"<Operation {self.sequence} {self.kind} {self.state}>"


class Attempt(Base):
    """One signed transaction of an operation, stored before it may be sent. All of one operation have one nonce."""

    __tablename__ = "attempt"
    __table_args__ = (
        PrimaryKeyConstraint("operation_id", "number"),
        UniqueConstraint("tx_hash"),
        CheckConstraint("kind IN ('original', 'replacement', 'cancellation')", name="kind_known"),
        _index("ix_attempt_again", "kind", where="number > 0"),
    )

    operation_id: Mapped[str] = mapped_column(String(32), ForeignKey("operation.id"))
    number: Mapped[int] = mapped_column(BigInteger)
    """From 0; the original has it."""
    kind: Mapped[str] = mapped_column(String(16))
    tx_hash: Mapped[Hex32]
    raw: Mapped[str] = mapped_column(Text)
    max_fee: Mapped[int] = mapped_column(BigInteger)
    """Wei a unit of gas, like the priority fee."""
    max_priority_fee: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[int] = mapped_column(BigInteger)
    block_seen: Mapped[int] = mapped_column(BigInteger)
    """The newest block when it was signed: from here its waiting is counted."""


class Signer(Base):
    """One account: who may sign with it now, and its next nonce. Locked by the transaction that signs."""

    __tablename__ = "signer"

    address: Mapped[Address] = mapped_column(primary_key=True)
    next_nonce: Mapped[int | None] = mapped_column(BigInteger)
    """None: it has signed nothing here yet, or an operator resumed it; then the chain says."""
    holder: Mapped[str | None] = mapped_column(String(64))
    until_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    """The lease's end, unix milliseconds by the database's clock."""
    stopped_by: Mapped[str | None] = mapped_column(String(64))
    """The error that stopped it; nothing is signed with it until an operator resumes it."""
    stopped_params: Mapped[dict[str, Any] | None] = mapped_column(_Json)
    stopped_at: Mapped[int | None] = mapped_column(BigInteger)


class WorkerPresence(Base):
    """A worker that is at work: how many share the signers."""

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    until_ms: Mapped[int] = mapped_column(BigInteger)


class ChainView(Base):
    """One row: the newest block that an operation of ours was seen in, and who puts right what the chain took back.

    All blocks in `operation` are of the chain that ends in the tip: who adds one locks this row and moves it.
    """

    __tablename__ = "chain_view"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    tip_number: Mapped[int | None] = mapped_column(BigInteger)
    tip_hash: Mapped[Hex32 | None]
    recoverer: Mapped[str | None] = mapped_column(String(64))
    """The worker that recovers; while it is set nobody signs."""
    recoverer_until_ms: Mapped[int] = mapped_column(BigInteger, default=0)


def is_pending(entity: Any = Operation) -> ColumnElement[bool]:
    return _state(entity, OperationState.PENDING, alone=True)


def is_in_flight(entity: Any = Operation) -> ColumnElement[bool]:
    return _state(entity, OperationState.SIGNED, OperationState.SENT)


def is_live(entity: Any = Operation) -> ColumnElement[bool]:
    return _state(entity, OperationState.PENDING, OperationState.SIGNED, OperationState.SENT)


def is_again() -> ColumnElement[bool]:
    """An attempt that is no original."""
    return Attempt.number > literal_column("0")


def unindexed(column: Any) -> Any:
    """The column's value where rows at work are filtered or ordered by it. SQLite takes what an index orders for cheap,
    and would find the few that are at work by reading all that was ever finished."""
    return column + 0 if isinstance(column.type, BigInteger) else column.concat("")


def _state(entity: Any, *states: OperationState, alone: bool = False) -> ColumnElement[bool]:
    words: list[ColumnElement[str]] = [literal_column(f"'{state.value}'") for state in states]
    found: ColumnElement[bool] = entity.state == words[0] if alone else entity.state.in_(words)
    return found
