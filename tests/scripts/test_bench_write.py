"""`scf bench write` on few operations: every case is done, and by both sides. What it measures is not asked."""

import pytest

from scripts import bench_write
from tests.conftest import tool

pytestmark = pytest.mark.devnet


def test_cases__of_few_operations__all_end(monkeypatch: pytest.MonkeyPatch) -> None:
    tool("anvil")
    for name, few in (("OPERATIONS", 40), ("ALONE", 4), ("SIGNATURES", 10), ("PAIRS", 1), ("SIGNERS", (1, 4))):
        monkeypatch.setattr(bench_write, name, few)
    with bench_write._fresh() as bench:
        rows = [bench.row(4), bench.row(4, backwards=True), bench.alone(4), bench.signing(), bench.flatness(100)]
    assert all(row["ours"] > 0 and row["peer"] > 0 and row["ratio"] > 0 for row in rows), rows
