"""`scf bench`: measurements that can be run again, as ratios within one run."""

from typing import Any

from rich.console import Console
from rich.table import Table

from scripts.errors import CliError
from scripts.output import emit, say

NAMES = ("write", "index")


def run(name: str, *, as_json: bool) -> bool:
    """Measure and print; whether every aim was met."""
    if name not in NAMES:
        raise CliError(f'there is no benchmark "{name}"; there are {" and ".join(NAMES)}', name="NoSuchBenchmark")
    say(f"measuring {name}: this takes up to a minute or two")
    found = _measure(name)
    if as_json:
        emit(found)
    else:
        table = Table("case", "ours", "peer", "unit", "ratio", box=None, pad_edge=False, header_style="bold")
        for row in found["rows"]:
            table.add_row(*(_text(row[key]) for key in ("case", "ours", "peer", "unit", "ratio")))
        console = Console(highlight=False, soft_wrap=True)
        console.print(table)
        for aim in found["aims"]:
            mark = "[green]met[/]" if aim["met"] else "[red]missed[/]"
            console.print(f"{aim['aim']}: {_text(aim['value'])}, wanted {_text(aim['wanted'])}: {mark}")
    return all(aim["met"] for aim in found["aims"])


def _measure(name: str) -> dict[str, Any]:
    if name == "write":
        from scripts import bench_write

        return bench_write.run()
    from scripts import bench_index

    return bench_index.run()


def _text(value: object) -> str:
    if value is None:
        return "-"
    return (
        f"{value:,.3g}"
        if isinstance(value, float) and value < 100
        else f"{value:,.0f}"
        if isinstance(value, float)
        else str(value)
    )
