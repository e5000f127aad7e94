"""Puts the network's contracts on a chain, through the outbox: killed halfway, the next run goes on; nothing is made
twice; and if a devnet falls back, the outbox sends the same bytes again, so that the addresses stay.

All creations are one dedicated key's, in one order, so each address is known before the first is mined. That is how
each contract names the others, which name it, without anybody having the power to set it later. The deployer has no
power afterwards; the operator's over the wiring waits, in public, for the delay that is set last.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from node_adapter.artifacts import abi, artifact, signature
from node_adapter.db import read_only
from node_adapter.deployments import Deployed, Deployments
from node_adapter.outbox.commands import Call, Command, Creation
from node_adapter.outbox.models import Operation, OperationState
from node_adapter.outbox.outbox import Outbox
from node_adapter.typed_data import deposit_token_name
from node_adapter.words import checksum_address, from_hex, hex0x, keccak

ORGANISATION = "network"
"""Who asks for these operations: the network itself."""
STEP_PAUSE_S = 0.01
DAY_S = 86_400
ROLE_DEPOSIT_TOKEN = 16
ROLE_CONTRACT = 32
ADMIN, OPERATOR, COMPLIANCE = 0, 1, 2
"""The access manager's roles: the first is its own, the others `AccessRoles` in `contracts/src/types/Types.sol`."""
ORDER = (
    "AccessManager",
    "Participants",
    "DepositTokenCNY",
    "Receivables",
    "Origination",
    "Holds",
    "Discounting",
    "Settlement",
    "Dishonours",
    "Anchors",
)
"""Of the creations; the index is the deployer's nonce."""
NAMED = {
    "authority": "AccessManager",
    "PARTICIPANTS": "Participants",
    "RECEIVABLES": "Receivables",
    "ORIGINATION": "Origination",
    "HOLDS": "Holds",
    "DISCOUNTING": "Discounting",
    "SETTLEMENT": "Settlement",
    "DISHONOURS": "Dishonours",
    "ANCHORS": "Anchors",
}
"""A contract's view of this name tells which other it was made for."""
SETTINGS = {
    "Participants": {"ROTATION_DELAY_S": 1},
    "DepositToken": {"bank": 1, "currencyCode": 4, "decimals": 5},
}
"""Views that tell what a contract was made with beside those: view → place among the constructor's arguments."""
ADMITTED = {
    "Discounting": ROLE_CONTRACT,
    "Settlement": ROLE_CONTRACT,
    "DepositTokenCNY": ROLE_DEPOSIT_TOKEN,
}
"""The network's own contracts that cash passes through, with what they are admitted as."""
RESTRICTED = {
    "Participants": {
        "admit": OPERATOR,
        "suspend": OPERATOR,
        "reinstate": OPERATOR,
        "close": OPERATOR,
        "readmit": OPERATOR,
        "announceRotation": OPERATOR,
        "cancelRotation": OPERATOR,
    },
    "Origination": {"setReferenceRate": OPERATOR},
    "Settlement": {"writeOff": OPERATOR, "closeRecovery": OPERATOR},
    "Dishonours": {"lift": OPERATOR},
    "Holds": {"order": COMPLIANCE, "releaseOrder": COMPLIANCE, "enforceOrder": COMPLIANCE},
}
"""Who may call what is not for participants. All that is not named here is the participants', or anyone's."""


