"""The index as it was at an older block: folded once more from the stored logs, by the same handlers, in a scratch
database of its own."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, select

from indexer.apply import Block, all_events, apply_blocks
from indexer.events import Decoder, split_topics
from indexer.models import Base, ChainBlock, ChainEvent, IndexIdentity, table_of
from node_adapter.client import Header, RawLog
from node_adapter.db import make_engine

RANGE_BLOCKS = 500
_BLOCK, _EVENT, _IDENTITY = table_of(ChainBlock), table_of(ChainEvent), table_of(IndexIdentity)


@contextmanager
def index_as_of(
    connection: Connection, decoder: Decoder, block: int, on_block: Callable[[int], None] = lambda _count: None
) -> Iterator[Engine]:
    """An index whose newest block is number `block`; gone afterwards. `on_block` hears how many blocks were added.

    Raises ProjectionDiverged and UnknownEvent where the stored log cannot be folded.
    """
    with tempfile.TemporaryDirectory(prefix="scf-as-of-") as folder:
        scratch = make_engine(f"sqlite:///{Path(folder) / 'index.sqlite3'}")
        try:
            Base.metadata.create_all(scratch)
            identity = [dict(row) for row in connection.execute(select(_IDENTITY)).mappings()]
            with scratch.begin() as target:
                for row in identity:
                    target.execute(insert(_IDENTITY), row)
            for blocks in _stored_blocks(connection, block):
                with scratch.begin() as target:
                    apply_blocks(target, blocks, decoder)
                on_block(len(blocks))
            yield scratch
        finally:
            scratch.dispose()


def _stored_blocks(connection: Connection, last: int) -> Iterator[Sequence[Block]]:
    """What is stored up to block `last`, as a node would have said it, some blocks at a time."""
    headers = select(_BLOCK.c.number, _BLOCK.c.hash, _BLOCK.c.parent_hash, _BLOCK.c.timestamp).order_by(_BLOCK.c.number)
    after = -1
    while rows := connection.execute(
        headers.where(_BLOCK.c.number > after, _BLOCK.c.number <= last).limit(RANGE_BLOCKS)
    ).all():
        first, after = rows[0].number, rows[-1].number
        events = connection.execute(all_events().where(_EVENT.c.block_number.between(first, after)))
        logs = {
            block_hash: [
                RawLog(
                    address=row.address,
                    topics=tuple(split_topics(row.topics)),
                    data=row.data,
                    block_number=row.block_number,
                    block_hash=row.block_hash,
                    tx_hash=row.tx_hash,
                    tx_index=row.tx_index,
                    log_index=row.log_index,
                )
                for row in some
            ]
            for block_hash, some in groupby(events, key=lambda row: str(row.block_hash))
        }
        yield [Block(Header(*row), logs.get(row.hash, [])) for row in rows]
