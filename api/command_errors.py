"""What only a command raises, and its answer: refusals of contracts, invoices, the outbox, and keys.

Apart from `errors`, because a process that reads must not so much as load what signs.
"""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from api.errors import RETRY_AFTER_S, name_of, problem
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


def install(app: FastAPI) -> None:
    """Beside `errors.install`."""

    @app.exception_handler(ContractReverted)
    def _reverted(_: Request, error: ContractReverted) -> JSONResponse:
        status, message = refusal_of(error.name)
        values = ", ".join(f"{name}={value}" for name, value in error.params.items())
        return problem(status, error.name, f"{message} ({values})" if values else message, error.params)

    @app.exception_handler(InvoiceRefused)
    def _invoice(_: Request, error: InvoiceRefused) -> JSONResponse:
        detail = f"{error.detail}. {error.remedy}"
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.code, detail, error.params)

    @app.exception_handler(OutboxError)
    def _outbox(_: Request, error: OutboxError) -> JSONResponse:
        return problem(_OUTBOX_STATUS.get(name_of(error), HTTPStatus.CONFLICT), name_of(error), str(error))

    @app.exception_handler(PolicyRefused)
    def _policy(_: Request, error: PolicyRefused) -> JSONResponse:
        return problem(HTTPStatus.FORBIDDEN, name_of(error), str(error), error.params)

    @app.exception_handler(SignerError)
    def _signer(_: Request, error: SignerError) -> JSONResponse:
        # Where the key is and what is wrong with it is for who runs the server, not for who asks.
        logger.warning("a key cannot be used: %s", error)
        detail = "the key that has to sign cannot be used now. Nothing was changed; try again."
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, name_of(error), detail, None, {"Retry-After": RETRY_AFTER_S})
