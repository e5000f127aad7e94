"""What every page is made with: who reads it, in which language, as of when; and how it becomes HTML."""

import hashlib
import re
import secrets
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from api.console import assets, navigation, sessions
from api.console import words as languages
from api.console.days import Days, days_of
from api.console.drawing import COLOURS
from api.console.naming import event_name, kind_name, move_name, price_note, role_name
from api.console.problems import Problem, plainly
from api.console.words import Words, words
from api.context import CommandContext, Services, ServicesDep, get_session
from api.domain.dates import business_date
from api.errors import NotYours
from api.identity.actor import Actor, Role
from api.identity.models import Organisation, User
from api.identity.tokens import actor_of
from api.operations.schemas import OperationRead
from api.reading import newest_block
from indexer import queries

BASE = "/console"
THEME_COOKIE = "scf_theme"
THEMES = ("auto", "light", "dark")
_A_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class SignInNeeded(Exception):
    """Nobody is signed in: the sign-in page is the answer."""


class FormForged(NotYours):
    """The form did not come from a page that we made for this browser, or that page is too old."""


@dataclass
class Page:
    """One request of one browser. `actor` is whoever is signed in; nobody on the sign-in page alone."""

    request: Request
    services: Services
    session: Session
    words: Words
    actor: Actor | None
    demo: bool
    """It is a login of the demo."""
    as_of: str | None
    """As of which moment it reads, as the address says it; None: now."""

    @property
    def reader(self) -> Actor:
        """Whoever is signed in; SignInNeeded where nobody is."""
        if self.actor is None:
            raise SignInNeeded
        return self.actor

    def must_be(self, *roles: Role) -> Actor:
        """The reader; RoleMissing unless it is of one of these kinds."""
        self.reader.must_be(*roles)
        return self.reader

    @property
    def today(self) -> date:
        """The business date of the newest block that is shown."""
        return business_date(newest_block(self.session).timestamp)

    @property
    def day(self) -> date:
        """The day that was asked for; today's where it was another moment, or none."""
        asked = self.as_of if self.as_of is not None and _A_DATE.fullmatch(self.as_of) else None
        return self.today if asked is None else date.fromisoformat(asked)

    @property
    def days(self) -> Days | None:
        """The chain's days, whichever of them the page shows; None before its first block."""
        if self.as_of is None:
            return days_of(self.session)
        with Session(self.services.readers) as session:
            return days_of(session)

    @property
    def moment(self) -> str:
        """What is shown is as of this block and instant."""
        block = newest_block(self.session)
        return self.words.say("block %(block)s", block=block.number) + f", {self.words.instant(block.timestamp)}"

    @property
    def block(self) -> int | None:
        """The newest block that a page of now shows, after which it asks again; None where nothing will change."""
        if self.actor is None or self.as_of is not None:
            return None
        head = queries.head(self.session)
        return None if head is None else head.number

    def is_final(self, block: int) -> bool:
        """Whether it can no longer vanish."""
        return self.services.is_final_now(self.session, block)

    @property
    def bell(self) -> Any:
        """What the bell says: see notices.Bell."""
        return self.request.app.state.bells.said(self)

    @property
    def again(self) -> str:
        """This page's own address, to be asked again."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")

    @property
    def form_token(self) -> str:
        return sessions.form_token(self.services, bound_to(self.request) or visitor_of(self.request))

    def command(self, form: FormData) -> CommandContext:
        """The form's command: sent twice it is done once, because its page named the attempt."""
        attempt = str(form.get("attempt") or uuid.uuid4())[:64]
        return CommandContext(self.services, self.session, self.reader, attempt)

    def to(self, path: str, **query: object) -> str:
        """An address of the console, as of the same moment."""
        given = {name: value for name, value in {"as_of": self.as_of, **query}.items() if value is not None}
        return BASE + path + (f"?{urlencode(given)}" if given else "")

    def go(self, path: str) -> RedirectResponse:
        """On to another page, by GET."""
        return RedirectResponse(BASE + path, HTTPStatus.SEE_OTHER)

    def follow(self, operation: OperationRead) -> RedirectResponse:
        """On to where one sees how far a command is."""
        return self.go(f"/operations/{operation.id}")

    def render(
        self, template: str, *, status: int = HTTPStatus.OK, problem: Problem | None = None, **values: object
    ) -> HTMLResponse:
        """The page. `problem`: what was wrong with what was sent, which the template shows where it belongs."""
        text = (
            _environment(self.words.language)
            .get_template(template)
            .render(
                page=self,
                actor=self.actor,
                problem=problem,
                attempt=str(uuid.uuid4()),
                menu=navigation.menu(self.actor),
                here=self.request.url.path.removeprefix(BASE),
                theme=self.theme,
                languages=languages.LANGUAGES,
                **values,
            )
        )
        response = HTMLResponse(text, status_code=problem.status if problem else status)
        if bound_to(self.request) is None:
            self.set_cookie(response, sessions.VISITOR, visitor_of(self.request))
        return response

    @property
    def theme(self) -> str:
        chosen = self.request.cookies.get(THEME_COOKIE)
        return chosen if chosen in THEMES else "auto"

    def set_cookie(self, response: Response, name: str, value: str, life_s: int | None = None) -> None:
        """Ours alone, and sent nowhere else; over TLS only, except on this machine."""
        response.set_cookie(
            name,
            value,
            max_age=life_s,
            path="/",
            httponly=True,
            samesite="lax",
            secure=not self.services.settings.on_loopback,
        )

    def demo_actors(self) -> list[User]:
        """Whom a login of the demo may act as; nobody else may."""
        if not self.demo:
            return []
        query = select(User).join(Organisation).where(User.demo).order_by(Organisation.role, User.login)
        return list(self.session.scalars(query))


