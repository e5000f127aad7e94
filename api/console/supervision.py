"""What supervision reads besides payables, every event of the contracts; and evidence, for it and for the parties."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from api.audit.evidence import evidence
from api.audit.services import AuditServices
from api.console.page import PageDep
from api.errors import NotFound
from api.evidence import service as parties
from api.identity.actor import Role
from api.pagination import PageDep as PagingDep
from api.pagination import fetch
from indexer.models import ChainBlock, ChainEvent

router = APIRouter()


@router.get("/events")
def list_events(page: PageDep, paging: PagingDep) -> Response:
    """All events, newest first."""
    page.must_be(Role.REGULATOR, Role.COMPLIANCE)
    key = [ChainEvent.block_number, ChainEvent.log_index]
    rows, following = fetch(page.session, select(ChainEvent), key, paging)
    times = page.session.execute(
        select(ChainBlock.hash, ChainBlock.timestamp).where(ChainBlock.hash.in_({row.block_hash for row in rows}))
    )
    return page.render("events.html", items=rows, times={row.hash: row.timestamp for row in times}, next=following)


@router.get("/evidence/{kind}/{subject:path}")
def download_evidence(request: Request, page: PageDep, kind: str, subject: str) -> Response:
    """A file that proves what happened to one subject, up to the newest final block, to whoever knows its hash.

    Supervision gets all of it, a party what it may read.
    """
    audit: AuditServices = request.app.state.audit
    if page.reader.role in {Role.REGULATOR, Role.COMPLIANCE}:
        return evidence(audit, kind, subject, at=None, complete=False)
    match kind, subject.split("/"):
        case "payable", [payable_id]:
            return parties.of_payable(page.session, audit, page.reader, payable_id)
        case "piece", [receivable_id]:
            return parties.of_receivable(page.session, audit, page.reader, receivable_id)
        case "event", [block, log_index] if _number(block) and _number(log_index):
            return parties.of_event(page.session, audit, page.reader, int(block), int(log_index))
    raise NotFound.of("evidence", f"{kind}/{subject}")


def _number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19
