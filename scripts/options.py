"""Options that every command of `scf` has."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.data_folder import DataFolder

Data = Annotated[
    Path, typer.Option("--data", envvar="SCF_DATA", help="Folder that keeps the network.", show_default=".scf/")
]
Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        envvar="SCF_URL",
        help="Where the API is reached; else where the network of --data runs.",
        show_default="http://127.0.0.1:8000",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for programs.")]


def folder_of(data: Path) -> DataFolder:
    return DataFolder(data.expanduser().resolve())
