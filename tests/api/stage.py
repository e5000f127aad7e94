"""The network as API tests meet it: a real node, contracts, SQLite, the index, the app with its outbox worker, and
everybody logged in. One for all tests: each makes payables of its own, and nobody counts on the chain's length.
"""

import itertools
import secrets
import threading
import time
import warnings
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from httpx import Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from api.app import make_services
from api.context import Services
from api.domain.money import Money
from api.identity.actor import Role
from api.identity.models import Organisation, User
from api.identity.service import register_organisation
from api.identity.tokens import hash_password
from api.invoices.vault import load_or_create_master_key
from api.settings import ApiSettings
from hardhat_free_devnet import Anvil, fund, rpc
from indexer.events import Decoder
from indexer.follow import Follower
from node_adapter.client import NodeClient
from node_adapter.db import make_engine, migrate
from node_adapter.deploy import deploy_network
from node_adapter.deployments import Deployments
from node_adapter.outbox.models import Operation, OperationState
from node_adapter.outbox.outbox import Outbox
from node_adapter.outbox.worker import Worker
from node_adapter.signers import Wallet, create_account, load_signers
from node_adapter.signers.settings import FILE as SIGNERS_FILE
from scripts.actors import PERSONAS, SERVICE_KEYS, Persona
from scripts.data_folder import write_private_text
from scripts.signer_policy import policy_text
from scripts.story_invoice import StoryParty, story_invoice

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have httpx2
    from fastapi.testclient import TestClient as TestClient  # noqa: PLC0414 - to others too

QUICK = 2**4
"""scrypt's n for keys that guard nothing."""
PASSPHRASE = "a passphrase of the tests"
PASSWORD = "a password of the tests"
WAIT_S = 30.0
ON_ITS_WAY = {OperationState.PENDING, OperationState.SIGNED, OperationState.SENT}
FACE = 1_000_000_00
FIRST_CASH = 10**12

EXTRAS = (
    Persona("poor", "穷资本 Penniless Capital", Role.FINANCIER, "91110000MA01F3003E", "own"),
    Persona("own", "自持供应 Keeps Its Own Key", Role.SUPPLIER, "91320500MA1N59009H", "own"),
)
NEVER_ADMITTED = {"outsider", "o", "r", "co"}
"""The outsider by the story; operator, regulator and compliance are no participants."""
SMALL_PIECES = {
    "minimum_piece": {"amount": "0.01", "currency": "CNY"},
    "maximum_depth": 5,
    "soft_tenor_months": 12,
    "blackout_days_after": 0,
}
"""The programme of c's that the tests propose under: the newest it has, so that nobody names it."""

_numbers = itertools.count(1)


def with_check_digit(code: str) -> str:
    """A USCC whose last character is right, whatever it was."""
    return code[:17] + str(uscc.calc_check_digit(code[:17]))


EVERYBODY = tuple(
    Persona(p.login, p.name, p.role, with_check_digit(p.legal_id), p.custody) for p in (*PERSONAS, *EXTRAS)
)


def money(minor: int, currency: str = "CNY") -> dict[str, str]:
    return Money(minor, currency).to_json()


def refusal(response: Response) -> str:
    """ "409 QuoteExpired"; fails unless the answer is a problem as RFC 9457 and the house want it."""
    body = response.json()
    assert response.headers["content-type"] == "application/problem+json", response.text
    assert set(body) == {"type", "title", "status", "detail", "params"}, body
    assert body["type"] == f"urn:scf-network:problem:{body['title']}"
    assert body["status"] == response.status_code
    assert body["detail"]
    assert isinstance(body["params"], dict)
    return f"{response.status_code} {body['title']}"


def answer(response: Response) -> str:
    """The status, and a refusal's name."""
    return str(response.status_code) if response.is_success else refusal(response)


