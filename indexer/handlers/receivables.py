"""Receivables events → `payable`, `receivable`, `receivable_move`. Subject: the payable, for its receivables too."""

from typing import Any

from indexer.errors import ProjectionDiverged
from indexer.events import Event
from indexer.fold import Fold, Row, where
from indexer.models import MoveKind, Payable, PayableState, Receivable, ReceivableMove
from indexer.registry import handles


@handles("Receivables", "PayableProposed", subject="payable_id")
def on_payable_proposed(fold: Fold, event: Event) -> None:
    fold.create(
        Payable,
        event.subject,
        event,
        **event.args,
        state=PayableState.PROPOSED.value,
        paid=0,
        proposed_tx=event.tx_hash,
        proposed_block=event.block_number,
        proposed_at=event.timestamp,
        confirmed_tx=None,
        confirmed_block=None,
        confirmed_at=None,
        settled_at=None,
    )


@handles("Receivables", "PayableConfirmed", subject="payable_id", reads={Payable: "payable_id"})
def on_payable_confirmed(fold: Fold, event: Event) -> None:
    payable = _payable(fold, event, PayableState.PROPOSED)
    _agree(event, "face value", payable["face_value"], event.args["face_value"])
    payable["state"] = PayableState.CONFIRMED.value
    payable["confirmed_tx"] = event.tx_hash
    payable["confirmed_block"] = event.block_number
    payable["confirmed_at"] = event.timestamp

    face_value, holder = event.args["face_value"], event.args["holder"]
    receivable_id = event.args["receivable_id"]
    _new_receivable(fold, event, receivable_id, parent_id=None, holder=holder, start=0, end=face_value)
    _move(fold, event, receivable_id, None, MoveKind.ISSUE, frm=None, to=holder, value=face_value)


@handles("Receivables", "ReceivableSplit", subject="payable_id", reads={Receivable: "receivable_id"})
def on_receivable_split(fold: Fold, event: Event) -> None:
    args = event.args
    parent = _live(fold, event)
    _agree(event, "end of the parent", parent["end"], args["end"])
    _agree(event, "depth of the child", parent["depth"] + 1, args["depth"])
    if not parent["start"] < args["start"] < args["end"]:
        raise ProjectionDiverged(f"{where(event)}: [{args['start']}, {args['end']}) is no tail of {parent}")
    parent["end"] = args["start"]

    child_id, parent_id = args["child_id"], args["receivable_id"]
    interval = {"start": args["start"], "end": args["end"]}
    terms = {"depth": args["depth"], "recourse": args["recourse"]}
    _new_receivable(fold, event, child_id, parent_id=parent_id, holder=args["to"], **interval, **terms)
    _move(
        fold,
        event,
        child_id,
        parent_id,
        MoveKind.SPLIT,
        frm=parent["holder"],
        to=args["to"],
        value=args["end"] - args["start"],
        recourse=args["recourse"],
    )


@handles("Receivables", "ReceivableTransferred", subject="payable_id", reads={Receivable: "receivable_id"})
def on_receivable_transferred(fold: Fold, event: Event) -> None:
    args = event.args
    row = _live(fold, event)
    _agree(event, "holder", row["holder"], args["from"])
    row["holder"] = args["to"]
    row["recourse"] = args["recourse"]
    _move(
        fold,
        event,
        args["receivable_id"],
        row["parent_id"],
        MoveKind.TRANSFER,
        frm=args["from"],
        to=args["to"],
        value=row["end"] - row["start"],
        recourse=args["recourse"],
    )


@handles("Receivables", "PayablePaid", subject="payable_id", reads={Payable: "payable_id"})
def on_payable_paid(fold: Fold, event: Event) -> None:
    payable = _payable(fold, event, PayableState.CONFIRMED)
    _agree(event, "paid in", payable["paid"] + event.args["amount"], event.args["paid"])
    payable["paid"] = event.args["paid"]
    payable["state"] = event.args["state"]
    if event.args["state"] == PayableState.SETTLED:
        payable["settled_at"] = event.timestamp


@handles("Receivables", "ReceivableDrawn", subject="payable_id", reads={Receivable: "receivable_id"})
def on_receivable_drawn(fold: Fold, event: Event) -> None:
    args = event.args
    row = _live(fold, event)
    _agree(event, "holder", row["holder"], args["holder"])
    _agree(event, "drawn in all", row["drawn"] + args["amount"], args["drawn"])
    row["drawn"] = args["drawn"]
    row["redeemed"] = args["redeemed"]
    _move(
        fold,
        event,
        args["receivable_id"],
        row["parent_id"],
        MoveKind.DRAW,
        frm=args["holder"],
        to=None,
        value=args["amount"],
        recourse=row["recourse"],
    )


def _payable(fold: Fold, event: Event, expected: PayableState) -> Row:
    payable = fold.step(Payable, event.subject, event)
    _agree(event, "state", payable["state"], expected.value)
    return payable


def _live(fold: Fold, event: Event) -> Row:
    row = fold.step(Receivable, event.args["receivable_id"], event)
    _agree(event, "redeemed", row["redeemed"], False)
    return row


def _agree(event: Event, what: str, ours: Any, chains: Any) -> None:
    if ours != chains:
        raise ProjectionDiverged(f"{where(event)}: {what} of {event.subject} is {ours} here and {chains} on the chain")


def _new_receivable(
    fold: Fold,
    event: Event,
    receivable_id: str,
    *,
    parent_id: str | None,
    holder: str,
    start: int,
    end: int,
    depth: int = 0,
    recourse: bool = False,
) -> None:
    fold.create(
        Receivable,
        receivable_id,
        event,
        receivable_id=receivable_id,
        payable_id=event.subject,
        parent_id=parent_id,
        holder=holder,
        start=start,
        end=end,
        depth=depth,
        recourse=recourse,
        drawn=0,
        redeemed=False,
        created_tx=event.tx_hash,
        created_block=event.block_number,
        created_at=event.timestamp,
    )


def _move(
    fold: Fold,
    event: Event,
    receivable_id: str,
    parent_id: str | None,
    kind: MoveKind,
    *,
    frm: str | None,
    to: str | None,
    value: int,
    recourse: bool = False,
) -> None:
    fold.append(
        ReceivableMove,
        event,
        subject=event.subject,
        receivable_id=receivable_id,
        payable_id=event.subject,
        parent_id=parent_id,
        kind=kind.value,
        from_account=frm,
        to_account=to,
        value=value,
        recourse=recourse,
    )
