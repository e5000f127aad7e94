"""Projections with a state: participants, payables and the receivables made of them.

Amounts are minor units of the payable's deposit token; dates are whole days since 1970-01-01 on the network's wall
clock, as in the events (R-44).
"""

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from indexer.models.base import Base, BlockNumber, Day, Folded, OfOneEvent, UnixSeconds, event_key
from node_adapter.db import Address, Hex32, MinorUnits


class Participant(Folded, Base):
    """An organisation on the network. `roles` is a set of `Role` bits, `status` a `ParticipantStatus`."""

    __tablename__ = "participant"

    account: Mapped[Address] = mapped_column(primary_key=True)
    roles: Mapped[int]
    status: Mapped[int]
    legal_entity_hash: Mapped[Hex32]
    reason_hash: Mapped[Hex32 | None] = mapped_column(doc="Why it is suspended; none while it is active.")


class Payable(Folded, Base):
    """A debt: an ERC-3525 slot. `state` is a `PayableState`, `paid` what the debtor has paid in so far."""

    __tablename__ = "payable"
    __table_args__ = (
        CheckConstraint("paid >= 0 AND paid <= face_value", name="paid_within_face_value"),
        CheckConstraint("issue_date <= due_date", name="issued_before_due"),
    )

    payable_id: Mapped[Hex32] = mapped_column(primary_key=True)
    supplier: Mapped[Address] = mapped_column(index=True)
    debtor: Mapped[Address] = mapped_column(index=True)
    deposit_token: Mapped[Address]
    face_value: Mapped[MinorUnits]
    minimum_piece: Mapped[MinorUnits]
    issue_date: Mapped[Day]
    due_date: Mapped[Day] = mapped_column(index=True)
    maximum_depth: Mapped[int]
    invoice_fingerprint: Mapped[Hex32] = mapped_column(index=True)
    evidence_hash: Mapped[Hex32]
    state: Mapped[int]
    paid: Mapped[MinorUnits]
    proposed_tx: Mapped[Hex32]
    proposed_block: Mapped[BlockNumber]
    proposed_at: Mapped[UnixSeconds]
    confirmed_tx: Mapped[Hex32 | None]
    confirmed_block: Mapped[BlockNumber | None]
    confirmed_at: Mapped[UnixSeconds | None]
    settled_at: Mapped[UnixSeconds | None]


class Receivable(Folded, Base):
    """One holder's piece: the minor units `[start, end)` of its payable's face (R-12).

    A redeemed one keeps its last holder and interval here, and is gone on chain. `recourse` is a term of the transfer
    that delivered it (R-21); `depth` counts splits from the root.
    """

    __tablename__ = "receivable"
    __table_args__ = (
        CheckConstraint('start >= 0 AND "end" > start', name="interval_not_empty"),
        CheckConstraint('drawn >= 0 AND drawn <= "end" - start', name="drawn_within_value"),
        Index(None, "payable_id", "start"),
    )

    receivable_id: Mapped[Hex32] = mapped_column(primary_key=True)
    payable_id: Mapped[Hex32]
    parent_id: Mapped[Hex32 | None] = mapped_column(index=True)
    holder: Mapped[Address] = mapped_column(index=True)
    start: Mapped[MinorUnits]
    end: Mapped[MinorUnits]
    depth: Mapped[int]
    recourse: Mapped[bool]
    drawn: Mapped[MinorUnits]
    redeemed: Mapped[bool]
    created_tx: Mapped[Hex32]
    created_block: Mapped[BlockNumber]
    created_at: Mapped[UnixSeconds]


class ReceivableMove(OfOneEvent, Base):
    """The history of receivables: who had what from whom. `kind` is a `MoveKind`.

    `value` is face value for issue, split and transfer, and cash for a draw. A split's row is the child's. Nobody
    stands before an issue, nor after a draw. It needs the row so far (whose piece was split?), so it has a subject and
    is folded again with it.
    """

    __tablename__ = "receivable_move"
    __table_args__ = (event_key("receivable_move"),)

    subject: Mapped[Hex32] = mapped_column(index=True)
    receivable_id: Mapped[Hex32] = mapped_column(index=True)
    payable_id: Mapped[Hex32]
    parent_id: Mapped[Hex32 | None] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(8))
    from_account: Mapped[Address | None] = mapped_column(index=True)
    to_account: Mapped[Address | None] = mapped_column(index=True)
    value: Mapped[MinorUnits]
    recourse: Mapped[bool]
