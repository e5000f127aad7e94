"""A node on the test's own data folder, and what its tests do with one."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hardhat_free_devnet import Anvil, rpc
from hardhat_free_devnet.chain import head
from tests.conftest import tool

STRANGER = "0x00000000000000000000000000000000DeaDBeef"

Start = Callable[..., Anvil]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a node on the test's data folder, once or again; whatever still runs at the end is killed."""
    tool("anvil")
    nodes: list[Anvil] = []

    def started(**options: Any) -> Anvil:
        nodes.append(Anvil(tmp_path / "node", **options))
        return nodes[-1].start()

    yield started
    for node in nodes:
        node.kill()


def pay(url: str, times: int = 1) -> str:
    sender = rpc(url, "eth_accounts")[0]
    payment = {"from": sender, "to": STRANGER, "value": "0x1"}
    sent: list[str] = [rpc(url, "eth_sendTransaction", payment) for _ in range(times)]
    wait_for(lambda: rpc(url, "eth_getTransactionReceipt", sent[-1]) is not None)
    return sent[-1]


def received(url: str, block: str = "latest") -> int:
    return int(rpc(url, "eth_getBalance", STRANGER, block), 16)


def wait_for(condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def age_s(url: str) -> float:
    """How far the chain's head is ahead of the wall's clock."""
    return head(url).timestamp_s - time.time()
