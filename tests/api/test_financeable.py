"""Which invoices are no claim to finance, each refused by name (R-34)."""

import inspect
from collections.abc import Callable
from decimal import Decimal

import pytest
from lxml import etree

from api.invoices import errors
from api.invoices.ubl import check_financeable, read_invoice
from tests.api.story import SELLER, edited, refused, story

FIELD_CASES: list[tuple[str, str, str, str]] = [
    # what to replace, by what, refusal, word in its detail
    ("<cbc:ID>INV-2026-001</cbc:ID>", "", "FieldMissing", "BT-1 "),
    (">INV-2026-001<", "> \n <", "FieldMissing", "BT-1 "),
    ("<cbc:IssueDate>2026-01-05</cbc:IssueDate>", "", "FieldMissing", "BT-2 "),
    (">380<", "><", "FieldMissing", "BT-3 "),
    (">CNY<", "><", "FieldMissing", "BT-5 "),
    ('<cbc:PayableAmount currencyID="CNY">1000000.00</cbc:PayableAmount>', "", "FieldMissing", "BT-115"),
    ("<cbc:IssueDate>", "<cbc:ID>INV-2</cbc:ID><cbc:IssueDate>", "FieldRepeated", "BT-1 "),
    ("<cbc:InvoiceTypeCode>", "<cbc:DueDate>2027-01-01</cbc:DueDate><cbc:InvoiceTypeCode>", "FieldRepeated", "BT-9"),
    ("</cac:TaxTotal>", '</cac:TaxTotal><cac:TaxTotal><cbc:TaxAmount currencyID="CNY">0</cbc:TaxAmount></cac:TaxTotal>',
     "FieldRepeated", "BT-110"),
    (">2026-04-05<", ">05.04.2026<", "FieldUnreadable", "BT-9"),
    (">2026-04-05<", ">20260405<", "FieldUnreadable", "BT-9"),
    (">2026-04-05<", ">2026-02-30<", "FieldUnreadable", "BT-9"),
    (">1000000.00<", ">1e6<", "FieldUnreadable", "BT-115"),
    (">1000000.00<", ">1,000,000.00<", "FieldUnreadable", "BT-115"),
    (">1000000.00<", ">" + "9" * 17 + "<", "FieldUnreadable", "BT-115"),
    (">INV-2026-001<", ">INV<cbc:ID>1</cbc:ID><", "FieldUnreadable", "BT-1 "),
    (">INV-2026-001<", ">" + "I" * 1_001 + "<", "FieldUnreadable", "BT-1 "),
    (">CNY<", ">CNX<", "CurrencyUnknown", "CNX"),
    (">CNY<", ">cny<", "CurrencyUnknown", "cny"),
    ('<cbc:PayableAmount currencyID="CNY">', '<cbc:PayableAmount currencyID="JPY">', "CurrencyMismatch", "JPY"),
    ('<cbc:PayableAmount currencyID="CNY">', "<cbc:PayableAmount>", "CurrencyMismatch", "None"),
    (">1000000.00<", ">1000000.005<", "TooManyDecimals", "1000000.005"),
    (">1000000.00<", ">90071992547409.92<", "AmountTooLarge", "90071992547409.92"),
    (">380<", ">381<", "CreditNote", "381"),
    (">380<", ">396<", "CreditNote", "396"),
    (">380<", ">393<", "AlreadyAssigned", "factored"),
    (">380<", ">386<", "UnsupportedTypeCode", "386"),
    (">1000000.00<", ">0.00<", "AmountNotPositive", "0.00"),
    (">1000000.00<", ">-1000000.00<", "AmountNotPositive", "-1000000.00"),
    ("<cbc:DueDate>2026-04-05</cbc:DueDate>", "", "DueDateMissing", "BT-9"),
    (">2026-04-05<", ">2026-01-04<", "DueBeforeIssue", "2026-01-04"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "word"), FIELD_CASES)
