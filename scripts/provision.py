"""What a network needs before it runs: secrets, keys, tables, organisations, contracts. Each step can be repeated."""

import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from api.identity.models import Organisation, User
from api.identity.service import register_organisation, register_user
from api.invoices.vault import load_or_create_master_key
from node_adapter.client import NodeClient
from node_adapter.db import make_engine, masked, migrate
from node_adapter.deploy import deploy_network
from node_adapter.deployments import Deployments
from node_adapter.outbox.outbox import Outbox
from node_adapter.outbox.worker import Worker
from node_adapter.signers import Keyring, create_account, load_signers, read_secret
from node_adapter.signers.settings import FILE as SIGNERS_FILE
from scripts import actors
from scripts.actors import PERSONAS, SECOND_LOGINS, SERVICE_KEYS, DemoActor
from scripts.data_folder import DataFolder, write_private_text
from scripts.errors import CliError
from scripts.output import explain
from scripts.signer_policy import policy_text

Say = Callable[[str], None]

PASSPHRASE = "keystore.passphrase"  # noqa: S105 -- a file name
MASTER_KEY = "master.key"
REFERENCE_RATE_FROM = date(2025, 5, 20)
REFERENCE_RATE_PPM = 30_000
"""One-year LPR as published for that day, the floor of agreed late interest (R-17). The operator sets what follows."""


def passphrase(path: Path) -> str:
    """The passphrase in a file that only its owner can read; made on the first call. KeystoreError."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private_text(path, secrets.token_urlsafe(32) + "\n")
    return read_secret(path)


def tables(folder: DataFolder) -> Engine:
    """The database with every room's tables at their newest. CliError for one that cannot be used."""
    url = folder.database_url()
    engine = make_engine(url)
    try:
        for room in ("node_adapter", "indexer", "api"):
            migrate(engine, room)
    except DBAPIError as error:
        engine.dispose()
        name, said = explain(error) or ("", "")
        if name == "DiskFull":
            raise
        raise CliError(f"{said} ({masked(url)}); mend or restore it", name="DatabaseUnusable") from error
    return engine


def keys(folder: DataFolder, say: Say) -> dict[str, str]:
    """An account for each hosted persona and service, and for each own wallet; name → address. Made at the first start.

    Later a missing one is lost and said to be: another key in its place would be nobody's on the chain. Only the
    clients' wallets may be elsewhere then: they are not the server's.
    """
    hosted = [*(p.login for p in PERSONAS if p.custody == "hosted"), *SERVICE_KEYS]
    own = [p.login for p in PERSONAS if p.custody == "own"]
    if folder.was_provisioned():
        _require(folder, [f"keys/{name}.json" for name in hosted])
        known = {a.login: a.address for a in actors.load(folder) if a.address is not None and a.login in own}
        return known | Keyring(folder.keys, folder.secrets / PASSPHRASE).addresses()
    found: dict[str, str] = {}
    for where, secret, names in (
        (folder.keys, passphrase(folder.secrets / PASSPHRASE), hosted),
        (folder.wallets, passphrase(folder.wallets / "passphrase"), own),
    ):
        present = Keyring(where, secret).addresses() if where.exists() else {}
        missing = [name for name in names if name not in present]
        # scrypt takes a third of a second of one core, and lets other threads run meanwhile.
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            making = {pool.submit(create_account, where, name, secret): name for name in missing}
            for index, made in enumerate(as_completed(making), start=len(present) + 1):
                present[making[made]] = made.result()
                say(f"key {index} of {len(names)}: {making[made]}")
        found |= present
    return found


def _require(folder: DataFolder, names: list[str]) -> None:
    for name in ["actors.json", f"secrets/{PASSPHRASE}", f"secrets/{MASTER_KEY}", *names]:
        if not (folder.root / name).exists():
            raise CliError(
                f"{folder.root / name} is missing from a folder that was used; restore it, or `scf reset` starts anew",
                name="DataFolderUnusable",
            )


def organisations(folder: DataFolder, engine: Engine, addresses: dict[str, str], *, logins: bool) -> list[DemoActor]:
    """The demo's organisations in the API's tables, with logins where that is allowed."""
    known = {actor.login: actor for actor in actors.load(folder)}
    master_key = load_or_create_master_key(folder.secrets / MASTER_KEY)
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
        if logins:
            for login, of in SECOND_LOGINS.items():
                _second_login(session, known, login, of)
        made = [known[login] for login in (*(p.login for p in PERSONAS), *SECOND_LOGINS) if login in known]
        # Before the commit: a login that is in the database has its password on record.
        actors.save(folder, made)
    return made


def signer_policy(folder: DataFolder, addresses: dict[str, str], say: Say) -> None:
    """What each key may sign, by its owner's role; written once, and the user's from then on."""
    path = folder.keys / SIGNERS_FILE
    if not path.exists():
        if folder.was_provisioned():
            say(f"{path} was missing: what the keys may sign is as for a new network")
        write_private_text(path, policy_text(PERSONAS, addresses))


def _second_login(session: Session, known: dict[str, DemoActor], login: str, of: str) -> None:
    if session.get(User, login) is not None:
        return
    first = session.get_one(User, of)
    known[login] = replace(known[of], login=login, password=actors.new_password())
    register_user(session, first.organisation, login=login, password=known[login].password, demo=True)


def contracts(folder: DataFolder, engine: Engine, node_url: str, addresses: dict[str, str], say: Say) -> Deployments:
    """The network's contracts on the chain: found again if deployed before, finished if that was cut short."""
    if folder.deployments.exists():
        return Deployments.load(folder.deployments)
    say("deploying the contracts")
    client = NodeClient(node_url)
    signers = load_signers(
        folder.keys,
        folder.secrets / PASSPHRASE,
        engine,
        lambda: outbox.deployments,
        lambda: client.head().timestamp,
    )
    outbox = Outbox(engine, client, Deployments(client.chain_id(), client.genesis_hash()), signers)
    worker = Worker(outbox)
    try:
        deployments = deploy_network(
            outbox,
            worker.step,
            deployer=addresses["deployer"],
            operator=addresses["o"],
            compliance=addresses["co"],
            bank=addresses["b"],
            say=say,
            reference_rate=((REFERENCE_RATE_FROM - date(1970, 1, 1)).days, REFERENCE_RATE_PPM),
        )
    finally:
        worker.close()  # the API's worker takes over; this closes the client too
    deployments.save(folder.deployments)
    return deployments
