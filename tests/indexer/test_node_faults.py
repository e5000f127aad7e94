"""The indexer behind a node at fault: what cannot be is asked again, named, and never written (R-42).

A real anvil, the faults told to a proxy before it (`tests.faulty_node`). Whatever was said, the index ends as one built
from the honest node.
"""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from hardhat_free_devnet import rpc
from indexer.apply import head
from indexer.errors import JournalMismatch, UnstableNode
from indexer.follow import Follower
from indexer.models import ChainEvent, OrphanedBlock, table_of
from node_adapter import nodes as pool
from node_adapter import rpc as single
from node_adapter.client import NodeClient
from node_adapter.errors import NodeError, NodeUntrustworthy
from tests.faulty_node import (
    Answers,
    Calls,
    Fault,
    Forward,
    answer_lost,
    behind,
    edited,
    every_other,
    faulty,
    half_answer,
    one_short,
    refuses,
    status,
    truncated_json,
    wrong_ids,
)
from tests.indexer.devnet import Network
from tests.indexer.fault_site import Site, site_of
from tests.indexer.test_reorg_property import rows

pytestmark = pytest.mark.devnet
LOGS = "eth_getLogs"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single, "READ_PAUSES_S", (0.01, 0.01))
    monkeypatch.setattr(pool, "LOOK_EVERY_S", 0.0)


@pytest.fixture
def lone(network: Network, sqlite_engine: Engine, tmp_path: Path) -> Iterator[Site]:
    """One node's URL, the index caught up, and then more happened."""
    with faulty(network.url) as proxy:
        site = site_of(network, [proxy], sqlite_engine, tmp_path)
        site.happen()
        yield site


@pytest.fixture
def pair(network: Network, sqlite_engine: Engine, tmp_path: Path) -> Iterator[Site]:
    with faulty(network.url) as first, faulty(network.url) as second:
        site = site_of(network, [first, second], sqlite_engine, tmp_path)
        site.happen()
        yield site


