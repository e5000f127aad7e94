"""The chain log: what the node said, block by block. Append-only; a reorg moves blocks to the evidence (R-42)."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from indexer.models.base import Base, BlockNumber, UnixSeconds, block_key
from node_adapter.db import Address, Hex32


class IndexIdentity(Base):
    """Whose mirror this database is: one row, written once. Another chain or deployment is refused."""

    __tablename__ = "index_identity"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chain_id: Mapped[BlockNumber]
    genesis_hash: Mapped[Hex32]
    deployments_hash: Mapped[Hex32]


class ChainBlock(Base):
    """A block this indexer followed; the newest is its checkpoint."""

    __tablename__ = "chain_block"

    hash: Mapped[Hex32] = mapped_column(primary_key=True)
    number: Mapped[BlockNumber] = mapped_column(unique=True)
    parent_hash: Mapped[Hex32]
    timestamp: Mapped[UnixSeconds]


class ChainEvent(Base):
    """One log of our contracts, as the chain said it (`topics`, `data`) and decoded (`args`).

    `contract` is the instance in the deployments file. `subject` is the entity it is about: the payable for everything
    that concerns one. `business` events are in the contract's journal; the others repeat them for token standards.
    """

    __tablename__ = "chain_event"
    __table_args__ = (
        block_key(),
        Index(None, "subject", "block_number", "log_index"),
        Index(None, "block_number", "log_index"),
    )

    block_hash: Mapped[Hex32] = mapped_column(primary_key=True)
    log_index: Mapped[int] = mapped_column(primary_key=True)
    block_number: Mapped[BlockNumber]
    tx_hash: Mapped[Hex32]
    tx_index: Mapped[int]
    contract: Mapped[str] = mapped_column(String(64))
    address: Mapped[Address]
    name: Mapped[str] = mapped_column(String(64))
    subject: Mapped[Hex32]
    business: Mapped[bool]
    args: Mapped[dict[str, Any]] = mapped_column(JSON)
    topics: Mapped[bytes] = mapped_column(LargeBinary, doc="Topics one after another, 32 bytes each.")
    data: Mapped[bytes] = mapped_column(LargeBinary)


class JournalCheckpoint(Base):
    """What the journals were at the end of a batch, by contract: the next batch is compared from there.

    A reorg takes those above it away with their blocks.
    """

    __tablename__ = "journal_checkpoint"

    block_hash: Mapped[Hex32] = mapped_column(ForeignKey("chain_block.hash", ondelete="CASCADE"), primary_key=True)
    block_number: Mapped[BlockNumber] = mapped_column(unique=True)
    words: Mapped[dict[str, str]] = mapped_column(JSON)


class OrphanedBlock(Base):
    """A block the chain took back, with what it said: evidence, never deleted, and nothing is computed from it.

    It stays here even where the chain later takes the block again.
    """

    __tablename__ = "orphaned_block"

    hash: Mapped[Hex32] = mapped_column(primary_key=True)
    number: Mapped[BlockNumber] = mapped_column(index=True)
    parent_hash: Mapped[Hex32]
    timestamp: Mapped[UnixSeconds]
    events: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
