"""`/programmes` and `/reference-rate`."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query

from api.context import ActorDep, CommandDep, ServicesDep, SessionDep
from api.operations.schemas import OperationRead
from api.pagination import PageDep
from api.programmes import rates, service
from api.programmes.rates import ReferenceRateRead, ReferenceRateSet
from api.programmes.schemas import ProgrammePublish, ProgrammeRead, Programmes
from api.schemas import Address, NoBody

router = APIRouter(prefix="/programmes", tags=["programmes"])
reference_rate = APIRouter(prefix="/reference-rate", tags=["programmes"])

ProgrammeId = Annotated[int, Path(ge=1, lt=2**32)]


@router.post("", status_code=202)
def publish(body: ProgrammePublish, command: CommandDep) -> OperationRead:
    """Publish terms for your payables. With a wallet of your own you are handed them to sign. Debtors only."""
    return service.publish(command, body)


@router.get("")
def list_programmes(
    session: SessionDep,
    services: ServicesDep,
    _actor: ActorDep,
    page: PageDep,
    debtor: Annotated[Address | None, Query(description="Of this debtor only.")] = None,
    is_open: Annotated[
        bool | None, Query(alias="open", description="Only those that are open, or only those that are not.")
    ] = None,
) -> Programmes:
    """All programmes, newest first: published terms are for everybody on the network."""
    return service.list_programmes(session, services, page, debtor, is_open)


@router.get("/{programme_id}")
def get_programme(
    programme_id: ProgrammeId, session: SessionDep, services: ServicesDep, _actor: ActorDep
) -> ProgrammeRead:
    """One programme."""
    return service.read(session, services, service.get(session, programme_id))


@router.post("/{programme_id}/retire", status_code=202)
def retire(
    programme_id: ProgrammeId, command: CommandDep, _body: Annotated[NoBody | None, Body()] = None
) -> OperationRead:
    """End it for new payables; what is proposed or confirmed under it goes on. Its debtor only."""
    return service.retire(command, programme_id)


@reference_rate.get("")
def get_reference_rate(session: SessionDep, services: ServicesDep, _actor: ActorDep) -> ReferenceRateRead:
    """The reference rate in force: the least late interest of what is confirmed now (R-17)."""
    return rates.read_rate(session, services)


@reference_rate.post("", status_code=202)
def set_reference_rate(body: ReferenceRateSet, command: CommandDep) -> OperationRead:
    """Record a new reference rate. Operator only."""
    return rates.set_rate(command, body)
