"""The contracts are put on a chain once, wired as predicted, and nobody keeps a power."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hardhat_free_devnet import rpc
from node_adapter.artifacts import abi, artifact, event_specs
from node_adapter.contract_check import code_differences
from node_adapter.deploy import DeployError
from node_adapter.deployments import Settings, name_of, version_of
from node_adapter.errors import ContractReverted
from node_adapter.outbox import Command
from node_adapter.wiring import ORDER, creation_address, creations, first_nonce, immutables, parts
from node_adapter.words import hex0x, keccak
from tests.node_adapter.deploy_site import Killed, Site
from tests.node_adapter.outbox_support import TestNetwork, make_network
from tests.node_adapter.sources import source_of

NONCES = {"deployer": 10, "operator": 16, "compliance": 0, "bank": 0}
DAY_S = 86_400


@pytest.fixture
def site(node_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(node_url, tmp_path)
    yield site
    site.engine.dispose()
    site.client.close()


@pytest.fixture
def network(node_url: str, tmp_path: Path) -> Iterator[TestNetwork]:
    with make_network(node_url, tmp_path) as network:
        yield network


@pytest.mark.devnet
def test_deploy__again__makes_nothing_twice(site: Site) -> None:
    first = site.deploy()
    assert site.nonces() == NONCES
    assert site.deploy() == first
    assert site.nonces() == NONCES
    assert set(first.contracts) == set(ORDER)
    assert first.first_block == first["AccessManager"].block
    for nonce, instance in enumerate(ORDER):
        assert first.address(instance) == creation_address(site.accounts["deployer"], nonce)
        receipt = site.client.receipts([first[instance].tx])[0]
        assert receipt is not None
        assert (receipt.contract_address, receipt.block_number) == (first.address(instance), first[instance].block)


@pytest.mark.devnet
def test_deploy__killed_after_each_step__is_finished_by_the_next(site: Site) -> None:
    for steps in range(20):
        try:
            deployments = site.deploy(killed_after_steps=steps)
        except Killed:
            continue
        break
    else:
        pytest.fail("the deployment was never finished")
    assert steps > 0
    assert site.nonces() == NONCES
    assert deployments == site.deploy()


@pytest.mark.devnet
def test_deploy_beside__killed_after_each_step__is_finished_by_the_next(site: Site) -> None:
    site.deploy().save(site.folder / "deployments.json")
    for steps in range(60):
        try:
            found = site.deploy_beside(killed_after_steps=steps % 20)
        except Killed:
            continue
        if found.ready_at is None:
            break
        rpc(site.url, "evm_setNextBlockTimestamp", found.ready_at)
        rpc(site.url, "evm_mine")
    else:
        pytest.fail("the version was never finished")
    assert found.deployments.current == 2
    mine = {instance for instance in found.deployments.contracts if version_of(instance) == 2}
    assert {name_of(instance) for instance in mine} == set(parts(2))
    assert site.nonces() == NONCES | {"deployer": first_nonce(3), "operator": 30}, "nothing twice"
    assert code_differences(site.client, found.deployments, 2) == []


@pytest.mark.devnet
def test_deploy__chain_fell_back__has_the_same_addresses_by_the_same_bytes(site: Site) -> None:
    snapshot = rpc(site.url, "evm_snapshot")
    first = site.deploy()
    assert rpc(site.url, "evm_revert", snapshot)
    assert site.nonces()["deployer"] == 0
    again = site.deploy()
    assert {n: (d.address, d.tx) for n, d in again.contracts.items()} == {
        n: (d.address, d.tx) for n, d in first.contracts.items()
    }
    assert site.nonces() == NONCES


@pytest.mark.devnet
def test_deploy__for_another_bank_on_the_same_database__is_refused(site: Site) -> None:
    site.deploy()
    with pytest.raises(Exception, match="was used for another request"):
        site.deploy(bank=site.accounts["operator"])


@pytest.mark.devnet
def test_deploy__key_that_was_used_before__is_refused(site: Site) -> None:
    rpc(site.url, "anvil_setNonce", site.accounts["deployer"], "0x1")
    with pytest.raises(DeployError, match="was used before"):
        site.deploy()


@pytest.mark.devnet
def test_deploy__done__the_operator_admits_and_the_deployer_cannot(network: TestNetwork) -> None:
    for instance, roles in (("Discounting", 32), ("Settlement", 32), ("DepositTokenCNY", 16)):
        found = network.call("Participants", "participant", network.outbox.deployments.address(instance))
        assert (found["roles"], found["status"]) == (roles, 1)
    network.outbox.simulate(network.admit("supplier", 2))
    assert refusal(network, replace(network.admit("supplier", 2), sender=network.accounts["deployer"]))
    assert network.call("DepositTokenCNY", "bank") == network.accounts["bank"]
    assert network.call("DepositTokenCNY", "currency") == "CNY"
    assert network.call("Participants", "ROTATION_DELAY_S") == 2 * DAY_S


@pytest.mark.devnet
def test_deploy__with_its_own_delays_and_a_reference_rate__has_them(site: Site) -> None:
    asked: dict[str, Any] = {"rotation_delay_s": 7, "admin_delay_s": 9, "reference_rate": (20_228, 30_000)}
    deployments = site.deploy(**asked)
    assert site.deploy(**asked) == deployments
    assert site.nonces() == NONCES | {"operator": NONCES["operator"] + 1}

    def call(contract: str, view: str, *args: Any) -> Any:
        return site.client.call(contract, deployments.address(contract), view, *args)

    assert call("Participants", "ROTATION_DELAY_S") == 7
    assert call("AccessManager", "hasRole", 0, site.accounts["operator"]) == (True, 9)
    assert call("Origination", "referenceRate") == (30_000, 20_228)


def refusal(network: TestNetwork, command: Command) -> str:
    with pytest.raises(ContractReverted) as caught:
        network.outbox.simulate(command)
    return caught.value.name


RESTRICTED_CALLS: dict[tuple[str, str], int] = {
    ("Participants", "admit(address,uint16,bytes32)"): 1,
    ("Participants", "suspend(address,bytes32)"): 1,
    ("Participants", "reinstate(address)"): 1,
    ("Participants", "close(address,bytes32)"): 1,
    ("Participants", "readmit(address,uint16,bytes32)"): 1,
    ("Participants", "announceRotation(address,address)"): 1,
    ("Participants", "cancelRotation(address)"): 1,
    ("Origination", "setReferenceRate(uint32,uint32)"): 1,
    ("Participants", "countOrder(address,bool)"): 3,
    ("Settlement", "writeOff(uint256,bytes32)"): 1,
    ("Settlement", "closeRecovery(uint256,bytes32)"): 1,
    ("Dishonours", "lift(uint256,bytes32)"): 1,
    ("Holds", "order(address,uint256,uint56,uint40,bytes32,bytes32)"): 2,
    ("Holds", "releaseOrder(uint32,bytes32)"): 2,
    ("Holds", "enforceOrder(uint32,uint256,uint56,address)"): 2,
}
"""Function → role, said a second time."""


@pytest.mark.devnet
def test_deploy__done__exactly_these_roles_and_selectors_stand(network: TestNetwork) -> None:
    """Read off the access manager's own events, so that one too many shows."""
    deployments = network.outbox.deployments
    manager = deployments.address("AccessManager")
    specs = {topic: spec for (contract, topic), spec in event_specs().items() if contract == "AccessManager"}
    logs = network.outbox.client.logs(0, network.outbox.client.head().number, [manager])
    events = [(spec.name, spec.decode(log.topics, log.data)) for log in logs for spec in [specs[hex0x(log.topics[0])]]]
    wanted = {
        (deployments.address(instance), hex0x(keccak(function.encode())[:4])): role
        for (instance, function), role in RESTRICTED_CALLS.items()
    }
    found = [args for name, args in events if name == "TargetFunctionRoleUpdated"]
    assert {(args["target"], args["selector"]): args["role_id"] for args in found} == wanted
    assert len(found) == len(wanted)
    for (target, selector), role in wanted.items():
        assert network.call("AccessManager", "getTargetFunctionRole", target, selector) == role
    operator, compliance = network.accounts["operator"], network.accounts["compliance"]
    granted = {(args["role_id"], args["account"]) for name, args in events if name == "RoleGranted"}
    assert granted == {(0, operator), (1, operator), (2, compliance), (3, deployments.address("Holds"))}
    assert network.call("AccessManager", "hasRole", 0, operator) == (True, DAY_S)
    assert network.call("AccessManager", "hasRole", 1, operator) == (True, 0)
    assert network.call("AccessManager", "hasRole", 2, compliance) == (True, 0)
    assert {name for name, _ in events} == {
        "RoleGranted",
        "RoleGrantDelayChanged",
        "TargetFunctionRoleUpdated",
    }


