"""Solidity custom error → HTTP status, and what to tell a person. A test keeps the table complete.

422: the request alone is wrong. 409: the state of the chain forbids it now. 403: it is not yours to do.
500: only a fault of ours can raise it.
"""

from http import HTTPStatus
from typing import NamedTuple


class Refusal(NamedTuple):
    """How a contract's error is answered."""

    status: HTTPStatus
    message: str


_FAULT = "a call was made that the contracts cannot take, which is a fault of ours"

_OURS_TO_EXPLAIN = (
    "AccessManagerAlreadyScheduled",
    "AccessManagerBadConfirmation",
    "AccessManagerExpired",
    "AccessManagerInvalidInitialAdmin",
    "AccessManagerLockedRole",
    "AccessManagerNotReady",
    "AccessManagerNotScheduled",
    "AccessManagerUnauthorizedCancel",
    "AccessManagerUnauthorizedConsume",
    "AccessManagedInvalidAuthority",
    "AddressEmptyCode",
    "AuthorizationNotForCaller",
    "CallerNotNetworkContract",
    "ERC20InvalidApprover",
    "ERC20InvalidSender",
    "ERC20InvalidSpender",
    "EnforcementNotForCaller",
    "EtherNotAccepted",
    "ExecutionFailed",
    "FailedCall",
    "InsufficientBalance",
    "InvalidAccountNonce",
    "InvalidShortString",
    "Panic",
    "SafeCastOverflowedUintDowncast",
    "SafeERC20FailedOperation",
    "StringTooLong",
    "UnknownRevert",
)

_REQUEST = {
    "AmountOutOfRange": "an amount lies between the least and the most that are named",
    "AnchorIncomplete": "an anchor has a hash and a kind",
    "BankReferenceMissing": "give the bank's reference",
    "BatchOutOfRange": "a batch has too few or too many entries",
    "ERC20InvalidReceiver": "deposits cannot go to this address",
    "ERC721InvalidReceiver": "this address cannot hold a receivable",
    "EvidenceMissing": "a payable needs evidence of a real trade",
    "HoldBeneficiaryUnfit": "this party cannot be the beneficiary: name another than the holder and the debtor",
    "InvoiceFingerprintMissing": "a payable needs its invoice's fingerprint",
    "ParticipantRolesUnknown": "a participant has at least one role, and none but the network's",
    "ParticipantZeroAddress": "the zero address is nobody's",
    "PayableIssueDateFuture": "the invoice is issued after today; propose it from that day on",
    "PayableSelfDealing": "nobody owes itself",
    "PayableTenorReasonMissing": "it runs beyond the programme's soft limit: give the reason for so long a term",
    "PayableTenorTooLong": "it would run longer than the programme allows",
    "PieceBelowMinimum": "hand on at least the programme's minimum, or the whole",
    "ProgrammeFieldOutOfRange": "a term of the programme lies outside of what is allowed",
    "ProgrammeNotOfDebtor": "this programme is another debtor's",
    "ProgrammeTokenUnfit": "a programme's deposit tokens are of one currency, and each is named once",
    "QuoteBatchOutOfRange": "too few or too many quotes at once",
    "QuoteFeesOutOfRange": "a quote has few fees, and none of them is zero",
    "QuoteProceedsOutOfRange": "proceeds and fees are more than nothing and at most the value",
    "QuoteTakeOutOfRange": "take at least the quote's minimum and at most its value",
    "ReceivableZeroAddress": "the zero address holds nothing",
    "ReceiverIsDebtor": "this is the receivable's own debtor: what goes to it is given up and never comes back",
    "ReferenceRateDateOutOfRange": "a reference rate is dated after the one before it, and not after today",
    "SettlementBatchNotAscending": "a list's ids ascend, so that each is named once",
    "SettlementBatchOutOfRange": "a list has too few or too many entries",
    "SplitPartsOutOfRange": "a split has too few or too many parts",
    "TransferBatchOutOfRange": "a list of transfers has too few or too many entries, or not one amount for each",
    "ValueTransferToTokenForbidden": "value goes to a holder, never into a receivable that exists",
}

