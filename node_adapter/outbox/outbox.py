"""The door to the outbox: a command becomes a row, and a signature completes one. The worker does the rest.

`accept` runs in the caller's transaction, so that the caller's own rows go with it; nothing here asks a node while a
transaction is open. Nothing is sent from here: what is stored is sent, and only that.
"""

import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select
from sqlalchemy.orm import Session

from node_adapter.client import NodeClient
from node_adapter.codec import encode_call, encode_creation
from node_adapter.db import read_only
from node_adapter.deployments import Deployments
from node_adapter.networks import Network, by_chain_id
from node_adapter.outbox import faults, wallet_door
from node_adapter.outbox.calldata import fill_signatures, to_json
from node_adapter.outbox.chain import Chain, Request
from node_adapter.outbox.commands import (
    AlreadyAccepted,
    Call,
    Command,
    Creation,
    IdempotencyKeyReused,
    NoSuchOperation,
    NotSimulated,
    OperationIdTaken,
)
from node_adapter.outbox.leases import know_signers
from node_adapter.outbox.models import Operation, OperationState
from node_adapter.outbox.order import ACCEPT_LOCK, highest_nonce, lock, new_id, next_number
from node_adapter.outbox.own_wallet import ToSign
from node_adapter.signers import Signer, Signers
from node_adapter.transactions import Transaction

ACCEPT_MAX = 500
"""Commands accepted in one transaction: others wait for it."""
PREPARED_MAX = 256
DUMMY_SIGNATURE = "0x" + "00" * 65
ACCEPTS_ALL = "0x631626ba7e60e01b60005260206000f3"
"""Runtime code of an ERC-1271 wallet that finds every signature valid: PUSH4 magic, shift, store, return. A call is
tried with it in the place of a wallet whose signature is still to come, and all the other rules are checked already."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What `simulate` found out for `accept`, which must ask neither node nor signer."""

    signatures: list[str] | None
    to_sign: ToSign | None


_OPERATION: Any = Operation.__table__


