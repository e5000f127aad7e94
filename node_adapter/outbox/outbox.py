"""The door to the outbox: a command becomes a row, and a signature completes one. The worker does the rest.

Everything that changes a row here runs in the caller's transaction, so that the caller's own rows go with it. Nothing
is sent from here: what is stored is sent, and only that.
"""

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, Row, ScalarResult, func, select, text
from sqlalchemy.orm import Session, object_session

from node_adapter.client import NodeClient
from node_adapter.codec import encode_call, encode_creation
from node_adapter.db import read_only
from node_adapter.deployments import Deployments
from node_adapter.keyring import Keyring
from node_adapter.networks import Network, by_chain_id
from node_adapter.outbox import own_wallet
from node_adapter.outbox.calldata import fill_signatures, to_json
from node_adapter.outbox.chain import Chain, Request
from node_adapter.outbox.commands import (
    AlreadyAccepted,
    Call,
    Command,
    Creation,
    IdempotencyKeyReused,
    SignatureNotAwaited,
    StaleNonce,
)
from node_adapter.outbox.models import Operation, OperationState
from node_adapter.words import hex0x

ACCEPT_LOCK = 0x5CF_0001
"""PostgreSQL's advisory lock of those who hand out sequence numbers; SQLite has one writer anyway."""
PREPARED_MAX = 256
DUMMY_SIGNATURE = "0x" + "00" * 65
ACCEPTS_ALL = "0x631626ba7e60e01b60005260206000f3"
"""Runtime code of an ERC-1271 wallet that finds every signature valid: PUSH4 magic, shift, store, return. A call is
tried with it in the place of a wallet whose signature is still to come, and all the other rules are checked already."""


