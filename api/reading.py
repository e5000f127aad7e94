"""The newest block of the index: every answer is as of it."""

from sqlalchemy.orm import Session

from api.errors import NotCaughtUp
from indexer import queries
from indexer.models import ChainBlock


def newest_block(session: Session) -> ChainBlock:
    """NotCaughtUp while the index is empty: a client tries again in a moment."""
    block = queries.head(session)
    if block is None:
        raise NotCaughtUp("the index has no block yet; try again in a moment")
    return block
