"""`scf index`: the mirror's own commands, and the regulator's reading of it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from scripts.data_folder import DEFAULT, DataFolder
from scripts.errors import CliError
from scripts.options import Data, Json, Url, folder_of
from scripts.output import command, emit, say

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
    *,
    read_only_api: Annotated[
        bool,
        typer.Option("--read-only-api", help="Serve /audit/v1 from a process that holds no key and cannot write."),
    ] = False,
    database: Annotated[
        str | None, typer.Option("--database", metavar="URL", help="Of the index; else SCF_AUDIT_DATABASE_URL, --data.")
    ] = None,
    node: Annotated[
        str | None, typer.Option("--node", metavar="URL", help="A node's; else SCF_AUDIT_NODE_URL, --data.")
    ] = None,
    deployments: Annotated[
        Path | None, typer.Option("--deployments", metavar="FILE", help="Else SCF_AUDIT_DEPLOYMENTS, --data.")
    ] = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on; 127.0.0.1 if not given.")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="8100 if not given.")] = None,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", metavar="FILE", help="With what readers show; needed beyond the loopback."),
    ] = None,
    data: Data = DEFAULT,
    url: Url = None,
    json_: Json = False,
) -> None:
    """Without a sub-command: what the options say."""
    if context.invoked_subcommand is not None:
        return
    if not read_only_api:
        raise CliError("say what to do: --read-only-api, or a sub-command; see scf index --help", name="NothingAsked")
    given = {"database_url": database, "node_url": node, "deployments": deployments}
    _serve(folder_of(data), given, {"host": host, "port": port, "token_file": token_file}, as_json=json_)


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


def _serve(folder: DataFolder, where: dict[str, Any], how: dict[str, Any], *, as_json: bool) -> None:
    """`where` is what the data folder knows too, `how` what has a default; what is None was not given."""
    from pydantic import ValidationError

    from api.audit.app import serve
    from api.audit.settings import AuditSettings
    from scripts.supervisor import running

    of_folder: dict[str, Callable[[], Any]] = {
        "database_url": folder.database_url,
        "node_url": lambda: running(folder)["node_url"],
        "deployments": lambda: folder.deployments,
        "networks": folder.networks_file,
    }
    given = {name: value for name, value in (where | how).items() if value is not None}
    for name, known in of_folder.items():
        if name not in given and f"SCF_AUDIT_{name.upper()}" not in os.environ:
            given[name] = known()
    try:
        settings = AuditSettings(**given)
    except ValidationError as error:
        raise CliError("; ".join(found["msg"] for found in error.errors()), name="SettingsWrong") from error
    at = f"http://{settings.host}:{settings.port}"

    def announce() -> None:
        if as_json:
            emit({"ok": True, "url": at, "token": settings.token_file is not None})
        say(f"serving {at}/audit/v1, read only; {at}/docs is the reference. Ctrl-C stops it")

    serve(settings, announce)
