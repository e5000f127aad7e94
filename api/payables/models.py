"""What the two parties of a payable agree on before the chain hears of it."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.db import Base, UnixSeconds
from api.identity.models import Id
from node_adapter.db import Address


class CancellationOffer(Base):
    """One party has signed that the other may cancel (R-13). Its signature is in its operation."""

    __tablename__ = "cancellation_offer"

    id: Mapped[Id] = mapped_column(primary_key=True)
    payable_id: Mapped[str] = mapped_column(String(58), index=True)
    organisation_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"))
    offered_by: Mapped[Address]
    operation_id: Mapped[str] = mapped_column(String(36), unique=True)
    deadline: Mapped[UnixSeconds]
    """The last second at which it can be used."""
    created_at: Mapped[UnixSeconds]