class Outbox:
    def __init__(
        self,
        engine: Engine,
        client: NodeClient,
        deployments: Deployments,
        keyring: Keyring,
        *,
        network: Network | None = None,
    ) -> None:
        """`network`: the descriptor, if not the one that `node_adapter.networks` has for the deployments' chain."""
        self.engine = engine
        self.client = client
        self.deployments = deployments
        self.keyring = keyring
        self.chain = Chain(client, network or by_chain_id(deployments.chain_id))
        self._woken = threading.Event()
        self._prepared: OrderedDict[tuple[str, str, str], own_wallet.ToSign] = OrderedDict()

    def __repr__(self) -> str:
        return f"<Outbox of chain {self.deployments.chain_id}, {self.keyring!r}>"

    def find(self, organisation: str, idempotency_key: str, request_hash: str) -> Operation | None:
        """The operation of a request that came before. Raises IdempotencyKeyReused if it was another request."""
        with Session(read_only(self.engine), expire_on_commit=False) as session:
            return _find(session, organisation, idempotency_key, request_hash)

    def simulate(self, command: Command) -> None:
        """Tries the call on the newest block; stores nothing and holds no lock. Raises ContractReverted, NodeError.

        A message that a client's wallet has still to sign is taken as signed, see ACCEPTS_ALL.
        """
        if command.call is None or command.sender is None:
            self._sign_hosted(command)  # unlocks the key before the database is held
            return
        signatures = self._sign_hosted(command)
        trusting = []
        if signatures is None:
            signatures = [DUMMY_SIGNATURE] * len(command.sign)
            trusting = [command.sign_as] if command.sign_as else []
        request = self._request(command.call, command.sender, signatures)
        if self.keyring.holds(command.sender):
            self.keyring.unlock(command.sender)
        elif not trusting:
            key = (command.organisation, command.idempotency_key, command.request_hash)
            self._prepared[key] = self.chain.to_sign(request, self._stored_nonce(command.sender))
            while len(self._prepared) > PREPARED_MAX:
                self._prepared.popitem(last=False)
            return
        self.client.simulate(request.to_json(), overrides={address: {"code": ACCEPTS_ALL} for address in trusting})

    def accept(self, session: Session, command: Command) -> Operation:
        """Stores the command as an operation in the caller's transaction; commit, then `wake`.

        Raises AlreadyAccepted, IdempotencyKeyReused; ContractReverted or NodeError only where the sender is a client's
        wallet and the command was not simulated before.
        """
        lock(session)
        existing = _find(session, command.organisation, command.idempotency_key, command.request_hash)
        if existing is not None:
            raise AlreadyAccepted(existing.id)
        call = command.call
        operation = Operation(
            id=uuid.uuid4().hex,
            sequence=_next(session, Operation.sequence),
            organisation=command.organisation,
            idempotency_key=command.idempotency_key,
            request_hash=command.request_hash,
            kind=command.kind,
            resource=to_json(command.resource),
            subject=command.subject,
            instance=call.instance if call else None,
            contract=self._contract(call),
            function=call.function if isinstance(call, Call) else None,
            args=to_json(call.args) if call else [],
            signer=command.sender,
            created_at=int(time.time()),
            signatures=self._sign_hosted(command),
        )
        if command.sign and operation.signatures is None:
            operation.state = OperationState.AWAITING_SIGNATURE
            operation.wallet = command.sign_as
            operation.to_sign = [{"type": "typed_data", "data": message} for message in command.sign]
        else:
            self._after_messages(operation)
        session.add(operation)
        session.flush()
        return operation

    def signature(self, session: Session, operation: Operation, signatures: list[str]) -> Operation:
        """Takes what the wallet signed. The same signatures a second time change nothing.

        Raises SignatureMismatch, SignatureNotAwaited, and StaleNonce (commit before answering that one).
        """
        lock(session)
        session.refresh(operation)
        if operation.state != OperationState.AWAITING_SIGNATURE or operation.wallet is None or not operation.to_sign:
            given = [signature.lower() for signature in signatures]
            if given in (operation.signatures, [operation.raw]):
                return operation
            raise SignatureNotAwaited(operation.id, operation.state)
        if operation.to_sign[0]["type"] == "typed_data":
            operation.signatures = own_wallet.check_typed_data(operation.to_sign, signatures, operation.wallet)
            self._after_messages(operation)
        else:
            transaction, signed = own_wallet.check_transaction(operation.to_sign, signatures, operation.wallet)
            if transaction.nonce != self._next_nonce(session, operation.wallet):
                raise StaleNonce(self.refresh_to_sign(operation))
            operation.nonce, operation.gas = transaction.nonce, transaction.gas
            operation.raw, operation.tx_hash = hex0x(signed.raw), signed.tx_hash
            operation.signed_sequence = _next(session, Operation.signed_sequence)
            operation.state = OperationState.SIGNED
            operation.signed_at = int(time.time())
        session.flush()
        return operation

    def refresh_to_sign(self, operation: Operation) -> own_wallet.ToSign:
        """What the wallet is to sign, with a transaction's nonce, gas and fees as of now; in the row once committed.

        Raises ContractReverted if the call would be refused by now, NodeError.
        """
        waits = operation.state == OperationState.AWAITING_SIGNATURE and operation.to_sign
        if not waits or operation.signer is None or operation.to_sign is None:
            raise SignatureNotAwaited(operation.id, operation.state)
        if operation.to_sign[0]["type"] == "transaction":
            stored = self._stored_nonce(operation.signer, object_session(operation))
            operation.to_sign = self.chain.to_sign(self.request_of(operation), stored)
        return operation.to_sign

    def wake(self) -> None:
        """Tells the worker of this process that there is something to do. Call it after the commit."""
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

    def _sign_hosted(self, command: Command) -> list[str] | None:
        """The messages' signatures if the server holds the key (none to sign: an empty list), else None."""
        signer = command.sign_as
        if signer is None:
            return []
        if not self.keyring.holds(signer):
            return None
        return [self.keyring.sign_typed_data(signer, message) for message in command.sign]

    def _after_messages(self, operation: Operation) -> None:
        """All messages are signed: the record is complete, or the transaction is next."""
        operation.to_sign = None
        operation.wallet = None
        if operation.signer is None:
            operation.state = OperationState.DONE
        elif self.keyring.holds(operation.signer):
            operation.state = OperationState.PENDING
        else:
            key = (operation.organisation, operation.idempotency_key, operation.request_hash)
            operation.state = OperationState.AWAITING_SIGNATURE
            operation.wallet = operation.signer
            operation.to_sign = self._prepared.pop(key, None) or self.chain.to_sign(
                self.request_of(operation), self._stored_nonce(operation.signer)
            )

    def _next_nonce(self, session: Session, signer: str) -> int:
        return max(self._stored_nonce(signer, session) + 1, self.client.nonce(signer))

    def _stored_nonce(self, signer: str, session: Session | None = None) -> int:
        """The highest nonce of the signer in the table, -1 if none."""
        highest = select(func.max(Operation.nonce)).where(Operation.signer == signer)
        if session is not None:
            found = session.scalar(highest)
        else:
            with Session(read_only(self.engine)) as own:
                found = own.scalar(highest)
        return -1 if found is None else found


def lock(session: Session) -> None:
    """Until the transaction ends, nobody else hands out sequence numbers: the order of rows is the order of commits."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ACCEPT_LOCK})


def _next(session: Session, column: Any) -> int:
    highest: ScalarResult[int | None] = session.scalars(select(func.max(column)))
    return (highest.one() or 0) + 1


def _find(session: Session, organisation: str, idempotency_key: str, request_hash: str) -> Operation | None:
    operation = session.scalar(
        select(Operation).where(Operation.organisation == organisation, Operation.idempotency_key == idempotency_key)
    )
    if operation is not None and operation.request_hash != request_hash:
        raise IdempotencyKeyReused(idempotency_key, operation.id)
    return operation
