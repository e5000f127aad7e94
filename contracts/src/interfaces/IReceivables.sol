// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Part, Payable, PayableState, Piece, Terms} from "../types/Types.sol";
import {IERC3525} from "./IERC3525.sol";

/// @title IReceivables
/// @notice The whole ABI surface of payables and the receivables made of them, beside ERC-3525's own.
interface IReceivables is IERC3525 {
    /* EVENTS */

    /// @notice A supplier proposed a payable to its debtor. Nothing is owed yet and nothing is claimed.
    event PayableProposed(
        uint256 indexed payableId,
        address indexed supplier,
        address indexed debtor,
        address depositToken,
        uint64 faceValue,
        uint64 minimumPiece,
        uint32 issueDate,
        uint32 dueDate,
        uint8 maximumDepth,
        bytes32 invoiceFingerprint,
        bytes32 evidenceHash
    );

    /// @notice The debtor confirmed: it owes the face value, and `holder` holds all of it as `receivableId`.
    event PayableConfirmed(
        uint256 indexed payableId, uint256 indexed receivableId, address indexed holder, uint64 faceValue
    );

    /// @notice `receivableId` handed the tail `[start, end)` of its interval on: its own interval now ends at `start`.
    event ReceivableSplit(
        uint256 indexed receivableId,
        uint256 indexed childId,
        address indexed to,
        uint64 start,
        uint64 end,
        uint8 depth,
        bool recourse
    );

    /// @notice A whole piece changed hands.
    event ReceivableTransferred(uint256 indexed receivableId, address indexed from, address indexed to, bool recourse);

    /// @notice The debtor's payments now come to `paid`; at the face value the payable is settled.
    event PayablePaid(uint256 indexed payableId, uint64 amount, uint64 paid, PayableState state);

    /// @notice The holder drew `amount`, `drawn` in all; `redeemed` says that was the last of it and the piece is gone.
    event ReceivableDrawn(
        uint256 indexed receivableId, address indexed holder, uint64 amount, uint64 drawn, bool redeemed
    );

    /* ERRORS */

    /// @notice There is no such payable, or its state is not the `required` one.
    error PayableInvalidState(uint256 payableId, PayableState current, PayableState required);

    /// @notice This supplier proposed a payable under this salt before; ids are never used again.
    error PayableAlreadyExists(uint256 payableId);

    /// @notice The caller is not the supplier it proposes for.
    error PayableNotSupplier(address caller, address supplier);

    /// @notice Only the debtor itself confirms (R-40).
    error PayableNotDebtor(uint256 payableId, address caller, address debtor);

    /// @notice Nobody owes itself.
    error PayableSelfDealing(address party);

    /// @notice The due date must lie after today's business date.
    error PayableDueDatePast(uint32 dueDate, uint32 today);

    /// @notice The issue date must not lie after today's business date.
    error PayableIssueDateFuture(uint32 issueDate, uint32 today);

    /// @notice A payable runs at most 12 calendar months from its issue date: it is due by `latest` (R-01).
    error PayableTenorTooLong(uint32 dueDate, uint32 latest);

    /// @notice A fingerprint of the invoice must be given.
    error InvoiceFingerprintMissing();

    /// @notice The invoice stands behind a confirmed payable already, whatever amount was written on it this time.
    error InvoiceAlreadyClaimed(bytes32 invoiceFingerprint, uint256 payableId);

    /// @notice The signed confirmation is past its deadline.
    error ConfirmationExpired(uint64 deadline, uint256 now_);

    /// @notice The signature is not the debtor's over this payable's terms and deadline on this chain and contract.
    error ConfirmationInvalidSignature(uint256 payableId, address debtor);

    /// @notice No such receivable, or it was redeemed.
    error ReceivableNotFound(uint256 receivableId);

    /// @notice Neither the holder nor approved by it.
    error ReceivableNotHolder(uint256 receivableId, address caller, address holder);

    /// @notice More was asked than the piece holds.
    error ReceivableInsufficientValue(uint256 receivableId, uint256 asked, uint64 available);

    /// @notice More was asked than the holder allowed this operator.
    error ReceivableInsufficientAllowance(uint256 receivableId, address operator, uint256 asked, uint256 allowed);

