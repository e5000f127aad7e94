"""Files that are their owner's alone: the regulator's token, and the key that opens disclosure packs."""

import os
import stat
from pathlib import Path


class PrivateFileUnusable(Exception):
    """One line that says what is wrong with the file, and nothing of what is in it."""


def read_private(path: Path, *, characters_min: int) -> str:
    """The first line of a file of mode 0600 or less. Raises PrivateFileUnusable."""
    try:
        with path.open(encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            secret = file.readline().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise PrivateFileUnusable(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'no text'}") from None
    if mode & 0o077:
        raise PrivateFileUnusable(f"{path} is open to others (mode {mode:03o}); run chmod 600 {path}")
    if len(secret) < characters_min:
        raise PrivateFileUnusable(f"the first line of {path} has {len(secret)} characters, {characters_min} at least")
    return secret


def write_private(path: Path, text: str) -> None:
    """A new file of mode 0600. Raises FileExistsError: what is there is never replaced."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
