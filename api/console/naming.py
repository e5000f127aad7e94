"""What commands and events are called on screen. English here; the catalogues translate."""

from typing import Any

from api.console.navigation import mark
from api.console.words import Words
from api.identity.actor import Role

ROLES = {
    Role.SUPPLIER: mark("Supplier"),
    Role.CORE_ENTERPRISE: mark("Core enterprise"),
    Role.FINANCIER: mark("Financier"),
    Role.BANK: mark("Settlement bank"),
    Role.OPERATOR: mark("Platform operator"),
    Role.REGULATOR: mark("Regulator"),
    Role.COMPLIANCE: mark("Compliance"),
}

KINDS = {
    "deposit.credit": mark("Credit a deposit"),
    "deposit_token.pause": mark("Stop deposits"),
    "deposit_token.resume": mark("Let deposits move again"),
    "dishonour.lift": mark("Lift a dishonour"),
    "dishonour.object": mark("Object to a dishonour"),
    "dishonour.record": mark("Record a dishonour"),
    "financing.quote": mark("Make a quote"),
    "financing.request": mark("Ask for quotes"),
    "freeze.enforce": mark("Enforce a freeze"),
    "freeze.order": mark("Order a freeze"),
    "freeze.release": mark("Release a freeze"),
    "freeze.set_aside": mark("Set aside under a freeze"),
    "hold.enforce": mark("Take what was pledged"),
    "hold.release": mark("Release a hold"),
    "invoice.anchor": mark("Upload an invoice"),
    "key_rotation.announce": mark("Announce a change of key"),
    "key_rotation.cancel": mark("Cancel a change of key"),
    "key_rotation.complete": mark("Complete a change of key"),
    "key_rotation.drop": mark("Call a change of key off"),
    "key_rotation.prepare": mark("Prepare a change of key"),
    "participant.admit": mark("Admit an organisation"),
    "participant.close": mark("Close an organisation's account"),
    "participant.readmit": mark("Readmit an organisation"),
    "participant.reinstate": mark("Reinstate an organisation"),
    "participant.suspend": mark("Suspend an organisation"),
    "pay_out.ask": mark("Have deposits paid out"),
    "pay_out.complete": mark("Complete a pay-out"),
    "pay_out.refuse": mark("Refuse a pay-out"),
    "payable.cancel": mark("Cancel a payable"),
    "payable.close_recovery": mark("Close a recovery"),
    "payable.confirm": mark("Confirm a payable"),
    "payable.credit": mark("Lower a proposal"),
    "payable.decline": mark("Decline a proposal"),
    "payable.dispute": mark("Dispute a proposal"),
    "payable.issue": mark("Issue a payable"),
    "payable.offer_cancellation": mark("Offer to cancel a payable"),
    "payable.pay": mark("Pay a payable"),
    "payable.propose": mark("Propose a payable"),
    "payable.recover": mark("Pay in after a write-off"),
    "payable.refuse": mark("Refuse what was issued"),
    "payable.withdraw": mark("Withdraw a proposal"),
    "payable.withdraw_dispute": mark("Withdraw a dispute"),
    "payable.write_off": mark("Write a payable off"),
    "programme.publish": mark("Publish terms"),
    "programme.retire": mark("Retire terms"),
    "quote.accept": mark("Sell on a quote"),
    "quote.cancel": mark("Call a quote off"),
    "quotes.accept": mark("Sell on several quotes"),
    "receivable.claim_recourse": mark("Claim recourse"),
    "receivable.dilute": mark("Give a part up"),
    "receivable.dispute": mark("Dispute a part"),
    "receivable.extinguish": mark("Give a receivable up"),
    "receivable.merge": mark("Merge receivables"),
    "receivable.pledge": mark("Pledge a receivable"),
    "receivable.redeem": mark("Redeem a receivable"),
    "receivable.refuse": mark("Refuse a receivable"),
    "receivable.release_set_aside": mark("Have set-aside cash paid out"),
    "receivable.repurchase": mark("Buy a receivable back"),
    "receivable.reserve": mark("Reserve a part"),
    "receivable.split": mark("Split and hand on"),
    "receivable.transfer": mark("Hand a receivable on"),
    "reference_rate.set": mark("Set the reference rate"),
    "registration.anchor": mark("Put a registration on record"),
}

