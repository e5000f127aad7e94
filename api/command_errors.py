"""What only a command raises, and its answer: refusals of contracts, invoices, the outbox, and keys.

Apart from `errors`, because a process that reads must not so much as load what signs.
"""

import logging
from http import HTTPStatus

from fastapi import FastAPI

from api import errors
from api.errors import AWAY, INVALID, TRY_AGAIN, Told
from api.invoices.errors import InvoiceRefused
from api.revert_status import refusal_of
from node_adapter.errors import ContractReverted
from node_adapter.outbox.commands import OutboxError
from node_adapter.signers import PolicyRefused, SignerError

logger = logging.getLogger(__name__)

_OUTBOX_STATUS: dict[str, HTTPStatus] = {
    "IdempotencyKeyReused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "OperationIdMalformed": HTTPStatus.UNPROCESSABLE_ENTITY,
    "SignatureMismatch": HTTPStatus.UNPROCESSABLE_ENTITY,
    "StaleNonce": HTTPStatus.CONFLICT,
}

REFUSALS = (*errors.REFUSALS, ContractReverted, InvoiceRefused, OutboxError, PolicyRefused, SignerError)
"""Every class that `told` knows: whoever answers in another form than HTTP's catches these."""


def told(error: Exception) -> Told:
    """What one of REFUSALS is answered with, in whatever form."""
    name = type(error).__name__
    match error:
        case ContractReverted():
            status, message = refusal_of(error.name)
            values = ", ".join(f"{field}={value}" for field, value in error.params.items())
            return Told(status, error.name, f"{message} ({values})" if values else message, error.params)
        case InvoiceRefused():
            return Told(INVALID, error.code, f"{error.detail}. {error.remedy}", error.params)
        case OutboxError():
            return Told(_OUTBOX_STATUS.get(name, HTTPStatus.CONFLICT), name, str(error), {})
        case PolicyRefused():
            return Told(HTTPStatus.FORBIDDEN, name, str(error), error.params)
        case SignerError():
            # Where the key is and what is wrong with it is for who runs the server, not for who asks.
            logger.warning("a key cannot be used: %s", error)
            detail = "the key that has to sign cannot be used now. Nothing was changed; try again."
            return Told(AWAY, name, detail, {}, TRY_AGAIN)
        case _:
            return errors.told(error)


def install(app: FastAPI) -> None:
    """Map every error class of the house to its answer."""
    errors.install(app, REFUSALS, told)
