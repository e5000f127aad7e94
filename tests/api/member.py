"""One login's side of the HTTP API: what it reads and commands, and how refusals must look."""

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from httpx import Response

from api.domain.money import Money

if TYPE_CHECKING:
    from tests.api.stage import Stage

PASSWORD = "a password of the tests"
WAIT_S = 30.0


def money(minor: int, currency: str = "CNY") -> dict[str, str]:
    return Money(minor, currency).to_json()


def refusal(response: Response) -> str:
    """ "409 QuoteExpired"; fails unless the answer is a problem as RFC 9457 and the house want it."""
    body = response.json()
    assert response.headers["content-type"] == "application/problem+json", response.text
    assert set(body) == {"type", "title", "status", "detail", "params"}, body
    assert body["type"] == f"urn:scf-network:problem:{body['title']}"
    assert body["status"] == response.status_code
    assert body["detail"]
    assert isinstance(body["params"], dict)
    return f"{response.status_code} {body['title']}"


def answer(response: Response) -> str:
    """The status, and a refusal's name."""
    return str(response.status_code) if response.is_success else refusal(response)


@dataclass
class Member:
    """One login's side of the API. "nobody" sends no token."""

    stage: "Stage"
    login: str
    organisation_id: str = ""
    address: str = ""
    legal_id: str = ""
    name: str = ""
    _token: str = field(default="", repr=False)

    @property
    def token(self) -> str:
        """Good for an hour: longer than all tests."""
        if not self._token:
            self._token = log_in(self.stage, self.login).json()["access_token"]
        return self._token

    @property
    def _headers(self) -> dict[str, str]:
        return {} if self.login == "nobody" else {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, **query: Any) -> Response:
        response: Response = self.stage.http.get(path, params=query, headers=self._headers)
        return response

    def read(self, path: str, **query: Any) -> Any:
        response = self.get(path, **query)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, path: str, body: Any = None, *, key: str | None = None, **more: Any) -> Response:
        headers = {**self._headers, "Idempotency-Key": key or secrets.token_hex(16), **more.pop("headers", {})}
        if "files" not in more and "content" not in more:
            more["json"] = {} if body is None else body
        response: Response = self.stage.http.post(path, headers=headers, **more)
        return response

    def upload(self, document: bytes, *, key: str | None = None) -> Response:
        return self.post("/api/v1/invoices", key=key, files={"file": ("invoice.xml", document, "application/xml")})

    def sign(self, operation: dict[str, Any]) -> Response:
        """Hand in what the login's own wallet makes of `to_sign`."""
        signatures = [self.stage.wallets[self.login].sign(item) for item in operation["to_sign"]]
        return self.post(f"/api/v1/operations/{operation['id']}/signature", {"signatures": signatures})

    def command(self, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
        """Given, signed if it must be, and done; an assertion for any refusal."""
        response = self.post(path, body, **more)
        assert response.status_code == 202, response.text
        operation: dict[str, Any] = response.json()
        if operation["state"] == "awaiting_signature":
            response = self.sign(operation)
            assert response.status_code == 202, response.text
        ended = self.ended(operation["id"])
        assert ended["state"] == "done", ended
        return ended

    def ended(self, operation_id: str) -> dict[str, Any]:
        """The operation once it is done or failed."""
        deadline = time.monotonic() + WAIT_S
        while True:
            self.stage.index()
            operation: dict[str, Any] = self.read(f"/api/v1/operations/{operation_id}")
            if operation["state"] in {"done", "failed"}:
                return operation
            assert time.monotonic() < deadline, f"still {operation}"
            time.sleep(0.01)

    def cash(self) -> int:
        return Money.from_json(self.read("/api/v1/accounts/me")["balances"][0]["balance"]).minor


def log_in(stage: "Stage", login: str, password: str = PASSWORD) -> Response:
    form = {"grant_type": "password", "username": login, "password": password}
    response: Response = stage.http.post("/api/v1/auth/token", data=form)
    return response
