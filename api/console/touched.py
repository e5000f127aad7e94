"""What changed since one looked last, and whom it concerns: events of new blocks, and commands that moved on.

It reads like every page does, so what one may not see does not wake one either: whoever is no party of a payable never
hears of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from api.financing.models import FinancingQuote, FinancingRequest
from api.identity.actor import SUPERVISION, Actor, Role
from api.payables.models import CancellationOffer
from api.payables.service import visible_to
from indexer import queries
from indexer.models import ChainBlock, ChainEvent, FreezeOrder, Payable, PayOut
from node_adapter.db import chunks
from node_adapter.outbox.models import Operation, OperationState

EVENTS_MAX = 2_000
"""More at once, as after a long stop, and everybody is told: to tell apart would cost more than to ask again."""
OPERATIONS_MAX = 5_000
_PAYABLE_LENGTH, _RECEIVABLE_LENGTH, _ADDRESS_LENGTH = 58, 66, 42
_ON_ITS_WAY = (
    OperationState.AWAITING_SIGNATURE,
    OperationState.PENDING,
    OperationState.SIGNED,
    OperationState.SENT,
)
_CONTRACTS = {
    Role.OPERATOR: ("Participants", "Dishonours"),
    Role.BANK: ("DepositToken",),
    Role.FINANCIER: ("Dishonours",),
}
"""Whose every event concerns a role, whoever it names."""
_TO_ALL = ("Participant", "Programme", "ReferenceRate", "Token")
"""Events that begin so are of what everybody reads."""
_NAMELESS = {"FreezeReleased", "PayOutCompleted", "PayOutRefused"}
"""Events that name what they end by its number alone: its row says whose it was."""


@dataclass(slots=True)
class Touched:
    """What changed. `everything`: it cannot be told apart."""

    block: int
    everything: bool = False
    payables: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    organisations: set[str] = field(default_factory=set)
    roles: set[Role] = field(default_factory=set)

    def __bool__(self) -> bool:
        return self.everything or bool(self.payables or self.accounts or self.organisations or self.roles)

    def concerns(self, session: Session, actor: Actor) -> bool:
        """Whether anything that the actor may see is among it."""
        if self.everything or actor.role in self.roles or actor.organisation_id in self.organisations:
            return True
        if actor.address is None:
            return False
        return actor.address in self.accounts or any(
            session.scalar(select(Payable.payable_id).where(which, visible_to(actor.address)).limit(1)) is not None
            for which in _among(Payable.payable_id, self.payables)
        )


class Watch:
    """Remembers what it saw last. One reader at a time; each look is one short read."""

    def __init__(self) -> None:
        self._block: tuple[int, str] | None = None
        self._sequence = 0
        self._states: dict[str, str] = {}
        """Commands that have not ended, and their states."""

    def look(self, session: Session) -> Touched:
        """What changed since the last look; nothing at the first."""
        head = queries.head(session)
        touched = Touched(0 if head is None else head.number)
        if head is not None:
            self._blocks(session, head, touched)
        self._operations(session, touched)
        return touched

    def _blocks(self, session: Session, head: ChainBlock, touched: Touched) -> None:
        last, self._block = self._block, (head.number, head.hash)
        if last is None or last == self._block:
            return
        known = session.scalar(select(ChainBlock.hash).where(ChainBlock.number == last[0]))
        if known != last[1]:
            touched.everything = True  # the chain took blocks back
            return
        events = session.execute(
            select(ChainEvent.name, ChainEvent.subject, ChainEvent.contract, ChainEvent.args)
            .where(ChainEvent.block_number > last[0], ChainEvent.business)
            .limit(EVENTS_MAX + 1)
        ).all()
        if len(events) > EVENTS_MAX:
            touched.everything = True
            return
        if events:
            touched.roles |= SUPERVISION
        unnamed = []
        for event, subject, contract, args in events:
            touched.roles |= {role for role, names in _CONTRACTS.items() if contract.startswith(names)}
            touched.everything |= event.startswith(_TO_ALL)
            if event in _NAMELESS:
                unnamed.append(subject)
            for text in (subject, *_texts(args)):
                if len(text) == _ADDRESS_LENGTH:
                    touched.accounts.add(text)
                elif text.startswith("0x") and len(text) in {_PAYABLE_LENGTH, _RECEIVABLE_LENGTH}:
                    touched.payables.add(text[:_PAYABLE_LENGTH])
        touched.accounts |= set(session.scalars(select(FreezeOrder.holder).where(FreezeOrder.subject.in_(unnamed))))
        touched.accounts |= set(session.scalars(select(PayOut.account).where(PayOut.subject.in_(unnamed))))
        mined = select(Operation.organisation).where(
            Operation.block_number > last[0], Operation.block_hash.is_not(None)
        )
        touched.organisations |= set(session.scalars(mined))

    def _operations(self, session: Session, touched: Touched) -> None:
        first = self._sequence == 0
        columns = select(Operation)
        fresh = columns.where(Operation.sequence > self._sequence).order_by(Operation.sequence.desc())
        if first:
            fresh = fresh.where(Operation.state.in_(_ON_ITS_WAY))
        found = list(session.scalars(fresh.limit(OPERATIONS_MAX)))
        newest = session.scalar(select(Operation.sequence).order_by(Operation.sequence.desc()).limit(1)) or 0
        for which in _among(Operation.id, self._states):
            found += session.scalars(columns.where(which))
        moved = [row for row in found if self._states.get(row.id) != row.state]
        self._sequence = max(self._sequence, newest)
        self._states = {row.id: row.state for row in found[:OPERATIONS_MAX] if row.state in _ON_ITS_WAY}
        if not first:
            _moved(session, moved, touched)


def _moved(session: Session, operations: Iterable[Operation], touched: Touched) -> None:
    """Whoever commanded it, and whoever sees what it made off the chain."""
    for row in operations:
        touched.organisations.add(row.organisation)
        touched.roles.add(Role.OPERATOR)
        about = row.resource or {}
        if row.state != OperationState.DONE or not about.get("id"):
            continue
        if about["type"] == "financing_request":
            touched.roles.add(Role.FINANCIER)
        elif about["type"] == "quote":
            asked = select(FinancingRequest.organisation_id).join(
                FinancingQuote, FinancingQuote.request_id == FinancingRequest.id
            )
            touched.organisations |= set(session.scalars(asked.where(FinancingQuote.id == about["id"])))
        elif about["type"] == "payable":
            touched.payables.add(about["id"])
        elif about["type"] == "cancellation":
            offered = select(CancellationOffer.payable_id).where(CancellationOffer.id == about["id"])
            touched.payables |= set(session.scalars(offered))


def _among(column: Any, values: Iterable[str]) -> Iterator[ColumnElement[bool]]:
    """Conditions that together say "one of these", each short enough for a database."""
    wanted = sorted(values)
    for some in chunks(wanted):
        yield or_(column.in_(some))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
