"""What all of the indexer's tables share."""

from typing import Annotated, cast

from sqlalchemy import BigInteger, ColumnElement, ForeignKeyConstraint, MetaData, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from node_adapter.db import NAMING_CONVENTION, Hex32
from node_adapter.migrate import ONLY_ON

BlockNumber = Annotated[int, mapped_column(BigInteger)]
UnixSeconds = Annotated[int, mapped_column(BigInteger)]
Day = Annotated[int, mapped_column(BigInteger)]
"""Whole days since 1970-01-01. The contracts take any uint32, which is more than an INTEGER holds."""
ChainNumber = Annotated[int, mapped_column(BigInteger)]
"""A number that the contracts count up, or a rate: any uint32, as a day."""


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Folded:
    """A row folded from several events. `subject` is the one entity whose events may write it.

    `last_…` names the newest event that changed it, so that a reader can say as of when, and whether that is final.
    """

    subject: Mapped[Hex32] = mapped_column(index=True)
    last_block_hash: Mapped[Hex32]
    last_block_number: Mapped[BlockNumber]
    last_log_index: Mapped[int]


class OfOneEvent:
    """A row that says what one event said. Nothing changes it; it vanishes with the event's block."""

    block_hash: Mapped[Hex32] = mapped_column(primary_key=True)
    log_index: Mapped[int] = mapped_column(primary_key=True)
    block_number: Mapped[BlockNumber]


class OfOneEventFolded(OfOneEvent):
    """A row of one event whose handler needs the rows so far, or steps them: folded again with its subject.

    That is its payable in all of these tables: `payable_id` has the index, and one more over the same random words is
    a page to write for each payable of a block.
    """

    subject: Mapped[Hex32]


def subject_column(table: Table) -> ColumnElement[str]:
    """What finds the rows of a subject by an index."""
    indexed = any(index.columns[0] is table.c.subject for index in table.indexes)
    return table.c.subject if indexed else table.c.payable_id


def event_key(table: str) -> ForeignKeyConstraint:
    """Ties a row to its event. Named here: the convention's name would be longer than PostgreSQL keeps."""
    return _on_sqlite(
        ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name=f"fk_{table}_event",
            ondelete="CASCADE",
        )
    )


def block_key() -> ForeignKeyConstraint:
    """Ties an event to its block."""
    return _on_sqlite(ForeignKeyConstraint(["block_hash"], ["chain_block.hash"], ondelete="CASCADE"))


def _on_sqlite(key: ForeignKeyConstraint) -> ForeignKeyConstraint:
    """PostgreSQL calls a trigger for each row with such a key, a tenth of what an index costs. Rows come and go through
    `indexer.apply` alone, which deletes them with their blocks by itself; `scf verify` compares them with the chain."""
    key.info[ONLY_ON] = "sqlite"
    key.ddl_if(dialect="sqlite")
    return key


def table_of(model: type[Base]) -> Table:
    """The model's table: bulk statements on tables skip the ORM."""
    return cast(Table, model.__table__)
