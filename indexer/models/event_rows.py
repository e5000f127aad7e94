"""Projections of one event each. Totals are sums over these rows, never stored counters."""

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from indexer.models.base import Base, Day, OfOneEvent, event_key
from node_adapter.db import Address, Hex32, MinorUnits


class CashPosting(OfOneEvent, Base):
    """One of the two legs of a movement of deposits: leg 0 takes from an account (negative), leg 1 gives to one.

    Both legs sum to zero. The zero address stands for the bank: minus its balance is the token's supply.
    """

    __tablename__ = "cash_posting"
    __table_args__ = (event_key("cash_posting"), Index(None, "account", "token"))

    leg: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account: Mapped[Address]
    token: Mapped[Address]
    amount: Mapped[MinorUnits]


class DepositCredit(OfOneEvent, Base):
    """The bank credited money it received, under a reference it can use once (R-43)."""

    __tablename__ = "deposit_credit"
    __table_args__ = (event_key("deposit_credit"), UniqueConstraint("bank_reference", "token"))

    bank_reference: Mapped[Hex32]
    account: Mapped[Address] = mapped_column(index=True)
    token: Mapped[Address]
    amount: Mapped[MinorUnits]


class Deal(OfOneEvent, Base):
    """A receivable sold: `receivable_id` was offered, `delivered_id` is what the financier holds now.

    `proceeds + discount = value`, all final on chain. `value_date` in days since 1970-01-01.
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


class Payment(OfOneEvent, Base):
    """The debtor paid in for a payable."""

    __tablename__ = "payment"
    __table_args__ = (event_key("payment"),)

    payable_id: Mapped[Hex32] = mapped_column(index=True)
    payer: Mapped[Address] = mapped_column(index=True)
    deposit_token: Mapped[Address]
    amount: Mapped[MinorUnits]
    payment_reference: Mapped[Hex32]


class Redemption(OfOneEvent, Base):
    """A holder of record was paid out of what came in."""

    __tablename__ = "redemption"
    __table_args__ = (event_key("redemption"),)

    payable_id: Mapped[Hex32] = mapped_column(index=True)
    receivable_id: Mapped[Hex32] = mapped_column(index=True)
    holder: Mapped[Address] = mapped_column(index=True)
    deposit_token: Mapped[Address]
    amount: Mapped[MinorUnits]


class Anchor(OfOneEvent, Base):
    """`author` put a hash on record. `kind` is a short ASCII word, right-padded with zeros, as hex."""

    __tablename__ = "anchor"
    __table_args__ = (event_key("anchor"), UniqueConstraint("anchor_hash", "author"))

    anchor_hash: Mapped[Hex32]
    author: Mapped[Address] = mapped_column(index=True)
    kind: Mapped[Hex32]
