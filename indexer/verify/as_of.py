"""The index as it was at an older block: folded once more from the stored logs, by the same handlers, in a scratch
database of its own."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, func, insert, select

from indexer.apply import apply_blocks
from indexer.events import Decoder
from indexer.models import Base, ChainBlock, DepositToken, IndexIdentity, table_of
from indexer.raw import stored_blocks
from node_adapter.db import make_engine

RANGE_BLOCKS = 500
_BLOCK, _IDENTITY, _TOKEN = table_of(ChainBlock), table_of(IndexIdentity), table_of(DepositToken)


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
            for table in (_IDENTITY, _TOKEN):
                pinned = [dict(row) for row in connection.execute(select(table)).mappings()]
                with scratch.begin() as target:
                    for row in pinned:
                        target.execute(insert(table), row)
            start = connection.scalar(select(func.min(_BLOCK.c.number)))
            for first in range(block + 1 if start is None else start, block + 1, RANGE_BLOCKS):
                blocks = stored_blocks(connection, first, min(block, first + RANGE_BLOCKS - 1))
                with scratch.begin() as target:
                    apply_blocks(target, blocks, decoder)
                on_block(len(blocks))
            yield scratch
        finally:
            scratch.dispose()
