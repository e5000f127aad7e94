"""A refusal in words for the person at the form: what is wrong, with which field, and what would be right."""

from dataclasses import dataclass, field, replace
from http import HTTPStatus

from pydantic import ValidationError

from api import errors
from api.console.words import Words

REFUSALS = (*errors.REFUSALS, ValidationError)
"""What an act on a page may be refused with."""

_FIELDS = {
    "PieceBelowMinimum": "value",
    "ReceivableInsufficientValue": "value",
    "ReceivableHeld": "value",
    "ReceiverIsDebtor": "to",
    "ParticipantNotActive": "to",
    "ParticipantLacksRole": "to",
    "PaymentTooMuch": "amount",
    "PaymentExceedsOutstanding": "amount",
    "ERC20InsufficientBalance": "amount",
    "AuthorizationAlreadyUsed": "payment_reference",
    "BankReferenceAlreadyUsed": "bank_reference",
    "HoldUntilOutOfRange": "until",
    "SignatureMismatch": "signatures",
    "StaleNonce": "signatures",
}
"""Which field of a form a refusal is about, where its name alone says so."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is shown above a form, and beside the field it is about."""

    status: int
    name: str
    detail: str
    fields: dict[str, str] = field(default_factory=dict)
    """Field → what is wrong with it."""

    def at(self, name: str) -> "Problem":
        """The same, about this field."""
        return replace(self, fields={name: self.detail})

    def of(self, name: str) -> str | None:
        """What is wrong with a field."""
        return self.fields.get(name)


def problem_of(error: Exception, fieldname: str | None = None) -> Problem:
    """For one of REFUSALS; `fieldname`: the field it is about, where the caller knows."""
    if isinstance(error, ValidationError):
        found: dict[str, str] = {}
        for wrong in error.errors():
            path = [str(part) for part in wrong["loc"]]
            found.setdefault(".".join(path) or "form", str(wrong["msg"]))
        return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "RequestInvalid", "; ".join(found.values()), found)
    told = errors.told(error)
    about = fieldname or _FIELDS.get(told.name)
    return Problem(told.status, told.name, told.detail, {} if about is None else {about: told.detail})


def plainly(words: Words, problem: Problem, name: str | None = None) -> str:
    """What is wrong, all of it or with one field, in the reader's language where we have the words."""
    detail = problem.detail if name is None else problem.fields[name]
    text = words.say(detail)
    return text[:1].upper() + text[1:]
