"""What a network needs before it runs: secrets, keys, tables, organisations, contracts. Each step can be repeated."""

import secrets
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from api.identity.models import Organisation, User
from api.identity.service import register_organisation, register_user
from api.invoices.vault import load_or_create_master_key
from node_adapter.client import NodeClient
from node_adapter.db import make_engine, migrate
from node_adapter.deploy import deploy_network
from node_adapter.deployments import Deployments
from node_adapter.keyring import Keyring, create_account
from node_adapter.outbox.outbox import Outbox
from node_adapter.outbox.worker import Worker
from scripts import actors
from scripts.actors import PERSONAS, SERVICE_KEYS, DemoActor
from scripts.data_folder import DataFolder

Say = Callable[[str], None]


def passphrase_file(path: Path) -> Path:
    """A file with a new passphrase, if there is none yet; only its owner can read it."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32) + "\n")
    return path


def tables(folder: DataFolder) -> Engine:
    """The database with every room's tables at their newest."""
    engine = make_engine(folder.database_url())
    for room in ("node_adapter", "indexer", "api"):
        migrate(engine, room)
    return engine


def keys(folder: DataFolder, say: Say) -> dict[str, str]:
    """An account for each hosted persona and service, and for each own wallet; name → address. Made where missing."""
    hosted = [*(p.login for p in PERSONAS if p.custody == "hosted"), *SERVICE_KEYS]
    own = [p.login for p in PERSONAS if p.custody == "own"]
    found: dict[str, str] = {}
    for where, passphrase, names in (
        (folder.keys, passphrase_file(folder.secrets / "keystore.passphrase"), hosted),
        (folder.wallets, passphrase_file(folder.wallets / "passphrase"), own),
    ):
        secret = passphrase.read_text().strip()
        present = Keyring(where, secret).addresses() if where.exists() else {}
        for index, name in enumerate(names, start=1):
            if name not in present:
                present[name] = create_account(where, name, secret)
                say(f"key {index} of {len(names)}: {name}")
        found |= present
    return found


def organisations(folder: DataFolder, engine: Engine, addresses: dict[str, str], *, logins: bool) -> list[DemoActor]:
    """The demo's organisations in the API's tables, with logins where that is allowed."""
    known = {actor.login: actor for actor in actors.load(folder)}
    master_key = load_or_create_master_key(folder.secrets / "master.key")
    with Session(engine) as session, session.begin():
        present = {row.legal_id: row for row in session.scalars(select(Organisation))}
        for persona in PERSONAS:
            organisation = present.get(persona.legal_id) or register_organisation(
                session,
                master_key,
                name=persona.name,
                role=persona.role,
                legal_id=persona.legal_id,
                address=addresses.get(persona.login),
                custody=persona.custody,
            )
            session.flush()
            if logins and session.get(User, persona.login) is None:
                address = addresses.get(persona.login)
                known[persona.login] = DemoActor(
                    persona.name, persona.role, address, persona.login, actors.new_password()
                )
                password = known[persona.login].password
                register_user(session, organisation, login=persona.login, password=password, demo=True)
        made = [known[persona.login] for persona in PERSONAS if persona.login in known]
        # Before the commit: a login that is in the database has its password on record.
        actors.save(folder, made)
    return made


def contracts(folder: DataFolder, engine: Engine, node_url: str, addresses: dict[str, str], say: Say) -> Deployments:
    """The network's contracts on the chain: found again if deployed before, finished if that was cut short."""
    if folder.deployments.exists():
        return Deployments.load(folder.deployments)
    say("deploying the contracts")
    client = NodeClient(node_url)
    keyring = Keyring(folder.keys, folder.secrets / "keystore.passphrase")
    outbox = Outbox(engine, client, Deployments(client.chain_id(), client.genesis_hash()), keyring)
    worker = Worker(outbox)
    try:
        deployments = deploy_network(
            outbox, worker.step, deployer=addresses["deployer"], operator=addresses["o"], bank=addresses["b"]
        )
    finally:
        worker.close()  # the API's worker takes over
    deployments.save(folder.deployments)
    return deployments
