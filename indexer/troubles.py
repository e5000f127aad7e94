"""What a machine does to an indexer, by name and with a way out. The batch was rolled back each time."""

import errno
import re

from sqlalchemy.exc import OperationalError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_WORDS = (
    ("DiskFull", re.compile("disk is full|no space left|could not extend file", re.IGNORECASE)),
    ("DatabaseLocked", re.compile("database is locked|lock timeout", re.IGNORECASE)),
    ("NotWritable", re.compile("readonly database|read-only|unable to open database|permission denied", re.IGNORECASE)),
)
_WAYS_OUT = {
    "DiskFull": "free some space and start it again",
    "DatabaseLocked": "another program has kept it from being written for long: end that (a backup, a shell with an "
    "open transaction), and start it again",
    "NotWritable": "the indexer's user has to be able to write to the database and, on SQLite, to its folder",
}


def named(error: Exception) -> tuple[str, str]:
    """An error's name, and one line on it for a person."""
    said = str(getattr(error, "orig", None) or error).splitlines()[0]
    name = _name(error, said)
    return (type(error).__name__, said) if name is None else (name, f"{said}; {_WAYS_OUT[name]}")


def _name(error: Exception, said: str) -> str | None:
    if isinstance(error, OSError) and error.errno in _FULL:
        return "DiskFull"
    if isinstance(error, PermissionError) or (isinstance(error, OSError) and error.errno == errno.EROFS):
        return "NotWritable"
    if not isinstance(error, OperationalError):
        return None
    return next((name for name, words in _WORDS if words.search(said)), None)
