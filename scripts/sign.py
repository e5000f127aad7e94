"""`scf sign`: the client's side of a command that its own wallet must sign. The key file never leaves its machine."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from scripts.data_folder import DEFAULT
from scripts.errors import CliError
from scripts.options import Data, Json, Url
from scripts.output import command, emit, say

PASSPHRASE = "passphrase"  # noqa: S105 -- a file name


@command
def sign(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What the console or the API handed out; - for stdin.")],
    key: Annotated[Path, typer.Option("--key", metavar="KEYFILE", help="The wallet's encrypted key file.")],
    passphrase_file: Annotated[
        Path | None,
        typer.Option("--passphrase-file", help="Else the file `passphrase` beside the key, else it is asked for."),
    ] = None,
    data: Data = DEFAULT,
    url: Url = None,
    json_: Json = False,
) -> None:
    """Show what is handed out to be signed, sign it with your own key, and print the signatures. Asks no server."""
    from api.console.messages import shown
    from node_adapter.signers import Wallet

    items, wanted = _read(file)
    for item in items:
        message = shown(item)
        say(message.title)
        for field in message.fields:
            say(f"  {field.path:28} {field.value}")
    beside = key.with_name(PASSPHRASE)
    secret = passphrase_file or (beside if beside.is_file() else None)
    wallet = Wallet.load(key, secret or typer.prompt("passphrase", hide_input=True, err=True))
    if wanted is not None and wanted != wallet.address:
        raise CliError(f"{wanted} has to sign it; {key} is {wallet.address}", name="WalletWrong")
    signatures = [wallet.sign(item) for item in items]
    if json_:
        emit({"ok": True, "wallet": wallet.address, "signatures": signatures})
    else:
        print(*signatures, sep="\n")


def _read(file: Path) -> tuple[list[dict[str, Any]], str | None]:
    """The items, and whose signature is asked where the document says so. An operation of the API's is one, too."""
    try:
        document = json.loads(sys.stdin.read() if str(file) == "-" else file.read_text())
        items = document["to_sign"] if isinstance(document, dict) else document
        if items and all(set(item) == {"type", "data"} for item in items):
            return items, document.get("wallet") if isinstance(document, dict) else None
    except OSError as error:
        raise CliError(f"{file} cannot be read: {error.strerror}", name="FileUnreadable") from error
    except (ValueError, KeyError, TypeError):
        pass
    raise CliError(f"{file} is nothing that the network hands out to be signed", name="FileUnreadable")
