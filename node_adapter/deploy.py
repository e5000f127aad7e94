"""Puts the network's contracts on a chain, through the outbox: killed halfway, the next run goes on; nothing is made
twice; and if a devnet falls back, the outbox sends the same bytes again, so that the addresses stay.

All creations are one dedicated key's, in one order, so each address is known before the first is mined. That is how
each contract names the others, which name it, without anybody having the power to set it later. The deployer has no
power afterwards; the operator's over the wiring waits, in public, for the delay that is set last.

A later version is deployed beside the one before, and takes over making debts when that delay has passed.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from node_adapter.artifacts import built_hash
from node_adapter.codec import encode_call
from node_adapter.contract_check import code_differences
from node_adapter.db import read_only
from node_adapter.deployments import Deployed, Deployments, Settings, instance_of, name_of
from node_adapter.outbox.commands import Call, Command, Creation, WorkerBusy
from node_adapter.outbox.models import Operation, OperationState
from node_adapter.outbox.outbox import Outbox
from node_adapter.wiring import ADMIN, ADMITTED, administration, creation_address, creations, first_nonce, parts
from node_adapter.words import hex0x, keccak

ORGANISATION = "network"
"""Who asks for these operations: the network itself."""
STEP_PAUSE_S = 0.01
DAY_S = 86_400
Say = Callable[[str], None]


class DeployError(Exception):
    """The network cannot be, or was not, deployed as it should be; one line for the user."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A later version, as far as it has come."""

    deployments: Deployments
    ready_at: int | None
    """Unix second of the chain from which the next run finishes it; None once it is the current one."""


def deploy_network(
    outbox: Outbox,
    worker_step: Callable[[], object],
    *,
    deployer: str,
    operator: str,
    compliance: str,
    bank: str,
    rotation_delay_s: int = 2 * DAY_S,
    admin_delay_s: int = DAY_S,
    reference_rate: tuple[int, int] | None = None,
    timeout_s: float = 120.0,
    say: Say = lambda _line: None,
) -> Deployments:
    """Deploys what is missing, verifies it, hands out the roles, and admits the network's own contracts.

    `deployer`, `operator`, `compliance` and `bank` are addresses; the keyring holds the first two. An organisation's
    new key waits `rotation_delay_s`, a change of roles or wiring `admin_delay_s`. `reference_rate` is the date from
    which it holds, in days since 1970-01-01, and parts per million a year; without one late interest has no floor
    (R-17). Sets `outbox.deployments`. `worker_step` does a round of the outbox's worker, or raises WorkerBusy where
    another process has it. Raises DeployError, NodeError, ContractReverted.
    """
    settings = Settings(operator, compliance, bank, rotation_delay_s, admin_delay_s)
    run = _Run(outbox, worker_step, deployer, settings, timeout_s, say)
    run.deployments = replace(run.deployments, settings=settings)
    seen = run.create(1)
    for key, (at, call) in administration(1, seen, None, settings).items():
        run.add(f"deploy:{key}", "network.set_up", call, at)
    run.admit(1, seen)
    if reference_rate is not None:
        rate = Call("Origination", "setReferenceRate", list(reference_rate))
        run.add("deploy:reference-rate", "network.set_up", rate, seen["Origination"])
    run.complete()
    # Alone and last: from its block on the operator does nothing of the above at once.
    last = Call("AccessManager", "grantRole", [ADMIN, operator, admin_delay_s])
    run.add("deploy:delay", "network.delay", last, seen["AccessManager"])
    run.complete()
    return run.deployments


