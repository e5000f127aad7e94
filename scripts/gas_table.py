"""The table of gas in contracts/README.md: each act, what of it no code could save, and how far above that it is.

`python -m scripts.gas_table` measures as `scf bench gas` does and writes it, `--check` compares: the figures depend on
the sources and the compiler alone.
"""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from scripts import generated
from scripts.bench_gas import CONTRACTS, run

DOCUMENT = CONTRACTS / "README.md"
PARTS = ("transaction", "storage", "reading", "signatures", "logs")


def table(acts: Iterable[Mapping[str, Any]]) -> str:
    """One line an act, by its name; the parts of the floor after their sum."""
    head = ["act", "gas", "floor", *PARTS, "above", "above the floor"]
    lines = [head, ["---"] * len(head)]
    for act in sorted(acts, key=lambda act: str(act["act"])):
        figures = [act["gas"], act["floor"], *(act[part] for part in PARTS), act["above"]]
        lines.append([act["act"], *(f"{figure:,}" for figure in figures), f"{act['above_percent']:.0f} %"])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def render() -> str:
    return generated.between(DOCUMENT.read_text(), "gas", table(run()["acts"]))


if __name__ == "__main__":
    sys.exit(generated.main("scripts.gas_table", DOCUMENT, render))