@pytest.mark.devnet
def test_deploy__done__changes_of_the_wiring_wait_a_day(network: TestNetwork) -> None:
    operator, bank = network.accounts["operator"], network.accounts["bank"]
    assert network.call("AccessManager", "getAccess", 0, operator)[1:] == (DAY_S, 0, 0)
    for role in (1, 2):
        grant = network.command("operator", "AccessManager", "grantRole", role, bank, 0)
        assert refusal(network, grant) == "AccessManagerNotScheduled"
    participants = network.outbox.deployments.address("Participants")
    rewire = network.command("operator", "AccessManager", "setTargetFunctionRole", participants, ["0x12345678"], 2)
    assert refusal(network, rewire) == "AccessManagerNotScheduled"
    # The manager makes nobody wait sooner than its own five days from now.
    network.rpc("evm_increaseTime", 5 * DAY_S)
    network.rpc("evm_mine")
    assert [network.call("AccessManager", "getRoleGrantDelay", role) for role in (1, 2)] == [DAY_S, DAY_S]


@pytest.mark.devnet
def test_deploy__done__each_officer_has_its_own_functions_alone(network: TestNetwork) -> None:
    holder, word = network.accounts["bank"], b"\1" * 32
    order = network.command("compliance", "Holds", "order", holder, 0, 1, 4_000_000_000, word, word)
    admit = network.admit("supplier", 2)
    network.run(admit)
    assert refusal(network, replace(order, sender=network.accounts["operator"])) == "AccessManagedUnauthorized"
    barred = network.command("compliance", "Participants", "suspend", network.accounts["supplier"], word)
    assert refusal(network, barred) == "AccessManagedUnauthorized"
    network.outbox.simulate(replace(barred, sender=network.accounts["operator"]))


