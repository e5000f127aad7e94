"""The stored log as a node would say it once more: raw, for whoever decodes and folds it again."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from indexer.apply import Block, all_events
from indexer.events import split_topics
from indexer.models import ChainBlock, ChainEvent, table_of
from node_adapter.client import Header, RawLog

_BLOCK, _EVENT = table_of(ChainBlock), table_of(ChainEvent)


def stored_blocks(connection: Connection, first: int, last: int) -> Sequence[Block]:
    """Blocks `first` to `last`, both included, with their logs."""
    headers = connection.execute(
        select(_BLOCK.c.number, _BLOCK.c.hash, _BLOCK.c.parent_hash, _BLOCK.c.timestamp)
        .where(_BLOCK.c.number.between(first, last))
        .order_by(_BLOCK.c.number)
    ).all()
    events = connection.execute(all_events().where(_EVENT.c.block_number.between(first, last)))
    logs = {h: list(map(raw_log, some)) for h, some in groupby(events, key=lambda row: str(row.block_hash))}
    return [Block(Header(*row), logs.get(row.hash, [])) for row in headers]


def raw_log(event: Any) -> RawLog:
    """What was said; the stored decoding is left out. `event`: an Event, or a row of `chain_event`."""
    return RawLog(
        address=event.address,
        topics=tuple(split_topics(event.topics)),
        data=event.data,
        block_number=event.block_number,
        block_hash=event.block_hash,
        tx_hash=event.tx_hash,
        tx_index=event.tx_index,
        log_index=event.log_index,
    )
