"""Passwords and bearer tokens. Tokens expire by the wall clock: the chain's clock may be moved, people's is not."""

import time
from functools import cache

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy.orm import Session

from api.errors import Unauthenticated
from api.identity.actor import Actor, Role
from api.identity.models import User
from api.settings import ApiSettings

_ALGORITHM = "HS256"
_ISSUER = "scf-network"
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Argon2id with the library's current parameters."""
    return _hasher.hash(password)


def log_in(session: Session, settings: ApiSettings, key: bytes, login: str, password: str) -> tuple[str, int]:
    """A new token and its life in seconds; Unauthenticated as `check_password`."""
    user = check_password(session, settings, login, password)
    life_s = settings.token_minutes * 60
    now = int(time.time())
    claims = {"iss": _ISSUER, "sub": user.login, "iat": now, "exp": now + life_s}
    return jwt.encode(claims, key, algorithm=_ALGORITHM), life_s


def check_password(session: Session, settings: ApiSettings, login: str, password: str) -> User:
    """Who logs in so; Unauthenticated with one answer for all that can be wrong."""
    user = session.get(User, login)
    try:
        _hasher.verify(user.password_hash if user else _nobodys_hash(), password)
    except (Argon2Error, InvalidHashError):
        user = None
    if user is None or not may_log_in(user, settings):
        raise Unauthenticated("login or password is wrong")
    return user


def authenticate(session: Session, settings: ApiSettings, key: bytes, token: str | None) -> Actor:
    """The user behind a token, read afresh: a login that was taken away ends at once."""
    if token is None:
        raise Unauthenticated("send a bearer token; POST /api/v1/auth/token gives one")
    try:
        claims = jwt.decode(
            token, key, algorithms=[_ALGORITHM], issuer=_ISSUER, options={"require": ["exp", "sub", "iss"]}
        )
    except jwt.ExpiredSignatureError as error:
        raise Unauthenticated("the token has expired; log in again") from error
    except jwt.InvalidTokenError as error:
        raise Unauthenticated("the token is not one of ours") from error
    user = session.get(User, str(claims["sub"]))
    if user is None or not may_log_in(user, settings):
        raise Unauthenticated("the token's user may not log in any more")
    return actor_of(user)


def actor_of(user: User) -> Actor:
    """The user as whoever asks."""
    organisation = user.organisation
    return Actor(
        login=user.login,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        role=Role(organisation.role),
        address=organisation.address,
    )


def may_log_in(user: User, settings: ApiSettings) -> bool:
    """The demo's logins are good on this machine alone."""
    return settings.on_loopback or not user.demo


@cache
def _nobodys_hash() -> str:
    """Checked where the login is unknown, so that an answer's time does not tell which logins exist."""
    return _hasher.hash("")
