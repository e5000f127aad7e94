"""`/chain`: how far the index is, and what time it is there: business dates come from this clock, not the wall's."""

from datetime import UTC, date, datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.context import ActorDep, ServicesDep, SessionDep
from api.domain.dates import business_date
from api.reading import newest_block

router = APIRouter(prefix="/chain", tags=["chain"])


class ChainRead(BaseModel):
    """The newest block that every answer knows of."""

    chain_id: int
    block: int
    block_hash: str
    now: datetime
    business_date: date
    version: int = Field(description="Of the contracts: the one in which new payables are made.")


@router.get("")
def get_chain(session: SessionDep, services: ServicesDep, _actor: ActorDep) -> ChainRead:
    """The newest indexed block, the chain's time, and the business date it falls on (R-44)."""
    block = newest_block(session)
    return ChainRead(
        chain_id=services.deployments.chain_id,
        block=block.number,
        block_hash=block.hash,
        now=datetime.fromtimestamp(block.timestamp, UTC),
        business_date=business_date(block.timestamp),
        version=services.deployments.current,
    )
