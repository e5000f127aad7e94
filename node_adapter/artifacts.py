"""What was compiled: the ABI and bytecode of each contract, and how the words of its logs become named values.

Read from `contracts/abi/<Contract>.json`, which `node_adapter.build` writes and CI proves fresh. Lazy and cached;
nothing here talks to a node or needs the compiler.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from node_adapter.decoders import Generated, generate
from node_adapter.words import hex0x, keccak, payable_of, plain, snake_case, word_reader

__all__ = [
    "ABI_DIR",
    "CONTRACTS",
    "Artifact",
    "EventField",
    "EventSpec",
    "MalformedLog",
    "abi",
    "artifact",
    "built",
    "built_hash",
    "bytecode",
    "event_specs",
    "hash_of_built",
    "journal_next",
    "keccak",
    "payable_of",
    "signature",
]

ABI_DIR = Path(__file__).resolve().parents[1] / "contracts" / "abi"
CONTRACTS = (
    "AccessManager",
    "Anchors",
    "DepositToken",
    "Discounting",
    "Dishonours",
    "Holds",
    "Origination",
    "Participants",
    "Receivables",
    "Settlement",
)
JOURNAL_COUNT_BITS = 48

Artifact = dict[str, Any]
"""The content of one file: contract, abi, bytecode, deployed_bytecode, immutable_references, journal_events,
compiler, source_hash."""


_Step = tuple[str, Callable[[bytes], Any]]


class MalformedLog(ValueError):
    """A log does not have the form its own event says: the node or the ABI is wrong, and nothing is guessed."""


@cache
def artifact(contract: str) -> Artifact:
    """Raises KeyError for a name not in CONTRACTS. Shared: read it, do not write to it."""
    if contract not in CONTRACTS:
        raise KeyError(f"no contract {contract!r}; there are {', '.join(CONTRACTS)}")
    content: Artifact = json.loads((ABI_DIR / f"{contract}.json").read_text())
    return content


def abi(contract: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = artifact(contract)["abi"]
    return entries


def bytecode(contract: str) -> bytes:
    """What a creation transaction carries, before the constructor's arguments."""
    return bytes.fromhex(artifact(contract)["bytecode"].removeprefix("0x"))


@cache
def built() -> dict[str, dict[str, Any]]:
    """What of each contract ends on the chain: its runtime code, and where its immutables are."""
    kept = ("deployed_bytecode", "immutable_references")
    return {contract: {name: artifact(contract)[name] for name in kept} for contract in CONTRACTS}


@cache
def built_hash() -> str:
    """Of what `built` says, 0x hex: a deployment is of one such build."""
    return hash_of_built(built())


def hash_of_built(content: dict[str, dict[str, Any]]) -> str:
    return "0x" + hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def canonical_type(entry: dict[str, Any]) -> str:
    """`tuple` and `tuple[]` spelled out as signatures want them: (address,uint64)[]."""
    kind: str = entry["type"]
    if not kind.startswith("tuple"):
        return kind
    inner = ",".join(canonical_type(component) for component in entry["components"])
    return f"({inner}){kind.removeprefix('tuple')}"


def signature(entry: dict[str, Any]) -> str:
    """`confirm(uint256)`: what selectors and topics are hashes of."""
    return f"{entry['name']}({','.join(canonical_type(field) for field in entry['inputs'])})"


@dataclass(frozen=True, slots=True)
class EventField:
    name: str
    """snake_case, as Python, SQL and JSON have it."""
    solidity_name: str
    type: str
    indexed: bool


