"""Invoices over HTTP."""

from datetime import date, datetime

from pydantic import BaseModel

from api.domain.money import Money
from api.schemas import Page


class InvoiceRead(BaseModel):
    """What was read of an uploaded invoice, in the terms of EN 16931."""

    id: str
    number: str
    type_code: str
    issue_date: date
    due_date: date
    amount: Money
    seller: str
    buyer: str
    debtor: str | None
    document_hash: str
    payable_id: str
    created_at: datetime


class Invoices(Page):
    """A page of invoices."""

    items: list[InvoiceRead]
