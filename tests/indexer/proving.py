"""Evidence on a test's network, as of its head, and every change that somebody could make to it."""

import copy
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine

from indexer.follow import Follower
from indexer.proof import errors
from indexer.proof.check import verify_evidence
from indexer.proof.form import canonical
from indexer.proof.gather import Made, make_evidence
from node_adapter.client import NodeClient
from node_adapter.networks import DEVNET
from tests.indexer.devnet import Network


class Prover:
    def __init__(self, network: Network, follower: Follower, client: NodeClient, engine: Engine) -> None:
        self.network, self.follower, self.client, self.engine = network, follower, client, engine

    def make(self, kind: str, text: str, *, descriptor: Any = DEVNET, **options: Any) -> Made:
        self.follower.catch_up()
        options.setdefault("block", self.network.head())
        return make_evidence(self.engine, self.client, self.network.deployments, descriptor, kind, text, **options)


def is_refused(document: Any, made: Made) -> bool:
    try:
        verify_evidence(canonical(document), made.block_hash, made.words)
    except errors.EvidenceRefused as error:
        return bool(error.where) and type(error) is not errors.EvidenceRefused
    return False


def each_change(document: Any) -> Iterator[tuple[Any, str]]:
    """The document with one value changed, one field or entry taken away, or one added."""
    for path in _paths(document):
        for how in ("change", "take", "add"):
            changed = copy.deepcopy(document)
            target = changed
            for step in path[:-1]:
                target = target[step]
            if not path:
                if how == "add":
                    yield {**changed, "more": 1}, "more"
                continue
            value = target[path[-1]]
            if how == "take":
                del target[path[-1]]
            elif how == "change" and not isinstance(value, dict | list):
                target[path[-1]] = other_value(value)
            elif how == "add" and isinstance(value, dict):
                value["more"] = 1
            elif how == "add" and isinstance(value, list) and value:
                value.append(copy.deepcopy(value[-1]))
            elif how == "add" and isinstance(value, list):
                value.append("0x00")
            else:
                continue
            yield changed, f"{how} {path}"


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from _paths(inner, (*path, step))


def other_value(value: Any) -> Any:
    if value is None:
        return 0
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    middle = len(value) // 2
    digit = value[middle : middle + 1]
    return value[:middle] + ("1" if digit != "1" else "2") + value[middle + 1 :]