class DeployError(Exception):
    """The network cannot be, or was not, deployed as it should be; one line for the user."""


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
) -> Deployments:
    """Deploys what is missing, verifies it, hands out the roles, and admits the network's own contracts.

    `deployer`, `operator`, `compliance` and `bank` are addresses; the keyring holds the first two. An organisation's
    new key waits `rotation_delay_s`, a change of roles or wiring `admin_delay_s`. `reference_rate` is the date from
    which it holds, in days since 1970-01-01, and parts per million a year; without one late interest has no floor
    (R-17). Sets `outbox.deployments`. `worker_step` does a round of the outbox's worker or, where one runs already,
    sleeps for a moment. Raises DeployError, NodeError, ContractReverted.
    """
    deadline = time.monotonic() + timeout_s
    addresses = _addresses(outbox, deployer)
    creations = _creations(addresses, operator=operator, bank=bank, rotation_delay_s=rotation_delay_s)
    made = _complete(
        outbox,
        worker_step,
        [
            _command(f"deploy:{creation.instance}", "network.deploy", deployer, creation, addresses[creation.instance])
            for creation in creations
        ],
        deadline,
    )
    contracts = {
        creation.instance: Deployed(
            creation.contract, addresses[creation.instance], operation.block_number or 0, operation.tx_hash or ""
        )
        for creation, operation in zip(creations, made, strict=True)
    }
    verify_deployment(outbox, creations, addresses)
    outbox.deployments = replace(outbox.deployments, contracts=contracts)
    set_up = _set_up(addresses, operator, compliance, admin_delay_s)
    if reference_rate is not None:
        rate = Call("Origination", "setReferenceRate", list(reference_rate))
        set_up.append(_command("deploy:reference-rate", "network.set_up", operator, rate, addresses["Origination"]))
    _complete(outbox, worker_step, set_up, deadline)
    # Alone and last: from its block on the operator does nothing of the above at once.
    last = Call("AccessManager", "grantRole", [ADMIN, operator, admin_delay_s])
    delay = _command("deploy:delay", "network.delay", operator, last, addresses["AccessManager"])
    _complete(outbox, worker_step, [delay], deadline)
    return outbox.deployments


def verify_deployment(outbox: Outbox, creations: Iterable[Creation], addresses: dict[str, str]) -> None:
    """Raises DeployError unless each address has its contract's code, made with these settings for these others."""
    for creation in creations:
        code = outbox.client.code(addresses[creation.instance], "latest")
        if not same_code(creation.contract, code):
            raise DeployError(
                f"{creation.instance}: at {addresses[creation.instance]} is other code than {creation.contract}'s"
            )
    for creation in creations:
        wanted = {view: addresses[named] for view, named in wiring(creation.contract).items()}
        wanted |= {view: creation.args[place] for view, place in SETTINGS.get(creation.contract, {}).items()}
        for view, value in wanted.items():
            found = outbox.client.call(creation.contract, addresses[creation.instance], view)
            if found != value:
                raise DeployError(f"{creation.instance}.{view}() is {found}, not {value}")


def wiring(contract: str) -> dict[str, str]:
    """The contract's views that name others of the network: view → instance."""
    views = {entry["name"] for entry in abi(contract) if entry["type"] == "function" and not entry["inputs"]}
    return {view: named for view, named in NAMED.items() if view in views}


def selector(contract: str, function: str) -> str:
    """Of a function that is not overloaded, as 0x hex."""
    (entry,) = [entry for entry in abi(contract) if entry["type"] == "function" and entry["name"] == function]
    return hex0x(keccak(signature(entry).encode())[:4])


def same_code(contract: str, code: bytes) -> bool:
    """Whether `code` is what the compiler made of `contract`, apart from the immutables a constructor fills in."""
    built = artifact(contract)
    wanted = bytearray(from_hex(built["deployed_bytecode"]))
    found = bytearray(code)
    if len(wanted) != len(found):
        return False
    for place in built["immutable_references"]:
        first, length = place["start"], place["length"]
        wanted[first : first + length] = found[first : first + length] = bytes(length)
    return wanted == found


def creation_address(deployer: str, nonce: int) -> str:
    """Where a contract made by `deployer` with `nonce` is: keccak256(rlp([deployer, nonce])), the last 20 bytes."""
    import rlp

    word = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    return checksum_address(keccak(rlp.encode([from_hex(deployer), word]))[12:])


def _creations(addresses: dict[str, str], *, operator: str, bank: str, rotation_delay_s: int) -> list[Creation]:
    participants = addresses["Participants"]
    network = {
        "authority": addresses["AccessManager"],
        **{view.lower(): addresses[instance] for view, instance in NAMED.items() if view != "authority"},
    }
    args: dict[str, list[Any]] = {
        "AccessManager": [operator],
        "Participants": [network, rotation_delay_s],
        "DepositTokenCNY": [participants, bank, deposit_token_name("CNY"), "dCNY", hex0x(b"CNY"), 2],
        "Anchors": [participants],
    }
    return [Creation(instance, instance.removesuffix("CNY"), args.get(instance, [network])) for instance in ORDER]


