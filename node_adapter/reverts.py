"""Tells a contract's refusal from a node's: nodes agree on neither code nor place of the revert data."""

import re
from typing import Any

from node_adapter.errors import ContractReverted, decode_revert
from node_adapter.rpc import RpcError

EXECUTION_FAILED = "ExecutionFailed"
"""Execution ended without a revert: out of gas, or an instruction that is none. The same call will fail again."""

_REVERTED = re.compile(r"revert", re.IGNORECASE)
_FAILED = re.compile(
    r"out of gas|outofgas|gas required exceeds|invalid opcode|invalidfeopcode|opcodenotfound|stack (over|under)flow"
    r"|stack(over|under)flow|invalid jump|invalidjump",
    re.IGNORECASE,
)
_DATA = re.compile(r"0x(?:[0-9a-fA-F]{2})*")


def contract_refusal(error: RpcError) -> ContractReverted | None:
    """The refusal that an error of eth_call or eth_estimateGas is, or None where the node itself refused."""
    said = error.message + (error.data if isinstance(error.data, str) else "")
    if error.code == 3 or _REVERTED.search(said):
        return decode_revert(_revert_data(error.data))
    if _FAILED.search(error.message):
        return ContractReverted(EXECUTION_FAILED, {"message": error.message})
    return None


def _revert_data(data: Any) -> str | None:
    """Hex itself (geth, anvil, Besu), after a word ("Reverted 0x…"), or some levels down in objects."""
    if isinstance(data, str):
        found = _DATA.search(data)
        return found[0] if found else None
    if isinstance(data, dict):
        for key in ("data", "result", "return", "output", "originalError"):
            if (found_in := _revert_data(data.get(key))) is not None:
                return found_in
        return next((hit for value in data.values() if isinstance(value, dict) and (hit := _revert_data(value))), None)
    return None
