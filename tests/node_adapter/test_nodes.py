"""Several nodes behind one client: who is asked, who is left out, and what is sent where."""

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hardhat_free_devnet import rpc
from node_adapter import rpc as single
from node_adapter.client import NodeClient, SendOutcome
from node_adapter.errors import NodeUnavailable, WrongChain
from node_adapter.networks import DEVNET
from node_adapter.urls import node_urls
from tests.faulty_node import (
    Ending,
    FaultyNode,
    Forward,
    answer_lost,
    cut_before,
    edited,
    hang,
    status,
)
from tests.node_adapter.register import transfer

pytestmark = [pytest.mark.devnet, pytest.mark.usefixtures("looks_every_time")]
CHAIN_ID = 31337


@pytest.fixture
def client(proxies: list[FaultyNode], node_url: str) -> Iterator[NodeClient]:
    genesis = str(rpc(node_url, "eth_getBlockByNumber", "0x0", False)["hash"])
    client = NodeClient(
        [proxy.url for proxy in proxies], chain_id=CHAIN_ID, genesis_hash=genesis, network=DEVNET, timeout_s=1.0
    )
    yield client
    client.close()


def test_nodes__the_first_stops__the_second_answers_and_it_is_said_once(
    client: NodeClient, proxies: list[FaultyNode], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert client.head().number >= 0
    proxies[0].fault(status(502), times=None)
    for _ in range(3):
        assert client.head().number >= 0
    first, second = client.nodes
    assert (first.good, first.used, second.good, second.used) == (False, False, True, True)
    assert "status 502" in first.why
    assert client.counters["failovers"] == 1
    assert [r.message for r in caplog.records if "left out" in r.message] == [f"a node is left out: {first.why}"]
    proxies[0].heal()
    client.head()
    assert [node.good for node in client.nodes] == [True, True]
    assert client.nodes[1].used, "it stays with the one that is good"
    assert len([r for r in caplog.records if "is asked again" in r.message]) == 1


def test_nodes__one_of_another_genesis__is_never_asked_anything_else(
    client: NodeClient, proxies: list[FaultyNode], other: str
) -> None:
    proxies[0].upstreams = [other]
    assert client.head().number >= 0
    assert set(proxies[0].seen) <= {"eth_chainId", "eth_getBlockByNumber", "eth_blockNumber"}
    assert "begins with" in client.nodes[0].why
    (result,) = client.send_raw_many([transfer(client)])
    assert result.outcome == SendOutcome.ACCEPTED
    assert proxies[0].sent == []


def test_nodes__all_of_other_chains__are_refused_by_that_name(
    client: NodeClient, proxies: list[FaultyNode], other: str
) -> None:
    for proxy in proxies:
        proxy.upstreams = [other]
    with pytest.raises(WrongChain, match="begins with"):
        client.head()
    assert [result.outcome for result in _sent_or_refused(client)] == []
    assert proxies[0].sent == proxies[1].sent == []


def _sent_or_refused(client: NodeClient) -> list[Any]:
    with pytest.raises(WrongChain):
        client.send_raw_many([b"\x02"])
    return []


def test_send__another_chain_behind_the_same_connection__gets_nothing(
    proxies: list[FaultyNode], node_url: str, other: str
) -> None:
    genesis = str(rpc(node_url, "eth_getBlockByNumber", "0x0", False)["hash"])
    client = NodeClient(proxies[0].url, chain_id=CHAIN_ID, genesis_hash=genesis, timeout_s=0.5)
    raw = transfer(client)
    proxies[0].upstreams = [other]
    with pytest.raises(WrongChain, match="begins with"):
        client.send_raw_many([raw])
    assert proxies[0].sent == []
    client.close()


def edited_heads(number: Callable[[], int]) -> Any:
    """`eth_blockNumber` among the answers of a batch."""
    return edited(lambda call, result: hex(number()) if call["method"] == "eth_blockNumber" else result)


def test_nodes__one_that_lags__is_left_out_until_it_has_caught_up(
    client: NodeClient, proxies: list[FaultyNode], node_url: str
) -> None:
    rpc(node_url, "anvil_mine", hex(20))
    head = int(rpc(node_url, "eth_blockNumber"), 16)
    behind = head - 6
    proxies[0].fault(edited_heads(lambda: behind), "eth_blockNumber", times=None)
    assert client.head().number == head
    assert client.nodes[0].why.endswith("is 6 blocks behind")
    behind = head - 5
    client.head()
    assert client.nodes[0].good


def test_pinned__its_node_fails__ends_the_question_and_nothing_is_mixed(
    client: NodeClient, proxies: list[FaultyNode]
) -> None:
    with client.pinned():
        client.head()
        proxies[0].fault(cut_before, times=None)
        with pytest.raises(NodeUnavailable):
            client.block_hash(0)
        with pytest.raises(NodeUnavailable):
            client.block_hash(0)
    assert not [method for method in proxies[1].seen if method not in {"eth_chainId", "eth_blockNumber"}][2:]
    with client.pinned():
        assert client.block_hash(0) is not None
    assert client.nodes[1].used


def test_read_many__the_second_of_two_requests_fails__all_is_asked_of_the_other_node(
    client: NodeClient, proxies: list[FaultyNode]
) -> None:
    account = "0x" + "11" * 20
    many = [("eth_getBalance", (account, "latest"))] * (single.BATCH_MAX + 1)
    client.head()
    before = proxies[1].seen.count("eth_getBalance")
    calls = iter(range(1))

    def second(asked: Any, forward: Forward) -> Any:
        return forward() if next(calls, None) is not None else Ending(sent=-1)

    proxies[0].fault(second, "eth_getBalance", times=None)
    assert len(client.rpc_many(many)) == len(many)
    assert proxies[1].seen.count("eth_getBalance") - before == len(many)


def test_send__answer_lost__is_looked_up_on_the_other_node_before_it_is_sent_there(
    client: NodeClient, proxies: list[FaultyNode]
) -> None:
    raw = transfer(client)
    proxies[0].fault(answer_lost, "eth_sendRawTransaction")
    (result,) = client.send_raw_many([raw])
    assert result.outcome == SendOutcome.UNKNOWN
    assert client.counters["lost_sends"] == 1
    assert proxies[1].sent == [], "nothing is sent twice for want of an answer"
    assert client.rpc("eth_getTransactionByHash", result.tx_hash) is not None
    assert client.nodes[1].used


def test_nodes__one_that_hangs__is_left_out_and_the_others_answer(
    client: NodeClient, proxies: list[FaultyNode]
) -> None:
    client.head()
    over = threading.Event()
    proxies[0].fault(hang(over), times=None)
    assert client.head().number >= 0
    assert "timed out" in client.nodes[0].why
    over.set()


def test_nodes__sixteen_threads_while_one_goes__each_gets_its_own_answers(
    client: NodeClient, proxies: list[FaultyNode], node_url: str
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    rpc(node_url, "anvil_mine", hex(3))

    def ask(number: int) -> int:
        if number == 100:
            proxies[0].fault(cut_before, times=None)
        return client.headers([number % 3])[0].number

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(ask, range(300))) == [number % 3 for number in range(300)]


def test_client__the_same_node_twice_or_none__is_refused(node_url: str) -> None:
    with pytest.raises(ValueError, match="each once"):
        NodeClient([node_url, node_url])
    with pytest.raises(ValueError, match="at least one"):
        NodeClient([])
    with pytest.raises(ValueError, match="no node is named"):
        node_urls(" , ")
    assert node_urls("http://a:1, http://b:2\nhttp://c:3") == ["http://a:1", "http://b:2", "http://c:3"]
