"""The console as an app of its own under /console: its errors are pages, its headers strict."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import command_errors, errors
from api.audit.services import AuditServices
from api.console import (
    assets,
    cash,
    changes,
    default_cases,
    deposits,
    financing,
    freeze_orders,
    freezes,
    holds,
    home,
    invoice_cases,
    invoices,
    key_changes,
    late,
    moments,
    notices,
    operations,
    participants,
    payable_cases,
    payables,
    pictures,
    piece_holds,
    piece_pictures,
    programmes,
    quotes,
    receivable_cases,
    receivables,
    reference_rate,
    signing_in,
    statements,
    supervision,
    welcome,
)
from api.console import words as languages
from api.console.page import BASE, Page, SignInNeeded, get_visit
from api.console.problems import Problem, of_name, problem_of
from api.context import Services

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""Of every answer of the console."""

ROUTERS = (
    assets.router,
    signing_in.router,
    home.router,
    welcome.router,
    invoice_cases.router,
    invoices.router,
    piece_pictures.router,
    payable_cases.router,
    default_cases.router,
    payables.router,
    receivable_cases.router,
    piece_holds.router,
    receivables.router,
    holds.router,
    late.router,
    financing.router,
    quotes.router,
    programmes.router,
    reference_rate.router,
    participants.router,
    key_changes.router,
    statements.router,
    deposits.router,
    cash.router,
    freezes.router,
    freeze_orders.router,
    operations.router,
    supervision.router,
    changes.router,
    notices.router,
    moments.router,
    pictures.router,
)


class _Headers:
    """Middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


def create_console(services: Services, audit: AuditServices, hub: changes.Changes) -> FastAPI:
    """The app to mount at BASE; AssetMissing unless everything its pages load is there."""
    assets.require()
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.services = services
    app.state.audit = audit
    app.state.changes = hub
    app.state.bells = notices.Bells()
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(_Headers)
    _install(app)
    return app


def _install(app: FastAPI) -> None:
    @app.exception_handler(SignInNeeded)
    def _sign_in(request: Request, _error: Exception) -> Response:
        if request.headers.get("hx-request"):
            return Response(status_code=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": f"{BASE}/sign-in"})
        return RedirectResponse(f"{BASE}/sign-in", HTTPStatus.SEE_OTHER)

    def refused(request: Request, error: Exception) -> Response:
        return _page(request, problem_of(error))

    for refusal in command_errors.REFUSALS:
        app.add_exception_handler(refusal, refused)

    @app.exception_handler(RequestValidationError)
    def _validation(request: Request, _error: Exception) -> Response:
        return _page(request, of_name(HTTPStatus.NOT_FOUND, "NotFound", "there is no such page"))

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        return _page(request, of_name(status, errors.http_name(status), str(error.detail)))

    @app.exception_handler(Exception)
    def _fault(request: Request, _error: Exception) -> Response:
        # Made outside of every middleware; the server logs the error.
        response = _page(request, of_name(500, "InternalFault", "a fault of ours, which is in the server's log"))
        response.headers.update({**HEADERS, **errors.SECURITY_HEADERS})
        return response


def _page(request: Request, problem: Problem) -> Response:
    """An error page does without the database: what failed may be just that."""
    services: Services = request.app.state.services
    with Session(services.readers) as session:
        try:
            page = get_visit(request, services, session)
        except SQLAlchemyError:
            session.rollback()
            language = languages.chosen(request.cookies.get(languages.COOKIE), request.headers.get("accept-language"))
            page = Page(request, services, session, languages.words(language), None, False, None)
        return page.render("error.html", problem=problem)
