"""Every refusal has one name and one status: `problem+json` (RFC 9457) whose `type` ends in the name.

422: the request alone is wrong. 409: the state forbids it now. 403: not yours to do, on something you see.
404: it does not exist, or is not yours to see. 503: the node is away.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.domain.money import MoneyError
from node_adapter.errors import NodeError

PROBLEM_TYPE = "urn:scf-network:problem:"
RETRY_AFTER_S = "2"

SECURITY_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
"""Of every answer."""


class ApiError(Exception):
    """A refusal decided by the API itself. The class name is the problem's name; callers give the values."""

    status: ClassVar[HTTPStatus]
    headers: ClassVar[Mapping[str, str] | None] = None

    def __init__(self, detail: str, **params: object) -> None:
        super().__init__(detail)
        self.params = params


class NotFound(ApiError):
    """No such thing, or not yours to see: the answer is the same."""

    status = HTTPStatus.NOT_FOUND

    @classmethod
    def of(cls, what: str, which: str) -> "NotFound":
        return cls(f"there is no {what} {which}", what=what, id=which)


class NotYours(ApiError):
    """You see it, but this act on it belongs to somebody else."""

    status = HTTPStatus.FORBIDDEN


class RoleMissing(ApiError):
    """The act belongs to another kind of organisation."""

    status = HTTPStatus.FORBIDDEN


class RequestInvalid(ApiError):
    """The request alone is wrong, whatever the state."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class StateForbids(ApiError):
    """What was asked is well-formed and cannot be done now."""

    status = HTTPStatus.CONFLICT


class IdempotencyKeyMissing(ApiError):
    """Every command names its attempt, so that a retry cannot do it twice."""

    status = HTTPStatus.BAD_REQUEST


class Unauthenticated(ApiError):
    """No token, or one that is not good any more."""

    status = HTTPStatus.UNAUTHORIZED
    headers = {"WWW-Authenticate": "Bearer"}  # noqa: RUF012 - ClassVar in the base


class NotCaughtUp(ApiError):
    """The index has no block yet."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers = {"Retry-After": RETRY_AFTER_S}  # noqa: RUF012 - ClassVar in the base


INVALID = HTTPStatus.UNPROCESSABLE_ENTITY
AWAY = HTTPStatus.SERVICE_UNAVAILABLE
TRY_AGAIN = {"Retry-After": RETRY_AFTER_S}

_HTTP_NAME = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "RequestTooLarge"}
"""Where Python's own phrase changes with its version."""


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal as a person or a program is told it: the name, what it means, and the offending values."""

    status: HTTPStatus
    name: str
    detail: str
    params: Mapping[str, object]
    headers: Mapping[str, str] | None = None


REFUSALS: tuple[type[Exception], ...] = (ApiError, MoneyError, NodeError)
"""What any request may end in; `command_errors` has what only commands do."""


def told(error: Exception) -> Told:
    """What one of REFUSALS is answered with, in whatever form."""
    name = type(error).__name__
    match error:
        case ApiError():
            return Told(error.status, name, str(error), error.params, error.headers)
        case MoneyError():
            return Told(INVALID, error.code, error.detail, error.params)
        case NodeError():
            return Told(AWAY, name, f"{error}. Nothing was changed; try again.", {}, TRY_AGAIN)
    raise TypeError(f"{name} is no refusal") from error


def problem(
    status: HTTPStatus,
    name: str,
    detail: str,
    params: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The one form of every error: `type`, `title`, `status`, `detail`, and the offending values in `params`."""
    body = {
        "type": PROBLEM_TYPE + name,
        "title": name,
        "status": int(status),
        "detail": detail,
        "params": dict(params or {}),
    }
    return JSONResponse(body, status_code=status, media_type="application/problem+json", headers=dict(headers or {}))


def install(
    app: FastAPI, refusals: Sequence[type[Exception]] = REFUSALS, tell: Callable[[Exception], Told] = told
) -> None:
    """Map every class of `refusals` to what `tell` says of it, and whatever else may happen to its answer."""

    def refused(_: Request, error: Exception) -> JSONResponse:
        found = tell(error)
        return problem(found.status, found.name, found.detail, found.params, found.headers)

    for refusal in refusals:
        app.add_exception_handler(refusal, refused)

    @app.exception_handler(RequestValidationError)
    def _validation(_: Request, error: RequestValidationError) -> JSONResponse:
        return problem(INVALID, "RequestInvalid", _sentence(error), {"errors": _errors(error)})

    @app.exception_handler(Exception)
    def _fault(_: Request, _error: Exception) -> JSONResponse:
        # The server logs it. This answer is made outside of every middleware.
        detail = "a fault of ours, which is in the server's log; the same Idempotency-Key can safely be sent again"
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "InternalFault", detail, None, SECURITY_HEADERS)

    @app.exception_handler(HTTPException)
    def _http(_: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        return problem(status, http_name(status), str(error.detail), None, error.headers)


def http_name(status: HTTPStatus) -> str:
    """The name of a refusal that is no class of ours."""
    return _HTTP_NAME.get(status) or status.phrase.replace(" ", "")


def _sentence(error: RequestValidationError) -> str:
    return "; ".join(f"{found['field']}: {found['problem']}" for found in _errors(error))


def _errors(error: RequestValidationError) -> list[dict[str, Any]]:
    """Which field, and what is wrong with it. The value is not repeated: it may be a secret."""
    return [{"field": _field(found), "problem": found["msg"]} for found in error.errors()]


def _field(found: Mapping[str, Any]) -> str:
    if found["type"] == "json_invalid":
        return "body"  # its place is a count of characters
    return ".".join(str(part) for part in found["loc"] if part != "body") or "body"