def deploy_beside(
    outbox: Outbox,
    worker_step: Callable[[], object],
    *,
    deployer: str,
    save: Callable[[Deployments], None],
    timeout_s: float = 120.0,
    say: Say = lambda _line: None,
) -> Beside:
    """Deploys the version after the current one, from the artifacts of this checkout, as far as it goes today.

    Its contracts are made and admitted, and what the administrator must do is announced on the chain. When the delay
    has passed, the next run does it; last of all the version before names its successor. `save` is called as soon as
    there are addresses, and again when the version is current. Raises DeployError, NodeError, ContractReverted.
    """
    before = outbox.deployments
    if before.settings is None:
        raise DeployError("the deployments file does not say what the network was deployed with; deploy it once more")
    version, settings = before.current + 1, before.settings
    predecessor = before.address(before.instance("Origination"))
    run = _Run(outbox, worker_step, deployer, settings, timeout_s, say)
    seen = run.create(version, predecessor)
    save(run.deployments)
    run.admit(version, seen)
    run.complete()
    wiring = administration(version, seen, predecessor, settings)
    ready_at = run.announce(version, wiring)
    if ready_at > outbox.client.head().timestamp:
        return Beside(run.deployments, ready_at)
    successor = wiring.pop("successor")
    for key, (at, call) in wiring.items():
        run.add(f"deploy:{version}:{key}", "network.set_up", call, at)
    run.complete()
    run.copy_reference_rate(version, before.instance("Origination"), seen)
    run.add(f"deploy:{version}:successor", "network.set_up", successor[1], successor[0])
    run.complete()
    run.deployments = replace(run.deployments, current=version)
    outbox.deployments = run.deployments
    save(run.deployments)
    return Beside(run.deployments, None)


