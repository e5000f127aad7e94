"""What differs between networks, one frozen descriptor each: no code elsewhere asks what kind of node it talks to."""

from dataclasses import dataclass
from enum import StrEnum


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

    def __post_init__(self) -> None:
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
)

NETWORKS: dict[int, Network] = {DEVNET.chain_id: DEVNET}


def by_chain_id(chain_id: int) -> Network:
    """The descriptor of a chain. Raises KeyError where there is none: finality is never guessed."""
    try:
        return NETWORKS[chain_id]
    except KeyError:
        raise KeyError(f"chain {chain_id} has no descriptor in node_adapter/networks.py") from None
