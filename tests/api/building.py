"""How the network of the API's tests is built, and who is on it."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session
from stdnum.cn import uscc

from api.app import make_services
from api.identity.actor import Role
from api.identity.models import Organisation, User
from api.identity.service import register_organisation
from api.identity.tokens import hash_password
from api.invoices.vault import load_or_create_master_key
from api.settings import ApiSettings
from hardhat_free_devnet import Anvil, fund
from indexer.events import Decoder
from indexer.follow import Follower
from node_adapter.client import NodeClient
from node_adapter.db import make_engine, migrate
from node_adapter.deploy import deploy_network
from node_adapter.deployments import Deployments
from node_adapter.outbox.outbox import Outbox
from node_adapter.outbox.worker import Worker
from node_adapter.signers import Wallet, create_account, load_signers
from node_adapter.signers.settings import FILE as SIGNERS_FILE
from scripts.actors import PERSONAS, SERVICE_KEYS, Persona
from scripts.data_folder import write_private_text
from scripts.signer_policy import policy_text
from tests.api.member import PASSWORD, Member
from tests.api.stage import SMALL_PIECES, Stage

QUICK = 2**4
"""scrypt's n for keys that guard nothing."""
PASSPHRASE = "a passphrase of the tests"
FIRST_CASH = 10**12
EXTRAS = (
    Persona("poor", "穷资本 Penniless Capital", Role.FINANCIER, "91110000MA01F3003E", "own"),
    Persona("own", "自持供应 Keeps Its Own Key", Role.SUPPLIER, "91320500MA1N59009H", "own"),
)
NEVER_ADMITTED = {"outsider", "o", "r", "co"}
"""The outsider by the story; operator, regulator and compliance are no participants."""


def with_check_digit(code: str) -> str:
    """A USCC whose last character is right, whatever it was."""
    return code[:17] + str(uscc.calc_check_digit(code[:17]))


EVERYBODY = tuple(
    Persona(p.login, p.name, p.role, with_check_digit(p.legal_id), p.custody) for p in (*PERSONAS, *EXTRAS)
)


def build(node: Anvil, folder: Path, database: str | None = None) -> Stage:
    """Keys, tables, organisations with logins, contracts; nobody is admitted and nothing is served yet. `database`: an
    empty one; else SQLite's in the folder."""
    keys, wallets, secret_files = folder / "keys", folder / "wallets", folder / "secrets"
    secret_files.mkdir(mode=0o700)
    (secret_files / "keystore.passphrase").touch(mode=0o600)
    (secret_files / "keystore.passphrase").write_text(PASSPHRASE)
    hosted = [*(p.login for p in EVERYBODY if p.custody == "hosted"), *SERVICE_KEYS]
    addresses = {name: create_account(keys, name, PASSPHRASE, work_factor=QUICK) for name in hosted}
    own = [p.login for p in EVERYBODY if p.custody == "own"]
    addresses |= {name: create_account(wallets, name, PASSPHRASE, work_factor=QUICK) for name in own}
    write_private_text(keys / SIGNERS_FILE, policy_text(EVERYBODY, addresses, daily=None))
    fund(node.url, addresses.values())
    database = database or f"sqlite:///{folder}/scf.sqlite3"
    engine = make_engine(database)
    for room in ("node_adapter", "indexer", "api"):
        migrate(engine, room)
    deployments = folder / "deployments.json"
    client = NodeClient(node.url)
    signers = load_signers(
        keys,
        secret_files / "keystore.passphrase",
        engine,
        lambda: outbox.deployments,
        lambda: client.head().timestamp,
    )
    outbox = Outbox(engine, client, Deployments(client.chain_id(), client.genesis_hash()), signers)
    worker = Worker(outbox)
    deployed = deploy_network(
        outbox,
        worker.step,
        deployer=addresses["deployer"],
        operator=addresses["o"],
        compliance=addresses["co"],
        bank=addresses["b"],
    )
    deployed.save(deployments)
    worker.close()
    settings = ApiSettings(
        database_url=database, node_url=node.url, deployments=deployments, keys=keys, secrets=secret_files
    )
    services = make_services(settings)
    follower = Follower(engine, NodeClient(node.url), Decoder(services.deployments))
    follower.pin()
    follower.catch_up()
    opened = {name: Wallet.load(wallets / f"{name}.json", PASSPHRASE) for name in own}
    stage = Stage(node, folder, settings, services, follower, opened)
    _register(stage, addresses)
    return stage


def _register(stage: Stage, addresses: dict[str, str]) -> None:
    with Session(stage.services.engine) as session, session.begin():
        for persona in EVERYBODY:
            organisation = organisation_of(session, stage, persona, addresses.get(persona.login))
            session.add(new_user(persona.login, organisation, demo=True))
            stage.members[persona.login] = Member(
                stage,
                persona.login,
                organisation.id,
                addresses.get(persona.login, ""),
                persona.legal_id,
                persona.name,
            )
        first = session.get_one(Organisation, stage["s1"].organisation_id)
        session.add(new_user("s1-real", first, demo=False))
        operator = stage["o"]
        session.add(new_user("o2", session.get_one(Organisation, operator.organisation_id), demo=True))
    stage.members["o2"] = replace(operator, login="o2")
    stage.members["nobody"] = Member(stage, "nobody")


def new_user(login: str, organisation: Organisation, *, demo: bool) -> User:
    return User(login=login, password_hash=_hashed(), organisation_id=organisation.id, demo=demo)


@cache
def _hashed() -> str:
    """Once for everybody: it takes as long as it should."""
    return hash_password(PASSWORD)


def organisation_of(session: Session, stage: Stage, persona: Persona, address: str | None) -> Organisation:
    """The persona's organisation, registered and flushed; not admitted."""
    organisation = register_organisation(
        session,
        load_or_create_master_key(stage.settings.secrets / "master.key"),
        name=persona.name,
        role=persona.role,
        legal_id=persona.legal_id,
        address=address,
        custody=persona.custody,
    )
    session.flush()
    return organisation


def set_the_scene(stage: Stage) -> None:
    """All but the outsider are admitted, who needs cash has it, and c has published its terms."""
    given = [
        stage["o"].post("/api/v1/participants", {"organisation_id": member.organisation_id}).json()["id"]
        for login, member in stage.members.items()
        if login not in NEVER_ADMITTED | {"o2", "nobody"}
    ]
    for operation in given:
        stage["o"].ended(operation)
    for login in ("c", "f1", "f2"):
        stage.credit(login, FIRST_CASH)
    stage["c"].command("/api/v1/programmes", SMALL_PIECES)
    stage.scene_set = True
