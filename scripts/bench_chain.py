"""The chain that `scf bench index` measures on: some hundred thousand business events, made once and kept in a folder.

Blocks are full, as after a busy minute: BLOCK_SENDS transactions each. All parties are impersonated: nothing is signed
but the deployment.
"""

import random
import secrets
import shutil
from pathlib import Path
from typing import Any

from hardhat_free_devnet import Anvil, rpc
from hardhat_free_devnet.durable import STATE
from node_adapter.artifacts import built_hash
from node_adapter.client import NodeClient
from node_adapter.codec import encode_call
from node_adapter.db import make_engine, migrate
from node_adapter.deploy import deploy_network
from node_adapter.deployments import Deployments
from node_adapter.networks import by_chain_id
from node_adapter.outbox import Outbox, Worker
from node_adapter.rpc import RpcError
from node_adapter.signers import Keyring, create_account

DEVNET = 31_337
BLOCK_SENDS = 200
PAYABLES, SPLITS, PARTS = 33, 6, 20
"""Of each wave; of each payable; of each split."""
EVENTS_A_PAYABLE = SPLITS * PARTS + 2
SHARE_SPLIT, SHARE_ANCHORED = 0.6, 0.2
"""Of all business events; the rest credits deposits."""
GAS = 6_000_000
DUMP_TIMEOUT_S = 1_800.0
DEPLOYMENTS = "deployments.json"
QUICK = 2**10
"""scrypt's n: these keys guard nothing."""
WORD = "0x" + b"benchmark".ljust(32, b"\0").hex()
NOTHING = "0x" + bytes(32).hex()


def kept(root: Path, events: int) -> Path:
    """The folder of such a chain, made now unless it is there: `node/` with the state, and the deployments. Of each
    build of the contracts another."""
    folder = root / f"{events}-events-{built_hash()[2:12]}"
    if (folder / DEPLOYMENTS).exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    node = Anvil(folder / "node", durable=False).start()
    client = NodeClient(node.url, chain_id=DEVNET, network=by_chain_id(DEVNET))
    try:
        deployments = _Chain(node.url, client, folder).build(events)
        state = rpc(node.url, "anvil_dumpState", timeout_s=DUMP_TIMEOUT_S)
        (folder / "node" / STATE).write_bytes(bytes.fromhex(state.removeprefix("0x")))
    finally:
        client.close()
        node.kill()
    deployments.save(folder / DEPLOYMENTS)
    return folder


