"""`/health` and `/ready`: whether the process lives, and whether its answers are of today."""

from http import HTTPStatus
from typing import Protocol

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from indexer import queries
from node_adapter.client import NodeClient
from node_adapter.errors import NodeError

LAG_READY_BLOCKS = 5
"""Ready means: the index is at most this many blocks behind the node."""


class Watched(Protocol):
    """What is looked at, at `app.state.services`."""

    @property
    def client(self) -> NodeClient: ...
    @property
    def readers(self) -> Engine: ...


class NodeRead(BaseModel):
    """A node of the list: whether it is the one asked, whether it may be, and if not, why. Its URL is masked."""

    url: str
    used: bool
    good: bool
    head: int | None
    why: str


class Ready(BaseModel):
    """Whether requests can be served, and if not, what is waited for."""

    ready: bool
    waiting_for: str | None
    indexed: int | None = Field(description="The newest block of the index.")
    head: int | None = Field(description="The node's.")
    nodes: list[NodeRead]


def health_router() -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/health")
    def health() -> dict[str, str]:
        """The process is alive."""
        return {"status": "ok"}

    @router.get(
        "/ready",
        response_model=Ready,
        responses={503: {"model": Ready, "description": "Not yet: what is missing is said"}},
    )
    def ready(request: Request) -> JSONResponse:
        """The node answers, and the index has caught up with it."""
        answer = readiness(request.app.state.services)
        status = HTTPStatus.OK if answer.ready else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse(answer.model_dump(), status_code=status)

    return router


def readiness(services: Watched) -> Ready:
    head, indexed, waiting = None, None, None
    try:
        head = services.client.head().number
    except NodeError as error:
        waiting = f"the node: {error}"
    with Session(services.readers) as session:
        session.execute(text("SELECT 1"))
        newest = queries.head(session)
    if newest is not None:
        indexed = newest.number
    if waiting is None and indexed is None:
        waiting = "the index: it has no block yet"
    elif head is not None and indexed is not None and abs(head - indexed) > LAG_READY_BLOCKS:
        waiting = f"the index: {head - indexed} blocks behind"
    nodes = [NodeRead(**node.to_dict()) for node in services.client.nodes]
    return Ready(ready=waiting is None, waiting_for=waiting, indexed=indexed, head=head, nodes=nodes)
