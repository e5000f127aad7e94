"""Commands posted from several threads while things die, and the count of what came of them on the chain."""

import contextlib
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import text

from node_adapter.artifacts import event_specs
from node_adapter.client import NodeClient
from node_adapter.db import make_engine, read_only
from node_adapter.deployments import Deployments
from node_adapter.ids import reference_hash
from scripts.demo.client import Client
from tests.end_to_end.network import Network

DONE_WAIT_S = 90.0
TAKEN_BACK_WAIT_S = 60.0
PAUSE_S = 0.02


@dataclass
class Posted:
    """One command: its operation where it was answered 202. `insisted`: repeated under one key until answered."""

    name: str
    insisted: bool
    operation: str | None = None


@dataclass
class Load:
    """Threads that go on posting through every kill, until told to stop."""

    network: Network
    posted: list[Posted] = field(default_factory=list)
    accepted: threading.Event = field(default_factory=threading.Event)
    problems: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def wait_for_202(self) -> None:
        self.accepted.clear()
        assert self.accepted.wait(60), f"nothing was accepted for a minute; {self.problems[-3:]}"

    def deposits(self, account: str, *, insist: bool) -> None:
        """The bank credits one yuan, again and again, each under a reference of its own."""
        bank = self.network.client("b")

        def next_one(name: str) -> tuple[str, dict[str, Any]]:
            amount = {"amount": "1.00", "currency": "CNY"}
            return "/api/v1/deposits", {"account": account, "amount": amount, "bank_reference": name}

        self._go_on(bank, next_one, insist=insist)

    def splits(self, receivable: str, to: str) -> None:
        """S1 splits 10,000 yuan off its piece, again and again."""
        supplier = self.network.client("s1")
        body = {"parts": [{"to": to, "value": {"amount": "10000.00", "currency": "CNY"}}]}
        self._go_on(supplier, lambda _name: (f"/api/v1/receivables/{receivable}/split", body), insist=True)

    def _go_on(self, client: Client, next_one: Callable[[str], tuple[str, dict[str, Any]]], *, insist: bool) -> None:
        token = client._http.headers["Authorization"]
        with httpx.Client(base_url=self.network.url, timeout=20, trust_env=False) as http:
            while not self._stop.is_set():
                name = f"load-{uuid.uuid4().hex}"
                path, body = next_one(name)
                posted = Posted(name, insist)
                self.posted.append(posted)
                headers = {"Authorization": token, "Idempotency-Key": name[:64]}
                posted.operation = self._post(http, path, body, headers, insist=insist)
                time.sleep(PAUSE_S)

    def _post(
        self, http: httpx.Client, path: str, body: dict[str, Any], headers: dict[str, str], *, insist: bool
    ) -> str | None:
        while True:
            try:
                answer = http.post(path, json=body, headers=headers)
            except httpx.HTTPError:
                answer = None
                time.sleep(0.1)
            if answer is not None and answer.status_code == 202:
                self.accepted.set()
                return str(answer.json()["id"])
            if answer is not None and answer.status_code != 503:
                # 409: the chain fell back below what this needs, and is being sent again.
                self.problems.append(f"{answer.status_code} {answer.text[:300]}")
            if not insist or self._stop.is_set():
                time.sleep(PAUSE_S)
                return None
            time.sleep(0.1)

    @contextlib.contextmanager
    def running(self, *threads: Callable[[], None]) -> Iterator["Load"]:
        started = [threading.Thread(target=thread, daemon=True) for thread in threads]
        for thread in started:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in started:
                thread.join(60)
                assert not thread.is_alive()


def check_all_done(network: Network, login: str, posted: list[Posted]) -> None:
    """Each operation that was answered 202 ends `done`."""
    client = network.client(login)
    deadline = time.monotonic() + DONE_WAIT_S
    waiting = {p.operation for p in posted if p.operation}
    while waiting:
        for operation in sorted(waiting):
            found = client.get(f"/api/v1/operations/{operation}")
            assert found["state"] != "failed", found
            if found["state"] == "done":
                waiting.discard(operation)
        assert time.monotonic() < deadline, f"{len(waiting)} operations answered 202 are not done: {waiting}"
        time.sleep(0.1 if waiting else 0)


def check_deposits_once(network: Network, posted: list[Posted]) -> None:
    """On the chain, in the regulator's events and in SQL: an accepted credit once, an unanswered one at most once."""
    on_chain = Counter(args["bank_reference"] for args in chain_events(network, "DepositCredited"))
    audited = Counter(
        event["args"]["bank_reference"]
        for event in network.client("r").all("/audit/v1/events")
        if event["name"] == "DepositCredited"
    )
    in_sql = Counter(rows(network, "SELECT bank_reference FROM deposit_credit"))
    assert on_chain == audited == in_sql
    assert max(on_chain.values()) == 1
    for each in posted:
        times = on_chain[reference_hash(each.name)]
        assert times == 1 or (each.operation is None and times == 0), (each, times)


def check_splits_once(network: Network, payable: str, posted: list[Posted]) -> None:
    """Each accepted split made exactly one piece."""
    on_chain = [args for args in chain_events(network, "ReceivableSplit") if args["receivable_id"][:-8] == payable]
    accepted = {each.operation for each in posted if each.operation}
    never = sum(each.operation is None for each in posted)
    assert len(accepted) == len(posted) - never, "two commands were answered with one operation"
    assert len(accepted) <= len(on_chain) <= len(posted)
    assert len({args["child_id"] for args in on_chain}) == len(on_chain)


def check_nonces(network: Network) -> None:
    """Each signer's transactions are numbered without a gap, and the chain has mined them all."""
    node = NodeClient(network.record()["node_url"])
    engine = read_only(make_engine(network.folder.database_url()))
    with engine.connect() as connection:
        found = connection.execute(text("SELECT signer, nonce FROM operation WHERE nonce IS NOT NULL")).all()
    engine.dispose()
    for signer in {row.signer for row in found}:
        nonces = sorted(row.nonce for row in found if row.signer == signer)
        assert nonces == list(range(len(nonces))), signer
        deadline = time.monotonic() + TAKEN_BACK_WAIT_S
        while node.nonce(signer) != len(nonces):  # a killed node came back behind; what it lost is on its way again
            assert time.monotonic() < deadline, signer
            time.sleep(0.1)
    node.close()


def check_verified(network: Network) -> None:
    ended = network.scf("verify", "--json")
    assert ended.status == 0, (ended.stdout, ended.stderr)
    assert ended.document["differences"] == []


def chain_events(network: Network, name: str) -> list[dict[str, Any]]:
    """What the chain itself says, asked of the node."""
    deployments = Deployments.load(network.folder.deployments)
    node = NodeClient(network.record()["node_url"])
    specs = {topic: spec for (_, topic), spec in event_specs().items() if spec.name == name}
    addresses = [deployed.address for deployed in deployments.contracts.values()]
    logs = node.logs(0, node.head().number, addresses)
    node.close()
    found = [(specs.get("0x" + log.topics[0].hex()), log) for log in logs if log.topics]
    return [spec.decode(log.topics, log.data) for spec, log in found if spec is not None]


def rows(network: Network, query: str) -> list[Any]:
    """The first column."""
    engine = read_only(make_engine(network.folder.database_url()))
    try:
        with engine.connect() as connection:
            return [row[0] for row in connection.execute(text(query))]
    finally:
        engine.dispose()
