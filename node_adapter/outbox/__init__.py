"""The durable outbox: a command is a row before it is a transaction, and is mined exactly once."""

from node_adapter.outbox.calldata import signature_placeholder
from node_adapter.outbox.commands import (
    AlreadyAccepted,
    Call,
    Command,
    Creation,
    IdempotencyKeyReused,
    LeaseLost,
    NotSimulated,
    OperationIdMalformed,
    OperationIdTaken,
    OutboxError,
    SignatureMismatch,
    SignatureNotAwaited,
    StaleNonce,
    WorkerBusy,
)
from node_adapter.outbox.models import Base, Operation, OperationState
from node_adapter.outbox.outbox import Outbox
from node_adapter.outbox.worker import Worker

__all__ = [
    "AlreadyAccepted",
    "Base",
    "Call",
    "Command",
    "Creation",
    "IdempotencyKeyReused",
    "LeaseLost",
    "NotSimulated",
    "Operation",
    "OperationIdMalformed",
    "OperationIdTaken",
    "OperationState",
    "Outbox",
    "OutboxError",
    "SignatureMismatch",
    "SignatureNotAwaited",
    "StaleNonce",
    "Worker",
    "WorkerBusy",
    "signature_placeholder",
]
