"""The adapter's migrations, and the Alembic environment that every room's migrations run in."""

from sqlalchemy import MetaData


def metadata() -> MetaData:
    """The adapter's tables."""
    from node_adapter.outbox.models import Base

    return Base.metadata
