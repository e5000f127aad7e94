"""The story's invoice as test material: edited in one place at a time, and what it is then refused for."""

from datetime import date

import pytest

from api.invoices import errors
from api.invoices.ubl import check_financeable, read_invoice
from scripts.story_invoice import StoryParty, story_invoice

SELLER = StoryParty("苏州精工零件有限公司 Suzhou Precision Parts", "91350100M000100Y43", city="苏州")
BUYER = StoryParty("华南汽车 <集团> & Sons", "91440300708461136T", city="深圳")


def story(
    payable_minor: int = 100_000_000,
    currency: str = "CNY",
    *,
    vat_percent: int = 13,
    order_reference: str | None = None,
) -> bytes:
    return story_invoice(
        seller=SELLER,
        buyer=BUYER,
        number="INV-2026-001",
        issue_date=date(2026, 1, 5),
        due_date=date(2026, 4, 5),
        payable_minor=payable_minor,
        currency=currency,
        vat_percent=vat_percent,
        order_reference=order_reference,
    )


def edited(*replacements: tuple[str, str]) -> bytes:
    """The story's invoice with each first occurrence replaced; a text that is not there fails the test."""
    text = story().decode()
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text.encode()


def refused(document: bytes) -> errors.InvoiceRefused:
    with pytest.raises(errors.InvoiceRefused) as caught:
        check_financeable(read_invoice(document))
    return caught.value
