"""Reading UBL invoices (R-34), safely (R-36)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.domain.money import MINOR_MAX
from api.invoices.terms import Identifier, IdentifierKind, Party
from api.invoices.ubl import MAX_BYTES, check_financeable, read_invoice
from tests.api.story import BUYER, SELLER, edited, refused, story


def test_read_invoice__the_storys_invoice__gives_every_business_term__r34() -> None:
    invoice = read_invoice(story(order_reference="PO-77"))
    check_financeable(invoice)
    assert (invoice.number, invoice.type_code, invoice.currency) == ("INV-2026-001", "380", "CNY")
    assert (invoice.issue_date, invoice.due_date) == (date(2026, 1, 5), date(2026, 4, 5))
    assert (invoice.delivery_date, invoice.order_reference) == (date(2026, 1, 5), "PO-77")
    assert invoice.payable_amount_minor == 100_000_000
    assert (invoice.seller.name, invoice.seller.uscc) == (SELLER.name, SELLER.uscc)
    assert (invoice.buyer.name, invoice.buyer.uscc) == (BUYER.name, BUYER.uscc)
    assert (invoice.payee, invoice.preceding_invoices) == (None, ())
    assert (invoice.totals.tax_exclusive, invoice.totals.tax) == (Decimal("884955.75"), Decimal("115044.25"))


@given(st.integers(1, MINOR_MAX), st.sampled_from(["CNY", "JPY", "KWD"]), st.integers(0, 30))
@example(4, "CNY", 13)
@example(MINOR_MAX, "KWD", 13)
@settings(deadline=None)
def test_story_invoice__any_amount_currency_and_tax__reads_back_to_the_unit(
    payable_minor: int, currency: str, vat_percent: int
) -> None:
    invoice = read_invoice(story(payable_minor, currency, vat_percent=vat_percent))
    check_financeable(invoice)
    assert (invoice.payable_amount_minor, invoice.currency) == (payable_minor, currency)
    unit = Decimal(1).scaleb(invoice.totals.payable.as_tuple().exponent)  # type: ignore[arg-type]
    assert abs(invoice.totals.rounding) <= unit


DOCTYPES = [
    b"<!DOCTYPE Invoice>",
    b'<!DOCTYPE Invoice SYSTEM "file:///etc/passwd">',
    b'<!DOCTYPE Invoice [<!ENTITY a "1"><!ENTITY b "&a;&a;&a;">]>',
    b'<!-- first --><!DOCTYPE Invoice [<!ENTITY % p SYSTEM "http://127.0.0.1/x">%p;]>',
    b"<!DOCTYPE Invoice [ this is not well-formed",
]


@pytest.mark.parametrize("doctype", DOCTYPES)
def test_read_invoice__any_doctype__is_refused_before_it_is_read__r36(doctype: bytes) -> None:
    head, separator, body = story().partition(b"?>\n")
    assert refused(head + separator + doctype + body).code == "HasDoctype"


def test_read_invoice__doctype_in_another_encoding__is_seen__r36() -> None:
    text = story().decode().replace("encoding='UTF-8'", "encoding='UTF-16'", 1)
    assert read_invoice(text.encode("utf-16")).number == "INV-2026-001"
    assert refused(text.replace("?>\n", "?>\n<!DOCTYPE Invoice>", 1).encode("utf-16")).code == "HasDoctype"


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"%PDF-1.7",
        b"{}",
        story()[:-20],
        story() + b"<again/>",
        story().replace(b"UTF-8", b"UTF-7", 1),
        story().replace(b"UTF-8", b"no-such-code", 1),
        story().replace(b"INV-2026-001", b"\xff\xfe", 1),
        story().replace(b"INV-2026-001", b"INV &undeclared;", 1),
        b"<a>" * 100_000,
    ],
    ids=["empty", "pdf", "json", "cut", "two roots", "utf-7", "unknown code", "broken utf-8", "entity", "deep"],
)
def test_read_invoice__not_one_xml_document__is_refused(document: bytes) -> None:
    assert refused(document).code == "NotXml"


def test_read_invoice__too_large__is_refused_before_it_is_parsed() -> None:
    assert refused(b"<" * (MAX_BYTES + 1)).code == "DocumentTooLarge"


@pytest.mark.parametrize("name", ["InvoiceLine", "AllowanceCharge", "TaxTotal", "Delivery"])
def test_read_invoice__too_many_of_anything__are_refused(name: str) -> None:
    refusal = refused(edited(("</Invoice>", f"<cac:{name}/>" * 10_001 + "</Invoice>")))
    assert (refusal.code, refusal.params["limit"]) == ("DocumentTooLarge", 10_000)


@pytest.mark.parametrize(
    "document",
    [
        b"<Invoice/>",
        b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>',
        b'<a:CrossIndustryInvoice xmlns:a="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"/>',
        b"<EInvoice><Header/></EInvoice>",
    ],
)
def test_read_invoice__another_document__is_refused_with_its_name(document: bytes) -> None:
    refusal = refused(document)
    assert refusal.code == "NotAnInvoice"
    assert str(refusal.params["root"]) in refusal.detail


def test_read_invoice__comment_within_a_field__does_not_cut_it() -> None:
    invoice = read_invoice(edited((">INV-2026-001<", "><!-- a -->INV-<!-- b -->2026<?pi?>-001<")))
    assert invoice.number == "INV-2026-001"


def test_read_invoice__zeros_past_the_last_decimal__say_nothing() -> None:
    document = story(5_000, "JPY").replace(
        b'PayableAmount currencyID="JPY">5000<', b'PayableAmount currencyID="JPY">5000.00<'
    )
    assert b"5000.00" in document
    assert read_invoice(document).payable_amount_minor == 5_000


def test_read_invoice__tax_also_in_the_tax_currency__takes_the_invoices_own() -> None:
    other = '<cac:TaxTotal><cbc:TaxAmount currencyID="USD">16000.00</cbc:TaxAmount></cac:TaxTotal><cac:TaxTotal>'
    assert read_invoice(edited(("<cac:TaxTotal>", other))).totals.tax == Decimal("115044.25")


def test_read_invoice__date_with_a_zone__is_the_date_as_written() -> None:
    assert read_invoice(edited((">2026-04-05<", ">2026-04-05+08:00<"))).due_date == date(2026, 4, 5)


def test_read_invoice__several_deliveries__takes_the_last() -> None:
    again = "<cac:Delivery><cbc:ActualDeliveryDate>{}</cbc:ActualDeliveryDate></cac:Delivery>"
    more = again.format("2026-02-01") + again.format("2026-01-20") + "<cac:TaxTotal>"
    assert read_invoice(edited(("<cac:TaxTotal>", more))).delivery_date == date(2026, 2, 1)


def test_read_invoice__preceding_invoices__are_all_kept() -> None:
    reference = "<cac:InvoiceDocumentReference><cbc:ID>{}</cbc:ID></cac:InvoiceDocumentReference>"
    one = f"<cac:BillingReference>{reference}</cac:BillingReference>"
    document = edited(
        ("<cac:AccountingSupplierParty>", one.format("A") + one.format("B") + "<cac:AccountingSupplierParty>")
    )
    assert read_invoice(document).preceding_invoices == ("A", "B")


def test_read_invoice__party_without_name__is_refused() -> None:
    assert refused(story().replace(SELLER.name.encode(), b" ")).code == "FieldMissing"


def test_party__identifiers__come_from_what_binds_most_with_their_scheme() -> None:
    own = '<cac:PartyIdentification><cbc:ID schemeID="0088">7300010000001</cbc:ID></cac:PartyIdentification>'
    endpoint = '<cbc:EndpointID schemeID="0199">HWUPKR0MPOU8FGXBT394</cbc:EndpointID>'
    seller = read_invoice(edited(("<cac:PartyName>", f"{endpoint}{own}<cac:PartyName>"))).seller
    assert seller.identifiers == (
        Identifier(SELLER.uscc, None, IdentifierKind.LEGAL),
        Identifier(SELLER.uscc, None, IdentifierKind.TAX),
        Identifier("7300010000001", "0088", IdentifierKind.OWN),
        Identifier("HWUPKR0MPOU8FGXBT394", "0199", IdentifierKind.ENDPOINT),
    )


def test_party__uscc__is_the_first_valid_one_or_none__r30() -> None:
    def party(*values: str) -> Party:
        return Party("x", None, tuple(Identifier(value, None, IdentifierKind.OWN) for value in values))

    assert party("10202", "91350100 m000100y43", "91440300708461136T").uscc == "91350100M000100Y43"
    assert party("10202", "91350100M000100Y4Z").uscc is None
    assert party().uscc is None
