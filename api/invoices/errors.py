"""Why an invoice or a kept document is refused: one named class per reason, mapped to HTTP elsewhere.

`code` is the class's name, `detail` says what was wrong, `remedy` what the sender can do, `params` carries the values.
"""

from typing import ClassVar

Param = str | int | None


class _Named(Exception):
    """What both families have: the class is the name."""

    def __init__(self, detail: str, **params: Param) -> None:
        super().__init__(detail)
        self.detail = detail
        self.params = params

    @property
    def code(self) -> str:
        return type(self).__name__


class InvoiceRefused(_Named):
    """The document is not an invoice that can be financed. Raised through its subclasses."""

    remedy: ClassVar[str]


# The file.


class DocumentTooLarge(InvoiceRefused):
    """The file, or its number of lines, is over the limit."""

    remedy = "Send the invoice without embedded attachments, or in parts."


class NotXml(InvoiceRefused):
    """The bytes are not one well-formed XML document."""

    remedy = "Send the invoice as a well-formed UBL 2.1 XML file in UTF-8."


class HasDoctype(InvoiceRefused):
    """The document declares a DOCTYPE, which could name files and entities to read (R-36)."""

    remedy = "Remove the DOCTYPE declaration; a UBL invoice needs none."


class NotAnInvoice(InvoiceRefused):
    """Well-formed XML, but neither a UBL 2.1 Invoice nor a UBL 2.1 CreditNote."""

    remedy = "Send a UBL 2.1 Invoice; other syntaxes and other documents are not read."


# The fields.


class FieldMissing(InvoiceRefused):
    """A business term without which there is no claim is absent or empty."""

    remedy = "Ask the sender to fill the field in and issue the invoice again."


class FieldRepeated(InvoiceRefused):
    """A business term stands more than once, so two readers could read two invoices."""

    remedy = "Ask the sender to state the field once."


class FieldUnreadable(InvoiceRefused):
    """A field's text is not of its kind: a date, a decimal number, a yes or no, or plain text."""

    remedy = "Ask the sender to write the field as UBL 2.1 prescribes."


class CurrencyUnknown(InvoiceRefused):
    """BT-5 is not the ISO 4217 code of a currency in use."""

    remedy = "Use the ISO 4217 code of a currency in use, such as CNY."


class CurrencyMismatch(InvoiceRefused):
    """An amount is in another currency than the invoice (BT-5)."""

    remedy = "State every total in the invoice's own currency."


class TooManyDecimals(InvoiceRefused):
    """The payable amount is not a whole number of minor units."""

    remedy = "Round the payable amount to the currency's minor unit, and state the difference as BT-114."


class AmountTooLarge(InvoiceRefused):
    """The payable amount is over 2**53 - 1 minor units."""

    remedy = "Split the claim over several invoices."


# The claim.


class CreditNote(InvoiceRefused):
    """A credit note reduces a claim; it is none (R-20)."""

    remedy = "Send the invoice itself. A credit note belongs to the payable of the invoice that it corrects."


class UnsupportedTypeCode(InvoiceRefused):
    """The document is of a type (BT-3) that is no plain commercial invoice."""

    remedy = "Only commercial invoices (type 380) are financed."


class AlreadyAssigned(InvoiceRefused):
    """The invoice is payable to someone other than its seller: the claim was sold or assigned before (R-34)."""

    remedy = "Only a claim still owned by its seller is financed; release the assignment and issue the invoice again."


class AmountNotPositive(InvoiceRefused):
    """Nothing is left to pay."""

    remedy = "Only an invoice with an amount still to be paid is financed."


class DueDateMissing(InvoiceRefused):
    """The invoice names no due date (BT-9), so its debt has no maturity."""

    remedy = "Ask the seller to issue the invoice with a due date."


class DueBeforeIssue(InvoiceRefused):
    """The due date (BT-9) lies before the issue date (BT-2)."""

    remedy = "Ask the seller to correct the dates."


class MissingSellerId(InvoiceRefused):
    """The seller has a name but no identifier."""

    remedy = "State the seller's registration number; for a Chinese company its unified social credit code."


class MissingBuyerId(InvoiceRefused):
    """The buyer has a name but no identifier."""

    remedy = "State the buyer's registration number; for a Chinese company its unified social credit code."


class TotalsDisagree(InvoiceRefused):
    """The document's own totals contradict each other (EN 16931, BR-CO-10 to BR-CO-16)."""

    remedy = "Ask the seller to issue the invoice again with totals that add up."


# The vault.


class VaultError(_Named):
    """A kept document or its key cannot be used; an operator has to look. Raised through its subclasses."""


class MasterKeyUnusable(VaultError):
    """The master key's file is damaged or readable by others."""


class WrongMasterKey(VaultError):
    """The document was sealed under another master key."""


class DocumentTampered(VaultError):
    """What is kept is not what was sealed: bytes, identity or hash were changed."""
