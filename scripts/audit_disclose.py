"""`scf audit keygen`, `disclose` and `import`: names and documents to a regulator, encrypted, and into its index."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api.audit.private_file import read_private, write_private
from api.disclosure.box import PublicKey, SecretKey, open_box, seal
from api.disclosure.gather import gather
from api.disclosure.pack import decoded
from api.disclosure.take import take
from api.invoices.vault import load_or_create_master_key
from node_adapter.db import make_engine, migrate, read_only
from scripts.data_folder import DataFolder
from scripts.errors import CliError
from scripts.provision import MASTER_KEY


def keygen(output: Path) -> dict[str, Any]:
    """A pair: the key that opens packs in `output` (0600), the public one beside it. CliError where one is there."""
    public = public_file(output)
    key = SecretKey.new()
    try:
        if public.exists():
            raise FileExistsError(public)
        write_private(output, key.text + "\n")
    except FileExistsError as error:
        raise CliError(
            f"{error.filename or error} is there already: a key is never replaced, its packs would stay shut",
            name="KeyExists",
        ) from error
    public.write_text(key.public.text + "\n")
    return {"key": str(output), "public_key_file": str(public), "public_key": key.public.text}


def public_file(key: Path) -> Path:
    return key.with_name(key.name + ".pub")


def disclose(folder: DataFolder, recipient: str, output: Path, since: int) -> dict[str, Any]:
    """What was written, and for whom. `recipient` is a public key, or a file with one."""
    text = Path(recipient).read_text() if Path(recipient).is_file() else recipient
    key = PublicKey.parse(text)
    if not folder.was_provisioned():
        raise CliError(
            f"there is no network in {folder.root}; names and documents are where its API runs", name="NotHere"
        )
    engine = make_engine(folder.database_url())
    try:
        with Session(read_only(engine)) as session:
            pack = gather(session, load_or_create_master_key(folder.secrets / MASTER_KEY), since=since)
    finally:
        engine.dispose()
    output.write_bytes(seal(key, pack.encoded()))
    return {
        "file": str(output),
        "for": key.text,
        "block": pack.block,
        "participants": len(pack.participants),
        "invoices": len(pack.invoices),
        "texts": len(pack.texts),
        "register_hash": pack.register_hash,
    }


def import_pack(database: str, pack: Path, key: Path) -> dict[str, Any]:
    """What was taken into the index, and what was refused and why."""
    secret = SecretKey.parse(read_private(key, characters_min=64))
    content = decoded(open_box(secret, pack.read_bytes()))
    engine = make_engine(database)
    try:
        migrate(engine, "indexer")
        with Session(engine) as session, session.begin():
            taken = take(session, content)
    finally:
        engine.dispose()
    return {"ok": not taken.refused, "register_hash": content.register_hash, **asdict(taken)}
