"""DepositToken events → `cash_posting` (a balance is a sum, so there is no row to step), `deposit_credit`, `pay_out`,
`token_pause`."""

from indexer.events import Event
from indexer.fold import Fold, Row
from indexer.handlers.steps import agree
from indexer.models import CashPosting, DepositCredit, PayOut, PayOutState, TokenPause
from indexer.registry import SUBJECT, handles

PAY_OUT = "{emitter}/{pay_out_id}"


@handles("DepositToken", "Transfer", subject="from", folds=False)
def on_transfer(fold: Fold, event: Event) -> None:
    args = event.args
    fold.append(CashPosting, event, leg=0, account=args["from"], token=event.address, amount=-args["value"])
    fold.append(CashPosting, event, leg=1, account=args["to"], token=event.address, amount=args["value"])


@handles("DepositToken", "DepositCredited", subject="account", folds=False)
def on_deposit_credited(fold: Fold, event: Event) -> None:
    fold.append(DepositCredit, event, **event.args, token=event.address)


@handles("DepositToken", "PayOutRequested", subject=PAY_OUT)
def on_pay_out_requested(fold: Fold, event: Event) -> None:
    args = event.args
    fold.create(
        PayOut,
        event.subject,
        event,
        pay_out_key=event.subject,
        token=event.address,
        number=args["pay_out_id"],
        account=args["account"],
        amount=args["amount"],
        state=PayOutState.REQUESTED.value,
        instruction_hash=args["instruction_hash"],
        bank_reference=None,
        reason_hash=None,
        requested_at=event.timestamp,
    )


@handles("DepositToken", "PayOutCompleted", subject=PAY_OUT, reads={PayOut: SUBJECT})
def on_pay_out_completed(fold: Fold, event: Event) -> None:
    _end(fold, event, PayOutState.COMPLETED)["bank_reference"] = event.args["bank_reference"]


@handles("DepositToken", "PayOutRefused", subject=PAY_OUT, reads={PayOut: SUBJECT})
def on_pay_out_refused(fold: Fold, event: Event) -> None:
    _end(fold, event, PayOutState.REFUSED)["reason_hash"] = event.args["reason_hash"]


@handles("DepositToken", "TokenPaused", subject="{emitter}", folds=False)
def on_token_paused(fold: Fold, event: Event) -> None:
    fold.append(TokenPause, event, token=event.address, paused=True, reason_hash=event.args["reason_hash"])


@handles("DepositToken", "TokenResumed", subject="{emitter}", folds=False)
def on_token_resumed(fold: Fold, event: Event) -> None:
    fold.append(TokenPause, event, token=event.address, paused=False, reason_hash=None)


def _end(fold: Fold, event: Event, state: PayOutState) -> Row:
    row = fold.step(PayOut, event.subject, event)
    agree(event, "state", row["state"], PayOutState.REQUESTED.value)
    row["state"] = state.value
    return row