def test_check_financeable__one_field_wrong__is_refused_by_name(old: str, new: str, code: str, word: str) -> None:
    replaced = edited((old, new)) if old != ">1000000.00<" else payable(new)
    refusal = refused(replaced)
    assert refusal.code == code
    assert word in refusal.detail


def payable(new: str) -> bytes:
    """The tax-inclusive total has the same text and stands first: only BT-115 is changed."""
    return edited(('PayableAmount currencyID="CNY">1000000.00<', f'PayableAmount currencyID="CNY"{new}'))


@pytest.mark.parametrize(
    ("element", "stated", "rule"),
    [
        ("LineExtensionAmount", "884955.75", "BR-CO-10"),
        ("TaxExclusiveAmount", "884955.75", "BR-CO-13"),
        ("TaxAmount", "115044.25", "BR-CO-14"),
        ("TaxInclusiveAmount", "1000000.00", "BR-CO-15"),
        ("PayableAmount", "1000000.00", "BR-CO-16"),
    ],
)
def test_check_financeable__a_total_one_cent_off__names_the_rule(element: str, stated: str, rule: str) -> None:
    off = Decimal(stated) + Decimal("0.01")
    refusal = refused(edited((f'{element} currencyID="CNY">{stated}<', f'{element} currencyID="CNY">{off}<')))
    assert (refusal.code, refusal.params["rule"], refusal.params["stated"]) == ("TotalsDisagree", rule, str(off))


ALLOWANCE = """<cac:AllowanceCharge><cbc:ChargeIndicator>{}</cbc:ChargeIndicator>
    <cbc:Amount currencyID="CNY">{}</cbc:Amount></cac:AllowanceCharge><cac:TaxTotal>"""
ALLOWANCE_TOTAL = '<cbc:AllowanceTotalAmount currencyID="CNY">{}</cbc:AllowanceTotalAmount>'
DOWN_BY_TEN: list[tuple[str, str]] = [
    ('TaxExclusiveAmount currencyID="CNY">884955.75<', 'TaxExclusiveAmount currencyID="CNY">884945.75<'),
    ('TaxInclusiveAmount currencyID="CNY">1000000.00<', 'TaxInclusiveAmount currencyID="CNY">999990.00<'),
    ('<cbc:PayableAmount currencyID="CNY">1000000.00<',
     ALLOWANCE_TOTAL + '<cbc:PayableAmount currencyID="CNY">999990.00<'),
]  # fmt: skip


def with_allowance(indicator: str, amount: str, total: str) -> bytes:
    changes = [(old, new.format(total)) for old, new in DOWN_BY_TEN]
    return edited(("<cac:TaxTotal>", ALLOWANCE.format(indicator, amount)), *changes)


@pytest.mark.parametrize("indicator", ["false", "0"])
def test_check_financeable__allowance_that_adds_up__is_accepted(indicator: str) -> None:
    invoice = read_invoice(with_allowance(indicator, "10.00", "10"))
    check_financeable(invoice)
    assert invoice.payable_amount_minor == 99_999_000


def test_check_financeable__allowance_or_charge_that_does_not_add_up__names_the_rule() -> None:
    assert refused(with_allowance("false", "9.99", "10")).params["rule"] == "BR-CO-11"
    assert refused(with_allowance("1", "10.00", "0")).params["rule"] == "BR-CO-12"
    assert refused(with_allowance("maybe", "10.00", "10")).code == "FieldUnreadable"


def test_check_financeable__prepaid_and_rounding__are_in_the_payable_amount() -> None:
    extra = (
        '<cbc:PrepaidAmount currencyID="CNY">400000</cbc:PrepaidAmount>'
        '<cbc:PayableRoundingAmount currencyID="CNY">-0.50</cbc:PayableRoundingAmount>'
        '<cbc:PayableAmount currencyID="CNY">{}<'
    )
    place = '<cbc:PayableAmount currencyID="CNY">1000000.00<'
    check_financeable(read_invoice(edited((place, extra.format("599999.50")))))
    assert refused(edited((place, extra.format("600000.50")))).params["rule"] == "BR-CO-16"


