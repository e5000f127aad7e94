"""What supervision reads besides payables: every event of the network's contracts."""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import select

from api.console.page import PageDep
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
