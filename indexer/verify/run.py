"""The order of a verification, at one block, from one snapshot of the database."""

from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection, Engine, and_, func, select

from indexer.apply import head
from indexer.events import Decoder, deployments_hash
from indexer.follow import ChainSource
from indexer.models import FOLDED, ChainBlock, ChainEvent, IndexIdentity, Payable, Receivable, ReceivableState, table_of
from indexer.verify.log import compare_journals, compare_log
from indexer.verify.report import Comparison, VerifyImpossible, VerifyReport
from indexer.verify.rows import compare_event_rows, compare_folded
from indexer.verify.views import ViewSource, compare_views, journal_words
from node_adapter.db import read_only
from node_adapter.deployments import Deployments

_BLOCK, _EVENT = table_of(ChainBlock), table_of(ChainEvent)
_PAYABLE, _RECEIVABLE, _IDENTITY = table_of(Payable), table_of(Receivable), table_of(IndexIdentity)


class Node(ChainSource, ViewSource, Protocol):
    """All that is asked; `node_adapter.client.NodeClient` answers it."""


def verify(
    engine: Engine,
    client: Node,
    deployments: Deployments,
    *,
    block: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> VerifyReport:
    """Compares everything in the index with the chain at the index's newest block.

    `block` may only name that block. `progress` hears (done, total). Raises VerifyImpossible where the index is empty
    or on another fork than the node, UnknownEvent, and NodeError.
    """
    decoder = Decoder(deployments)
    comparison = Comparison(progress or (lambda _done, _total: None))
    with read_only(engine).connect() as connection:
        newest = head(connection)
        if newest is None:
            raise VerifyImpossible("the index has no block yet")
        if block not in (None, newest.number):
            raise VerifyImpossible(f"the index is at block {newest.number}; it cannot answer for block {block} yet")
        _require_same_fork(client, newest.number, newest.hash)
        first = connection.execute(select(func.min(_BLOCK.c.number))).scalar_one()
        comparison.total = newest.number - first + 1 + _size(connection)

        compare_identity(comparison, connection, client, deployments)
        compare_journals(comparison, connection, journal_words(client, decoder, newest.number))
        compare_log(comparison, connection, client, decoder, first, newest.number)
        compare_folded(comparison, connection, decoder)
        compare_event_rows(comparison, connection, decoder)
        compare_lines(comparison, connection)
        compare_views(comparison, connection, client, decoder, newest.number, newest.timestamp)
        _require_same_fork(client, newest.number, newest.hash)
    comparison.step(comparison.total)
    return VerifyReport(
        ok=not comparison.differences,
        block=newest.number,
        block_hash=newest.hash,
        compared=dict(sorted(comparison.compared.items())),
        differences=comparison.differences,
    )


def compare_identity(
    comparison: Comparison, connection: Connection, client: ChainSource, deployments: Deployments
) -> None:
    """Whose mirror the database says it is."""
    pinned = connection.execute(select(_IDENTITY)).mappings().one_or_none()
    comparison.compared["index_identity"] += 1
    chain = {
        "chain_id": client.chain_id(),
        "genesis_hash": client.genesis_hash(),
        "deployments_hash": deployments_hash(deployments),
    }
    comparison.fields("index_identity", "1", {name: pinned and pinned[name] for name in chain}, chain)


def compare_lines(comparison: Comparison, connection: Connection) -> None:
    """I1, I10: the pieces of a confirmed payable, gone ones too, cover its face without gap or overlap.

    A merged one is covered by the piece that took it over.
    """
    there = and_(_RECEIVABLE.c.payable_id == _PAYABLE.c.payable_id, _RECEIVABLE.c.state != ReceivableState.MERGED.value)
    rows = connection.execute(
        select(_PAYABLE.c.payable_id, _PAYABLE.c.face_value, _RECEIVABLE.c.start, _RECEIVABLE.c.end)
        .join(_RECEIVABLE, there, isouter=True)
        .where(_PAYABLE.c.confirmed_at.is_not(None))
        .order_by(_PAYABLE.c.payable_id, _RECEIVABLE.c.start),
        execution_options={"yield_per": 1000},
    )
    reached: dict[str, int] = {}
    face: dict[str, int] = {}
    for payable_id, face_value, start, end in rows:
        if payable_id not in face:
            face[payable_id], reached[payable_id] = face_value, 0
        comparison.same("payable_line", payable_id, "start of the next piece", start, reached[payable_id])
        reached[payable_id] = end
    for payable_id, face_value in face.items():
        comparison.compared["payable_line"] += 1
        comparison.same("payable_line", payable_id, "end of the last piece", reached[payable_id], face_value)


def _require_same_fork(client: ChainSource, number: int, block_hash: str) -> None:
    if client.block_hash(number) != block_hash:
        raise VerifyImpossible(f"the node has another block {number} than the index; wait until it has caught up")


def _size(connection: Connection) -> int:
    """About how many steps the comparison has beside the blocks: events twice, and rows with views once."""
    events = connection.execute(select(func.count()).select_from(_EVENT).where(_EVENT.c.business)).scalar_one()
    rows = [connection.execute(select(func.count()).select_from(table_of(model))).scalar_one() for model in FOLDED]
    return int(2 * events + 2 * sum(rows))
