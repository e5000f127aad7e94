"""What an event costs an index with a million of them, beside one with ten thousand.

The chain's own logs again and again, as if of other payables: ids and random words are others in each copy, addresses
stay. Without a node: blocks are applied as the indexer applies what it has read.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, islice

from sqlalchemy import Engine

from indexer.apply import Block, apply_blocks
from indexer.events import Decoder
from node_adapter.client import NodeClient
from node_adapter.db import make_engine, migrate
from node_adapter.deployments import Deployments
from node_adapter.parse import Header, RawLog
from node_adapter.words import from_hex, hex0x

SMALL = 10_000
READ_BLOCKS = 10
SAMPLES = 30
"""Blocks whose cost is measured, with the checkpoints that they bring, one after another into both."""
SAMPLED_COPY = 255
NOWHERE = Header(0, hex0x(bytes(32)), hex0x(bytes(32)), 0)


def growth(client: NodeClient, deployments: Deployments, urls: tuple[str, str], large: int) -> float:
    """What a log costs an index of `large` logs, over what it costs one of SMALL, in SAMPLES blocks."""
    chain = _Copies(client, Decoder(deployments))
    engines = [make_engine(url) for url in urls]
    heads = []
    for engine, wanted in zip(engines, (SMALL, large), strict=True):
        migrate(engine, "indexer")
        heads.append(_fill(engine, chain, wanted))
    costs = [0.0, 0.0]
    for block in islice(chain.of(SAMPLED_COPY), SAMPLES):
        for number, engine in enumerate(engines):
            placed = _placed(block, heads[number])
            started = time.perf_counter()
            _apply(engine, [placed], chain.decoder)
            costs[number] += time.perf_counter() - started
            heads[number] = placed.header
    for engine in engines:
        engine.dispose()
    small, big = costs
    return big / small


class _Copies:
    def __init__(self, client: NodeClient, decoder: Decoder) -> None:
        self.decoder = decoder
        self._client = client
        self._last = client.head().number

    def all(self) -> Iterator[Block]:
        """The chain as it is, then copies of it."""
        for copy in count():
            yield from self.of(copy)

    def of(self, copy: int) -> Iterator[Block]:
        """One copy; those after the first begin with the first payable: what admits and deploys happens once."""
        begun = copy == 0
        for first in range(1, self._last + 1, READ_BLOCKS):
            for block in self._read(first, min(self._last, first + READ_BLOCKS - 1)):
                begun = begun or any(self.decoder.decode(log, 0).name == "PayableProposed" for log in block.logs)
                if begun:
                    yield Block(block.header, [_other(log, copy) for log in block.logs])

    def _read(self, first: int, last: int) -> list[Block]:
        logs: dict[int, list[RawLog]] = {}
        for log in self._client.logs(first, last, self.decoder.addresses):
            logs.setdefault(log.block_number, []).append(log)
        return [Block(h, logs.get(h.number, [])) for h in self._client.headers(range(first, last + 1))]


def _fill(engine: Engine, chain: _Copies, logs: int) -> Header:
    """Until there are so many; returns the last header."""
    head, waiting, done = NOWHERE, [], 0
    for block in chain.all():
        placed = _placed(block, head)
        head, done = placed.header, done + len(placed.logs)
        waiting.append(placed)
        if len(waiting) == READ_BLOCKS or done >= logs:
            _apply(engine, waiting, chain.decoder)
            waiting = []
        if done >= logs:
            break
    return head


def _apply(engine: Engine, blocks: Sequence[Block], decoder: Decoder) -> None:
    with engine.begin() as connection:
        apply_blocks(connection, blocks, decoder)


def _placed(block: Block, before: Header) -> Block:
    """The block as the next one after `before`."""
    number = before.number + 1
    header = Header(number, hex0x(number.to_bytes(32, "big")), before.hash, before.timestamp + 1)
    logs = [replace(log, block_number=number, block_hash=header.hash) for log in block.logs]
    return Block(header, logs)


def _other(log: RawLog, copy: int) -> RawLog:
    words = [log.data[i : i + 32] for i in range(0, len(log.data), 32)]
    return replace(
        log,
        topics=(log.topics[0], *(_word(topic, copy) for topic in log.topics[1:])),
        data=b"".join(_word(word, copy) for word in words),
        tx_hash=hex0x(_word(from_hex(log.tx_hash), copy)),
    )


def _word(word: bytes, copy: int) -> bytes:
    """Another id or hash: a payable's begins after four zero bytes, a receivable's and a hash at once; numbers and
    addresses, with more zeros in front, stay."""
    place = 0 if any(word[:4]) else 4
    if not any(word[place : place + 8]):
        return word
    return word[:place] + bytes([word[place] ^ copy]) + word[place + 1 :]
