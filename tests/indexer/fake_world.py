"""The contracts' state, as much as is needed to say only what they could say, and all that they can."""

from dataclasses import dataclass, field
from typing import Any

from node_adapter.deployments import Deployed, Deployments
from node_adapter.words import checksum_address, hex0x, keccak, receivable_id, word

CHAIN_ID = 31_337
GENESIS = hex0x(keccak(b"genesis"))
ZERO = "0x" + 40 * "0"
ZERO_HASH = "0x" + 64 * "0"
FACE = 100

Said = tuple[str, str, dict[str, Any]]


def account(text: str) -> str:
    return checksum_address(keccak(text.encode())[:20])


INSTANCES = {
    name: Deployed(name.removesuffix("CNY"), account(name), 1, "0x")
    for name in (
        "AccessManager",
        "Participants",
        "DepositTokenCNY",
        "Receivables",
        "Origination",
        "Holds",
        "Discounting",
        "Settlement",
        "Dishonours",
        "Anchors",
    )
}
DEPLOYMENTS = Deployments(CHAIN_ID, GENESIS, INSTANCES)
TOKEN = INSTANCES["DepositTokenCNY"].address
HOLDERS = [account(f"holder {i}") for i in range(3)]
DEBTOR = account("debtor")


@dataclass
class Piece:
    receivable_id: str
    holder: str
    start: int
    end: int
    sender: str = ZERO
    endorser: str = ZERO
    depth: int = 0
    parked: bool = False
    drawn: int = 0

    @property
    def value(self) -> int:
        return self.end - self.start


@dataclass
class Debt:
    payable_id: str
    fingerprint: str
    face: int = FACE
    state: int = 1
    paid: int = 0
    interest: int = 0
    recovered: int = 0
    closed: bool = False
    serials: int = 0
    pieces: dict[str, Piece] = field(default_factory=dict)
    dishonoured: bool | None = None


@dataclass
class Hold:
    hold_id: int
    receivable_id: str
    amount: int
    order_id: int = 0


@dataclass
class World:
    """What there is. Acts change it and say so."""

    status: dict[str, int] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    announced: dict[str, str] = field(default_factory=dict)
    programmes: list[int] = field(default_factory=list)
    debts: dict[str, Debt] = field(default_factory=dict)
    holds: dict[int, Hold] = field(default_factory=dict)
    holds_made: int = 0
    orders: list[int] = field(default_factory=list)
    orders_made: int = 0
    set_aside: list[tuple[str, str, int]] = field(default_factory=list)
    pay_outs: list[int] = field(default_factory=list)
    pay_outs_made: int = 0
    paused: bool = False
    said: int = 0

    def hash(self) -> str:
        """Another one each time."""
        return hex0x(keccak(str(self.said).encode()))

    def debt(self, wish: int, *states: int) -> Debt | None:
        found = [debt for debt in self.debts.values() if debt.state in states]
        return found[wish % len(found)] if found else None

    def piece(self, wish: int, *, states: tuple[int, ...] = (2,), unpaid: bool = False) -> tuple[Debt, Piece] | None:
        """A piece that can move."""
        found = [
            (debt, piece)
            for debt in self.debts.values()
            if debt.state in states and not (unpaid and debt.paid)
            for piece in debt.pieces.values()
            if not piece.parked
        ]
        return found[wish % len(found)] if found else None

    def hand_on(
        self, debt: Debt, piece: Piece, to: str, value: int, endorser: str, *, parked: bool = False
    ) -> list[Said]:
        """The whole piece, or its tail, with the events of the standard that a split makes."""
        if value == piece.value:
            args = {"receivable_id": piece.receivable_id, "from": piece.holder, "to": to, "endorser": endorser}
            piece.sender, piece.holder, piece.endorser, piece.parked = piece.holder, to, endorser, parked
            return [("Receivables", "ReceivableTransferred", args)]
        debt.serials += 1
        child = Piece(
            receivable_id((int(debt.payable_id, 16) << 32) + debt.serials),
            to,
            piece.end - value,
            piece.end,
            piece.holder,
            endorser,
            piece.depth + 1,
            parked,
        )
        piece.end = child.start
        debt.pieces[child.receivable_id] = child
        args = {"receivable_id": piece.receivable_id, "child_id": child.receivable_id, "to": to, "endorser": endorser}
        interval = {"start": child.start, "end": child.end, "depth": child.depth}
        standard = {"from": ZERO, "to": to, "token_id": child.receivable_id}
        return [("Receivables", "Transfer", standard), ("Receivables", "ReceivableSplit", {**args, **interval})]

    def new_hold(self, piece: Piece, kind: int, amount: int, order_id: int = 0) -> list[Said]:
        self.holds_made += 1
        self.holds[self.holds_made] = Hold(self.holds_made, piece.receivable_id, amount, order_id)
        named = {"receivable_id": piece.receivable_id, "hold_id": self.holds_made, "kind": kind, "amount": amount}
        times = {"until": 10**9, "enforceable_from": 5 if kind == 3 else 0, "order_id": order_id}
        whose = {
            "beneficiary": ZERO if kind == 1 else HOLDERS[1],
            "document_hash": ZERO_HASH if kind == 1 else self.hash(),
        }
        return [("Holds", "HoldPlaced", {**named, **times, **whose})]

    def nonce(self) -> str:
        return word(int(self.hash(), 16))
