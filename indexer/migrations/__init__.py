"""The indexer's migrations; `node_adapter.migrate` runs them."""

from sqlalchemy import MetaData


def metadata() -> MetaData:
    """The tables that the models declare."""
    from indexer.models import Base

    return Base.metadata
