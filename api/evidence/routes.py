"""Evidence files for the parties of a payable, a receivable, an event; supervision's are under `/audit/v1`."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api.context import ActorDep, ServicesDep, SessionDep
from api.evidence import service
from api.schemas import PayableId, ReceivableId
from indexer.proof import subjects

router = APIRouter(tags=["evidence"])

_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"schema": {"type": "object"}}}}}
Number = Annotated[int, Path(ge=0, lt=2**63)]


@router.get("/payables/{payable_id}/evidence", response_class=Response, responses=_FILE)
def get_payable_evidence(payable_id: PayableId, request: Request, session: SessionDep, actor: ActorDep) -> Response:
    """A file that proves what happened to a payable, to whoever knows one block hash (`scf audit verify`).

    Of what you may see of it: transactions that tell of others' business too are left out. Up to the newest final
    block, which `X-Scf-Block` and `X-Scf-Block-Hash` name. One file is made at a time; 503 while another is.
    """
    return service.of_payable(session, request.app.state.audit, actor, payable_id)


@router.get("/receivables/{receivable_id}/evidence", response_class=Response, responses=_FILE)
def get_receivable_evidence(
    receivable_id: ReceivableId, request: Request, session: SessionDep, actor: ActorDep
) -> Response:
    """The same of a receivable."""
    return service.of_receivable(session, request.app.state.audit, actor, receivable_id)


@router.get("/events/{block}/{log_index}/evidence", response_class=Response, responses=_FILE)
def get_event_evidence(
    block: Number, log_index: Number, request: Request, session: SessionDep, actor: ActorDep
) -> Response:
    """The same of one event, by its block and its log index there."""
    return service.of_event(session, request.app.state.audit, actor, block, log_index)


@router.get("/evidence/{kind}/{id:path}", response_class=Response, responses=_FILE)
def get_evidence(
    kind: Annotated[str, Path(max_length=20, description=", ".join(subjects.KINDS))],
    id_: Annotated[
        str,
        Path(alias="id", max_length=80, description="Its id; TOKEN/NUMBER of a pay-out, BLOCK/LOG_INDEX of an event"),
    ],
    request: Request,
    session: SessionDep,
    services: ServicesDep,
    actor: ActorDep,
) -> Response:
    """The same of whatever else you may see: a deal of yours, a hold, a freeze order, terms, a pay-out, a document
    that you anchored, your own admission."""
    return service.of(session, services, request.app.state.audit, actor, kind, id_)
