"""The contracts on a chain against what was built and how they were deployed: every difference, not only the first.

Code byte by byte; immutables in the code itself, where no view can lie about them; the authority and the admission of
each; and the access manager, by its own events and views: who holds which role with which delay, which function is for
whom, what is delayed, closed or delegated. Needs nothing but a node, the deployments file and the artifacts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from node_adapter.artifacts import abi, event_specs, signature
from node_adapter.client import Call, NodeClient
from node_adapter.deployments import Deployments, DeploymentsUnreadable, Settings, instance_of, name_of
from node_adapter.wiring import (
    ADMIN,
    ADMITTED,
    COMPLIANCE,
    HOLDS,
    NOBODY,
    OPERATOR,
    RESTRICTED,
    ROLE_NAMES,
    creations,
    immutables,
    parts,
    selector,
)
from node_adapter.words import from_hex, hex0x, keccak

ACTIVE = 1
_SHOWN = 12
"""Differing bytes of code shown of each contract."""


@dataclass(frozen=True, slots=True)
class Difference:
    instance: str
    what: str
    found: Any
    wanted: Any

    def __str__(self) -> str:
        return f"{self.instance}: {self.what} is {self.found}, not {self.wanted}"


def differences(client: NodeClient, deployments: Deployments) -> list[Difference]:
    """All there are, at the newest block. Raises DeploymentsUnreadable, NodeError, WrongChain."""
    client.check_identity(deployments.chain_id, deployments.genesis_hash)
    found = [
        difference for version in deployments.versions for difference in code_differences(client, deployments, version)
    ]
    # A manager of other code would answer whatever it likes.
    if not any(difference.instance == "AccessManager" for difference in found):
        block = client.head().number
        found += _Access(client, deployments, block).differences()
        found += _admissions(client, deployments, block)
    return found


def code_differences(client: NodeClient, deployments: Deployments, version: int) -> list[Difference]:
    """Code and immutables of the contracts of one version."""
    built, settings = deployments.artifacts(version), _settings(deployments)
    before = deployments.instance("Origination", version - 1) if version > 1 else None
    predecessor = deployments.address(before) if before else None
    found: list[Difference] = []
    for creation in creations(version, deployments.of_version(version), predecessor, settings):
        instance = creation.instance
        address, content = deployments.address(instance), built[creation.contract]
        code, wanted = client.code(address), bytearray(from_hex(content["deployed_bytecode"]))
        if len(code) != len(wanted):
            found.append(Difference(instance, "length of the code, bytes", len(code), len(wanted)))
            continue
        values = immutables(name_of(instance), address, creation, deployments.chain_id)
        for place in content["immutable_references"]:
            start, end = place["start"], place["start"] + place["length"]
            value = values[place["name"]]
            if code[start:end] != value:
                what = f"immutable {place['name']} at byte {start}"
                found.append(Difference(instance, what, hex0x(code[start:end]), hex0x(value)))
            wanted[start:end] = code[start:end]
        differing = [at for at in range(len(code)) if code[at] != wanted[at]]
        found += [
            Difference(instance, f"byte {at} of the code", f"0x{code[at]:02x}", f"0x{wanted[at]:02x}")
            for at in differing[:_SHOWN]
        ]
        if len(differing) > _SHOWN:
            found.append(Difference(instance, "differing bytes of the code in all", len(differing), 0))
    return found


def _admissions(client: NodeClient, deployments: Deployments, block: int) -> Iterator[Difference]:
    """What the register says of the network's own contracts, and which Origination each one names after it."""
    register = deployments.address("Participants")
    for instance in deployments.contracts:
        roles = ADMITTED.get(name_of(instance), 0)
        known = client.call("Participants", register, "participant", deployments.address(instance), block=block)
        for field, wanted in (("roles", roles), ("status", ACTIVE if roles else 0)):
            if known[field] != wanted:
                yield Difference(instance, f"{field} in Participants", known[field], wanted)
    for version in deployments.versions:
        instance = instance_of("Origination", version)
        wanted_next = (
            deployments.address(instance_of("Origination", version + 1)) if version < deployments.current else NOBODY
        )
        successor = client.call("Origination", deployments.address(instance), "successor", block=block)
        if successor != wanted_next:
            yield Difference(instance, "successor", successor, wanted_next)


