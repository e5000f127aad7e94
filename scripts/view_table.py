"""The table of SQL views in indexer/README.md, made from the reports themselves.

`python -m scripts.view_table` writes it, `--check` compares.
"""

import sys
from pathlib import Path

from indexer.reports import REPORTS, Column, Kind
from scripts import generated

README = Path(__file__).resolve().parent.parent / "indexer" / "README.md"
NAME = "table of views"
_PLAIN = {Kind.ID, Kind.WORD}


def table() -> str:
    lines = ["| view | a row is | columns |\n|---|---|---|\n"]
    for report in REPORTS.values():
        columns = ", ".join(map(_column, report.columns))
        lines.append(f"| `{report.view}` | {report.doc} | {columns} |\n")
    return "".join(lines)


def _column(column: Column) -> str:
    kind = "" if column.kind in _PLAIN else f" ({column.kind.value})"
    return f"`{column.name}`{kind}"


def render() -> str:
    return generated.between(README.read_text(), NAME, table())


if __name__ == "__main__":
    sys.exit(generated.main("scripts.view_table", README, render))
