"""One node that fails: what is tried again, how often, what is counted, and that no secret of its address is told."""

import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hardhat_free_devnet import rpc
from node_adapter import rpc as single
from node_adapter.client import NodeClient
from node_adapter.errors import NodeBusy, NodeError, NodeRefused, NodeUnavailable, NodeUntrustworthy
from node_adapter.networks import DEVNET
from node_adapter.urls import masked
from tests.faulty_node import (
    SECRET,
    Fault,
    FaultyNode,
    Forward,
    answer_lost,
    cut_before,
    half_answer,
    hang,
    one_short,
    refuses,
    status,
    truncated_json,
    wrong_ids,
)

pytestmark = [pytest.mark.devnet, pytest.mark.usefixtures("looks_every_time")]
CHAIN_ID = 31337
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


def alone(proxy: FaultyNode, **more: Any) -> NodeClient:
    return NodeClient(proxy.url, chain_id=CHAIN_ID, timeout_s=0.5, **more)


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
