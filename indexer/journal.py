"""The contracts' journals: who has all business events, and only them, in order, gets the word that the chain has.

Each batch is compared with the contracts at its end before any of it is written, so that one log that a node left out,
doubled, moved or invented is noticed at once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, func, insert, select

from indexer.errors import JournalMismatch, ProjectionDiverged
from indexer.events import Decoder, Event
from indexer.models import ChainEvent, JournalCheckpoint, table_of
from node_adapter.artifacts import JOURNAL_COUNT_BITS, journal_next
from node_adapter.client import Header
from node_adapter.codec import encode_call
from node_adapter.parse import octets
from node_adapter.rpc import RpcError
from node_adapter.words import from_hex, hex0x

EMPTY = bytes(32)
_EVENT, _CHECKPOINT = table_of(ChainEvent), table_of(JournalCheckpoint)

Words = dict[str, bytes]
"""A journal's word by contract instance; one that is not there is EMPTY."""


class JournalSource(Protocol):
    """What is asked of a node."""

    def rpc_many(self, methods: Sequence[tuple[str, Sequence[Any]]]) -> Sequence[Any | RpcError]: ...


def journals(
    connection: Connection,
    step: Callable[[int], None] = lambda _: None,
    checkpoint: Callable[[int, Mapping[str, str], Words], None] = lambda _number, _stored, _made: None,
) -> Words:
    """The words over all business events in the index. `step` hears how many it read, `checkpoint` of each stored one
    its block, and its words as stored and as made again."""
    stored = connection.execute(
        select(_CHECKPOINT.c.block_number, _CHECKPOINT.c.words).order_by(_CHECKPOINT.c.block_number)
    ).all()
    words: Words = {}
    result = connection.execute(_business(-1), execution_options={"yield_per": 1000})
    place = 0
    for page in result.partitions():
        for instance, topics, data, number in page:
            while place < len(stored) and stored[place].block_number < number:
                checkpoint(stored[place].block_number, stored[place].words, words)
                place += 1
            words[instance] = journal_next(words.get(instance, EMPTY), (topics,), data)
        step(len(page))
    for row in stored[place:]:
        checkpoint(row.block_number, row.words, words)
    return words


def newest_words(connection: Connection) -> tuple[Words, int]:
    """The words at the newest block, those of the last checkpoint and the events after it; and how many these are: none
    but after a reorg, or in an index made before there were checkpoints."""
    newest = select(func.max(_CHECKPOINT.c.block_number)).scalar_subquery()
    row = connection.execute(
        select(_CHECKPOINT.c.block_number, _CHECKPOINT.c.words).where(_CHECKPOINT.c.block_number == newest)
    ).one_or_none()
    try:
        words = {} if row is None else {name: from_hex(word) for name, word in row.words.items()}
    except (ValueError, TypeError, AttributeError):
        raise ProjectionDiverged("the newest journal_checkpoint is damaged: delete that row, it is made anew") from None
    result = connection.execute(
        _business(-1 if row is None else row.block_number), execution_options={"yield_per": 1000}
    )
    count = 0
    for instance, topics, data, _ in result:
        words[instance] = journal_next(words.get(instance, EMPTY), (topics,), data)
        count += 1
    return words, count


def checked(connection: Connection, events: Iterable[Event], said: Mapping[str, bytes]) -> tuple[Words, bool]:
    """The words after `events`, which the index does not hold yet, and whether they are worth a checkpoint.

    Raises JournalMismatch where a contract (`said`, by instance) has another.
    """
    words, count = newest_words(connection)
    for event in events:
        if event.business:
            word = words.get(event.instance, EMPTY)
            words[event.instance] = journal_next(word, (event.topics,), event.data)
            count += 1
    wrong = [name for name, word in said.items() if words.get(name, EMPTY) != word]
    if wrong:
        raise JournalMismatch(
            "; ".join(_difference(name, words.get(name, EMPTY), said[name]) for name in sorted(wrong))
        )
    return words, count > 0


def keep(connection: Connection, at: Header, words: Words) -> None:
    """The checkpoint of a batch that ends with block `at`."""
    row = {"block_hash": at.hash, "block_number": at.number, "words": {n: hex0x(w) for n, w in sorted(words.items())}}
    connection.execute(insert(_CHECKPOINT), [row])


def said_by(source: JournalSource, decoder: Decoder, instances: Iterable[str], block_hash: str) -> Words | None:
    """What the contracts' own journals are as of a block; a contract that is not there yet has an empty one.

    None where the node cannot say: it has not that block, or its state no more. Raises NodeError.
    """
    names = [name for name in instances if decoder.kind_of(name) != "AccessManager"]
    where = {"blockHash": block_hash, "requireCanonical": True}
    calls = []
    for name in names:
        deployed = decoder.deployments[name]
        data = hex0x(encode_call(deployed.contract, "journal", ()))
        calls.append(("eth_call", ({"to": deployed.address, "data": data}, where)))
    words: Words = {}
    for name, answer in zip(names, source.rpc_many(calls) if calls else [], strict=True):
        if isinstance(answer, RpcError):
            return None
        words[name] = octets(answer).rjust(32, b"\0")
    return words


def _business(after: int) -> Any:
    return (
        select(_EVENT.c.contract, _EVENT.c.topics, _EVENT.c.data, _EVENT.c.block_number)
        .where(_EVENT.c.business, _EVENT.c.block_number > after)
        .order_by(_EVENT.c.block_number, _EVENT.c.log_index)
    )


def _difference(name: str, ours: bytes, theirs: bytes) -> str:
    count = JOURNAL_COUNT_BITS // 8
    had, has = (int.from_bytes(word[-count:], "big") for word in (ours, theirs))
    what = f"{has} events, the logs make {had}" if had != has else f"{has} events as the logs do, but others"
    return f"{name}'s journal has {what}"
