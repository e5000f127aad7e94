"""What an invoice states, and when it is a claim that can be financed (R-34). No XML and no clock in here."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from api.domain.identifiers import is_uscc, parse_uscc
from api.domain.money import currency_decimals
from api.invoices import errors

_COMMERCIAL_INVOICE = "380"
_FACTORED = {"393"}
_CREDIT_NOTES = {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"}
"""UNTDID 1001 codes of credit notes, as EN 16931 lists them."""


class IdentifierKind(StrEnum):
    """Where UBL states an identifier, from what binds most to what binds least."""

    LEGAL = "legal"
    """PartyLegalEntity/CompanyID: the register of companies (BT-30, BT-47)."""
    TAX = "tax"
    """PartyTaxScheme/CompanyID: VAT or another tax (BT-31, BT-32, BT-48)."""
    OWN = "own"
    """PartyIdentification/ID: what the sender calls the party (BT-29, BT-46)."""
    ENDPOINT = "endpoint"
    """EndpointID: the electronic address (BT-34, BT-49)."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier as written, with its ISO 6523 scheme where one is stated."""

    value: str
    scheme: str | None
    kind: IdentifierKind


@dataclass(frozen=True, slots=True)
class Party:
    """A seller, buyer or payee; `identifiers` in the order of IdentifierKind."""

    name: str
    trading_name: str | None
    identifiers: tuple[Identifier, ...]

    @property
    def uscc(self) -> str | None:
        """The first identifier that is a valid USCC (R-30), in its compact form."""
        return next((parse_uscc(found.value) for found in self.identifiers if is_uscc(found.value)), None)


@dataclass(frozen=True, slots=True)
class Totals:
    """The document's totals as stated, absent ones as zero, and the sums of what they are totals of."""

    sum_of_lines: Decimal
    sum_of_allowances: Decimal
    sum_of_charges: Decimal
    sum_of_tax_subtotals: Decimal | None
    """None where the document breaks its tax down into nothing."""
    lines: Decimal
    allowances: Decimal
    charges: Decimal
    tax_exclusive: Decimal
    tax: Decimal
    tax_inclusive: Decimal
    prepaid: Decimal
    rounding: Decimal
    payable: Decimal

    def checks(self) -> Iterator[tuple[str, str, Decimal, Decimal]]:
        """(rule, business term, stated, computed from the other figures) for BR-CO-10 to BR-CO-16."""
        yield "BR-CO-10", "BT-106", self.lines, self.sum_of_lines
        yield "BR-CO-11", "BT-107", self.allowances, self.sum_of_allowances
        yield "BR-CO-12", "BT-108", self.charges, self.sum_of_charges
        yield "BR-CO-13", "BT-109", self.tax_exclusive, self.lines - self.allowances + self.charges
        if self.sum_of_tax_subtotals is not None:
            yield "BR-CO-14", "BT-110", self.tax, self.sum_of_tax_subtotals
        yield "BR-CO-15", "BT-112", self.tax_inclusive, self.tax_exclusive + self.tax
        yield "BR-CO-16", "BT-115", self.payable, self.tax_inclusive - self.prepaid + self.rounding


@dataclass(frozen=True, slots=True)
class ParsedInvoice:
    """One invoice or credit note in the business terms of EN 16931."""

    number: str
    """BT-1"""
    issue_date: date
    """BT-2"""
    due_date: date | None
    """BT-9"""
    type_code: str
    """BT-3: 380 a commercial invoice, 381 a credit note, …"""
    is_credit_note_document: bool
    """The root element is CreditNote, whatever BT-3 says."""
    currency: str
    """BT-5"""
    seller: Party
    """BG-4"""
    buyer: Party
    """BG-7"""
    payee: Party | None
    """BG-10: who is paid, where that is not the seller."""
    payable_amount_minor: int
    """BT-115, of either sign."""
    order_reference: str | None
    """BT-13"""
    delivery_date: date | None
    """BT-72: the last delivery (R-02 counts from it)."""
    preceding_invoices: tuple[str, ...]
    """BT-25: the invoices that this one corrects or follows."""
    totals: Totals

    @property
    def is_credit_note(self) -> bool:
        return self.is_credit_note_document or self.type_code in _CREDIT_NOTES


def check_financeable(parsed: ParsedInvoice) -> None:
    """Raise the InvoiceRefused that says why this document is no claim to finance; return if it is one.

    The order is from what the document is to what it states, so that a person hears the most telling reason.
    """
    if parsed.is_credit_note:
        raise errors.CreditNote(
            f"{parsed.number} is a credit note (type {parsed.type_code})", type_code=parsed.type_code
        )
    if parsed.type_code in _FACTORED:
        raise errors.AlreadyAssigned(f"{parsed.number} is a factored invoice (type 393)", type_code=parsed.type_code)
    if parsed.type_code != _COMMERCIAL_INVOICE:
        raise errors.UnsupportedTypeCode(
            f"{parsed.number} is of type {parsed.type_code}, not 380", type_code=parsed.type_code
        )
    if parsed.payee is not None and not _is_same(parsed.payee, parsed.seller):
        raise errors.AlreadyAssigned(
            f'{parsed.number} is payable to "{parsed.payee.name}", not to its seller "{parsed.seller.name}"',
            payee=parsed.payee.name,
            seller=parsed.seller.name,
        )
    if parsed.payable_amount_minor <= 0:
        raise errors.AmountNotPositive(
            f"{parsed.number} leaves {parsed.totals.payable} {parsed.currency} to pay",
            amount=str(parsed.totals.payable),
            currency=parsed.currency,
        )
    _check_dates(parsed)
    if not parsed.seller.identifiers:
        raise errors.MissingSellerId(f'the seller "{parsed.seller.name}" has no identifier', seller=parsed.seller.name)
    if not parsed.buyer.identifiers:
        raise errors.MissingBuyerId(f'the buyer "{parsed.buyer.name}" has no identifier', buyer=parsed.buyer.name)
    _check_totals(parsed)


def _check_dates(parsed: ParsedInvoice) -> None:
    if parsed.due_date is None:
        raise errors.DueDateMissing(f"{parsed.number} has no due date (BT-9)")
    if parsed.due_date < parsed.issue_date:
        raise errors.DueBeforeIssue(
            f"{parsed.number} is due on {parsed.due_date}, before it was issued on {parsed.issue_date}",
            due_date=parsed.due_date.isoformat(),
            issue_date=parsed.issue_date.isoformat(),
        )


def _check_totals(parsed: ParsedInvoice) -> None:
    """A computed figure may carry more decimals than the currency (lines in tenths of a cent): it is rounded once."""
    unit = Decimal(1).scaleb(-currency_decimals(parsed.currency))
    for rule, term, stated, computed in parsed.totals.checks():
        if stated != computed.quantize(unit, ROUND_HALF_UP):
            raise errors.TotalsDisagree(
                f"{parsed.number} states {term} as {stated} {parsed.currency}, the rest gives {computed} ({rule})",
                rule=rule,
                term=term,
                stated=str(stated),
                computed=str(computed),
            )


def _is_same(payee: Party, seller: Party) -> bool:
    """Whether the payee is the seller again: its identifiers are all the seller's; if it has none, its name is."""
    if payee.identifiers:
        sellers = {_folded(found.value) for found in seller.identifiers}
        return all(_folded(found.value) in sellers for found in payee.identifiers)
    return _folded(payee.name) in {_folded(name) for name in (seller.name, seller.trading_name) if name is not None}


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
