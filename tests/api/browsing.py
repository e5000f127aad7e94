"""The console as tests use it: a browser without a screen, and everybody's of them at one desk."""

import re
from typing import Any

from fastapi import FastAPI
from httpx import Response
from sqlalchemy.orm import Session

from api.console import sessions
from api.context import Services
from api.identity.models import User
from tests.api.member import PASSWORD
from tests.api.stage import Stage, TestClient

TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')


class Browser:
    """One browser's cookies, and the form token of the page it saw last."""

    def __init__(self, app: FastAPI, language: str = "en") -> None:
        self.http = TestClient(app, raise_server_exceptions=False, headers={"Accept-Language": language})
        self._seen = ""

    @property
    def seen(self) -> str:
        """The page seen last; where there was none, the first screen."""
        if not self._seen:
            self.get("/")
        return self._seen

    def get(self, path: str, **query: str) -> Response:
        found: Response = self.http.get(f"/console{path}", params=query)
        if found.headers.get("content-type", "").startswith("text/html"):
            self._seen = found.text
        return found

    def post(
        self, path: str, fields: dict[str, Any] | None = None, *, token: str | None = None, **more: Any
    ) -> Response:
        found = TOKEN.search(self.seen)
        given = token if token is not None else found[1] if found else ""
        sent: Response = self.http.post(
            f"/console{path}", data={"form_token": given, **(fields or {})}, follow_redirects=False, **more
        )
        return sent

    def sign_in(self, login: str) -> "Browser":
        """A session as the form opens one, less two pages and the hash of a password: half of what tests cost."""
        services: Services = self.http.app.state.services  # type: ignore[attr-defined]
        with Session(services.engine) as session, session.begin():
            cookie = sessions._opened(session, session.get_one(User, login))
        self.http.cookies.set(sessions.COOKIE, cookie, domain="testserver.local", path="/")
        self._seen = ""
        return self

    def sign_in_by_form(self, login: str) -> Response:
        self.get("/sign-in")
        return self.post("/sign-in", {"login": login, "password": PASSWORD})


def title(answer: Response) -> str:
    found = re.search(r"<h1>\s*(.*?)\s*</h1>", answer.text, re.DOTALL)
    assert found, answer.text[:500]
    return found[1]


def shows_what_came_of(browser: Browser, ended: dict[str, Any]) -> None:
    """The operation's page: the act by name, its transaction, what it did there, and the proof of that."""
    seen = browser.get(f"/operations/{ended['id']}").text
    assert ended["kind"] not in seen, "a command has a name on screen"
    if ended["tx"] is None:
        assert "nothing of it goes on the chain" in seen
        return
    assert ended["tx"] in seen
    did = re.search(r'<ul class="bullets"><li>([^<]+)', seen)
    assert did, ("no event of it is named", ended["kind"])
    assert "/console/evidence/event/" in seen or "once its block is final" in seen, ended["kind"]
    assert re.search(r'<a class="button primary" href="/console/[^"]+">See what came of it', seen), ended["kind"]


class Desk:
    """Everybody's browser, and the network beside it."""

    def __init__(self, network: Stage, app: FastAPI) -> None:
        self.network, self._app = network, app
        self._browsers: dict[str, Browser] = {}

    def __getitem__(self, login: str) -> Browser:
        if login not in self._browsers:
            self._browsers[login] = Browser(self._app).sign_in(login)
        return self._browsers[login]

    def page(self, login: str, path: str) -> str:
        answer = self[login].get(path)
        assert answer.status_code == 200, (login, path, answer.text[-800:])
        text: str = answer.text
        return text

    def do(self, login: str, path: str, fields: Any = None, *, at: str | None = None, **more: Any) -> dict[str, Any]:
        """The page, its form (sent to `at`, where that is another address), and the operation once it is done."""
        self.page(login, path)
        answer = self[login].post(at or path, {"step": "do", **(fields or {}), **more})
        assert answer.status_code == 303, answer.text[-2000:]
        place, operation = answer.headers["location"].rsplit("/", 1)
        assert place == "/console/operations"
        member = self.network[login]
        read = member.read(f"/api/v1/operations/{operation}")
        if read["state"] == "awaiting_signature":
            assert member.sign(read).status_code == 202
        ended = member.ended(operation)
        assert ended["state"] == "done", ended
        shows_what_came_of(self[login], ended)
        return ended

    def reviewed(self, login: str, path: str, **fields: Any) -> dict[str, str]:
        """What an act would come to, as it is shown before it is done."""
        self.page(login, path)
        answer = self[login].post(path, {**fields, "step": "review"})
        assert (answer.status_code, 'name="step" value="do"' in answer.text) == (200, True), answer.text[-2000:]
        for name, value in fields.items():
            assert f'<input type="hidden" name="{name}" value="{value}">' in answer.text, "nothing typed is lost"
        return dict(re.findall(r"<dt>([^<]*)</dt><dd><b>([^<]*)</b>", answer.text))

    def answers(self, login: str, path: str, fields: dict[str, Any], status: int) -> Response:
        """The form, sent, and the page that answers it with this status."""
        self[login].get(path)
        answer = self[login].post(path, {"step": "do", **fields})
        assert answer.status_code == status, answer.text[-3000:]
        return answer

    def refused(self, login: str, path: str, **fields: Any) -> tuple[int, str, str]:
        """Status, the refusal's name, and the page."""
        self.page(login, path)
        answer = self[login].post(path, {**fields, "step": "do"})
        found = re.search(r'<p class="soft small">(\w+)', answer.text)
        assert found, answer.text[-2000:]
        return answer.status_code, found[1], answer.text

    def kept_from(self, login: str, path: str) -> int:
        """The status of the act's page, and of the act, where both are the same."""
        shown = self[login].get(path).status_code
        self[login].get("/")
        done = self[login].post(path, {"step": "do", "reason": "r", "amount": "1"}).status_code
        assert shown == done, (shown, done)
        return shown

    def closed_to(self, path: str, *logins: str, status: int = 403) -> None:
        """Neither the page nor the act is theirs."""
        assert {login: self.kept_from(login, path) for login in logins} == dict.fromkeys(logins, status)

    def waiting(self, login: str, words: str) -> int:
        """How many the first screen counts of what it calls so: others' tests may have left some."""
        found = re.search(rf'todo-count">(\d+)</b><span>[^<]*{words}', self.page(login, "/"))
        return int(found[1]) if found else 0

    def offers(self, login: str, page: str) -> set[str]:
        """The acts that a page links to."""
        return set(re.findall(rf'href="/console{re.escape(page)}/([a-z-]+)"', self.page(login, page)))


def piece_of(payable: str, serial: int = 1) -> str:
    return f"/receivables/{payable}{serial:08x}"
