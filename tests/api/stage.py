"""The network as API tests meet it: a real node, contracts, SQLite, the index, the app with its outbox worker, and
everybody logged in. One for all tests: each makes payables of its own, and nobody counts on the chain's length.
"""

import itertools
import secrets
import threading
import time
import warnings
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Services
from api.settings import ApiSettings
from hardhat_free_devnet import Anvil, rpc
from indexer.follow import Follower
from node_adapter.outbox.models import Operation, OperationState
from node_adapter.signers import Wallet
from scripts.story_invoice import StoryParty, story_invoice
from tests.api.member import WAIT_S, Member, money

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather have httpx2
    from fastapi.testclient import TestClient as TestClient  # noqa: PLC0414 - to others too

ON_ITS_WAY = {OperationState.PENDING, OperationState.SIGNED, OperationState.SENT}
FACE = 1_000_000_00
SMALL_PIECES = {
    "minimum_piece": {"amount": "0.01", "currency": "CNY"},
    "maximum_depth": 5,
    "soft_tenor_months": 12,
    "blackout_days_after": 0,
}
"""The programme of c's that the tests propose under: the newest it has, so that nobody names it."""

_numbers = itertools.count(1)


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
        on_its_way = select(Operation.id).where(Operation.state.in_(ON_ITS_WAY)).limit(1)
        with self.services.readers.connect() as connection:
            while connection.scalar(on_its_way) is not None:
                assert time.monotonic() < deadline, "the outbox does not come to rest"
                connection.rollback()
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
