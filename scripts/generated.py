"""Documents that are made from the sources and committed: written by their command, compared by `--check`."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from scripts.errors import CliError


def between(document: str, name: str, content: str) -> str:
    """The document with `content` between the comments that carry `name`. Raises CliError where one is not there."""
    begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->\n"
    if document.count(begin) != 1 or document.count(end) != 1 or document.index(begin) > document.index(end):
        raise CliError(f"the document needs one line {begin.strip()} and one {end.strip()}", name="MarkersMissing")
    head, rest = document.split(begin)
    _, tail = rest.split(end)
    return f"{head}{begin}{content}{end}{tail}"


def main(module: str, path: Path, render: Callable[[], str], arguments: list[str] | None = None) -> int:
    """The command of a module that makes one file: 1 where `--check` finds it stale, or it cannot be made."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument("--check", action="store_true", help=f"write nothing; exit 1 if {path.name} is stale")
    check: bool = parser.parse_args(arguments).check
    shown = Path(path.parent.name) / path.name
    try:
        text = render()
    except CliError as error:
        print(f"{shown}: {error}", file=sys.stderr)
        return 1
    if path.is_file() and path.read_text() == text:
        return 0
    if check:
        print(f"{shown} is not what the sources give; run python -m {module}")
        return 1
    path.write_text(text)
    print(f"wrote {shown}")
    return 0
