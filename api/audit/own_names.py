"""Names as the API that serves the parties has them: its own tables, and texts it can decrypt."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from api import texts
from api.audit.names import InvoiceFacts, Named
from api.identity.models import Organisation
from api.invoices.models import Invoice
from api.invoices.vault import MasterKey


@dataclass(frozen=True, slots=True)
class OwnNames:
    master_key: MasterKey = field(repr=False)

    def organisations(self, session: Session, accounts: Collection[str]) -> dict[str, Named]:
        rows = session.execute(
            select(Organisation.address, Organisation.name, Organisation.legal_id).where(
                Organisation.address.in_(accounts)
            )
        )
        return {address: Named(name, legal_id) for address, name, legal_id in rows if address is not None}

    def invoices(self, session: Session, payable_ids: Collection[str]) -> dict[str, InvoiceFacts]:
        columns = (Invoice.number, Invoice.type_code, Invoice.issue_date, Invoice.due_date, Invoice.currency)
        rows = session.execute(
            select(Invoice.payable_id, *columns, Invoice.amount).where(Invoice.payable_id.in_(payable_ids))
        )
        return {
            payable_id: InvoiceFacts(number, kind, issued.isoformat(), due.isoformat(), currency, amount)
            for payable_id, number, kind, issued, due, currency, amount in rows
        }

    def texts(self, session: Session, hashes: Collection[str]) -> dict[str, str]:
        found = texts.read(session, self.master_key, set(hashes))
        return {text_hash: text for text_hash, text in found.items() if text_hash is not None}

    def accounts_named(self, text: str) -> Select[Any]:
        found = or_(*(column.icontains(text, autoescape=True) for column in (Organisation.name, Organisation.legal_id)))
        return select(Organisation.address).where(found, Organisation.address.is_not(None))

    def payables_referenced(self, text: str) -> Select[Any]:
        return select(Invoice.payable_id).where(Invoice.number.icontains(text, autoescape=True))