def test_check_financeable__lines_in_tenths_of_a_cent__are_rounded_once() -> None:
    changes = [('LineExtensionAmount currencyID="CNY">442477.87<', 'LineExtensionAmount currencyID="CNY">442477.874<')]
    check_financeable(read_invoice(edited(*changes)))


PAYEE = "<cac:PayeeParty>{}</cac:PayeeParty><cac:Delivery>"
NAME = "<cac:PartyName><cbc:Name>{}</cbc:Name></cac:PartyName>"
LEGAL = "<cac:PartyLegalEntity><cbc:CompanyID>{}</cbc:CompanyID></cac:PartyLegalEntity>"


@pytest.mark.parametrize(
    ("payee", "is_assigned"),
    [
        (NAME.format("远东保理 Far East Factoring") + LEGAL.format("91310000132260250X"), True),
        (NAME.format("远东保理 Far East Factoring"), True),
        (NAME.format(SELLER.name) + LEGAL.format("91310000132260250X"), True),  # the seller's name on another's number
        (NAME.format(SELLER.name.upper().replace(" ", "  ")), False),
        (NAME.format("Treasury") + LEGAL.format(SELLER.uscc.lower()), False),
        (NAME.format("Treasury") + f"{LEGAL.format(SELLER.uscc)}{LEGAL.format('91310000132260250X')}", True),
    ],
)
def test_check_financeable__payee__is_an_assignment_unless_it_is_the_seller__r34(payee: str, is_assigned: bool) -> None:
    document = edited(("<cac:Delivery>", PAYEE.format(payee)))
    if is_assigned:
        assert refused(document).code == "AlreadyAssigned"
    else:
        check_financeable(read_invoice(document))


@pytest.mark.parametrize("name", ["Suzhou Precision Parts Co., Ltd.", SELLER.name])
def test_check_financeable__payee_with_the_sellers_registered_or_trading_name__is_the_seller__r34(name: str) -> None:
    registered = ("<cbc:RegistrationName>" + SELLER.name, "<cbc:RegistrationName>Suzhou Precision Parts Co., Ltd.")
    check_financeable(read_invoice(edited(registered, ("<cac:Delivery>", PAYEE.format(NAME.format(name))))))


@pytest.mark.parametrize(("party", "code"), [("Supplier", "MissingSellerId"), ("Customer", "MissingBuyerId")])
def test_check_financeable__party_without_identifier__is_refused(party: str, code: str) -> None:
    root = etree.fromstring(story())
    (node,) = root.findall(f"{{*}}Accounting{party}Party/{{*}}Party")
    for found in [*node.findall("{*}PartyTaxScheme"), *node.findall("{*}PartyLegalEntity/{*}CompanyID")]:
        parent = found.getparent()
        assert parent is not None
        parent.remove(found)
    assert refused(etree.tostring(root)).code == code


def refusals() -> list[type[errors.InvoiceRefused]]:
    return [entry for _, entry in inspect.getmembers(errors, is_refusal)]


def is_refusal(entry: object) -> bool:
    return inspect.isclass(entry) and issubclass(entry, errors.InvoiceRefused) and entry is not errors.InvoiceRefused


@pytest.mark.parametrize("refusal", refusals(), ids=lambda refusal: refusal.__name__)
def test_refusals__each__has_code_detail_params_and_remedy(refusal: Callable[..., errors.InvoiceRefused]) -> None:
    raised = refusal("what was wrong", term="BT-1")
    assert (raised.code, raised.detail, raised.params) == (refusal.__name__, "what was wrong", {"term": "BT-1"})
    assert raised.remedy.endswith(".")
    assert str(raised) == "what was wrong"
