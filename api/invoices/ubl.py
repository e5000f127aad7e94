"""Reads UBL 2.1 invoices into the business terms of EN 16931 (R-34), safely (R-36).

`read_invoice` says what the document states, `check_financeable` whether that is a claim to finance. Neither knows the
chain's time nor who is admitted: a due date in the past and a stranger's invoice are the service's business.

Decisions

1. Our own reader over lxml, not factur-x's `parse_ubl_cii_xml`. It was tried on 21 public invoices and reads the same
   values, but it drops `currencyID` (an amount in another currency would pass), keeps one identifier per scheme, turns
   a repeated field into a list, and brings pypdf and requests along for a hundred XPaths of which we need twenty.
2. A field that UBL or EN 16931 wants once and the document has twice is refused: two readers would take different ones.
3. The date of several deliveries is the last: only then is the whole claim earned.
"""

import re
from datetime import date
from decimal import Decimal
from xml.parsers import expat

from lxml import etree

from api.domain.money import MINOR_MAX, MoneyError, currency_decimals
from api.invoices import errors
from api.invoices.terms import Identifier, IdentifierKind, ParsedInvoice, Party, Totals, check_financeable

__all__ = ["MAX_BYTES", "MAX_LINES", "check_financeable", "read_invoice"]

MAX_BYTES = 5 * 1024 * 1024
MAX_LINES = 10_000
"""Of lines, and of anything else that repeats."""
_MAX_TEXT = 1_000

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_NAMESPACES = {"cac": f"{_UBL}CommonAggregateComponents-2", "cbc": f"{_UBL}CommonBasicComponents-2"}
_INVOICE, _CREDIT_NOTE = f"{{{_UBL}Invoice-2}}Invoice", f"{{{_UBL}CreditNote-2}}CreditNote"
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,16}(?:\.[0-9]{0,8})?|\.[0-9]{1,8})")
"""With at most MAX_LINES of them, every sum is exact in the 28 digits of Decimal."""
_NO_ORDER = {"na", "n/a"}
"""What senders write where UBL wants an order's number and there is none."""


def read_invoice(document: bytes) -> ParsedInvoice:
    """What a UBL 2.1 Invoice or CreditNote states. Nothing outside the bytes is read.

    InvoiceRefused (a subclass, by name) if the file cannot be read as one invoice without guessing.
    """
    root = _parse(document)
    kind = "CreditNote" if root.tag == _CREDIT_NOTE else "Invoice"
    currency = _required(root, "cbc:DocumentCurrencyCode", "BT-5")
    try:
        decimals = currency_decimals(currency)
    except MoneyError as error:
        raise errors.CurrencyUnknown(error.detail, currency=currency) from error
    totals = _totals(root, kind, currency)
    order = _text(root, "cac:OrderReference/cbc:ID", "BT-13")
    deliveries = [_date(node, "cbc:ActualDeliveryDate", "BT-72") for node in _all(root, "cac:Delivery")]
    return ParsedInvoice(
        number=_required(root, "cbc:ID", "BT-1"),
        issue_date=_required_date(root, "cbc:IssueDate", "BT-2"),
        due_date=_date(root, "cbc:DueDate", "BT-9"),
        type_code=_required(root, f"cbc:{kind}TypeCode", "BT-3"),
        is_credit_note_document=kind == "CreditNote",
        currency=currency,
        seller=_party(_one(root, "cac:AccountingSupplierParty/cac:Party", "BG-4"), "BT-27"),
        buyer=_party(_one(root, "cac:AccountingCustomerParty/cac:Party", "BG-7"), "BT-44"),
        payee=_party(payee, "BT-59") if (payee := _maybe(root, "cac:PayeeParty", "BG-10")) is not None else None,
        payable_amount_minor=_minor(totals.payable, currency, decimals),
        order_reference=None if order is None or order.casefold() in _NO_ORDER else order,
        delivery_date=max((day for day in deliveries if day is not None), default=None),
        preceding_invoices=tuple(
            _required(node, "cbc:ID", "BT-25")
            for node in _all(root, "cac:BillingReference/cac:InvoiceDocumentReference")
        ),
        totals=totals,
    )


class _PrologRead(Exception):
    """The root element has begun: no DOCTYPE can follow."""


