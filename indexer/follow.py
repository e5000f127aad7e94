"""Keeps the index at the node's head, whatever the node does to its chain.

The four cases: the next block continues ours (apply it); the node is on another fork (step back to the common ancestor,
then apply); its head lies below ours, as after a killed devnet (the same as a fork, after a moment: it may be only
another, slower node); it changes forks while being read (what was read does not hang together: ask again). Nothing read
is believed before it hangs together, and makes what the contracts' journals say.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Engine, func, select, update

from indexer.ahead import Ahead
from indexer.apply import Block, RolledBack, apply_blocks, decoded, head, rollback_to
from indexer.errors import DeepReorg, IndexForeign, JournalMismatch, ParentMismatch, ReceiptsMismatch, UnstableNode
from indexer.events import Decoder, deployments_before, deployments_hash
from indexer.journal import said_by
from indexer.models import ChainBlock, IndexIdentity, table_of
from indexer.receipts import check_receipts
from indexer.source import ChainSource, Seen
from indexer.tokens import keep_tokens
from node_adapter.client import Header, RawLog
from node_adapter.db import read_only
from node_adapter.deployments import Deployments
from node_adapter.errors import NodeUntrustworthy

FORK_SWITCHES_MAX = 16
GAS_A_LOG = 20_000
"""Of a transaction of ours, for each of its logs, about: by that a range is cut before its logs are asked for."""
MISMATCHES_MAX = 3
"""How often a range is asked whose answers cannot be: anew as a whole, of another node where there is one."""
COUNTED = {
    "blocks": "blocks written",
    "events": "logs written",
    "reorgs": "times that blocks of ours were taken back",
    "fork_switches": "ranges that did not hang together while they were read",
    "behind": "looks at a node that had no block of our number",
    "journals_compared": "ranges compared with the contracts' journals",
    "journals_unknown": "ranges that were not, since the node keeps no state of so old a block",
    "journal_mismatches": "ranges whose logs did not make the journals",
    "receipts_checked": "blocks whose receipts were made into their root again",
    "receipts_mismatches": "blocks whose logs were not those of their receipts",
}
"""Counter → what it counts."""
_BLOCK = table_of(ChainBlock)
_IDENTITY = table_of(IndexIdentity)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one step may take."""

    batch_blocks: int = 1_000
    batch_logs: int = 5_000
    """Aimed at, not a maximum: ranges shrink when blocks are full and grow again when they are empty."""
    reorg_depth: int = 16_384
    """Blocks taken back without asking. A killed devnet loses seconds of blocks, which can be thousands."""
    behind_pauses_s: tuple[float, ...] = (0.1, 0.2, 0.4)
    """What a node is given to show a block of ours that it does not have yet, before that is called a reorg."""


