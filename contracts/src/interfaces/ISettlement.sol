// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SkipReason} from "../types/Types.sol";

/// @title ISettlement
/// @notice The debtor pays in; holders are redeemed to the minor unit; and what happens where the debtor does not.
interface ISettlement {
    /* EVENTS */

    /// @notice The debtor paid for the payable: `interest` and `principal` were booked, `netted` of it against what its
    /// own parked pieces were due, the rest is cash that came in.
    event PaymentReceived(
        uint256 indexed payableId,
        address indexed payer,
        address indexed depositToken,
        uint56 principal,
        uint56 interest,
        uint56 netted,
        bytes32 paymentReference
    );

    /// @notice A piece drew these shares of what was paid in; what is paid out for them, or set aside, follows.
    /// @param redeemed It was the last: {IReceivables.ReceivableRedeemed} went before.
    event ReceivableDrawn(
        uint256 indexed receivableId,
        address indexed holder,
        uint56 principal,
        uint56 interest,
        uint56 recovered,
        bool redeemed
    );

    /// @notice The holder of record was paid `amount`.
    event HolderRedeemed(
        uint256 indexed receivableId, address indexed holder, address indexed depositToken, uint56 amount
    );

    /// @notice The holder's cash was set aside: it may not be paid now, or holds are on the piece (I9).
    event CashSetAside(
        uint256 indexed receivableId, address indexed holder, address indexed depositToken, uint56 amount
    );

    /// @notice Set-aside cash was paid to its holder.
    event SetAsideReleased(
        uint256 indexed receivableId, address indexed holder, address indexed depositToken, uint56 amount
    );

    /// @notice Cash set aside for `holder` went to `to` by a compliance order or a pledge.
    event SetAsideEnforced(
        uint256 indexed receivableId, address indexed holder, address indexed to, address depositToken, uint56 amount
    );

    /// @notice A batch passed the piece by.
    event RedemptionSkipped(uint256 indexed receivableId, SkipReason reason);

    /// @notice The holder gave notice that it claims `amount` from who answers to it (R-21).
    event RecourseClaimed(
        uint256 indexed receivableId, address indexed holder, address indexed endorser, uint56 amount
    );

    /// @notice Who answered for it bought the piece back.
    event ReceivableRepurchased(
        uint256 indexed receivableId,
        address indexed endorser,
        address indexed holder,
        address depositToken,
        uint56 amount
    );

    /// @notice Cash came in after the write-off.
    event RecoveryReceived(
        uint256 indexed payableId,
        address indexed payer,
        address indexed depositToken,
        uint56 amount,
        bytes32 recoveryReference
    );

    /// @notice Written off: the late interest that accrued by then and was not paid is owed no more.
    event LateInterestGivenUp(uint256 indexed payableId, uint56 amount);

    /// @notice No more is expected: holders may draw their last.
    event RecoveryClosed(uint256 indexed payableId, uint56 recovered, bytes32 reasonHash);

    /* ERRORS */

    /// @notice There is no such payable.
    /// @dev Remedy: Check the id: it exists once it is confirmed.
    error SettlementPayableUnknown(uint256 payableId);

    /// @notice The payable's programme does not accept this token.
    /// @dev Remedy: Pay in a token that the programme names.
    error PaymentTokenNotAccepted(uint256 payableId, address depositToken);

    /// @notice More than principal and late interest outstanding.
    /// @dev Remedy: Ask for {ISettlement.outstanding} on the day of payment, and pay that at most.
    error PaymentTooMuch(uint256 payableId, uint256 amount, uint256 outstanding);

    /// @notice The piece is not one that came back to this payable's debtor.
    /// @dev Remedy: Name parked pieces of this payable only.
    error NettingNotParked(uint256 receivableId);

    /// @notice What is netted exceeds the payment.
    /// @dev Remedy: Pay more at once, or name fewer pieces.
    error NettingTooMuch(uint256 payableId, uint256 netted, uint256 amount);