@pytest.mark.devnet
@pytest.mark.parametrize("instance", ORDER)
def test_code_differences__one_address_is_anothers__is_named(network: TestNetwork, instance: str) -> None:
    """Its code, and the immutables of all who were made for it."""
    deployments, client = network.outbox.deployments, network.outbox.client
    assert code_differences(client, deployments, 1) == []
    other = deployments["Anchors" if instance != "Anchors" else "Settlement"]
    moved = replace(deployments, contracts=deployments.contracts | {instance: other})
    assert instance in {difference.instance for difference in code_differences(client, moved, 1)}


@pytest.mark.parametrize("contract", sorted({instance.removesuffix("CNY") for instance in ORDER}))
def test_immutables__of_each_contract__have_a_value_each(contract: str) -> None:
    name = "DepositTokenCNY" if contract == "DepositToken" else contract
    seen = {instance: f"0x{place + 1:040x}" for place, instance in enumerate(ORDER)}
    settings = Settings(seen["Anchors"], seen["Anchors"], seen["Anchors"], 7, 9)
    (creation,) = [c for c in creations(1, seen, None, settings) if c.instance == name]
    values = immutables(name, seen[name], creation, 1)
    assert set(values) == {place["name"] for place in artifact(contract)["immutable_references"]}
    assert all(len(value) == 32 for value in values.values())
    declared = set(re.findall(r"^    \w+ (?:\w+ )?immutable (?:override )?(\w+)", source_of(contract), re.MULTILINE))
    assert declared <= set(values)


def test_creation_address__known_case__is_the_yellow_papers() -> None:
    deployer = "0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0"
    expected = ["cd234a471b72ba2f1ccf0a70fcaba648a5eecd8d", "343c43a37d37dff08ae8c4a11544c718abb4fcf8"]
    assert [creation_address(deployer, nonce).lower() for nonce in range(2)] == ["0x" + text for text in expected]


def test_order__of_creations__has_every_contract_once() -> None:
    made = creations(1, dict.fromkeys(ORDER, "0x" + "11" * 20), None, Settings("0x1", "0x2", "0x3", 0, 0))
    assert [creation.instance for creation in made] == list(ORDER)
    for creation in made:
        inputs: list[dict[str, str]] = next(
            (e["inputs"] for e in abi(creation.contract) if e["type"] == "constructor"), []
        )
        assert len(inputs) == len(creation.args)
