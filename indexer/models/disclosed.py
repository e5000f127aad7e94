"""What was disclosed to the regulator, each row checked against a hash on chain before it was written (R-45).

Not made of events: a rebuild and a reorg leave it as it is, and nothing of the index depends on it.
"""

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from indexer.models.base import Base
from node_adapter.db import Address, Hex32, MinorUnits


class DisclosedParticipant(Base):
    """An organisation behind an account. `legal_id` made the hash on chain; `name_by` is what vouches for the name."""

    __tablename__ = "disclosed_participant"

    account: Mapped[Address] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    legal_id: Mapped[str] = mapped_column(String(20))
    legal_entity_hash: Mapped[Hex32]
    name_by: Mapped[str] = mapped_column(
        String(9),
        doc="anchor (of the list), document (its own, or one it confirmed), stated (no more).",
    )


class DisclosedInvoice(Base):
    """The invoice behind a payable; all but the id is read of the document, whose salted hash is on chain."""

    __tablename__ = "disclosed_invoice"

    payable_id: Mapped[Hex32] = mapped_column(primary_key=True)
    evidence_hash: Mapped[Hex32]
    number: Mapped[str] = mapped_column(String(1000))
    type_code: Mapped[str] = mapped_column(String(1000))
    issue_date: Mapped[str] = mapped_column(String(10))
    due_date: Mapped[str | None] = mapped_column(String(10))
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[MinorUnits]
    seller_name: Mapped[str] = mapped_column(String(1000))
    seller_legal_id: Mapped[str | None] = mapped_column(String(20))
    buyer_name: Mapped[str] = mapped_column(String(1000))
    buyer_legal_id: Mapped[str | None] = mapped_column(String(20))
    document: Mapped[bytes] = mapped_column(LargeBinary)


class DisclosedText(Base):
    """A reason, an authority, an undertaking."""

    __tablename__ = "disclosed_text"

    text_hash: Mapped[Hex32] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