    /// @notice Nothing was paid in that this piece has not drawn, and more may come.
    /// @dev Remedy: Wait for the next payment.
    error RedemptionNothingDue(uint256 receivableId);

    /// @notice Every token that could pay it is paused by its bank.
    /// @dev Remedy: Wait until a bank resumes its token.
    error RedemptionTokenPaused(uint256 receivableId);

    /// @notice The caller does not hold it.
    /// @dev Remedy: Let the holder redeem, or redeem it as a batch of one.
    error RedemptionNotHolder(uint256 receivableId, address caller, address holder);

    /// @notice A list names 1 to `maximum` entries.
    /// @dev Remedy: Send several batches.
    error SettlementBatchOutOfRange(uint256 count, uint256 maximum);

    /// @notice A list's ids ascend, so that each is named once; entry `index` does not.
    /// @dev Remedy: Sort the list and name each id once.
    error SettlementBatchNotAscending(uint256 index);

    /// @notice Nothing is set aside for this receivable.
    /// @dev Remedy: Check receivable, holder and token; it may have been paid already.
    error SetAsideNothing(uint256 receivableId, address holder);

    /// @notice Holds still stand on it.
    /// @dev Remedy: Wait until the holds have ended, or release them.
    error SetAsideHeld(uint256 receivableId);

    /// @notice More than is set aside.
    /// @dev Remedy: Ask for `available` at most.
    error SetAsideExceeded(uint256 receivableId, uint256 amount, uint256 available);

    /// @notice The payable is not overdue: its due date is not past, or it is closed.
    /// @dev Remedy: Wait until the due date is past.
    error PayableNotOverdue(uint256 payableId, uint32 dueDate, uint32 today);

    /// @notice A payable is written off from the date `earliest` on.
    /// @dev Remedy: Wait until the date `earliest`.
    error WriteOffTooEarly(uint256 payableId, uint32 earliest, uint32 today);

    /// @notice The payable is not written off, or its recovery is closed.
    /// @dev Remedy: While it is confirmed pay it instead; once recovery is closed nothing more is booked.
    error RecoveryNotOpen(uint256 payableId);

    /// @notice Recovery cannot exceed what was written off.
    /// @dev Remedy: Pay `left` at most.
    error RecoveryTooMuch(uint256 payableId, uint256 amount, uint256 left);

    /// @notice Only {Holds} enforces.
    /// @dev Remedy: Enforce through {Holds}.
    error EnforcementNotForCaller(address caller, address required);

    /* DEBTOR */

    /// @notice Pays a confirmed payable in full or in part, early or late, on the debtor's signature; anyone may bring it.
    /// Late interest comes first, then principal (R-17, R-18).
    /// @param amount Interest and principal to be booked.
    /// @param parkedIds The debtor's own parked pieces of this payable, ascending: what they are due after this payment
    /// is netted (I8). Empty where there is none.
    /// @param validBefore Usable strictly before this unix second.
    /// @param signature The debtor's ERC-3009 `ReceiveWithAuthorization` of `amount` less what is netted to this contract,
    /// valid after 0, with {paymentNonce} as its nonce: it can pay this payable alone, once per reference. Empty where
    /// everything is netted.
    function pay(
        uint256 payableId,
        address depositToken,
        uint56 amount,
        bytes32 paymentReference,
        uint256[] calldata parkedIds,
        uint256 validBefore,
        bytes calldata signature
    ) external;

    /* HOLDERS */

    /// @notice Pays the caller, who must hold the receivable, all that is due to it by now. The last draw ends the piece,
    /// be it of nothing: so what is worth no more can be cleared away.
    function redeem(uint256 receivableId) external returns (uint56 amount);

    /// @notice Pays each holder of record what is due by now; anyone may. Never reverts for one of them: who may not be
    /// paid has its cash set aside, and what has nothing due and may get more is passed by.
    /// @param receivableIds Ascending, so that each is named once.
    function redeemBatch(uint256[] calldata receivableIds) external;

    /// @notice Pays set-aside cash to its holder, once it may be paid and no holds stand; anyone may.
    function releaseSetAside(uint256 receivableId, address holder, address depositToken) external;

