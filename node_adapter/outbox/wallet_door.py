"""What a client's own wallet signed comes in here. The node is asked before the database is held, never meanwhile."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import insert
from sqlalchemy.orm import Session

from node_adapter.outbox import faults
from node_adapter.outbox.commands import SignatureNotAwaited, StaleNonce
from node_adapter.outbox.models import Attempt, AttemptKind, Operation, OperationState
from node_adapter.outbox.order import SIGN_LOCK, highest_nonce, lock, next_number
from node_adapter.outbox.own_wallet import ToSign, check_transaction, check_typed_data, hash_of
from node_adapter.words import hex0x

if TYPE_CHECKING:
    from node_adapter.outbox.outbox import Outbox


def take(outbox: "Outbox", operation_id: str, signatures: list[str]) -> Operation:
    """Takes what the wallet signed, in a transaction of its own. The same signatures again change nothing.

    Raises NoSuchOperation, SignatureMismatch, SignatureNotAwaited, PolicyRefused; NodeError; StaleNonce, whose fresh
    `to_sign` is stored; ContractReverted where a transaction is to be signed next and would be refused by now.
    """
    operation = outbox.operation(operation_id)
    if not _waits(operation):
        return _taken_before(operation, signatures)
    assert operation.to_sign is not None
    assert operation.wallet is not None
    if operation.to_sign[0]["type"] == "transaction":
        return _take_transaction(outbox, operation, signatures)
    checked = check_typed_data(operation.to_sign, signatures, operation.wallet)
    for item in operation.to_sign:
        outbox.keyring.permit_typed_data(operation.wallet, item["data"], signed=True)
    to_sign = None
    if operation.signer is not None and not outbox.keyring.holds(operation.signer):
        operation.signatures = checked
        to_sign = outbox.chain.to_sign(outbox.request_of(operation), outbox.stored_nonce(operation.signer) + 1)
    with Session(outbox.engine, expire_on_commit=False) as session, session.begin():
        row = session.get_one(Operation, operation_id, with_for_update=True)
        if not _waits(row) or row.to_sign != operation.to_sign:
            return _taken_before(row, signatures)
        row.signatures = checked
        for name, value in outbox.completed(row.kind, row.signer, to_sign).items():
            setattr(row, name, value)
        return row


def refresh(outbox: "Outbox", operation_id: str) -> ToSign:
    """See Outbox.refresh_to_sign."""
    operation = outbox.operation(operation_id)
    if not _waits(operation) or operation.signer is None or operation.to_sign is None:
        raise SignatureNotAwaited(operation.id, operation.state)
    if operation.to_sign[0]["type"] != "transaction":
        return operation.to_sign
    fresh = outbox.chain.to_sign(outbox.request_of(operation), outbox.stored_nonce(operation.signer) + 1)
    with Session(outbox.engine) as session, session.begin():
        row = session.get_one(Operation, operation_id, with_for_update=True)
        if not _waits(row) or row.to_sign != operation.to_sign:
            raise SignatureNotAwaited(row.id, row.state)
        row.to_sign = fresh
    return fresh


def _take_transaction(outbox: "Outbox", operation: Operation, signatures: list[str]) -> Operation:
    """The wallet's own transaction, if it is the one handed out and its turn has not passed."""
    wallet, to_sign = operation.wallet, operation.to_sign
    assert wallet is not None
    assert to_sign is not None
    transaction, signed = check_transaction(to_sign, signatures, wallet)
    outbox.keyring.permit_transaction(wallet, transaction, signed=True)
    look = outbox.chain.look([wallet], None)
    with Session(outbox.engine, expire_on_commit=False) as session, session.begin():
        connection = session.connection()
        lock(connection, SIGN_LOCK)
        row = session.get_one(Operation, operation.id, with_for_update=True)
        if not _waits(row) or row.to_sign != to_sign:
            return _taken_before(row, signatures)
        fresh = transaction.nonce == max(highest_nonce(connection, wallet) + 1, look.counts[wallet])
        if fresh:
            row.nonce, row.gas, row.tx_hash = transaction.nonce, transaction.gas, signed.tx_hash
            row.signed_sequence = next_number(connection, Operation.signed_sequence)
            row.state = OperationState.SIGNED
            row.signed_at = int(time.time())
            row.to_sign = row.wallet = None
            session.flush()
            attempt = {
                "operation_id": row.id,
                "number": 0,
                "kind": AttemptKind.ORIGINAL,
                "tx_hash": signed.tx_hash,
                "raw": hex0x(signed.raw),
                "max_fee": transaction.max_fee_per_gas,
                "max_priority_fee": transaction.max_priority_fee_per_gas,
                "created_at": row.signed_at,
                "block_seen": look.head[0],
            }
            session.execute(insert(Attempt), attempt)
            faults.reach("wallet.stored")
    if not fresh:
        raise StaleNonce(refresh(outbox, operation.id))
    return row


def _waits(operation: Operation) -> bool:
    return operation.state == OperationState.AWAITING_SIGNATURE and bool(operation.to_sign)


def _taken_before(operation: Operation, signatures: Sequence[str]) -> Operation:
    """The operation, if these very signatures completed it. Raises SignatureNotAwaited."""
    given = [signature.lower() for signature in signatures]
    if given == operation.signatures or (operation.tx_hash is not None and hash_of(given) == operation.tx_hash):
        return operation
    raise SignatureNotAwaited(operation.id, operation.state)
