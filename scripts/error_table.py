"""The table of errors in contracts/README.md: what is refused, who refuses it, when, and what to do about it.

`python -m scripts.error_table` writes it, `--check` compares. Each error's meaning (`@notice`) and its remedy
(`@dev Remedy:`) stand at its declaration; who raises it is read from the built ABIs. No compiler is needed.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from node_adapter.artifacts import ABI_DIR, CONTRACTS, abi
from scripts import generated
from scripts.errors import CliError

README = ABI_DIR.parent / "README.md"
SOURCES = ABI_DIR.parent / "src"
FILES = (
    *(f"interfaces/I{name}.sol" for name in ("Participants", "DepositToken", "Origination", "Receivables", "Holds")),
    *(f"interfaces/I{name}.sol" for name in ("Discounting", "Settlement", "Dishonours", "Anchors")),
    "libraries/Amounts.sol",
)
"""In the order of a receivable's life; a file with errors that is not named here is refused."""

_DECLARATION = re.compile(r"((?:^ *///.*\n)*)^ *error (\w+)\(([^)]*)\);", re.MULTILINE)
_LINK = re.compile(r"\{([\w.]+)\}")


@dataclass(frozen=True, slots=True)
class Declared:
    """One error as its declaration says it."""

    name: str
    parameters: tuple[str, ...]
    when: str
    remedy: str


def declared(source: str) -> list[Declared]:
    """The errors of one file, in order. Raises CliError for one that says too little."""
    found = []
    for comment, name, parameters in _DECLARATION.findall(source):
        when, remedy = _tag(comment, "@notice"), _tag(comment, "@dev Remedy:")
        if not when or not remedy:
            raise CliError(f"{name} needs an @notice and a @dev Remedy:", name="ErrorUndocumented")
        names = tuple(parameter.split()[-1] for parameter in parameters.split(",") if parameter.strip())
        found.append(Declared(name, names, when, remedy))
    return found


def raised_by(errors: Sequence[Declared], abis: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """Error → contracts whose ABI has it. Raises CliError for one that none has."""
    found = {error.name: [contract for contract in abis if error.name in abis[contract]] for error in errors}
    unused = [name for name, contracts in found.items() if not contracts]
    if unused:
        raise CliError(f"no contract raises {', '.join(unused)}", name="ErrorUnused")
    return found


def table(errors: Sequence[Declared], raisers: Mapping[str, Sequence[str]]) -> str:
    lines = ["| error | raised by | when | what to do |", "|---|---|---|---|"]
    for error in errors:
        contracts = ", ".join(f"`{contract}`" for contract in raisers[error.name])
        signature = f"`{error.name}({', '.join(error.parameters)})`"
        lines.append(f"| {signature} | {contracts} | {_cell(error.when)} | {_cell(error.remedy)} |")
    return "\n".join(lines) + "\n"


def render() -> str:
    """contracts/README.md as it must be."""
    holders = {path.relative_to(SOURCES).as_posix() for path in SOURCES.rglob("*.sol") if declared(path.read_text())}
    if holders - set(FILES):
        raise CliError(f"errors are declared in {', '.join(sorted(holders - set(FILES)))} too", name="ErrorMisplaced")
    errors = [error for name in FILES for error in declared((SOURCES / name).read_text())]
    abis = {name: {entry["name"] for entry in abi(name) if entry["type"] == "error"} for name in CONTRACTS}
    return generated.between(README.read_text(), "errors", table(errors, raised_by(errors, abis)))


def _tag(comment: str, tag: str) -> str:
    """What a tag says, its lines joined; "" where it is not there."""
    text = " ".join(line.strip().removeprefix("///").strip() for line in comment.splitlines())
    _, there, rest = text.partition(tag)
    return re.split(r"\s@\w", rest)[0].strip() if there else ""


def _cell(text: str) -> str:
    return _LINK.sub(r"`\1`", text).replace("|", "\\|")


def main(arguments: list[str] | None = None) -> int:
    return generated.main("scripts.error_table", Path(README), render, arguments)


if __name__ == "__main__":
    sys.exit(main())