class _Access:
    """The access manager. Its events say what to ask about, its views what holds now."""

    def __init__(self, client: NodeClient, deployments: Deployments, block: int) -> None:
        self._client = client
        self._deployments = deployments
        self._block = block
        self._time = client.headers([block])[0].timestamp
        self._address = deployments.address("AccessManager")
        self._instances = {deployed.address: instance for instance, deployed in deployments.contracts.items()}
        self._settings = _settings(deployments)
        specs = {topic: spec for (contract, topic), spec in event_specs().items() if contract == "AccessManager"}
        logs = client.logs(deployments["AccessManager"].block, block, [self._address])
        self._events = [
            (spec.name, spec.decode(log.topics, log.data)) for log in logs for spec in [specs[hex0x(log.topics[0])]]
        ]

    def differences(self) -> Iterator[Difference]:
        yield from self._authorities()
        yield from self._members()
        yield from self._functions()
        yield from self._roles()
        yield from self._targets()

    def _authorities(self) -> Iterator[Difference]:
        for instance, deployed in self._deployments.contracts.items():
            if deployed.contract in RESTRICTED:
                found = self._client.call(deployed.contract, deployed.address, "authority", block=self._block)
                if found != self._address:
                    yield Difference(instance, "authority", found, self._address)

    def _members(self) -> Iterator[Difference]:
        settings = self._settings
        wanted = {(ADMIN, settings.operator): settings.admin_delay_s, (OPERATOR, settings.operator): 0}
        wanted |= {(COMPLIANCE, settings.compliance): 0}
        for version in self._deployments.versions:
            if version <= self._deployments.current:
                wanted[HOLDS, self._deployments.address(instance_of("Holds", version))] = 0
        named = {(args["role_id"], args["account"]) for name, args in self._events if name == "RoleGranted"}
        asked = sorted(named | wanted.keys())
        for (role, account), answer in zip(asked, self._ask("getAccess", asked), strict=True):
            since, delay, pending, effect = answer
            held, title = since != 0, f"role {_role(role)} of {self._who(account)}"
            if held != ((role, account) in wanted):
                yield Difference(
                    "AccessManager", title, "held" if held else "not held", "held" if not held else "not held"
                )
            elif held and delay != wanted[role, account]:
                yield Difference("AccessManager", f"delay of {title}, s", delay, wanted[role, account])
            elif held and effect and pending != wanted[role, account]:
                yield Difference("AccessManager", f"delay to come of {title}, s", pending, wanted[role, account])

    def _functions(self) -> Iterator[Difference]:
        wanted = {}
        for version in self._deployments.versions:
            for name in parts(version) if version <= self._deployments.current else ():
                address = self._deployments.address(instance_of(name, version))
                for function, role in RESTRICTED.get(name, {}).items():
                    wanted[address, selector(name, function)] = role
        updated = [args for name, args in self._events if name == "TargetFunctionRoleUpdated"]
        asked = sorted({(args["target"], args["selector"]) for args in updated} | wanted.keys())
        for key, role in zip(asked, self._ask("getTargetFunctionRole", asked), strict=True):
            if role != wanted.get(key, ADMIN):
                what = f"role that may call {self._function(*key)}"
                yield Difference(self._who(key[0]), what, _role(role), _role(wanted.get(key, ADMIN)))

    def _roles(self) -> Iterator[Difference]:
        """A role is the administrator's to give, nobody guards it, and giving it takes the delay: at once, or from the
        instant on that the manager itself makes that wait for."""
        known = {args["role_id"] for name, args in self._events if "role_id" in args} | {OPERATOR, COMPLIANCE, HOLDS}
        for view, what in (("getRoleAdmin", "administrator of"), ("getRoleGuardian", "guardian of")):
            for role, answer in zip(sorted(known), self._ask(view, [(role,) for role in sorted(known)]), strict=True):
                if answer != ADMIN:
                    yield Difference("AccessManager", f"{what} role {_role(role)}", _role(answer), _role(ADMIN))
        delays = self._ask("getRoleGrantDelay", [(role,) for role in sorted(known)])
        for role, now in zip(sorted(known), delays, strict=True):
            wanted = self._settings.admin_delay_s if role in (OPERATOR, COMPLIANCE, HOLDS) else 0
            delay = self._coming("RoleGrantDelayChanged", "role_id", role, now)
            if delay != wanted:
                yield Difference("AccessManager", f"delay of granting role {_role(role)}, s", delay, wanted)

    def _targets(self) -> Iterator[Difference]:
        known = {args["target"] for name, args in self._events if name in ("TargetClosed", "TargetAdminDelayUpdated")}
        asked = [(target,) for target in sorted(known | self._instances.keys())]
        for (target,), closed in zip(asked, self._ask("isTargetClosed", asked), strict=True):
            if closed:
                yield Difference(self._who(target), "closed to all but the administrator", closed, False)
        for (target,), now in zip(asked, self._ask("getTargetAdminDelay", asked), strict=True):
            delay = self._coming("TargetAdminDelayUpdated", "target", target, now)
            if delay != 0:
                yield Difference(self._who(target), "delay of its administration, s", delay, 0)

    def _coming(self, event: str, field: str, subject: Any, now: int) -> int:
        """A delay as the last event set it, if it is not in force yet; else `now`, which the manager answers."""
        said = [args for name, args in self._events if name == event and args[field] == subject]
        return int(said[-1]["delay"]) if said and said[-1]["since"] > self._time else now

    def _ask(self, view: str, args: list[Any]) -> list[Any]:
        calls = [Call("AccessManager", self._address, view, tuple(some)) for some in args]
        return self._client.call_many(calls, self._block)

    def _who(self, address: str) -> str:
        settings = self._settings
        names = {settings.operator: "operator", settings.compliance: "compliance", settings.bank: "bank"}
        return self._instances.get(address) or names.get(address) or f"stranger {address}"

    def _function(self, target: str, found: str) -> str:
        deployed = self._deployments.contracts.get(self._instances.get(target, ""))
        for entry in abi(deployed.contract) if deployed else ():
            if entry["type"] == "function" and hex0x(keccak(signature(entry).encode())[:4]) == found:
                return str(signature(entry))
        return found


def _settings(deployments: Deployments) -> Settings:
    if deployments.settings is None:
        raise DeploymentsUnreadable(
            "the deployments file does not say what the network was deployed with; run scf contracts deploy once more"
        )
    return deployments.settings


def _role(role: int) -> str:
    return ROLE_NAMES.get(role, str(role))
