"""`scf audit`: evidence that someone who trusts nobody can check, made here and checked anywhere."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from scripts import disclosure_cli
from scripts.data_folder import DEFAULT, DataFolder
from scripts.options import Data, Json, Url, folder_of
from scripts.output import command, emit, say

app = typer.Typer(help="Evidence that one block hash proves.", no_args_is_help=True, rich_markup_mode="rich")

At = Annotated[
    int | None, typer.Option("--at", min=0, metavar="BLOCK", help="Up to which block; else the newest final.")
]


@app.command(epilog="Example: scf audit prove payable 0x… --complete -o evidence.json")
@command
def prove(
    kind: Annotated[
        str,
        typer.Argument(
            help="payable, piece, deal, hold, order, programme, participant, pay_out, anchor or event.", metavar="KIND"
        ),
    ],
    id_: Annotated[
        str,
        typer.Argument(metavar="ID", help="Its id; TOKEN/NUMBER of a pay-out, BLOCK/LOG_INDEX of an event."),
    ],
    *,
    at: At = None,
    complete: Annotated[
        bool,
        typer.Option("--complete", help="Also that no event is left out: every event of the contracts is in the file."),
    ] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to; stdout if not given.")
    ] = None,
    data: Data = DEFAULT,
    url: Url = None,
    json_: Json = False,
) -> None:
    """Write a file that proves what happened to one subject, to anybody who knows one block hash."""
    made = _make(folder_of(data), kind, id_, at, complete)
    words = {address: f"0x{word.hex()}" for address, word in made.words.items()}
    if output is None:
        sys.stdout.buffer.write(made.content)
        sys.stdout.buffer.flush()
    else:
        _write(output, made.content)
        if json_:
            written = {"file": str(output), "bytes": len(made.content), "block": made.block}
            emit({"ok": True, **written, "block_hash": made.block_hash, "journals": words})
    named = "".join(f" --journal {address}={word}" for address, word in words.items())
    say(f"evidence of {len(made.content):,} bytes up to block {made.block}; who has that block's hash checks it with")
    say(f"  scf audit verify {output or 'FILE'} --block-hash {made.block_hash}{named}")


@app.command(epilog="Example: scf audit verify evidence.json --block-hash 0x…")
@command
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `scf audit prove` wrote.")],
    block_hash: Annotated[
        str, typer.Option("--block-hash", metavar="HASH", help="Of the block that the file leads to, as you know it.")
    ],
    journal: Annotated[
        list[str] | None,
        typer.Option(
            "--journal",
            metavar="ADDRESS=WORD",
            help="A contract's journal word as you know it; only for chains whose headers prove nothing.",
        ),
    ] = None,
    data: Data = DEFAULT,
    url: Url = None,
    json_: Json = False,
) -> None:
    """Check a file against a block hash, offline: no node, no database, no network. Exits 1 if anything is off."""
    from indexer.proof.check import named_words, verify_evidence

    verdict = verify_evidence(file.read_bytes(), block_hash, named_words(journal or []))
    if json_:
        emit({"ok": True, **_summary(verdict)})
        return
    _print(verdict)


@app.command(epilog="Example: scf audit root --at 120")
@command
def root(
    at: Annotated[
        int | None, typer.Option("--at", min=0, metavar="BLOCK", help="After which block; else the newest root kept.")
    ] = None,
    data: Data = DEFAULT,
    url: Url = None,
    json_: Json = False,
) -> None:
    """Make the state root of a block again from raw logs alone, and compare it with the one that the index keeps."""
    found = _root(folder_of(data), at, bar=not json_)
    if json_:
        emit(found)
    else:
        print(f"block {found['block']} ({found['block_hash']}), {found['events']} business events")
        print(f"kept        {found['stored'] or 'none: the block is not final, or its turn has not come yet'}")
        print(f"recomputed  {found['recomputed']}")
    if not found["ok"]:
        raise typer.Exit(1)


@app.command(epilog="Example: scf audit export payables --at 120 -o payables.csv")
@command
def export(
    name: Annotated[str, typer.Argument(metavar="NAME", help="payables, receivables, exposures_by_debtor, …")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Where to; its ending says how: .csv or .parquet.")
    ],
    *,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="MOMENT", help="As of a block's number or hash, or an instant; else the newest."),
    ] = None,
    data: Data = DEFAULT,
    url: Url = None,
    json_: Json = False,
) -> None:
    """Write all rows of one report into a file that says as of which block it is."""
    from scripts.audit_export import run

    made = run(folder_of(data), name, output, at)
    if json_:
        emit({"ok": True, **made})
    else:
        print(f"{made['file']}: {made['report']} as of block {made['as_of_block']} ({made['as_of_hash']})")


disclosure_cli.register(app)


def _root(folder: DataFolder, at: int | None, *, bar: bool) -> dict[str, Any]:
    from dataclasses import asdict

    from rich.console import Console
    from rich.progress import Progress

    from indexer.events import Decoder
    from indexer.proof.recompute import recompute_root
    from node_adapter.db import make_engine
    from node_adapter.deployments import Deployments

    decoder = Decoder(Deployments.load(folder.deployments))
    engine = make_engine(folder.database_url())
    try:
        with Progress(console=Console(stderr=True), disable=not bar, transient=True) as shown:
            task = shown.add_task("folding", total=None)
            report = recompute_root(
                engine, decoder, at, lambda done, total: shown.update(task, completed=done, total=total)
            )
    finally:
        engine.dispose()
    return {"ok": report.ok, **asdict(report)}


def _make(folder: DataFolder, kind: str, text: str, at: int | None, complete: bool) -> Any:
    from indexer.proof.gather import make_evidence
    from indexer.proof.subjects import subject
    from node_adapter.client import NodeClient
    from node_adapter.db import make_engine
    from node_adapter.deployments import Deployments
    from node_adapter.networks import by_chain_id, load_networks
    from node_adapter.urls import node_urls
    from scripts.supervisor import running

    if kind != "event":
        subject(kind, text)  # what is misspelt is said first
    record = running(folder)
    deployments = Deployments.load(folder.deployments)
    engine = make_engine(folder.database_url())
    network = by_chain_id(deployments.chain_id, load_networks(folder.networks_file()))
    client = NodeClient(
        node_urls(record["node_url"]),
        chain_id=deployments.chain_id,
        genesis_hash=deployments.genesis_hash,
        network=network,
    )
    try:
        return make_evidence(engine, client, deployments, network, kind, text, block=at, complete=complete)
    finally:
        client.close()
        engine.dispose()


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        half.write_bytes(content)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def _summary(verdict: Any) -> dict[str, Any]:
    document = verdict.document
    return {
        **{name: document[name] for name in ("format", "subject", "at", "headers_commit", "statement")},
        "contracts": verdict.contracts,
        "headers": len(document["headers"]),
        "events": [
            {name: event[name] for name in ("about", "block", "time", "contract", "name", "args", "text")}
            for event in document["events"]
        ],
        "journals": [
            {name: j[name] for name in ("contract", "address", "count", "word")} for j in document["journals"]
        ],
    }


def _print(verdict: Any) -> None:
    document = verdict.document
    for language, holds in (("zh", "文件成立"), ("en", "the file holds")):
        print(f"{holds}: {document['subject']['kind']} {document['subject']['id']}\n")
        for line in document["statement"][language]:
            print(f"  {line}")
        print()
        for event in document["events"]:
            if event["about"] == "subject":
                print(f"  {event['text'][language]}")
        print()
    for contract, addresses in verdict.contracts.items():
        print(f"  {contract:16} {' '.join(addresses)}")
