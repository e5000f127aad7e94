"""What is finished costs the next operation nothing: R-43's table is kept for years. Counted in SQLite's own steps,
which no machine's load changes; `scf bench write` measures ten million rows."""

import itertools
import secrets
import time
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from scripts.bench_rows import fill
from tests.node_adapter.outbox_support import SETTLE_WAIT_S, SUPPLIER, TestNetwork

pytestmark = pytest.mark.devnet

ROWS = 20_000
OPERATIONS = 20
SENDERS = ("supplier", "bank", "financier", "relay")
STEPS = 50
"""How many of SQLite's instructions are counted at once."""


@pytest.mark.parametrize("own", [True, False], ids=["of its signers", "of others"])
def test_operations__among_many_finished_ones__cost_what_they_cost_among_few(
    sqlite_network: TestNetwork, own: bool
) -> None:
    network = sqlite_network
    counted = [0]

    def count() -> int:
        counted[0] += 1
        return 0

    def connected(connection: Any, _record: object) -> None:
        connection.set_progress_handler(count, STEPS)

    network.run(*(network.admit(sender, SUPPLIER) for sender in SENDERS[2:]))
    event.listen(network.engine, "connect", connected)
    costs = []
    for rows in (10, ROWS):
        network.engine.dispose()
        fill(network.folder / "scf.sqlite3", rows)
        if own:
            _make_own(network, rows)
        _plan_for_millions(network, rows)
        found = []
        for _ in range(4):
            counted[0] = 0
            _run(network)
            found.append(counted[0])
        costs.append(min(found))  # rounds that wait for the node count too
    few, many = costs
    assert few > 0
    assert many < 1.5 * few, f"{many * STEPS} steps among {ROWS} finished operations, {few * STEPS} among 10"


def _make_own(network: TestNetwork, rows: int) -> None:
    """What is finished as its signers' own past: below all nonces of today."""
    first, second = (network.accounts[sender] for sender in SENDERS[:2])
    who = f"CASE sequence % 2 WHEN 0 THEN '{first}' ELSE '{second}' END"
    with network.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE operation SET signer = {who}, nonce = nonce - {rows + 1}")
        connection.exec_driver_sql("ANALYZE")


def _plan_for_millions(network: TestNetwork, rows: int) -> None:
    """SQLite's own statistics, as of ten million rows: what it would choose then is what is counted."""
    with network.engine.begin() as connection:
        changed = (
            f"UPDATE sqlite_stat1 SET stat = replace(stat, '{rows}', '10000000') WHERE tbl IN ('operation', 'attempt')"
        )
        connection.exec_driver_sql(changed)
    network.engine.dispose()


def _run(network: TestNetwork) -> None:
    kind = b"test".ljust(32, b"\0")
    texts = [secrets.token_bytes(32) for _ in range(OPERATIONS)]
    commands = [
        network.command(sender, "Anchors", "anchor", text, kind, organisation="benchmark")
        for sender, text in zip(itertools.cycle(SENDERS), texts, strict=False)
    ]
    with Session(network.engine) as session, session.begin():
        ids = network.outbox.accept_all(session, commands)
    deadline = time.monotonic() + SETTLE_WAIT_S
    while {network.operation(operation_id).state for operation_id in ids[-len(SENDERS) :]} != {"mined"}:
        assert time.monotonic() < deadline
        if not network.worker.step():
            time.sleep(0.02)
