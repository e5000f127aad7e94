"""The regulator's process: `/audit/v1` over an index that it can only read; no key, and no route that writes.

What it imports never loads a signer, the outbox or the vault: import-linter sees to that (pyproject.toml).
"""

import contextlib
import hmac
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi_offline import FastAPIOffline
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from api import errors, openapi
from api.audit.disclosed_names import DisclosedNames
from api.audit.private_file import read_private
from api.audit.routes import router as audit
from api.audit.services import AuditServices
from api.audit.settings import AuditSettings
from api.errors import RequestInvalid, Unauthenticated
from api.guard import Guard
from api.health import health_router
from api.settings import listens_on_loopback
from indexer.events import deployments_hash
from indexer.models import IndexIdentity
from indexer.reports.access import REMEDY
from node_adapter import networks
from node_adapter.client import NodeClient
from node_adapter.db import READER_ROLE, make_reader, masked, read_only
from node_adapter.deployments import Deployments
from node_adapter.errors import NodeError
from node_adapter.networks import Finality, Network
from node_adapter.urls import node_urls

_DESCRIPTION = """
Everything that the network's contracts said, as of any block, read only. `as_of` takes a block's number, its hash, or
an instant; every answer says as of which block it is, and whether that block is final. `/evidence` proves it.
"""


FINALIZED_FOR_S = 1.0
"""How long the node's word on its newest final block is not asked again."""
TOKEN_MIN = 32
"""Characters of a token: nobody tries them all."""


class IndexUnreadable(Exception):
    """The database is no index that this process may read; one line that says what to do."""


@dataclass(frozen=True, slots=True)
class RegulatorServices:
    """All that the process made at its start."""

    settings: AuditSettings
    engine: Engine
    """One that cannot write (`make_reader`)."""
    client: NodeClient
    deployments: Deployments
    network: Network
    token: str | None = field(repr=False)

    @property
    def readers(self) -> Engine:
        """Each transaction of theirs reads one snapshot."""
        return read_only(self.engine)


def make_services(settings: AuditSettings) -> RegulatorServices:
    """Raises IndexUnreadable, and what is wrong with deployments, networks or token, before anything is served."""
    deployments = Deployments.load(settings.deployments)
    network = networks.by_chain_id(deployments.chain_id, networks.load_networks(settings.networks))
    url = settings.database_url.get_secret_value()
    engine = make_reader(url)
    require_index(engine, url, deployments)
    client = NodeClient(
        node_urls(settings.node_url.get_secret_value()),
        chain_id=deployments.chain_id,
        genesis_hash=deployments.genesis_hash,
        network=network,
    )
    token = None if settings.token_file is None else read_private(settings.token_file, characters_min=TOKEN_MIN)
    return RegulatorServices(settings, engine, client, deployments, network, token)


def create_app(services: RegulatorServices) -> FastAPI:
    """The app over its services."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        services.client.close()
        services.engine.dispose()

    app: FastAPI = FastAPIOffline(
        title="scf-network, for a regulator",
        version="1",
        description=_DESCRIPTION,
        lifespan=lifespan,
        redoc_url=None,
        generate_unique_id_function=openapi.operation_id,
    )
    app.state.services = services
    app.state.audit = AuditServices(
        engine=services.engine,
        readers=services.readers,
        names=DisclosedNames(),
        client=services.client,
        deployments=services.deployments,
        network=services.network,
        is_final=_finality(services),
    )
    errors.install(app)
    app.include_router(audit, prefix="/audit/v1", dependencies=[Depends(_may_read)])
    app.include_router(health_router())
    app.add_middleware(Guard)
    openapi.declare_problems(app)
    return app


def serve(settings: AuditSettings, announce: Callable[[], None] = lambda: None) -> None:
    """Until told to stop; `announce` is called once nothing is in the way. Raises as `make_services`."""
    import uvicorn

    app = create_app(make_services(settings))
    announce()
    uvicorn.run(app, host=settings.host, port=settings.port, log_level=settings.log_level, timeout_graceful_shutdown=5)


_bearer = HTTPBearer(auto_error=False, description="The token in SCF_AUDIT_TOKEN_FILE; on the loopback maybe none.")


def _may_read(request: Request, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
    """Who shows the token; without one, who is on this machine and means this machine.

    A page that a browser on this machine shows could otherwise have its own name lead to the loopback, and read.
    """
    services: RegulatorServices = request.app.state.services
    if services.token is None:
        if not listens_on_loopback(request.url.hostname or ""):
            raise RequestInvalid(f"ask by 127.0.0.1 or localhost, not by {request.url.hostname}")
        return
    if shown is None or not hmac.compare_digest(shown.credentials.encode(), services.token.encode()):
        raise Unauthenticated("show the regulator's token: Authorization: Bearer …")


def _finality(services: RegulatorServices) -> Callable[[int, int], bool]:
    """By the network's own rule; where that is the node's word and it is away, what it said last still holds."""
    finalized: int | None = None
    ask_at = 0.0

    def is_final(block: int, head: int) -> bool:
        nonlocal finalized, ask_at
        if services.network.finality is Finality.TAG and time.monotonic() >= ask_at:
            ask_at = time.monotonic() + FINALIZED_FOR_S
            with contextlib.suppress(NodeError):
                finalized = services.client.finalized()
        return services.network.is_final(block, head, finalized)

    return is_final


def require_index(engine: Engine, url: str, deployments: Deployments) -> None:
    """Raises IndexUnreadable unless it is the index of these deployments, and may be read."""
    try:
        with Session(engine) as session:
            identity = session.scalars(select(IndexIdentity)).one_or_none()
    except DBAPIError as error:
        said = " ".join(str(error.orig).split())
        if f'"{READER_ROLE}"' in said and "does not exist" in said:
            raise IndexUnreadable(f"{masked(url)} has no role {READER_ROLE}: {REMEDY}") from error
        if "permission denied to set role" in said:
            raise IndexUnreadable(
                f"this login may not read as {READER_ROLE}: let a superuser run GRANT {READER_ROLE} TO it"
            ) from error
        raise IndexUnreadable(f"{masked(url)} is no index: {said}; let the indexer run on it first") from error
    ours = (deployments.chain_id, deployments.genesis_hash, deployments_hash(deployments))
    if identity is None:
        raise IndexUnreadable(f"{masked(url)} has no block yet: let the indexer run on it first")
    if (identity.chain_id, identity.genesis_hash, identity.deployments_hash) != ours:
        raise IndexUnreadable(f"{masked(url)} mirrors another chain, or other contracts, than the deployments name")