class Outbox:
    def __init__(
        self,
        engine: Engine,
        client: NodeClient,
        deployments: Deployments,
        signer: Signer,
        *,
        network: Network | None = None,
    ) -> None:
        """`signer`: usually `Signers`, with a policy; else without one.

        `network`: the descriptor, if not the one that `node_adapter.networks` has for the deployments' chain.
        """
        self.engine = engine
        self.client = client
        self.deployments = deployments
        self.keyring = signer if isinstance(signer, Signers) else Signers([signer])
        self.chain = Chain(client, network or by_chain_id(deployments.chain_id))
        self.stuck: dict[str, str] = {}
        """Signer → why its next operation is not mined, where no rule helps any more: an operator is wanted."""
        self.retries = 0
        """How often this process sent bytes again."""
        self._woken = threading.Event()
        self._prepared: OrderedDict[tuple[str, str, str], _Prepared] = OrderedDict()

    def __repr__(self) -> str:
        return f"<Outbox of chain {self.deployments.chain_id}, {self.keyring!r}>"

    def find(self, organisation: str, idempotency_key: str, request_hash: str) -> Operation | None:
        """The operation of a request that came before. Raises IdempotencyKeyReused if it was another request."""
        with Session(read_only(self.engine), expire_on_commit=False) as session:
            return _find(session, organisation, idempotency_key, request_hash)

    def operation(self, operation_id: str) -> Operation:
        """Raises NoSuchOperation."""
        with Session(read_only(self.engine), expire_on_commit=False) as session:
            found = session.get(Operation, operation_id)
        if found is None:
            raise NoSuchOperation(operation_id)
        return found

    def simulate(self, command: Command) -> None:
        """Tries the call on the newest block; stores nothing and holds no lock. Raises ContractReverted, NodeError.

        A message that a client's wallet has still to sign is taken as signed, see ACCEPTS_ALL.
        """
        # A message that a hosted key signs is signed once the rest is known to pass: a policy counts what was signed.
        late = self._signs_late(command)
        signed = None if late else self._sign_hosted(command)
        for message in command.sign if signed is None and command.sign_as else ():
            self.keyring.permit_typed_data(str(command.sign_as), message, signed=False)
        to_sign = None
        if command.call is not None and command.sender is not None:
            trusting = [command.sign_as] if signed is None and command.sign_as else []
            request = self._request(command.call, command.sender, signed or [DUMMY_SIGNATURE] * len(command.sign))
            if self.keyring.holds(command.sender):
                self.keyring.unlock(command.sender)
            elif not trusting:
                to_sign = self.chain.to_sign(request, self.stored_nonce(command.sender) + 1)
                transaction = Transaction.from_json(to_sign[0]["data"])
                self.keyring.permit_transaction(command.sender, transaction, signed=False)
            if to_sign is None:
                overrides = {address: {"code": ACCEPTS_ALL} for address in trusting}
                self.client.simulate(request.to_json(), overrides=overrides)
        if late:
            signed = self._sign_hosted(command)
        if command.sign or to_sign is not None:
            self._prepared[_key(command)] = _Prepared(signed, to_sign)
            while len(self._prepared) > PREPARED_MAX:
                self._prepared.popitem(last=False)

    def accept(self, session: Session, command: Command) -> Operation:
        """Stores the command as an operation in the caller's transaction; commit, then `wake`. What is returned says
        what was stored, and belongs to no session.

        Raises AlreadyAccepted, IdempotencyKeyReused, OperationIdTaken, and NotSimulated where the sender is a client's
        wallet and `simulate` did not come before.
        """
        return Operation(**self._store(session, [command])[0])

    def accept_all(self, session: Session, commands: Sequence[Command]) -> list[str]:
        """At most ACCEPT_MAX at once, in this order: all, or none; their ids. As `accept`."""
        if len(commands) > ACCEPT_MAX:
            raise ValueError(f"{len(commands)} commands at once, at most {ACCEPT_MAX}")
        return [row["id"] for row in self._store(session, commands)]

    def _store(self, session: Session, commands: Sequence[Command]) -> list[dict[str, Any]]:
        """The rows. No objects of the mapper's, which cost twice what storing does."""
        connection = session.connection()
        lock(connection, ACCEPT_LOCK)
        _refuse_known(connection, commands)
        first = next_number(connection, Operation.sequence)
        rows = [self._values(command) | {"sequence": first + place} for place, command in enumerate(commands)]
        connection.execute(insert(_OPERATION), rows)
        know_signers(connection, sorted({command.sender for command in commands if command.sender is not None}))
        faults.reach("accept.stored")
        return rows

    def signature(self, operation_id: str, signatures: list[str]) -> Operation:
        """Takes what the client's wallet signed, in a transaction of its own; see `wallet_door`. Raises OutboxError."""
        return wallet_door.take(self, operation_id, signatures)

    def refresh_to_sign(self, operation_id: str) -> ToSign:
        """What the wallet is to sign, with a transaction's nonce, gas and fees as of now, and stored.

        Raises NoSuchOperation, SignatureNotAwaited; ContractReverted if the call would be refused by now; NodeError.
        """
        return wallet_door.refresh(self, operation_id)

    def completed(self, kind: str, signer: str | None, to_sign: ToSign | None) -> dict[str, Any]:
        """What changes in an operation once its messages are all signed: the record is complete, or the transaction is
        next. Raises NotSimulated."""
        if signer is None:
            return {"state": OperationState.DONE, "wallet": None, "to_sign": None}
        if self.keyring.holds(signer):
            return {"state": OperationState.PENDING, "wallet": None, "to_sign": None}
        if to_sign is None:
            raise NotSimulated(kind)
        return {"state": OperationState.AWAITING_SIGNATURE, "wallet": signer, "to_sign": to_sign}

    def stored_nonce(self, signer: str) -> int:
        """The highest nonce of the signer in the table, -1 if none."""
        with read_only(self.engine).connect() as connection:
            return highest_nonce(connection, signer)

    def wake(self) -> None:
        """Tells the worker of this process that there is something to do. Call it after the commit."""
        faults.reach("accept.committed")
        self._woken.set()

    def wait(self, timeout_s: float) -> None:
        """The worker's pause: until woken, at most `timeout_s`."""
        if self._woken.wait(timeout_s):
            self._woken.clear()

    def request_of(self, operation: Operation | Row[Any]) -> Request:
        """The call or creation of a stored operation. Raises ValueError if its arguments do not fit the ABI."""
        assert operation.contract is not None
        assert operation.instance is not None
        assert operation.signer is not None
        if operation.function is None:
            return Request(operation.signer, None, encode_creation(operation.contract, operation.args))
        args = fill_signatures(operation.args, operation.signatures or [])
        to = self.deployments.address(operation.instance)
        return Request(operation.signer, to, encode_call(operation.contract, operation.function, args))

    def _values(self, command: Command) -> dict[str, Any]:
        """Of the operation's row, but for its place in the order."""
        prepared = self._prepared.pop(_key(command), None) or _Prepared(self._sign_hosted(command), None)
        call = command.call
        if command.sign and prepared.signatures is None:
            to_sign = [{"type": "typed_data", "data": message} for message in command.sign]
            standing = {"state": OperationState.AWAITING_SIGNATURE, "wallet": command.sign_as, "to_sign": to_sign}
        else:
            standing = self.completed(command.kind, command.sender, prepared.to_sign)
        return standing | {
            "id": command.id or new_id(),
            "organisation": command.organisation,
            "idempotency_key": command.idempotency_key,
            "request_hash": command.request_hash,
            "kind": command.kind,
            "resource": to_json(command.resource),
            "subject": command.subject,
            "instance": call.instance if call else None,
            "contract": self._contract(call),
            "function": call.function if isinstance(call, Call) else None,
            "args": to_json(call.args) if call else [],
            "signer": command.sender,
            "created_at": int(time.time()),
            "signatures": prepared.signatures,
        }

    def _request(self, call: Call | Creation, sender: str, signatures: Sequence[str]) -> Request:
        if isinstance(call, Creation):
            return Request(sender, None, encode_creation(call.contract, call.args))
        args = fill_signatures(call.args, signatures)
        contract = self.deployments[call.instance].contract
        return Request(sender, self.deployments.address(call.instance), encode_call(contract, call.function, args))

    def _contract(self, call: Call | Creation | None) -> str | None:
        if isinstance(call, Call):
            return self.deployments[call.instance].contract
        return call.contract if call else None

    def _signs_late(self, command: Command) -> bool:
        """Whether the call can be tried with its messages unsigned, and they are a hosted key's."""
        if command.call is None or command.sender is None or command.sign_as in (None, command.sender):
            return False
        return self.keyring.holds(command.sender) and self.keyring.holds(str(command.sign_as))

    def _sign_hosted(self, command: Command) -> list[str] | None:
        """The messages' signatures if the server holds the key (none to sign: an empty list), else None."""
        signer = command.sign_as
        if signer is None:
            return []
        if not self.keyring.holds(signer):
            return None
        return [self.keyring.sign_typed_data(signer, message) for message in command.sign]


