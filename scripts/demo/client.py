"""One actor's side of the HTTP API: logs in, commands, polls until the index has it, signs with its own wallet."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from scripts.errors import CliError

DONE_WAIT_S = 60.0
POLL_S = 0.05

Sign = Callable[[dict[str, Any]], str]
"""What the actor's own wallet does with one item of `to_sign`."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A problem (RFC 9457) that the API answered with."""

    status: int
    name: str
    detail: str


class Refused(Exception):
    """The API said no."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.status} {refusal.name}: {refusal.detail}")
        self.refusal = refusal


@dataclass
class Client:
    """`login` at `url`. `sign` is given for an actor whose key is its own."""

    url: str
    login: str
    password: str = field(repr=False)
    sign: Sign | None = field(default=None, repr=False)
    _http: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._http = httpx.Client(base_url=self.url, timeout=30.0, trust_env=False)
        form = {"grant_type": "password", "username": self.login, "password": self.password}
        token = self._answer(self._send("POST", "/api/v1/auth/token", data=form))["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Drop the connection."""
        self._http.close()

    def get(self, path: str, **query: str | int) -> Any:
        """The answer; Refused for a problem."""
        return self._answer(self._send("GET", path, params=query))

    def all(self, path: str) -> list[Any]:
        """Every item of a list, page after page."""
        items: list[Any] = []
        query: dict[str, str | int] = {"limit": 200}
        while True:
            page = self.get(path, **query)
            items += page["items"]
            if page.get("next") is None:
                return items
            query["cursor"] = page["next"]

    def command(self, path: str, body: dict[str, Any] | None = None, **files: Any) -> dict[str, Any]:
        """Give a command and follow its operation until it is done; Refused if it is refused, at once or on chain."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        if files:
            response = self._send("POST", path, headers=headers, files=files)
        else:
            response = self._send("POST", path, headers=headers, json=body or {})
        operation = self._answer(response)
        if operation["state"] == "awaiting_signature":
            operation = self._signed(operation)
        return self._done(operation)

    def _signed(self, operation: dict[str, Any]) -> dict[str, Any]:
        if self.sign is None:
            raise CliError(f"{self.login} is asked to sign and has no wallet here", name="NoWallet")
        signatures = [self.sign(item) for item in operation["to_sign"]]
        path = f"/api/v1/operations/{operation['id']}/signature"
        answer: dict[str, Any] = self._answer(self._send("POST", path, json={"signatures": signatures}))
        return answer

    def _done(self, operation: dict[str, Any]) -> dict[str, Any]:
        deadline = time.monotonic() + DONE_WAIT_S
        while operation["state"] not in {"done", "failed"}:
            if time.monotonic() > deadline:
                raise CliError(
                    f"operation {operation['id']} is {operation['state']} after {DONE_WAIT_S:.0f} s", name="TimedOut"
                )
            time.sleep(POLL_S)
            operation = self.get(f"/api/v1/operations/{operation['id']}")
        if operation["state"] == "failed":
            error = operation["error"]
            raise Refused(Refusal(409, error["name"], str(error["params"])))
        return operation

    def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **arguments)
        except httpx.HTTPError as error:
            raise CliError(
                f"the API at {self.url} does not answer ({error}); is `scf up` running?", name="NoAnswer"
            ) from error

    def _answer(self, response: httpx.Response) -> Any:
        if response.is_success:
            return response.json()
        try:
            problem = response.json()
            refusal = Refusal(response.status_code, problem["title"], problem["detail"])
        except (ValueError, KeyError):
            refusal = Refusal(response.status_code, "Unreadable", response.text[:200])
        raise Refused(refusal)
