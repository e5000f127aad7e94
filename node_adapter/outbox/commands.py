"""What the outbox is asked to do, and what it refuses."""

import re
from dataclasses import dataclass, field
from typing import Any

from node_adapter.typed_data import TypedData

OPERATION_ID = re.compile(r"[0-9a-f]{32}")
CANCELLED = "Cancelled"
"""The error of an operation that an operator cancelled."""
NONCE_USED_ELSEWHERE = "NonceUsedElsewhere"
"""The error of an operation, and what stops a signer: somebody else used its key."""


@dataclass(frozen=True)
class Call:
    """`args` as JSON, see `codec`; `signature_placeholder(i)` where the i-th signature goes."""

    instance: str
    function: str
    args: list[Any]


@dataclass(frozen=True)
class Creation:
    """Makes the contract that the deployments file will know as `instance`."""

    instance: str
    contract: str
    args: list[Any]


@dataclass(frozen=True)
class Command:
    """One act of an organisation.

    `sender` is the account whose transaction it is, `sign_as` the account that signs the messages of `sign` before the
    call can be made. Either may be a key the server holds, or the client's own wallet. Without `call` there is nothing
    to send: the operation is a record of its signatures. `id` names the operation if the client does so itself.
    """

    organisation: str
    idempotency_key: str
    request_hash: str
    kind: str
    resource: dict[str, Any] | None = None
    subject: str | None = None
    call: Call | Creation | None = None
    sender: str | None = None
    sign: list[TypedData] = field(default_factory=list)
    sign_as: str | None = None
    id: str | None = None

    def __post_init__(self) -> None:
        if self.id is not None and not OPERATION_ID.fullmatch(self.id):
            raise OperationIdMalformed(self.id)
        if (self.call is None) != (self.sender is None):
            raise ValueError("a call has a sender, and what is not called has none")
        if bool(self.sign) != (self.sign_as is not None):
            raise ValueError("messages to sign and the account that signs them come together")


class OutboxError(Exception):
    """A request to the outbox that it refuses. Nothing was stored."""


class IdempotencyKeyReused(OutboxError):
    """The organisation used this key before, for another request."""

    def __init__(self, idempotency_key: str, operation_id: str) -> None:
        super().__init__(f"idempotency key {idempotency_key!r} was used for another request")
        self.idempotency_key = idempotency_key
        self.operation_id = operation_id


class AlreadyAccepted(OutboxError):
    """The same request was accepted between `find` and `accept`. Roll back, and answer with that operation."""

    def __init__(self, operation_id: str) -> None:
        super().__init__(f"operation {operation_id} is this request")
        self.operation_id = operation_id


class OperationIdMalformed(OutboxError):
    """The id that the client chose for its operation is none."""

    def __init__(self, operation_id: str) -> None:
        super().__init__(f"an operation's id is 32 lower-case hexadecimal digits, not {operation_id[:64]!r}")
        self.operation_id = operation_id


class OperationIdTaken(OutboxError):
    """The id that the client chose for its operation names another one."""

    def __init__(self, operation_id: str) -> None:
        super().__init__(f"operation {operation_id} exists and is another request; choose a new id")
        self.operation_id = operation_id


class NotSimulated(OutboxError):
    """A client's own wallet is to sign this transaction, and it was not prepared: `simulate` comes before `accept`."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"{kind} has no transaction to sign yet: simulate it, then accept it")


class ActImpossible(OutboxError):
    """An operator asked for what this operation or signer does not allow now. Nothing was changed."""


class NoSuchOperation(OutboxError):
    def __init__(self, operation_id: str) -> None:
        super().__init__(f"there is no operation {operation_id}; `scf outbox list` shows the newest")
        self.operation_id = operation_id


class NoSuchSigner(OutboxError):
    def __init__(self, address: str) -> None:
        super().__init__(f"no operation was ever signed with {address}; `scf outbox list` shows the signers")
        self.address = address


class SignatureNotAwaited(OutboxError):
    """The operation waits for no signature."""

    def __init__(self, operation_id: str, state: str) -> None:
        super().__init__(f"operation {operation_id} is {state} and waits for no signature")
        self.operation_id = operation_id
        self.state = state


class SignatureMismatch(OutboxError):
    """What came back is not a signature of exactly what was handed out, by the wallet it was handed to."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(f"signature {index}: {reason}")
        self.index = index
        self.reason = reason


class StaleNonce(OutboxError):
    """The wallet has sent something else meanwhile. The operation now holds a fresh `to_sign`.

    Commit the session before answering, else the fresh one is lost.
    """

    def __init__(self, to_sign: list[dict[str, Any]]) -> None:
        super().__init__("the wallet's nonce was used meanwhile; sign the fresh transaction")
        self.to_sign = to_sign


class WorkerBusy(Exception):
    """Another worker holds this database, or what this one was about to change. Nothing was stored."""


class LeaseLost(WorkerBusy):
    """A signer's lease ended while the worker was at it (it was paused, or the database was away)."""
