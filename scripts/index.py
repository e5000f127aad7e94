"""`scf index`: the mirror's own commands, and the regulator's reading of it."""

from typing import Annotated

import typer

from scripts.data_folder import DEFAULT
from scripts.errors import CliError
from scripts.options import Data, Json, Url, folder_of
from scripts.output import command

app = typer.Typer(
    help="The mirror of the chain in SQL: serve it read-only, make it again.",
    no_args_is_help=True,
    invoke_without_command=True,
    rich_markup_mode="rich",
)


@app.callback(epilog="Example: scf index --read-only-api")
@command
def index(
    context: typer.Context,
    read_only_api: Annotated[
        bool,
        typer.Option("--read-only-api", help="Serve /audit/v1 from a process that holds no key and cannot write."),
    ] = False,
    data: Data = DEFAULT,
    url: Url = None,
    json_: Json = False,
) -> None:
    """Without a sub-command: what the options say."""
    if context.invoked_subcommand is not None:
        return
    if not read_only_api:
        raise CliError("say what to do: --read-only-api, or a sub-command; see scf index --help", name="NothingAsked")
    raise CliError("not there yet", name="NothingAsked")


@app.command(epilog="Example: scf index accept-reorg --at 1200")
@command
def accept_reorg(
    at: Annotated[
        int, typer.Option("--at", min=0, metavar="BLOCK", help="The newest block that stays: the indexer named it.")
    ],
    data: Data = DEFAULT,
    url: Url = None,
    json_: Json = False,
) -> None:
    """After a reorg that was too deep to be followed unasked: let all blocks above one go, and the indexer go on."""
    from scripts.accept_reorg import run

    run(folder_of(data), at, as_json=json_)


@app.command(epilog="Example: scf index rebuild")
@command
def rebuild(data: Data = DEFAULT, url: Url = None, json_: Json = False) -> None:
    """Make every row again from the stored log, beside the running index, and put in place what differs."""
    from scripts.rebuild import run

    run(folder_of(data), as_json=json_)
