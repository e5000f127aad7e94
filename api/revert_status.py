"""Solidity custom error → HTTP status. A test keeps the table complete.

422: the request alone is wrong. 409: the state of the chain forbids it now. 403: it is not yours to do.
500: only a fault of ours can raise it.
"""

from http import HTTPStatus

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
    "EtherNotAccepted",
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

_REQUEST = (
    "AmountOutOfRange",
    "AnchorIncomplete",
    "BankReferenceMissing",
    "ERC20InvalidReceiver",
    "ERC721InvalidReceiver",
    "InvoiceFingerprintMissing",
    "ParticipantRolesUnknown",
    "ParticipantZeroAddress",
    "PayableIssueDateFuture",
    "PayableSelfDealing",
    "PayableTenorTooLong",
    "PieceBelowMinimum",
    "QuoteProceedsOutOfRange",
    "ReceivableZeroAddress",
    "ReceiverIsDebtor",
    "SplitPartsOutOfRange",
    "ValueTransferToTokenForbidden",
)

_STATE = (
    "AnchorAlreadyExists",
    "AuthorizationAlreadyUsed",
    "AuthorizationInvalidSignature",
    "AuthorizationNotInTime",
    "BankReferenceAlreadyUsed",
    "ConfirmationExpired",
    "ConfirmationInvalidSignature",
    "ECDSAInvalidSignature",
    "ECDSAInvalidSignatureLength",
    "ECDSAInvalidSignatureS",
    "ERC20InsufficientAllowance",
    "ERC20InsufficientBalance",
    "ERC2612ExpiredSignature",
    "ERC2612InvalidSigner",
    "InvoiceAlreadyClaimed",
    "ParticipantAlreadyAdmitted",
    "ParticipantNotActive",
    "ParticipantNotSuspended",
    "PayableAlreadyExists",
    "PayableDueDatePast",
    "PayableInvalidState",
    "PayablePaymentStarted",
    "PaymentExceedsOutstanding",
    "PieceTooDeep",
    "QuoteAlreadyUsed",
    "QuoteExpired",
    "QuoteInvalidSignature",
    "QuoteValueDateOutOfRange",
    "ReceivableInsufficientAllowance",
    "ReceivableInsufficientValue",
    "ReceivableNotFound",
    "ReceiverRejected",
    "RedemptionNothingDue",
    "SettlementPayableUnknown",
)

_NOT_YOURS = (
    "AccessManagedRequiredDelay",
    "AccessManagedUnauthorized",
    "AccessManagerUnauthorizedAccount",
    "AccessManagerUnauthorizedCall",
    "DepositNotBank",
    "ParticipantLacksRole",
    "PayableNotDebtor",
    "PayableNotSupplier",
    "QuoteNotForCaller",
    "ReceivableNotHolder",
)

REVERT_STATUS: dict[str, HTTPStatus] = {
    **dict.fromkeys(_OURS_TO_EXPLAIN, HTTPStatus.INTERNAL_SERVER_ERROR),
    **dict.fromkeys(_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY),
    **dict.fromkeys(_STATE, HTTPStatus.CONFLICT),
    **dict.fromkeys(_NOT_YOURS, HTTPStatus.FORBIDDEN),
    "Error": HTTPStatus.CONFLICT,
}
