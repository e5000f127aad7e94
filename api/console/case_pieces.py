"""A piece as casework sees it: whose it is, and what its state allows."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import or_, select

from api.console.cases import Subject
from api.console.figures import drawable
from api.console.navigation import mark
from api.console.page import Page, PageDep
from api.domain.money import Money
from api.receivables import reading, service
from api.receivables.schemas import ReceivableRead
from api.schemas import ReceivableId, Total
from indexer import queries
from indexer.models import Payable, PayableState, Receivable, ReceivableState


@dataclass(frozen=True)
class PieceSubject(Subject):
    """A piece that the reader may see."""

    row: Receivable
    payable: Payable
    read: ReceivableRead

    def facts(self) -> list[tuple[str, str]]:
        words, read = self.page.words, self.read
        facts = [
            (mark("Value"), words.money(read.value)),
            (mark("Holder"), read.holder.name or read.holder.address),
            (mark("Owed by"), read.debtor.name or read.debtor.address),
            (mark("Due"), words.day(read.due_date)),
        ]
        if read.free is not None:
            facts.insert(1, (mark("Free"), words.money(read.free)))
        if self.is_holder and self.due.minor:
            facts.insert(1, (mark("Can be drawn now"), words.money(self.due)))
        if self.set_aside:
            waiting = sum(found.amount for found in self.set_aside)
            facts.insert(1, (mark("Set aside for you"), words.money(Total.of(waiting, self.currency))))
        return facts

    @property
    def is_holder(self) -> bool:
        return self.reader == self.row.holder

    @property
    def is_debtor(self) -> bool:
        return self.reader == self.payable.debtor

    @property
    def live(self) -> bool:
        """It moves, or would if nothing held it."""
        return self.row.state == ReceivableState.LIVE and self.row.parking is None

    @property
    def open(self) -> bool:
        return self.live and self.payable.state == PayableState.CONFIRMED

    @property
    def free(self) -> int:
        """Minor units that its holder can use; nothing for others."""
        return 0 if self.read.free is None else self.read.free.minor

    @property
    def due(self) -> Money:
        """What its holder can draw of what was paid in."""
        return Money(drawable(self.row, self.payable) if self.live else 0, self.currency)

    @property
    def overdue(self) -> bool:
        return self.open and self.read.due_date < self.page.today

    @cached_property
    def neighbours(self) -> list[Receivable]:
        """Pieces of the same holder on either side of it that are alike, and so can be one with it."""
        rows = self.page.session.scalars(
            select(Receivable).where(
                Receivable.payable_id == self.row.payable_id,
                Receivable.holder == self.row.holder,
                Receivable.state == ReceivableState.LIVE,
                Receivable.parking.is_(None),
                Receivable.endorser.is_not_distinct_from(self.row.endorser),
                or_(Receivable.start == self.row.end, Receivable.end == self.row.start),
            )
        ).all()
        read = reading.read_all(self.page.session, self.page.services, self.page.reader, rows)
        return [row for row, told in zip(rows, read, strict=True) if told.held is not None and not told.held.minor]

    @cached_property
    def set_aside(self) -> list[queries.SetAside]:
        """Cash that waits for the reader here, by deposit token."""
        if self.reader is None:
            return []
        waiting = queries.set_aside(self.page.session, self.reader)
        return [found for found in waiting if found.receivable_id == self.row.receivable_id]


def find(page: PageDep, receivable_id: ReceivableId) -> PieceSubject:
    """NotFound for what the reader may not see."""
    row = service.get(page.session, page.reader, receivable_id)
    return of_row(page, row, reading.read(page.session, page.services, page.reader, row))


def of_row(page: Page, row: Receivable, read: ReceivableRead) -> PieceSubject:
    """Of what was read already."""
    payable = page.session.get_one(Payable, row.payable_id)
    return PieceSubject(page, "/receivables", row.receivable_id, read.value.currency, row, payable, read)
