"""Real public invoices are read right, or refused for a reason that a person agrees with (R-34).

The files are not ours to copy: they are read from `$SCF_SHARED_DATA`, or `../shared/data` beside the checkout, and the
test skips where neither is there. Every row below was read off its file by eye.
"""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from api.invoices.errors import InvoiceRefused
from api.invoices.ubl import check_financeable, read_invoice

DATA = Path(os.environ.get("SCF_SHARED_DATA") or Path(__file__).parents[2].parent / "shared" / "data")
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data folder is not on this machine")


@dataclass(frozen=True)
class Seen:
    """What a person reads on the invoice."""

    number: str
    issued: date
    due: date | None
    delivered: date | None
    amount_minor: int
    currency: str
    seller: str
    seller_id: str
    buyer: str
    buyer_id: str
    order: str | None = None
    refused: str | None = None
    why: str = ""


def day(text: str) -> date:
    return date.fromisoformat(text)


def peppol(number: str = "Snippet1", amount_minor: int = 165_625, **more: str | None) -> Seen:
    """The parties and dates that most of Peppol's examples share."""
    return Seen(
        number=number,
        issued=day("2017-11-13"),
        due=None if more.get("refused") == "CreditNote" else day("2017-12-01"),
        delivered=day("2017-11-01"),
        amount_minor=amount_minor,
        currency="EUR",
        seller="SupplierOfficialName Ltd",
        seller_id="GB983294",
        buyer="Buyer Official Name",
        buyer_id="39937423947",
        **more,  # type: ignore[arg-type]
    )


def peppol_vat(number: str, amount_minor: int, currency: str, seller_id: str, buyer_id: str) -> Seen:
    """Peppol's VAT category examples, which leave the due date out."""
    return Seen(
        number,
        day("2018-08-30"),
        None,
        None,
        amount_minor,
        currency,
        "The Sellercompany Incorporated",
        seller_id,
        "The Buyercompany",
        buyer_id,
        refused="DueDateMissing",
        why="a payment note at most, no DueDate",
    )


def bis3(amount_minor: int, refused: str | None = None, why: str = "") -> Seen:
    delivered = issued = day("2019-01-25")
    due = day("2019-02-24")
    ids = ("Company A", "DK12345678", "Company B", "DK87654321")
    return Seen("12345", issued, due, delivered, amount_minor, "DKK", *ids, None, refused, why)


def koksmaat() -> Seen:
    issued = day("2015-01-09")
    return Seen("12115118", issued, issued, None, 25_033, "EUR", "De Koksmaat", "57151520", "ODIN 59", "10202")


def scrooge() -> Seen:
    return Seen(
        "TOSL108",
        day("2013-06-30"),
        day("2013-07-20"),
        day("2013-06-15"),
        80_178,
        "NOK",
        "Salescompany ltd.",
        "123456789",
        "The Buyercompany",
        "987654321",
        order="123",
        refused="AlreadyAssigned",
        why="the payee is Ebeneser Scrooge AS, another company (989823401)",
    )


def subscription(amount_minor: int, buyer_id: str) -> Seen:
    issued, due = day("2013-04-10"), day("2013-05-10")
    seller = ("SubscriptionSeller", "DK16356706")
    return Seen("TOSL108", issued, due, None, amount_minor, "DKK", *seller, "Buyercompany ltd", buyer_id)


