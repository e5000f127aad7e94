"""Origination events → `programme`, `programme_token`, `reference_rate`, `succession`; `payable` until confirmed."""

from indexer.events import Event
from indexer.fold import Fold
from indexer.handlers.steps import agree, or_none, payable_in
from indexer.models import CreditNote, Payable, PayableState, Programme, ProgrammeToken, ReferenceRate, Succession
from indexer.registry import handles

PROGRAMME = "programme:{programme_id}"
PROPOSED, DISPUTED = PayableState.PROPOSED, PayableState.DISPUTED


@handles("Origination", "ProgrammePublished", subject=PROGRAMME)
def on_programme_published(fold: Fold, event: Event) -> None:
    fold.create(
        Programme,
        event.args["programme_id"],
        event,
        **event.args,
        retired=False,
        published_tx=event.tx_hash,
        published_block=event.block_number,
        published_at=event.timestamp,
    )


@handles("Origination", "ProgrammeTokenAccepted", subject=PROGRAMME, folds=False)
def on_programme_token_accepted(fold: Fold, event: Event) -> None:
    fold.append(ProgrammeToken, event, **event.args)


@handles("Origination", "ProgrammeRetired", subject=PROGRAMME, reads={Programme: "programme_id"})
def on_programme_retired(fold: Fold, event: Event) -> None:
    programme = fold.step(Programme, event.args["programme_id"], event)
    agree(event, "retired", programme["retired"], False)
    programme["retired"] = True


@handles("Origination", "ReferenceRateSet", subject="reference_rate:{effective_date}", folds=False)
def on_reference_rate_set(fold: Fold, event: Event) -> None:
    fold.append(ReferenceRate, event, **event.args)


@handles("Origination", "SuccessorNamed", subject="{emitter}", folds=False)
def on_successor_named(fold: Fold, event: Event) -> None:
    fold.append(Succession, event, origination=event.address, **event.args)


@handles("Origination", "PayableProposed", subject="payable_id")
def on_payable_proposed(fold: Fold, event: Event) -> None:
    _new_payable(fold, event, issued=False)


@handles("Origination", "PayableIssued", subject="payable_id")
def on_payable_issued(fold: Fold, event: Event) -> None:
    """Proposed for as long as it takes to confirm it, in the same transaction."""
    _new_payable(fold, event, issued=True)


@handles("Origination", "ProposalDisputed", subject="payable_id", reads={Payable: "payable_id"})
def on_proposal_disputed(fold: Fold, event: Event) -> None:
    payable = payable_in(fold, event, PROPOSED)
    payable["state"] = DISPUTED.value
    payable["reason_hash"] = event.args["reason_hash"]


@handles("Origination", "ProposalDisputeWithdrawn", subject="payable_id", reads={Payable: "payable_id"})
def on_proposal_dispute_withdrawn(fold: Fold, event: Event) -> None:
    payable = payable_in(fold, event, DISPUTED)
    payable["state"] = PROPOSED.value
    payable["reason_hash"] = None


@handles("Origination", "ProposalDeclined", subject="payable_id", reads={Payable: "payable_id"})
def on_proposal_declined(fold: Fold, event: Event) -> None:
    payable = payable_in(fold, event, PROPOSED, DISPUTED)
    payable["state"] = PayableState.DECLINED.value
    payable["reason_hash"] = event.args["reason_hash"]
    payable["closed_at"] = event.timestamp


@handles("Origination", "ProposalWithdrawn", subject="payable_id", reads={Payable: "payable_id"})
def on_proposal_withdrawn(fold: Fold, event: Event) -> None:
    payable = payable_in(fold, event, PROPOSED, DISPUTED)
    payable["state"] = PayableState.CANCELLED.value
    payable["closed_at"] = event.timestamp


@handles("Origination", "ProposalCredited", subject="payable_id", reads={Payable: "payable_id"})
def on_proposal_credited(fold: Fold, event: Event) -> None:
    args = event.args
    payable = payable_in(fold, event, PROPOSED, DISPUTED)
    agree(event, "face value", payable["face_value"] - args["amount"], args["face_value"])
    payable["face_value"] = args["face_value"]
    fold.append(
        CreditNote,
        event,
        payable_id=event.subject,
        receivable_id=None,
        amount=args["amount"],
        credit_note_hash=args["credit_note_hash"],
    )


@handles("Origination", "InvoiceReleased", subject="payable_id", reads={Payable: "payable_id"})
def on_invoice_released(fold: Fold, event: Event) -> None:
    payable = fold.step(Payable, event.subject, event)
    agree(event, "invoice", payable["invoice_fingerprint"], event.args["invoice_fingerprint"])
    agree(event, "claim on the invoice", payable["claims_invoice"], True)
    payable["claims_invoice"] = False


def _new_payable(fold: Fold, event: Event, *, issued: bool) -> None:
    hashes = {name: or_none(event.args[name]) for name in ("tenor_reason_hash", "undertaking_hash")}
    fold.create(
        Payable,
        event.subject,
        event,
        **{**event.args, **hashes},
        issued=issued,
        state=PROPOSED.value,
        reason_hash=None,
        claims_invoice=False,
        late_rate_ppm=None,
        paid=0,
        interest_paid=0,
        recovered=0,
        recovery_closed=False,
        proposed_tx=event.tx_hash,
        proposed_block=event.block_number,
        proposed_at=event.timestamp,
        confirmed_tx=None,
        confirmed_block=None,
        confirmed_at=None,
        closed_at=None,
    )
