"""Where the contracts of one network live, version beside version: addresses, and from which block they have events.

One JSON file per network: {"chain_id", "genesis_hash", "settings", "current", "versions": {"1": {"built", "contracts":
{instance: {"contract", "address", "block", "tx"}}}, "2": …}}. What versions share is in the first of them; in memory an
instance has a name of its own: `Origination` of the first version, `Origination.2` of the second. A file of the form
before (one version, its contracts at the top) is read as version 1, and written anew when it is next saved.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from node_adapter.artifacts import CONTRACTS, built, built_hash, hash_of_built
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
class Settings:
    """What a network was deployed with: addresses, and delays in seconds. The chain is compared with it."""

    operator: str
    compliance: str
    bank: str
    rotation_delay_s: int
    admin_delay_s: int


@dataclass(frozen=True, slots=True)
class Deployments:
    chain_id: int
    genesis_hash: str
    contracts: dict[str, Deployed] = field(default_factory=dict)
    """Of all versions, by instance."""
    current: int = 1
    """The version in which new debts are made."""
    settings: Settings | None = None
    """None where the file is of the form before."""
    built: dict[int, str] = field(default_factory=dict)
    """Of each version, the hash of the artifacts that it was made from; absent where it is not known."""
    folder: Path | None = field(default=None, compare=False)
    """Of the file; `built/<hash>.json` beside it keeps what each version was made from."""

    @property
    def first_block(self) -> int:
        """No event of the network is older."""
        return min(deployed.block for deployed in self.contracts.values())

    @property
    def versions(self) -> list[int]:
        return sorted({version_of(instance) for instance in self.contracts})

    def instance(self, contract: str, version: int | None = None) -> str:
        """The instance of the name `contract` in a version, the current one if not said; or the one it shares.

        Raises KeyError with the names there are.
        """
        wanted = self.current if version is None else version
        found = [instance_of(contract, v) for v in range(wanted, 0, -1) if instance_of(contract, v) in self.contracts]
        return found[0] if found else self._unknown(instance_of(contract, wanted))

    def of_version(self, version: int) -> dict[str, str]:
        """Name → address, as the contracts of a version see the network."""
        names = sorted({name_of(instance) for instance in self.contracts if version_of(instance) <= version})
        return {name: self.address(self.instance(name, version)) for name in names}

    def address(self, instance: str) -> str:
        """Raises KeyError with the names there are."""
        return self[instance].address

    def __getitem__(self, instance: str) -> Deployed:
        return self.contracts[instance] if instance in self.contracts else self._unknown(instance)

    def _unknown(self, instance: str) -> Any:
        names = ", ".join(sorted(self.contracts)) or "none"
        raise KeyError(f"{instance} is not deployed on chain {self.chain_id}; deployed are {names}")

    @classmethod
    def load(cls, path: Path) -> "Deployments":
        """Raises DeploymentsUnreadable."""
        try:
            return _read(json.loads(path.read_text()), path.parent)
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
            "settings": self.settings and asdict(self.settings),
            "current": self.current,
            "versions": {
                str(version): {
                    "built": self.built.get(version),
                    "contracts": {
                        name_of(instance): asdict(deployed)
                        for instance, deployed in sorted(self.contracts.items())
                        if version_of(instance) == version
                    },
                }
                for version in self.versions
            },
        }
        for version_hash in set(self.built.values()):
            kept = _kept(path.parent, version_hash)
            if version_hash == built_hash() and not kept.exists():
                _write(kept, json.dumps(built()) + "\n")
        _write(path, json.dumps(content, indent=2) + "\n")

    def artifacts(self, version: int) -> dict[str, dict[str, Any]]:
        """What a version was made from, see `node_adapter.artifacts.built`; today's where that is not recorded.

        Raises DeploymentsUnreadable where it is neither today's nor kept.
        """
        wanted = self.built.get(version, built_hash())
        if wanted == built_hash():
            return built()
        path = _kept(self.folder or Path(), wanted)
        try:
            content: dict[str, dict[str, Any]] = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise DeploymentsUnreadable(f"{path}, which version {version} was made from, is not there") from error
        if hash_of_built(content) != wanted:
            raise DeploymentsUnreadable(f"{path} is not what its name says")
        return content


def instance_of(name: str, version: int) -> str:
    return name if version == 1 else f"{name}.{version}"


def version_of(instance: str) -> int:
    return int(instance.partition(".")[2] or 1)


def name_of(instance: str) -> str:
    return instance.partition(".")[0]


def _kept(folder: Path, built_hash: str) -> Path:
    return folder / "built" / f"{built_hash}.json"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    with half.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(content: dict[str, Any], folder: Path) -> Deployments:
    chain = (int(content["chain_id"]), str(content["genesis_hash"]))
    if "versions" not in content:
        contracts = {name: _deployed(entry) for name, entry in content["contracts"].items()}
        return Deployments(*chain, contracts, folder=folder)
    contracts = {
        instance_of(name, int(version)): _deployed(entry)
        for version, of in content["versions"].items()
        for name, entry in of["contracts"].items()
    }
    current = int(content["current"])
    if str(current) not in content["versions"]:
        raise ValueError(f"version {current} is current and not there")
    settings = Settings(**content["settings"]) if content["settings"] else None
    hashes = {int(version): str(of["built"]) for version, of in content["versions"].items() if of["built"]}
    return Deployments(*chain, contracts, current, settings, hashes, folder)


def _deployed(entry: dict[str, Any]) -> Deployed:
    if entry["contract"] not in CONTRACTS:
        raise ValueError(f"no contract {entry['contract']}")
    return Deployed(entry["contract"], checksum_address(from_hex(entry["address"])), int(entry["block"]), entry["tx"])
