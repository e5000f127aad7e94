"""`/deposits`, `/deposit-tokens`, `/pay-outs`, `/set-aside-cash` and `/accounts`."""

from typing import Annotated

from fastapi import APIRouter, Body

from api.context import ActorDep, CommandDep, ServicesDep, SessionDep
from api.operations.schemas import OperationRead
from api.pagination import PageDep
from api.schemas import Account as AccountPath
from api.schemas import NoBody, ReasonGiven, ReceivableId
from api.settlement import pay_outs, service, set_aside, tokens
from api.settlement.schemas import (
    Account,
    DepositCredit,
    DepositTokens,
    PayOutAsk,
    PayOutComplete,
    PayOutId,
    PayOutRead,
    PayOuts,
    SetAsideCash,
    SetAsideRelease,
)

router = APIRouter(tags=["settlement"])

Nothing = Annotated[NoBody | None, Body()]


@router.post("/deposits", status_code=202)
def credit(body: DepositCredit, command: CommandDep) -> OperationRead:
    """Credit an account with money that reached the bank. The settlement bank only."""
    return service.credit(command, body)


@router.get("/deposit-tokens")
def list_deposit_tokens(session: SessionDep, services: ServicesDep, _actor: ActorDep) -> DepositTokens:
    """Each bank's deposits, and whether they move."""
    return tokens.list_tokens(session, services)


@router.post("/deposit-tokens/{account}/pause", status_code=202)
def pause(account: AccountPath, body: ReasonGiven, command: CommandDep) -> OperationRead:
    """Stop all movements of your deposits but credits and completed pay-outs. Their bank only."""
    return tokens.pause(command, account, body)


@router.post("/deposit-tokens/{account}/resume", status_code=202)
def resume(account: AccountPath, command: CommandDep, _body: Nothing = None) -> OperationRead:
    """Let your deposits move again. Their bank only."""
    return tokens.resume(command, account)


@router.post("/pay-outs", status_code=202)
def ask_for_pay_out(body: PayOutAsk, command: CommandDep) -> OperationRead:
    """Ask the bank to pay deposits of yours out as money."""
    return pay_outs.ask(command, body)


@router.get("/pay-outs")
def list_pay_outs(session: SessionDep, services: ServicesDep, actor: ActorDep, page: PageDep) -> PayOuts:
    """Your pay-outs; for the bank, all of its deposits. Newest first."""
    return pay_outs.list_pay_outs(session, services, actor, page)


@router.get("/pay-outs/{pay_out_id}")
def get_pay_out(pay_out_id: PayOutId, session: SessionDep, services: ServicesDep, actor: ActorDep) -> PayOutRead:
    """One pay-out."""
    return pay_outs.read(session, services, pay_outs.get(session, services, actor, pay_out_id))


@router.post("/pay-outs/{pay_out_id}/complete", status_code=202)
def complete_pay_out(pay_out_id: PayOutId, body: PayOutComplete, command: CommandDep) -> OperationRead:
    """Say that the money was paid: the deposits are burnt. The bank only."""
    return pay_outs.complete(command, pay_out_id, body)


@router.post("/pay-outs/{pay_out_id}/refuse", status_code=202)
def refuse_pay_out(pay_out_id: PayOutId, body: ReasonGiven, command: CommandDep) -> OperationRead:
    """Give the deposits back to who asked. The bank only."""
    return pay_outs.refuse(command, pay_out_id, body)


@router.get("/set-aside-cash")
def list_set_aside_cash(session: SessionDep, services: ServicesDep, actor: ActorDep) -> SetAsideCash:
    """Your cash that waits, because you could not be paid or holds were on the receivable (I9)."""
    return set_aside.list_cash(session, services, actor)


@router.post("/receivables/{receivable_id}/release-set-aside", status_code=202)
def release_set_aside(
    receivable_id: ReceivableId, command: CommandDep, body: Annotated[SetAsideRelease | None, Body()] = None
) -> OperationRead:
    """Have your cash that was set aside paid to you, once you may be paid and no holds stand."""
    return set_aside.release(command, receivable_id, body or SetAsideRelease())


@router.get("/accounts/me")
def get_account(session: SessionDep, services: ServicesDep, actor: ActorDep) -> Account:
    """Your own balances."""
    return service.account(session, services, actor)
