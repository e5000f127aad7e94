"""`scf verify`: the index against the chain, at one block."""

import time
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from scripts.data_folder import DataFolder
from scripts.output import emit
from scripts.supervisor import running

TRIES = 8
PAUSE_S = 0.5


def report(
    folder: DataFolder, *, at: int | None = None, sample: int | None = None, console: Console | None = None
) -> dict[str, Any]:
    """The document of `scf verify --json`; a progress bar on `console` if one is given.

    The node may be ahead, behind or on another fork for a moment: what cannot be compared is tried again, on a fresh
    snapshot, and said only when it stays so.
    """
    from indexer.verify import VerifyImpossible
    from node_adapter.errors import NodeError

    for _ in range(TRIES - 1):
        try:
            return _compare(folder, at, sample, console)
        except (VerifyImpossible, NodeError):
            if at is not None:
                raise  # what is old stays as it is
            time.sleep(PAUSE_S)
    return _compare(folder, at, sample, console)


def _compare(folder: DataFolder, at: int | None, sample: int | None, console: Console | None) -> dict[str, Any]:
    from indexer.verify import verify
    from node_adapter.client import NodeClient
    from node_adapter.db import make_engine
    from node_adapter.deployments import Deployments
    from node_adapter.networks import by_chain_id, load_networks
    from node_adapter.urls import node_urls

    record = running(folder)
    deployments = Deployments.load(folder.deployments)
    engine = make_engine(folder.database_url())
    client = NodeClient(
        node_urls(record["node_url"]),
        chain_id=deployments.chain_id,
        genesis_hash=deployments.genesis_hash,
        network=by_chain_id(deployments.chain_id, load_networks(folder.networks_file())),
    )
    try:
        with Progress(console=console, disable=console is None, transient=True) as bar:
            task = bar.add_task("comparing", total=None)

            def progress(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)

            return verify(engine, client, deployments, block=at, sample=sample, progress=progress).to_dict()
    finally:
        client.close()
        engine.dispose()


def run(folder: DataFolder, *, at: int | None = None, sample: int | None = None, as_json: bool) -> bool:
    """Print the comparison; whether there was no difference."""
    found = report(folder, at=at, sample=sample, console=None if as_json else Console(stderr=True))
    if as_json:
        emit(found)
        return bool(found["ok"])
    console = Console(highlight=False)
    console.print(f"at block {found['block']} ({found['block_hash']})")
    table = Table("subject", "compared", box=None, pad_edge=False, header_style="bold")
    for subject, count in found["compared"].items():
        table.add_row(subject, str(count))
    console.print(table)
    if found["ok"]:
        console.print("[green]no difference[/]: SQL equals the chain")
        return True
    differences = Table("subject", "id", "field", "SQL", "chain", header_style="bold red")
    for row in found["differences"]:
        differences.add_row(*(str(row[key]) for key in ("subject", "id", "field", "sql", "chain")))
    console.print(differences)
    console.print(f"[red]{len(found['differences'])} differences[/]")
    return False
