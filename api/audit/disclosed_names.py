"""Names as a regulator has them: what was disclosed to it and held against the hashes on chain."""

from collections.abc import Collection
from dataclasses import fields
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from api.audit.names import InvoiceFacts, Named
from indexer.models import DisclosedInvoice, DisclosedParticipant, DisclosedText


class DisclosedNames:
    def organisations(self, session: Session, accounts: Collection[str]) -> dict[str, Named]:
        found = select(DisclosedParticipant).where(DisclosedParticipant.account.in_(accounts))
        return {row.account: Named(row.name, row.legal_id, row.name_by) for row in session.scalars(found)}

    def invoices(self, session: Session, payable_ids: Collection[str]) -> dict[str, InvoiceFacts]:
        found = session.scalars(select(DisclosedInvoice).where(DisclosedInvoice.payable_id.in_(payable_ids)))
        return {
            row.payable_id: InvoiceFacts(*(getattr(row, one.name) for one in fields(InvoiceFacts))) for row in found
        }

    def texts(self, session: Session, hashes: Collection[str]) -> dict[str, str]:
        found = select(DisclosedText).where(DisclosedText.text_hash.in_(hashes))
        return {row.text_hash: row.text for row in session.scalars(found)}

    def accounts_named(self, text: str) -> Select[Any]:
        columns = (DisclosedParticipant.name, DisclosedParticipant.legal_id)
        found = or_(*(column.icontains(text, autoescape=True) for column in columns))
        return select(DisclosedParticipant.account).where(found)

    def payables_referenced(self, text: str) -> Select[Any]:
        return select(DisclosedInvoice.payable_id).where(DisclosedInvoice.number.icontains(text, autoescape=True))
