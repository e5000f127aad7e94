"""`/metrics`: what Prometheus reads of the write side, the nodes and the index, and no secret of theirs."""

import re

import pytest

from node_adapter.exchange import COUNTED
from tests.api.stage import Stage

pytestmark = pytest.mark.devnet

LINE = re.compile(r'([a-z_]+)(?:\{([a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*)\})? (\S+)')


def samples(network: Stage) -> dict[tuple[str, str], float]:
    response = network["nobody"].get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in response.text.splitlines() if not line.startswith("#")]
    found = [LINE.fullmatch(line) for line in lines]
    assert None not in found, lines
    return {(match[1], match[2] or ""): float(match[3]) for match in found if match is not None}


def test_metrics__before_and_after_a_command__count_what_was_done(network: Stage) -> None:
    before = samples(network)
    network.confirmed()
    after = samples(network)
    assert after["scf_index_head_block", ""] == network["r"].read("/api/v1/chain")["block"]
    assert after["scf_index_head_block", ""] > before["scf_index_head_block", ""]
    assert after["scf_node_requests_total", ""] > before["scf_node_requests_total", ""]
    assert {f"scf_node_{name}_total" for name in COUNTED} <= {name for name, _ in after}
    assert [value for (name, _), value in after.items() if name == "scf_node_good"] == [1]
    assert after["scf_outbox_oldest_seconds", ""] == 0
    assert {labels for name, labels in after if name == "scf_outbox_signer_balance_wei"}
