"""What the chain does not say (R-45): names, references, reasons. Each server of `/audit/v1` knows them in its way."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Select
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Named:
    """An organisation: its name, and its own legal identifier (USCC)."""

    name: str | None
    legal_id: str | None
    name_by: str | None = None
    """What vouches for the name, where it was disclosed: see `DisclosedParticipant`."""


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """What the document behind a payable states; dates as 2026-11-28, `amount` in minor units of `currency`."""

    number: str
    type_code: str
    issue_date: str
    due_date: str | None
    currency: str
    amount: int


class Names(Protocol):
    """By account, payable and hash; what is not known is left out."""

    def organisations(self, session: Session, accounts: Collection[str]) -> dict[str, Named]: ...

    def invoices(self, session: Session, payable_ids: Collection[str]) -> dict[str, InvoiceFacts]: ...

    def texts(self, session: Session, hashes: Collection[str]) -> dict[str, str]:
        """Reasons and undertakings by the hash that stands on chain."""

    def accounts_named(self, text: str) -> Select[Any]:
        """Accounts whose name or legal identifier has `text` in it, whatever its case."""

    def payables_referenced(self, text: str) -> Select[Any]:
        """Payables whose invoice's number has `text` in it, whatever its case."""
