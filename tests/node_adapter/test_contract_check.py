"""Whoever tampers with a contract, or is given a right, is named: every one of them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hardhat_free_devnet import Anvil
from node_adapter.artifacts import artifact
from node_adapter.codec import encode_call
from node_adapter.contract_check import Difference, differences
from node_adapter.deployments import DeploymentsUnreadable
from node_adapter.wiring import selector
from node_adapter.words import hex0x
from tests.conftest import tool
from tests.node_adapter.outbox_support import TestNetwork, make_network, wait_for

pytestmark = pytest.mark.devnet
STRANGER = "0x00000000000000000000000000000000000000AA"
DAY_S = 86_400
WEEK_S = 7 * DAY_S


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestNetwork]:
    tool("anvil")
    node = Anvil(tmp_path_factory.mktemp("anvil"), durable=False).start()
    try:
        with make_network(node.url, tmp_path_factory.mktemp("checked")) as network:
            yield network
    finally:
        node.stop()


@pytest.fixture
def network(deployed: TestNetwork) -> Iterator[TestNetwork]:
    """As it was deployed, whatever the test before did to the chain."""
    snapshot = deployed.rpc("evm_snapshot")
    yield deployed
    assert deployed.rpc("evm_revert", snapshot)


def found(network: TestNetwork) -> list[Difference]:
    return differences(network.outbox.client, network.outbox.deployments)


def said(network: TestNetwork) -> list[str]:
    return [f"{difference.instance}: {difference.what}" for difference in found(network)]


def mined(network: TestNetwork, transaction: str) -> Any:
    """Its receipt: the node answers before it has mined, and only then may time go on."""
    wait_for(lambda: network.rpc("eth_getTransactionReceipt", transaction) is not None)
    return network.rpc("eth_getTransactionReceipt", transaction)


def administer(network: TestNetwork, function: str, *args: Any, target: str = "AccessManager") -> None:
    """The administrator's act, announced and done when its delay is over."""
    network.rpc("anvil_autoImpersonateAccount", True)
    deployments, operator = network.outbox.deployments, network.accounts["operator"]
    manager, at = deployments.address("AccessManager"), deployments[target]
    data = encode_call(at.contract, function, list(args))
    for to, sent in ((manager, encode_call("AccessManager", "schedule", [at.address, data, 0])), (at.address, data)):
        transaction = network.rpc(
            "eth_sendTransaction", {"from": operator, "to": to, "data": hex0x(sent), "gas": hex(10**6)}
        )
        assert mined(network, transaction)["status"] == "0x1", function
        network.rpc("evm_increaseTime", DAY_S + 1)
        network.rpc("evm_mine")


def test_differences__as_deployed__none(network: TestNetwork) -> None:
    assert found(network) == []
    network.rpc("evm_increaseTime", WEEK_S)  # when the manager's own delays have taken hold
    network.rpc("evm_mine")
    assert found(network) == []


@pytest.mark.parametrize("instance", ["AccessManager", "Participants", "DepositTokenCNY", "Origination", "Anchors"])
def test_differences__one_byte_of_the_code_changed__is_named_with_its_place(
    network: TestNetwork, instance: str
) -> None:
    address = network.outbox.deployments.address(instance)
    code = bytearray(network.outbox.client.code(address))
    code[-1] ^= 0xFF
    network.rpc("anvil_setCode", address, hex0x(bytes(code)))
    assert said(network) == [f"{instance}: byte {len(code) - 1} of the code"]
    network.rpc("anvil_setCode", address, hex0x(bytes(code[:-1])))
    assert said(network) == [f"{instance}: length of the code, bytes"]


def test_differences__immutables_of_two_contracts_changed__both_are_named(network: TestNetwork) -> None:
    wanted = set()
    for instance, name, value in (("Receivables", "SETTLEMENT", 0xAA), ("Participants", "ROTATION_DELAY_S", 1)):
        address = network.outbox.deployments.address(instance)
        code = bytearray(network.outbox.client.code(address))
        for place in artifact(instance)["immutable_references"]:
            if place["name"] == name:
                code[place["start"] : place["start"] + 32] = value.to_bytes(32, "big")
                wanted.add(f"{instance}: immutable {name} at byte {place['start']}")
        network.rpc("anvil_setCode", address, hex0x(bytes(code)))
    assert set(said(network)) == wanted
    changed = [difference for difference in found(network) if difference.instance == "Participants"]
    assert {(d.found, d.wanted) for d in changed} == {(f"0x{1:064x}", f"0x{2 * DAY_S:064x}")}