class _Chain:
    """Says what a network says, in full blocks."""

    def __init__(self, url: str, client: NodeClient, folder: Path) -> None:
        names = ("deployer", "operator", "compliance", "bank", "core", "supplier", "holder")
        self._url, self._client, self._folder = url, client, folder
        self._at = {name: create_account(folder / "keys", name, "benchmark", work_factor=QUICK) for name in names}
        for address in self._at.values():
            rpc(url, "anvil_setBalance", address, hex(10**24))
        self._deployments = Deployments(DEVNET, client.genesis_hash())
        self._nonces: dict[str, int] = {}
        self._waiting: list[tuple[str, tuple[Any, ...]]] = []

    def build(self, events: int) -> Deployments:
        """At least so many business events, but for some dozens."""
        self._deployments = self._deploy()
        rpc(self._url, "anvil_autoImpersonateAccount", True)
        rpc(self._url, "evm_setAutomine", False)
        for name, role in (("bank", 8), ("core", 1), ("supplier", 2), ("holder", 2)):
            self._send("operator", "Participants", "admit", self._at[name], role, WORD)
        self._mine()
        self._send("core", "Origination", "publishProgramme", self._programme())
        self._mine()
        wave = round(PAYABLES * EVENTS_A_PAYABLE / SHARE_SPLIT)
        for _ in range(-(-events // wave)):
            self._wave(round(SHARE_ANCHORED * wave), round((1 - SHARE_SPLIT - SHARE_ANCHORED) * wave))
        return self._deployments

    def _wave(self, anchored: int, credited: int) -> None:
        """PAYABLES proposed, confirmed and split, with other acts between. In a block the node orders parties as it
        likes: what follows from another party's act is sent when that is mined."""
        today = (self._client.head().timestamp + 8 * 3_600) // 86_400
        origination = self._deployments.address("Origination")
        payables = []
        for _ in range(PAYABLES):
            salt, terms = _random(), self._terms(today)
            number = self._client.call("Origination", origination, "payableIdOf", self._at["supplier"], salt)
            payables.append((f"0x{number:056x}", terms))
            self._send("supplier", "Origination", "propose", salt, terms)
        self._mine()
        for payable_id, terms in payables:
            self._send("core", "Origination", "confirm", payable_id, terms)
        self._mine()
        parts = [{"to": self._at["holder"], "value": 10, "recourse": False} for _ in range(PARTS)]
        acts: list[tuple[Any, ...]] = [
            *(("supplier", "Receivables", "split", f"{each}00000001", parts) for each, _ in payables * SPLITS),
            *(("supplier", "Anchors", "anchor", _random(), WORD) for _ in range(anchored)),
            *(("bank", "DepositTokenCNY", "credit", self._at["core"], 100, _random()) for _ in range(credited)),
        ]
        random.Random(1).shuffle(acts)  # noqa: S311 -- an order, no secret
        for act in acts:
            self._send(*act)
        self._mine()

    def _deploy(self) -> Deployments:
        engine = make_engine(f"sqlite:///{self._folder}/outbox.sqlite3")
        migrate(engine, "node_adapter")
        keyring = Keyring(self._folder / "keys", "benchmark")
        outbox = Outbox(engine, self._client, self._deployments, keyring)
        worker = Worker(outbox)
        deployer, operator, compliance, bank = (self._at[n] for n in ("deployer", "operator", "compliance", "bank"))
        deployments = deploy_network(
            outbox, worker.step, deployer=deployer, operator=operator, compliance=compliance, bank=bank
        )
        worker.close()
        engine.dispose()
        return deployments

    def _programme(self) -> dict[str, Any]:
        return {
            "debtor": self._at["core"],
            "deposit_tokens": [self._deployments.address("DepositTokenCNY")],
            "minimum_piece": 1,
            "maximum_depth": 5,
            "soft_tenor_months": 6,
            "hard_tenor_months": 12,
            "refusal_hours": 0,
            "blackout_days_before": 0,
            "blackout_days_after": 0,
            "dishonour_days": 3,
            "registration_required": False,
            "late_rate_ppm": 0,
        }

    def _terms(self, today: int) -> dict[str, Any]:
        return {
            "supplier": self._at["supplier"],
            "debtor": self._at["core"],
            "programme_id": 1,
            "face_value": 1_000_000,
            "issue_date": today,
            "due_date": today + 90,
            "invoice_fingerprint": _random(),
            "evidence_hash": WORD,
            "tenor_reason_hash": NOTHING,
            "undertaking_hash": NOTHING,
        }

    def _send(self, party: str, instance: str, function: str, *args: Any) -> None:
        deployed = self._deployments[instance]
        data = "0x" + encode_call(deployed.contract, function, args).hex()
        sender = self._at[party]
        nonce = self._nonces[sender] if sender in self._nonces else self._client.nonce(sender)
        self._nonces[sender] = nonce + 1
        sent = {"from": sender, "to": deployed.address, "data": data, "gas": hex(GAS), "nonce": hex(nonce)}
        self._waiting.append(("eth_sendTransaction", (sent,)))
        if len(self._waiting) == BLOCK_SENDS:
            self._mine()

    def _mine(self) -> None:
        """All that waits, in one block. Raises where one was refused."""
        hashes = self._client.rpc_many(self._waiting)
        self._waiting = []
        rpc(self._url, "evm_mine")
        refused = [answer for answer in hashes if isinstance(answer, RpcError)]
        receipts = self._client.receipts([tx_hash for tx_hash in hashes if isinstance(tx_hash, str)])
        if refused or not all(receipt and receipt.status == 1 for receipt in receipts):
            raise AssertionError(f"the benchmark's own transactions were refused: {refused[:1]}")


def _random() -> str:
    return "0x" + secrets.token_hex(32)
