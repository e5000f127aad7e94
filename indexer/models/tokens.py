"""Which currency each deposit token is in: of the deployment, not of any event."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from indexer.models.base import Base
from node_adapter.db import Address


class DepositToken(Base):
    """One of the network's, by the name it was deployed under. Written when an indexer starts (`indexer.tokens`)."""

    __tablename__ = "deposit_token"

    token: Mapped[Address] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), doc="ISO 4217.")
