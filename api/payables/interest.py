"""What is owed today: principal, and late interest from the index's payments and the chain's clock (R-17)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from api.domain.dates import business_date, to_day
from api.domain.settlement import Booked, late_interest_due
from indexer.models import ChainBlock, Payable, PayableState, Payment
from node_adapter.db import chunks


def owed(session: Session, payables: Sequence[Payable | Row[*tuple[Any, ...]]], now: int) -> dict[str, tuple[int, int]]:
    """Principal and late interest outstanding at the instant `now`, by payable; nothing of what is not confirmed.

    A row instead of a payable has its columns by their names.
    """
    today = to_day(business_date(now))
    late = [row.payable_id for row in payables if row.due_date < today]
    booked: dict[str, list[Booked]] = defaultdict(list)
    for some in chunks(late):
        for payable_id, principal, interest, timestamp in session.execute(
            select(Payment.payable_id, Payment.principal, Payment.interest, ChainBlock.timestamp)
            .join(ChainBlock, ChainBlock.hash == Payment.block_hash)
            .where(Payment.payable_id.in_(some))
            .order_by(Payment.block_number, Payment.log_index)
        ):
            booked[payable_id].append(Booked(to_day(business_date(timestamp)), principal, interest))
    answers = {}
    for row in payables:
        if row.state != PayableState.CONFIRMED:
            answers[row.payable_id] = (0, 0)
        elif row.due_date >= today:
            answers[row.payable_id] = (row.face_value - row.paid, 0)
        else:
            assert row.late_rate_ppm is not None, "it is confirmed"
            answers[row.payable_id] = late_interest_due(
                row.face_value, row.late_rate_ppm, row.due_date, booked[row.payable_id], today
            )
    return answers
