"""A contract's function as a question to a node: its parts, its block, its answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from node_adapter.codec import decode_output
from node_adapter.errors import NodeUntrustworthy

Block = int | str
"""A number, "latest" or "pending", or a block's hash."""


@dataclass(frozen=True, slots=True)
class Call:
    contract: str
    address: str
    function: str
    args: Sequence[Any] = field(default=())


def block_parameter(block: Block) -> Any:
    """As JSON-RPC wants it; a block given by its hash must be canonical still (EIP-1898)."""
    if isinstance(block, int):
        return hex(block)
    return {"blockHash": block, "requireCanonical": True} if block.startswith("0x") else block


def message(address: str, data: str, sender: str | None = None) -> dict[str, str]:
    return {"to": address, "data": data} | ({"from": sender} if sender else {})


def decoded(contract: str, function: str, argument_count: int, answer: bytes) -> Any:
    try:
        return decode_output(contract, function, argument_count, answer)
    except ValueError as error:
        raise NodeUntrustworthy(str(error)) from error
