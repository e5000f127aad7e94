"""`scf reset`: the network in a data folder is deleted."""

import shutil

from scripts.data_folder import DataFolder, held
from scripts.errors import CliError

OURS = (
    "config.json",
    "actors.json",
    "run.json",
    "up.lock",
    "node",
    "keys",
    "wallets",
    "secrets",
    "logs",
    "deployments",
)


def reset(folder: DataFolder) -> bool:
    """Delete what `scf up` made, and nothing else; whether there was anything. CliError while the network runs."""
    if not folder.root.exists():
        return False
    if not folder.root.is_dir() or not (folder.exists() or folder.deployments.exists() or folder.node.exists()):
        raise CliError(f"{folder.root} holds no network of scf; nothing was deleted", name="NotADataFolder")
    with held(folder.lock) as mine:
        if not mine:
            raise CliError(
                f"a network runs on {folder.root}; stop it first (Ctrl-C where `scf up` runs)", name="AlreadyRunning"
            )
        for path in [*(folder.root / name for name in OURS), *folder.root.glob("scf.sqlite3*")]:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    if not any(folder.root.iterdir()):
        folder.root.rmdir()
    return True
