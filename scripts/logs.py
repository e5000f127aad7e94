"""`scf logs`: what the processes wrote."""

import time
from pathlib import Path

from scripts.data_folder import DataFolder
from scripts.errors import CliError
from scripts.output import emit

POLL_S = 0.3


def show(folder: DataFolder, name: str | None, *, follow: bool, lines: int, as_json: bool) -> None:
    """The last lines of one log or of all; with `follow` also what is added, until Ctrl-C."""
    files = {"node": folder.node / "anvil.log", "indexer": folder.logs / "indexer.log", "api": folder.logs / "api.log"}
    if name is not None and name not in files:
        raise CliError(f'there is no process "{name}"; there are {", ".join(files)}', name="NoSuchProcess")
    chosen = files if name is None else {name: files[name]}
    found = {each: path for each, path in chosen.items() if path.exists()}
    if not found:
        raise CliError(f"nothing was logged in {folder.root} yet; start the network with `scf up`", name="NoLogs")
    tails = {
        each: path.read_text(errors="replace").splitlines()[-lines:] if lines else [] for each, path in found.items()
    }
    if as_json:
        emit({"ok": True, "logs": tails})
        return
    for each, tail in tails.items():
        for line in tail:
            _print(each, line)
    if follow:
        _follow(found)


def _follow(files: dict[str, Path]) -> None:
    offsets = {name: path.stat().st_size for name, path in files.items()}
    try:
        while True:
            for name, path in files.items():
                size = path.stat().st_size
                if size < offsets[name]:  # begun anew
                    offsets[name] = 0
                with path.open(errors="replace") as file:
                    file.seek(offsets[name])
                    for line in file:
                        _print(name, line.rstrip("\n"))
                    offsets[name] = file.tell()
            time.sleep(POLL_S)
    except KeyboardInterrupt:
        return


def _print(name: str, line: str) -> None:
    print(f"{name:8}| {line}", flush=True)