def _parse(document: bytes) -> etree._Element:
    if len(document) > MAX_BYTES:
        raise errors.DocumentTooLarge(
            f"the file has {len(document)} bytes, the most is {MAX_BYTES}", size=len(document), limit=MAX_BYTES
        )
    _refuse_doctype(document)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,  # else `<ID>12<!-- -->34</ID>` would read as 12
        remove_pis=True,
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise errors.NotXml(f"the file is not well-formed XML: {error.msg}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise errors.HasDoctype("the file declares a DOCTYPE")
    if root.tag not in {_INVOICE, _CREDIT_NOTE}:
        name = etree.QName(root)
        raise errors.NotAnInvoice(
            f"the document is a {name.localname}, not a UBL 2.1 Invoice", root=name.localname, namespace=name.namespace
        )
    return root


def _refuse_doctype(document: bytes) -> None:
    """Read the prolog alone, in a parser that stops at the word DOCTYPE, before any declaration inside it (R-36)."""

    def doctype(*_: object) -> None:
        raise errors.HasDoctype("the file declares a DOCTYPE")

    def root(*_: object) -> None:
        raise _PrologRead

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = root
    try:
        parser.Parse(document, True)
    except _PrologRead:
        return
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise errors.NotXml(f"the file is not well-formed XML: {error}") from error


def _totals(root: etree._Element, kind: str, currency: str) -> Totals:
    lines = _all(root, f"cac:{kind}Line")
    if not lines:
        raise errors.FieldMissing(f"the document has no cac:{kind}Line (BG-25)", term="BG-25")
    total = _one(root, "cac:LegalMonetaryTotal", "BG-22")
    taxes = [tax for tax in _all(root, "cac:TaxTotal") if _currency_of(tax, "cbc:TaxAmount", "BT-110") == currency]
    if len(taxes) > 1:
        raise errors.FieldRepeated(f"BT-110 (cac:TaxTotal) is stated {len(taxes)} times in {currency}", term="BT-110")
    subtotals = _all(taxes[0], "cac:TaxSubtotal") if taxes else []
    allowances, charges = Decimal(0), Decimal(0)
    for node in _all(root, "cac:AllowanceCharge"):
        is_charge = _required(node, "cbc:ChargeIndicator", "BG-20")
        if is_charge not in {"true", "1", "false", "0"}:
            raise errors.FieldUnreadable(
                f'BG-20 (cbc:ChargeIndicator) is "{is_charge}", not true or false', term="BG-20", value=is_charge
            )
        if is_charge in {"true", "1"}:
            charges += _required_amount(node, "cbc:Amount", "BT-99", currency)
        else:
            allowances += _required_amount(node, "cbc:Amount", "BT-92", currency)
    zero = Decimal(0)
    return Totals(
        sum_of_lines=sum(
            (_required_amount(line, "cbc:LineExtensionAmount", "BT-131", currency) for line in lines), zero
        ),
        sum_of_allowances=allowances,
        sum_of_charges=charges,
        sum_of_tax_subtotals=sum(
            (_required_amount(node, "cbc:TaxAmount", "BT-117", currency) for node in subtotals), zero
        )
        if subtotals
        else None,
        lines=_required_amount(total, "cbc:LineExtensionAmount", "BT-106", currency),
        allowances=_amount(total, "cbc:AllowanceTotalAmount", "BT-107", currency) or zero,
        charges=_amount(total, "cbc:ChargeTotalAmount", "BT-108", currency) or zero,
        tax_exclusive=_required_amount(total, "cbc:TaxExclusiveAmount", "BT-109", currency),
        tax=_required_amount(taxes[0], "cbc:TaxAmount", "BT-110", currency) if taxes else zero,
        tax_inclusive=_required_amount(total, "cbc:TaxInclusiveAmount", "BT-112", currency),
        prepaid=_amount(total, "cbc:PrepaidAmount", "BT-113", currency) or zero,
        rounding=_amount(total, "cbc:PayableRoundingAmount", "BT-114", currency) or zero,
        payable=_required_amount(total, "cbc:PayableAmount", "BT-115", currency),
    )


def _party(node: etree._Element, term: str) -> Party:
    """The registered name, else the trading name; identifiers by how much they bind: register, tax, own, endpoint."""
    trading_name = _text(node, "cac:PartyName/cbc:Name", term)
    name = _text(node, "cac:PartyLegalEntity/cbc:RegistrationName", term) or trading_name
    if name is None:
        raise errors.FieldMissing(f"{term} (a party's name) is missing", term=term)
    identifiers: list[Identifier] = []
    for kind, path in (
        (IdentifierKind.LEGAL, "cac:PartyLegalEntity/cbc:CompanyID"),
        (IdentifierKind.TAX, "cac:PartyTaxScheme/cbc:CompanyID"),
        (IdentifierKind.OWN, "cac:PartyIdentification/cbc:ID"),
        (IdentifierKind.ENDPOINT, "cbc:EndpointID"),
    ):
        for found in _all(node, path):
            value = _value(found, path, term)
            if value:
                identifiers.append(Identifier(value, found.get("schemeID"), kind))
    return Party(name=name, trading_name=trading_name, identifiers=tuple(identifiers))


def _minor(amount: Decimal, currency: str, decimals: int) -> int:
    """BT-115 in minor units, of either sign. Zeros after the last decimal say nothing and are allowed: 100.00 JPY."""
    minor = amount.scaleb(decimals)
    if minor != minor.to_integral_value():
        raise errors.TooManyDecimals(
            f"BT-115 (cbc:PayableAmount) is {amount} {currency}, which has {decimals} decimals",
            term="BT-115",
            value=str(amount),
            decimals=decimals,
        )
    if abs(minor) > MINOR_MAX:
        raise errors.AmountTooLarge(
            f"BT-115 (cbc:PayableAmount) is {amount} {currency}, the most is {MINOR_MAX} minor units", value=str(amount)
        )
    return int(minor)


def _all(node: etree._Element, path: str) -> list[etree._Element]:
    found = node.findall(path, _NAMESPACES)
    if len(found) > MAX_LINES:
        raise errors.DocumentTooLarge(
            f"the document has {len(found)} {path}, the most is {MAX_LINES}", size=len(found), limit=MAX_LINES
        )
    return found


def _maybe(node: etree._Element, path: str, term: str) -> etree._Element | None:
    found = _all(node, path)
    if len(found) > 1:
        raise errors.FieldRepeated(f"{term} ({path}) is stated {len(found)} times", term=term, count=len(found))
    return found[0] if found else None


def _one(node: etree._Element, path: str, term: str) -> etree._Element:
    found = _maybe(node, path, term)
    if found is None:
        raise errors.FieldMissing(f"{term} ({path}) is missing", term=term)
    return found


def _value(node: etree._Element, path: str, term: str) -> str:
    """An element's text with its white space collapsed; refused if there are elements in it, or if it is endless."""
    text = " ".join((node.text or "").split())
    if len(node) or len(text) > _MAX_TEXT:
        raise errors.FieldUnreadable(f"{term} ({path}) is not a short plain text", term=term, value=text[:40])
    return text


def _text(node: etree._Element, path: str, term: str) -> str | None:
    found = _maybe(node, path, term)
    return None if found is None else _value(found, path, term) or None


def _required(node: etree._Element, path: str, term: str) -> str:
    text = _text(node, path, term)
    if text is None:
        raise errors.FieldMissing(f"{term} ({path}) is missing", term=term)
    return text


def _date(node: etree._Element, path: str, term: str) -> date | None:
    """The calendar date as written: a zone says where the sender sat, not that another day was meant."""
    text = _text(node, path, term)
    if text is None:
        return None
    match = _DATE.fullmatch(text)
    try:
        return date.fromisoformat(match[1] if match else "")
    except ValueError as error:
        raise errors.FieldUnreadable(f'{term} ({path}) is "{text}", not a date', term=term, value=text) from error


def _required_date(node: etree._Element, path: str, term: str) -> date:
    day = _date(node, path, term)
    if day is None:
        raise errors.FieldMissing(f"{term} ({path}) is missing", term=term)
    return day


def _currency_of(node: etree._Element, path: str, term: str) -> str | None:
    return _one(node, path, term).get("currencyID")


def _amount(node: etree._Element, path: str, term: str, currency: str) -> Decimal | None:
    text = _text(node, path, term)
    if text is None:
        return None
    if not _DECIMAL.fullmatch(text):
        raise errors.FieldUnreadable(f'{term} ({path}) is "{text[:40]}", not an amount', term=term, value=text[:40])
    found = _currency_of(node, path, term)
    if found != currency:
        raise errors.CurrencyMismatch(
            f"{term} ({path}) is in {found}, the invoice in {currency}", term=term, found=found, currency=currency
        )
    return Decimal(text)


def _required_amount(node: etree._Element, path: str, term: str, currency: str) -> Decimal:
    amount = _amount(node, path, term, currency)
    if amount is None:
        raise errors.FieldMissing(f"{term} ({path}) is missing", term=term)
    return amount
