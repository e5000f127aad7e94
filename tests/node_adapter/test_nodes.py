"""Several nodes behind one client: who is asked, who is left out, what is tried again, what is counted and shown."""

import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from hardhat_free_devnet import Anvil, rpc
from node_adapter import nodes as pool
from node_adapter import rpc as single
from node_adapter.client import NodeClient, SendOutcome
from node_adapter.errors import NodeBusy, NodeError, NodeRefused, NodeUnavailable, NodeUntrustworthy, WrongChain
from node_adapter.networks import DEVNET
from node_adapter.urls import masked, node_urls
from tests.conftest import tool
from tests.faulty_node import (
    SECRET,
    Ending,
    Fault,
    FaultyNode,
    Forward,
    answer_lost,
    cut_before,
    edited,
    faulty,
    half_answer,
    hang,
    one_short,
    refuses,
    status,
    truncated_json,
    wrong_ids,
)
from tests.node_adapter.test_client import transfer

pytestmark = pytest.mark.devnet
CHAIN_ID = 31337


@pytest.fixture(autouse=True)
def _looks_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nodes are looked at before each question: no test waits for the next look."""
    monkeypatch.setattr(pool, "LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(single, "READ_PAUSES_S", (0.01, 0.01))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A second chain: the same chain id, another genesis."""
    tool("anvil")
    node = Anvil(tmp_path_factory.mktemp("other"), durable=False).start()
    yield node.url
    node.stop()


@pytest.fixture
def proxies(node_url: str) -> Iterator[list[FaultyNode]]:
    with ExitStack() as stack:
        yield [stack.enter_context(faulty(node_url)) for _ in range(2)]


@pytest.fixture
def client(proxies: list[FaultyNode], node_url: str) -> Iterator[NodeClient]:
    genesis = str(rpc(node_url, "eth_getBlockByNumber", "0x0", False)["hash"])
    client = NodeClient(
        [proxy.url for proxy in proxies], chain_id=CHAIN_ID, genesis_hash=genesis, network=DEVNET, timeout_s=1.0
    )
    yield client
    client.close()


def alone(proxy: FaultyNode, **more: Any) -> NodeClient:
    return NodeClient(proxy.url, chain_id=CHAIN_ID, timeout_s=0.5, **more)


PASSING: list[Fault] = [
    answer_lost,
    half_answer,
    truncated_json,
    wrong_ids,
    one_short,
    status(502),
    status(429),
    status(503),
]
REFUSALS: list[Fault] = [refuses("Too Many Requests", 429), refuses("daily request rate exceeded", -32005)]


@pytest.mark.parametrize("fault", [*PASSING, *REFUSALS])
def test_read__fault_twice__is_answered_at_the_third_attempt(proxies: list[FaultyNode], fault: Any) -> None:
    client = alone(proxies[0])
    assert client.head().number >= 0
    asked = len(proxies[0].seen)
    proxies[0].fault(fault, "eth_getBalance", times=2)
    assert client.balance("0x" + "00" * 20) >= 0
    assert proxies[0].seen[asked:].count("eth_getBalance") == 3
    assert client.counters["retries"] == 2
    assert sum(client.counters[name] for name in ("busy", "broken", "untrustworthy")) == 2
    client.close()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (half_answer, NodeUnavailable),
        (truncated_json, NodeUnavailable),
        (wrong_ids, NodeUntrustworthy),
        (one_short, NodeUntrustworthy),
        (status(500), NodeUnavailable),
        (status(302, location="http://127.0.0.1:9/"), NodeUnavailable),
        (status(429), NodeBusy),
    ],
)
def test_read__fault_that_stays__is_named_after_three_attempts(
    proxies: list[FaultyNode], fault: Any, kind: type[NodeError]
) -> None:
    client = alone(proxies[0])
    proxies[0].fault(fault, "eth_gasPrice", times=None)
    with pytest.raises(kind):
        client.rpc("eth_gasPrice")
    assert proxies[0].seen.count("eth_gasPrice") == 3
    client.close()


