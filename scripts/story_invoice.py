"""Writes the invoice of the demo's story: a UBL 2.1 invoice that follows EN 16931, whatever the amount.

The payable amount is given and the tax follows from it, so not every amount can be net plus rounded tax: 0.04 cannot
at 13 %. The net amount that comes nearest is taken, and the cent that remains is stated as BT-114, as a cashier would.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from lxml import etree

from api.domain.money import Money, format_amount
from api.domain.pricing import round_half_up

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_CAC, _CBC = f"{_UBL}CommonAggregateComponents-2", f"{_UBL}CommonBasicComponents-2"


@dataclass(frozen=True, slots=True)
class StoryParty:
    """Seller or buyer. The USCC is both the registration and the tax number, as in China since 2015."""

    name: str
    uscc: str
    city: str = "上海"


def story_invoice(
    *,
    seller: StoryParty,
    buyer: StoryParty,
    number: str,
    issue_date: date,
    due_date: date,
    payable_minor: int,
    currency: str = "CNY",
    vat_percent: int = 13,
    delivery_date: date | None = None,
    order_reference: str | None = None,
    items: Sequence[str] = ("精密轴承 Precision bearings", "数控加工 CNC machining"),
) -> bytes:
    """A UBL 2.1 invoice (UTF-8) of exactly `payable_minor` minor units, tax included, over one line an item.

    MoneyError if the amount or the currency is none; ValueError without items.
    """
    if not items:
        raise ValueError("an invoice has at least one item")
    payable = Money(payable_minor, currency)
    net = round_half_up(Fraction(payable.minor * 100, 100 + vat_percent))
    tax = round_half_up(Fraction(net * vat_percent, 100))
    writer = _Writer(currency)
    root = etree.Element(f"{{{_UBL}Invoice-2}}Invoice", nsmap={None: f"{_UBL}Invoice-2", "cac": _CAC, "cbc": _CBC})
    writer.text(root, "CustomizationID", "urn:cen.eu:en16931:2017")
    writer.text(root, "ID", number)
    writer.text(root, "IssueDate", issue_date.isoformat())
    writer.text(root, "DueDate", due_date.isoformat())
    writer.text(root, "InvoiceTypeCode", "380")
    writer.text(root, "DocumentCurrencyCode", currency)
    if order_reference is not None:
        writer.text(writer.group(root, "OrderReference"), "ID", order_reference)
    writer.party(writer.group(root, "AccountingSupplierParty", "Party"), seller)
    writer.party(writer.group(root, "AccountingCustomerParty", "Party"), buyer)
    writer.text(writer.group(root, "Delivery"), "ActualDeliveryDate", (delivery_date or issue_date).isoformat())
    tax_total = writer.group(root, "TaxTotal")
    writer.amount(tax_total, "TaxAmount", tax)
    subtotal = writer.group(tax_total, "TaxSubtotal")
    writer.amount(subtotal, "TaxableAmount", net)
    writer.amount(subtotal, "TaxAmount", tax)
    writer.tax_category(subtotal, "TaxCategory", vat_percent)
    totals = writer.group(root, "LegalMonetaryTotal")
    writer.amount(totals, "LineExtensionAmount", net)
    writer.amount(totals, "TaxExclusiveAmount", net)
    writer.amount(totals, "TaxInclusiveAmount", net + tax)
    if net + tax != payable.minor:
        writer.amount(totals, "PayableRoundingAmount", payable.minor - net - tax)
    writer.amount(totals, "PayableAmount", payable.minor)
    for index, item in enumerate(items):
        line_net = net * (index + 1) // len(items) - net * index // len(items)
        writer.line(root, str(index + 1), item, line_net, vat_percent)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


class _Writer:
    """Appends UBL elements in one currency; the callers keep the schema's order."""

    def __init__(self, currency: str) -> None:
        self.currency = currency

    def group(self, parent: etree._Element, *names: str) -> etree._Element:
        for name in names:
            parent = etree.SubElement(parent, f"{{{_CAC}}}{name}")
        return parent

    def text(self, parent: etree._Element, name: str, value: str, **attributes: str) -> None:
        etree.SubElement(parent, f"{{{_CBC}}}{name}", attributes).text = value

    def amount(self, parent: etree._Element, name: str, minor: int) -> None:
        self.text(parent, name, format_amount(minor, self.currency), currencyID=self.currency)

    def party(self, parent: etree._Element, party: StoryParty) -> None:
        self.text(self.group(parent, "PartyName"), "Name", party.name)
        address = self.group(parent, "PostalAddress")
        self.text(address, "CityName", party.city)
        self.text(self.group(address, "Country"), "IdentificationCode", "CN")
        tax = self.group(parent, "PartyTaxScheme")  # BT-32, not BT-31: a VAT number would begin with a country's code
        self.text(tax, "CompanyID", party.uscc)
        self.text(self.group(tax, "TaxScheme"), "ID", "TAX")
        legal = self.group(parent, "PartyLegalEntity")
        self.text(legal, "RegistrationName", party.name)
        self.text(legal, "CompanyID", party.uscc)

    def tax_category(self, parent: etree._Element, name: str, vat_percent: int) -> None:
        category = self.group(parent, name)
        self.text(category, "ID", "S")
        self.text(category, "Percent", str(vat_percent))
        self.text(self.group(category, "TaxScheme"), "ID", "VAT")

    def line(self, root: etree._Element, number: str, item: str, net: int, vat_percent: int) -> None:
        line = self.group(root, "InvoiceLine")
        self.text(line, "ID", number)
        self.text(line, "InvoicedQuantity", "1", unitCode="C62")
        self.amount(line, "LineExtensionAmount", net)
        described = self.group(line, "Item")
        self.text(described, "Name", item)
        self.tax_category(described, "ClassifiedTaxCategory", vat_percent)
        self.amount(self.group(line, "Price"), "PriceAmount", net)
