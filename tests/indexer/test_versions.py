"""A version that was added is let in; what was known before may neither go nor move."""

from dataclasses import replace

import pytest

from indexer.events import deployments_before, deployments_hash
from node_adapter.deployments import Deployed, Deployments, instance_of, name_of, version_of


def at(number: int, contract: str = "Origination") -> Deployed:
    return Deployed(contract, f"0x{number:040x}", number, "0x")


FIRST = Deployments(1, "0x0", {"Participants": at(1, "Participants"), "Origination": at(2)})
SECOND = replace(FIRST, contracts=FIRST.contracts | {"Origination.2": at(3)}, current=2)


def test_deployments_before__a_version_was_added__are_those_without_it() -> None:
    assert deployments_before(SECOND, deployments_hash(FIRST)) == replace(SECOND, contracts=FIRST.contracts)
    assert deployments_before(SECOND, deployments_hash(SECOND)) == SECOND


@pytest.mark.parametrize(
    "contracts",
    [
        FIRST.contracts,
        FIRST.contracts | {"Origination.2": at(4)},
        SECOND.contracts | {"Origination": at(9)},
        {name: deployed for name, deployed in SECOND.contracts.items() if name != "Participants"},
        SECOND.contracts | {"Origination.2": at(3, "Settlement")},
    ],
)
def test_deployments_before__what_was_known_is_gone_or_moved__none(contracts: dict[str, Deployed]) -> None:
    assert deployments_before(replace(SECOND, contracts=contracts), deployments_hash(SECOND)) is None


def test_instance__of_a_version__is_its_own_or_the_one_it_shares() -> None:
    assert SECOND.instance("Origination") == "Origination.2"
    assert SECOND.instance("Origination", 1) == "Origination"
    assert SECOND.instance("Participants") == "Participants"
    assert SECOND.of_version(2) == {"Origination": at(3).address, "Participants": at(1).address}
    assert [(version_of(name), name_of(name)) for name in SECOND.contracts] == [
        (1, "Participants"),
        (1, "Origination"),
        (2, "Origination"),
    ]
    assert [instance_of("Holds", version) for version in (1, 2)] == ["Holds", "Holds.2"]
    with pytest.raises(KeyError, match=r"Settlement\.2 is not deployed"):
        SECOND.instance("Settlement")
