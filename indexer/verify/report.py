"""What a verification found."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from indexer.errors import IndexStopped
from indexer.fold import Row

DIFFERENCES_MAX = 1_000
"""Kept, not counted: who has a thousand differences rebuilds the index."""


class VerifyImpossible(IndexStopped):
    """There is nothing to compare: the index is empty, or not on the node's chain at the moment."""


@dataclass(frozen=True, slots=True)
class Difference:
    subject: str
    id: str
    field: str
    sql: Any
    chain: Any


@dataclass(frozen=True, slots=True)
class VerifyReport:
    ok: bool
    block: int
    block_hash: str
    compared: dict[str, int]
    differences: list[Difference]

    def to_dict(self) -> dict[str, Any]:
        """{"ok", "block", "block_hash", "compared": {subject: count}, "differences": [{"subject", "id", …}]}"""
        return asdict(self)


@dataclass(slots=True)
class Comparison:
    """Collects what was compared and what differed."""

    on_progress: Callable[[int, int], None]
    sample: int | None = None
    """How many questions the contracts are asked, chosen at random; all if none."""
    before: int = 0
    """Steps that it took to get to where comparing begins."""
    total: int = 0
    done: int = 0
    compared: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)

    def step(self, count: int) -> None:
        self.done = min(self.done + count, self.total)
        self.on_progress(self.done, self.total)

    def same(self, subject: str, key: str, name: str, sql: Any, chain: Any) -> None:
        if sql != chain and len(self.differences) < DIFFERENCES_MAX:
            self.differences.append(Difference(subject, key, name, _shown(sql), _shown(chain)))

    def fields(self, subject: str, key: str, sql: Mapping[str, Any], chain: Mapping[str, Any]) -> None:
        """Compares every field that `sql` has."""
        for name, value in sql.items():
            self.same(subject, key, name, value, chain.get(name))

    def rows(self, subject: str, keys: Sequence[str], sql: Sequence[Row], chain: Sequence[Row]) -> None:
        """Compares rows of a table, found by their primary key, with those that there should be."""
        ours = {tuple(row[name] for name in keys): row for row in sql}
        theirs = {tuple(row[name] for name in keys): row for row in chain}
        self.compared[subject] += len(theirs)
        for key in ours.keys() | theirs.keys():
            shown = "/".join(str(part) for part in key)
            if key not in ours or key not in theirs:
                self.same(subject, shown, "row", key in ours, key in theirs)
            else:
                self.fields(subject, shown, ours[key], theirs[key])


def _shown(value: Any) -> Any:
    """Fit for JSON."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return value if isinstance(value, str | int | bool | dict | list | None) else str(value)
