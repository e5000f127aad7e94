"""Receivables events → `payable` from its confirmation on, `receivable`, `receivable_move`. Subject: the payable."""

from indexer.errors import ProjectionDiverged
from indexer.events import Event
from indexer.fold import Fold, Row, where
from indexer.handlers.steps import agree, live_piece, move, or_none, payable_in, value_of
from indexer.models import CreditNote, MoveKind, ParkingKind, Payable, PayableState, Receivable, ReceivableState
from indexer.registry import handles

CONFIRMED = PayableState.CONFIRMED


@handles("Receivables", "PayableConfirmed", subject="payable_id", reads={Payable: "payable_id"})
def on_payable_confirmed(fold: Fold, event: Event) -> None:
    args = event.args
    payable = payable_in(fold, event, PayableState.PROPOSED)
    agree(event, "supplier", payable["supplier"], args["holder"])
    for name in ("debtor", "programme_id", "face_value", "due_date", "issued"):
        agree(event, name, payable[name], args[name])
    payable["state"] = CONFIRMED.value
    payable["claims_invoice"] = True
    payable["late_rate_ppm"] = args["late_rate_ppm"]
    payable["confirmed_tx"] = event.tx_hash
    payable["confirmed_block"] = event.block_number
    payable["confirmed_at"] = event.timestamp

    root = _new_receivable(
        fold,
        event,
        args["receivable_id"],
        parent_id=None,
        holder=args["holder"],
        sender=args["debtor"],
        endorser=None,
        refusable=args["issued"],
        start=0,
        end=args["face_value"],
        depth=0,
    )
    move(fold, event, root, MoveKind.ISSUE, frm=None, to=args["holder"], value=args["face_value"])


@handles(
    "Receivables",
    "PayableCancelled",
    subject="payable_id",
    reads={Payable: "payable_id", Receivable: "receivable_id"},
)
def on_payable_cancelled(fold: Fold, event: Event) -> None:
    payable = payable_in(fold, event, CONFIRMED)
    payable["state"] = PayableState.CANCELLED.value
    payable["closed_at"] = event.timestamp
    root = live_piece(fold, event, event.args["receivable_id"])
    root["state"] = ReceivableState.CANCELLED.value
    move(fold, event, root, MoveKind.CANCEL, frm=root["holder"], to=None, value=value_of(root))


@handles("Receivables", "ReceivableSplit", subject="payable_id", reads={Receivable: "receivable_id"})
def on_receivable_split(fold: Fold, event: Event) -> None:
    """Handed on: to be refused, unless an event after this one says that it was parked, sold, or moved by an order."""
    args = event.args
    parent = live_piece(fold, event, args["receivable_id"])
    agree(event, "end of the parent", parent["end"], args["end"])
    if not parent["start"] < args["start"] < args["end"]:
        raise ProjectionDiverged(f"{where(event)}: [{args['start']}, {args['end']}) is no tail of {parent}")
    parent["end"] = args["start"]
    parent["refusable"] = False

    child = _new_receivable(
        fold,
        event,
        args["child_id"],
        parent_id=args["receivable_id"],
        holder=args["to"],
        sender=parent["holder"],
        endorser=or_none(args["endorser"]),
        refusable=True,
        start=args["start"],
        end=args["end"],
        depth=args["depth"],
    )
    move(fold, event, child, MoveKind.SPLIT, frm=parent["holder"], to=args["to"], value=value_of(child))


@handles("Receivables", "ReceivableTransferred", subject="payable_id", reads={Receivable: "receivable_id"})
def on_receivable_transferred(fold: Fold, event: Event) -> None:
    """To be refused, unless an event after this one says what else it was."""
    args = event.args
    piece = live_piece(fold, event, args["receivable_id"])
    agree(event, "holder", piece["holder"], args["from"])
    piece["holder"] = args["to"]
    piece["sender"] = args["from"]
    piece["endorser"] = or_none(args["endorser"])
    piece["received_at"] = event.timestamp
    piece["refusable"] = True
    move(fold, event, piece, MoveKind.TRANSFER, frm=args["from"], to=args["to"], value=value_of(piece))


@handles("Receivables", "ReceivableRefused", subject="payable_id", reads={Receivable: "receivable_id"})
def on_receivable_refused(fold: Fold, event: Event) -> None:
    piece = live_piece(fold, event, event.args["receivable_id"])
    agree(event, "holder", piece["holder"], event.args["sender"])
    piece["refusable"] = False
    ends = {"frm": event.args["receiver"], "to": event.args["sender"]}
    move(fold, event, piece, MoveKind.REFUSE, **ends, value=value_of(piece))


