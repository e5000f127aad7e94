"""How states were before they changed: what lets every question be asked as of a block that is long past.

A state's row is true from the block of the event that changed it last. When an event of a later block changes it again,
the row as it was is kept here with `until_block`, the first block it is no longer true at. Appended only; a reorg folds
the rows of the subjects it touches again, these with them.
"""

from sqlalchemy import BigInteger, Column, Index, MetaData, Table

from indexer.models.base import Base, table_of

SUFFIX = "_past"


def past_of(state: Table, metadata: MetaData) -> Table:
    """The table of what was: the state's columns and `until_block`."""
    (key,) = state.primary_key.columns
    name = f"{state.name}{SUFFIX}"
    keys = (key.name, "last_block_number")
    columns = [
        Column(column.name, column.type, primary_key=True, autoincrement=False)
        if column.name in keys
        else Column(column.name, column.type, nullable=column.nullable)
        for column in state.columns
    ]
    return Table(
        name,
        metadata,
        *columns,
        Column("until_block", BigInteger, nullable=False),
        Index(f"ix_{name}_until_block", "until_block"),
        Index(f"ix_{name}_subject", "subject"),
    )


def pasts(states: tuple[type[Base], ...]) -> dict[type[Base], Table]:
    return {model: past_of(table_of(model), Base.metadata) for model in states}