_STATE = {
    "AnchorAlreadyExists": "this hash is on record already",
    "AuthorizationAlreadyUsed": "this payment was made before; if it is another, give another reference",
    "AuthorizationInvalidSignature": "the payment is not signed for exactly this; ask again, sign what is handed out",
    "AuthorizationNotInTime": "the signed payment is too old or too early; ask again and sign afresh",
    "BankReferenceAlreadyUsed": "the bank has used this reference before",
    "CancelNotWhole": "only what its first payee still holds whole, unused and unheld can be cancelled",
    "CreditOutOfRange": "a credit note takes more than nothing and less than all of it",
    "DebtorBarred": "the debtor was dishonoured twice within six months and confirms nothing until then",
    "DepositTokenNotPaused": "the deposits are not stopped",
    "DepositTokenPaused": "the bank has stopped its deposits; name another deposit token or wait",
    "DishonourAlreadyRecorded": "a dishonour of it was recorded before",
    "DishonourDisputed": "all that is outstanding is disputed",
    "DishonourNotRecorded": "no dishonour of it is on record",
    "DishonourPayableNotOpen": "the payable is not open",
    "DishonourTokensPaused": "it could not be paid: its banks have stopped their deposits",
    "DishonourTooEarly": "the days of grace are not over",
    "DisputeWaived": "the debtor waived its defences: it can dispute only what its own supplier still holds",
    "ECDSAInvalidSignature": "the signature is not one",
    "ECDSAInvalidSignatureLength": "the signature has a wrong length",
    "ECDSAInvalidSignatureS": "the signature is not in its one valid form",
    "ERC20InsufficientAllowance": "less was allowed than this takes",
    "ERC20InsufficientBalance": "the account's deposits do not suffice",
    "ERC2612ExpiredSignature": "the signed permit is past its deadline",
    "ERC2612InvalidSigner": "the permit is not signed by its owner",
    "HoldNotOpen": "there is no such hold, or it has ended",
    "HoldPayableNotOpen": "the payable is not confirmed, or closed",
    "HoldUntilOutOfRange": "a hold ends in the future, and not too far in it",
    "HoldWrongKind": "this needs a hold of another kind",
    "InvoiceAlreadyClaimed": "this invoice stands behind a confirmed payable already, whatever amount is on it now",
    "KeyAlreadyInUse": "this key is, or was, somebody's",
    "KeyRotationNotAnnounced": "no change of key is announced",
    "KeyRotationTooEarly": "the change of key has not taken effect yet",
    "MergeNotAdjacent": "only neighbours merge: the first must end where the second begins",
    "MergeNotAlike": "the two have different holders or recourse, or one of them is held",
    "NettingNotParked": "what is netted must have come back to this payable's debtor",
    "NettingTooMuch": "what came back to you is due more than you pay; pay more at once",
    "OrderAmountExceeded": "the order does not allow so much any more",
    "OrderNotForReceivable": "the order is for another holder or payable",
    "OrderNotOpen": "there is no such order, or it was released",
    "OriginationNotSuccessor": "this version of the contracts does not make payables yet",
    "OriginationSuperseded": "a later version of the contracts makes payables now; propose it anew",
    "ParticipantAlreadyAdmitted": "it was admitted before",
    "ParticipantIsContract": "a contract of the network stays in it",
    "ParticipantKeyRetired": "this key was replaced: another acts for the organisation now",
    "ParticipantNotActive": "one of those who take part is not admitted, or suspended, or has left",
    "ParticipantNotClosed": "it has not left the network",
    "ParticipantNotOpen": "it is not on the network",
    "ParticipantNotSuspended": "it is not suspended",
    "PayOutNotOpen": "no such pay-out waits",
    "PayableAlreadyExists": "it was proposed before, and is not proposed again",
    "PayableDueDatePast": "it is due today or before; a payable is due tomorrow at the earliest",
    "PayableInvalidState": "there is no such payable, or its state forbids this",
    "PayableNotOverdue": "it is not overdue",
    "PayablePaymentStarted": "payment has begun: from then on a piece moves only whole, and pieces do not merge",
    "PaymentExceedsOutstanding": "this is more than is outstanding",
    "PaymentTokenNotAccepted": "the programme does not accept this deposit token",
    "PaymentTooMuch": "this is more than principal and late interest outstanding",
    "PieceTooDeep": "it is as many splits from the root as its programme allows; hand on the whole",
    "PledgeNotEnforceable": "the pledge cannot be enforced yet",
    "ProgrammeAlreadyPublished": "exactly these terms were published before",
    "ProgrammeNotOpen": "there is no such programme, or it is retired",
    "ProposalInvalidState": "there is no such proposal, or its state forbids this",
    "ProposalTermsDiffer": "the proposal has other terms by now; read it again",
    "QuoteAlreadyUsed": "this quote was accepted or called off before",
    "QuoteCurrencyMismatch": "the quote is in another currency than the payable",
    "QuoteExpired": "the quote has expired; ask for a new one",
    "QuoteInvalidSignature": "the quote is not signed by its financier",
    "QuoteRegistrationMissing": "the programme asks for a registration of the assignment that its financier anchored",
    "QuoteValueDateOutOfRange": "the quote was priced for another day; ask for a new one",
    "ReceivableHeld": "holds leave less of it free, or a freeze order on its holder is not served yet",
    "ReceivableInsufficientAllowance": "less of it was allowed than this takes",
    "ReceivableInsufficientValue": "it holds less than was asked",
    "ReceivableIsParked": "it came back to its debtor and never moves again",
    "ReceivableNotFound": "there is no such receivable any more",
    "ReceiverRejected": "the receiver does not take it",
    "RecourseNone": "nobody answers to its holder for the debtor's default",
    "RecoveryNotOpen": "it is not written off, or its recovery has ended",
    "RecoveryTooMuch": "this is more than was written off",
    "RedemptionNothingDue": "nothing was paid in that it has not drawn; wait for the next payment",
    "RedemptionTokenPaused": "the banks have stopped the deposits that it would be paid in",
    "RefusalTooLate": "the time in which it could be refused is over",
    "RefusalWaived": "it cannot be refused: it was used, sold, refused before, or is the first of its payable",
    "SetAsideExceeded": "less is set aside",
    "SetAsideHeld": "holds still stand on it",
    "SetAsideNothing": "nothing is set aside for it",
    "SettlementPayableUnknown": "there is no such payable",
    "SignatureExpired": "the signature is past its deadline; ask again and sign afresh",
    "SignatureInvalid": "it is not signed for exactly this; ask again and sign what is handed out",
    "TooManyHolds": "too many holds stand on it; release those that ended",
    "TooManyOrders": "too many orders stand side by side; release those that ended",
    "TransferBlackout": "nothing is handed on around the due date",
    "WriteOffTooEarly": "it is too early to write it off",
}

