"""The outbox in front of signers: a policy's refusal ends an operation, a key that is away makes it wait."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from node_adapter import typed_data
from node_adapter.outbox import Command, OperationState, Outbox, Worker
from node_adapter.signers import Keyring, Policy, PolicyRefused, Rule, Signer, Signers
from node_adapter.signers.hsm import Hsm, TokenKey
from node_adapter.signers.spending import Spending
from tests.node_adapter.outbox_support import (
    BANK,
    CHAIN_ID,
    DEADLINE,
    PASSPHRASE,
    SUPPLIER,
    TestNetwork,
    debtor_wallet,
    fund,
    make_network,
    programme,
)
from tests.node_adapter.signers.conftest import SoftToken

pytestmark = pytest.mark.devnet
ALL = frozenset({"Participants.admit", "Anchors.anchor", "DepositToken.credit"})


@pytest.fixture
def network(node_url: str, tmp_path: Path) -> Iterator[TestNetwork]:
    with make_network(node_url, tmp_path) as network:
        network.run(network.admit("supplier", SUPPLIER), network.admit("bank", BANK))
        yield network


def behind(network: TestNetwork, rules: dict[str, Rule], *signers: Signer) -> None:
    """The same network, its outbox and worker behind a policy; rules by the accounts' names."""
    network.worker.close()
    old = network.outbox
    spending = Spending(old.engine, lambda: old.client.head().timestamp)
    policy = Policy(
        {network.accounts[n]: rule for n, rule in rules.items()}, lambda: network.outbox.deployments, spending
    )
    keyring = Keyring(network.folder / "keys", PASSPHRASE)
    network.outbox = Outbox(old.engine, old.client, old.deployments, Signers([*signers, keyring], policy))
    network.worker = Worker(network.outbox)


def credit(network: TestNetwork, amount: int, reference: int) -> Command:
    return network.command(
        "bank", "DepositTokenCNY", "credit", network.accounts["supplier"], amount, reference.to_bytes(32, "big")
    )


def test_worker__policy_refuses__fails_by_that_name_and_spends_no_nonce(network: TestNetwork) -> None:
    behind(network, {"supplier": Rule(), "bank": Rule(ALL, {"CNY": 100})})
    first = network.outbox.client.nonce(network.accounts["bank"])
    done = network.run(
        credit(network, 60, 1), credit(network, 41, 2), credit(network, 40, 3), network.anchor("supplier")
    )
    assert [operation.state for operation in done] == ["mined", "failed", "mined", "failed"]
    assert [operation.nonce for operation in done] == [first, None, first + 1, None]
    over, forbidden = done[1], done[3]
    assert over.error_name == forbidden.error_name == "PolicyRefused"
    assert over.error_params == {
        "signer": network.accounts["bank"],
        "function": "DepositToken.credit",
        "reason": "with this 41 the business day would have 101 CNY, at most 100 (minor units)",
    }
    assert forbidden.error_params is not None
    assert forbidden.error_params["function"] == "Anchors.anchor"


def test_worker__token_taken_out__waits_says_so_and_goes_on(
    network: TestNetwork, soft_token: SoftToken, caplog: pytest.LogCaptureFixture
) -> None:
    address = Hsm(soft_token.token, {}).create("supplier")
    network.accounts["hsm"] = address
    fund(network.url, address)
    network.run(network.admit("hsm", SUPPLIER))
    behind(network, {"hsm": Rule(ALL)}, Hsm(soft_token.token, {"hsm": TokenKey("supplier", address)}))
    soft_token.unplug()
    (waiting,) = network.accept(network.anchor("hsm"))
    network.worker.step()
    assert network.operation(waiting).state == OperationState.PENDING
    assert network.operation(waiting).nonce is None
    assert "the token scf cannot be used" in caplog.text
    soft_token.plug_in()
    network.settle()
    done = network.operation(waiting)
    assert (done.state, done.nonce) == (OperationState.MINED, 0)


def test_own_wallet__that_the_policy_names__is_handed_out_and_taken_by_it(network: TestNetwork) -> None:
    wallet, origination = debtor_wallet(network), network.outbox.deployments.address("Origination")
    values = programme(network)
    message = typed_data.publication(CHAIN_ID, origination, values, DEADLINE)

    def record(key: str) -> Command:
        more: dict[str, Any] = {"sign": [message], "sign_as": wallet.address}
        return Command(organisation="debtor", idempotency_key=key, request_hash=key, kind="record", **more)

    behind(network, {"debtor": Rule(frozenset({"Origination.Publication"}))})
    network.outbox.simulate(record("a"))
    (accepted,) = network.accept(record("a"))
    behind(network, {"debtor": Rule(ALL)})
    with pytest.raises(PolicyRefused, match=r"refuses Origination\.Publication"):
        network.outbox.simulate(record("b"))
    to_sign = network.operation(accepted).to_sign
    assert to_sign is not None
    with pytest.raises(PolicyRefused, match=r"refuses Origination\.Publication"):
        network.outbox.signature(accepted, [wallet.sign(item) for item in to_sign])
    assert network.operation(accepted).state == OperationState.AWAITING_SIGNATURE
