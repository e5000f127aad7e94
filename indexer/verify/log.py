"""The chain log against the node: every block and every log once more, and the journals, which the contracts keep."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from indexer.apply import all_events, event_row
from indexer.events import Decoder
from indexer.fold import Row
from indexer.journal import EMPTY, journals
from indexer.models import ChainBlock, ChainEvent, JournalCheckpoint, table_of
from indexer.source import ChainSource
from indexer.verify.report import Comparison
from node_adapter.client import Header
from node_adapter.words import hex0x

RANGE_BLOCKS = 500
_BLOCK = table_of(ChainBlock)
_EVENT = table_of(ChainEvent)
_CHECKPOINT = table_of(JournalCheckpoint)


def compare_log(
    comparison: Comparison, connection: Connection, source: ChainSource, decoder: Decoder, first: int, last: int
) -> None:
    """Blocks `first` to `last`, both included: headers, logs, and each log decoded again."""
    for low in range(first, last + 1, RANGE_BLOCKS):
        high = min(low + RANGE_BLOCKS - 1, last)
        headers = source.headers(range(low, high + 1))
        times = {header.number: header.timestamp for header in headers}
        blocks = connection.execute(select(_BLOCK).where(_BLOCK.c.number.between(low, high))).mappings()
        comparison.rows("chain_block", ["number"], [dict(b) for b in blocks], [_block(h) for h in headers])

        logs = source.logs(low, high, decoder.addresses)
        chain = [event_row(decoder.decode(log, times[log.block_number])) for log in logs]
        events = connection.execute(all_events().where(_EVENT.c.block_number.between(low, high))).mappings()
        ours = [{name: value for name, value in event.items() if name != "timestamp"} for event in events]
        comparison.rows("chain_event", ["block_hash", "log_index"], ours, chain)
        comparison.step(high - low + 1)
    strays = select(_EVENT.c.block_hash, _EVENT.c.log_index).where(~_EVENT.c.block_number.between(first, last))
    comparison.rows(
        "chain_event", ["block_hash", "log_index"], [row._asdict() for row in connection.execute(strays)], []
    )


def compare_journals(comparison: Comparison, connection: Connection, words: dict[str, bytes]) -> None:
    """`words` is what the contracts say, by instance."""

    def checkpoint(number: int, stored: Mapping[str, str], made: dict[str, bytes]) -> None:
        comparison.compared["journal_checkpoint"] += 1
        for instance in sorted(stored.keys() | made.keys()):
            place, word = f"{instance} at block {number}", hex0x(made.get(instance, EMPTY))
            comparison.same("journal_checkpoint", place, "word", stored.get(instance, hex0x(EMPTY)), word)

    _compare_places(comparison, connection)
    ours = journals(connection, comparison.step, checkpoint)
    for instance in sorted(words):
        comparison.compared["journal"] += 1
        comparison.same("journal", instance, "journal", ours.get(instance, EMPTY), words[instance])


def _compare_places(comparison: Comparison, connection: Connection) -> None:
    """Each checkpoint is of a block that we hold, under its number."""
    rows = connection.execute(
        select(_CHECKPOINT.c.block_hash, _CHECKPOINT.c.block_number, _BLOCK.c.number).join(
            _BLOCK, _BLOCK.c.hash == _CHECKPOINT.c.block_hash, isouter=True
        )
    )
    for block_hash, number, held in rows:
        comparison.same("journal_checkpoint", block_hash, "block_number", number, held)


def _block(header: Header) -> Row:
    return {
        "hash": header.hash,
        "number": header.number,
        "parent_hash": header.parent_hash,
        "timestamp": header.timestamp,
    }
