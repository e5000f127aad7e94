"""What is asked of the contracts about one row, and what all who ask share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.orm import Session

from indexer.events import Decoder
from indexer.models import Base, ChainEvent, table_of
from node_adapter.client import Call
from node_adapter.deployments import version_of

_EVENT = table_of(ChainEvent)
ZERO_ADDRESS = "0x" + 40 * "0"


@dataclass(frozen=True, slots=True)
class Question:
    """`sql` is what we say: a value under `field`, or the fields of a struct or of several outputs.

    `read` brings an answer into our form, where its order says nothing.
    """

    subject: str
    id: str
    call: Call
    sql: Any
    field: str = ""
    read: Callable[[Any], Any] = lambda answer: answer


class Asker:
    """What the questions of all subjects share: the snapshot, its time, and the contracts' addresses."""

    def __init__(self, connection: Connection, decoder: Decoder, now: int) -> None:
        self.connection = connection
        self.session = Session(connection)
        self.now = now
        self.deployments = decoder.deployments
        self.deployed = decoder.deployments.contracts
        self.tokens = sorted(d.address for d in self.deployed.values() if d.contract == "DepositToken")

    def call(self, name: str, function: str, *args: Any, version: int = 1) -> Call:
        """Of the contract of that name as `version` has it."""
        deployed = self.deployed[self.deployments.instance(name, version)]
        return Call(deployed.contract, deployed.address, function, args)

    def version(self, subject: str) -> int:
        """In which a payable, a programme or an order lives; see `indexer.queries.version_of`."""
        return self._versions.get(subject, 1)

    def version_of_event(self, row: Row[Any]) -> int:
        """Of a row of one event."""
        return self._event_versions.get((row.block_hash, row.log_index), 1)

    @cached_property
    def _versions(self) -> dict[str, int]:
        """Of what is not of the first version."""
        later = [name for name in self.deployed if version_of(name) > 1]
        found = select(_EVENT.c.subject, _EVENT.c.contract).where(_EVENT.c.contract.in_(later)).distinct()
        return {subject: version_of(contract) for subject, contract in self.connection.execute(found)}

    @cached_property
    def _event_versions(self) -> dict[tuple[str, int], int]:
        later = [name for name in self.deployed if version_of(name) > 1]
        columns = _EVENT.c.block_hash, _EVENT.c.log_index, _EVENT.c.contract
        found = self.connection.execute(select(*columns).where(_EVENT.c.contract.in_(later)))
        return {(block_hash, log_index): version_of(contract) for block_hash, log_index, contract in found}

    def token(self, address: str, function: str, *args: Any) -> Call:
        return Call("DepositToken", address, function, args)

    def rows(self, model: type[Base]) -> Sequence[Row[Any]]:
        return self.connection.execute(select(table_of(model))).all()