class _Run:
    """One run of a deployment: what was asked before is found again, by its idempotency key."""

    def __init__(
        self,
        outbox: Outbox,
        worker_step: Callable[[], object],
        deployer: str,
        settings: Settings,
        timeout_s: float,
        say: Say,
    ) -> None:
        self._outbox = outbox
        self._worker_step = worker_step
        self._deployer = deployer
        self._settings = settings
        self._deadline = time.monotonic() + timeout_s
        self._say = say
        self._commands: list[Command] = []
        self.deployments = outbox.deployments

    def create(self, version: int, predecessor: str | None = None) -> dict[str, str]:
        """Makes the version's contracts and verifies them; how its contracts see the network: name → address."""
        self._require_deployer()
        own = {
            name: creation_address(self._deployer, first_nonce(version) + place)
            for place, name in enumerate(parts(version))
        }
        seen = (self.deployments.of_version(version - 1) if version > 1 else {}) | own
        wanted = creations(version, seen, predecessor, self._settings)
        for creation in wanted:
            key = f"deploy:{creation.instance}"
            self._commands.append(self._command(key, "network.deploy", creation, own[name_of(creation.instance)]))
        contracts = {
            creation.instance: Deployed(
                creation.contract,
                own[name_of(creation.instance)],
                operation.block_number or 0,
                operation.tx_hash or "",
            )
            for creation, operation in zip(wanted, self.complete(), strict=True)
        }
        built = {version: built_hash()} | self.deployments.built
        self.deployments = replace(self.deployments, contracts=self.deployments.contracts | contracts, built=built)
        wrong = code_differences(self._outbox.client, self.deployments, version)
        if wrong:
            raise DeployError("; ".join(str(difference) for difference in wrong))
        self._outbox.deployments = self.deployments
        return seen

    def admit(self, version: int, seen: dict[str, str]) -> None:
        for name in set(ADMITTED).intersection(parts(version)):
            instance = instance_of(name, version)
            call = Call("Participants", "admit", [seen[name], ADMITTED[name], hex0x(keccak(instance.encode()))])
            self.add(f"deploy:admit:{instance}", "participant.admit", call, seen[name])

    def announce(self, version: int, wiring: dict[str, tuple[str, Call]]) -> int:
        """Schedules what the administrator will do; the unix second from which all of it may be done.

        What was done already needs nothing, and what expired (a week after it was due) is scheduled anew.
        """
        ready_at = 0
        for key, (at, call) in wiring.items():
            if self._known(f"deploy:{version}:{key}"):
                continue
            contract = self._outbox.deployments[call.instance].contract
            data = hex0x(encode_call(contract, call.function, call.args))
            operation = self._view("AccessManager", "hashOperation", self._settings.operator, at, data)
            scheduled = self._scheduled(operation)
            if scheduled == 0:
                nonce = self._view("AccessManager", "getNonce", operation)
                schedule = Call("AccessManager", "schedule", [at, data, 0])
                self.add(f"deploy:{version}:announce:{key}:{nonce}", "network.announce", schedule, at)
                self.complete()
                scheduled = self._scheduled(operation)
            ready_at = max(ready_at, scheduled)
        return ready_at

    def copy_reference_rate(self, version: int, before: str, seen: dict[str, str]) -> None:
        """Through the access manager: another process's worker may not know the new instance yet."""
        rate, effective_date = self._view(before, "referenceRate")
        if effective_date:
            data = hex0x(encode_call("Origination", "setReferenceRate", [effective_date, rate]))
            call = Call("AccessManager", "execute", [seen["Origination"], data])
            self.add(f"deploy:{version}:reference-rate", "network.set_up", call, seen["Origination"])
            self.complete()

    def add(self, key: str, kind: str, call: Call, address: str) -> None:
        self._commands.append(self._command(key, kind, call, address))

    def complete(self) -> list[Operation]:
        """Accepts what was not accepted before, all in one transaction, and works until all are mined."""
        commands, self._commands = self._commands, []
        known = [self._find(command) for command in commands]
        missing = [command for command, operation in zip(commands, known, strict=True) if operation is None]
        for command in missing:
            self._outbox.simulate(command)
        with Session(self._outbox.engine) as session, session.begin():
            for command in missing:
                self._outbox.accept(session, command)
        self._outbox.wake()
        said: set[str] = set()
        while True:
            operations = [operation for command in commands if (operation := self._find(command)) is not None]
            failed = next((operation for operation in operations if operation.state == OperationState.FAILED), None)
            if failed is not None:
                raise DeployError(f"{failed.idempotency_key} failed: {failed.error_name} {failed.error_params}")
            self._report(operations, said)
            if all(operation.state == OperationState.MINED for operation in operations) and self._stand(operations):
                return operations
            if time.monotonic() > self._deadline:
                waiting = [o.idempotency_key for o in operations if o.state != OperationState.MINED]
                raise DeployError(f"not mined in time: {', '.join(waiting)}")
            self._step()

    def _step(self) -> None:
        try:
            if not self._worker_step():
                time.sleep(STEP_PAUSE_S)
        except WorkerBusy:
            time.sleep(10 * STEP_PAUSE_S)  # a running network's own worker does it

    def _report(self, operations: list[Operation], said: set[str]) -> None:
        for number, operation in enumerate(operations, start=1):
            if operation.state == OperationState.MINED and operation.id not in said:
                said.add(operation.id)
                where = (operation.resource or {}).get("id", "")
                what = operation.idempotency_key.removeprefix("deploy:")
                self._say(f"{number} of {len(operations)}: {what} at {where}, block {operation.block_number}")

    def _command(self, key: str, kind: str, call: Call | Creation, address: str) -> Command:
        """The request's hash covers all that is asked, so that another operator or bank is another request."""
        sender = self._deployer if isinstance(call, Creation) else self._settings.operator
        asked = hex0x(keccak(repr((key, sender, call)).encode()))
        resource = {"type": kind.partition(".")[0].replace("network", "contract"), "id": address}
        return Command(ORGANISATION, key, asked, kind, resource, call=call, sender=sender)

    def _require_deployer(self) -> None:
        """The deployer's key serves nothing else, so its nonces are 0, 1, 2, …"""
        deployer = self._deployer
        with Session(read_only(self._outbox.engine)) as session:
            kinds = session.scalars(select(Operation.kind).where(Operation.signer == deployer).distinct()).all()
        foreign = [kind for kind in kinds if kind != "network.deploy"]
        if foreign:
            raise DeployError(f"the deployer's key {deployer} was used for {foreign[0]}; it must serve nothing else")
        if not kinds and self._outbox.client.nonce(deployer) != 0:
            raise DeployError(f"the deployer's key {deployer} was used before; make a new one")

    def _scheduled(self, operation: str) -> int:
        """When it may be done; 0 where it is not scheduled, or expired."""
        return int(self._view("AccessManager", "getSchedule", operation))

    def _view(self, instance: str, view: str, *args: Any) -> Any:
        deployed = self._outbox.deployments[instance]
        return self._outbox.client.call(deployed.contract, deployed.address, view, *args)

    def _known(self, key: str) -> bool:
        known = Operation.organisation == ORGANISATION, Operation.idempotency_key == key
        with Session(read_only(self._outbox.engine)) as session:
            return session.scalar(select(Operation.id).where(*known)) is not None

    def _stand(self, operations: list[Operation]) -> bool:
        """Whether the chain still has them all: after a fall-back rows say "mined" until the worker has looked."""
        numbers = sorted({o.block_number for o in operations if o.block_number is not None})
        hashes = self._outbox.chain.block_hashes(numbers)
        return all(o.block_number is not None and hashes[o.block_number] == o.block_hash for o in operations)

    def _find(self, command: Command) -> Operation | None:
        return self._outbox.find(command.organisation, command.idempotency_key, command.request_hash)
