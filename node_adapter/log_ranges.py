"""Logs in as many ranges as a node will answer: what it finds too much is halved, and slowly it grows again."""

import re
from collections.abc import Callable
from typing import Any

from node_adapter.errors import NodeRefused, NodeUntrustworthy

_TOO_MUCH = re.compile(
    r"more than \d+ (results|logs)|too many (results|logs|blocks)|range (is )?too (large|wide|big)"
    r"|range exceeds|exceeds? (the )?(max|limit|block)|(result|response|query).{0,30}(too large|limit|exceed|time)",
    re.IGNORECASE,
)
"""What nodes say of an eth_getLogs that they would answer for fewer blocks."""


class LogRanges:
    """`read` asks a node; `most` blocks are the network's limit; `count` hears what `rpc.COUNTED` names."""

    def __init__(self, read: Callable[..., Any], most: int | None, count: Callable[[str], None]) -> None:
        self._read = read
        self._most = most
        self._range = most
        """What the node was content with last: shared by threads, a guess either way."""
        self._count = count

    def entries(self, first: int, last: int, addresses: list[str]) -> list[Any]:
        """Of blocks `first` to `last`, as the node gives them. Raises NodeError; NodeRefused for one block too much."""
        entries: list[Any] = []
        while first <= last:
            blocks = min(last - first + 1, self._range or last - first + 1)
            question = {"fromBlock": hex(first), "toBlock": hex(first + blocks - 1), "address": addresses}
            try:
                found = self._read("eth_getLogs", question)
            except NodeRefused as error:
                if blocks == 1 or not _TOO_MUCH.search(error.message):
                    raise
                self._range = blocks // 2
                self._count("log_ranges_halved")
                continue
            if not isinstance(found, list):
                raise NodeUntrustworthy(f"asked for logs of blocks {first} to {last}, got no list")
            entries += found
            first += blocks
            if blocks == self._range:
                grown = blocks + blocks // 8 + 1
                self._range = grown if self._most is None else min(grown, self._most)
        return entries
