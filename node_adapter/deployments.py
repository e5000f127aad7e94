"""Where the contracts of one network live: addresses, and the blocks from which on they have events.

One JSON file per network:
{"chain_id", "genesis_hash", "contracts": {instance: {"contract", "address", "block", "tx"}}}.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from node_adapter.artifacts import CONTRACTS
from node_adapter.words import checksum_address, from_hex


class DeploymentsUnreadable(Exception):
    """The file is missing or not what it should be; the message is one line for the user."""


@dataclass(frozen=True, slots=True)
class Deployed:
    contract: str
    """The kind: several instances may be of one (DepositTokenCNY is a DepositToken)."""
    address: str
    block: int
    tx: str


@dataclass(frozen=True, slots=True)
class Deployments:
    chain_id: int
    genesis_hash: str
    contracts: dict[str, Deployed] = field(default_factory=dict)

    @property
    def first_block(self) -> int:
        """No event of the network is older."""
        return min(deployed.block for deployed in self.contracts.values())

    def address(self, instance: str) -> str:
        """Raises KeyError with the names there are."""
        return self[instance].address

    def __getitem__(self, instance: str) -> Deployed:
        try:
            return self.contracts[instance]
        except KeyError:
            names = ", ".join(sorted(self.contracts)) or "none"
            raise KeyError(f"{instance} is not deployed on chain {self.chain_id}; deployed are {names}") from None

    @classmethod
    def load(cls, path: Path) -> "Deployments":
        """Raises DeploymentsUnreadable."""
        try:
            content = json.loads(path.read_text())
            contracts = {name: _deployed(entry) for name, entry in content["contracts"].items()}
            return cls(int(content["chain_id"]), str(content["genesis_hash"]), contracts)
        except FileNotFoundError:
            raise DeploymentsUnreadable(f"{path} is missing: the contracts are not deployed yet") from None
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            # Not its repr: that of a decoding error holds the whole file.
            what = f"{type(error).__name__}: {error}"
            raise DeploymentsUnreadable(f"{path} is no deployments file ({what})") from error

    def save(self, path: Path) -> None:
        """Whole or not at all, and on the disk before it returns."""
        content = {
            "chain_id": self.chain_id,
            "genesis_hash": self.genesis_hash,
            "contracts": {name: asdict(deployed) for name, deployed in sorted(self.contracts.items())},
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(f".{path.name}.{os.getpid()}")
        with half.open("w") as file:
            file.write(json.dumps(content, indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _deployed(entry: dict[str, Any]) -> Deployed:
    if entry["contract"] not in CONTRACTS:
        raise ValueError(f"no contract {entry['contract']}")
    return Deployed(entry["contract"], checksum_address(from_hex(entry["address"])), int(entry["block"]), entry["tx"])