_NOT_YOURS = {
    "AccessManagedRequiredDelay": "this has to be announced before",
    "AccessManagedUnauthorized": "this belongs to the operator or to compliance",
    "AccessManagerUnauthorizedAccount": "this belongs to the network's administrator",
    "AccessManagerUnauthorizedCall": "this belongs to the network's administrator",
    "DepositNotBank": "this belongs to the issuing bank",
    "DishonourNotDebtor": "this belongs to the debtor",
    "DisputeNotDebtor": "this belongs to the debtor",
    "HoldNotForCaller": "the hold is another's to end or to enforce",
    "HoldNotHolder": "this belongs to the holder",
    "KeyRotationNotForCaller": "the new key itself completes its change",
    "OrderNotForCaller": "this belongs to compliance, or to the holder that the order names",
    "ParticipantLacksRole": "one of those who take part has not the role for it",
    "PayableNotDebtor": "this belongs to the debtor",
    "PayableNotParty": "this belongs to the payable's supplier and debtor",
    "PayableNotSupplier": "this belongs to the supplier",
    "ProgrammeNotDebtor": "this belongs to the programme's debtor",
    "QuoteNotForCaller": "the quote was made to another",
    "ReceivableNotHolder": "this belongs to the holder",
    "RedemptionNotHolder": "this belongs to the holder",
}


def _answered(status: HTTPStatus, messages: dict[str, str]) -> dict[str, Refusal]:
    return {name: Refusal(status, message) for name, message in messages.items()}


REFUSALS: dict[str, Refusal] = {
    **_answered(HTTPStatus.INTERNAL_SERVER_ERROR, dict.fromkeys(_OURS_TO_EXPLAIN, _FAULT)),
    **_answered(HTTPStatus.UNPROCESSABLE_ENTITY, _REQUEST),
    **_answered(HTTPStatus.CONFLICT, _STATE),
    **_answered(HTTPStatus.FORBIDDEN, _NOT_YOURS),
    "Error": Refusal(HTTPStatus.CONFLICT, "the contract refused it"),
    "PolicyRefused": Refusal(HTTPStatus.FORBIDDEN, "the policy of the key that would sign it refuses"),
}


def refusal_of(name: str) -> Refusal:
    """How a contract's error is answered, one that the table lacks included."""
    return REFUSALS.get(name, REFUSALS["Error"])
