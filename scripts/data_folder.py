"""The data folder: all that a network on this machine keeps, and where."""

import contextlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.errors import CliError
from scripts.output import DISK_FULL

DEFAULT = Path(__file__).resolve().parent.parent / ".scf"
FORMAT = 2
FREE_MIN_BYTES = 100 * 1024 * 1024
DEVNET_CHAIN_ID = 31337

OURS = frozenset(
    {"config.json", "actors.json", "run.json", "up.lock", "node", "keys", "wallets", "secrets", "logs", "deployments"}
)
"""All that `scf up` makes beside the database."""
DATABASE = "scf.sqlite3"
NETWORKS = "networks.toml"
"""Written by the user, if at all."""
_ASIDE = re.compile(r"\.probe-[0-9a-f]{8}|(actors|config|run)\.json\.[0-9a-f]{8}\.new")
"""What a killed writer may have left."""
LOOK_S = 0.5
"""How long somebody may hold the lock who only looks whether a network runs."""


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Paths in a data folder. Nothing is made before `prepare`."""

    root: Path

    @property
    def node(self) -> Path:
        return self.root / "node"

    @property
    def keys(self) -> Path:
        """Keystores that the server signs with."""
        return self.root / "keys"

    @property
    def wallets(self) -> Path:
        """Keystores of clients that sign for themselves. The server is never told of this folder."""
        return self.root / "wallets"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def deployments(self) -> Path:
        return self.root / "deployments" / f"{DEVNET_CHAIN_ID}.json"

    @property
    def actors(self) -> Path:
        return self.root / "actors.json"

    @property
    def run(self) -> Path:
        """What is running now, written by `scf up`."""
        return self.root / "run.json"

    @property
    def lock(self) -> Path:
        return self.root / "up.lock"

    @property
    def config(self) -> Path:
        return self.root / "config.json"

    def networks_file(self) -> Path | None:
        """The user's own networks: what SCF_NETWORKS names, else `networks.toml` in this folder, else none."""
        named = os.environ.get("SCF_NETWORKS")
        own = self.root / NETWORKS
        return Path(named) if named else own if own.exists() else None

    def exists(self) -> bool:
        return self.config.exists()

    def prepare(self, database_url: str | None) -> None:
        """Make the folder, or check that it is one of ours, that it can be written, and that there is room.

        Raises CliError with what is wrong and what to do.
        """
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            names = {path.name for path in self.root.iterdir()} - {NETWORKS}
            foreign = sorted(name for name in names if not is_our_name(name))
            if foreign and not self.exists():
                raise CliError(
                    f"{self.root} holds other files ({foreign[0]}); --data wants a new or an empty folder",
                    name="DataFolderUnusable",
                )
            if self.exists():
                self._require_database(database_url)
            probe = self.root / f".probe-{secrets.token_hex(4)}"
            probe.write_bytes(b"scf")
            probe.unlink()
        except (FileExistsError, NotADirectoryError) as error:
            raise CliError(f"{error.filename} is no folder; --data wants one", name="DataFolderUnusable") from error
        except OSError as error:
            if error.errno in DISK_FULL:
                raise
            raise CliError(
                f"cannot write to {self.root} ({error.strerror}); choose another folder with --data",
                name="DataFolderUnusable",
            ) from error
        free = shutil.disk_usage(self.root).free
        if free < FREE_MIN_BYTES:
            raise CliError(
                f"only {free // 2**20} MB are free where {self.root} is; {FREE_MIN_BYTES // 2**20} MB are needed",
                name="DiskFull",
            )
        if not self.exists():
            if self.was_provisioned():
                raise CliError(
                    f"{self.config} is missing from a folder that was used; restore it, or `scf reset` starts anew",
                    name="DataFolderUnusable",
                )
            write_private(self.config, {"format": FORMAT, "database_url": database_url})
        for folder in (self.node, self.secrets, self.logs, self.deployments.parent):
            folder.mkdir(mode=0o700, exist_ok=True)

    def made(self) -> list[Path]:
        """All that `scf up` made, the config last: it says whose the folder is."""
        found = [path for path in self.root.iterdir() if is_our_name(path.name)]
        return sorted(found, key=lambda path: (path == self.config, path.name))

    def was_provisioned(self) -> bool:
        """Whether keys and organisations were made here: from then on a missing one is lost, not yet to be made."""
        return self.actors.exists() or self.deployments.exists()

    def is_ours(self) -> bool:
        """Whether `scf up` made this folder: its config says so, or what nobody else puts together is there."""
        try:
            return bool(self._config())
        except CliError:
            return self.lock.exists() and self.secrets.is_dir() and self.node.is_dir()

    def _require_database(self, database_url: str | None) -> None:
        config = self._config()
        if database_url is not None and database_url != config["database_url"]:
            raise CliError(
                f"{self.root} was made with another database; leave --database out, or choose another --data",
                name="DatabaseChanged",
            )

    def database_url(self) -> str:
        """The URL of the one database: SQLite in the folder unless it was made with another. May hold a password."""
        return self._config()["database_url"] or f"sqlite:///{self.root / DATABASE}"

    def _config(self) -> dict[str, Any]:
        config = read_json(self.config)
        if not isinstance(config, dict) or config.get("format") != FORMAT or "database_url" not in config:
            raise CliError(
                f"{self.config} is not of this version of scf; use the version that made it, or `scf reset`",
                name="DataFolderUnusable",
            )
        return config


def read_json(path: Path) -> Any:
    """A file of ours; CliError if it is missing or damaged."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError as error:
        raise CliError(
            f"{path} is missing; restore it, or `scf reset` starts anew", name="DataFolderUnusable"
        ) from error
    except (OSError, ValueError) as error:
        raise CliError(
            f"{path} cannot be read ({error}); restore it, or `scf reset` starts anew", name="DataFolderUnusable"
        ) from error


def is_our_name(name: str) -> bool:
    """Whether a name directly in a data folder is one that `scf up` uses."""
    return name in OURS or name.startswith(DATABASE) or _ASIDE.fullmatch(name) is not None


def write_private(path: Path, value: Any) -> None:
    """JSON that only its owner can read, put in place whole or not at all."""
    write_private_text(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def write_private_text(path: Path, text: str) -> None:
    """As `write_private`, for text: on the disk before it returns."""
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def held(lock: Path, wait_s: float = 0.0) -> Iterator[bool]:
    """Whether this process now holds the lock; the kernel drops it with the process, however that ends.

    Those who only look hold it for a moment: who means to keep it waits a little before believing that it is taken.
    """
    import fcntl

    deadline = time.monotonic() + wait_s
    with lock.open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() < deadline:
                    time.sleep(0.02)
                    continue
                yield False
            else:
                yield True
            return
