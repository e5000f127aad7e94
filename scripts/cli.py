"""The `scf` command line. Started by `scripts/scf`, which has set up what this needs.

Each command imports what it works with when it runs: `scf --help` answers at once.
"""

from pathlib import Path
from typing import Annotated

import typer

from scripts import audit, index
from scripts.contracts_cli import contracts_app
from scripts.data_folder import DEFAULT
from scripts.errors import CliError
from scripts.options import Data, Json, Url, folder_of
from scripts.output import command, emit, say
from scripts.sign import sign

app = typer.Typer(
    name="scf",
    help="A permissioned blockchain for supply-chain finance. Start with: scf up",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,  # a local may be a key
    add_completion=False,
)
app.add_typer(audit.app, name="audit")
app.add_typer(index.app, name="index")


@app.command(epilog="Example: scf up --port 8080")
@command
def up(
    data: Data = DEFAULT,
    url: Url = None,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; demo logins exist only on the loopback.")
    ] = "127.0.0.1",
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port; else that of --url.")] = None,
    database: Annotated[
        str | None,
        typer.Option("--database", envvar="SCF_DATABASE", help="postgresql://… instead of SQLite; at the first start."),
    ] = None,
    json_: Json = False,
) -> None:
    """Start the network: node, contracts, indexer and API. Ctrl-C stops it; the next start goes on from there."""
    from scripts.up import up as run

    run(folder_of(data), url=url, host=host, port=port, database=database, as_json=json_)


@app.command(epilog="Example: scf demo --json > story.json")
@command
def demo(data: Data = DEFAULT, url: Url = None, json_: Json = False) -> None:
    """Play one invoice's whole life on the running network, through its HTTP API. Can be played again and again."""
    from scripts.demo.play import play

    if not play(folder_of(data), url, as_json=json_):
        raise typer.Exit(1)


@app.command(epilog="Example: scf clock +90d")
@command
def clock(
    shift: Annotated[str, typer.Argument(help="How far, forward only: +90d, +12h, +30m or +45s.")],
    data: Data = DEFAULT,
    url: Url = None,
    json_: Json = False,
) -> None:
    """Move the devnet's clock forward. Business dates follow the chain's time; tokens expire by the wall clock."""
    from scripts.clock import shift_clock

    moved = shift_clock(folder_of(data), shift)
    if json_:
        emit({"ok": True, **moved})
    else:
        print(f"chain time is {moved['now']}, business date {moved['business_date']}")


@app.command(epilog="Example: scf status --json")
@command
def status(data: Data = DEFAULT, url: Url = None, json_: Json = False) -> None:
    """What runs, where, how far, and the demo actors' logins. Exits 0 only when all is well."""
    from scripts.status import show

    if not show(folder_of(data), url, as_json=json_):
        raise typer.Exit(1)


@app.command(epilog="Example: scf verify --json")
@command
def verify(
    at: Annotated[
        int | None,
        typer.Option("--at", min=0, metavar="BLOCK", help="As of this block; the node must still have its state."),
    ] = None,
    sample: Annotated[
        int | None, typer.Option("--sample", min=1, metavar="N", help="Ask the contracts N questions only, at random.")
    ] = None,
    data: Data = DEFAULT,
    url: Url = None,
    json_: Json = False,
) -> None:
    """Compare every balance, state and total in SQL, and every contract's journal, with the chain at one block."""
    from scripts.verify import run

    if not run(folder_of(data), at=at, sample=sample, as_json=json_):
        raise typer.Exit(1)


@app.command(epilog="Example: scf logs api --follow")
@command
def logs(
    name: Annotated[str | None, typer.Argument(help="node, indexer or api; all if not given.")] = None,
    data: Data = DEFAULT,
    url: Url = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on showing what is added.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many lines of each to begin with.")] = 40,
    json_: Json = False,
) -> None:
    """Show what the processes wrote."""
    from scripts.logs import show

    show(folder_of(data), name, follow=follow, lines=lines, as_json=json_)


@app.command(epilog="Example: scf reset --yes")
@command
def reset(
    data: Data = DEFAULT,
    url: Url = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json_: Json = False,
) -> None:
    """Delete the network in the data folder: chain, database, keys and documents. Asks first."""
    from scripts.reset import database_elsewhere
    from scripts.reset import reset as run

    folder = folder_of(data)
    if not yes and not json_ and not typer.confirm(f"Delete the network in {folder.root} for good?", err=True):
        raise CliError("nothing was deleted", name="Declined")
    if json_ and not yes:
        raise CliError("--json asks no questions; add --yes to delete", name="Declined")
    left = database_elsewhere(folder)
    deleted = run(folder)
    if json_:
        emit({"ok": True, "deleted": deleted, "left": left})
        return
    say(f"deleted {folder.root}" if deleted else f"there was nothing in {folder.root}")
    if left is not None:
        say(f"the database {left} was left as it is; give the next network an empty one")


