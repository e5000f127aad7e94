"""The chain's clock moves forward only, and stays where it was put whatever is killed."""

import time
from pathlib import Path

import pytest

from hardhat_free_devnet import clock_offset_s, rpc, shift_clock
from hardhat_free_devnet.chain import head
from hardhat_free_devnet.durable import STATE, StateError
from tests.devnet.conftest import Start, age_s, pay

pytestmark = pytest.mark.devnet
DAY_S = 86_400


def test_shift_clock__then_kill_or_stop__the_offset_stays(start: Start, tmp_path: Path) -> None:
    node = start()
    data_dir = tmp_path / "node"
    assert shift_clock(node.url, data_dir, 30 * DAY_S) - time.time() == pytest.approx(30 * DAY_S, abs=3)
    shift_clock(node.url, data_dir, 60 * DAY_S)
    node.kill()
    node = start()
    assert age_s(node.url) == pytest.approx(90 * DAY_S, abs=3)
    pay(node.url)
    assert age_s(node.url) == pytest.approx(90 * DAY_S, abs=3)
    node.stop()
    node = start()
    assert age_s(node.url) == pytest.approx(90 * DAY_S, abs=3)
    assert clock_offset_s(data_dir) == 90 * DAY_S


def test_shift_clock__killed_right_after__what_came_before_is_not_lost(start: Start, tmp_path: Path) -> None:
    node = start()
    transaction = pay(node.url, 4)
    mined_at = head(node.url)
    shift_clock(node.url, tmp_path / "node", DAY_S)
    node.kill()
    (tmp_path / "node" / STATE).write_bytes(b"torn")  # even if the newest copy is lost
    node = start()
    assert node.recovered is not None
    receipt = rpc(node.url, "eth_getTransactionReceipt", transaction)
    assert receipt["blockHash"] == mined_at.hash
    assert age_s(node.url) == pytest.approx(DAY_S, abs=3)


def test_shift_clock__node_dies_before_it_is_told__the_next_start_has_it(start: Start, tmp_path: Path) -> None:
    node = start()
    node.stop()
    (tmp_path / "node" / "clock.json").write_text('{"offset_s": 86400}')
    assert age_s(start().url) == pytest.approx(DAY_S, abs=3)


@pytest.mark.parametrize("seconds", [0, -1])
def test_shift_clock__not_forward__is_refused(start: Start, tmp_path: Path, seconds: int) -> None:
    with pytest.raises(ValueError, match="forward only"):
        shift_clock("http://127.0.0.1:1", tmp_path, seconds)


def test_start__wall_clock_behind_the_chain__time_does_not_run_backwards(start: Start, tmp_path: Path) -> None:
    node = start()
    shift_clock(node.url, tmp_path / "node", DAY_S)
    before = head(node.url).timestamp_s
    node.stop()
    (tmp_path / "node" / "clock.json").unlink()
    assert head(start().url).timestamp_s >= before


def test_start__damaged_clock__is_refused(start: Start, tmp_path: Path) -> None:
    start().stop()
    (tmp_path / "node" / "clock.json").write_text("{}")
    with pytest.raises(StateError, match=r"clock\.json is damaged"):
        start()
