"""Organisations and their users: what the chain must not know (R-45)."""

from typing import Annotated

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.db import Base

Id = Annotated[str, mapped_column(String(36))]


class Organisation(Base):
    """A legal entity. `address` is its account on the network; a regulator has none, it writes nothing."""

    __tablename__ = "organisation"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    address: Mapped[str | None] = mapped_column(String(42), unique=True)
    custody: Mapped[str] = mapped_column(String(10))
    """`hosted`: the server's keystore signs. `own`: the organisation's own wallet does. `none`: nobody signs."""
    legal_id: Mapped[str] = mapped_column(String(20), unique=True)
    """USCC (R-30)."""
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Of the legal-entity hash on chain; destroying it erases the link (R-45)."""
    fingerprint_key: Mapped[bytes] = mapped_column(LargeBinary(128))
    """The debtor's own key for invoice fingerprints (R-34), wrapped by the master key."""


class User(Base):
    """A person who logs in for an organisation. `demo` logins are good on the loopback only."""

    __tablename__ = "user_account"

    login: Mapped[str] = mapped_column(String(80), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    organisation_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"), index=True)
    demo: Mapped[bool]

    organisation: Mapped[Organisation] = relationship(lazy="joined")
