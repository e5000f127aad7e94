"""What the follower asks of a node, and what one look at it brings."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from indexer.apply import Block
from node_adapter.client import Header, RawLog
from node_adapter.errors import NodeError


class ChainSource(Protocol):
    """What is asked of a node; `node_adapter.client.NodeClient` answers it."""

    def chain_id(self) -> int: ...
    def genesis_hash(self) -> str: ...
    def head(self) -> Header: ...
    def block_hash(self, number: int) -> str | None: ...
    def headers(self, numbers: Sequence[int]) -> list[Header]: ...
    def logs(self, first: int, last: int, addresses: Sequence[str]) -> list[RawLog]: ...
    def rpc_many(self, methods: Sequence[tuple[str, Sequence[Any]]]) -> Sequence[Any]: ...
    def pinned(self) -> AbstractContextManager[None]: ...
    def distrust(self, error: NodeError) -> None: ...


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at the node brought: blocks (none at the head), what contracts say they said until the last of them
    (None where the node does not know), and the node's head."""

    blocks: Sequence[Block]
    said: dict[str, bytes] | None
    head: int
