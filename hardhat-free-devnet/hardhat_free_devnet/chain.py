"""What a devnet allows and a real network does not, and how its head is read."""

from collections.abc import Iterable
from typing import NamedTuple

from hardhat_free_devnet.rpc import rpc

FUNDED_WEI = 10**24
"""A million ether: gas for ever. Ether is worth nothing here; roles decide who may do what."""


class Head(NamedTuple):
    number: int
    hash: str
    timestamp_s: int


def head(url: str) -> Head:
    block = rpc(url, "eth_getBlockByNumber", "latest", False)
    return Head(int(block["number"], 16), block["hash"], int(block["timestamp"], 16))


def fund(url: str, addresses: Iterable[str]) -> None:
    """Fills each account up to FUNDED_WEI. Safe to repeat, and to be repeated at each start: a balance set this way is
    in no block, so a killed node may have lost it."""
    for address in addresses:
        if int(rpc(url, "eth_getBalance", address, "latest"), 16) < FUNDED_WEI // 2:
            rpc(url, "anvil_setBalance", address, hex(FUNDED_WEI))
