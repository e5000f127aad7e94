"""Identifiers of legal entities: USCC (R-30), LEI (R-32), and the salted hash that stands for one on chain (R-45)."""

import hashlib
import hmac

from stdnum import lei as _lei
from stdnum.cn import uscc as _uscc
from stdnum.exceptions import ValidationError

SALT_MIN_BYTES = 16
"""There are few enough valid USCCs to try them all: a guessable salt would undo the hash."""

_ENTITY_DOMAIN = b"scf-network/legal-entity/v1\x00"


class IdentifierError(ValueError):
    """The text is no identifier of its kind; the message says why."""


def parse_uscc(text: str) -> str:
    """The 18 characters of a Chinese unified social credit code, spaces and hyphens removed, in capitals (R-30).

    IdentifierError if length, alphabet or check character are wrong.
    """
    try:
        return _uscc.validate(text)
    except ValidationError as error:
        raise IdentifierError(f'"{text[:40]}" is not a unified social credit code: {error}') from error


def is_uscc(text: str) -> bool:
    """Whether the text is a valid USCC (R-30)."""
    return _uscc.is_valid(text)


def parse_lei(text: str) -> str:
    """The 20 characters of a legal entity identifier, spaces and hyphens removed, in capitals (R-32).

    IdentifierError if length, alphabet or check digits are wrong.
    """
    try:
        compact = _lei.validate(text)
    except ValidationError as error:
        raise IdentifierError(f'"{text[:40]}" is not a legal entity identifier: {error}') from error
    if len(compact) != 20:  # stdnum leaves the length to the check digits, which one text in 97 passes
        raise IdentifierError(
            f'"{text[:40]}" is not a legal entity identifier: it has {len(compact)} characters, not 20'
        )
    return compact


def is_lei(text: str) -> bool:
    """Whether the text is a valid LEI (R-32)."""
    try:
        return bool(parse_lei(text))
    except IdentifierError:
        return False


def legal_entity_hash(salt: bytes, identifier: str) -> bytes:
    """32 bytes that stand for a legal entity on chain: HMAC-SHA256 of its USCC or LEI under a secret salt (R-45).

    Without the salt nobody can tell whose it is; destroying the salt erases it. IdentifierError for what is neither a
    valid USCC nor a valid LEI, ValueError for a salt under 16 bytes.
    """
    if len(salt) < SALT_MIN_BYTES:
        raise ValueError(f"the salt has {len(salt)} bytes; at least {SALT_MIN_BYTES} random ones are needed")
    if is_uscc(identifier):
        kind, compact = b"uscc", parse_uscc(identifier)
    elif is_lei(identifier):
        kind, compact = b"lei", parse_lei(identifier)
    else:
        raise IdentifierError(f'"{identifier[:40]}" is neither a valid USCC nor a valid LEI')
    return hmac.digest(salt, _ENTITY_DOMAIN + kind + b"\x00" + compact.encode("ascii"), hashlib.sha256)
