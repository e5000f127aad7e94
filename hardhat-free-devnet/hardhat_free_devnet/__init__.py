"""The pinned chain tools and the one-machine devnet. Imported by `scripts` and tests only."""

from hardhat_free_devnet.anvil import Anvil, AnvilError
from hardhat_free_devnet.chain import fund
from hardhat_free_devnet.durable import StateError, clock_offset_s, save_state, shift_clock
from hardhat_free_devnet.parent import dies_with_parent
from hardhat_free_devnet.rpc import RpcError, rpc

__all__ = [
    "Anvil",
    "AnvilError",
    "RpcError",
    "StateError",
    "clock_offset_s",
    "dies_with_parent",
    "fund",
    "rpc",
    "save_state",
    "shift_clock",
]
