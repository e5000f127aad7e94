"""Requests and quotes: seen by their two parties, never on chain until one is accepted."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.db import Base, UnixSeconds
from api.identity.models import Id
from node_adapter.db import Address, MinorUnits


class FinancingRequest(Base):
    """A holder asks financiers to quote for a receivable, or part of it."""

    __tablename__ = "financing_request"

    id: Mapped[Id] = mapped_column(primary_key=True)
    organisation_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"), index=True)
    supplier: Mapped[Address] = mapped_column(index=True)
    receivable_id: Mapped[str] = mapped_column(String(66), index=True)
    payable_id: Mapped[str] = mapped_column(String(58))
    deposit_token: Mapped[Address]
    value: Mapped[MinorUnits]
    recourse: Mapped[bool]
    created_at: Mapped[UnixSeconds]


class FinancingQuote(Base):
    """A financier's binding offer. Its two signatures are in its operation."""

    __tablename__ = "financing_quote"

    id: Mapped[Id] = mapped_column(primary_key=True)
    request_id: Mapped[Id] = mapped_column(ForeignKey("financing_request.id"), index=True)
    organisation_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"), index=True)
    operation_id: Mapped[str] = mapped_column(String(36), unique=True)
    registration_hash: Mapped[str | None] = mapped_column(String(66))
    """The anchored registration of the assignment, where the programme asks for one (R-11)."""
    quote_hash: Mapped[str] = mapped_column(String(66), unique=True)
    financier: Mapped[Address]
    value: Mapped[MinorUnits]
    minimum_take: Mapped[MinorUnits]
    """The least of the value that may be taken."""
    fees: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """`to` and `amount`: what the financier pays on top of the proceeds."""
    proceeds: Mapped[MinorUnits]
    annual_rate_ppm: Mapped[int]
    day_count: Mapped[str] = mapped_column(String(10))
    tenor_days: Mapped[int]
    value_date: Mapped[date]
    due_date: Mapped[date]
    recourse: Mapped[bool]
    nonce: Mapped[str] = mapped_column(String(66))
    expiry: Mapped[UnixSeconds]
    """The last second at which it can be accepted."""
    created_at: Mapped[UnixSeconds]
