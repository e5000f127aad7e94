"""The adapter's migrations, and the Alembic environment that every room's migrations run in."""

from sqlalchemy import MetaData


def metadata() -> MetaData:
    """The adapter's tables: the outbox's and the signers'."""
    from node_adapter.db import NAMING_CONVENTION
    from node_adapter.outbox.models import Base as OutboxBase
    from node_adapter.signers.spending import Base as SignersBase

    found = MetaData(naming_convention=NAMING_CONVENTION)
    for base in (OutboxBase, SignersBase):
        for table in base.metadata.tables.values():
            table.to_metadata(found)
    return found
