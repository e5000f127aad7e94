"""A log as the handlers see it: which instance said what about whom."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from indexer.errors import ProjectionDiverged, UnknownEvent
from indexer.registry import route, unhandled
from node_adapter.artifacts import EventSpec, MalformedLog, event_specs
from node_adapter.client import RawLog
from node_adapter.deployments import Deployed, Deployments, version_of


@dataclass(slots=True)
class Event:
    """One decoded log. `contract` is the kind ("DepositToken"), `instance` the one deployed ("DepositTokenCNY").

    Nobody changes one; it is not frozen because half a million of them are made.
    """

    block_hash: str
    block_number: int
    timestamp: int
    log_index: int
    tx_hash: str
    tx_index: int
    instance: str
    contract: str
    address: str
    name: str
    subject: str
    business: bool
    args: dict[str, Any]
    topics: bytes
    data: bytes
    args_json: str = ""
    """`args` as JSON, where it was decoded here."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is the same of all logs of one event of one instance."""

    instance: str
    spec: EventSpec
    subject: Callable[[dict[str, Any], str], str] | None
    """None where it is about the contract itself."""


class Decoder:
    """Turns logs of one deployment into events. Made once: it checks that every business event has a handler."""

    def __init__(self, deployments: Deployments) -> None:
        missing = unhandled()
        if missing:
            raise UnknownEvent(f"no handler for {', '.join(missing)}: add one under indexer/handlers")
        self.deployments = deployments
        self.instances = sorted(deployments.contracts)
        self.addresses = sorted(deployed.address for deployed in deployments.contracts.values())
        self._kinds = {name: d.contract for name, d in deployments.contracts.items()}
        self._known = {
            (deployed.address, spec.topic0): _Known(
                name, spec, route(spec.contract, spec.name).subject if spec.business else None
            )
            for name, deployed in deployments.contracts.items()
            for spec in event_specs().values()
            if spec.contract == deployed.contract
        }

    def decode(self, log: RawLog, timestamp: int) -> Event:
        """Raises UnknownEvent for a log that no ABI of ours explains."""
        known = self._known.get((log.address, log.topics[0] if log.topics else b"")) or self._unknown(log)
        spec = known.spec
        try:
            args, args_json = spec.decode_both(log.topics, log.data)
        except MalformedLog as error:
            raise UnknownEvent(f"block {log.block_number}, log {log.log_index}: {error}") from error
        return Event(
            log.block_hash,
            log.block_number,
            timestamp,
            log.log_index,
            log.tx_hash,
            log.tx_index,
            known.instance,
            spec.contract,
            log.address,
            spec.name,
            log.address if known.subject is None else known.subject(args, log.address),
            spec.business,
            args,
            b"".join(log.topics),
            log.data,
            args_json,
        )

    def kind_of(self, instance: str) -> str:
        """The contract behind an instance's name; raises ProjectionDiverged for one not in the deployments file."""
        try:
            return self._kinds[instance]
        except KeyError:
            raise ProjectionDiverged(f"the index holds events of {instance}, which is not deployed here") from None

    def instances_of(self, contract: str) -> list[str]:
        return sorted(name for name, kind in self._kinds.items() if kind == contract)

    def _unknown(self, log: RawLog) -> NoReturn:
        contract = next((d.contract for d in self.deployments.contracts.values() if d.address == log.address), None)
        if contract is None:
            raise UnknownEvent(
                f"block {log.block_number}: a log of {log.address}, which is no contract of the deployments "
                "file: give the indexer the file of this network"
            )
        topic0 = log.topics[0] if log.topics else b""
        raise UnknownEvent(
            f"block {log.block_number}, log {log.log_index}: {contract} at {log.address} emitted an event "
            f"0x{topic0.hex()} that this version does not know; install the version that belongs to the contracts"
        )


def deployments_hash(deployments: Deployments) -> str:
    """What a database is pinned to: the instances and where they live. Not the blocks: a devnet that fell back mines
    its deployments again, at the same addresses."""
    return _places_hash(deployments.contracts.items())


def deployments_before(deployments: Deployments, pinned: str) -> Deployments | None:
    """These deployments as they were when a database was pinned to them: without the versions added since. None where
    what was known then was changed or taken away."""
    for version in reversed(deployments.versions):
        known = {name: d for name, d in deployments.contracts.items() if version_of(name) <= version}
        if _places_hash(known.items()) == pinned:
            return replace(deployments, contracts=known)
    return None


def _places_hash(contracts: Iterable[tuple[str, Deployed]]) -> str:
    places = {name: [d.contract, d.address] for name, d in contracts}
    return "0x" + hashlib.sha256(json.dumps(places, sort_keys=True).encode()).hexdigest()


def split_topics(topics: bytes) -> Sequence[bytes]:
    """The topics of a stored event, as the log had them."""
    return [topics[i : i + 32] for i in range(0, len(topics), 32)]
