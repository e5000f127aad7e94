"""Versions of the API's own tables; `node_adapter.migrate` runs them."""

from sqlalchemy import MetaData


def metadata() -> MetaData:
    """The tables that the API's models declare."""
    from api import texts as _texts  # noqa: F401 -- importing models declares their tables
    from api.console import models as _console  # noqa: F401
    from api.db import Base
    from api.financing import models as _financing  # noqa: F401
    from api.identity import models as _identity  # noqa: F401
    from api.invoices import models as _invoices  # noqa: F401
    from api.key_rotations import models as _key_rotations  # noqa: F401
    from api.payables import models as _payables  # noqa: F401

    return Base.metadata
