"""A chain in memory that forks at will, with the network's own events in an order its contracts could have emitted."""

import copy
import random
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from node_adapter.artifacts import EventSpec, event_specs, journal_next
from node_adapter.client import Header, RawLog
from node_adapter.errors import NodeError
from node_adapter.rpc import RpcError
from node_adapter.words import from_hex, hex0x, keccak
from tests.indexer import fake_acts, fake_money_acts
from tests.indexer.fake_world import CHAIN_ID, DEPLOYMENTS, GENESIS, INSTANCES, Said, World

__all__ = ["ACTS", "CHAIN_ID", "DEPLOYMENTS", "GENESIS", "WISH_MAX", "FakeChain", "act", "left_to_chance", "wish"]

SPECS: dict[tuple[str, str], EventSpec] = {(s.contract, s.name): s for s in event_specs().values()}

ACTS: tuple[Callable[[World, int], list[Said]], ...] = (
    fake_acts.propose,
    fake_acts.confirm,
    fake_acts.split,
    fake_acts.transfer,
    fake_acts.sell,
    fake_acts.merge,
    fake_acts.park,
    fake_acts.decide,
    fake_acts.cancel,
    fake_acts.participate,
    fake_acts.rotate,
    fake_acts.programme,
    fake_acts.rate,
    fake_money_acts.pay,
    fake_money_acts.draw,
    fake_money_acts.leave,
    fake_money_acts.default,
    fake_money_acts.recourse,
    fake_money_acts.dishonour,
    fake_money_acts.hold,
    fake_money_acts.order,
    fake_money_acts.enforce,
    fake_money_acts.cash,
    fake_money_acts.pay_out,
    fake_money_acts.pause,
)


WISH_MAX = 60 * len(ACTS) - 1


def act(world: World, number: int) -> list[Said]:
    """What happens on any number at all: it picks an act and whom that is about."""
    world.said += 1
    return ACTS[number % len(ACTS)](world, number // len(ACTS))


def wish(chosen: Callable[[World, int], list[Said]], about: int = 1) -> int:
    """The number that asks for this act."""
    return ACTS.index(chosen) + about * len(ACTS)


@dataclass
class FakeBlock:
    header: Header
    logs: list[RawLog]
    world: World
    journals: dict[str, bytes]
    """By instance, at this block's end."""


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
        said = [event for number in wishes for event in act(world, number)]
        logs = [self._log(number, block_hash, index, event) for index, event in enumerate(said)]
        journals = dict(self.blocks[-1].journals) if self.blocks else {}
        names = {deployed.address: (name, deployed.contract) for name, deployed in INSTANCES.items()}
        for log in logs:
            name, contract = names[log.address]
            if event_specs()[contract, hex0x(log.topics[0])].business:
                journals[name] = journal_next(journals.get(name, bytes(32)), log.topics, log.data)
        # Times differ between forks too.
        header = Header(number, block_hash, parent, 1_000 * number + self._mined % 7)
        self.blocks.append(FakeBlock(header, logs, world, journals))

    def fork(self, keep: int) -> None:
        del self.blocks[keep:]

    def until(self, block: int) -> "FakeChain":
        """The same chain, of which nobody has seen more than this block."""
        chain = FakeChain()
        chain.blocks = self.blocks[:block]
        return chain

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
                self.mine([] if silent else [wish(fake_money_acts.cash)])
        return [log for b in self.blocks[first - 1 : last] for log in b.logs if log.address in addresses]

    def rpc_many(self, methods: Sequence[tuple[str, Sequence[Any]]]) -> list[str | RpcError]:
        """The journals of contracts as of a block's hash: all that is asked this way."""
        at = {deployed.address: name for name, deployed in INSTANCES.items()}
        answers: list[str | RpcError] = []
        for method, (message, where) in methods:
            assert method == "eth_call"
            block = next((b for b in self.blocks if b.header.hash == where["blockHash"]), None)
            word = None if block is None else block.journals.get(at[message["to"]], bytes(32))
            answers.append(RpcError(-32000, "header not found", None) if word is None else hex0x(word))
        return answers

    def pinned(self) -> AbstractContextManager[None]:
        return nullcontext()

    def distrust(self, error: NodeError) -> None:
        """There is no other."""

    def _log(self, number: int, block_hash: str, index: int, event: Said) -> RawLog:
        contract, name, args = event
        spec = SPECS[contract, name]
        assert {f.name for f in spec.fields} == args.keys(), name
        words = {f.name: _word(args[f.name]) for f in spec.fields}
        topics = (spec.topic0, *(words[f.name] for f in spec.fields if f.indexed))
        data = b"".join(words[f.name] for f in spec.fields if not f.indexed)
        address = next(d.address for d in INSTANCES.values() if d.contract == contract)
        tx_hash = hex0x(keccak(f"{block_hash} {index}".encode()))
        return RawLog(address, topics, data, number, block_hash, tx_hash, index, index)


def left_to_chance(blocks: int) -> FakeChain:
    """A chain on which everything happens, the same in every run."""
    chance = random.Random(1)
    chain = FakeChain()
    for _ in range(blocks):
        chain.mine([chance.randint(0, WISH_MAX) for _ in range(6)])
    return chain


def _word(value: int | bool | str) -> bytes:
    if isinstance(value, str):
        return from_hex(value).rjust(32, b"\0")
    return int(value).to_bytes(32, "big")