def test_read__retry_after__is_waited_for_within_a_bound(
    proxies: list[FaultyNode], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    proxies[0].fault(status(429, retry_after="2"), "eth_gasPrice")
    proxies[0].fault(status(503, retry_after="3600"), "eth_gasPrice")
    client = alone(proxies[0])
    client.rpc("eth_gasPrice")
    assert slept == [2.0, single.RETRY_AFTER_MAX_S]
    assert client.counters["busy"] == 2
    client.close()


def test_read__answer_that_drips__is_given_up_in_time(node_url: str) -> None:
    """A byte now and then keeps a socket's own time-out from ever ending."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            while not done.is_set():
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
                    while not done.wait(0.1):
                        try:
                            connection.sendall(b" ")
                        except OSError:
                            break

        threading.Thread(target=drip, daemon=True).start()
        client = NodeClient(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout_s=0.5)
        with pytest.raises(NodeUnavailable, match="timed out"):
            client.chain_id()
        done.set()
        assert client.counters["timeouts"] == 2
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
    client = alone(proxies[0], genesis_hash=genesis)
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


@pytest.mark.parametrize(
    "said",
    [
        "query returns more than 10000 results",
        "block range is too large",
        "exceed maximum block range: 2",
        "eth_getLogs range exceeds the limit",
        "query timeout exceeded",
    ],
)
def test_logs__more_than_the_node_answers__are_asked_in_halves(
    proxies: list[FaultyNode], node_url: str, said: str
) -> None:
    rpc(node_url, "anvil_mine", hex(20))
    client = alone(proxies[0], network=DEVNET)

    def too_much(calls: Any, forward: Forward) -> Any:
        (asked,) = calls[0]["params"]
        wide = int(asked["toBlock"], 16) - int(asked["fromBlock"], 16) >= 4
        return refuses(said)(calls, forward) if wide else forward()

    proxies[0].fault(too_much, "eth_getLogs", times=None)
    assert client.logs(0, 20, ["0x" + "11" * 20]) == []
    assert client.counters["log_ranges_halved"] >= 3
    client.close()


def test_logs__another_refusal__is_no_reason_to_ask_for_less(proxies: list[FaultyNode]) -> None:
    client = alone(proxies[0])
    proxies[0].fault(refuses("the archive is closed"), "eth_getLogs", times=None)
    with pytest.raises(NodeRefused, match="archive is closed"):
        client.logs(0, 1, ["0x" + "11" * 20])
    assert proxies[0].seen.count("eth_getLogs") == 1
    client.close()


def test_client__the_same_node_twice_or_none__is_refused(node_url: str) -> None:
    with pytest.raises(ValueError, match="each once"):
        NodeClient([node_url, node_url])
    with pytest.raises(ValueError, match="at least one"):
        NodeClient([])
    with pytest.raises(ValueError, match="no node is named"):
        node_urls(" , ")
    assert node_urls("http://a:1, http://b:2\nhttp://c:3") == ["http://a:1", "http://b:2", "http://c:3"]


def test_url_with_secrets__whatever_fails__they_are_told_nowhere(
    proxies: list[FaultyNode], other: str, node_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Errors with their causes, logs down to DEBUG, `repr`, states, counters."""
    caplog.set_level(logging.DEBUG)
    genesis = str(rpc(node_url, "eth_getBlockByNumber", "0x0", False)["hash"])
    over = threading.Event()
    faults: list[Fault] = [*PASSING, *REFUSALS, cut_before, hang(over), status(301, location=f"http://x/{SECRET}")]
    faults += [refuses(f"no project {SECRET} here: http://user:{SECRET}@host/v3/{SECRET}"), status(500)]
    told: list[str] = []

    def fails(act: Callable[[], object]) -> None:
        with pytest.raises(Exception) as failure:  # noqa: PT011 -- any; it is its text that is looked at
            act()
        seen: BaseException | None = failure.value
        while seen is not None:
            told.append(f"{seen!r} {seen}")
            seen = seen.__cause__ or seen.__context__
        told.extend(traceback.format_exception(failure.value))

    for urls in ([proxies[0].url], [proxy.url for proxy in proxies]):
        client = NodeClient(urls, chain_id=CHAIN_ID, genesis_hash=genesis, timeout_s=0.2)
        for fault in faults:
            for proxy in proxies:
                proxy.fault(fault, times=None)
            fails(client.head)
            told.append(repr(client.send_raw_many([b"\x02"])))
            for proxy in proxies:
                proxy.heal()
        client.close()
        for proxy in proxies:
            proxy.upstreams = [other]
        fails(client.head)
        for proxy in proxies:
            proxy.upstreams = [node_url]
        told += [repr(client), repr(client.nodes), client.url, repr(client.counters)]
        client.close()
    over.set()
    fails(lambda: NodeClient(f"ftp://user:{SECRET}@host/{SECRET}"))
    fails(lambda: NodeClient(f"{SECRET}"))
    gone = NodeClient(f"http://user:{SECRET}@127.0.0.1:9/{SECRET}", timeout_s=0.2)
    fails(gone.head)
    told += [f"{r.getMessage()} {r.exc_text}" for r in caplog.records]
    leaks = [line for line in told if SECRET in line]
    assert leaks == []
    assert len(told) > 100


def test_settings_and_indexer__url_with_secrets__are_not_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    from api.settings import ApiSettings
    from indexer.main import main
    from node_adapter.deployments import Deployed, Deployments

    url = f"http://user:{SECRET}@127.0.0.1:9/v3/{SECRET}?key={SECRET}"
    settings = ApiSettings(
        database_url="sqlite://",
        node_url=url,
        deployments=tmp_path,
        keys=tmp_path,
        secrets=tmp_path,
    )
    assert SECRET not in repr(settings) + settings.model_dump_json() + str(settings.model_dump())
    anchors = Deployed("Anchors", "0x" + "11" * 20, 1, "0x" + "22" * 32)
    Deployments(1, "0x" + "00" * 32, {"Anchors": anchors}).save(tmp_path / "d.json")
    monkeypatch.setenv("SCF_INDEXER_NODE", url)
    arguments = ["--database", f"sqlite:///{tmp_path}/x.sqlite3", "--deployments", str(tmp_path / "d.json")]
    assert main(arguments) == 1
    assert main([*arguments, "--node", f"ftp://{SECRET}@x"]) == 1
    captured = capfd.readouterr()
    assert "has no descriptor" in caplog.text
    assert SECRET not in captured.err + captured.out + caplog.text
    assert masked(url) == "http://127.0.0.1:9/…"
