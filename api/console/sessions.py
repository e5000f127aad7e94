"""Signing in and out: a random cookie, whose hash names a row. Time-outs go by the wall's clock, like tokens."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.console.models import ConsoleSession
from api.context import Services
from api.errors import NotYours
from api.identity.models import User
from api.identity.tokens import check_password, may_log_in
from node_adapter.db import chunks

COOKIE = "scf_session"
VISITOR = "scf_visitor"
"""Of who is not signed in yet: its forms are bound to this one."""
IDLE_S = 30 * 60
LIFE_S = 12 * 3_600
_SEEN_EVERY_S = 60


def sign_in(services: Services, login: str, password: str) -> str:
    """The new cookie; Unauthenticated with one answer for all that can be wrong."""
    with Session(services.engine) as session, session.begin():
        user = check_password(session, services.settings, login, password)
        return _opened(session, user)


def act_as(services: Services, login: str) -> str:
    """The new cookie of another login of the demo; NotYours for any other. Who may ask is the caller's to know."""
    with Session(services.engine) as session, session.begin():
        user = session.get(User, login)
        if user is None or not user.demo or not may_log_in(user, services.settings):
            raise NotYours("only the demo's logins change without a password")
        return _opened(session, user)


def _opened(session: Session, user: User) -> str:
    now = int(time.time())
    session.execute(delete(ConsoleSession).where(ConsoleSession.opened_at < now - LIFE_S))
    token = secrets.token_urlsafe(32)
    session.add(ConsoleSession(token_hash=_hash(token), login=user.login, opened_at=now, seen_at=now))
    return token


def sign_out(services: Services, token: str | None) -> None:
    """The cookie is worth nothing from now on."""
    if token is not None:
        with Session(services.engine) as session, session.begin():
            session.execute(delete(ConsoleSession).where(ConsoleSession.token_hash == _hash(token)))


def user_of(services: Services, session: Session, token: str | None, *, active: bool = True) -> User | None:
    """Who is signed in with this cookie, read afresh; None where nobody is, or it was too long ago.

    `active`: a person asks. A page that asks again by itself keeps no session alive.
    """
    row = None if token is None else session.get(ConsoleSession, _hash(token))
    now = int(time.time())
    if row is None or row.seen_at < now - IDLE_S or row.opened_at < now - LIFE_S:
        return None
    user = session.get(User, row.login)
    if user is None or not may_log_in(user, services.settings):
        return None
    if active and row.seen_at < now - _SEEN_EVERY_S:
        with Session(services.engine) as writing, writing.begin():
            seen = writing.get(ConsoleSession, row.token_hash)
            if seen is not None:
                seen.seen_at = now
    return user


def still_open(session: Session, tokens: Collection[str]) -> set[str]:
    """Those of these cookies that somebody is still signed in with; to ask keeps none alive."""
    by_hash = {_hash(token): token for token in tokens}
    hashes, now, found = sorted(by_hash), int(time.time()), set[str]()
    for some in chunks(hashes):
        query = (
            select(ConsoleSession.token_hash)
            .join(User, User.login == ConsoleSession.login)
            .where(
                ConsoleSession.token_hash.in_(some),
                ConsoleSession.seen_at >= now - IDLE_S,
                ConsoleSession.opened_at >= now - LIFE_S,
            )
        )
        found |= {by_hash[token_hash] for token_hash in session.scalars(query)}
    return found


def form_token(services: Services, cookie: str) -> str:
    """What a form must bring along: only a page of ours, made for this very cookie, can know it."""
    return hmac.new(services.token_key, b"console form\x00" + cookie.encode(), hashlib.sha256).hexdigest()


def demo_key(token_key: bytes) -> str:
    """What the link that `scf up` prints carries: whoever has it may act as any of the demo's logins."""
    return hmac.new(token_key, b"console demo", hashlib.sha256).hexdigest()[:32]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
