"""What the chain does not say (R-45): names, references, reasons. Each server of `/audit/v1` knows them in its way."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Select, false, select
from sqlalchemy.orm import Session

from indexer.models import Participant, Payable


@dataclass(frozen=True, slots=True)
class Named:
    """An organisation: its name, and its own legal identifier (USCC)."""

    name: str | None
    legal_id: str | None


class Names(Protocol):
    """By account, payable and hash; what is not known is left out."""

    def organisations(self, session: Session, accounts: Collection[str]) -> dict[str, Named]: ...

    def references(self, session: Session, payable_ids: Collection[str]) -> dict[str, str]:
        """Invoice numbers by payable."""

    def texts(self, session: Session, hashes: Collection[str]) -> dict[str, str]:
        """Reasons and undertakings by the hash that stands on chain."""

    def accounts_named(self, text: str) -> Select[Any]:
        """Accounts whose name or legal identifier has `text` in it, whatever its case."""

    def payables_referenced(self, text: str) -> Select[Any]:
        """Payables whose invoice's number has `text` in it, whatever its case."""


class NoNames:
    """The chain's own words alone."""

    def organisations(self, _session: Session, _accounts: Collection[str]) -> dict[str, Named]:
        return {}

    def references(self, _session: Session, _payable_ids: Collection[str]) -> dict[str, str]:
        return {}

    def texts(self, _session: Session, _hashes: Collection[str]) -> dict[str, str]:
        return {}

    def accounts_named(self, _text: str) -> Select[Any]:
        return select(Participant.account).where(false())

    def payables_referenced(self, _text: str) -> Select[Any]:
        return select(Payable.payable_id).where(false())
