"""`/payables`."""

from typing import Annotated

from fastapi import APIRouter, Body

from api.context import ActorDep, CommandDep, ServicesDep, SessionDep
from api.operations.schemas import OperationRead
from api.pagination import PageDep
from api.payables import cancelling, issuing, payment, reading, service
from api.payables.schemas import (
    CancellationOffers,
    PayableCredit,
    PayableIssue,
    PayablePay,
    PayablePropose,
    PayableRead,
    Payables,
)
from api.schemas import NoBody, PayableId, ReasonGiven

router = APIRouter(prefix="/payables", tags=["payables"])

Nothing = Annotated[NoBody | None, Body()]


@router.post("", status_code=202)
def propose(body: PayablePropose, command: CommandDep) -> OperationRead:
    """Propose the payable behind your invoice to its debtor."""
    return service.propose(command, body)


@router.get("")
def list_payables(session: SessionDep, services: ServicesDep, actor: ActorDep, page: PageDep) -> Payables:
    """Payables you owe, proposed, or have held a piece of; newest first."""
    return reading.list_payables(session, services, actor, page)


@router.get("/{payable_id}")
def get_payable(payable_id: PayableId, session: SessionDep, services: ServicesDep, actor: ActorDep) -> PayableRead:
    """One payable you are a party to."""
    return reading.read(session, services, service.get(session, actor, payable_id))


@router.post("/{payable_id}/confirm", status_code=202)
def confirm(payable_id: PayableId, command: CommandDep, _body: Nothing = None) -> OperationRead:
    """Confirm that you owe it: irrevocable (R-13). With a wallet of your own you are handed the terms to sign."""
    return service.confirm(command, payable_id)


@router.post("/{payable_id}/dispute", status_code=202)
def dispute_proposal(payable_id: PayableId, body: ReasonGiven, command: CommandDep) -> OperationRead:
    """Dispute a proposal: it cannot be confirmed until you withdraw the dispute. Its debtor only."""
    return service.dispute(command, payable_id, body)


@router.post("/{payable_id}/withdraw-dispute", status_code=202)
def withdraw_dispute(payable_id: PayableId, command: CommandDep, _body: Nothing = None) -> OperationRead:
    """Withdraw your dispute: the proposal stands again. Its debtor only."""
    return service.withdraw_dispute(command, payable_id)


@router.post("/{payable_id}/decline", status_code=202)
def decline(payable_id: PayableId, body: ReasonGiven, command: CommandDep) -> OperationRead:
    """Decline a proposal for good. Its debtor only."""
    return service.decline(command, payable_id, body)


@router.post("/{payable_id}/withdraw", status_code=202)
def withdraw(payable_id: PayableId, command: CommandDep, _body: Nothing = None) -> OperationRead:
    """Take your proposal back for good. Its supplier only."""
    return service.withdraw(command, payable_id)


@router.post("/issue", status_code=202)
def issue(body: PayableIssue, command: CommandDep) -> OperationRead:
    """Owe an invoice at once, unasked: irrevocable (R-13), unless its supplier refuses it. Its debtor only."""
    return issuing.issue(command, body)


@router.post("/{payable_id}/refuse", status_code=202)
def refuse_issued(payable_id: PayableId, command: CommandDep, _body: Nothing = None) -> OperationRead:
    """Refuse what was issued to you, while the programme's window is open (I6). Its supplier only."""
    return issuing.refuse(command, payable_id)


@router.post("/{payable_id}/credit", status_code=202)
def credit_proposal(payable_id: PayableId, body: PayableCredit, command: CommandDep) -> OperationRead:
    """Lower your proposal by a credit note. Once it is confirmed, dilute pieces instead."""
    return issuing.credit(command, payable_id, body)


@router.post("/{payable_id}/cancellations", status_code=202)
def offer_cancellation(payable_id: PayableId, command: CommandDep, _body: Nothing = None) -> OperationRead:
    """Sign that the other party may cancel, within a week. Supplier or debtor."""
    return cancelling.offer(command, payable_id)


@router.get("/{payable_id}/cancellations")
def list_cancellations(
    payable_id: PayableId, session: SessionDep, services: ServicesDep, actor: ActorDep
) -> CancellationOffers:
    """What supplier and debtor have offered each other."""
    return cancelling.list_offers(session, services, actor, payable_id)


@router.post("/{payable_id}/cancel", status_code=202)
def cancel(payable_id: PayableId, command: CommandDep, _body: Nothing = None) -> OperationRead:
    """Cancel what is confirmed, on the other party's signature, while its first payee has all of it (R-13)."""
    return cancelling.cancel(command, payable_id)


@router.post("/{payable_id}/pay", status_code=202)
def pay(payable_id: PayableId, body: PayablePay, command: CommandDep) -> OperationRead:
    """Pay in, in full or in part; holders can be redeemed at once. What came back to you is netted."""
    return payment.pay(command, payable_id, body)
