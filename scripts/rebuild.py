"""`scf index rebuild`: the index made again from its own stored log."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from scripts.data_folder import DataFolder
from scripts.output import emit


def run(folder: DataFolder, *, as_json: bool) -> None:
    """Works on the folder's database, whether or not its network runs; prints what was put in place."""
    from indexer.events import Decoder
    from indexer.rebuild import rebuild
    from node_adapter.db import make_engine
    from node_adapter.deployments import Deployments

    engine = make_engine(folder.database_url())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=Console(stderr=True), disable=as_json, transient=True) as bar:
            task = bar.add_task("beginning", total=None)

            def progress(what: str, done: int, total: int) -> None:
                bar.update(task, description=what, completed=done, total=total)

            found = rebuild(engine, Decoder(Deployments.load(folder.deployments)), progress)
    finally:
        engine.dispose()
    if as_json:
        emit({"ok": True, "block": found.block, "events": found.events, "changed": found.changed})
        return
    print(f"made again up to block {found.block}, from {found.events} events")
    for table, count in found.changed.items():
        print(f"  {table:20} {count} rows put right")
    if not found.changed:
        print("every row was as it should be")
