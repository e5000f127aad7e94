"""The reference rate: late interest's floor for what is confirmed from then on (R-17)."""

from datetime import date

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from api.context import CommandContext, Prepared, Services
from api.domain.dates import from_day, to_day
from api.identity.actor import Role
from api.operations.schemas import OperationRead
from api.schemas import Request
from indexer import queries
from indexer.models import ReferenceRate
from node_adapter.outbox.commands import Call


class ReferenceRateSet(Request):
    """The one-year LPR from a day on."""

    effective_date: date = Field(ge=date(2000, 1, 1), description="Not after today, and not before the rate in force.")
    rate_ppm: int = Field(ge=0, lt=2**32, description="Parts per million a year: 3.10 % is 31000.")


class ReferenceRateRead(BaseModel):
    """The rate in force, nulls before the first."""

    effective_date: date | None
    rate_ppm: int | None
    as_of_block: int
    final: bool


def set_rate(context: CommandContext, body: ReferenceRateSet) -> OperationRead:
    """The operator records what the market's authority published."""
    context.actor.must_be(Role.OPERATOR)

    def prepare(request_hash: str) -> Prepared:
        return Prepared(
            context.command(
                request_hash,
                kind="reference_rate.set",
                resource=("reference_rate", str(body.effective_date)),
                subject=f"reference_rate:{to_day(body.effective_date)}",
                call=Call("Origination", "setReferenceRate", [to_day(body.effective_date), body.rate_ppm]),
                sender=context.key(),
                version=context.services.deployments.current,
            )
        )

    return context.once("reference rate", body, prepare)


def in_force(session: Session, services: Services) -> ReferenceRate | None:
    """The newest, of the contracts' current version; None before the first."""
    return queries.reference_rates(session).get(services.deployments.instance("Origination"))


def read_rate(session: Session, services: Services) -> ReferenceRateRead:
    """That of the contracts' current version, whoever asks."""
    row = in_force(session, services)
    return ReferenceRateRead(
        effective_date=None if row is None else from_day(row.effective_date),
        rate_ppm=None if row is None else row.rate_ppm,
        **services.as_of(session),
    )
