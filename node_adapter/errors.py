"""What can go wrong between us and the chain, named once.

NodeError: the node did not do its job, and the same call may work later. ContractReverted: the contract said no, by one
of its own named errors, and will say so again.
"""

from functools import cache
from typing import Any

from node_adapter.artifacts import CONTRACTS, abi, canonical_type, signature
from node_adapter.words import from_hex, keccak, plain_struct

UNKNOWN = "UnknownRevert"
"""Revert data that is none of our contracts' errors; it is kept in `data`, never hidden."""

_ERROR_STRING = {"type": "error", "name": "Error", "inputs": [{"name": "message", "type": "string"}]}
_PANIC = {"type": "error", "name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]}


class NodeError(Exception):
    """The node did not do its job; the same call may work later."""


class NodeUnavailable(NodeError):
    """No answer: nobody listens, the connection broke, or it took too long. Whether a send arrived is not known."""


class NodeBusy(NodeUnavailable):
    """The node asks to be left alone for a while (429, 503), `retry_after_s` where it says for how long."""

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class NodeRefused(NodeError):
    """The node answered with a JSON-RPC error that is no revert: `code` and `message` are its own."""

    def __init__(self, method: str, code: int, message: str) -> None:
        super().__init__(f"{method}: the node answers {code}: {message}")
        self.method = method
        self.code = code
        self.message = message


class NodeUntrustworthy(NodeError):
    """The node answered, and the answer contradicts the question or itself. Nothing of it was used."""


class WrongChain(NodeError):
    """Another network than the one this data belongs to. Nothing may be read from it or sent to it."""


class ContractReverted(Exception):
    """The contract said no. `name` is the Solidity error's, `params` its values by snake_case name."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(f"{name}({', '.join(f'{key}={value}' for key, value in params.items())})")
        self.name = name
        self.params = params


@cache
def custom_errors() -> dict[bytes, dict[str, Any]]:
    """The ABI entry of every error that our contracts and the libraries in them can raise, by its 4-byte selector."""
    entries = [entry for contract in CONTRACTS for entry in abi(contract) if entry["type"] == "error"]
    return {keccak(signature(entry).encode())[:4]: entry for entry in [*entries, _ERROR_STRING, _PANIC]}


def decode_revert(data: str | None) -> ContractReverted:
    """Revert data → the contract's own error; None and no data (a bare `revert()`) are an unknown one."""
    from eth_abi.abi import decode
    from eth_abi.exceptions import DecodingError

    try:
        raw = from_hex(data or "0x")
    except ValueError:
        return ContractReverted(UNKNOWN, {"data": data})
    entry = custom_errors().get(raw[:4])
    if entry is None:
        return ContractReverted(UNKNOWN, {"data": data or "0x"})
    try:
        values = decode([canonical_type(field) for field in entry["inputs"]], raw[4:])
    except DecodingError:
        return ContractReverted(UNKNOWN, {"data": data})
    return ContractReverted(entry["name"], plain_struct(entry["inputs"], values))
