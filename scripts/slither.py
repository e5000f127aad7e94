"""`python -m scripts.slither`: runs slither on the contracts and compares what it finds with contracts/slither.md.

Each finding of low impact or more is answered there, in a line. One that is not answered fails; an answer to what is
not found any more is named. Slither needs an older web3 than ours, so uv keeps it in an environment of its own, outside
the checkout.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from scripts.contracts_copy import CONTRACTS, copied
from scripts.errors import CliError

PINNED = "slither-analyzer==0.11.6"
ANSWERS = CONTRACTS / "slither.md"
REPORT = "report.json"
TIMEOUT_S = 1_200.0

_ROW = re.compile(r"^\| `([\w-]+)` \| (.*?) \| (.*?) \|$", re.MULTILINE)
_PLACE = re.compile(r"`([\w.]+)`(?: ×(\d+))?")

Findings = Counter[tuple[str, str]]
"""(detector, place) → how often; a place is a contract, a function or a variable, without its line."""


def findings(report: dict[str, Any]) -> Findings:
    """What slither reports, by where its first element stands. Raises CliError where it did not get through."""
    if not report.get("success"):
        raise CliError(f"slither: {report.get('error')}", name="SlitherFailed")
    found = report["results"].get("detectors", [])
    return Counter((finding["check"], _place(finding["elements"][0])) for finding in found)


def answers(document: str) -> Findings:
    """What the document answers. Raises CliError for a row without places or without an answer."""
    answered: Findings = Counter()
    for check, places, answer in _ROW.findall(document):
        named = _PLACE.findall(places)
        if not named or not answer.strip():
            raise CliError(f"a row on {check} has no place or no answer", name="AnswerMissing")
        for place, count in named:
            answered[check, place] += int(count or 1)
    return answered


def unanswered(found: Findings, answered: Findings) -> list[str]:
    """As rows to be answered."""
    return [
        f"| `{check}` | {_shown(place, count)} |  |" for (check, place), count in sorted((found - answered).items())
    ]


def vanished(found: Findings, answered: Findings) -> list[str]:
    return [f"{check} at {_shown(place, count)}" for (check, place), count in sorted((answered - found).items())]


def main() -> int:
    try:
        found, answered = findings(_run()), answers(ANSWERS.read_text())
    except CliError as error:
        print(f"scf: {error}", file=sys.stderr)
        return 1
    for line in vanished(found, answered):
        print(f"{ANSWERS.name} answers what is not found any more: {line}")
    rows = unanswered(found, answered)
    if rows:
        print(f"{ANSWERS.name} does not answer:", *rows, sep="\n")
    print(f"slither: {found.total()} findings, {sum((found - answered).values())} unanswered")
    return 1 if rows else 0


def _place(element: dict[str, Any]) -> str:
    """Qualified by what it stands in; a statement is named by its function."""
    names = [] if element["type"] == "node" else [element["name"]]
    parent = element.get("type_specific_fields", {}).get("parent")
    while parent is not None:
        if parent["type"] != "node":
            names.insert(0, parent["name"])
        parent = parent.get("type_specific_fields", {}).get("parent")
    return ".".join(names)


def _shown(place: str, count: int) -> str:
    return f"`{place}`" + (f" ×{count}" if count > 1 else "")


def _run() -> dict[str, Any]:
    uv = [str(Path(sys.prefix) / "bin" / "uv"), "tool", "run", "--python", sys.executable, "--from", PINNED]
    options = ["--exclude-dependencies", "--exclude-informational", "--exclude-optimization", "--json", REPORT]
    with copied() as copy:
        try:
            ended = subprocess.run(
                [*uv, "slither", ".", *options],
                cwd=copy.folder,
                env={**copy.settings, "UV_SYSTEM_CERTS": "true"},  # as scripts/bootstrap.py
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CliError(f"slither: {error}", name="SlitherFailed") from error
        if not (copy.folder / REPORT).is_file():
            said = ended.stdout.strip().splitlines() or ["it said nothing"]
            raise CliError(f"slither: {said[-1]}", name="SlitherFailed")
        report: dict[str, Any] = json.loads((copy.folder / REPORT).read_text())
    return report


if __name__ == "__main__":
    sys.exit(main())
