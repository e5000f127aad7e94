"""What the operator's people decide about an organisation's key before the chain hears of it."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.db import Base, UnixSeconds
from api.identity.models import Id
from node_adapter.db import Address


class KeyRotation(Base):
    """One change of an organisation's key. What the chain did with it is read off the chain's events."""

    __tablename__ = "key_rotation"
    __table_args__ = (
        CheckConstraint("approved_by IS NULL OR approved_by <> prepared_by", name="second_person"),
        CheckConstraint("(approved_by IS NULL) = (operation_id IS NULL)", name="approved_has_operation"),
        CheckConstraint("approved_by IS NULL OR dropped_by IS NULL", name="dropped_before_approval"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    account: Mapped[Address] = mapped_column(index=True)
    key: Mapped[Address]
    prepared_by: Mapped[str] = mapped_column(ForeignKey("user_account.login"))
    prepared_at: Mapped[UnixSeconds]
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("user_account.login"))
    approved_at: Mapped[UnixSeconds | None]
    operation_id: Mapped[str | None] = mapped_column(String(32))
    """The announcement's; set with the approval."""
    dropped_by: Mapped[str | None] = mapped_column(ForeignKey("user_account.login"))
    """Called off before the chain heard of it."""
