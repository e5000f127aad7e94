"""Parties do on a real chain what comes into their heads; most is refused, and whatever happened, the index agrees."""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from indexer.follow import Follower
from indexer.models import ChainEvent
from indexer.verify import verify
from node_adapter.client import NodeClient
from tests.indexer.devnet import OTHER_TOKEN, Network, word
from tests.indexer.wire import Refused

pytestmark = [pytest.mark.devnet, pytest.mark.slow, pytest.mark.timeout(600)]

HOLDERS = ("s1", "s2", "s3", "f1", "f2")
ACTS_PER_PAYABLE = 120


@dataclass
class Chance:
    network: Network
    random: random.Random
    payable_id: str = ""
    orders: list[tuple[int, str]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def live(self) -> list[tuple[str, str]]:
        """Pieces with the names of their holders, as the chain says."""
        serials = self.network.call("Receivables", "payableOf", self.payable_id)["serials"]
        pieces = [f"{self.payable_id}{serial:08x}" for serial in range(1, serials + 1)]
        holders = [self.name(self.network.call("Receivables", "pieceOf", piece)["holder"]) for piece in pieces]
        return [(piece, holder) for piece, holder in zip(pieces, holders, strict=True) if holder is not None]

    def piece(self) -> tuple[str, str]:
        return self.random.choice(self.live() or [(f"{self.payable_id}00000001", "s1")])

    def name(self, address: str) -> str | None:
        return next((party for party, known in self.network.addresses.items() if known == address), None)

    def holder(self) -> str:
        return self.random.choice(HOLDERS)

    def address(self, party: str | None = None) -> str:
        return self.network.addresses[party or self.holder()]

    def until(self) -> int:
        return self.network.now() + self.random.choice((600, 86_400, 40 * 86_400))

    def amount(self) -> int:
        return self.random.choice((1, 7, 50, 100, 333))

    # What comes into their heads

    def split(self) -> None:
        piece, party = self.piece()
        to = self.random.choice((*HOLDERS, *HOLDERS, "core"))
        self.network.split(party, piece, to, self.amount(), recourse=self.random.random() < 0.5)

    def transfer(self) -> None:
        piece, party = self.piece()
        if self.random.random() < 0.5:
            self.network.send(party, "Receivables", "transferWithRecourse", piece, self.address())
        else:
            self.network.transfer(party, piece, self.random.choice((*HOLDERS, *HOLDERS, "core")))

    def refuse(self) -> None:
        piece, party = self.piece()
        self.network.send(party, "Receivables", "refuse", piece)

    def merge(self) -> None:
        pieces = {
            self.network.call("Receivables", "pieceOf", piece)["start"]: (piece, who) for piece, who in self.live()
        }
        for piece, who in pieces.values():
            right = pieces.get(self.network.call("Receivables", "pieceOf", piece)["end"])
            if right is not None and right[1] == who:
                self.network.send(who, "Receivables", "merge", piece, right[0])
                return

    def dilute(self) -> None:
        piece, party = self.piece()
        self.network.send(party, "Receivables", "dilute", piece, self.amount(), word("note"))

    def sell(self) -> None:
        piece, party = self.piece()
        self.network.discount(party, self.random.choice(("f1", "f2")), piece, 100, 97, take=self.amount() % 101)

    def hold(self) -> None:
        piece, party = self.piece()
        kind = self.random.randrange(3)
        if kind == 0:
            self.network.send("core", "Holds", "dispute", piece, self.amount(), self.until(), word("why"))
        elif kind == 1:
            self.network.send(party, "Holds", "reserve", piece, self.amount(), self.address("f1"), self.until())
        else:
            now = self.network.now()
            self.network.send(party, "Holds", "pledge", piece, self.address("f2"), self.until(), now, word("loan"))

    def release(self) -> None:
        """Of a hold on some piece, its beneficiary: or it takes the piece, where it is a pledge."""
        piece, _ = self.piece()
        for number in self.network.call("Holds", "holdsOn", piece):
            beneficiary = self.name(self.network.call("Holds", "holdOf", number)["beneficiary"])
            function = self.random.choice(("release", "release", "enforcePledge"))
            self.network.send(beneficiary or "bank", "Holds", function, number)

    def order(self) -> None:
        """Mostly served at once, or it would block all that its holder has."""
        if len(self.orders) > 2:
            ended, _ = self.orders.pop(0)
            self.network.send("compliance", "Holds", "releaseOrder", ended, word("reason"))
        piece, party = self.piece()
        scope, amount = self.random.choice((self.payable_id, None)), self.random.choice((1, 7, 50, 333))
        self.orders.append((self.network.order(party, scope, amount, days=self.random.choice((1, 300))), piece))
        if self.random.random() < 0.8:
            self.network.set_aside(*self.orders[-1], amount)

    def under_order(self) -> None:
        if self.orders:
            order, piece = self.random.choice(self.orders)
            if self.random.random() < 0.5:
                self.network.set_aside(order, self.random.choice((piece, self.piece()[0])), self.amount())
            else:
                to = self.address(self.random.choice((*HOLDERS, "core")))
                self.network.send("compliance", "Holds", "enforceOrder", order, piece, self.amount(), to)

    def pay(self) -> None:
        token = self.random.choice(("DepositTokenCNY", OTHER_TOKEN))
        self.network.pay(self.payable_id, self.amount(), f"{len(self.done)}", token=token)

    def redeem(self) -> None:
        pieces = [piece for piece, _ in self.live()]
        self.network.send("bank", "Settlement", "redeemBatch", pieces[self.random.randrange(2) :])

    def release_set_aside(self) -> None:
        piece, party = self.piece()
        token = self.network.deployments.address(self.random.choice(("DepositTokenCNY", OTHER_TOKEN)))
        self.network.send("bank", "Settlement", "releaseSetAside", piece, self.address(party), token)

    def repurchase(self) -> None:
        piece, party = self.piece()
        endorser = self.name(self.network.call("Receivables", "pieceOf", piece)["endorser"])
        if endorser is not None:
            self.network.repurchase(endorser, party, piece)

    def suspend(self) -> None:
        """One is out at most, so that not all stands still."""
        for party in HOLDERS:
            with suppress(Refused):
                self.network.send("operator", "Participants", "reinstate", self.address(party))
        if self.random.random() < 0.5:
            self.network.send("operator", "Participants", "suspend", self.address(), word("why"))

    def default(self) -> None:
        kind = self.random.randrange(4)
        if kind == 0:
            self.network.send("operator", "Settlement", "writeOff", self.payable_id, word("why"))
        elif kind == 1:
            self.network.recover(self.payable_id, self.amount(), f"{len(self.done)}")
        elif kind == 2:
            self.network.send("operator", "Settlement", "closeRecovery", self.payable_id, word("why"))
        else:
            self.network.send("bank", "Dishonours", "record", self.payable_id)

    def pause(self) -> None:
        self.network.send("bank", OTHER_TOKEN, *self.random.choice((("pause", word("why")), ("resume",))))

    def wait(self) -> None:
        self.network.pass_days(self.random.choice((0, 0, 1)))


EARLY = ("split", "split", "split", "transfer", "refuse", "merge", "merge", "dilute", "sell", "hold")
ALWAYS = ("order", "under_order", "transfer", "transfer", "release", "release", "release_set_aside", "suspend", "wait")
LATE = ("pay", "pay", "pause", "redeem", "repurchase", "repurchase", "hold", "sell")
LAST = ("default", "default", "redeem", "wait", "under_order", "release_set_aside")


@pytest.mark.parametrize("seed", range(4))
def test_catch_up__whatever_parties_do__verify_agrees(
    seed: int, network: Network, sqlite_follower: Follower, client: NodeClient, sqlite_engine: Engine
) -> None:
    chance = Chance(network, random.Random(seed))
    for party in (*HOLDERS, "core"):
        network.credit(party, 10_000)
        network.credit(party, 10_000, OTHER_TOKEN)
    for days in (60, 90):
        with suppress(Refused):
            network.send("operator", "Participants", "reinstate", network.addresses["s1"])
        chance.payable_id = network.confirmed(f"INV-{days}", 1_000, days=days)
        play(chance, ("split",), 15)
        play(chance, (*EARLY, *ALWAYS), ACTS_PER_PAYABLE)
        network.pass_days(days)
        play(chance, (*LATE, *ALWAYS), ACTS_PER_PAYABLE // 2)
        network.pass_days(100 if seed % 2 else 0)
        play(chance, (*LAST, *LATE), ACTS_PER_PAYABLE // 3)
        sqlite_follower.catch_up()
        assert verify(sqlite_engine, client, network.deployments).differences == []

    with Session(sqlite_engine) as session:
        names = set(session.scalars(select(ChainEvent.name).where(ChainEvent.business)))
    assert len(chance.done) > ACTS_PER_PAYABLE // 2, "nearly all was refused: the test shows little"
    assert {"ReceivableSplit", "ReceivableTransferred", "HoldPlaced", "FreezeOrdered", "ReceivableDrawn"} <= names


def play(chance: Chance, acts: tuple[str, ...], count: int) -> None:
    for _ in range(count):
        name = chance.random.choice(acts)
        act: Callable[[], None] = getattr(chance, name)
        with suppress(Refused):
            act()
            chance.done.append(name)
