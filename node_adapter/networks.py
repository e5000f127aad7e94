"""What differs between networks, one frozen descriptor each: no code elsewhere asks what kind of node it talks to.

A user adds one without code, in a TOML file (README, *Networks*). Finality is never guessed: a chain without a
descriptor is refused.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

NETWORKS_VARIABLE = "SCF_NETWORKS"
"""Names the file with the user's own networks."""
_OPTIONAL = {"confirmations", "mines_at_once"}


class NetworksUnreadable(Exception):
    """The file of networks is missing, or says what none of us understands; one line for the user."""


class UnknownNetwork(KeyError):
    """A chain without a descriptor."""

    def __str__(self) -> str:
        return str(self.args[0])


class Finality(StrEnum):
    INSTANT = "instant"
    """A block that is there stays (QBFT, IBFT, CometBFT)."""
    DEPTH = "depth"
    """A block stays once `confirmations` others are on top of it (Clique, a devnet)."""
    TAG = "finalized"
    """The node names the newest final block (`eth_getBlockByNumber("finalized")`)."""


class FeePolicy(StrEnum):
    FREE = "free"
    """Every fee is 0: validators take no base fee."""
    FEE_MARKET = "fee_market"
    """EIP-1559: the base fee of the newest block doubled, and no tip."""


class Headers(StrEnum):
    ETHEREUM = "ethereum"
    """The block's hash is that of the header's fields, and its extra data has at most 32 bytes."""
    CLIQUE = "clique"
    """The same, with the signer's signature in longer extra data (EIP-225)."""
    OTHER = "other"
    """The hash is of something else (QBFT leaves seals out, CometBFT has headers of its own): it is not checked."""


@dataclass(frozen=True, slots=True)
class Network:
    name: str
    chain_id: int
    finality: Finality
    confirmations: int
    """Blocks on top of a final one. 0 unless finality is by depth."""
    fees: FeePolicy
    max_log_range: int
    """The most blocks that one `eth_getLogs` may span here."""
    headers_commit_to_receipts: bool
    """The header's receiptsRoot is the root of its receipts, so that a log can be proven to who has the block hash."""
    headers: Headers = Headers.OTHER
    mines_at_once: bool = False
    """A block is made as soon as there is anything for it. So a batch is sent from its last nonce to its first: all
    wait for that one, and few blocks are made; and a node that makes none for some seconds has overlooked something."""

    def __post_init__(self) -> None:
        if self.chain_id < 1 or self.max_log_range < 1:
            raise ValueError(f"{self.name}: chain_id and max_log_range are positive")
        if (self.finality == Finality.DEPTH) != (self.confirmations > 0):
            raise ValueError(f"{self.name}: confirmations belong to finality by depth, and are positive")

    def is_final(self, block: int, head: int, finalized: int | None = None) -> bool:
        """Whether block number `block` can no longer vanish, when `head` is the newest.

        `finalized` is the number that the node names final, where finality is by tag; without it nothing there is.
        """
        return block <= self.last_final(head, finalized)

    def last_final(self, head: int, finalized: int | None = None) -> int:
        """The newest final block; negative where none is yet."""
        match self.finality:
            case Finality.INSTANT:
                return head
            case Finality.DEPTH:
                return head - self.confirmations
            case Finality.TAG:
                return -1 if finalized is None else min(finalized, head)


DEVNET = Network(
    name="devnet",
    chain_id=31_337,
    finality=Finality.DEPTH,
    # A killed anvil comes back up to a second or two behind (README, decision 3), at one block for each transaction.
    # 12 is deep enough for a person at work; a benchmark's burst can fall back further, which costs a label, not data.
    confirmations=12,
    fees=FeePolicy.FEE_MARKET,
    max_log_range=2_000,
    headers_commit_to_receipts=True,
    headers=Headers.ETHEREUM,
    mines_at_once=True,
)

CLIQUE = Network(
    name="clique-geth",
    chain_id=31_338,
    finality=Finality.DEPTH,
    # Of n sealers a minority can be on a fork; half of them and one more blocks deep a majority has sealed on top. 24
    # is enough for up to 46 sealers.
    confirmations=24,
    fees=FeePolicy.FEE_MARKET,
    max_log_range=2_000,
    headers_commit_to_receipts=True,
    headers=Headers.CLIQUE,
)

COMETBFT = Network(
    name="cometbft-evm",
    chain_id=31_339,
    finality=Finality.INSTANT,
    confirmations=0,
    fees=FeePolicy.FEE_MARKET,
    max_log_range=2_000,
    headers_commit_to_receipts=False,
    headers=Headers.OTHER,
)

QBFT = Network(
    name="besu-qbft",
    chain_id=31_340,
    finality=Finality.INSTANT,
    confirmations=0,
    fees=FeePolicy.FREE,
    max_log_range=5_000,
    headers_commit_to_receipts=True,
    headers=Headers.OTHER,
)

NETWORKS: Mapping[int, Network] = {network.chain_id: network for network in (DEVNET, CLIQUE, COMETBFT, QBFT)}


def by_chain_id(chain_id: int, networks: Mapping[int, Network] = NETWORKS) -> Network:
    """The descriptor of a chain. Raises UnknownNetwork where there is none: finality is never guessed."""
    try:
        return networks[chain_id]
    except KeyError:
        raise UnknownNetwork(
            f"chain {chain_id} has no descriptor: describe it in a file named by {NETWORKS_VARIABLE} "
            "(node_adapter/README.md, Networks)"
        ) from None


def load_networks(path: Path | None) -> Mapping[int, Network]:
    """Our networks, and those of the file if one is given. Raises NetworksUnreadable."""
    if path is None:
        return NETWORKS
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NetworksUnreadable(f"{path} is missing; it was named as the file of networks") from None
    except (OSError, ValueError) as error:
        raise NetworksUnreadable(f"{path} is no TOML: {error}") from None
    found = dict(NETWORKS)
    for name, table in document.items():
        if not isinstance(table, dict):
            raise NetworksUnreadable(f"{path}: {name} is no table; a network is one, as [{name}]")
        network = _from_table(path, name, table)
        if network.chain_id in found:
            other = found[network.chain_id].name
            raise NetworksUnreadable(f"{path}: [{name}]: chain {network.chain_id} is described already, as {other}")
        found[network.chain_id] = network
    return found


def _from_table(path: Path, name: str, table: dict[str, Any]) -> Network:
    kinds: dict[str, Any] = {field.name: field.type for field in fields(Network) if field.name != "name"}
    unknown, missing = sorted(table.keys() - kinds), sorted(kinds.keys() - table.keys() - _OPTIONAL)
    if unknown or missing:
        wrong = f"unknown {', '.join(unknown)}" if unknown else f"missing {', '.join(missing)}"
        raise NetworksUnreadable(f"{path}: [{name}]: {wrong}; the keys are {', '.join(kinds)}")
    values: dict[str, Any] = {"confirmations": 0}
    for key, value in table.items():
        kind = kinds[key]
        if issubclass(kind, StrEnum):
            if value not in list(kind):
                raise NetworksUnreadable(f"{path}: [{name}]: {key} is one of {', '.join(kind)}, not {value!r}")
            values[key] = kind(value)
        elif type(value) is not kind:
            raise NetworksUnreadable(f"{path}: [{name}]: {key} is of kind {kind.__name__}, not {value!r}")
        else:
            values[key] = value
    try:
        return Network(name=name, **values)
    except ValueError as error:
        raise NetworksUnreadable(f"{path}: [{name}]: {error}") from None
