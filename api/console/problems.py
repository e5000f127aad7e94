"""A refusal in words for the person at the form: what is wrong, with which field, and what would be right.

English says it with the values, as the API does. Other languages say it by the refusal's name: its values follow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from api import command_errors
from api.console.navigation import mark
from api.console.words import Words
from api.invoices.errors import InvoiceRefused
from api.revert_status import refusal_of
from node_adapter.errors import ContractReverted, NodeError

REFUSALS: tuple[type[Exception], ...] = (*command_errors.REFUSALS, ValidationError)
"""What an act on a page may be refused with."""

_FIELDS = {
    "PieceBelowMinimum": "value",
    "ReceivableInsufficientValue": "value",
    "ReceivableHeld": "value",
    "ReceiverIsDebtor": "to",
    "ParticipantNotActive": "to",
    "ParticipantLacksRole": "to",
    "PayableTenorReasonMissing": "tenor_reason",
    "QuoteRegistrationMissing": "registration_hash",
    "QuoteTakeOutOfRange": "take",
    "PaymentTooMuch": "amount",
    "PaymentExceedsOutstanding": "amount",
    "ERC20InsufficientBalance": "amount",
    "AuthorizationAlreadyUsed": "payment_reference",
    "BankReferenceAlreadyUsed": "bank_reference",
    "CurrencyNotServed": "currency",
    "HoldBeneficiaryUnfit": "to",
    "HoldUntilOutOfRange": "until",
    "ReferenceRateDateOutOfRange": "effective_date",
    "SignatureMismatch": "signatures",
    "StaleNonce": "signatures",
}
"""Which field of a form a refusal is about, where its name alone says so."""

_PLAIN = {
    "AmountNegative": mark("an amount has no sign"),
    "AmountNotPositive": mark("the amount is zero; it must be more than that"),
    "AmountTooLarge": mark("the amount is too large"),
    "AmountUnreadable": mark("this is no amount; write digits and at most one point, such as 988000.00"),
    "CurrencyNotServed": mark("no bank of this network issues deposits in this currency"),
    "DateUnreadable": mark("this is no date; write it like 2026-11-28"),
    "EvidenceBusy": mark("evidence is being made for somebody else, one file at a time; try again"),
    "EvidenceNotFinal": mark("no final block tells of it yet; its evidence can be downloaded in a moment"),
    "EvidenceNotPossible": mark("it cannot be proven to you alone: its transaction tells of others' business too"),
    "FormForged": mark("this form is too old, or is not ours: load the page again"),
    "IdempotencyKeyReused": mark("this form was sent before with other values: load the page again"),
    "InternalFault": mark("a fault of ours, which is in the server's log"),
    "InvoiceBuyerUnknown": mark("the invoice's buyer is no core enterprise of this network"),
    "InvoiceDatesUnusable": mark("the invoice is issued in the future, due already, or due too late"),
    "InvoiceNotYours": mark("the seller of this invoice is another organisation than yours"),
    "NotCaughtUp": mark("the books are not there yet; try again in a moment"),
    "NotFound": mark("it does not exist, or is not yours to see"),
    "NotYours": mark("you see it, but this act on it belongs to somebody else"),
    "OrganisationUnknown": mark("no organisation is called exactly so: give its whole name, or its account"),
    "PayableNotDebtor": mark("this belongs to the debtor"),
    "PayableNotSupplier": mark("this belongs to the supplier"),
    "PaymentTokenNotAccepted": mark("the programme does not accept this deposit token"),
    "ProgrammeMissing": mark("the buyer has published no terms yet; it has to do that first"),
    "ProgrammeNotDebtor": mark("this belongs to the programme's debtor"),
    "QuoteGone": mark("one that was ticked is not open any more; the rest is as you left it"),
    "QuoteRegistrationMissing": mark("the programme wants the assignment registered: anchor that, and name its hash"),
    "QuoteTakeOutOfRange": mark("this is less or more than can be taken of the quote"),
    "QuoteProceedsOutOfRange": mark("proceeds and fees together are more than the value"),
    "QuotesOfSeveralVersions": mark("they are of different versions of the contracts; sell on those of one at once"),
    "QuoteUnpriceable": mark("at this rate nothing would be left to pay"),
    "QuoteUnsigned": mark("its financier has not signed the quote yet"),
    "RateUnreadable": mark("this is no yearly rate; write per cent with at most four decimals, such as 4.80"),
    "ReceivableInsufficientValue": mark("it holds less than was asked"),
    "ReceivableMatured": mark("it is due: there is nothing left to discount"),
    "ReceivableNotHolder": mark("this belongs to the holder"),
    "ReceiverMissing": mark("say who gets how much, in one line at least"),
    "RequestAccepted": mark("a quote for this request was accepted already"),
    "RequestTooLarge": mark("this is too much at once: at most 5 MB"),
    "RoleMissing": mark("this belongs to another kind of organisation"),
    "SecondPersonRequired": mark("you prepared it; another person of the operator approves it"),
    "SignatureMismatch": mark("this is not the wallet's signature over exactly what was handed out"),
    "SignatureNotAwaited": mark("no signature is awaited any more"),
    "StaleNonce": mark("the transaction is out of date; sign what is handed out now"),
    "TooManyDecimals": mark("there are more decimals than the currency has"),
    "TooMuchHandedOn": mark("the parts are more than there is"),
    "Unauthenticated": mark("login or password is wrong"),
}
_AWAY = mark("the network does not answer right now; nothing was changed, try again")
_UNKNOWN = mark("this cannot be done now")

_VALUES = {
    "missing": mark("fill this in"),
    "string_too_short": mark("fill this in"),
    "string_too_long": mark("at most %(max_length)s characters"),
    "int_parsing": mark("write a whole number"),
    "int_from_float": mark("write a whole number"),
    "greater_than_equal": mark("at least %(ge)s"),
    "less_than_equal": mark("at most %(le)s"),
    "less_than": mark("less than %(lt)s"),
    "string_pattern_mismatch": mark("it is not written as it should be"),
    "AddressChecksumWrong": mark("the capitals are not those of this address: a digit may be mistyped"),
    "too_short": mark("fill this in"),
    "too_long": mark("at most %(max_length)s"),
}
"""By pydantic's types of error."""


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence: in English as it is, in other languages by its message id and values."""

    english: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def words(self, words: Words) -> str:
        """In the reader's language, with a capital where it begins."""
        text = self.english if words.language == "en" else words.say(self.message, **self.values)
        return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is shown above a form, and beside the field it is about."""

    status: int
    name: str
    said: Said
    fields: dict[str, Said] = field(default_factory=dict)
    """Field → what is wrong with it."""
    values: Mapping[str, object] = field(default_factory=dict)
    """The values that were wrong, as the contract names them."""

    def at(self, name: str) -> "Problem":
        """The same, about this field."""
        return replace(self, fields={name: self.said})

    def of(self, name: str) -> Said | None:
        """What is wrong with a field."""
        return self.fields.get(name)


def problem_of(error: Exception, fieldname: str | None = None) -> Problem:
    """For one of REFUSALS; `fieldname`: the field it is about, where the caller knows."""
    if isinstance(error, ValidationError):
        return _of_values(error)
    told = command_errors.told(error)
    match error:
        case ContractReverted():
            message = refusal_of(error.name).message
            said = Said(message, message)
        case InvoiceRefused():
            said = Said(told.detail, error.remedy)
        case NodeError():
            said = Said(told.detail, _AWAY)
        case _:
            said = Said(told.detail, _PLAIN.get(told.name, _UNKNOWN))
    about = fieldname or _FIELDS.get(told.name)
    values = told.params if isinstance(error, ContractReverted) else {}
    return Problem(told.status, told.name, said, {} if about is None else {about: said}, values)


def of_name(status: int, name: str, detail: str) -> Problem:
    """Of what is no exception of ours."""
    return Problem(status, name, Said(detail, _PLAIN.get(name, _UNKNOWN)))


def _of_values(error: ValidationError) -> Problem:
    found: dict[str, Said] = {}
    for wrong in error.errors():
        place = ".".join(str(part) for part in wrong["loc"]) or "form"
        found.setdefault(place, _of_value(str(wrong["type"]), str(wrong["msg"]), wrong.get("ctx", {})))
    first = next(iter(found.values()))
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "RequestInvalid", first, found)


def _of_value(kind: str, text: str, context: Mapping[str, Any]) -> Said:
    message = _VALUES.get(kind)
    if message is None:
        return Said(text, _PLAIN.get(kind, _VALUES["string_pattern_mismatch"]))
    return Said(message % context, message, context)


def plainly(words: Words, problem: Problem, name: str | None = None) -> str:
    """What is wrong, all of it or with one field, in the reader's language."""
    return (problem.said if name is None else problem.fields[name]).words(words)
