"""contracts/storage.md: where each contract keeps what, as the compiler lays it out.

`python -m scripts.storage_table` writes it, `--check` compares. Who proves a word of a contract's state from a block
hash (`eth_getProof`) finds its slot here.
"""

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from node_adapter.build import CONTRACTS_DIR, BuildError, storage_layouts
from scripts import generated
from scripts.errors import CliError

DOCUMENT = CONTRACTS_DIR / "storage.md"
HEAD = """# Storage

Made by `python -m scripts.storage_table` from the compiler's own layout; `scf check` compares it with the sources.
Bytes of a slot count from its right end: `0–3` are the lowest four. A mapping's value stands at
`keccak256(key ‖ slot)`, and a struct's slots count from there. Constants and immutables are in the code. There are no
proxies, so a layout is free to change with its contract.
"""

Layout = Mapping[str, Any]


def document(layouts: Mapping[str, Layout]) -> str:
    return HEAD + "".join("\n" + line for name in layouts for line in _contract(name, layouts[name]))


def _contract(name: str, layout: Layout) -> Iterator[str]:
    yield f"## {name}\n"
    yield from _table(layout["storage"], layout["types"])
    for struct in _structs(layout):
        slots = (int(struct["numberOfBytes"]) + 31) // 32
        yield f"\n`{_label(struct)}`, {slots} slot{'s' if slots > 1 else ''}:\n"
        yield from _table(struct["members"], layout["types"])
    yield ""


def _structs(layout: Layout) -> list[Layout]:
    """In the order of their names, so that no number of the compiler's decides it."""
    found = [kind for kind in (layout["types"] or {}).values() if "members" in kind]
    return sorted(found, key=lambda kind: str(kind["label"]))


def _table(variables: list[Layout], types: Mapping[str, Layout]) -> Iterator[str]:
    yield "| slot | bytes | name | type |\n|---|---|---|---|"
    for variable in variables:
        kind = types[variable["type"]]
        first, size = int(variable["offset"]), int(kind["numberOfBytes"])
        place = f"{first}–{first + size - 1}" if size > 1 else str(first)
        slot = variable["slot"] if size <= 32 else f"{variable['slot']}–{int(variable['slot']) + (size - 1) // 32}"
        yield f"| {slot} | {place if size <= 32 else 'all'} | `{variable['label']}` | `{_label(kind)}` |"


def _label(kind: Layout) -> str:
    return str(kind["label"]).replace("struct ", "").replace("enum ", "").replace("contract ", "")


def render() -> str:
    try:
        return document(storage_layouts())
    except BuildError as error:
        raise CliError(str(error), name="BuildFailed") from error


def main(arguments: list[str] | None = None) -> int:
    return generated.main("scripts.storage_table", DOCUMENT, render, arguments)


if __name__ == "__main__":
    sys.exit(main())
