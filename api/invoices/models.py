"""Invoices: what was read of them, and the document itself, encrypted (R-45)."""

from datetime import date
from typing import Annotated

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from api.db import Base, UnixSeconds
from api.identity.models import Id
from node_adapter.db import MinorUnits

Hex = Annotated[str, mapped_column(String(66))]


class Invoice(Base):
    """One uploaded document. Two uploads of one invoice are two rows; the chain says which of them may be confirmed."""

    __tablename__ = "invoice"

    id: Mapped[Id] = mapped_column(primary_key=True)
    organisation_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"), index=True)
    """The seller. It uploaded it, or its buyer did."""
    debtor_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"), index=True)
    """The buyer."""
    number: Mapped[str] = mapped_column(String(200))
    type_code: Mapped[str] = mapped_column(String(10))
    issue_date: Mapped[date]
    due_date: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[MinorUnits]
    """The payable amount (BT-115)."""
    fingerprint: Mapped[Hex] = mapped_column(index=True)
    payable_id: Mapped[str] = mapped_column(String(58), unique=True)
    """The payable that it becomes if it is proposed or issued; known beforehand: it follows from who does it and
    salt."""
    created_at: Mapped[UnixSeconds]
    document_hash: Mapped[Hex]
    document_salt: Mapped[bytes] = mapped_column(LargeBinary(32))
    document_wrapped_key: Mapped[bytes] = mapped_column(LargeBinary(128))
    document_ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    document_master_key_id: Mapped[str] = mapped_column(String(16))
