"""Projections of one event each that have a subject, because their handlers need its rows so far or step them."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from indexer.models.base import Base, ChainNumber, Day, OfOneEventFolded, event_key
from node_adapter.db import Address, Hex32, MinorUnits


class ReceivableMove(OfOneEventFolded, Base):
    """The history of receivables: who had what from whom. `kind` is a `MoveKind`, which says what a row is about.

    `value` is face value, and cash for a draw. A split's row is the child's, a merger's the absorbed piece's. Nobody
    stands before an issue, nor after a draw, a redemption or a cancellation.
    """

    __tablename__ = "receivable_move"
    __table_args__ = (event_key("receivable_move"),)

    receivable_id: Mapped[Hex32] = mapped_column(index=True)
    payable_id: Mapped[Hex32] = mapped_column(index=True)
    parent_id: Mapped[Hex32 | None]
    kind: Mapped[str] = mapped_column(String(10))
    from_account: Mapped[Address | None] = mapped_column(index=True)
    to_account: Mapped[Address | None] = mapped_column(index=True)
    value: Mapped[MinorUnits]
    endorser: Mapped[Address | None] = mapped_column(doc="Who answers to the holder from then on (R-21).")


class Deal(OfOneEventFolded, Base):
    """A receivable sold: `receivable_id` was offered, `delivered_id` is what the financier holds now.

    `proceeds + discount = value`, all of the part taken and final on chain. `value_date` in days since 1970-01-01.
    """

    __tablename__ = "deal"
    __table_args__ = (
        event_key("deal"),
        CheckConstraint("proceeds + discount = value", name="price_adds_up"),
    )

    quote_hash: Mapped[Hex32] = mapped_column(unique=True)
    payable_id: Mapped[Hex32] = mapped_column(index=True)
    receivable_id: Mapped[Hex32]
    delivered_id: Mapped[Hex32] = mapped_column(index=True)
    supplier: Mapped[Address] = mapped_column(index=True)
    financier: Mapped[Address] = mapped_column(index=True)
    deposit_token: Mapped[Address]
    value: Mapped[MinorUnits]
    proceeds: Mapped[MinorUnits]
    discount: Mapped[MinorUnits]
    value_date: Mapped[Day]
    recourse: Mapped[bool]
    registration_hash: Mapped[Hex32 | None] = mapped_column(doc="The assignment's registration, anchored (R-11).")


class CreditNote(OfOneEventFolded, Base):
    """A credit note lowered a proposal, or diluted the piece named (R-20)."""

    __tablename__ = "credit_note"
    __table_args__ = (event_key("credit_note"),)

    payable_id: Mapped[Hex32] = mapped_column(index=True)
    receivable_id: Mapped[Hex32 | None] = mapped_column(index=True)
    amount: Mapped[MinorUnits]
    credit_note_hash: Mapped[Hex32]


class Payment(OfOneEventFolded, Base):
    """The debtor paid: `principal` and `interest` were booked, `netted` of it against its own parked pieces.

    The rest is cash that came in.
    """

    __tablename__ = "payment"
    __table_args__ = (
        event_key("payment"),
        CheckConstraint("netted >= 0 AND netted <= principal + interest", name="netted_within_booked"),
    )

    payable_id: Mapped[Hex32] = mapped_column(index=True)
    payer: Mapped[Address] = mapped_column(index=True)
    deposit_token: Mapped[Address]
    principal: Mapped[MinorUnits]
    interest: Mapped[MinorUnits]
    netted: Mapped[MinorUnits]
    payment_reference: Mapped[Hex32]


class Draw(OfOneEventFolded, Base):
    """A piece drew its shares of what was paid in: then paid (`redemption`), set aside, or netted in a payment."""

    __tablename__ = "draw"
    __table_args__ = (event_key("draw"),)

    payable_id: Mapped[Hex32] = mapped_column(index=True)
    receivable_id: Mapped[Hex32] = mapped_column(index=True)
    holder: Mapped[Address] = mapped_column(index=True)
    principal: Mapped[MinorUnits]
    interest: Mapped[MinorUnits]
    recovered: Mapped[MinorUnits]
    redeemed: Mapped[bool] = mapped_column(doc="It was the last.")


class Recovery(OfOneEventFolded, Base):
    """Cash that came in after a write-off."""

    __tablename__ = "recovery"
    __table_args__ = (event_key("recovery"),)

    payable_id: Mapped[Hex32] = mapped_column(index=True)
    payer: Mapped[Address] = mapped_column(index=True)
    deposit_token: Mapped[Address]
    amount: Mapped[MinorUnits]
    recovery_reference: Mapped[Hex32]


class Repurchase(OfOneEventFolded, Base):
    """Who answered for an overdue piece bought it back (R-21)."""

    __tablename__ = "repurchase"
    __table_args__ = (event_key("repurchase"),)

    payable_id: Mapped[Hex32] = mapped_column(index=True)
    receivable_id: Mapped[Hex32] = mapped_column(index=True)
    endorser: Mapped[Address] = mapped_column(index=True)
    holder: Mapped[Address] = mapped_column(index=True)
    deposit_token: Mapped[Address]
    amount: Mapped[MinorUnits]


class HoldEnforcement(OfOneEventFolded, Base):
    """What a hold freed to be moved to somebody: a piece, or cash where `moved_id` is none (R-23)."""

    __tablename__ = "hold_enforcement"
    __table_args__ = (event_key("hold_enforcement"),)

    payable_id: Mapped[Hex32] = mapped_column(index=True)
    hold_id: Mapped[ChainNumber] = mapped_column(index=True)
    receivable_id: Mapped[Hex32]
    to_account: Mapped[Address] = mapped_column(index=True)
    amount: Mapped[MinorUnits]
    moved_id: Mapped[Hex32 | None]