@dataclass(slots=True)
class Follower:
    """One index following one node. Not for several threads."""

    engine: Engine
    source: ChainSource
    decoder: Decoder
    limits: Limits = field(default_factory=Limits)
    receipts: bool = False
    """Also compare logs with the receipts that headers commit to, which must be checked by `source`."""
    on_progress: Callable[[int, int], None] = lambda _indexed, _head: None
    on_reorg: Callable[[RolledBack, int], None] = lambda _rolled_back, _ancestor: None
    counters: Counter[str] = field(default_factory=Counter)
    """By the names in COUNTED; since the start."""
    _range: int = 100

    @property
    def counted(self) -> dict[str, int]:
        """`counters`, all of them: what never happened is 0."""
        return {name: self.counters[name] for name in COUNTED}

    @property
    def start_block(self) -> int:
        """Where an empty index begins: before the first deployment, by as much as a reorg could move it down."""
        return max(1, self.decoder.deployments.first_block - self.limits.reorg_depth)

    def pin(self) -> None:
        """Checks that database, node and deployments file belong together, and writes it down the first time.

        A version that was deployed since is written down too, and the blocks from its first contract on are read once
        more, now with its events.

        Raises IndexForeign, or NodeError where the node does not answer.
        """
        deployments = self.decoder.deployments
        node = (self.source.chain_id(), self.source.genesis_hash())
        if node != (deployments.chain_id, deployments.genesis_hash):
            raise IndexForeign(
                f"the node's chain {node[0]} begins with {node[1]}, but the deployments are on chain "
                f"{deployments.chain_id} with {deployments.genesis_hash}: the devnet was reset, or it is the wrong node"
            )
        ours = (*node, deployments_hash(deployments))
        with self.engine.begin() as connection:
            columns = (_IDENTITY.c.chain_id, _IDENTITY.c.genesis_hash, _IDENTITY.c.deployments_hash)
            row = connection.execute(select(*columns)).one_or_none()
            if row is None:
                names = ("chain_id", "genesis_hash", "deployments_hash")
                connection.execute(_IDENTITY.insert().values(id=1, **dict(zip(names, ours, strict=True))))
            elif tuple(row) != ours:
                known = deployments_before(deployments, row.deployments_hash)
                if tuple(row)[:2] != node or known is None:
                    raise IndexForeign(
                        f"the database mirrors chain {row.chain_id} from {row.genesis_hash} with other deployments or "
                        f"another genesis than the node's {node[1]}: give it a database of its own"
                    )
                self._add_versions(connection, known)
            keep_tokens(connection, deployments)

    def _add_versions(self, connection: Connection, known: Deployments) -> None:
        deployments = self.decoder.deployments
        connection.execute(update(_IDENTITY).values(deployments_hash=deployments_hash(deployments)))
        first = min(d.block for name, d in deployments.contracts.items() if name not in known.contracts)
        rollback_to(connection, first - 1, self.decoder, evidence=False)

    def catch_up(self, stop: threading.Event | None = None) -> int:
        """Applies blocks until our head is the node's; returns how many. One transaction per batch.

        Raises NodeError where the node fails (UnstableNode where it keeps changing forks), and IndexStopped.
        """
        applied = mismatches = 0
        with closing(Ahead(self._look)) as ahead:
            for _ in range(FORK_SWITCHES_MAX):
                ahead.drop()
                self._leave_orphaned_fork()
                try:
                    while not (stop and stop.is_set()):
                        new = self._apply_next(ahead)
                        if new == 0:
                            break
                        applied += new
                except ParentMismatch:
                    self.counters["fork_switches"] += 1
                    continue
                except NodeUntrustworthy as error:
                    if isinstance(error, JournalMismatch | ReceiptsMismatch):
                        kind = "journal" if isinstance(error, JournalMismatch) else "receipts"
                        self.counters[f"{kind}_mismatches"] += 1
                        self.source.distrust(error)
                    mismatches += 1
                    if mismatches == MISMATCHES_MAX:
                        raise
                    continue
                return applied
        raise UnstableNode(f"the node changed forks {FORK_SWITCHES_MAX} times while being read")

    def _apply_next(self, ahead: "Ahead[Seen]") -> int:
        with read_only(self.engine).connect() as connection:
            current = head(connection)
        seen = ahead.take(self.start_block if current is None else current.number + 1)
        if not seen.blocks:
            # A head below ours is a fork too; it is noticed before the next round.
            if current is not None and seen.head < current.number:
                raise ParentMismatch(f"the node's head fell to {seen.head}, ours is {current.number}")
            return 0
        last = seen.blocks[-1].header.number
        self._adapt(seen.blocks)
        if last < seen.head:
            ahead.begin(last + 1)
        with self.engine.begin() as connection:
            applied = apply_blocks(connection, seen.blocks, self.decoder, seen.said)
        self.counters["blocks"] += applied
        self.counters["events"] += sum(len(block.logs) for block in seen.blocks)
        self.on_progress(last, seen.head)
        return applied

    def _look(self, first: int) -> Seen:
        """The next blocks from `first` on, compared with what the node says of them elsewhere. Writes nothing, for it
        may run while the blocks before are being written."""
        with self.source.pinned():
            newest = self.source.head().number
            if newest < first:
                return Seen([], None, newest)
            blocks = self._read(first, min(newest, first + self._range - 1))
            if self.receipts:
                self.counters["receipts_checked"] += check_receipts(self.source, blocks, self.decoder.addresses)
            blocks = [replace(block, events=decoded(block, self.decoder)) for block in blocks]
            return Seen(blocks, self._journals(blocks, at_head=blocks[-1].header.number == newest), newest)

    def _read(self, first: int, last: int) -> list[Block]:
        """Blocks `first` to `last` at most, both included. Raises ParentMismatch unless all answers are of one fork."""
        headers = self.source.headers(range(first, last + 1))
        numbers = [header.number for header in headers]
        if numbers != list(range(first, last + 1)):
            raise ParentMismatch(f"asked for blocks {first} to {last}, got {len(numbers)}")
        headers = headers[: self._fitting(headers)]
        last = headers[-1].number
        logs = self.source.logs(first, last, self.decoder.addresses)
        by_block: dict[str, list[RawLog]] = {header.hash: [] for header in headers}
        for log in logs:
            if log.block_hash not in by_block or headers[log.block_number - first].hash != log.block_hash:
                raise ParentMismatch(f"a log of block {log.block_number} is of another fork than its header")
            by_block[log.block_hash].append(log)
        # Headers came before the logs: a fork in between whose blocks are silent shows only now.
        if self.source.block_hash(last) != headers[-1].hash:
            raise ParentMismatch(f"block {last} changed while it was read")
        return [Block(header, sorted(by_block[header.hash], key=lambda log: log.log_index)) for header in headers]

    def _fitting(self, headers: Sequence[Header]) -> int:
        """How many of the blocks to read: their headers say how full they are before their logs are asked for."""
        gas = self.limits.batch_logs * GAS_A_LOG
        for place, header in enumerate(headers):
            gas -= header.gas_used
            if gas < 0:
                return max(place, 1)
        return len(headers)

    def _journals(self, blocks: Sequence[Block], *, at_head: bool) -> dict[str, bytes] | None:
        """What the contracts say they said until the last of `blocks`: those with logs in them, at the head all.

        None where the node no longer has the state of so old a block; at the head, later, nothing is left out.
        """
        instances = self.decoder.instances
        if not at_head:
            spoke = {log.address for block in blocks for log in block.logs}
            instances = [name for name in instances if self.decoder.deployments.address(name) in spoke]
        last = blocks[-1].header
        said = said_by(self.source, self.decoder, instances, last.hash)
        if said is None and at_head:
            raise ParentMismatch(f"the node does not answer for block {last.number}, which it gave a moment ago")
        self.counters["journals_unknown" if said is None else "journals_compared"] += 1
        return said

    def _adapt(self, blocks: Sequence[Block]) -> None:
        logs = sum(len(block.logs) for block in blocks)
        fitting = len(blocks) * self.limits.batch_logs // max(logs, 1)
        self._range = max(1, min(fitting, 2 * self._range, self.limits.batch_blocks))

    def _leave_orphaned_fork(self) -> None:
        with read_only(self.engine).connect() as connection:
            current = head(connection)
        if current is None or self._has(current):
            return
        self.pin()
        ancestor = self._common_ancestor(current)
        self.counters["reorgs"] += 1
        with self.engine.begin() as connection:
            rolled_back = rollback_to(connection, ancestor, self.decoder)
        self.on_reorg(rolled_back, ancestor)

    def _has(self, ours: Header) -> bool:
        """Whether our block is the node's too. One that has none of that number may be only behind."""
        for pause_s in self.limits.behind_pauses_s:
            found = self.source.block_hash(ours.number)
            if found is not None:
                return found == ours.hash
            self.counters["behind"] += 1
            time.sleep(pause_s)
        return self.source.block_hash(ours.number) == ours.hash

    def _common_ancestor(self, current: Header) -> int:
        """The newest of our blocks that the node has too, or the one before our first where it has none of them.

        Halving works because forks part once: up to the ancestor all blocks are shared, above it none. Raises
        DeepReorg.
        """
        with read_only(self.engine).connect() as connection:
            shared = int(connection.execute(select(func.min(_BLOCK.c.number))).scalar_one()) - 1
            orphaned = current.number
            while orphaned - shared > 1:
                middle = (shared + orphaned) // 2
                ours = connection.scalar(select(_BLOCK.c.hash).where(_BLOCK.c.number == middle))
                if self.source.block_hash(middle) == ours:
                    shared = middle
                else:
                    orphaned = middle
        depth = current.number - shared
        if depth > self.limits.reorg_depth:
            raise DeepReorg(
                f"the chain took back {depth} blocks, all above {shared}, more than the {self.limits.reorg_depth} that "
                f"are taken back unasked; if that is right: `scf index accept-reorg --at {shared}` (or start the "
                f"indexer once with --reorg-depth {depth})"
            )
        return shared
