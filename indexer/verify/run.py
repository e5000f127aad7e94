"""The order of a verification, at one block, from one snapshot of the database."""

from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection, Engine, and_, func, select

from indexer.apply import head
from indexer.events import Decoder, deployments_hash
from indexer.models import (
    FOLDED,
    ChainBlock,
    ChainEvent,
    DepositToken,
    IndexIdentity,
    Payable,
    Receivable,
    ReceivableState,
    table_of,
)
from indexer.source import ChainSource
from indexer.tokens import currencies
from indexer.verify.as_of import index_as_of
from indexer.verify.log import compare_journals, compare_log
from indexer.verify.report import Comparison, VerifyImpossible, VerifyReport
from indexer.verify.rows import compare_event_rows, compare_folded
from indexer.verify.views import ViewSource, compare_views, journal_words
from node_adapter.db import read_only
from node_adapter.deployments import Deployments

_BLOCK, _EVENT = table_of(ChainBlock), table_of(ChainEvent)
_PAYABLE, _RECEIVABLE = table_of(Payable), table_of(Receivable)
_IDENTITY, _TOKEN = table_of(IndexIdentity), table_of(DepositToken)


class Node(ChainSource, ViewSource, Protocol):
    """All that is asked; `node_adapter.client.NodeClient` answers it."""


def verify(
    engine: Engine,
    client: Node,
    deployments: Deployments,
    *,
    block: int | None = None,
    sample: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> VerifyReport:
    """Compares everything in the index with the chain at the index's newest block, or as it was at `block`.

    At an older block the rows are those that the stored log gives up to there, and the node must still have that
    state. `sample` asks the contracts only so many questions, chosen at random. `progress` hears (done, total). Raises
    VerifyImpossible where the index is empty, does not have the block, or is on another fork than the node,
    UnknownEvent, ProjectionDiverged, and NodeError.
    """
    decoder = Decoder(deployments)
    comparison = Comparison(progress or (lambda _done, _total: None), sample=sample)
    with read_only(engine).connect() as connection:
        newest = head(connection)
        if newest is None:
            raise VerifyImpossible("the index has no block yet")
        if block is None or block == newest.number:
            return _compare_all(comparison, connection, client, decoder)
        first = _first(connection)
        if not first <= block < newest.number:
            raise VerifyImpossible(f"the index has blocks {first} to {newest.number}, not block {block}")
        deployed = max(contract.block for contract in deployments.contracts.values())
        if block < deployed:
            raise VerifyImpossible(f"at block {block} the contracts were not deployed yet, all are from {deployed} on")
        comparison.before = block - first + 1
        comparison.total = 2 * comparison.before + _size(connection)
        with (
            index_as_of(connection, decoder, block, comparison.step) as scratch,
            read_only(scratch).connect() as as_of,
        ):
            return _compare_all(comparison, as_of, client, decoder)


def _compare_all(comparison: Comparison, connection: Connection, client: Node, decoder: Decoder) -> VerifyReport:
    newest = head(connection)
    assert newest is not None
    _require_same_fork(client, newest.number, newest.hash)
    first = _first(connection)
    comparison.total = comparison.before + newest.number - first + 1 + _size(connection)

    compare_identity(comparison, connection, client, decoder.deployments)
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


def _first(connection: Connection) -> int:
    return int(connection.execute(select(func.min(_BLOCK.c.number))).scalar_one())


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
    tokens = [dict(row) for row in connection.execute(select(_TOKEN)).mappings()]
    deployed = [{"token": token, "currency": code} for token, code in currencies(deployments).items()]
    comparison.rows("deposit_token", ["token"], tokens, deployed)


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
