"""`scf bench`: measurements that can be run again, as ratios within one run."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from scripts.errors import CliError
from scripts.output import emit, say

NAMES = ("write", "index", "gas")
WIDTH = 120
"""Of the tables, however narrow the terminal: a cut figure is worse than a broken line."""
ACT_COLUMNS = ("act", "gas", "floor", "above", "transaction", "storage", "reading", "signatures", "logs")


def run(name: str, *, as_json: bool, rows: int | None = None) -> bool:
    """Measure and print; whether every aim was met."""
    if name not in NAMES:
        raise CliError(f'there is no benchmark "{name}"; there are {", ".join(NAMES)}', name="NoSuchBenchmark")
    say(f"measuring {name}: this takes minutes")
    found = _measure(name, rows)
    if as_json:
        emit(found)
    else:
        console = Console(highlight=False, soft_wrap=True)
        console.width = max(console.width, WIDTH)
        named = "peer_is" in found["rows"][0]
        columns = ("case", "ours", "peer", *(["peer_is"] if named else []), "unit", "ratio")
        console.print(_table(columns, found["rows"]))
        if "acts" in found:
            console.print("\nEach of ours, per act, and the floor that no code gets under:")
            console.print(_table(ACT_COLUMNS, found["acts"]))
        for aim in found["aims"]:
            mark = "[green]met[/]" if aim["met"] else "[red]missed[/]"
            console.print(f"{aim['aim']}: {_text(aim['value'])}, wanted {_text(aim['wanted'])}: {mark}")
    return all(aim["met"] for aim in found["aims"])


def _measure(name: str, rows: int | None) -> dict[str, Any]:
    if name == "write":
        from scripts import bench_write

        return bench_write.run() if rows is None else bench_write.run(rows)
    if name == "gas":
        from scripts import bench_gas

        return bench_gas.run()
    from scripts import bench_index

    return bench_index.run()


def _table(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> Table:
    table = Table(*(column.replace("_", " ") for column in columns), box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(_text(row[column]) for column in columns))
    return table


def _text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float) and value < 100:
        return f"{value:,.3g}"
    return f"{value:,.0f}" if isinstance(value, int | float) else str(value)
