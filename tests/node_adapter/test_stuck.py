"""Operations that the chain does not mine: replaced for more, cancelled, or shown to an operator; never signed anew."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from node_adapter.metrics import render
from node_adapter.networks import DEVNET
from node_adapter.outbox import Operation, Outbox, Worker, desk
from node_adapter.outbox.attempts import Rules
from node_adapter.outbox.chain import Chain
from node_adapter.outbox.commands import ActImpossible, NoSuchOperation, NoSuchSigner
from node_adapter.outbox.figures import figures
from node_adapter.outbox.models import Attempt
from tests.node_adapter.outbox_support import BANK, SUPPLIER, TestNetwork, anchored, make_network, wait_for

pytestmark = pytest.mark.devnet
AT_ONCE = Rules(stuck_blocks=2, stuck_s=0.0, underpriced_s=0.0, at_once_s=1e9, replacements_max=2)


@pytest.fixture
def network(node_url: str, tmp_path: Path) -> Iterator[TestNetwork]:
    with make_network(node_url, tmp_path) as network:
        network.run(*(network.admit(name, roles) for name, roles in (("supplier", SUPPLIER), ("bank", BANK))))
        network.worker.close()
        network.worker = Worker(network.outbox, rules=AT_ONCE)
        network.rpc("evm_setAutomine", False)
        yield network


def sent(network: TestNetwork, text: bytes | None = None) -> str:
    """An operation that the node has and does not mine."""
    (operation_id,) = network.accept(network.anchor("supplier", text))
    wait_for(lambda: (network.worker.step(), network.operation(operation_id).state)[1] == "sent")
    return operation_id


def blocks_without_it(network: TestNetwork, count: int) -> None:
    """Blocks pass, and the node leaves the operation out: here by losing it and getting it back."""
    network.rpc("anvil_dropAllTransactions")
    network.rpc("anvil_mine", hex(count))


def next_looks(network: TestNetwork) -> None:
    network.worker._attempts._look_at = 0.0
    network.worker.step()


def kinds(network: TestNetwork, operation_id: str) -> list[str]:
    return [attempt.kind for attempt in network.attempts(operation_id)]


def mine(network: TestNetwork, operation_id: str) -> Operation:
    network.rpc("evm_mine")
    wait_for(lambda: (network.worker.step(), network.operation(operation_id).state)[1] in ("mined", "failed"))
    return network.operation(operation_id)


def test_stuck__blocks_pass_without_it__is_replaced_for_an_eighth_more_and_mined_once(network: TestNetwork) -> None:
    text = secrets.token_bytes(32)
    operation_id = sent(network, text)
    blocks_without_it(network, 2)
    next_looks(network)
    first, second = network.attempts(operation_id)
    assert second.kind == "replacement"
    assert second.max_fee * 8 >= first.max_fee * 9
    assert second.max_priority_fee > first.max_priority_fee
    wait_for(lambda: (network.worker.step(), network.operation(operation_id).state)[1] == "sent")
    operation = mine(network, operation_id)
    assert (operation.state, operation.tx_hash) == ("mined", second.tx_hash)
    assert anchored(network)[text.hex()] == 1


def test_stuck__not_its_turn_or_not_for_long__is_left_alone(network: TestNetwork) -> None:
    first = sent(network)
    (second,) = network.accept(network.anchor("supplier"))
    wait_for(lambda: (network.worker.step(), network.operation(second).state)[1] == "sent")
    blocks_without_it(network, 1)
    next_looks(network)
    assert (kinds(network, first), kinds(network, second)) == (["original"], ["original"])
    blocks_without_it(network, 1)
    next_looks(network)
    assert (kinds(network, first), kinds(network, second)) == (["original", "replacement"], ["original"])


def test_stuck__the_node_overlooks_it_once_its_turn_has_come__is_replaced_and_mined(network: TestNetwork) -> None:
    """As anvil does now and then: what came while the one before it was being mined waits for that one for ever. A
    block was mined since it was signed, and then none."""
    network.rpc("evm_setAutomine", True)
    network.run(network.anchor("supplier"))
    text = secrets.token_bytes(32)
    (operation_id,) = network.accept(network.anchor("supplier", text))
    network.worker.sign()
    nonce = network.operation(operation_id).nonce
    assert nonce is not None
    network.rpc("anvil_setNonce", network.accounts["supplier"], hex(nonce - 1))
    network.worker.send()
    network.rpc("anvil_setNonce", network.accounts["supplier"], hex(nonce))
    network.rpc("evm_mine")
    queued = network.rpc("txpool_content")["queued"]
    assert [list(nonces) for nonces in queued.values()] == [[str(nonce)]], "the node did not overlook it"
    network.worker.close()
    network.worker = Worker(network.outbox, rules=Rules(at_once_s=0))
    network.settle()
    assert (network.operation(operation_id).state, kinds(network, operation_id)) == (
        "mined",
        ["original", "replacement"],
    )
    assert anchored(network)[text.hex()] == 1


def test_stuck__base_fee_above_what_it_may_pay__is_replaced_at_once(network: TestNetwork) -> None:
    operation_id = sent(network)
    paid = network.attempts(operation_id)[0].max_fee
    network.rpc("anvil_setNextBlockBaseFeePerGas", hex(paid * 3))
    network.rpc("evm_mine")
    next_looks(network)
    assert kinds(network, operation_id) == ["original", "replacement"]
    assert network.attempts(operation_id)[1].max_fee >= 2 * network.outbox.client.base_fee()
    assert mine(network, operation_id).state == "mined"
    network.rpc("anvil_setNextBlockBaseFeePerGas", hex(10**9))  # the node keeps it beyond the test


def test_stuck__replaced_as_often_as_may_be__an_operator_is_told(
    network: TestNetwork, caplog: pytest.LogCaptureFixture
) -> None:
    operation_id = sent(network)
    for _ in range(4):
        blocks_without_it(network, 2)
        next_looks(network)
        wait_for(lambda: (network.worker.step(), network.operation(operation_id).state)[1] == "sent")
    assert kinds(network, operation_id) == ["original", "replacement", "replacement"]
    assert network.worker.stuck == {network.accounts["supplier"]: f"operation {operation_id}: it was replaced 2 times"}
    assert caplog.text.count("is stuck at operation") == 1
    wait_for(lambda: (network.worker.step(), int(network.rpc("txpool_status")["pending"], 16))[1] == 1)
    assert mine(network, operation_id).state == "mined"
    next_looks(network)
    assert network.worker.stuck == {}


def test_stuck__the_original_is_mined_after_all__counts_under_its_own_hash(network: TestNetwork) -> None:
    """The replacement is stored and was never sent: the receipt is looked for under every hash."""
    text = secrets.token_bytes(32)
    operation_id = sent(network, text)
    original, *_ = network.attempts(operation_id)
    desk.replace(network.engine, operation_id)
    standing = network.worker._leases.refresh()
    look = network.outbox.chain.look([network.accounts["supplier"]], standing.tip)
    assert network.worker._attempts.step(standing, look, {})
    assert network.operation(operation_id).state == "signed"
    network.rpc("evm_mine")
    network.restart()
    network.settle()
    operation = network.operation(operation_id)
    assert (operation.state, operation.tx_hash) == ("mined", original.tx_hash)
    assert kinds(network, operation_id) == ["original", "replacement"]
    assert anchored(network)[text.hex()] == 1


def test_cancel__sent__a_transfer_of_nothing_takes_its_nonce(network: TestNetwork) -> None:
    text = secrets.token_bytes(32)
    operation_id = sent(network, text)
    (after,) = network.accept(network.anchor("supplier"))
    desk.cancel(network.engine, operation_id)
    wait_for(lambda: (network.worker.step(), network.operation(after).state)[1] == "sent")
    wait_for(lambda: (network.worker.step(), network.operation(operation_id).state)[1] == "sent")
    assert kinds(network, operation_id) == ["original", "cancellation"]
    operation = mine(network, operation_id)
    assert (operation.state, operation.error_name, operation.wanted) == ("failed", "Cancelled", None)
    assert operation.block_hash is not None
    assert operation.tx_hash == network.attempts(operation_id)[1].tx_hash
    assert anchored(network)[text.hex()] == 0
    assert mine(network, after).state == "mined"


def test_cancel__the_original_wins__is_mined(network: TestNetwork) -> None:
    operation_id = sent(network)
    network.rpc("evm_mine")
    desk.cancel(network.engine, operation_id)
    network.rpc("evm_setAutomine", True)
    network.settle()
    operation = network.operation(operation_id)
    assert (operation.state, operation.error_name, operation.wanted) == ("mined", None, None)


def test_cancel__taken_back_by_the_chain__the_cancellation_goes_again(network: TestNetwork) -> None:
    snapshot = network.rpc("evm_snapshot")
    operation_id = sent(network)
    desk.cancel(network.engine, operation_id)
    wait_for(lambda: (network.worker.step(), len(network.attempts(operation_id)))[1] == 2)
    wait_for(lambda: (network.worker.step(), network.operation(operation_id).state)[1] == "sent")
    assert mine(network, operation_id).error_name == "Cancelled"
    assert network.rpc("evm_revert", snapshot)
    network.rpc("evm_setAutomine", True)
    network.settle()
    assert network.operation(operation_id).error_name == "Cancelled"


def test_cancel__pending__spends_no_nonce(network: TestNetwork) -> None:
    (operation_id,) = network.accept(network.anchor("supplier"))
    assert desk.cancel(network.engine, operation_id).state == "failed"
    network.settle()
    operation = network.operation(operation_id)
    assert (operation.error_name, operation.nonce, network.attempts(operation_id)) == ("Cancelled", None, [])


def test_retry__node_lost_it__the_same_bytes_go_again(network: TestNetwork) -> None:
    operation_id = sent(network)
    network.rpc("anvil_dropAllTransactions")
    desk.retry(network.engine, operation_id)
    network.worker.step()
    assert int(network.rpc("txpool_status")["pending"], 16) == 1
    assert kinds(network, operation_id) == ["original"]
    assert mine(network, operation_id).state == "mined"


def test_desk__impossible_acts__are_refused_by_name(network: TestNetwork) -> None:
    operation_id = sent(network)
    (waiting,) = network.accept(network.anchor("bank"))
    for act in (desk.replace, desk.retry):
        with pytest.raises(ActImpossible, match="is pending"):
            act(network.engine, waiting)
    assert mine(network, operation_id).state == "mined"
    for act in (desk.replace, desk.cancel, desk.retry):
        with pytest.raises(ActImpossible, match="is mined"):
            act(network.engine, operation_id)
        with pytest.raises(NoSuchOperation):
            act(network.engine, "0" * 32)
    with pytest.raises(ActImpossible, match="is not stopped"):
        desk.resume(network.engine, network.accounts["supplier"])
    with pytest.raises(NoSuchSigner):
        desk.resume(network.engine, "0x" + "11" * 20)


def test_raised__any_fees__are_an_eighth_more_and_never_the_same(network: TestNetwork) -> None:
    chain = Chain(network.outbox.client, DEVNET)
    for before in ((10**10, 0), (1, 1), (7, 3), (10**12, 10**9)):
        after = chain.raised(before, 0)
        assert all(new > old and new * 8 >= old * 9 for new, old in zip(after, before, strict=True))


def test_attempts__fees_not_on_record__are_read_from_the_bytes(network: TestNetwork) -> None:
    """Rows of before attempts were kept have none."""
    operation_id = sent(network)
    paid = network.attempts(operation_id)[0].max_fee
    with Session(network.engine) as session, session.begin():
        session.execute(update(Attempt).where(Attempt.operation_id == operation_id).values(max_fee=0))
    desk.replace(network.engine, operation_id)
    network.worker.step()
    assert network.attempts(operation_id)[1].max_fee * 8 >= paid * 9


def test_stuck__own_wallets_key__is_shown_and_never_replaced(network: TestNetwork, tmp_path: Path) -> None:
    operation_id = sent(network)
    (network.folder / "keys" / "supplier.json").rename(tmp_path / "elsewhere.json")
    old = network.outbox
    network.restart()
    assert isinstance(old, Outbox)
    network.worker.close()
    network.worker = Worker(network.outbox, rules=AT_ONCE)
    blocks_without_it(network, 2)
    next_looks(network)
    assert kinds(network, operation_id) == ["original"]
    assert "alone can pay more" in network.worker.stuck[network.accounts["supplier"]]


def test_figures__stuck_and_replaced__are_in_prometheus_text(network: TestNetwork) -> None:
    operation_id = sent(network)
    network.accept(network.anchor("bank"))
    desk.replace(network.engine, operation_id)
    network.worker.step()
    network.outbox.stuck[network.accounts["supplier"]] = "a test says so"
    lines = render(figures(network.outbox)).splitlines()
    supplier = network.accounts["supplier"]
    assert 'scf_outbox_operations{state="sent"} 2' in lines
    assert 'scf_outbox_attempts_total{kind="replacement"} 1' in lines
    assert f'scf_outbox_signer_stuck{{signer="{supplier}"}} 1' in lines
    assert f'scf_outbox_signer_stopped{{signer="{supplier}"}} 0' in lines
    balance = network.outbox.client.balance(supplier)
    assert f'scf_outbox_signer_balance_wei{{signer="{supplier}"}} {float(balance):.17g}' in lines
    assert "# TYPE scf_outbox_retries_total counter" in lines
