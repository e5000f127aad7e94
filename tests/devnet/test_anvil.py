"""The devnet's promises, on a real node: what was mined outlives a stop and a kill -9."""

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from hardhat_free_devnet import Anvil, AnvilError, fund, rpc, save_state
from hardhat_free_devnet.anvil import BLOCK_GAS
from hardhat_free_devnet.chain import FUNDED_WEI, head
from hardhat_free_devnet.durable import PREVIOUS, STATE, mining_paused, read_state
from tests.devnet.conftest import STRANGER, Start, age_s, pay, received, wait_for

pytestmark = pytest.mark.devnet


def test_stop__then_start__keeps_blocks_receipts_logs_and_balances(start: Start) -> None:
    node = start()
    transaction = pay(node.url, 3)
    before = head(node.url)
    receipt = rpc(node.url, "eth_getTransactionReceipt", transaction)
    node.stop()
    assert node.process.returncode == 0
    node = start()
    assert rpc(node.url, "eth_getBlockByNumber", hex(before.number), False)["hash"] == before.hash
    assert rpc(node.url, "eth_getTransactionReceipt", transaction) == receipt
    assert received(node.url) == 3
    assert received(node.url, hex(before.number)) == 3
    assert node.recovered is None


def test_start__again_and_again__it_is_the_same_chain(start: Start, tmp_path: Path) -> None:
    node = start()
    genesis = rpc(node.url, "eth_getBlockByNumber", "0x0", False)
    node.stop()
    for _ in range(6):
        time.sleep(1.0)  # another genesis would differ by its second
        node = start()
        assert rpc(node.url, "eth_getBlockByNumber", "0x0", False) == genesis
        assert rpc(node.url, "eth_getBlockByNumber", "0x1", False)["parentHash"] == genesis["hash"]
        node.stop()
        state = json.loads(read_state(tmp_path / "node" / STATE).content)
        numbers = [int(block["header"]["number"], 16) for block in state["blocks"]]
        assert len(numbers) == len(set(numbers))


def test_kill__after_the_save_interval__loses_nothing(start: Start, tmp_path: Path) -> None:
    node = start()
    pay(node.url, 5)
    saved_at = (tmp_path / "node" / STATE).stat().st_mtime_ns
    wait_for(lambda: (tmp_path / "node" / STATE).stat().st_mtime_ns > saved_at)
    save_state(node.url, tmp_path / "node")
    node.kill()
    assert received(start().url) == 5


def test_kill__before_the_next_save__falls_back_to_the_last_one_and_goes_on(start: Start, tmp_path: Path) -> None:
    node = start()
    pay(node.url, 2)
    save_state(node.url, tmp_path / "node")
    sender = rpc(node.url, "eth_accounts")[0]
    # Paused, so that the keeper cannot save what this mines; the end of the pause finds no node.
    with pytest.raises(ConnectionError, match="evm_setAutomine"), mining_paused(node.url, tmp_path / "node"):  # noqa: PT012
        rpc(node.url, "eth_sendTransaction", {"from": sender, "to": STRANGER, "value": "0x1"})
        rpc(node.url, "evm_mine")
        assert received(node.url) == 3
        os.kill(node.pid, signal.SIGKILL)
        node.process.wait()
    node.kill()
    node = start()
    assert received(node.url) == 2
    pay(node.url)
    assert received(node.url) == 3


def test_save__under_load__holds_every_transaction_it_counts(start: Start, tmp_path: Path) -> None:
    """What anvil's own --state gets wrong: there a nonce is spent whose transaction is in no block of the file."""
    node = start()
    stop = threading.Event()

    def load() -> None:
        while not stop.is_set():
            pay(node.url, 20)

    loader = threading.Thread(target=load)
    loader.start()
    try:
        for _ in range(5):
            time.sleep(0.1)
            save_state(node.url, tmp_path / "node")
            state = json.loads(gzip.decompress((tmp_path / "node" / STATE).read_bytes()))
            sender = rpc(node.url, "eth_accounts")[0].lower()
            in_blocks = sum(len(block["transactions"]) for block in state["blocks"])
            assert state["accounts"][sender]["nonce"] == in_blocks == len(state["transactions"])
    finally:
        stop.set()
        loader.join()


