"""What supervision reads besides payables, every event of the contracts; and evidence, for it and for the parties."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from api.audit.evidence import EvidenceSubjectUnknown, evidence
from api.audit.services import AuditServices
from api.console.page import PageDep
from api.console.records import times_of
from api.errors import StateForbids
from api.evidence import service as parties
from api.identity.actor import SUPERVISION
from api.pagination import PageDep as PagingDep
from api.pagination import fetch
from indexer.models import ChainEvent

router = APIRouter()


class EvidenceNotFinal(StateForbids):
    """What happened could still vanish."""


@router.get("/events")
def list_events(page: PageDep, paging: PagingDep) -> Response:
    """All events, newest first."""
    page.must_be(*SUPERVISION)
    key = [ChainEvent.block_number, ChainEvent.log_index]
    rows, following = fetch(page.session, select(ChainEvent), key, paging)
    return page.render("events.html", items=rows, times=times_of(page, rows), next=following)


@router.get("/evidence/{kind}/{subject:path}")
def download_evidence(request: Request, page: PageDep, kind: str, subject: str) -> Response:
    """A file that proves what happened to one subject, up to the newest final block, to whoever knows its hash.

    Supervision gets all of it, a party what it may read.
    """
    audit: AuditServices = request.app.state.audit
    try:
        if page.reader.role in SUPERVISION:
            return evidence(audit, kind, subject, at=None, complete=False)
        return parties.of(page.session, page.services, audit, page.reader, kind, subject)
    except EvidenceSubjectUnknown as error:
        raise EvidenceNotFinal("no final block tells of it yet; its evidence can be downloaded in a moment") from error
