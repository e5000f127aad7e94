"""Looks for a key wherever it could have got to."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

from eth_account import Account


def key_of(keystore: Path, passphrase: str) -> bytes:
    """The 32 bytes, by somebody else's code than ours."""
    return bytes(Account.decrypt(json.loads(keystore.read_text()), passphrase))


def forms(secret: bytes) -> dict[str, bytes]:
    """Every way in which somebody may have written the key down."""
    number = int.from_bytes(secret, "big")
    return {
        "raw": secret,
        "raw, turned round": secret[::-1],
        "hex": secret.hex().encode(),
        "HEX": secret.hex().upper().encode(),
        "decimal": str(number).encode(),
        # Without the last digits, which depend on what follows, and from each of the three places in a group.
        **{f"base64 at {skip}": base64.b64encode(secret[skip:])[:36] for skip in range(3)},
        "base64, for URLs": base64.urlsafe_b64encode(secret)[:40],
        "repr": repr(secret).removeprefix("b").strip("'\"").encode(),
        "list": ", ".join(map(str, secret)).encode(),
    }


def found_in(text: bytes, secret: bytes) -> list[str]:
    return [form for form, needle in forms(secret).items() if needle in text]


def found_under(folder: Path, secret: bytes) -> list[str]:
    """Files with the key in any form, each with the form; databases, logs and core files among them."""
    return [f"{path}: {form}" for path in files(folder) for form in found_in(path.read_bytes(), secret)]


def files(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
