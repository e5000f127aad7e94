"""The state roots of final blocks, and the rows that they stand on: what `indexer.proof.roots` keeps."""

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from indexer.models.base import Base, BlockNumber
from node_adapter.db import Hex32


class StateRoot(Base):
    """The root over the business state after one final block with business events; each contains the one before it."""

    __tablename__ = "state_root"

    block_number: Mapped[BlockNumber] = mapped_column(primary_key=True, autoincrement=False)
    block_hash: Mapped[Hex32] = mapped_column(ForeignKey("chain_block.hash", ondelete="CASCADE"), unique=True)
    root: Mapped[Hex32]
    standing: Mapped[Hex32] = mapped_column(doc="Of the rows with a state, as they stand after the block.")
    arrived: Mapped[Hex32] = mapped_column(doc="Of the rows of one event each that came with the block.")
    form: Mapped[Hex32] = mapped_column(doc="Which columns of which tables it is over.")


class StateLeaf(Base):
    """One row with a state as it stands after the newest state root's block."""

    __tablename__ = "state_leaf"

    name: Mapped[str] = mapped_column(String(160), primary_key=True, doc="table/key")
    bucket: Mapped[int] = mapped_column(index=True)
    leaf: Mapped[bytes] = mapped_column(LargeBinary)
    row: Mapped[str] = mapped_column(Text, doc="What the leaf is the hash of, after its domain byte.")