def test_start__newest_copy_damaged__goes_on_from_the_previous_one(start: Start, tmp_path: Path) -> None:
    node = start()
    pay(node.url)
    save_state(node.url, tmp_path / "node")
    save_state(node.url, tmp_path / "node")
    node.kill()
    whole = (tmp_path / "node" / STATE).read_bytes()
    (tmp_path / "node" / STATE).write_bytes(whole[: len(whole) // 2])
    node = start()
    assert node.recovered is not None
    assert "went on from state.previous.json.gz" in node.recovered
    assert received(node.url) == 1
    assert len(list((tmp_path / "node").glob("state.json.gz.damaged-*"))) == 1


def test_start__state_that_anvil_refuses__goes_on_from_the_previous_one(start: Start, tmp_path: Path) -> None:
    node = start()
    pay(node.url)
    save_state(node.url, tmp_path / "node")
    node.stop()
    (tmp_path / "node" / STATE).write_bytes(gzip.compress(b'{"block":{"timestamp":"0x1"},"accounts":7}'))
    assert received(start().url) == 1


def test_start__both_copies_damaged__says_so_and_touches_nothing(start: Start, tmp_path: Path) -> None:
    start().stop()
    for name in (STATE, PREVIOUS):
        (tmp_path / "node" / name).write_bytes(b"not gzip")
    with pytest.raises(AnvilError, match="scf reset"):
        start()
    assert (tmp_path / "node" / STATE).read_bytes() == b"not gzip"


def test_start__port_in_use__says_which(start: Start, tmp_path: Path) -> None:
    port = int(start().url.rsplit(":", 1)[1])
    with pytest.raises(AnvilError, match=f"port {port} is used"):
        Anvil(tmp_path / "other", port=port).start()


def test_start__second_node_on_the_folder__is_refused(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start()
    monkeypatch.setattr("hardhat_free_devnet.anvil.ORPHAN_WAIT_S", 0.1)
    with pytest.raises(AnvilError, match="another node already runs"):
        start()


def test_start__starter_killed__the_node_dies_and_its_state_is_there(start: Start, tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux ends a child with its parent")
    script = (
        "import sys, time, pathlib; from hardhat_free_devnet import Anvil\n"
        "node = Anvil(pathlib.Path(sys.argv[1])).start(); print(node.url, node.pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "node")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        url, pid = starter.stdout.readline().split()
        pay(url, 2)
        save_state(url, tmp_path / "node")
        starter.kill()
    wait_for(lambda: not _runs(int(pid)))
    assert received(start().url) == 2


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def test_pause__pauser_killed__the_keeper_lets_the_node_mine_again(start: Start, tmp_path: Path) -> None:
    node = start()
    rpc(node.url, "evm_setAutomine", False)
    (tmp_path / "node" / "mining-paused").touch()  # as one killed between its pause and its end leaves it
    wait_for(lambda: bool(rpc(node.url, "anvil_getAutomine")))
    pay(node.url)


def test_heartbeat__nothing_happens__an_empty_block_keeps_the_time(start: Start) -> None:
    node = start(heartbeat_s=0.3)
    before = head(node.url).number
    wait_for(lambda: head(node.url).number >= before + 2)
    assert age_s(node.url) == pytest.approx(0, abs=3)


def test_reorg__within_the_states_kept__replaces_the_blocks(start: Start) -> None:
    node = start()
    pay(node.url, 5)
    before = head(node.url)
    rpc(node.url, "anvil_reorg", 3, [])
    after = head(node.url)
    assert (after.number, after.hash != before.hash) == (before.number, True)
    assert received(node.url) == 2
    wait_for(lambda: node.failure is None)


def test_mining__more_gas_waits_than_an_ordinary_block_holds__all_of_it_is_mined(node_url: str) -> None:
    """Ten contracts that arrive together: what did not fit would wait for somebody else's transaction."""
    all_of_its_gas = {"data": "0xfe", "gas": hex(8_000_000)}
    rpc(node_url, "evm_setAutomine", False)
    accounts = rpc(node_url, "eth_accounts")
    sent = [rpc(node_url, "eth_sendTransaction", {"from": account, **all_of_its_gas}) for account in accounts]
    rpc(node_url, "evm_setAutomine", True)
    wait_for(lambda: all(rpc(node_url, "eth_getTransactionReceipt", tx_hash) is not None for tx_hash in sent))


def test_mining__what_the_node_overlooked__is_mined_all_the_same(node_url: str) -> None:
    """Here what did not fit a block: the node does not look at it again by itself."""
    all_of_its_gas = {"data": "0xfe", "gas": hex(8_000_000)}
    rpc(node_url, "evm_setBlockGasLimit", hex(10_000_000))
    rpc(node_url, "evm_setAutomine", False)
    accounts = rpc(node_url, "eth_accounts")[:3]
    sent = [rpc(node_url, "eth_sendTransaction", {"from": account, **all_of_its_gas}) for account in accounts]
    rpc(node_url, "evm_setAutomine", True)
    wait_for(lambda: all(rpc(node_url, "eth_getTransactionReceipt", tx_hash) is not None for tx_hash in sent))
    rpc(node_url, "evm_setBlockGasLimit", hex(BLOCK_GAS))


def test_fund__twice__fills_up_and_only_then(node_url: str) -> None:
    fund(node_url, [STRANGER])
    assert received(node_url) == FUNDED_WEI
    rpc(node_url, "anvil_setBalance", STRANGER, hex(FUNDED_WEI - 1))
    fund(node_url, [STRANGER])
    assert received(node_url) == FUNDED_WEI - 1


@pytest.mark.parametrize("_round", [1, 2])
def test_node_url__each_test__starts_from_the_same_chain(node_url: str, _round: int) -> None:
    assert received(node_url) == 0
    pay(node_url)


def test_stop__of_a_node_that_died__is_quiet(start: Start) -> None:
    node = start()
    os.kill(node.pid, signal.SIGKILL)
    node.process.wait()
    node.stop()
