"""`/audit/v1`: everything, read only, for the regulator and the compliance officer."""

from fastapi import APIRouter, Depends

from api.audit import service
from api.audit.schemas import AuditDeals, AuditEvents, AuditParticipants, AuditPayables, Lineage
from api.context import ActorDep, ServicesDep, SessionDep
from api.identity.actor import Role
from api.pagination import PageDep
from api.schemas import PayableId


def supervision_only(actor: ActorDep) -> None:
    """RoleMissing for everybody else."""
    actor.must_be(Role.REGULATOR, Role.COMPLIANCE)


router = APIRouter(tags=["audit"], dependencies=[Depends(supervision_only)])


@router.get("/payables")
def list_payables(session: SessionDep, services: ServicesDep, page: PageDep) -> AuditPayables:
    """All payables, newest first."""
    return service.list_payables(session, services, page)


@router.get("/payables/{payable_id}/lineage")
def get_lineage(payable_id: PayableId, session: SessionDep, services: ServicesDep) -> Lineage:
    """Who held which interval of a payable, and how it came to them."""
    return service.lineage(session, services, payable_id)


@router.get("/participants")
def list_participants(session: SessionDep, services: ServicesDep, page: PageDep) -> AuditParticipants:
    """All participants of the chain."""
    return service.list_participants(session, services, page)


@router.get("/deals")
def list_deals(session: SessionDep, services: ServicesDep, page: PageDep) -> AuditDeals:
    """All deals, newest first."""
    return service.list_deals(session, services, page)


@router.get("/events")
def list_events(session: SessionDep, services: ServicesDep, page: PageDep) -> AuditEvents:
    """All events of the network's contracts, newest first."""
    return service.list_events(session, services, page)
