"""What is signed, with which nonce, and what is refused or left unsigned, by name."""

import secrets
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from node_adapter.outbox import Operation, OperationState, WorkerBusy, desk
from node_adapter.outbox.models import Signer
from tests.node_adapter.outbox_support import (
    TestNetwork,
    anchored,
    anchors,
    wait_for,
)

pytestmark = pytest.mark.devnet


def signer(network: TestNetwork, name: str) -> Signer:
    with Session(network.engine, expire_on_commit=False) as session:
        return session.get_one(Signer, network.accounts[name])


def test_worker__contract_refuses_at_the_estimate__fails_by_name_and_spends_no_nonce(network: TestNetwork) -> None:
    sender = network.accounts["relay"]
    (refused,) = network.run(network.anchor("relay"))
    assert (refused.state, refused.error_name) == ("failed", "ParticipantNotActive")
    assert refused.error_params == {"account": sender, "status": 0}
    assert (refused.nonce, refused.tx_hash) == (None, None)
    assert network.outbox.client.nonce(sender) == 0


def test_worker__two_race_for_one_thing__the_second_is_mined_and_fails_by_name(network: TestNetwork) -> None:
    text = secrets.token_bytes(32)
    first, second = network.run(network.anchor("supplier", text), network.anchor("supplier", text))
    assert (first.state, second.state) == ("mined", "failed")
    assert second.error_name == "AnchorAlreadyExists"
    assert second.error_params is not None
    assert second.error_params["author"] == network.accounts["supplier"]
    assert second.nonce == (first.nonce or 0) + 1
    assert second.block_hash is not None
    assert anchored(network)[text.hex()] == 1


def test_worker__refused_for_what_its_own_block_changed__is_named_all_the_same(network: TestNetwork) -> None:
    text = secrets.token_bytes(32)
    network.rpc("evm_setAutomine", False)
    first, second = network.accept(network.anchor("supplier", text), network.anchor("supplier", text))
    network.worker.step()
    network.rpc("evm_mine")
    network.rpc("evm_setAutomine", True)
    network.settle()
    assert network.operation(first).block_number == network.operation(second).block_number
    assert network.operation(second).error_name == "AnchorAlreadyExists"


def test_worker__first_use_of_a_used_key__goes_on_from_the_chains_count(network: TestNetwork) -> None:
    network.rpc("anvil_setNonce", network.accounts["supplier"], hex(3))
    (operation,) = network.run(network.anchor("supplier"))
    assert (operation.state, operation.nonce) == ("mined", 3)


def test_worker__nonce_used_elsewhere_before_signing__stops_that_signer_alone(network: TestNetwork) -> None:
    account = network.accounts["supplier"]
    network.run(network.anchor("supplier"))
    network.rpc("anvil_setNonce", account, hex(3))
    stopped, other = network.accept(network.anchor("supplier"), network.anchor("bank"))
    wait_for(lambda: (network.worker.step(), network.operation(other).state)[1] == "mined")
    assert network.operation(stopped).state == "pending"
    assert signer(network, "supplier").stopped_by == "NonceUsedElsewhere"
    assert signer(network, "supplier").stopped_params == {"signer": account, "expected_nonce": 1, "chain_nonce": 3}
    assert signer(network, "bank").stopped_by is None
    desk.resume(network.engine, account)
    network.settle()
    operation = network.operation(stopped)
    assert (operation.state, operation.nonce) == ("mined", 3)


def test_worker__nonce_used_elsewhere_after_signing__fails_stops_the_signer_and_is_not_signed_anew(
    network: TestNetwork,
) -> None:
    account = network.accounts["supplier"]
    network.rpc("evm_setAutomine", False)
    (taken,) = network.accept(network.anchor("supplier"))
    network.worker.sign()
    network.rpc("anvil_setNonce", account, hex(1))
    network.rpc("evm_mine")
    network.rpc("evm_setAutomine", True)
    after, other = network.accept(network.anchor("supplier"), network.anchor("bank"))
    network.restart()
    wait_for(lambda: (network.worker.step(), network.operation(other).state)[1] == "mined")
    wait_for(lambda: (network.worker.step(), network.operation(taken).state)[1] == "failed")
    operation = network.operation(taken)
    assert operation.error_name == "NonceUsedElsewhere"
    assert operation.error_params == {"signer": account, "nonce": 0}
    assert (network.operation(after).state, signer(network, "supplier").stopped_by) == ("pending", "NonceUsedElsewhere")
    desk.resume(network.engine, account)
    network.settle()
    assert [network.operation(i).nonce for i in (taken, after)] == [0, 1]
    assert len(network.attempts(taken)) == 1


def test_worker__earlier_ones_still_in_flight__takes_the_nonces_after_them(network: TestNetwork) -> None:
    network.rpc("evm_setAutomine", False)
    ids: list[str] = []
    for _ in range(3):
        more, _ = anchors(network, "supplier", "bank")
        ids += more
        network.worker.step()
    network.rpc("evm_setAutomine", True)
    network.settle()
    assert [(o.state, o.nonce) for o in map(network.operation, ids)] == [("mined", n) for n in (0, 0, 1, 1, 2, 2)]


def test_worker__arguments_that_fit_no_function__fail_by_name(network: TestNetwork) -> None:
    (operation,) = network.run(network.command("supplier", "Anchors", "anchor", 1))
    assert (operation.state, operation.error_name) == ("failed", "InvalidArguments")


def test_worker__another_took_the_operation__stores_nothing(
    network: TestNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one, other), _ = anchors(network, "supplier", "supplier")
    signing = network.worker._signing
    original = signing._store

    def overtaken(*arguments: Any) -> None:
        with Session(network.engine) as session, session.begin():
            done = update(Operation).where(Operation.id == one)
            session.execute(done.values(state=OperationState.FAILED, error_name="X"))
        original(*arguments)

    monkeypatch.setattr(signing, "_store", overtaken)
    with pytest.raises(WorkerBusy):
        network.worker.step()
    assert network.operation(other).state == "pending"
    assert network.raw(other) is None
