"""Logs against the receipts that headers commit to: who lies in logs and in journals alike is noticed all the same."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from hardhat_free_devnet import rpc
from indexer.errors import ReceiptsMismatch, ReceiptsNotCommitted
from indexer.main import run
from indexer.options import parser
from node_adapter import rpc as single
from node_adapter.artifacts import journal_next
from node_adapter.codec import encode_call
from node_adapter.errors import NodeUntrustworthy
from node_adapter.words import checksum_address, from_hex, hex0x
from tests.faulty_node import edited, faulty, refuses
from tests.indexer.devnet import Network
from tests.indexer.fault_site import Site, site_of
from tests.indexer.test_node_faults import NOTICED
from tests.indexer.test_reorg_property import rows

pytestmark = pytest.mark.devnet
LOGS = "eth_getLogs"


@pytest.fixture
def lone(network: Network, sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(single, "READ_PAUSES_S", (0.01, 0.01))
    with faulty(network.url) as proxy:
        site = site_of(network, [proxy], sqlite_engine, tmp_path)
        site.follower.receipts = True
        site.happen()
        yield site


def lies(site: Site, edit: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
    """The logs as `edit` leaves them, and journals that are made of just those."""
    words = dict(site.follower.decoder.deployments.contracts)
    asked = "0x" + encode_call("Anchors", "journal", ()).hex()
    with site.engine.connect() as connection:
        from indexer.journal import newest_words

        before, _ = newest_words(connection)
    places = {deployed.address.lower(): name for name, deployed in words.items()}

    def told(call: dict[str, Any], result: Any) -> Any:
        if call["method"] == LOGS:
            return edit(result)
        if call["method"] != "eth_call" or call["params"][0]["data"] != asked:
            return result
        name = places[call["params"][0]["to"].lower()]
        word = before.get(name, bytes(32))
        for log in edit(_all_logs(site)):
            if places.get(log["address"].lower()) != name:
                continue
            topics = [from_hex(topic) for topic in log["topics"]]
            if site.follower.decoder._known[checksum_address(from_hex(log["address"])), topics[0]].spec.business:
                word = journal_next(word, topics, from_hex(log["data"]))
        return hex0x(word)

    site.proxy.fault(edited(told), LOGS, "eth_call", times=None)


def _all_logs(site: Site) -> list[dict[str, Any]]:
    from indexer.apply import head

    with site.engine.connect() as connection:
        newest = head(connection)
    assert newest is not None
    question = {"fromBlock": hex(newest.number + 1), "toBlock": "latest", "address": site.follower.decoder.addresses}
    found: list[dict[str, Any]] = rpc(site.network.url, LOGS, question)
    return found


LIES = {name: NOTICED[name] for name in ("first missing", "last missing", "all missing", "moved", "altered")}


@pytest.mark.parametrize("edit", LIES.values(), ids=LIES.keys())
def test_receipts__a_node_that_lies_in_logs_and_journals_alike__is_noticed(lone: Site, edit: Any) -> None:
    before = rows(lone.engine)
    lies(lone, edit)
    with pytest.raises(ReceiptsMismatch):
        lone.follower.catch_up()
    assert rows(lone.engine) == before
    assert lone.follower.counters["receipts_mismatches"] == 3
    assert lone.follower.counters["journal_mismatches"] == 0
    lone.proxy.heal()
    lone.follower.catch_up()
    lone.assert_right()


def test_receipts__not_compared__the_same_lie_is_believed(lone: Site) -> None:
    """Else the test above would show nothing."""
    lies(lone, LIES["last missing"])
    lone.follower.receipts = False
    assert lone.follower.catch_up() > 0


def test_receipts__lied_of_too__do_not_make_the_headers_root(lone: Site) -> None:
    lies(lone, LIES["last missing"])

    def without_its_logs(call: dict[str, Any], result: Any) -> Any:
        if call["method"] != "eth_getBlockReceipts":
            return result
        return [{**receipt, "logs": receipt["logs"][:-1]} for receipt in result]

    lone.proxy.fault(edited(without_its_logs), "eth_getBlockReceipts", times=None)
    with pytest.raises(ReceiptsMismatch, match="its header commits to"):
        lone.follower.catch_up()


@pytest.mark.parametrize("answer", [None, [], "0x", [{}], {"error": 1}])
def test_receipts__none_or_nonsense__is_named(lone: Site, answer: Any) -> None:
    before = rows(lone.engine)
    lone.proxy.fault(edited(lambda _call, _result: answer), "eth_getBlockReceipts", times=None)
    with pytest.raises(NodeUntrustworthy):
        lone.follower.catch_up()
    assert rows(lone.engine) == before


def test_receipts__a_node_without_the_short_way__is_asked_one_by_one(lone: Site) -> None:
    lone.proxy.fault(refuses("the method does not exist", -32601), "eth_getBlockReceipts", times=None)
    lone.follower.catch_up()
    lone.assert_right()
    assert lone.follower.counters["receipts_checked"] == 5


def test_receipts__silent_blocks__are_not_asked_for(lone: Site) -> None:
    lone.follower.catch_up()
    checked = lone.follower.counters["receipts_checked"]
    lone.network.mine(30)
    lone.follower.catch_up()
    assert lone.follower.counters["receipts_checked"] == checked


def test_receipts__where_headers_commit_to_none__the_indexer_does_not_begin(network: Network, tmp_path: Path) -> None:
    import threading
    from dataclasses import replace

    replace(network.deployments, chain_id=31_339).save(tmp_path / "comet.json")
    database = f"sqlite:///{tmp_path}/x.sqlite3"
    options = ["--database", database, "--node", network.url, "--deployments", str(tmp_path / "comet.json")]
    with pytest.raises(ReceiptsNotCommitted, match="leave --receipts out"):
        run(parser().parse_args([*options, "--receipts"]), threading.Event())
