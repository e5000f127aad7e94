"""Files that hold secrets: their owner's alone, whole or not there."""

import os
from pathlib import Path

from node_adapter.signers.errors import KeystoreError
from node_adapter.signers.memory import forbid_dumps


def read_secret(path: Path) -> str:
    """The first line of a file that only its owner may read: a passphrase, a PIN. Raises KeystoreError."""
    require_private(path)
    forbid_dumps()
    try:
        secret = path.read_text(encoding="utf-8").split("\n", 1)[0]
    except (OSError, UnicodeDecodeError):
        raise KeystoreError(f"{path} cannot be read as text") from None
    if not secret:
        raise KeystoreError(f"{path} holds no secret: its first line is empty")
    return secret


def write_once(path: Path, text: str) -> None:
    """Whole, durable, or not at all: a key half written would be a key lost."""
    partial = path.with_suffix(".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(partial, path)
    except FileExistsError:
        raise KeystoreError(f"{path} exists; a key is never replaced") from None
    finally:
        partial.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def require_private(path: Path) -> None:
    """Raises KeystoreError unless the file is there and its owner's alone."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise KeystoreError(f"{path} cannot be read: {error.strerror}") from None
    if mode & 0o077:
        raise KeystoreError(f"{path} is open to others (mode {mode & 0o777:03o}); run chmod 600 {path}")


def require_private_folder(folder: Path, *, make: bool) -> None:
    """Raises KeystoreError unless the folder is there (with `make` it is made) and its owner's alone."""
    if make:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not folder.is_dir():
        raise KeystoreError(f"{folder} is no folder of keystores")
    mode = folder.stat().st_mode
    if mode & 0o077:
        raise KeystoreError(f"{folder} is open to others (mode {mode & 0o777:03o}); run chmod 700 {folder}")
