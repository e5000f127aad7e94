"""`scf reset`: the network in a data folder is deleted."""

import shutil

from scripts.data_folder import LOOK_S, DataFolder, held
from scripts.errors import CliError


def database_elsewhere(folder: DataFolder) -> str | None:
    """The database that the network kept outside its folder, without its password; None if it kept none there."""
    from node_adapter.db import masked

    try:
        url = folder.database_url()
    except CliError:  # a damaged folder is deleted all the same
        return None
    return None if url.startswith("sqlite:") else masked(url)


def reset(folder: DataFolder) -> bool:
    """Delete what `scf up` made, and nothing else; whether there was anything. CliError while the network runs."""
    if not folder.root.exists():
        return False
    if not folder.root.is_dir() or not folder.is_ours():
        raise CliError(f"{folder.root} holds no network of scf; nothing was deleted", name="NotADataFolder")
    with held(folder.lock, LOOK_S) as mine:
        if not mine:
            raise CliError(
                f"a network runs on {folder.root}; stop it first (Ctrl-C where `scf up` runs)", name="AlreadyRunning"
            )
        for path in folder.made():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    if not any(folder.root.iterdir()):
        folder.root.rmdir()
    return True