@handles("Receivables", "ReceivableParked", subject="payable_id", reads={Receivable: "receivable_id"})
def on_receivable_parked(fold: Fold, event: Event) -> None:
    args = event.args
    piece = live_piece(fold, event, args["receivable_id"])
    agree(event, "value parked", value_of(piece), args["value"])
    piece["refusable"] = False
    piece["parking"] = args["kind"]
    piece["credit_note_hash"] = or_none(args["document_hash"])
    move(fold, event, piece, MoveKind.PARK, frm=args["from"], to=piece["holder"], value=args["value"])
    if args["kind"] == ParkingKind.DILUTED:
        fold.append(
            CreditNote,
            event,
            payable_id=event.subject,
            receivable_id=args["receivable_id"],
            amount=args["value"],
            credit_note_hash=args["document_hash"],
        )


@handles(
    "Receivables",
    "ReceivablesMerged",
    subject="payable_id",
    reads={Receivable: ("receivable_id", "absorbed_id")},
)
def on_receivables_merged(fold: Fold, event: Event) -> None:
    args = event.args
    piece = live_piece(fold, event, args["receivable_id"])
    absorbed = live_piece(fold, event, args["absorbed_id"])
    agree(
        event,
        "neighbours",
        (piece["start"], piece["end"], absorbed["end"]),
        (args["start"], absorbed["start"], args["end"]),
    )
    piece["end"] = args["end"]
    piece["depth"] = args["depth"]
    piece["refusable"] = False
    absorbed["state"] = ReceivableState.MERGED.value
    absorbed["merged_into"] = args["receivable_id"]
    move(fold, event, absorbed, MoveKind.MERGE, frm=args["holder"], to=args["holder"], value=value_of(absorbed))


@handles("Receivables", "PayablePaid", subject="payable_id", reads={Payable: "payable_id"})
def on_payable_paid(fold: Fold, event: Event) -> None:
    payable = payable_in(fold, event, CONFIRMED)
    agree(event, "paid in", payable["paid"] + event.args["amount"], event.args["paid"])
    payable["paid"] = event.args["paid"]
    payable["state"] = event.args["state"]
    if event.args["state"] == PayableState.SETTLED:
        payable["closed_at"] = event.timestamp


@handles("Receivables", "PayableWrittenOff", subject="payable_id", reads={Payable: "payable_id"})
def on_payable_written_off(fold: Fold, event: Event) -> None:
    payable = payable_in(fold, event, CONFIRMED)
    agree(event, "what was not paid", payable["face_value"] - payable["paid"], event.args["amount"])
    payable["state"] = PayableState.WRITTEN_OFF.value
    payable["reason_hash"] = event.args["reason_hash"]
    payable["closed_at"] = event.timestamp


@handles("Receivables", "ReceivableRedeemed", subject="payable_id", reads={Receivable: "receivable_id"})
def on_receivable_redeemed(fold: Fold, event: Event) -> None:
    args = event.args
    piece = live_piece(fold, event, args["receivable_id"])
    agree(event, "holder and value", (piece["holder"], value_of(piece)), (args["holder"], args["value"]))
    piece["state"] = ReceivableState.REDEEMED.value
    move(fold, event, piece, MoveKind.REDEEM, frm=args["holder"], to=None, value=args["value"])


def _new_receivable(
    fold: Fold,
    event: Event,
    receivable_id: str,
    *,
    parent_id: str | None,
    holder: str,
    sender: str,
    endorser: str | None,
    refusable: bool,
    start: int,
    end: int,
    depth: int,
) -> Row:
    fold.create(
        Receivable,
        receivable_id,
        event,
        receivable_id=receivable_id,
        payable_id=event.subject,
        parent_id=parent_id,
        holder=holder,
        sender=sender,
        endorser=endorser,
        received_at=event.timestamp,
        refusable=refusable,
        start=start,
        end=end,
        depth=depth,
        state=ReceivableState.LIVE.value,
        merged_into=None,
        parking=None,
        credit_note_hash=None,
        drawn_principal=0,
        drawn_interest=0,
        drawn_recovered=0,
        created_tx=event.tx_hash,
        created_block=event.block_number,
        created_at=event.timestamp,
    )
    return fold.step(Receivable, receivable_id, event)
