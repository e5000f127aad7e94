"""A log as the handlers see it: which instance said what about whom."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from indexer.errors import ProjectionDiverged, UnknownEvent
from indexer.registry import route, unhandled
from node_adapter.artifacts import EventSpec, MalformedLog, event_specs
from node_adapter.client import RawLog
from node_adapter.deployments import Deployed, Deployments, version_of


@dataclass(frozen=True, slots=True)
class Event:
    """One decoded log. `contract` is the kind ("DepositToken"), `instance` the one deployed ("DepositTokenCNY")."""

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


class Decoder:
    """Turns logs of one deployment into events. Made once: it checks that every business event has a handler."""

    def __init__(self, deployments: Deployments) -> None:
        missing = unhandled()
        if missing:
            raise UnknownEvent(f"no handler for {', '.join(missing)}: add one under indexer/handlers")
        self.deployments = deployments
        self.instances = sorted(deployments.contracts)
        self.addresses = sorted(deployed.address for deployed in deployments.contracts.values())
        self._instances = {d.address: (name, d.contract) for name, d in deployments.contracts.items()}
        self._kinds = {name: d.contract for name, d in deployments.contracts.items()}
        self._specs = {(s.contract, s.topic0): s for s in event_specs().values()}

    def decode(self, log: RawLog, timestamp: int) -> Event:
        """Raises UnknownEvent for a log that no ABI of ours explains."""
        try:
            instance, contract = self._instances[log.address]
        except KeyError:
            raise UnknownEvent(f"block {log.block_number}: a log of {log.address}, which is not ours") from None
        spec = self._spec(contract, log)
        try:
            args = spec.decode(log.topics, log.data)
        except MalformedLog as error:
            raise UnknownEvent(f"block {log.block_number}, log {log.log_index}: {error}") from error
        return Event(
            block_hash=log.block_hash,
            block_number=log.block_number,
            timestamp=timestamp,
            log_index=log.log_index,
            tx_hash=log.tx_hash,
            tx_index=log.tx_index,
            instance=instance,
            contract=contract,
            address=log.address,
            name=spec.name,
            subject=route(contract, spec.name).subject(args, log.address) if spec.business else log.address,
            business=spec.business,
            args=args,
            topics=b"".join(log.topics),
            data=log.data,
        )

    def kind_of(self, instance: str) -> str:
        """The contract behind an instance's name; raises ProjectionDiverged for one not in the deployments file."""
        try:
            return self._kinds[instance]
        except KeyError:
            raise ProjectionDiverged(f"the index holds events of {instance}, which is not deployed here") from None

    def instances_of(self, contract: str) -> list[str]:
        return sorted(name for name, kind in self._kinds.items() if kind == contract)

    def _spec(self, contract: str, log: RawLog) -> EventSpec:
        topic0 = log.topics[0] if log.topics else b""
        spec = self._specs.get((contract, topic0))
        if spec is None:
            raise UnknownEvent(
                f"block {log.block_number}, log {log.log_index}: {contract} at {log.address} emitted an event "
                f"0x{topic0.hex()} that this version does not know; install the version that belongs to the contracts"
            )
        return spec


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