EXPECTED: dict[str, Seen] = {
    "en16931-BIS3_Invoice_negativ.XML": bis3(-78_217_943, "AmountNotPositive", "every total is negative"),
    "en16931-BIS3_Invoice_positive.XML": bis3(78_217_943),
    "en16931-guide-example1.xml": koksmaat(),
    "en16931-guide-example2.xml": scrooge(),
    "en16931-guide-example3.xml": subscription(112_500, "5790000435975"),
    "en16931-issue116.xml": Seen(
        "2018210",
        day("2018-02-08"),
        day("2018-03-07"),
        None,
        83_000,
        "SEK",
        "SÄLJARNAMNET",
        "1234567890",
        "Project services AB",
        "1234512345",
    ),
    "en16931-sample-discount-price.xml": Seen(
        "test decimal 1",
        day("2018-02-05"),
        day("2018-02-28"),
        None,
        1_515,
        "EUR",
        "HEP SPLIT",
        "086374645",
        "HEP-OPERATOR DISTRIBUCIJSKOG SUSTAVA D.O.O. ZA DISTRIBUCIJU I OPSKRBU ELEKTRICNE ENERGIJE",
        "08634543",
    ),
    "en16931-ubl-tc434-creditnote1.xml": Seen(
        "018304 / 28865",
        day("2019-09-23"),
        None,
        None,
        10_011,
        "EUR",
        "My Supplier Company",
        "0000000196",
        "My Customer Company",
        "0000000295",
        refused="CreditNote",
        why="the root element is CreditNote",
    ),
    "en16931-ubl-tc434-example1.xml": koksmaat(),
    "en16931-ubl-tc434-example2.xml": scrooge(),
    "en16931-ubl-tc434-example3.xml": subscription(200_500, "987654321"),
    "en16931-ubl-tc434-example4.xml": Seen(
        "TOSL110",
        day("2013-04-10"),
        day("2013-05-10"),
        day("2013-04-15"),
        467_500,
        "DKK",
        "SellerCompany",
        "DK16356706",
        "Buyercompany ltd",
        "5790000436057",
        order="123",
    ),
    "peppol-Allowance-example.xml": peppol(amount_minor=612_500),  # 7,125 of which 1,000 is paid
    "peppol-Vat-category-S.xml": peppol(amount_minor=855_000),
    "peppol-base-creditnote-correction.xml": peppol(refused="CreditNote", why="it credits invoice Snippet1"),
    "peppol-base-example.xml": peppol(),
    "peppol-base-negative-inv-correction.xml": peppol(
        "Correction1", -165_625, refused="AmountNotPositive", why="it takes invoice Snippet1 back"
    ),
    "peppol-sales-order-example.xml": peppol(),  # the order is "NA": the seller's own number stands for it
    "peppol-vat-category-E.xml": peppol_vat("Vat-Z", 120_000, "GBP", "GB928741974", "12345678"),
    "peppol-vat-category-O.xml": peppol_vat("Vat-O", 320_000, "SEK", "7300010000001", "987654325"),
    "peppol-vat-category-Z.xml": peppol_vat("Vat-Z", 120_000, "GBP", "GB928741974", "12345678"),
}


@needs_data
@pytest.mark.parametrize("name", EXPECTED)
def test_read_invoice__real_invoice__says_what_a_person_reads__r34(name: str) -> None:
    seen, invoice = EXPECTED[name], read_invoice((DATA / "invoices" / name).read_bytes())
    assert (invoice.number, invoice.issue_date, invoice.due_date) == (seen.number, seen.issued, seen.due)
    assert (invoice.payable_amount_minor, invoice.currency) == (seen.amount_minor, seen.currency)
    assert (invoice.seller.name, invoice.seller.identifiers[0].value) == (seen.seller, seen.seller_id)
    assert (invoice.buyer.name, invoice.buyer.identifiers[0].value) == (seen.buyer, seen.buyer_id)
    assert (invoice.delivery_date, invoice.order_reference) == (seen.delivered, seen.order)
    assert (invoice.seller.uscc, invoice.buyer.uscc) == (None, None), "European companies have no USCC"


@needs_data
@pytest.mark.parametrize("name", EXPECTED)
def test_check_financeable__real_invoice__is_accepted_or_refused_for_the_agreed_reason__r34(name: str) -> None:
    invoice = read_invoice((DATA / "invoices" / name).read_bytes())
    reason: str | None = None
    try:
        check_financeable(invoice)
    except InvoiceRefused as refusal:
        reason = refusal.code
    assert reason == EXPECTED[name].refused, EXPECTED[name].why


@needs_data
def test_corpus__every_file__has_a_row() -> None:
    assert {path.name for path in (DATA / "invoices").iterdir()} == set(EXPECTED)


@needs_data
@pytest.mark.parametrize(
    ("name", "preceding"),
    [
        ("peppol-base-creditnote-correction.xml", ("Snippet1",)),
        ("peppol-base-negative-inv-correction.xml", ("Snippet1",)),
        ("peppol-base-example.xml", ()),
    ],
)
def test_read_invoice__a_correction__names_the_invoice_it_corrects__r34(name: str, preceding: tuple[str, ...]) -> None:
    assert read_invoice((DATA / "invoices" / name).read_bytes()).preceding_invoices == preceding


@needs_data
def test_read_invoice__order_or_despatch_advice__is_no_invoice() -> None:
    documents = sorted((DATA / "orders").glob("*.xml"))
    assert documents
    for path in documents:
        with pytest.raises(InvoiceRefused) as caught:
            read_invoice(path.read_bytes())
        assert caught.value.code == "NotAnInvoice", path.name
