"""What every module reads of the index: the newest block, which every answer is as of, and whose key acts for whom."""

from sqlalchemy.orm import Session

from api.errors import NotCaughtUp
from indexer import queries
from indexer.models import ChainBlock, Participant


def newest_block(session: Session) -> ChainBlock:
    """NotCaughtUp while the index is empty: a client tries again in a moment."""
    block = queries.head(session)
    if block is None:
        raise NotCaughtUp("the index has no block yet; try again in a moment")
    return block


def key_of(session: Session, account: str) -> str:
    """The key that acts and signs for an account: itself, unless it was rotated."""
    participant = session.get(Participant, account)
    return account if participant is None else participant.key
