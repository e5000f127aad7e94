"""The days that the chain has, from which one chooses as of which to read."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.domain.dates import business_date, to_day
from indexer.models import ChainBlock


@dataclass(frozen=True, slots=True)
class Days:
    """From the business day of the first block to that of the newest, both included."""

    first: date
    last: date

    @staticmethod
    def number(day: date) -> int:
        """As a slider counts them."""
        return to_day(day)


def days_of(session: Session) -> Days | None:
    """None while the index is empty."""
    first = session.scalar(select(func.min(ChainBlock.timestamp)))
    last = session.scalar(select(func.max(ChainBlock.timestamp)))
    return None if first is None or last is None else Days(business_date(first), business_date(last))
