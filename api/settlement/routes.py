"""`/deposits` and `/accounts`."""

from fastapi import APIRouter

from api.context import ActorDep, CommandDep, ServicesDep, SessionDep
from api.operations.schemas import OperationRead
from api.settlement import service
from api.settlement.schemas import Account, DepositCredit

router = APIRouter(tags=["settlement"])


@router.post("/deposits", status_code=202)
def credit(body: DepositCredit, command: CommandDep) -> OperationRead:
    """Credit an account with money that reached the bank. The settlement bank only."""
    return service.credit(command, body)


@router.get("/accounts/me")
def get_account(session: SessionDep, services: ServicesDep, actor: ActorDep) -> Account:
    """Your own balances."""
    return service.account(session, services, actor)
