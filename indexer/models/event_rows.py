"""Projections of one event each. Totals are sums over these rows, never stored counters."""

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from indexer.models.base import Base, ChainNumber, Day, OfOneEvent, event_key
from node_adapter.db import Address, Hex32, MinorUnits


class CashPosting(OfOneEvent, Base):
    """One of the two legs of a movement of deposits: leg 0 takes from an account (negative), leg 1 gives to one.

    Both legs sum to zero. The zero address stands for the bank: minus its balance is the token's supply. At the token's
    own address wait the pay-outs.
    """

    __tablename__ = "cash_posting"
    __table_args__ = (event_key("cash_posting"), Index(None, "account", "token"))

    leg: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, sort_order=1, doc="Last in the key: rows are found by their event."
    )
    account: Mapped[Address]
    token: Mapped[Address]
    amount: Mapped[MinorUnits]


class DepositCredit(OfOneEvent, Base):
    """The bank credited money it received, under a reference it can use once (R-43): the token sees to that."""

    __tablename__ = "deposit_credit"
    __table_args__ = (event_key("deposit_credit"),)

    bank_reference: Mapped[Hex32]
    account: Mapped[Address] = mapped_column(index=True)
    token: Mapped[Address]
    amount: Mapped[MinorUnits]


class TokenPause(OfOneEvent, Base):
    """The bank stopped or resumed all movements of its token. A token's newest row is its state."""

    __tablename__ = "token_pause"
    __table_args__ = (event_key("token_pause"),)

    token: Mapped[Address] = mapped_column(index=True)
    paused: Mapped[bool]
    reason_hash: Mapped[Hex32 | None]


class DebtorBar(OfOneEvent, Base):
    """From now on a debtor confirms nothing before a date (R-29b). A register's newest row of a debtor is in force; of
    several versions' registers the latest date counts."""

    __tablename__ = "debtor_bar"
    __table_args__ = (event_key("debtor_bar"),)

    register: Mapped[Address]
    debtor: Mapped[Address] = mapped_column(index=True)
    until: Mapped[Day | None] = mapped_column(doc="None: it is barred no more.")


class Succession(OfOneEvent, Base):
    """A version's Origination makes no more debts: its successor does."""

    __tablename__ = "succession"
    __table_args__ = (event_key("succession"),)

    origination: Mapped[Address]
    successor: Mapped[Address]


class ProgrammeToken(OfOneEvent, Base):
    """Payments under the programme may come in this token; its tokens are of one currency."""

    __tablename__ = "programme_token"
    __table_args__ = (event_key("programme_token"), UniqueConstraint("programme_id", "deposit_token"))

    programme_id: Mapped[ChainNumber]
    deposit_token: Mapped[Address] = mapped_column(index=True)


class ReferenceRate(OfOneEvent, Base):
    """The reference rate from a date on, parts per million a year (R-17). The newest row is in force."""

    __tablename__ = "reference_rate"
    __table_args__ = (event_key("reference_rate"),)

    effective_date: Mapped[Day]
    rate_ppm: Mapped[ChainNumber]


class DealFee(OfOneEvent, Base):
    """What the financier paid for arranging a deal, on top of its proceeds."""

    __tablename__ = "deal_fee"
    __table_args__ = (event_key("deal_fee"),)

    quote_hash: Mapped[Hex32] = mapped_column(index=True)
    to_account: Mapped[Address] = mapped_column(index=True)
    deposit_token: Mapped[Address]
    amount: Mapped[MinorUnits]


class QuoteCancellation(OfOneEvent, Base):
    """A financier called off whatever it quoted under this nonce."""

    __tablename__ = "quote_cancellation"
    __table_args__ = (event_key("quote_cancellation"), UniqueConstraint("financier", "nonce"))

    financier: Mapped[Address]
    nonce: Mapped[Hex32]


class Redemption(OfOneEvent, Base):
    """A holder of record was paid out of what came in."""

    __tablename__ = "redemption"
    __table_args__ = (event_key("redemption"),)

    payable_id: Mapped[Hex32] = mapped_column(index=True)
    receivable_id: Mapped[Hex32] = mapped_column(index=True)
    holder: Mapped[Address] = mapped_column(index=True)
    deposit_token: Mapped[Address]
    amount: Mapped[MinorUnits]


class SetAsidePosting(OfOneEvent, Base):
    """Cash of a holder that was set aside (positive), or left again (negative) for `to_account` (I9).

    What is set aside is the sum. It belongs to who held the piece then, whoever holds it now.
    """

    __tablename__ = "set_aside_posting"
    __table_args__ = (event_key("set_aside_posting"),)

    payable_id: Mapped[Hex32] = mapped_column(index=True)
    receivable_id: Mapped[Hex32] = mapped_column(index=True)
    holder: Mapped[Address] = mapped_column(index=True)
    deposit_token: Mapped[Address]
    amount: Mapped[MinorUnits]
    to_account: Mapped[Address | None] = mapped_column(doc="The holder itself, or who an order or a pledge names.")


class RedemptionSkip(OfOneEvent, Base):
    """A batch of redemptions passed a piece by. `reason` is a `SkipReason`; the piece need not exist."""

    __tablename__ = "redemption_skip"
    __table_args__ = (event_key("redemption_skip"),)

    payable_id: Mapped[Hex32] = mapped_column(index=True)
    receivable_id: Mapped[Hex32] = mapped_column(index=True)
    reason: Mapped[int]


class RecourseClaim(OfOneEvent, Base):
    """A holder gave notice of what it claims from who answers for the debtor's default (R-21)."""

    __tablename__ = "recourse_claim"
    __table_args__ = (event_key("recourse_claim"),)

    payable_id: Mapped[Hex32] = mapped_column(index=True)
    receivable_id: Mapped[Hex32] = mapped_column(index=True)
    holder: Mapped[Address] = mapped_column(index=True)
    endorser: Mapped[Address] = mapped_column(index=True)
    amount: Mapped[MinorUnits]


class Anchor(OfOneEvent, Base):
    """`author` put a hash on record. `kind` is a short ASCII word, right-padded with zeros, as hex."""

    __tablename__ = "anchor"
    __table_args__ = (event_key("anchor"), UniqueConstraint("anchor_hash", "author"))

    anchor_hash: Mapped[Hex32]
    author: Mapped[Address] = mapped_column(index=True)
    kind: Mapped[Hex32]