    /// @notice A split hands on at least the programme's minimum (I4).
    error PieceBelowMinimum(uint256 receivableId, uint256 value, uint64 minimum);

    /// @notice The piece is as many splits from the root as the programme allows (I3).
    error PieceTooDeep(uint256 receivableId, uint8 depth, uint8 maximum);

    /// @notice A receivable never goes to its own debtor.
    error ReceiverIsDebtor(uint256 receivableId, address debtor);

    /// @notice From the first payment on a piece moves only whole.
    error PayablePaymentStarted(uint256 payableId, uint64 paid);

    /// @notice A split names 1 to `maximum` receivers.
    error SplitPartsOutOfRange(uint256 count, uint256 maximum);

    /// @notice The debtor cannot pay in more than it still owes.
    error PaymentExceedsOutstanding(uint256 payableId, uint64 amount, uint64 outstanding);

    /// @notice Nothing was paid in that this piece has not drawn.
    error RedemptionNothingDue(uint256 receivableId, uint64 entitled, uint64 drawn);

    /// @notice Value moves to holders, as pieces of their own, never into a token that exists.
    error ValueTransferToTokenForbidden(uint256 fromReceivableId, uint256 toReceivableId);

    /// @notice Only the network's own contract `required` may call this.
    error CallerNotNetworkContract(address caller, address required);

    /// @notice The call carries no ether: there is none to send.
    error EtherNotAccepted(uint256 value);

    /// @notice The zero address holds nothing.
    error ReceivableZeroAddress();

    /// @notice A contract was sent a receivable and did not accept it.
    error ReceiverRejected(address to, uint256 receivableId);

    /* SUPPLIER */

    /// @notice Proposes a payable; `terms.supplier` is the caller. Its id follows from caller and `salt`.
    function propose(bytes32 salt, Terms calldata terms) external returns (uint256 payableId);

    /* DEBTOR */

    /// @notice Confirms a proposed payable: claims its invoice and makes the receivable. Debtor only.
    function confirm(uint256 payableId) external returns (uint256 receivableId);

    /// @notice The same on the debtor's EIP-712 signature (ERC-1271 wallets too), brought by anyone.
    function confirmBySignature(uint256 payableId, uint64 deadline, bytes calldata signature)
        external
        returns (uint256 receivableId);

    /* HOLDER */

    /// @notice Splits off and hands on several parts in one act (I5); the first takes the tail of the interval.
    /// @return childIds In the order of `parts`.
    function split(uint256 receivableId, Part[] calldata parts) external returns (uint256[] memory childIds);

    /* NETWORK CONTRACTS */

    /// @notice Delivers `value` of a receivable from `supplier`, which must hold it, to `to`. {Discounting} only.
    /// @return deliveredId The receivable itself if it went whole, else the piece split off.
    function deliver(uint256 receivableId, address supplier, address to, uint64 value, bool recourse)
        external
        returns (uint256 deliveredId);

    /// @notice Books a payment of the debtor. {Settlement} only.
    function recordPayment(uint256 payableId, uint64 amount) external returns (uint64 paid);

    /// @notice Books all that the piece may draw now and returns it; a piece that drew its last is gone. {Settlement} only.
    function draw(uint256 receivableId, address holder) external returns (uint64 amount, address depositToken);

    /* VIEWS */

    /// @notice A payable; all zero where there is none.
    function payableOf(uint256 payableId) external view returns (Payable memory);

    /// @notice A receivable; all zero where there is none, or no more.
    function pieceOf(uint256 receivableId) external view returns (Piece memory);

    /// @notice The payable that `supplier` would propose under `salt`.
    function payableIdOf(address supplier, bytes32 salt) external view returns (uint256);

    /// @notice The confirmed payable an invoice stands behind, 0 if none.
    function claimedBy(bytes32 invoiceFingerprint) external view returns (uint256 payableId);

    /// @notice What the piece may have drawn in all by now, see {EntitlementLib}.
    function entitlement(uint256 receivableId) external view returns (uint64);

    /// @notice The digest a debtor signs to confirm.
    function confirmationDigest(uint256 payableId, uint64 deadline) external view returns (bytes32);
}
