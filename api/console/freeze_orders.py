"""One freeze order: what serves it, what stands beside it, and its pieces set aside or moved (R-23)."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import or_, select

from api.console import organisations
from api.console.asks import Ask, always
from api.console.cases import Case, Fact, Given, Subject, on, serve
from api.console.freezes import amount_of, complies
from api.console.navigation import mark
from api.console.page import Page, PageDep, short
from api.domain.money import Money
from api.errors import NotFound
from api.holds import placed, service
from api.holds.routes import OrderId
from api.holds.schemas import FreezeEnforce, FreezeOrderRead, FreezeSetAside
from api.identity.actor import Role
from api.identity.models import Organisation
from api.programmes import service as programmes
from api.reading import newest_block
from api.schemas import ReceivableId, Total
from indexer import queries
from indexer.models import FreezeOrder, Hold, Payable, Receivable, ReceivableState

router = APIRouter(prefix="/freeze-orders")
SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class Piece:
    """What of the holder's can serve the order."""

    receivable_id: str
    payable_id: str
    value: Money
    free: Money
    under: Money
    """Set aside under this order, and not moved yet."""
    cash: Money | None
    """Of a piece that is redeemed: what waits of it."""

    def most(self, asked: int) -> Money:
        """What of it one would set aside for so much, minor units."""
        there = self.free if self.cash is None else self.cash
        return Money(max(0, min(asked, there.minor)), self.value.currency)


def _pieces(page: Page, order: FreezeOrder, receivable_id: str | None = None) -> list[Piece]:
    """The holder's under the order, live or with cash that waits, at most SHOWN_MAX; or the one that is named."""
    session, deployments = page.session, page.services.deployments
    waits = {one.receivable_id: one.amount for one in queries.set_aside(session, order.holder)}
    live = (Receivable.holder == order.holder) & (Receivable.state == ReceivableState.LIVE)
    query = (
        select(Receivable, Payable)
        .join(Payable, Payable.payable_id == Receivable.payable_id)
        .where(or_(live & Receivable.parking.is_(None), Receivable.receivable_id.in_(waits)))
        .order_by(Payable.due_date, Receivable.receivable_id)
        .limit(SHOWN_MAX)
    )
    if order.payable_id is not None:
        query = query.where(Receivable.payable_id == order.payable_id)
    if receivable_id is not None:
        query = query.where(Receivable.receivable_id == receivable_id)
    rows = [(piece, payable) for piece, payable in session.execute(query)]
    if len(deployments.versions) > 1:
        subject = f"order:{order.order_id}"
        versions = queries.versions_of(session, {subject, *(payable.payable_id for _, payable in rows)})
        rows = [found for found in rows if versions.get(found[0].payable_id) == versions.get(subject)]
    held = queries.held_on(session, [piece.receivable_id for piece, _ in rows], newest_block(session).timestamp)
    under = _under(page, order)
    currencies = programmes.currencies(session, deployments, {payable.programme_id for _, payable in rows})
    found = []
    for piece, payable in rows:
        currency, value = currencies[payable.programme_id], piece.end - piece.start
        redeemed = piece.state != ReceivableState.LIVE
        found.append(
            Piece(
                piece.receivable_id,
                piece.payable_id,
                Money(value, currency),
                Money(0 if redeemed else max(0, value - held.get(piece.receivable_id, 0)), currency),
                Money(under.get(piece.receivable_id, 0), currency),
                Money(waits.get(piece.receivable_id, 0), currency) if redeemed else None,
            )
        )
    return found


def _under(page: Page, order: FreezeOrder) -> dict[str, int]:
    rows = page.session.execute(
        select(Hold.receivable_id, Hold.amount).where(Hold.order_id == order.order_id, Hold.released.is_(False))
    )
    return {receivable_id: int(amount) for receivable_id, amount in rows}


def _beside(page: Page, order: FreezeOrder) -> list[FreezeOrderRead]:
    """Other orders in force against the same holder, where they meet this one, the newest first."""
    meets = FreezeOrder.payable_id.is_(None) | (FreezeOrder.payable_id == order.payable_id)
    rows = page.session.scalars(
        select(FreezeOrder)
        .where(
            FreezeOrder.holder == order.holder,
            FreezeOrder.order_id != order.order_id,
            queries.live_order(newest_block(page.session).timestamp),
            *(() if order.payable_id is None else (meets,)),
        )
        .order_by(FreezeOrder.order_id.desc())
        .limit(SHOWN_MAX)
    ).all()
    return service.read_all(page.session, page.services, page.reader, rows)