@app.command(
    epilog="Example: scf keys create treasury --pkcs11 /usr/lib/softhsm/libsofthsm2.so --token scf --pin-file hsm.pin"
)
@command
def keys(  # noqa: PLR0917 -- typer passes them by name
    action: Annotated[str, typer.Argument(help="list, or create.")] = "list",
    name: Annotated[str | None, typer.Argument(help="create: what the key is called.")] = None,
    pkcs11: Annotated[
        Path | None, typer.Option("--pkcs11", help="create: in an HSM; its PKCS#11 module. Else in a keystore.")
    ] = None,
    token: Annotated[str | None, typer.Option("--token", help="create: the HSM token's label.")] = None,
    pin_file: Annotated[
        Path | None, typer.Option("--pin-file", help="create: file with the token's PIN, mode 600.")
    ] = None,
    data: Data = DEFAULT,
    url: Url = None,
    json_: Json = False,
) -> None:
    """Make a key, in a keystore or inside an HSM, or show where each key is and what it may sign."""
    from scripts.keys import run

    run(folder_of(data), action, name, pkcs11=pkcs11, token=token, pin_file=pin_file, as_json=json_)


@app.command(epilog="Example: scf doctor")
@command
def doctor(data: Data = DEFAULT, url: Url = None, json_: Json = False) -> None:
    """What is installed, what is missing, and how to mend it."""
    from scripts.doctor import show

    if not show(folder_of(data), url, as_json=json_):
        raise typer.Exit(1)


@app.command(epilog="Example: scf check")
@command
def check(
    deep: Annotated[
        bool,
        typer.Option("--deep", help="The contracts' campaigns ten times as long, slither, coverage: an hour or more."),
    ] = False,
    data: Data = DEFAULT,
    url: Url = None,
    json_: Json = False,
) -> None:
    """Run every quick check in order, stopping at the first failure: what to run before each commit."""
    from scripts.checks import run

    if not run(slow=False, deep=deep, as_json=json_):
        raise typer.Exit(1)


@app.command("test", epilog="Example: scf test")
@command
def run_tests(
    data: Data = DEFAULT,
    url: Url = None,
    json_: Json = False,
) -> None:
    """Run every check and every test: `scf check` and the slow rest."""
    from scripts.checks import run

    if not run(slow=True, as_json=json_):
        raise typer.Exit(1)


@app.command(epilog="Example: scf bench write --json")
@command
def bench(
    name: Annotated[str, typer.Argument(help="write, index or gas.")],
    data: Data = DEFAULT,
    url: Url = None,
    rows: Annotated[
        int | None,
        typer.Option("--rows", min=10, help="write: how many operations the full table has.", show_default="10000000"),
    ] = None,
    json_: Json = False,
) -> None:
    """Measure, as ratios within one run: nothing of a running network is touched."""
    from scripts.bench import run

    if not run(name, as_json=json_, rows=rows):
        raise typer.Exit(1)


@app.command(epilog="Example: scf outbox list --state pending")
@command
def outbox(
    act: Annotated[str, typer.Argument(help="list, show, retry, replace, cancel or resume.")],
    name: Annotated[str | None, typer.Argument(help="The operation's id; for resume the signer's address.")] = None,
    data: Data = DEFAULT,
    url: Url = None,
    *,
    state: Annotated[str | None, typer.Option("--state", help="List only those in this state.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many of the newest to list.")] = 20,
    json_: Json = False,
) -> None:
    """What waits to reach the chain and why; send it again, pay more for it, cancel it, let a stopped signer go on."""
    from scripts.outbox import run

    run(folder_of(data), act, name, state=state, limit=limit, as_json=json_)


@app.command(epilog="Example: scf mutate contracts --sample 20 --seed 7")
@command
def mutate(
    name: Annotated[str, typer.Argument(help="contracts.")],
    *,
    sample: Annotated[int, typer.Option("--sample", min=1, help="How many breaks that compile to try.")] = 100,
    seed: Annotated[int, typer.Option("--seed", help="Which ones: the same seed, the same breaks.")] = 1,
    notes: Annotated[
        Path | None, typer.Option("--notes", help="File that keeps what was killed: a run that was ended goes on.")
    ] = None,
    data: Data = DEFAULT,
    url: Url = None,
    json_: Json = False,
) -> None:
    """Break the contracts in many small ways and see whether their tests notice. Exits 1 below 95 %. Takes long."""
    from scripts.mutate import run

    if not run(name, sample=sample, seed=seed, as_json=json_, notes=notes):
        raise typer.Exit(1)


app.command(epilog="Example: scf sign to-sign-1f2e3d4c.json --key wallets/c.json")(sign)
app.add_typer(contracts_app, name="contracts", no_args_is_help=True)


if __name__ == "__main__":
    app(prog_name="scf")
