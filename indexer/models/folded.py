"""Projections with a state: who takes part, what is owed, who holds which piece of it, and what they cannot use.

Amounts are minor units; dates are whole days since 1970-01-01 on the network's wall clock, as in the events (R-44);
instants are unix seconds. What the chain says by a zero is NULL. What time alone changes (an order that expired, a
window that closed, a payable overdue) is in no row: readers compare with the newest block's timestamp.
"""

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from indexer.models.base import Base, BlockNumber, ChainNumber, Day, Folded, UnixSeconds
from node_adapter.db import Address, Hex32, MinorUnits


class Participant(Folded, Base):
    """An organisation on the network. `roles` is a set of `Role` bits, `status` a `ParticipantStatus`.

    `number` is its short name in the contracts' storage; `key` acts and signs for it.
    """

    __tablename__ = "participant"

    account: Mapped[Address] = mapped_column(primary_key=True)
    number: Mapped[ChainNumber] = mapped_column(index=True)
    roles: Mapped[int]
    status: Mapped[int]
    legal_entity_hash: Mapped[Hex32]
    reason_hash: Mapped[Hex32 | None] = mapped_column(doc="Why it is suspended or closed; none while it is active.")
    key: Mapped[Address] = mapped_column(index=True)
    announced_key: Mapped[Address | None] = mapped_column(doc="May take over from `key_effective_at` on.")
    key_effective_at: Mapped[UnixSeconds | None]


class Programme(Folded, Base):
    """A debtor's terms for its payables; they never change. Its tokens are in `programme_token`."""

    __tablename__ = "programme"

    programme_id: Mapped[ChainNumber] = mapped_column(primary_key=True, autoincrement=False)
    debtor: Mapped[Address] = mapped_column(index=True)
    minimum_piece: Mapped[MinorUnits]
    maximum_depth: Mapped[int]
    soft_tenor_months: Mapped[int]
    hard_tenor_months: Mapped[int]
    refusal_hours: Mapped[int]
    blackout_days_before: Mapped[int]
    blackout_days_after: Mapped[int]
    dishonour_days: Mapped[int]
    registration_required: Mapped[bool]
    late_rate_ppm: Mapped[ChainNumber]
    retired: Mapped[bool]
    published_tx: Mapped[Hex32]
    published_block: Mapped[BlockNumber]
    published_at: Mapped[UnixSeconds]


class Payable(Folded, Base):
    """A debt: proposed or issued, then an ERC-3525 slot. `state` is a `PayableState`.

    `face_value` is what it is after credit notes on the proposal. `paid` is principal, `interest_paid` late interest,
    `recovered` what came in after a write-off. `proposed_…` is when it was proposed, or issued.
    """

    __tablename__ = "payable"
    __table_args__ = (
        CheckConstraint("paid >= 0 AND recovered >= 0 AND paid + recovered <= face_value", name="within_face_value"),
        CheckConstraint("issue_date <= due_date", name="issued_before_due"),
    )

    payable_id: Mapped[Hex32] = mapped_column(primary_key=True)
    supplier: Mapped[Address] = mapped_column(index=True)
    debtor: Mapped[Address] = mapped_column(index=True)
    programme_id: Mapped[ChainNumber] = mapped_column(index=True)
    face_value: Mapped[MinorUnits]
    issue_date: Mapped[Day]
    due_date: Mapped[Day] = mapped_column(index=True)
    invoice_fingerprint: Mapped[Hex32] = mapped_column(index=True)
    evidence_hash: Mapped[Hex32]
    tenor_reason_hash: Mapped[Hex32 | None] = mapped_column(doc="Why it runs beyond the soft limit (R-01).")
    undertaking_hash: Mapped[Hex32 | None] = mapped_column(doc="The debtor's waiver of its defences (R-10).")
    issued: Mapped[bool] = mapped_column(doc="The debtor issued it unasked; else the supplier proposed it.")
    state: Mapped[int]
    reason_hash: Mapped[Hex32 | None] = mapped_column(doc="Why it is disputed, declined or written off.")
    claims_invoice: Mapped[bool] = mapped_column(doc="Nobody else can confirm the invoice of this fingerprint.")
    late_rate_ppm: Mapped[ChainNumber | None] = mapped_column(doc="Frozen at confirmation (R-17).")
    paid: Mapped[MinorUnits]
    interest_paid: Mapped[MinorUnits]
    recovered: Mapped[MinorUnits]
    recovery_closed: Mapped[bool] = mapped_column(doc="It is full, or the operator expects no more.")
    proposed_tx: Mapped[Hex32]
    proposed_block: Mapped[BlockNumber]
    proposed_at: Mapped[UnixSeconds]
    confirmed_tx: Mapped[Hex32 | None]
    confirmed_block: Mapped[BlockNumber | None]
    confirmed_at: Mapped[UnixSeconds | None]
    closed_at: Mapped[UnixSeconds | None] = mapped_column(doc="Settled, declined, cancelled or written off.")