def bound_to(request: Request) -> str | None:
    """The cookie that this browser's forms are bound to; None at its first visit."""
    return request.cookies.get(sessions.COOKIE) or request.cookies.get(sessions.VISITOR)


def visitor_of(request: Request) -> str:
    """The cookie that a first visit is given with its page."""
    if not hasattr(request.state, "visitor"):
        request.state.visitor = secrets.token_urlsafe(32)
    return str(request.state.visitor)


def get_reading(request: Request, services: ServicesDep, as_of: str | None = None) -> Iterator[Session]:
    """As the API's, and a plain date besides: the end of that business day, or now if that is not over."""
    moment = (as_of or "").strip() or None
    if moment is not None and _A_DATE.fullmatch(moment):
        with Session(services.readers) as session:
            today = business_date(newest_block(session).timestamp)
        moment = None if moment >= today.isoformat() else f"{moment}T23:59:59+08:00"
    yield from get_session(request, services, moment)


ReadingDep = Annotated[Session, Depends(get_reading)]


def get_visit(request: Request, services: ServicesDep, session: ReadingDep, as_of: str | None = None) -> Page:
    """The page of whoever comes, signed in or not."""
    active = request.headers.get("hx-request") is None
    user = sessions.user_of(services, session, request.cookies.get(sessions.COOKIE), active=active)
    language = languages.chosen(request.cookies.get(languages.COOKIE), request.headers.get("accept-language"))
    actor = None if user is None else actor_of(user)
    demo = user is not None and user.demo and services.settings.on_loopback
    return Page(request, services, session, words(language), actor, demo, (as_of or "").strip() or None)


VisitDep = Annotated[Page, Depends(get_visit)]


def get_page(visit: VisitDep) -> Page:
    """The page of whoever is signed in; SignInNeeded where nobody is."""
    if visit.actor is None:
        raise SignInNeeded
    return visit


PageDep = Annotated[Page, Depends(get_page)]


async def get_form(request: Request, services: ServicesDep) -> AsyncIterator[FormData]:
    """What was sent, once it is known to come from a page of ours; FormForged otherwise. Every POST takes this."""
    async with request.form(max_files=50, max_fields=500) as form:
        cookie, given = bound_to(request), form.get("form_token")
        wanted = "" if cookie is None else sessions.form_token(services, cookie)
        if not wanted or not isinstance(given, str) or not secrets.compare_digest(given.encode(), wanted.encode()):
            raise FormForged("this form is too old, or is not ours: load the page again")
        yield form


FormDep = Annotated[FormData, Depends(get_form)]


def short(identifier: str | None) -> str:
    """The beginning and the end of a long id: "0x1f2e3d…7c01"; all of it stands in the title."""
    if identifier is None or len(identifier) <= 18:
        return identifier or ""
    return f"{identifier[:8]}…{identifier[-6:]}"


@cache
def _environment(language: str) -> Environment:
    chosen = words(language)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(chosen.translations, newstyle=True)  # type: ignore[attr-defined]
    environment.globals["words"] = chosen
    environment.globals["colours"] = COLOURS
    environment.globals["asset"] = lambda name: f"{BASE}/assets/{assets.hashed(name)}"
    environment.globals["price_note"] = lambda price: price_note(chosen, price)
    environment.globals["move_name"] = lambda kind: chosen.say(move_name(kind))
    environment.globals["role_name"] = lambda role: chosen.say(role_name(role))
    environment.globals["kind_name"] = lambda kind: chosen.say(kind_name(kind))
    environment.globals["event_name"] = lambda name: chosen.say(event_name(name))
    environment.filters.update(
        money=chosen.money,
        date=chosen.day,
        instant=chosen.instant,
        rate=chosen.rate,
        days=chosen.days,
        figure=lambda amount: chosen.figure(Decimal(amount), len(amount.partition(".")[2])),
        short=short,
        said=chosen.say,
        slug=lambda text: "s" + hashlib.sha256(text.encode()).hexdigest()[:8],
        plainly=lambda problem, name=None: plainly(chosen, problem, name),
    )
    return environment