    /// @notice Gives notice of a claim to who answers for the debtor's default, once overdue (R-21).
    function claimRecourse(uint256 receivableId) external;

    /* ENDORSER */

    /// @notice The endorser buys an overdue piece back at what is outstanding of it, on its signature; anyone may bring it.
    /// It may then turn to whoever endorsed it before.
    /// @param signature ERC-3009 `ReceiveWithAuthorization` of {repurchasePrice} to this contract with
    /// {repurchaseNonce} as its nonce.
    function repurchase(uint256 receivableId, address depositToken, uint256 validBefore, bytes calldata signature)
        external;

    /* OPERATOR */

    /// @notice Gives up what is outstanding, {WRITE_OFF_DAYS} after the due date at the earliest. Operator only. The debt
    /// itself stays: the debtor may still pay, as recovery.
    function writeOff(uint256 payableId, bytes32 reasonHash) external;

    /// @notice Ends the recovery. Operator only.
    function closeRecovery(uint256 payableId, bytes32 reasonHash) external;

    /* ANYONE */

    /// @notice Pays in after a write-off, on the payer's signature: the debtor, its administrator, an insurer.
    /// @param signature ERC-3009 `ReceiveWithAuthorization` of `amount` with {recoveryNonce} as its nonce.
    function recover(
        uint256 payableId,
        address payer,
        address depositToken,
        uint56 amount,
        bytes32 recoveryReference,
        uint256 validBefore,
        bytes calldata signature
    ) external;

    /* HOLDS */

    /// @notice Moves `amount` of the cash set aside for `holder` to `to`. {Holds} only.
    function enforceSetAside(uint256 receivableId, address holder, uint56 amount, address to) external;

    /* VIEWS */

    /// @notice Principal and late interest that the debtor owes today.
    function outstanding(uint256 payableId) external view returns (uint56 principal, uint56 interest);

    /// @notice Late interest paid in, interest accrued and not paid (carried up to `accruedTo`), cash recovered, and
    /// whether recovery is closed.
    function ledgerOf(uint256 payableId)
        external
        view
        returns (uint56 interestPaid, uint56 interestDue, uint32 accruedTo, uint56 recovered, bool recoveryClosed);

    /// @notice What a piece has drawn so far.
    function drawnOf(uint256 receivableId) external view returns (uint56 principal, uint56 interest, uint56 recovered);

    /// @notice What the piece may draw now.
    function dueOf(uint256 receivableId) external view returns (uint56);

    /// @notice Cash set aside for who held, or holds, a receivable.
    function setAsideOf(uint256 receivableId, address holder, address depositToken) external view returns (uint56);

    /// @notice Cash paid in for a payable and neither drawn nor netted, in minor units, by token.
    function held(uint256 payableId, address depositToken) external view returns (uint56);

    /// @notice What the endorser pays for an overdue piece: its value less the principal it has drawn.
    function repurchasePrice(uint256 receivableId) external view returns (uint56);

    /// @notice Days after the due date before a write-off.
    function WRITE_OFF_DAYS() external view returns (uint32);

    /// @notice The nonce that binds a payment's signature to payable, amount booked, netted pieces and reference:
    /// `keccak256(abi.encode(payableId, amount, parkedIds, paymentReference))`.
    function paymentNonce(uint256 payableId, uint56 amount, uint256[] calldata parkedIds, bytes32 paymentReference)
        external
        pure
        returns (bytes32);

    /// @notice The nonce that binds a repurchase's signature to the receivable and its present holder:
    /// `keccak256(abi.encode(receivableId, holder, validBefore))`. Whoever handed the piece on to the same holder once
    /// more buys it back once more: by another `validBefore`.
    function repurchaseNonce(uint256 receivableId, address holder, uint256 validBefore) external pure returns (bytes32);

    /// @notice The nonce that binds a recovery's signature to payable and reference.
    function recoveryNonce(uint256 payableId, bytes32 recoveryReference) external pure returns (bytes32);
}