@pytest.mark.parametrize("role", [0, 1, 2, 3, 9])
def test_differences__a_role_granted_to_a_stranger__names_both(network: TestNetwork, role: int) -> None:
    administer(network, "grantRole", role, STRANGER, 0)
    (difference,) = found(network)
    title = {0: "administrator", 1: "operator", 2: "compliance", 3: "holds"}.get(role, str(role))
    assert difference == Difference("AccessManager", f"role {title} of stranger {STRANGER}", "held", "not held")
    administer(network, "revokeRole", role, STRANGER)
    assert found(network) == []


def selectors(contract: str, function: str) -> list[str]:
    return [selector(contract, function)]


CHANGES: dict[str, tuple[Callable[[TestNetwork], tuple[Any, ...]], str]] = {
    "revoked": (
        lambda n: ("revokeRole", 2, n.accounts["compliance"]),
        "AccessManager: role compliance of compliance",
    ),
    "delayed": (
        lambda n: ("grantRole", 2, n.accounts["compliance"], 60),
        "AccessManager: delay of role compliance of compliance, s",
    ),
    "hurried": (
        lambda n: ("grantRole", 0, n.accounts["operator"], 5),
        "AccessManager: delay of role administrator of operator, s",
    ),
    "rewired": (
        lambda n: (
            "setTargetFunctionRole",
            n.outbox.deployments.address("Holds"),
            selectors("Holds", "enforceOrder"),
            1,
        ),
        "Holds: role that may call enforceOrder(uint32,uint256,uint56,address)",
    ),
    "opened": (
        lambda n: (
            "setTargetFunctionRole",
            n.outbox.deployments.address("Origination"),
            selectors("Origination", "nameSuccessor"),
            2**64 - 1,
        ),
        "Origination: role that may call nameSuccessor(address)",
    ),
    "guarded": (lambda _: ("setRoleGuardian", 1, 2), "AccessManager: guardian of role operator"),
    "delegated": (lambda _: ("setRoleAdmin", 2, 1), "AccessManager: administrator of role compliance"),
    "grant delay": (lambda _: ("setGrantDelay", 1, 1), "AccessManager: delay of granting role operator, s"),
    "closed": (
        lambda n: ("setTargetClosed", n.outbox.deployments.address("Settlement"), True),
        "Settlement: closed to all but the administrator",
    ),
    "target delay": (
        lambda n: ("setTargetAdminDelay", n.outbox.deployments.address("Settlement"), 60),
        "Settlement: delay of its administration, s",
    ),
    "handed over": (
        lambda n: (
            "updateAuthority",
            n.outbox.deployments.address("Dishonours"),
            n.outbox.deployments.address("Holds"),
        ),
        "Dishonours: authority",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_differences__an_administrators_change__is_named(network: TestNetwork, name: str) -> None:
    change, wanted = CHANGES[name]
    administer(network, *change(network))
    assert said(network) == [wanted]


def test_differences__storage_rewritten_without_an_event__is_named(network: TestNetwork) -> None:
    """Whose membership should be there is asked for, event or none."""
    manager = network.outbox.deployments.address("AccessManager")
    taken = [place for place in range(3) if int(network.rpc("eth_getStorageAt", manager, hex(place), "latest"), 16)]
    assert taken == []  # mappings alone: their slots are hashes
    dishonours = network.outbox.deployments.address("Dishonours")
    network.rpc("anvil_setStorageAt", dishonours, "0x0", f"0x{int(STRANGER, 16):064x}")
    assert found(network) == [Difference("Dishonours", "authority", STRANGER, manager)]


def test_differences__a_contract_of_ours_suspended_or_admitted_as_more__is_named(network: TestNetwork) -> None:
    network.rpc("anvil_autoImpersonateAccount", True)
    deployments = network.outbox.deployments
    token, register = deployments.address("DepositTokenCNY"), deployments.address("Participants")
    data = hex0x(encode_call("Participants", "suspend", [token, "0x" + "11" * 32]))
    network.rpc("eth_sendTransaction", {"from": network.accounts["operator"], "to": register, "data": data})
    network.rpc("evm_mine")
    assert found(network) == [Difference("DepositTokenCNY", "status in Participants", 2, 1)]


def test_differences__nobody_knows_what_it_was_deployed_with__says_so(network: TestNetwork) -> None:
    with pytest.raises(DeploymentsUnreadable, match="does not say what the network was deployed with"):
        differences(network.outbox.client, replace(network.outbox.deployments, settings=None))


def test_artifacts__of_an_unknown_build__are_asked_for(network: TestNetwork, tmp_path: Path) -> None:
    deployments = replace(network.outbox.deployments, built={1: "0x" + "12" * 32}, folder=tmp_path)
    with pytest.raises(DeploymentsUnreadable, match="which version 1 was made from, is not there"):
        differences(network.outbox.client, deployments)
