"""How commands speak: progress on stderr, results on stdout, one line for what went wrong."""

import errno
import functools
import json
import sys
from collections.abc import Callable
from typing import Any, ParamSpec

from scripts.errors import CliError

P = ParamSpec("P")


def say(line: str) -> None:
    """Progress, for people."""
    print(line, file=sys.stderr, flush=True)


def emit(value: Any) -> None:
    """The result, for programs: one JSON document on stdout."""
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str), flush=True)


def command(function: Callable[P, None]) -> Callable[P, None]:
    """A command's errors become one clear line and status 1; with `--json` also a document on stdout."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except CliError as error:
            _fail(str(error), error.name, as_json=bool(kwargs.get("json_")))
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EROFS}:
                raise
            _fail(
                f"cannot write {error.filename or 'a file'}: {error.strerror}",
                "DiskFull",
                as_json=bool(kwargs.get("json_")),
            )

    return wrapped


def _fail(message: str, name: str, *, as_json: bool) -> None:
    import typer

    say(f"scf: {message}")
    if as_json:
        emit({"ok": False, "error": {"name": name, "message": message}})
    raise typer.Exit(1)
