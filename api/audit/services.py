"""What `/audit/v1` works with, whichever process serves it, and what a request of it is given."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Protocol

from fastapi import Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.audit.names import Names
from api.reading import newest_block
from api.snapshot import AsOf, Reads, snapshot
from indexer.as_of import newest_indexed
from indexer.models import ChainBlock
from indexer.proof.gather import Node
from node_adapter.deployments import Deployments
from node_adapter.networks import Network


@dataclass(frozen=True, slots=True)
class AuditServices:
    """Made once, by the app that has the routes; it stands at `app.state.audit`."""

    engine: Engine
    readers: Engine
    names: Names
    client: Node
    deployments: Deployments
    network: Network
    is_final: Callable[[int, int], bool]
    """Whether a block can no longer vanish, given the newest indexed."""
    proving: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """Held while evidence is made: it is asked of a node and takes memory, so one at a time."""


def get_services(request: Request) -> AuditServices:
    services: AuditServices = request.app.state.audit
    return services


AuditDep = Annotated[AuditServices, Depends(get_services)]


class AsOfRead(BaseModel):
    """As of which block an answer is: all that is in it was so at the end of that block."""

    as_of_block: int
    as_of_hash: str
    as_of_time: datetime
    final: bool = Field(description="Whether that block can no longer vanish.")


@dataclass(frozen=True, slots=True)
class Reading:
    """One snapshot, and the names to tell it with."""

    names: Names
    session: Session
    block: ChainBlock
    final: bool

    @property
    def as_of(self) -> AsOfRead:
        at = datetime.fromtimestamp(self.block.timestamp, UTC)
        return AsOfRead(as_of_block=self.block.number, as_of_hash=self.block.hash, as_of_time=at, final=self.final)


class Readable(Reads, Protocol):
    """What a reading is made with."""

    @property
    def names(self) -> Names: ...
    @property
    def is_final(self) -> Callable[[int, int], bool]: ...


def readings(services: Readable, as_of: str | None) -> Iterator[Reading]:
    """One. NotCaughtUp while the index is empty; RequestInvalid for a moment that it does not know."""
    for session in snapshot(services, "GET", as_of):
        block = newest_block(session)
        newest = newest_indexed(session) or block.number
        yield Reading(services.names, session, block, services.is_final(block.number, newest))


def get_reading(services: AuditDep, as_of: AsOf = None) -> Iterator[Reading]:
    """As `readings`, for a request."""
    yield from readings(services, as_of)


ReadingDep = Annotated[Reading, Depends(get_reading)]
