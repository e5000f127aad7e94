"""Recomputes the contracts' journals from stored events: who has all of them, and only them, gets the chain's word."""

from collections.abc import Callable

from sqlalchemy import Connection, select

from indexer.events import split_topics
from indexer.models import ChainEvent, table_of
from node_adapter.artifacts import journal_next

EMPTY = bytes(32)
_EVENT = table_of(ChainEvent)


def journals(connection: Connection, step: Callable[[int], None] = lambda _: None) -> dict[str, bytes]:
    """The journal's word by contract instance, over all business events in the index. `step` hears how many it read."""
    statement = (
        select(_EVENT.c.contract, _EVENT.c.topics, _EVENT.c.data)
        .where(_EVENT.c.business)
        .order_by(_EVENT.c.block_number, _EVENT.c.log_index)
    )
    words: dict[str, bytes] = {}
    result = connection.execute(statement, execution_options={"yield_per": 1000})
    for page in result.partitions():
        for instance, topics, data in page:
            words[instance] = journal_next(words.get(instance, EMPTY), split_topics(topics), data)
        step(len(page))
    return words
