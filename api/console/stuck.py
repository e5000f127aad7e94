"""What of the commands waits, and what waits too long: for whoever runs the platform."""

import time
from collections.abc import Sequence

from sqlalchemy import func, select

from api.console.page import Page
from api.operations.reading import read_operations
from api.operations.schemas import OperationRead
from node_adapter.outbox.models import Operation, OperationState

STUCK_AFTER_S = 120
"""Wall clock. On its way longer than this, a command waits for something that does not come by itself."""
SHOWN_MAX = 100
_ON_ITS_WAY = (OperationState.PENDING, OperationState.SIGNED, OperationState.SENT)


def stuck_operations(page: Page) -> list[OperationRead]:
    """Of all organisations, the oldest first. Operator only: the caller sees to that."""
    rows = on_its_way_too_long(page, None)
    return read_operations(page.session, page.services.is_final, rows)


def on_its_way_too_long(page: Page, organisation: str | None) -> Sequence[Operation]:
    """The organisation's, or everybody's; the oldest first."""
    query = select(Operation).where(
        Operation.state.in_(_ON_ITS_WAY), Operation.created_at < int(time.time()) - STUCK_AFTER_S
    )
    if organisation is not None:
        query = query.where(Operation.organisation == organisation)
    return page.session.scalars(query.order_by(Operation.sequence).limit(SHOWN_MAX)).all()


def what_waits(page: Page) -> dict[str, int]:
    """How many commands are in each state that is not an end."""
    states = (*_ON_ITS_WAY, OperationState.AWAITING_SIGNATURE)
    query = select(Operation.state, func.count()).where(Operation.state.in_(states)).group_by(Operation.state)
    found = {str(state): int(count) for state, count in page.session.execute(query)}
    return {"on_its_way": sum(found.get(state, 0) for state in _ON_ITS_WAY), "to_sign": found.get(states[-1], 0)}
