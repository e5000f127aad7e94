"""What is asked of the contracts about one row, and what all who ask share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.orm import Session

from indexer.events import Decoder
from indexer.models import Base, table_of
from node_adapter.client import Call

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
        self.deployed = decoder.deployments.contracts
        self.tokens = sorted(d.address for d in self.deployed.values() if d.contract == "DepositToken")

    def call(self, instance: str, function: str, *args: Any) -> Call:
        deployed = self.deployed[instance]
        return Call(deployed.contract, deployed.address, function, args)

    def token(self, address: str, function: str, *args: Any) -> Call:
        return Call("DepositToken", address, function, args)

    def rows(self, model: type[Base]) -> Sequence[Row[Any]]:
        return self.connection.execute(select(table_of(model))).all()