@router.get("/{order_id}")
def show(page: PageDep, order_id: OrderId) -> Response:
    """For compliance and for the holder that it names."""
    row = service.get(page.session, page.reader, order_id)
    read = service.read(page.session, page.services, page.reader, row)
    holds = page.session.scalars(select(Hold).where(Hold.order_id == order_id).order_by(Hold.hold_id)).all()
    beside = _beside(page, row)
    served = queries.set_aside_under(page.session, order_id)
    return page.render(
        "freeze_order.html",
        order=read,
        amount=amount_of(page, read),
        served=amount_of(page, read, served),
        open=amount_of(page, read, max(0, row.amount - served)) if served < row.amount else None,
        pieces=_pieces(page, row) if read.live else [],
        holds=placed.read_all(page.session, page.services, page.reader, holds),
        beside=[(other, amount_of(page, other)) for other in beside],
        may_enforce=page.reader.role == Role.COMPLIANCE and page.as_of is None,
        may_set_aside=page.as_of is None,
        final=page.is_final(row.last_block_number),
    )


@dataclass(frozen=True)
class OrderedSubject(Subject):
    """A piece under an order."""

    order: FreezeOrder
    read: FreezeOrderRead
    piece: Piece

    def facts(self) -> list[Fact]:
        piece, money = self.piece, self.page.words.money
        free = (mark("Free"), piece.free) if piece.cash is None else (mark("Cash that waits"), piece.cash)
        return [
            (mark("Holder"), self.read.holder.name or self.read.holder.address),
            (mark("Order"), amount_of(self.page, self.read)),
            (mark("Receivable"), short(piece.receivable_id)),
            (mark("Value"), money(piece.value)),
            (free[0], money(free[1])),
            (mark("Set aside under it"), money(piece.under)),
        ]

    def known(self) -> dict[str, Any]:
        return {"receivable_id": self.piece.receivable_id}

    @property
    def missing(self) -> Money:
        """What one would set aside of it for what is not served yet."""
        return self.piece.most(self.order.amount - queries.set_aside_under(self.page.session, self.order.order_id))


def find(page: PageDep, order_id: OrderId, receivable_id: ReceivableId) -> OrderedSubject:
    """NotFound for an order that the reader may not see, or a piece that is none of the holder's under it."""
    row = service.get(page.session, page.reader, order_id)
    piece = next(iter(_pieces(page, row, receivable_id)), None)
    if piece is None:
        raise NotFound.of("receivable under this order", receivable_id)
    read = service.read(page.session, page.services, page.reader, row)
    return OrderedSubject(page, "/freeze-orders", order_id, piece.value.currency, row, read, piece)


def _receivers(subject: OrderedSubject) -> organisations.Choices:
    others = Organisation.address != subject.order.holder
    return organisations.choices(subject.page, organisations.ACTIVE, others)


def _left(subject: OrderedSubject, given: Given) -> list[Fact]:
    rest = Total.of(subject.piece.value.minor - given["amount"].minor, subject.currency)
    return [(mark("Its holder keeps of it"), subject.page.words.money(rest))]


CASES: dict[str, Case[OrderedSubject]] = {
    "set-aside": Case(
        mark("Set aside"),
        mark("Set aside under the order"),
        (
            mark("So much of the piece serves the order and cannot move while it is in force."),
            mark("Once pieces worth the order's amount are set aside, the order stops nothing else of the holder's."),
            mark("Of a piece that is redeemed already it is the cash set aside for it that counts."),
        ),
        mark("Set it aside"),
        yours=always,
        asks=(Ask("amount", mark("Amount"), "amount"),),
        suggest=lambda subject: {"amount": subject.missing.amount},
        command=on(service.set_aside, FreezeSetAside),
    ),
    "enforce": Case(
        mark("Enforce"),
        mark("Enforce the order"),
        (
            mark("So much of the piece goes to whom you name, against its holder's will. This cannot be undone."),
            mark("What is not set aside yet is set aside first. Nothing else of the holder's moves."),
            mark("Of a piece that is redeemed already its cash goes."),
        ),
        mark("Move it"),
        danger=True,
        yours=complies,
        asks=(
            Ask("amount", mark("Amount"), "amount"),
            Ask("to", mark("Who gets it"), "organisation", choices=_receivers),
        ),
        suggest=lambda subject: {
            "amount": (subject.piece.under if subject.piece.under.minor else subject.missing).amount
        },
        command=on(service.enforce, FreezeEnforce),
        review=_left,
    ),
}

serve(router, CASES, find, "/{order_id}/{receivable_id}")
