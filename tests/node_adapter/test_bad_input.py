"""What cannot be done is refused by a named error: nothing is sent, no nonce is spent, nothing is lost."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from node_adapter.codec import UnknownFunction, WrongArguments
from node_adapter.outbox import Command, OperationIdMalformed, OperationIdTaken, Worker
from tests.node_adapter.outbox_support import TestNetwork, anchored, anchors, wait_for

pytestmark = pytest.mark.devnet
KIND = b"test".ljust(32, b"\0")
HASH = "0x" + "11" * 32


@pytest.mark.parametrize(
    ("function", "args", "error"),
    [
        ("anchorAll", [HASH, KIND], UnknownFunction),
        ("anchor", [HASH], UnknownFunction),
        ("anchor", ["no hash", KIND], WrongArguments),
        ("anchor", [HASH, "0x" + "11" * 33], WrongArguments),
        ("anchor", [7, KIND], WrongArguments),
    ],
)
def test_arguments__that_fit_no_function__are_refused_at_the_door_and_by_the_worker(
    sqlite_network: TestNetwork, function: str, args: list[Any], error: type[Exception]
) -> None:
    network = sqlite_network
    command = network.command("supplier", "Anchors", function, *args)
    with pytest.raises(error):
        network.outbox.simulate(command)
    (operation,) = network.run(command)
    assert (operation.state, operation.error_name, operation.nonce) == ("failed", "InvalidArguments", None)
    assert network.outbox.client.nonce(network.accounts["supplier"]) == 0


def test_arguments__over_the_types_range__are_refused(sqlite_network: TestNetwork) -> None:
    network = sqlite_network
    command = network.command("operator", "Participants", "admit", network.accounts["relay"], 2**256, HASH)
    with pytest.raises(WrongArguments):
        network.outbox.simulate(command)
    (operation,) = network.run(command)
    assert (operation.error_name, operation.nonce) == ("InvalidArguments", None)


def test_gas__above_the_blocks_limit__is_refused_before_a_nonce_is_spent(sqlite_network: TestNetwork) -> None:
    network = sqlite_network
    before = network.outbox.client.nonce(network.accounts["supplier"])
    limit = int(network.rpc("eth_getBlockByNumber", "latest", False)["gasLimit"], 16)
    network.rpc("evm_setBlockGasLimit", hex(40_000))
    network.rpc("evm_mine")
    try:
        (operation_id,) = network.accept(network.anchor("supplier"))
        wait_for(lambda: (network.worker.step(), network.operation(operation_id).state)[1] == "failed")
    finally:
        network.rpc("evm_setBlockGasLimit", hex(limit))
        network.rpc("evm_mine")
    operation = network.operation(operation_id)
    assert (operation.error_name, operation.nonce) == ("GasAboveBlockLimit", None), operation.error_params
    assert network.outbox.client.nonce(network.accounts["supplier"]) == before
    assert network.run(network.anchor("supplier"))[0].state == "mined"


def test_gas__under_the_limit_but_not_with_its_margin__is_given_the_limit(sqlite_network: TestNetwork) -> None:
    chain = sqlite_network.outbox.chain
    command = sqlite_network.anchor("supplier")
    call = command.call
    assert call is not None
    assert command.sender is not None
    request = sqlite_network.outbox._request(call, command.sender, [])
    (free,) = chain.estimates([request])
    assert isinstance(free, int)
    assert chain.estimates([request], free - 1) == [free - 1]


@contextmanager
def full_disk(network: TestNetwork) -> Iterator[None]:
    """SQLite may take no further page."""
    network.engine.dispose()

    def limit(connection: Any, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(network.engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(network.engine, "connect", limit)
        network.engine.dispose()


def test_disk__full_while_accepting__stores_nothing(sqlite_network: TestNetwork) -> None:
    network = sqlite_network
    anchors(network, "supplier")
    before = sum(network.states().values())
    with full_disk(network), pytest.raises(OperationalError, match="full"):
        anchors(network, *["supplier"] * 300)
    assert sum(network.states().values()) == before
    network.settle()
    assert list(anchored(network).values()) == [1]


def test_disk__full_while_signatures_are_stored__sends_nothing_and_loses_nothing(
    sqlite_network: TestNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = sqlite_network
    ids, hashes = anchors(network, *["supplier"] * 120)
    sent: list[Any] = []
    send = network.outbox.chain.send

    def watched(raws: Any) -> Any:
        sent.append(raws)
        return send(raws)

    monkeypatch.setattr(network.outbox.chain, "send", watched)
    network.worker.close()
    with full_disk(network):
        network.worker = Worker(network.outbox)
        with pytest.raises(OperationalError, match="full"):
            network.worker.step()
    assert sent == []
    assert {network.operation(i).state for i in ids} == {"pending"}
    network.settle()
    found = anchored(network)
    assert {text: found[text] for text in hashes} == dict.fromkeys(hashes, 1)
    assert sorted(network.operation(i).nonce or 0 for i in ids) == list(range(120))


def test_id__of_the_clients_own__names_the_operation_once(sqlite_network: TestNetwork) -> None:
    network = sqlite_network
    own = secrets.token_hex(16)
    (operation_id,) = network.accept(network.command("supplier", "Anchors", "anchor", HASH, KIND, id=own))
    assert operation_id == own
    with pytest.raises(OperationIdTaken, match=own):
        network.accept(network.command("supplier", "Anchors", "anchor", "0x" + "22" * 32, KIND, id=own))
    with pytest.raises(OperationIdMalformed):
        Command("o", "k", "h", "kind", id="../etc")
