"""The indexer's migrations; `node_adapter.migrate` runs them."""

from sqlalchemy import Connection, MetaData


def metadata() -> MetaData:
    """The tables that the models declare."""
    from indexer.models import Base

    return Base.metadata


def before(connection: Connection) -> None:
    """Views would stand in the way of what a step alters."""
    from indexer.reports.views import drop_views

    drop_views(connection)


def after(connection: Connection) -> None:
    """Views are made again, and the role that only reads may read what is new."""
    from indexer.models import Base
    from indexer.reports import REPORTS
    from indexer.reports.access import grant_reading
    from indexer.reports.views import make_views

    make_views(connection)
    grant_reading(connection, [*Base.metadata.tables, *(report.view for report in REPORTS.values())])
