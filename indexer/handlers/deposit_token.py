"""DepositToken events → `cash_posting`, `deposit_credit`: a balance is a sum, so there is no row to step."""

from indexer.events import Event
from indexer.fold import Fold
from indexer.models import CashPosting, DepositCredit
from indexer.registry import handles


@handles("DepositToken", "Transfer", subject="from", folds=False)
def on_transfer(fold: Fold, event: Event) -> None:
    args = event.args
    fold.append(CashPosting, event, leg=0, account=args["from"], token=event.address, amount=-args["value"])
    fold.append(CashPosting, event, leg=1, account=args["to"], token=event.address, amount=args["value"])


@handles("DepositToken", "DepositCredited", subject="account", folds=False)
def on_deposit_credited(fold: Fold, event: Event) -> None:
    args = event.args
    fold.append(
        DepositCredit,
        event,
        bank_reference=args["bank_reference"],
        account=args["account"],
        token=event.address,
        amount=args["amount"],
    )