@dataclass
class Member:
    """One login's side of the API. "nobody" sends no token."""

    stage: "Stage"
    login: str
    organisation_id: str = ""
    address: str = ""
    legal_id: str = ""
    name: str = ""
    _token: str = field(default="", repr=False)

    @property
    def token(self) -> str:
        """Good for an hour: longer than all tests."""
        if not self._token:
            self._token = log_in(self.stage, self.login).json()["access_token"]
        return self._token

    @property
    def _headers(self) -> dict[str, str]:
        return {} if self.login == "nobody" else {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, **query: Any) -> Response:
        response: Response = self.stage.http.get(path, params=query, headers=self._headers)
        return response

    def read(self, path: str, **query: Any) -> Any:
        response = self.get(path, **query)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, path: str, body: Any = None, *, key: str | None = None, **more: Any) -> Response:
        headers = {**self._headers, "Idempotency-Key": key or secrets.token_hex(16), **more.pop("headers", {})}
        if "files" not in more and "content" not in more:
            more["json"] = {} if body is None else body
        response: Response = self.stage.http.post(path, headers=headers, **more)
        return response

    def upload(self, document: bytes, *, key: str | None = None) -> Response:
        return self.post("/api/v1/invoices", key=key, files={"file": ("invoice.xml", document, "application/xml")})

    def sign(self, operation: dict[str, Any]) -> Response:
        """Hand in what the login's own wallet makes of `to_sign`."""
        signatures = [self.stage.wallets[self.login].sign(item) for item in operation["to_sign"]]
        return self.post(f"/api/v1/operations/{operation['id']}/signature", {"signatures": signatures})

    def command(self, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
        """Given, signed if it must be, and done; an assertion for any refusal."""
        response = self.post(path, body, **more)
        assert response.status_code == 202, response.text
        operation: dict[str, Any] = response.json()
        if operation["state"] == "awaiting_signature":
            response = self.sign(operation)
            assert response.status_code == 202, response.text
        ended = self.ended(operation["id"])
        assert ended["state"] == "done", ended
        return ended

    def ended(self, operation_id: str) -> dict[str, Any]:
        """The operation once it is done or failed."""
        deadline = time.monotonic() + WAIT_S
        while True:
            self.stage.index()
            operation: dict[str, Any] = self.read(f"/api/v1/operations/{operation_id}")
            if operation["state"] in {"done", "failed"}:
                return operation
            assert time.monotonic() < deadline, f"still {operation}"
            time.sleep(0.01)

    def cash(self) -> int:
        return Money.from_json(self.read("/api/v1/accounts/me")["balances"][0]["balance"]).minor


@dataclass
class Stage:
    """`stage["s1"]` is the first supplier; the acts below are done when they return."""

    node: Anvil
    folder: Path
    settings: ApiSettings
    services: Services
    follower: Follower
    wallets: dict[str, Wallet]
    members: dict[str, Member] = field(default_factory=dict)
    scene_set: bool = False
    _http: TestClient | None = None
    _indexing: threading.Lock = field(default_factory=threading.Lock)

    def __getitem__(self, login: str) -> Member:
        return self.members[login]

    @property
    def http(self) -> TestClient:
        assert self._http is not None, "take the fixture `network`: it lets the app run"
        return self._http

    def opened(self, http: TestClient) -> "Stage":
        self._http = http
        return self

    def index(self) -> None:
        """What the indexer process does all the time."""
        with self._indexing:
            self.follower.catch_up()

    def rpc(self, method: str, *params: Any) -> Any:
        return rpc(self.node.url, method, *params)

    def operations(self) -> list[Operation]:
        with Session(self.services.engine, expire_on_commit=False) as session:
            return list(session.scalars(select(Operation).order_by(Operation.sequence)))

    def operation(self, operation_id: str) -> Operation:
        with Session(self.services.engine, expire_on_commit=False) as session:
            return session.get_one(Operation, operation_id)

    def settle(self) -> None:
        """Until nothing is on its way: what a test left behind must not arrive in the next one."""
        deadline = time.monotonic() + WAIT_S
        while any(operation.state in ON_ITS_WAY for operation in self.operations()):
            assert time.monotonic() < deadline, "the outbox does not come to rest"
            time.sleep(0.01)
        self.index()

    def restore(self) -> None:
        """What stops others does not outlive the test that did it: a bank's pause, entries that bar a debtor."""
        for entry in self["o"].read("/api/v1/dishonours", limit=200)["items"]:
            if not entry["lifted"]:
                self["o"].command(f"/api/v1/dishonours/{entry['payable_id']}/lift", {"reason": "the test is over"})
        for token in self["b"].read("/api/v1/deposit-tokens")["items"]:
            if token["paused"]:
                self["b"].command(f"/api/v1/deposit-tokens/{token['deposit_token']}/resume")

    # The clock

    def now(self) -> int:
        return int(self.rpc("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def pass_time(self, seconds: int) -> None:
        self.rpc("evm_increaseTime", seconds)
        self.rpc("anvil_mine", "0x1")
        self.index()

    def today(self) -> date:
        return date.fromisoformat(self["r"].read("/api/v1/chain")["business_date"])

    def go_to(self, hour: int, minute: int = 0) -> None:
        """To the next such time of day in Shanghai (UTC+8)."""
        self.pass_time((hour * 3_600 + minute * 60 - self.now() - 8 * 3_600) % 86_400 or 86_400)

    # What everybody does

    def document(self, seller: str = "s1", buyer: str = "c", amount: int = FACE, **changes: Any) -> bytes:
        today = self.today()
        wanted: dict[str, Any] = {
            "number": f"T-{next(_numbers)}",
            "issue_date": today,
            "due_date": today + timedelta(days=90),
            **changes,
        }
        sides = [StoryParty(self[login].name, self[login].legal_id) for login in (seller, buyer)]
        return story_invoice(seller=sides[0], buyer=sides[1], payable_minor=amount, **wanted)

    def invoice(self, seller: str = "s1", amount: int = FACE, **changes: Any) -> str:
        document = self.document(seller, amount=amount, **changes)
        done = self[seller].command("/api/v1/invoices", files={"file": ("i.xml", document, "application/xml")})
        return str(done["resource"]["id"])

    def proposed(
        self, seller: str = "s1", amount: int = FACE, *, terms: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        """`terms` beside the invoice, `changes` of the invoice."""
        invoice = self.invoice(seller, amount, **changes)
        done = self[seller].command("/api/v1/payables", {"invoice_id": invoice, **(terms or {})})
        return str(done["resource"]["id"])

    def confirmed(self, seller: str = "s1", amount: int = FACE, **changes: Any) -> str:
        payable = self.proposed(seller, amount, **changes)
        self[changes.get("buyer", "c")].command(f"/api/v1/payables/{payable}/confirm")
        return payable

    def issued(self, amount: int = FACE, **changes: Any) -> str:
        """By c to s1, from an invoice that c uploaded."""
        document = self.document("s1", amount=amount, **changes)
        done = self["c"].command("/api/v1/invoices", files={"file": ("i.xml", document, "application/xml")})
        issue = {"invoice_id": done["resource"]["id"]}
        return str(self["c"].command("/api/v1/payables/issue", issue)["resource"]["id"])

    def overdue(self, days: int, debtor: str = "c", *, handed_to: str | None = None) -> str:
        """So many days past its due date; its holder s1, or who had the whole of s1 with recourse."""
        self.go_to(12)
        payable = self.confirmed(buyer=debtor, due_date=self.today() + timedelta(days=1))
        if handed_to is not None:
            to = {"to": self[handed_to].address, "recourse": True}
            self["s1"].command(f"/api/v1/receivables/{payable}00000001/transfer", to)
        self.pass_time((days + 1) * 86_400)
        return payable

    def split(self, holder: str, piece: str, to: str, value: int) -> str:
        """The new piece's id."""
        before = {row["receivable_id"] for row in self._pieces(to, piece[:-8])}
        parts = {"parts": [{"to": self[to].address, "value": money(value)}]}
        self[holder].command(f"/api/v1/receivables/{piece}/split", parts)
        (new,) = {row["receivable_id"] for row in self._pieces(to, piece[:-8])} - before
        return str(new)

    def asked(self, supplier: str, piece: str, value: int, **more: Any) -> str:
        body = {"receivable_id": piece, "value": money(value), **more}
        return str(self[supplier].command("/api/v1/financing-requests", body)["resource"]["id"])

    def quoted(self, financier: str, request: str, rate_ppm: int = 48_000, **more: Any) -> str:
        path = f"/api/v1/financing-requests/{request}/quotes"
        return str(self[financier].command(path, {"annual_rate_ppm": rate_ppm, **more})["resource"]["id"])

    def credit(self, login: str, amount: int) -> None:
        reference = secrets.token_hex(8)
        body = {"account": self[login].address, "amount": money(amount), "bank_reference": reference}
        self["b"].command("/api/v1/deposits", body)

    def programme(self, debtor: str = "rival", **terms: Any) -> int:
        """A new one of the debtor's; c's newest is what others propose under, so take another's or retire it."""
        body = {"late_rate_ppm": next(_numbers), **terms}  # the same terms are published once
        return int(self[debtor].command("/api/v1/programmes", body)["resource"]["id"])

    def pay(self, payable: str, amount: int, debtor: str = "c") -> None:
        body = {"amount": money(amount), "payment_reference": secrets.token_hex(8)}
        self[debtor].command(f"/api/v1/payables/{payable}/pay", body)

    def frozen(self, holder: str, payable: str, amount: int) -> str:
        """The order's id. It is on one payable alone: on all it would stop every test after."""
        until = datetime.fromtimestamp(self.now() + 30 * 86_400, UTC)
        body = {"holder": self[holder].address, "payable_id": payable, "amount": money(amount)}
        texts = {"until": until.isoformat(), "reason": "an inquiry", "authority": "a court, 2026-17"}
        return str(self["co"].command("/api/v1/freeze-orders", {**body, **texts})["resource"]["id"])

    def rotation(self, login: str, key: str | None = None) -> str:
        """A new key for an organisation, prepared and not approved."""
        path = f"/api/v1/participants/{self[login].address}/key-rotations"
        done = self["o"].command(path, {"key": key or "0x" + secrets.token_hex(20)})
        return str(done["resource"]["id"])

    def _pieces(self, login: str, payable: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self[login].read("/api/v1/receivables", payable_id=payable)["items"]
        return rows


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
            session.add(_user(persona.login, organisation, demo=True))
            stage.members[persona.login] = Member(
                stage,
                persona.login,
                organisation.id,
                addresses.get(persona.login, ""),
                persona.legal_id,
                persona.name,
            )
        first = session.get_one(Organisation, stage["s1"].organisation_id)
        session.add(_user("s1-real", first, demo=False))
        operator = stage["o"]
        session.add(_user("o2", session.get_one(Organisation, operator.organisation_id), demo=True))
    stage.members["o2"] = replace(operator, login="o2")
    stage.members["nobody"] = Member(stage, "nobody")


def _user(login: str, organisation: Organisation, *, demo: bool) -> User:
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


def log_in(stage: Stage, login: str, password: str = PASSWORD) -> Response:
    form = {"grant_type": "password", "username": login, "password": password}
    response: Response = stage.http.post("/api/v1/auth/token", data=form)
    return response


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