@dataclass(frozen=True)
class EventSpec:
    contract: str
    name: str
    topic0: bytes
    fields: tuple[EventField, ...]
    business: bool
    """In the contract's journal."""

    def decode(self, topics: Sequence[bytes], data: bytes) -> dict[str, Any]:
        """The log's values by snake_case name, see `node_adapter.words.plain`; `topics` begin with topic 0.

        Slices 32-byte words: asking web3 is some thirty times slower. An indexed dynamic value stays the hash that the
        log carries. Raises MalformedLog.
        """
        return self.decode_both(topics, data)[0]

    def decode_both(self, topics: Sequence[bytes], data: bytes) -> tuple[dict[str, Any], str]:
        """The values, and the same as JSON. Raises MalformedLog."""
        found = None if self._generated is None else self._generated(topics, data)
        if found is None:
            values = self._read(topics, data)
            return values, json.dumps(values)
        return found

    @cached_property
    def _generated(self) -> Generated | None:
        return generate(self.topic0, self.fields, _is_dynamic)

    def _read(self, topics: Sequence[bytes], data: bytes) -> dict[str, Any]:
        """By readers: what the generated decoder does not take, and what is wrong with a log."""
        indexed, rest = self._plan
        if len(topics) != len(indexed) + 1 or topics[0] != self.topic0:
            raise MalformedLog(f"{self.contract}.{self.name}: {len(topics)} topics do not fit the event")
        try:
            values = {name: read(topic) for (name, read), topic in zip(indexed, topics[1:], strict=True)}
            values |= self._dynamic(data) if rest is None else self._static(rest, data)
        except ValueError as error:
            raise MalformedLog(f"{self.contract}.{self.name}: {error}") from error
        return {field.name: values[field.name] for field in self.fields}

    @cached_property
    def _plan(self) -> tuple[list[_Step], list[_Step] | None]:
        """A reader of one word for each field: the topics', then the data's (None where a dynamic value is in it)."""
        indexed = [(f.name, hex0x if _is_dynamic(f.type) else word_reader(f.type, f.name)) for f in self._fields(True)]
        rest = self._fields(False)
        if any(_is_dynamic(field.type) for field in rest):
            return indexed, None
        return indexed, [(field.name, word_reader(field.type, field.name)) for field in rest]

    def _fields(self, indexed: bool) -> list[EventField]:
        return [field for field in self.fields if field.indexed == indexed]

    @staticmethod
    def _static(steps: list[_Step], data: bytes) -> dict[str, Any]:
        if len(data) != 32 * len(steps):
            raise ValueError(f"{len(data)} bytes of data, not {32 * len(steps)}")
        return {name: read(data[32 * i : 32 * i + 32]) for i, (name, read) in enumerate(steps)}

    def _dynamic(self, data: bytes) -> dict[str, Any]:
        from eth_abi.abi import decode
        from eth_abi.exceptions import DecodingError

        fields = self._fields(False)
        try:
            values = decode([field.type for field in fields], data)
        except DecodingError as error:
            raise ValueError(str(error)) from error
        return {field.name: plain(field.type, field.name, v) for field, v in zip(fields, values, strict=True)}


@cache
def event_specs() -> dict[tuple[str, str], EventSpec]:
    """Every event of every contract: (contract, topic 0 as 0x hex) → spec."""
    specs = {}
    for contract in CONTRACTS:
        journalled = set(artifact(contract)["journal_events"])
        for entry in abi(contract):
            if entry["type"] == "event":
                spec = _event_spec(contract, entry, journalled)
                specs[contract, hex0x(spec.topic0)] = spec
    return specs


def journal_next(word: bytes, topics: Sequence[bytes], data: bytes) -> bytes:
    """The journal after one more business event: see `contracts/src/Journal.sol`. `word` is 32 bytes, zero at first."""
    if len(word) != 32:
        raise ValueError(f"a journal is one word of 32 bytes, not {len(word)}")
    count = int.from_bytes(word[-6:], "big") + 1
    chained = keccak(word + keccak(b"".join(topics) + data))
    return chained[:-6] + count.to_bytes(JOURNAL_COUNT_BITS // 8, "big")


def _event_spec(contract: str, entry: dict[str, Any], journalled: set[str]) -> EventSpec:
    fields = tuple(
        EventField(snake_case(field["name"]) or f"argument_{i}", field["name"], canonical_type(field), field["indexed"])
        for i, field in enumerate(entry["inputs"])
    )
    text = signature(entry)
    return EventSpec(contract, entry["name"], keccak(text.encode()), fields, text in journalled)


def _is_dynamic(kind: str) -> bool:
    return kind in ("bytes", "string") or kind.endswith(("]", ")"))
