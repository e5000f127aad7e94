"""Puts the network's contracts on a chain, through the outbox: killed halfway, the next run goes on; nothing is made
twice; and if a devnet falls back, the outbox sends the same bytes again, so that the addresses stay.

All creations are one dedicated key's, in one order, so each address is known before the first is mined. That is how
Receivables can name Discounting and Settlement, which name Receivables, without anybody having the power to set it
later. The deployer has no power afterwards.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from node_adapter.artifacts import artifact
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
ROLE_DEPOSIT_TOKEN = 16
ROLE_CONTRACT = 32
ORDER = ("AccessManager", "Participants", "DepositTokenCNY", "Receivables", "Discounting", "Settlement", "Anchors")
"""Of the creations; the index is the deployer's nonce."""


class DeployError(Exception):
    """The network cannot be, or was not, deployed as it should be; one line for the user."""


def deploy_network(
    outbox: Outbox,
    worker_step: Callable[[], object],
    *,
    deployer: str,
    operator: str,
    bank: str,
    timeout_s: float = 120.0,
) -> Deployments:
    """Deploys what is missing, admits the network's own contracts, verifies all, and sets `outbox.deployments`.

    `deployer`, `operator` and `bank` are addresses; the keyring holds the first two. `worker_step` does a round of the
    outbox's worker or, where one runs already, sleeps for a moment. Raises DeployError, NodeError, ContractReverted.
    """
    deadline = time.monotonic() + timeout_s
    addresses = _addresses(outbox, deployer)
    creations = _creations(addresses, operator=operator, bank=bank)
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
    roles = {
        "Discounting": ROLE_CONTRACT,
        "Settlement": ROLE_CONTRACT,
        "DepositTokenCNY": ROLE_DEPOSIT_TOKEN,
    }
    admissions = [
        _command(
            f"deploy:admit:{instance}",
            "participant.admit",
            operator,
            Call("Participants", "admit", [addresses[instance], role, hex0x(keccak(instance.encode()))]),
            addresses[instance],
        )
        for instance, role in roles.items()
    ]
    _complete(outbox, worker_step, admissions, deadline)
    return outbox.deployments


def verify_deployment(outbox: Outbox, creations: Iterable[Creation], addresses: dict[str, str]) -> None:
    """Raises DeployError unless each address has its contract's code, and each contract names the right others."""
    for creation in creations:
        code = outbox.client.code(addresses[creation.instance], "latest")
        if not same_code(creation.contract, code):
            raise DeployError(
                f"{creation.instance}: at {addresses[creation.instance]} is other code than {creation.contract}'s"
            )
    for instance, contract, view, named in (
        ("Participants", "Participants", "authority", "AccessManager"),
        ("DepositTokenCNY", "DepositToken", "PARTICIPANTS", "Participants"),
        ("Receivables", "Receivables", "PARTICIPANTS", "Participants"),
        ("Receivables", "Receivables", "DISCOUNTING", "Discounting"),
        ("Receivables", "Receivables", "SETTLEMENT", "Settlement"),
        ("Discounting", "Discounting", "PARTICIPANTS", "Participants"),
        ("Discounting", "Discounting", "RECEIVABLES", "Receivables"),
        ("Settlement", "Settlement", "PARTICIPANTS", "Participants"),
        ("Settlement", "Settlement", "RECEIVABLES", "Receivables"),
        ("Anchors", "Anchors", "PARTICIPANTS", "Participants"),
    ):
        found = outbox.client.call(contract, addresses[instance], view)
        if found != addresses[named]:
            raise DeployError(f"{instance}.{view}() is {found}, not {named} at {addresses[named]}")


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


def _creations(addresses: dict[str, str], *, operator: str, bank: str) -> list[Creation]:
    participants, receivables = addresses["Participants"], addresses["Receivables"]
    currency = hex0x(b"CNY")
    args: dict[str, list[Any]] = {
        "AccessManager": [operator],
        "Participants": [addresses["AccessManager"]],
        "DepositTokenCNY": [participants, bank, deposit_token_name("CNY"), "dCNY", currency, 2],
        "Receivables": [participants, addresses["Discounting"], addresses["Settlement"]],
        "Discounting": [participants, receivables],
        "Settlement": [participants, receivables],
        "Anchors": [participants],
    }
    return [Creation(instance, instance.removesuffix("CNY"), args[instance]) for instance in ORDER]


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
    resource = {"type": "contract" if isinstance(call, Creation) else "participant", "id": address}
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