def _set_up(addresses: dict[str, str], operator: str, compliance: str, grant_delay_s: int) -> list[Command]:
    """What the access manager's administrator does, roles first: in every state between, the operator may admit."""
    calls = {
        f"grant:{role}": Call("AccessManager", "grantRole", [role, account, 0])
        for role, account in ((OPERATOR, operator), (COMPLIANCE, compliance))
    }
    for instance, functions in RESTRICTED.items():
        for role in sorted(set(functions.values())):
            selectors = [selector(instance, function) for function, needed in functions.items() if needed == role]
            calls[f"restrict:{instance}:{role}"] = Call(
                "AccessManager", "setTargetFunctionRole", [addresses[instance], selectors, role]
            )
    for role in (OPERATOR, COMPLIANCE):
        calls[f"grant-delay:{role}"] = Call("AccessManager", "setGrantDelay", [role, grant_delay_s])
    manager = addresses["AccessManager"]
    commands = [_command(f"deploy:{key}", "network.set_up", operator, call, manager) for key, call in calls.items()]
    for instance, roles in ADMITTED.items():
        call = Call("Participants", "admit", [addresses[instance], roles, hex0x(keccak(instance.encode()))])
        commands.append(_command(f"deploy:admit:{instance}", "participant.admit", operator, call, addresses[instance]))
    return commands


def _addresses(outbox: Outbox, deployer: str) -> dict[str, str]:
    """Where everything will be, or is. The deployer's key serves nothing else, so its nonces are 0, 1, 2, …"""
    with Session(read_only(outbox.engine)) as session:
        foreign = session.scalar(
            select(Operation.kind).where(Operation.signer == deployer, Operation.kind != "network.deploy").limit(1)
        )
        begun = session.scalar(select(Operation.id).where(Operation.signer == deployer).limit(1))
    if foreign is not None:
        raise DeployError(f"the deployer's key {deployer} was used for {foreign}; it must serve nothing else")
    if begun is None and outbox.client.nonce(deployer) != 0:
        raise DeployError(f"the deployer's key {deployer} was used before; make a new one")
    return {instance: creation_address(deployer, nonce) for nonce, instance in enumerate(ORDER)}


def _command(key: str, kind: str, sender: str, call: Call | Creation, address: str) -> Command:
    """The request's hash covers all that is asked, so that another operator or bank is another request."""
    asked = hex0x(keccak(repr((key, sender, call)).encode()))
    resource = {"type": kind.partition(".")[0].replace("network", "contract"), "id": address}
    return Command(
        organisation=ORGANISATION,
        idempotency_key=key,
        request_hash=asked,
        kind=kind,
        resource=resource,
        call=call,
        sender=sender,
    )


def _complete(
    outbox: Outbox, worker_step: Callable[[], object], commands: list[Command], deadline: float
) -> list[Operation]:
    """Accepts what was not accepted before, all in one transaction, and works until all are mined."""
    known = [_find(outbox, command) for command in commands]
    missing = [command for command, operation in zip(commands, known, strict=True) if operation is None]
    for command in missing:
        outbox.simulate(command)
    with Session(outbox.engine) as session, session.begin():
        for command in missing:
            outbox.accept(session, command)
    outbox.wake()
    while True:
        operations = [operation for command in commands if (operation := _find(outbox, command)) is not None]
        failed = next((operation for operation in operations if operation.state == OperationState.FAILED), None)
        if failed is not None:
            raise DeployError(f"{failed.idempotency_key} failed: {failed.error_name} {failed.error_params}")
        if all(operation.state == OperationState.MINED for operation in operations) and _stand(outbox, operations):
            return operations
        if time.monotonic() > deadline:
            waiting = [o.idempotency_key for o in operations if o.state != OperationState.MINED]
            raise DeployError(f"not mined in time: {', '.join(waiting)}")
        if not worker_step():
            time.sleep(STEP_PAUSE_S)


def _stand(outbox: Outbox, operations: list[Operation]) -> bool:
    """Whether the chain still has them all: after a fall-back the rows say "mined" until the worker has looked."""
    hashes = outbox.chain.block_hashes(sorted({o.block_number for o in operations if o.block_number is not None}))
    return all(o.block_number is not None and hashes[o.block_number] == o.block_hash for o in operations)


def _find(outbox: Outbox, command: Command) -> Operation | None:
    return outbox.find(command.organisation, command.idempotency_key, command.request_hash)