def logs_edited(edit: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Fault:
    return edited(lambda call, result: edit(result) if call["method"] == LOGS else result)


def doubled(logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [*logs, logs[-1]]


def doubled_elsewhere(logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same once more, under a place of its own."""
    return [*logs, {**logs[-1], "logIndex": hex(int(logs[-1]["logIndex"], 16) + 7)}]


def moved(logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two anchors change places: both are there, in the wrong order."""
    of_one = [i for i, log in enumerate(logs) if log["address"] == logs[-1]["address"]]
    first, last = logs[of_one[0]], logs[of_one[-1]]
    changed = list(logs)
    changed[of_one[0]] = {**first, "topics": last["topics"], "data": last["data"]}
    changed[of_one[-1]] = {**last, "topics": first["topics"], "data": first["data"]}
    return changed


def altered(logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """An anchor of something else, by the same party."""
    return [*logs[:-1], {**logs[-1], "topics": [logs[-1]["topics"][0], "0x" + "ab" * 32, *logs[-1]["topics"][2:]]}]


def out_of_range(logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**logs[0], "blockNumber": "0x1"}, *logs[1:]]


NOTICED: dict[str, Callable[[list[dict[str, Any]]], list[dict[str, Any]]]] = {
    "first missing": lambda logs: logs[1:],
    "last missing": lambda logs: logs[:-1],
    "all missing": lambda _logs: [],
    "doubled": doubled,
    "doubled elsewhere": doubled_elsewhere,
    "moved": moved,
    "altered": altered,
    "outside the range": out_of_range,
    "of another contract": lambda logs: [*logs[:-1], {**logs[-1], "address": "0x" + "11" * 20}],
}


@pytest.mark.parametrize("edit", NOTICED.values(), ids=NOTICED.keys())
def test_logs__one_that_is_not_so__is_named_and_nothing_of_the_batch_is_written(lone: Site, edit: Any) -> None:
    before = rows(lone.engine)
    lone.proxy.fault(logs_edited(edit), LOGS, times=None)
    with pytest.raises(NodeUntrustworthy) as failure:
        lone.follower.catch_up()
    assert rows(lone.engine) == before
    if isinstance(failure.value, JournalMismatch):
        assert "journal has" in str(failure.value)
        assert lone.follower.counters["journal_mismatches"] == 3
    lone.proxy.heal()
    lone.follower.catch_up()
    lone.assert_verified()


@pytest.mark.parametrize("edit", NOTICED.values(), ids=NOTICED.keys())
def test_logs__one_of_two_nodes_lies__the_other_is_asked(pair: Site, edit: Any) -> None:
    pair.proxy.fault(logs_edited(edit), LOGS, times=None)
    assert pair.follower.catch_up() > 0
    pair.assert_right()
    source = pair.follower.source
    assert isinstance(source, NodeClient)
    assert source.counters["untrustworthy"] > 0
    assert source.counters["failovers"] > 0


def test_logs__one_missing_far_below_the_head__is_noticed_at_the_end_of_its_own_batch(lone: Site) -> None:
    """While catching up, a contract that spoke in a range is compared at the end of that range."""
    lone.network.mine(20)
    lone.happen()
    lone.follower._range = 10
    before = rows(lone.engine)
    lone.proxy.fault(logs_edited(lambda logs: logs[:-1]), LOGS, times=None)
    with pytest.raises(JournalMismatch):
        lone.follower.catch_up()
    assert rows(lone.engine) == before


HONEST_TROUBLE: dict[str, tuple[Fault, tuple[str, ...]]] = {
    "answer lost": (answer_lost, ()),
    "half an answer": (half_answer, ()),
    "truncated JSON": (truncated_json, ()),
    "others' answers": (wrong_ids, ()),
    "one answer short": (one_short, ()),
    "429": (status(429, retry_after="0"), ()),
    "502": (status(502), ()),
    "too many results": (refuses("query returns more than 10000 results"), (LOGS,)),
    "changes between two askings": (logs_edited(lambda logs: logs[1:]), (LOGS,)),
}


@pytest.mark.parametrize(("fault", "methods"), HONEST_TROUBLE.values(), ids=HONEST_TROUBLE.keys())
def test_anything_asked__at_fault_for_a_while__is_asked_again(
    lone: Site, fault: Fault, methods: tuple[str, ...]
) -> None:
    lone.proxy.fault(fault, *methods, times=2)
    lone.follower.catch_up()
    assert lone.proxy.faults_left == 0
    lone.assert_right()


@pytest.mark.parametrize(
    "values",
    [
        {"hash": "0x" + "ab" * 32},
        {"timestamp": "0x1"},
        {"parentHash": "0x" + "ab" * 32},
        {"stateRoot": "0x" + "ab" * 32},
        {"receiptsRoot": "0x" + "ab" * 32},
        {"baseFeePerGas": None},
        {"extraData": "0x" + "ab" * 97},
        {"gasUsed": "0x7"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_header__whose_hash_is_not_that_of_its_fields__is_refused(lone: Site, values: dict[str, Any]) -> None:
    before = rows(lone.engine)

    def change(call: dict[str, Any], result: Any) -> Any:
        return {**result, **values} if call["method"] == "eth_getBlockByNumber" and result else result

    lone.proxy.fault(edited(change), "eth_getBlockByNumber", times=None)
    with pytest.raises(NodeError):
        lone.follower.catch_up()
    assert rows(lone.engine) == before
    lone.proxy.heal()
    lone.follower.catch_up()
    lone.assert_verified()


def test_load_balancer__every_other_node_lags__no_block_is_taken_back(lone: Site) -> None:
    """Two nodes of unequal height behind one URL: a head that goes back is no reorg while its blocks are ours."""
    lone.proxy.fault(every_other(behind(lone.network.url, 2)), times=None)
    for _ in range(4):
        lone.happen()
        _tried(lone.follower)
    lone.proxy.heal()
    lone.follower.catch_up()
    lone.assert_right()
    with lone.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(table_of(OrphanedBlock))).scalar_one() == 0


def _tried(follower: Follower) -> None:
    try:
        follower.catch_up()
    except NodeError:
        """It cannot be read at present; nothing of it was written."""


def test_head__that_goes_back_for_good__is_a_reorg_after_a_moment(lone: Site) -> None:
    lone.follower.catch_up()
    newest = lone.network.head()
    lone.proxy.fault(behind(lone.network.url, 2), times=None)
    lone.follower.catch_up()
    with lone.engine.connect() as connection:
        now = head(connection)
    assert now is not None
    assert now.number == newest - 2
    assert lone.follower.counters["behind"] > 0
    assert lone.follower.counters["reorgs"] == 1
    lone.proxy.heal()
    lone.follower.catch_up()
    lone.assert_right()


def test_chain__changes_forks_at_every_question__is_named(lone: Site) -> None:
    """It never hangs together: bounded, and nothing is written."""
    before = rows(lone.engine)

    def forks(calls: Calls, forward: Forward) -> Answers:
        rpc(lone.network.url, "anvil_setCoinbase", "0x" + secrets.token_hex(20))
        rpc(lone.network.url, "anvil_rollback", 1)
        rpc(lone.network.url, "evm_mine")
        return forward()

    lone.proxy.fault(forks, LOGS, times=None)
    with pytest.raises(UnstableNode, match="changed forks"):
        lone.follower.catch_up()
    assert lone.follower.counters["fork_switches"] > 0
    lone.proxy.heal()
    assert len(before["chain_block"]) > 0
    lone.follower.catch_up()
    lone.assert_right()


def test_range__a_node_without_old_states__is_compared_at_the_head(lone: Site) -> None:
    lone.network.mine(20)
    lone.follower._range = 5
    newest = lone.network.head()
    blocks = {str(rpc(lone.network.url, "eth_getBlockByNumber", hex(newest), False)["hash"])}

    def pruned(calls: Calls, forward: Forward) -> Answers:
        old = [call for call in calls if call["method"] == "eth_call" and call["params"][1]["blockHash"] not in blocks]
        return refuses("missing trie node")(calls, forward) if old else forward()  # type: ignore[return-value]

    lone.proxy.fault(pruned, "eth_call", times=None)
    lone.follower.catch_up()
    assert lone.follower.counters["journals_unknown"] > 0
    assert lone.follower.counters["journals_compared"] > 0
    lone.proxy.heal()
    lone.assert_right()
    with lone.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(table_of(ChainEvent))).scalar_one() > 0
