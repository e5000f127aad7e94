"""What supervision reads besides payables: every event of the network's contracts."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.audit import service
from api.console.page import PageDep
from api.identity.actor import Role
from api.pagination import PageDep as PagingDep

router = APIRouter()


@router.get("/events")
def list_events(page: PageDep, paging: PagingDep) -> Response:
    """All events, newest first."""
    page.must_be(Role.REGULATOR, Role.COMPLIANCE)
    found = service.list_events(page.session, paging)
    return page.render("events.html", items=found.items, next=found.next)
