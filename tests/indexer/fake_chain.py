"""A chain in memory that forks at will, with the network's own events in an order its contracts could have emitted."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from node_adapter.artifacts import EventSpec, event_specs
from node_adapter.client import Header, RawLog
from node_adapter.deployments import Deployed, Deployments
from node_adapter.words import checksum_address, from_hex, hex0x, keccak

CHAIN_ID = 31_337
GENESIS = hex0x(keccak(b"genesis"))
ZERO = "0x" + 40 * "0"


def _account(text: str) -> str:
    return checksum_address(keccak(text.encode())[:20])


INSTANCES = {
    name: Deployed(name.removesuffix("CNY"), _account(name), 1, "0x")
    for name in (
        "AccessManager",
        "Participants",
        "DepositTokenCNY",
        "Receivables",
        "Discounting",
        "Settlement",
        "Anchors",
    )
}
DEPLOYMENTS = Deployments(CHAIN_ID, GENESIS, INSTANCES)
TOKEN = INSTANCES["DepositTokenCNY"].address
HOLDERS = [_account(f"holder {i}") for i in range(3)]
FACE = 100
SPECS: dict[tuple[str, str], EventSpec] = {(s.contract, s.name): s for s in event_specs().values()}

Said = tuple[str, str, dict[str, Any]]


@dataclass
class Piece:
    holder: str
    start: int
    end: int
    depth: int = 0
    drawn: int = 0


@dataclass
class World:
    """The contracts' state, as much as is needed to say only what they could say."""

    suspended: dict[str, bool] = field(default_factory=dict)
    payables: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: int = 0

    def act(self, wish: int) -> list[Said]:
        """What happens on any number at all: the wish picks an act and whom it is about."""
        acts = (
            self._participate,
            self._propose,
            self._confirm,
            self._split,
            self._transfer,
            self._pay,
            self._draw,
            self._cash,
        )
        self.said += 1
        return acts[wish % len(acts)](wish // len(acts))

    def _participate(self, wish: int) -> list[Said]:
        account = HOLDERS[wish % len(HOLDERS)]
        was = self.suspended.get(account)
        self.suspended[account] = was is False
        word = hex0x(keccak(str(self.said).encode()))
        if was is None:
            return [
                ("Participants", "ParticipantAdmitted", {"account": account, "roles": 2, "legal_entity_hash": word})
            ]
        if was:
            return [("Participants", "ParticipantReinstated", {"account": account})]
        return [("Participants", "ParticipantSuspended", {"account": account, "reason_hash": word})]

    def _propose(self, wish: int) -> list[Said]:
        payable_id = f"0x{len(self.payables) + 1:056x}"
        self.payables[payable_id] = {"state": 1, "paid": 0, "serials": 0, "pieces": {}}
        word = hex0x(keccak(payable_id.encode()))
        terms = {"supplier": HOLDERS[0], "debtor": HOLDERS[1], "deposit_token": TOKEN, "face_value": FACE}
        limits = {"minimum_piece": wish % 9, "issue_date": 1, "due_date": 2, "maximum_depth": 9}
        hashes = {"invoice_fingerprint": word, "evidence_hash": word}
        return [("Receivables", "PayableProposed", {"payable_id": payable_id, **terms, **limits, **hashes})]

    def _confirm(self, wish: int) -> list[Said]:
        found = self._pick(wish, 1)
        if found is None:
            return []
        payable_id, payable = found
        payable["state"] = 2
        return self._mint(payable_id, Piece(HOLDERS[0], 0, FACE), None)

    def _mint(self, payable_id: str, piece: Piece, parent: str | None) -> list[Said]:
        payable = self.payables[payable_id]
        payable["serials"] += 1
        receivable_id = f"{payable_id}{payable['serials']:08x}"
        payable["pieces"][receivable_id] = piece
        standard: Said = ("Receivables", "Transfer", {"from": ZERO, "to": piece.holder, "token_id": receivable_id})
        if parent is None:
            args = {
                "payable_id": payable_id,
                "receivable_id": receivable_id,
                "holder": piece.holder,
                "face_value": FACE,
            }
            return [standard, ("Receivables", "PayableConfirmed", args)]
        interval = {"start": piece.start, "end": piece.end, "depth": piece.depth, "recourse": piece.depth % 2 == 0}
        args = {"receivable_id": parent, "child_id": receivable_id, "to": piece.holder, **interval}
        return [standard, ("Receivables", "ReceivableSplit", args)]

    def _split(self, wish: int) -> list[Said]:
        found = self._piece(wish, unpaid=True)
        if found is None or found[2].end - found[2].start < 2:
            return []
        payable_id, receivable_id, piece = found
        middle = piece.start + 1 + wish % (piece.end - piece.start - 1)
        child = Piece(HOLDERS[wish % 3], middle, piece.end, piece.depth + 1)
        piece.end = middle
        return self._mint(payable_id, child, receivable_id)

    def _transfer(self, wish: int) -> list[Said]:
        found = self._piece(wish)
        if found is None:
            return []
        _, receivable_id, piece = found
        before, piece.holder = piece.holder, HOLDERS[wish % 3]
        args = {"receivable_id": receivable_id, "from": before, "to": piece.holder, "recourse": wish % 2 == 0}
        return [("Receivables", "ReceivableTransferred", args)]

    def _pay(self, wish: int) -> list[Said]:
        found = self._pick(wish, 2)
        if found is None:
            return []
        payable_id, payable = found
        amount = 1 + wish % (FACE - payable["paid"])
        payable["paid"] += amount
        if payable["paid"] == FACE:
            payable["state"] = 3
        word = hex0x(keccak(str(self.said).encode()))
        booked = {"payable_id": payable_id, "amount": amount, "paid": payable["paid"], "state": payable["state"]}
        received = {"payable_id": payable_id, "payer": HOLDERS[1], "deposit_token": TOKEN, "amount": amount}
        return [
            ("Receivables", "PayablePaid", booked),
            ("Settlement", "PaymentReceived", {**received, "payment_reference": word}),
        ]

    def _draw(self, wish: int) -> list[Said]:
        found = self._piece(wish)
        if found is None:
            return []
        payable_id, receivable_id, piece = found
        payable = self.payables[payable_id]
        entitled = payable["paid"] * (piece.end - piece.start) // FACE
        if entitled <= piece.drawn:
            return []
        amount, piece.drawn = entitled - piece.drawn, entitled
        redeemed = payable["state"] == 3
        if redeemed:
            del payable["pieces"][receivable_id]
        drawn = {"receivable_id": receivable_id, "holder": piece.holder, "amount": amount, "drawn": entitled}
        return [
            ("Receivables", "ReceivableDrawn", {**drawn, "redeemed": redeemed}),
            (
                "Settlement",
                "HolderRedeemed",
                {k: v for k, v in drawn.items() if k != "drawn"} | {"deposit_token": TOKEN},
            ),
        ]

    def _cash(self, wish: int) -> list[Said]:
        word = hex0x(keccak(str(self.said).encode()))
        account = HOLDERS[wish % 3]
        return [
            ("DepositToken", "Transfer", {"from": ZERO, "to": account, "value": 1 + wish}),
            ("DepositToken", "DepositCredited", {"bank_reference": word, "account": account, "amount": 1 + wish}),
            ("Anchors", "Anchored", {"anchor_hash": word, "author": account, "kind": word}),
        ]

    def _pick(self, wish: int, state: int) -> tuple[str, dict[str, Any]] | None:
        found = [item for item in self.payables.items() if item[1]["state"] == state]
        return found[wish % len(found)] if found else None

    def _piece(self, wish: int, *, unpaid: bool = False) -> tuple[str, str, Piece] | None:
        found = [
            (payable_id, receivable_id, piece)
            for payable_id, payable in self.payables.items()
            if not (unpaid and payable["paid"])
            for receivable_id, piece in payable["pieces"].items()
        ]
        return found[wish % len(found)] if found else None


@dataclass
class FakeBlock:
    header: Header
    logs: list[RawLog]
    world: World


class FakeChain:
    """Answers like a node. `fork_before_next_logs` makes it change its mind between two questions."""

    def __init__(self) -> None:
        self.blocks: list[FakeBlock] = []
        self._mined = 0
        self.fork_before_next_logs = False

    def mine(self, wishes: Sequence[int]) -> None:
        self._mined += 1
        world = copy.deepcopy(self.blocks[-1].world) if self.blocks else World()
        number = len(self.blocks) + 1
        block_hash = hex0x(keccak(f"block {self._mined}".encode()))
        parent = self.blocks[-1].header.hash if self.blocks else GENESIS
        said = [event for wish in wishes for event in world.act(wish)]
        logs = [self._log(number, block_hash, index, event) for index, event in enumerate(said)]
        # Times differ between forks too.
        self.blocks.append(FakeBlock(Header(number, block_hash, parent, 1_000 * number + self._mined % 7), logs, world))

    def fork(self, keep: int) -> None:
        del self.blocks[keep:]

    def chain_id(self) -> int:
        return CHAIN_ID

    def genesis_hash(self) -> str:
        return GENESIS

    def head(self) -> Header:
        return self.blocks[-1].header if self.blocks else Header(0, GENESIS, GENESIS, 0)

    def block_hash(self, number: int) -> str | None:
        found = self.headers([number])
        return found[0].hash if found else None

    def headers(self, numbers: Sequence[int]) -> list[Header]:
        return [self.blocks[n - 1].header for n in numbers if 1 <= n <= len(self.blocks)]

    def logs(self, first: int, last: int, addresses: Sequence[str]) -> list[RawLog]:
        if self.fork_before_next_logs and len(self.blocks) > 1:
            self.fork_before_next_logs = False
            length = len(self.blocks)
            self.fork(keep=length // 2)
            # Half of these forks are silent: nothing in their logs gives them away.
            silent = self._mined % 2 == 0
            while len(self.blocks) < length:
                self.mine([] if silent else [7])
        return [log for b in self.blocks[first - 1 : last] for log in b.logs if log.address in addresses]

    def _log(self, number: int, block_hash: str, index: int, event: Said) -> RawLog:
        contract, name, args = event
        spec = SPECS[contract, name]
        words = {f.name: _word(args[f.name]) for f in spec.fields}
        topics = (spec.topic0, *(words[f.name] for f in spec.fields if f.indexed))
        data = b"".join(words[f.name] for f in spec.fields if not f.indexed)
        address = next(d.address for d in INSTANCES.values() if d.contract == contract)
        tx_hash = hex0x(keccak(f"{block_hash} {index}".encode()))
        return RawLog(address, topics, data, number, block_hash, tx_hash, index, index)


def _word(value: int | bool | str) -> bytes:
    if isinstance(value, str):
        return from_hex(value).rjust(32, b"\0")
    return int(value).to_bytes(32, "big")
