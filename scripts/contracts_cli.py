"""`scf contracts …`."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.data_folder import DEFAULT, DataFolder
from scripts.output import command

contracts_app = typer.Typer(help="The contracts: build them, put them on a chain, and see that they are as built.")
Node = Annotated[str | None, typer.Option("--node", help="The node's JSON-RPC; else the running network's.")]
File = Annotated[Path | None, typer.Option("--file", help="The deployments file; else the data folder's.")]

Data = Annotated[
    Path, typer.Option("--data", envvar="SCF_DATA", help="Folder that keeps the network.", show_default=".scf/")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for programs.")]


@contracts_app.command(epilog="Example: scf contracts build --check")
@command
def build(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a committed file is stale.")] = False,
    json_: Json = False,
) -> None:
    """Compile the sources with the pinned compiler into contracts/abi."""
    from scripts.contracts import build as run

    if not run(check=check, as_json=json_):
        raise typer.Exit(1)


@contracts_app.command(epilog="Example: scf contracts deploy --node http://10.0.0.7:8545 --data /srv/scf")
@command
def deploy(
    *,
    data: Data = DEFAULT,
    node: Node = None,
    file: File = None,
    beside: Annotated[
        bool, typer.Option("--beside", help="The next version beside the current one: run it again after the delay.")
    ] = False,
    keys: Annotated[
        Path | None, typer.Option("--keys", help="Folder of keystores with deployer and operator; else the data's.")
    ] = None,
    passphrase: Annotated[
        Path | None, typer.Option("--passphrase", help="File with the keystores' passphrase.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option("--database", envvar="SCF_DATABASE", help="Where it is kept how far it came; else the data's."),
    ] = None,
    deployer: Annotated[str, typer.Option("--deployer", help="Keystore's name; it serves nothing else.")] = "deployer",
    operator: Annotated[str, typer.Option("--operator", help="Keystore's name.")] = "o",
    compliance: Annotated[str, typer.Option("--compliance", help="Keystore's name, or an address.")] = "co",
    bank: Annotated[str, typer.Option("--bank", help="Keystore's name, or an address.")] = "b",
    json_: Json = False,
) -> None:
    """Put the contracts on a chain. Killed at any point, the next run goes on; nothing is made twice."""
    from scripts.contracts import Place
    from scripts.contracts import deploy as run

    place = Place.of(
        DataFolder(data.expanduser().resolve()),
        node=node,
        file=file,
        keys=keys,
        passphrase=passphrase,
        database=database,
    )
    names = {"deployer": deployer, "operator": operator, "compliance": compliance, "bank": bank}
    run(place, names, beside=beside, as_json=json_)


@contracts_app.command("verify", epilog="Example: scf contracts verify --json")
@command
def verify_contracts(data: Data = DEFAULT, node: Node = None, file: File = None, json_: Json = False) -> None:
    """Compare code, immutables, roles and wiring on the chain with what was built; every difference is named."""
    from scripts.contracts import Place
    from scripts.contracts import verify as run

    if not run(Place.of(DataFolder(data.expanduser().resolve()), node=node, file=file), as_json=json_):
        raise typer.Exit(1)
