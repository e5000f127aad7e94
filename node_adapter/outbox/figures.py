"""The outbox in figures: how much waits, how long, how often it had to try again, and who needs an operator."""

import logging
import time

from sqlalchemy import func, select

from node_adapter.db import read_only
from node_adapter.errors import NodeError
from node_adapter.metrics import Metric
from node_adapter.outbox.models import Attempt, AttemptKind, Operation, OperationState, Signer, is_again, is_live
from node_adapter.outbox.outbox import Outbox

logger = logging.getLogger(__name__)
_LIVE = (OperationState.PENDING, OperationState.SIGNED, OperationState.SENT)


def figures(outbox: Outbox) -> list[Metric]:
    """Of the whole database, but for what only this process knows: retries, and the signers its worker found stuck."""
    with read_only(outbox.engine).connect() as connection:
        depth = dict.fromkeys(_LIVE, 0)
        oldest: int | None = None
        query = select(Operation.state, func.count(), func.min(Operation.created_at)).where(is_live())
        for state, number, created_at in connection.execute(query.group_by(Operation.state)):
            depth[OperationState(state)] = number
            oldest = created_at if oldest is None else min(oldest, created_at)
        again = select(Attempt.kind, func.count().label("number")).where(is_again()).group_by(Attempt.kind)
        kinds = {row.kind: row.number for row in connection.execute(again)}
        signers = connection.execute(select(Signer.address, Signer.stopped_by).order_by(Signer.address)).all()
    held = [row.address for row in signers if outbox.keyring.holds(row.address)]
    metrics = [
        Metric(
            "scf_outbox_operations",
            "Operations that are not at an end, by state.",
            "gauge",
            [({"state": state}, number) for state, number in depth.items()],
        ),
        Metric(
            "scf_outbox_oldest_seconds",
            "Age of the oldest operation that is not at an end; 0 where there is none.",
            "gauge",
            [({}, 0 if oldest is None else max(0, int(time.time()) - oldest))],
        ),
        Metric(
            "scf_outbox_attempts_total",
            "Transactions stored beside an operation's original, by kind.",
            "counter",
            [({"kind": kind}, kinds.get(kind, 0)) for kind in (AttemptKind.REPLACEMENT, AttemptKind.CANCELLATION)],
        ),
        Metric(
            "scf_outbox_retries_total",
            "Times that bytes were sent again, by this process.",
            "counter",
            [({}, outbox.retries)],
        ),
        Metric(
            "scf_outbox_signer_stopped",
            "1 where nothing is signed until an operator resumes it.",
            "gauge",
            [({"signer": row.address}, int(row.stopped_by is not None)) for row in signers],
        ),
        Metric(
            "scf_outbox_signer_stuck",
            "1 where the next operation is not mined and no rule helps any more.",
            "gauge",
            [({"signer": row.address}, int(row.address in outbox.stuck)) for row in signers],
        ),
    ]
    return [*metrics, *_balances(outbox, held)]


def _balances(outbox: Outbox, signers: list[str]) -> list[Metric]:
    """Left out while the node is away: a figure that is not known is not 0."""
    try:
        answers = outbox.chain.balances(signers)
    except NodeError as error:
        logger.warning("the signers' balances are not known: %s", error)
        return []
    samples = [({"signer": signer}, balance) for signer, balance in zip(signers, answers, strict=True)]
    return [Metric("scf_outbox_signer_balance_wei", "What the signer has to pay gas with.", "gauge", samples)]
