"""`scf audit keygen`, `disclose`, `import`: the commands' faces; what they do is in `audit_disclose`."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.data_folder import DEFAULT
from scripts.options import Data, Json, Url, folder_of
from scripts.output import command, emit, say


@command
def keygen(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Of the key; FILE.pub is the other.")],
    *,
    data: Data = DEFAULT,
    url: Url = None,
    json_: Json = False,
) -> None:
    """Make a regulator's pair of keys: one to hand out, and one that opens what is disclosed."""
    from scripts.audit_disclose import keygen as run

    made = run(output)
    if json_:
        emit({"ok": True, **made})
        return
    print(made["public_key"])
    say(f"{made['key']} opens packs: it is yours alone. {made['public_key_file']} is what you hand out")


@command
def disclose(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="PACK", help="Where to.")],
    recipient: Annotated[
        str, typer.Option("--for", metavar="KEY", help="The regulator's public key, or the file with it.")
    ],
    *,
    since: Annotated[
        int, typer.Option("--since", min=0, metavar="BLOCK", help="Only invoices of payables changed from there on.")
    ] = 0,
    data: Data = DEFAULT,
    url: Url = None,
    json_: Json = False,
) -> None:
    """Write names, invoices and texts behind the hashes on chain, encrypted to a regulator."""
    from scripts.audit_disclose import disclose as run

    made = run(folder_of(data), recipient, output, since)
    if json_:
        emit({"ok": True, **made})
        return
    counts = f"{made['participants']} participants, {made['invoices']} invoices, {made['texts']} texts"
    print(f"{made['file']}: {counts}, up to block {made['block']}, for {made['for']}")


@command
def import_(
    pack: Annotated[Path, typer.Argument(metavar="PACK", help="What `scf audit disclose` wrote.")],
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="What `scf audit keygen` made.")],
    *,
    database: Annotated[
        str | None, typer.Option("--database", metavar="URL", help="Of the regulator's index; else that of --data.")
    ] = None,
    data: Data = DEFAULT,
    url: Url = None,
    json_: Json = False,
) -> None:
    """Take a pack into a regulator's index, each entry against its hash on chain. Exits 1 if any is refused."""
    from scripts.audit_disclose import import_pack

    taken = import_pack(database or folder_of(data).database_url(), pack, key)
    if json_:
        emit(taken)
    else:
        print(f"{taken['participants']} participants, {taken['invoices']} invoices, {taken['texts']} texts")
        for refusal in taken["refused"]:
            say(f"refused: {refusal['kind']} {refusal['id']}: {refusal['why']}")
    if not taken["ok"]:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Under `scf audit`."""
    app.command(epilog="Example: scf audit keygen -o regulator.key")(keygen)
    app.command(epilog="Example: scf audit disclose --for regulator.key.pub -o pack.json")(disclose)
    app.command("import", epilog="Example: scf audit import pack.json --key regulator.key")(import_)
