"""The composition root: settings become services, services become an app. `python -m api` runs it."""

import contextlib
import threading
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import PlainTextResponse, RedirectResponse
from fastapi_offline import FastAPIOffline
from sqlalchemy.orm import Session

from api import command_errors, openapi
from api.audit.own_names import OwnNames
from api.audit.routes import router as audit
from api.audit.services import AuditServices
from api.chain.routes import router as chain
from api.console.app import create_console
from api.console.changes import Changes
from api.console.page import BASE
from api.context import ActorDep, Services, ServicesDep
from api.defaults.routes import router as defaults
from api.evidence.routes import router as evidence
from api.financing.routes import router as financing
from api.guard import Guard
from api.health import health_router
from api.holds.routes import holds
from api.holds.routes import router as freeze_orders
from api.identity.actor import SUPERVISION
from api.identity.routes import router as identity
from api.invoices.routes import router as invoices
from api.invoices.vault import load_or_create_master_key
from api.key_rotations.routes import router as key_rotations
from api.operations.routes import router as operations
from api.payables.routes import router as payables
from api.programmes.routes import reference_rate
from api.programmes.routes import router as programmes
from api.receivables.routes import router as receivables
from api.settings import ApiSettings
from api.settlement.routes import router as settlement
from indexer import queries
from node_adapter import networks
from node_adapter.client import NodeClient
from node_adapter.db import make_engine, migrate, read_only
from node_adapter.deployments import Deployments
from node_adapter.exchange import COUNTED
from node_adapter.metrics import CONTENT_TYPE, Metric, counted, render
from node_adapter.outbox.figures import figures
from node_adapter.outbox.outbox import Outbox
from node_adapter.outbox.worker import Worker
from node_adapter.signers import load_signers
from node_adapter.urls import node_urls

_DESCRIPTION = """
Confirm a payable, split the receivable, sell it at a discount, be redeemed at maturity.

A command answers `202` with its operation; poll `/operations/{id}` until it is `done`. Every command needs an
`Idempotency-Key`. Errors are `application/problem+json`; the last part of `type` is the error's name.
"""


def make_services(settings: ApiSettings) -> Services:
    """Everything the process works with. Raises what is wrong with the settings, before anything is served."""
    engine = make_engine(settings.database_url.get_secret_value())
    migrate(engine, "api")
    deployments = Deployments.load(settings.deployments)
    network = networks.by_chain_id(deployments.chain_id, networks.load_networks(settings.networks))
    client = NodeClient(
        node_urls(settings.node_url.get_secret_value()),
        chain_id=deployments.chain_id,
        genesis_hash=deployments.genesis_hash,
        network=network,
    )
    signers = load_signers(
        settings.keys,
        settings.secrets / "keystore.passphrase",
        engine,
        lambda: deployments,
        lambda: client.head().timestamp,
    )
    return Services(
        settings=settings,
        engine=engine,
        readers=read_only(engine),
        outbox=Outbox(engine, client, deployments, signers, network=network),
        client=client,
        deployments=deployments,
        network=network,
        master_key=load_or_create_master_key(settings.secrets / "master.key"),
        token_key=_secret(settings.secrets / "token.key"),
        relay=signers.addresses()["relay"],
    )


def create_app(services: Services, *, worker: bool = True) -> FastAPI:
    """The app over its services; with `worker` it also carries operations to the chain while it serves."""
    changes = Changes(services)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        thread = threading.Thread(target=Worker(services.outbox).run, args=(stop,), name="outbox", daemon=True)
        if worker:
            thread.start()
        changes.open()
        yield
        changes.close()
        stop.set()
        services.outbox.wake()
        if worker:
            thread.join(timeout=10)
        services.engine.dispose()

    app: FastAPI = FastAPIOffline(
        title="scf-network",
        version="1",
        description=_DESCRIPTION,
        lifespan=lifespan,
        redoc_url=None,
        generate_unique_id_function=openapi.operation_id,
    )
    app.state.services = services
    app.state.changes = changes
    command_errors.install(app)
    v1 = APIRouter(prefix="/api/v1")
    for router in (
        chain,
        identity,
        key_rotations,
        programmes,
        reference_rate,
        invoices,
        payables,
        receivables,
        financing,
        settlement,
        freeze_orders,
        holds,
        defaults,
        operations,
        evidence,
    ):
        v1.include_router(router)
    app.include_router(v1)
    app.state.audit = _audit_services(services)
    app.include_router(audit, prefix="/audit/v1", dependencies=[Depends(supervision_only)])
    app.include_router(health_router())
    app.include_router(_metrics())
    app.add_api_route("/", lambda: RedirectResponse(f"{BASE}/"), include_in_schema=False)
    app.mount(BASE, create_console(services, app.state.audit, changes))
    app.add_middleware(Guard)
    openapi.declare_problems(app)
    return app


def supervision_only(actor: ActorDep) -> None:
    """RoleMissing for everybody but the regulator and the compliance officer."""
    actor.must_be(*SUPERVISION)


def _audit_services(services: Services) -> AuditServices:
    return AuditServices(
        engine=services.engine,
        readers=services.readers,
        names=OwnNames(services.master_key),
        client=services.client,
        deployments=services.deployments,
        network=services.network,
        is_final=services.is_final,
    )


def _metrics() -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/metrics", response_class=PlainTextResponse)
    def metrics(services: ServicesDep) -> PlainTextResponse:
        """For Prometheus: the outbox's depth, age, retries, replacements and gas; the nodes; the index's head."""
        found = [*figures(services.outbox), *_node_figures(services), *_index_figures(services)]
        return PlainTextResponse(render(found), media_type=CONTENT_TYPE)

    return router


def _node_figures(services: Services) -> list[Metric]:
    """Of this process's own requests, and of the nodes as it knows them. URLs are masked."""
    nodes = services.client.nodes
    good = [({"url": node.url}, int(node.good)) for node in nodes]
    heads = [({"url": node.url}, node.head) for node in nodes if node.head is not None]
    return [
        *counted("scf_node", COUNTED, services.client.counters),
        Metric("scf_node_good", "1 where the node may be asked.", "gauge", good),
        Metric("scf_node_head_block", "The newest block that a node of several was seen to have.", "gauge", heads),
    ]


def _index_figures(services: Services) -> list[Metric]:
    """Nothing before the index's first block."""
    with Session(services.readers) as session:
        head = queries.head(session)
    if head is None:
        return []
    return [
        Metric("scf_index_head_block", "The newest block that the index has.", "gauge", [({}, head.number)]),
        Metric("scf_index_head_timestamp_seconds", "That block's time.", "gauge", [({}, head.timestamp)]),
    ]


def _secret(path: Path) -> bytes:
    return load_or_create_master_key(path).secret
