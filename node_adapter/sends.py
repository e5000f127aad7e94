"""What became of a transaction that was sent: nodes agree on the words only."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from node_adapter.errors import NodeError
from node_adapter.rpc import RpcError
from node_adapter.words import hex0x, keccak


class SendOutcome(StrEnum):
    ACCEPTED = "accepted"
    KNOWN = "known"
    """The node has exactly these bytes already."""
    NONCE_USED = "nonce_used"
    """A transaction with this nonce is mined: these bytes, or others. Look for the receipt."""
    UNDERPRICED = "underpriced"
    """Another transaction with this nonce waits, and this one pays too little to take its place."""
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """No answer: it may have arrived or not."""


@dataclass(frozen=True, slots=True)
class SendResult:
    tx_hash: str
    """Of the bytes given, whatever the node said."""
    outcome: SendOutcome
    message: str = ""


def send_result(raw: bytes, answer: "Any | RpcError | NodeError") -> SendResult:
    tx_hash = hex0x(keccak(raw))
    if isinstance(answer, NodeError):
        return SendResult(tx_hash, SendOutcome.UNKNOWN, str(answer))
    if not isinstance(answer, RpcError):
        return SendResult(tx_hash, SendOutcome.ACCEPTED)
    text = answer.message.lower()
    outcome = SendOutcome.REFUSED
    if "already known" in text or "already imported" in text or "known transaction" in text:
        outcome = SendOutcome.KNOWN
    elif "nonce too low" in text or "nonce is too low" in text:
        outcome = SendOutcome.NONCE_USED
    elif "underpriced" in text:
        outcome = SendOutcome.UNDERPRICED
    return SendResult(tx_hash, outcome, answer.message)