EVENTS = {
    "Anchored": mark("Document anchored"),
    "AuthorizationUsed": mark("Authorization used"),
    "CashSetAside": mark("Cash set aside"),
    "DebtorBarredUntil": mark("Debtor barred"),
    "DepositCredited": mark("Deposit credited"),
    "DishonourLifted": mark("Dishonour lifted"),
    "DishonourObjected": mark("Dishonour objected to"),
    "DishonourRecorded": mark("Dishonour recorded"),
    "FeePaid": mark("Fee paid"),
    "FreezeOrdered": mark("Freeze ordered"),
    "FreezeReleased": mark("Freeze released"),
    "HoldEnforced": mark("Hold enforced"),
    "HoldPlaced": mark("Hold placed"),
    "HoldReleased": mark("Hold released"),
    "HolderRedeemed": mark("Holder paid"),
    "InvoiceReleased": mark("Invoice released"),
    "KeyRotated": mark("Key changed"),
    "KeyRotationAnnounced": mark("Change of key announced"),
    "KeyRotationCancelled": mark("Change of key cancelled"),
    "LateInterestGivenUp": mark("Late interest given up"),
    "ParticipantAdmitted": mark("Participant admitted"),
    "ParticipantClosed": mark("Participant closed"),
    "ParticipantReadmitted": mark("Participant readmitted"),
    "ParticipantReinstated": mark("Participant reinstated"),
    "ParticipantSuspended": mark("Participant suspended"),
    "PayOutCompleted": mark("Pay-out completed"),
    "PayOutRefused": mark("Pay-out refused"),
    "PayOutRequested": mark("Pay-out requested"),
    "PayableCancelled": mark("Payable cancelled"),
    "PayableConfirmed": mark("Payable confirmed"),
    "PayableIssued": mark("Payable issued"),
    "PayablePaid": mark("Payable paid in full"),
    "PayableProposed": mark("Payable proposed"),
    "PayableWrittenOff": mark("Payable written off"),
    "PaymentReceived": mark("Payment received"),
    "ProgrammePublished": mark("Terms published"),
    "ProgrammeRetired": mark("Terms retired"),
    "ProgrammeTokenAccepted": mark("Deposit token accepted"),
    "ProposalCredited": mark("Proposal credited"),
    "ProposalDeclined": mark("Proposal declined"),
    "ProposalDisputeWithdrawn": mark("Dispute withdrawn"),
    "ProposalDisputed": mark("Proposal disputed"),
    "ProposalWithdrawn": mark("Proposal withdrawn"),
    "QuoteAccepted": mark("Quote accepted"),
    "QuoteCancelled": mark("Quote called off"),
    "ReceivableDrawn": mark("Receivable drawn on"),
    "ReceivableMoved": mark("Receivable moved"),
    "ReceivableParked": mark("Receivable back with its debtor"),
    "ReceivableRedeemed": mark("Receivable redeemed"),
    "ReceivableRefused": mark("Receivable refused"),
    "ReceivableRepurchased": mark("Receivable repurchased"),
    "ReceivableSplit": mark("Receivable split"),
    "ReceivableTransferred": mark("Receivable handed on"),
    "ReceivablesMerged": mark("Receivables merged"),
    "RecourseClaimed": mark("Recourse claimed"),
    "RecoveryClosed": mark("Recovery closed"),
    "RecoveryReceived": mark("Recovery received"),
    "RedemptionSkipped": mark("Redemption skipped"),
    "ReferenceRateSet": mark("Reference rate set"),
    "SetAsideEnforced": mark("Set-aside enforced"),
    "SetAsideReleased": mark("Set-aside released"),
    "SlotChanged": mark("Piece put under its payable"),
    "SuccessorNamed": mark("Successor named"),
    "TokenPaused": mark("Deposits stopped"),
    "TokenResumed": mark("Deposits resumed"),
    "Transfer": mark("Deposit moved"),
    "TransferValue": mark("Value moved"),
}


MOVES = {
    "issue": mark("Issued"),
    "split": mark("Split off"),
    "transfer": mark("Handed on"),
    "refuse": mark("Refused"),
    "merge": mark("Merged"),
    "draw": mark("Drawn"),
    "redeem": mark("Redeemed"),
    "park": mark("Back with its debtor"),
    "cancel": mark("Cancelled"),
    "repurchase": mark("Repurchased"),
}


def role_name(role: str) -> str:
    """What kind of organisation it is, in English."""
    return ROLES[Role(role)]


def kind_name(kind: str) -> str:
    """A command's name in English; its own word where it has none yet."""
    return KINDS.get(kind, kind)


def event_name(name: str) -> str:
    """An event's name in English; the contract's where it has none yet."""
    return EVENTS.get(name, name)


_QUOTED = mark("at %(rate)s a year, as you are offered today")
_SOLD = mark("at %(rate)s a year, as you sold on %(day)s")


def price_note(words: Words, price: Any) -> str:
    """Where a rate comes from: `price` is one of figures.Price."""
    return words.say(_QUOTED if price.quoted else _SOLD, rate=words.rate(price.rate_ppm), day=words.day(price.day))


def move_name(kind: str) -> str:
    """What happened to a piece, in English; the index's own word where it has no name yet."""
    return MOVES.get(kind, kind)