class Receivable(Folded, Base):
    """One holder's piece: the minor units `[start, end)` of its payable's face (R-12). `state` is a `ReceivableState`.

    One that is gone keeps its last holder and interval here. `sender` handed it on last (the debtor, for a root) and
    gets it back by a refusal, unless that is waived; `endorser` answers for the debtor's default (R-21). `parking` is
    a `ParkingKind` where it came back to the debtor and never moves again. `depth` counts splits from the root.
    """

    __tablename__ = "receivable"
    __table_args__ = (
        CheckConstraint('start >= 0 AND "end" > start', name="interval_not_empty"),
        CheckConstraint('drawn_principal >= 0 AND drawn_principal <= "end" - start', name="drawn_within_value"),
        CheckConstraint('drawn_recovered >= 0 AND drawn_recovered <= "end" - start', name="recovered_within_value"),
        Index(None, "payable_id", "start"),
    )

    receivable_id: Mapped[Hex32] = mapped_column(primary_key=True)
    payable_id: Mapped[Hex32]
    parent_id: Mapped[Hex32 | None]
    holder: Mapped[Address] = mapped_column(index=True)
    sender: Mapped[Address]
    endorser: Mapped[Address | None] = mapped_column(index=True)
    received_at: Mapped[UnixSeconds]
    refusable: Mapped[bool]
    start: Mapped[MinorUnits]
    end: Mapped[MinorUnits]
    depth: Mapped[int]
    state: Mapped[str] = mapped_column(String(9))
    merged_into: Mapped[Hex32 | None]
    parking: Mapped[int | None]
    credit_note_hash: Mapped[Hex32 | None] = mapped_column(doc="Of the dilution that parked it.")
    drawn_principal: Mapped[MinorUnits]
    drawn_interest: Mapped[MinorUnits]
    drawn_recovered: Mapped[MinorUnits]
    created_tx: Mapped[Hex32]
    created_block: Mapped[BlockNumber]
    created_at: Mapped[UnixSeconds]
    subject: Mapped[Hex32] = mapped_column(doc="Its payable: found by `payable_id`, as in `OfOneEventFolded`.")


class Hold(Folded, Base):
    """A part of a piece that its holder cannot use (I10). `kind` is a `HoldKind`, `amount` what it still takes.

    It ends by release, by enforcement, at `until`, or with its order: see `queries.live_hold`.
    """

    __tablename__ = "hold"
    __table_args__ = (CheckConstraint("amount >= 0 AND enforced >= 0", name="not_negative"),)

    hold_id: Mapped[ChainNumber] = mapped_column(primary_key=True, autoincrement=False)
    payable_id: Mapped[Hex32] = mapped_column(index=True)
    receivable_id: Mapped[Hex32] = mapped_column(index=True)
    kind: Mapped[int]
    amount: Mapped[MinorUnits]
    enforced: Mapped[MinorUnits] = mapped_column(doc="Freed to be moved to somebody, so far.")
    beneficiary: Mapped[Address | None] = mapped_column(index=True)
    until: Mapped[UnixSeconds] = mapped_column(doc="The last second at which it holds.")
    enforceable_from: Mapped[UnixSeconds | None] = mapped_column(doc="When a pledgee may take the piece.")
    order_id: Mapped[ChainNumber | None] = mapped_column(index=True)
    document_hash: Mapped[Hex32 | None]
    released: Mapped[bool]
    placed_at: Mapped[UnixSeconds]


class FreezeOrder(Folded, Base):
    """Compliance froze `amount` of what a holder has of a payable, or of all (NULL) (R-23).

    What is set aside under it is the sum over its holds.
    """

    __tablename__ = "freeze_order"

    order_id: Mapped[ChainNumber] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[Address] = mapped_column(index=True)
    payable_id: Mapped[Hex32 | None] = mapped_column(index=True)
    amount: Mapped[MinorUnits]
    until: Mapped[UnixSeconds]
    reason_hash: Mapped[Hex32]
    authority_hash: Mapped[Hex32]
    released: Mapped[bool]
    release_reason_hash: Mapped[Hex32 | None]
    ordered_at: Mapped[UnixSeconds]


class Dishonour(Folded, Base):
    """A payable that its debtor did not pay (R-29b). It stands unless `lifted`."""

    __tablename__ = "dishonour"

    payable_id: Mapped[Hex32] = mapped_column(primary_key=True)
    debtor: Mapped[Address] = mapped_column(index=True)
    due_date: Mapped[Day]
    amount: Mapped[MinorUnits] = mapped_column(doc="Principal undisputed and outstanding when it was recorded.")
    objection_hash: Mapped[Hex32 | None]
    lifted: Mapped[bool]
    lift_reason_hash: Mapped[Hex32 | None]
    recorded_at: Mapped[UnixSeconds]


class PayOut(Folded, Base):
    """A holder asked for money at its bank. `state` is a `PayOutState`. Each token counts its own: the key has both."""

    __tablename__ = "pay_out"

    pay_out_key: Mapped[Hex32] = mapped_column(primary_key=True, doc="token/number")
    token: Mapped[Address] = mapped_column(index=True)
    number: Mapped[ChainNumber]
    account: Mapped[Address] = mapped_column(index=True)
    amount: Mapped[MinorUnits]
    state: Mapped[str] = mapped_column(String(9))
    instruction_hash: Mapped[Hex32]
    bank_reference: Mapped[Hex32 | None]
    reason_hash: Mapped[Hex32 | None] = mapped_column(doc="Why the bank refused.")
    requested_at: Mapped[UnixSeconds]