def _key(command: Command) -> tuple[str, str, str]:
    return command.organisation, command.idempotency_key, command.request_hash


def _refuse_known(connection: Connection, commands: Sequence[Command]) -> None:
    """Raises AlreadyAccepted, IdempotencyKeyReused, OperationIdTaken where a command was given before."""
    keys: dict[str, list[str]] = defaultdict(list)
    for command in commands:
        keys[command.organisation].append(command.idempotency_key)
    ids = [command.id for command in commands if command.id is not None]
    query = select(Operation.id, Operation.organisation, Operation.idempotency_key, Operation.request_hash)
    known: dict[tuple[str, str], Row[Any]] = {}
    for organisation, some in keys.items():  # SQLite finds pairs of one list by reading all that the organisation has
        where = (Operation.organisation == organisation, Operation.idempotency_key.in_(some))
        known |= {(row.organisation, row.idempotency_key): row for row in connection.execute(query.where(*where))}
    for command in commands:
        row = known.get((command.organisation, command.idempotency_key))
        if row is not None and row.request_hash != command.request_hash:
            raise IdempotencyKeyReused(command.idempotency_key, row.id)
        if row is not None:
            raise AlreadyAccepted(row.id)
    taken = connection.scalar(select(Operation.id).where(Operation.id.in_(ids)).limit(1)) if ids else None
    if taken is not None:
        raise OperationIdTaken(taken)


def _find(session: Session, organisation: str, idempotency_key: str, request_hash: str) -> Operation | None:
    operation = session.scalar(
        select(Operation).where(Operation.organisation == organisation, Operation.idempotency_key == idempotency_key)
    )
    if operation is not None and operation.request_hash != request_hash:
        raise IdempotencyKeyReused(idempotency_key, operation.id)
    return operation
