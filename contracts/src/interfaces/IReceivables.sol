// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {FrozenTerms, ParkingKind, Part, Payable, PayableState, Piece, Position} from "../types/Types.sol";
import {IERC3525} from "./IERC3525.sol";

/// @title IReceivables
/// @notice The whole ABI surface of confirmed payables and the receivables made of them, beside ERC-3525's own.
interface IReceivables is IERC3525 {
    /* EVENTS */

    /// @notice The debtor owes the face value, and `holder` holds all of it as `receivableId`.
    /// @param lateRatePpm Frozen late interest, after R-17's floor.
    /// @param issued The debtor issued it unasked; else the supplier had proposed it.
    event PayableConfirmed(
        uint256 indexed payableId,
        uint256 indexed receivableId,
        address indexed holder,
        address debtor,
        uint32 programmeId,
        uint56 faceValue,
        uint32 dueDate,
        uint32 lateRatePpm,
        bool issued
    );

    /// @notice Debtor and first payee undid the payable (R-13), or the payee refused what it had not asked for.
    event PayableCancelled(uint256 indexed payableId, uint256 indexed receivableId);

    /// @notice `receivableId` handed the tail `[start, end)` of its interval on: its own interval now ends at `start`.
    /// @param endorser Who answers to the child's holder for the debtor's default (R-21); zero where nobody does.
    event ReceivableSplit(
        uint256 indexed receivableId,
        uint256 indexed childId,
        address indexed to,
        uint56 start,
        uint56 end,
        uint8 depth,
        address endorser
    );

    /// @notice A whole piece changed hands.
    /// @param endorser Who answers to the new holder for the debtor's default (R-21), zero where nobody does: `from`
    /// itself, or after a repurchase, a refusal or a forced transfer whoever answered for the piece before.
    event ReceivableTransferred(
        uint256 indexed receivableId, address indexed from, address indexed to, address endorser
    );

    /// @notice The receiver gave the piece back within its window (I6). Follows the transfer's own event.
    event ReceivableRefused(uint256 indexed receivableId, address indexed receiver, address indexed sender);

    /// @notice `absorbedId` is gone, `receivableId` owns `[start, end)` now.
    event ReceivablesMerged(
        uint256 indexed receivableId,
        uint256 indexed absorbedId,
        address indexed holder,
        uint56 start,
        uint56 end,
        uint8 depth
    );

    /// @notice A piece came back to its debtor and never moves again (I8). Follows the split's or transfer's own event.
    /// @param documentHash The credit note of a dilution; 0 else.
    event ReceivableParked(
        uint256 indexed receivableId, address indexed from, ParkingKind kind, uint56 value, bytes32 documentHash
    );

    /// @notice Principal paid in now comes to `paid`; at the face value the payable is settled.
    event PayablePaid(uint256 indexed payableId, uint56 amount, uint56 paid, PayableState state);

    /// @notice What was not paid in is given up as principal: `amount` = face value - paid. Later cash is recovery.
    event PayableWrittenOff(uint256 indexed payableId, uint56 amount, bytes32 reasonHash);

    /// @notice The piece drew its last and is gone.
    event ReceivableRedeemed(uint256 indexed receivableId, address indexed holder, uint56 value);

    /* ERRORS */

    /// @notice There is no such payable, or its state is not the `required` one.
    /// @dev Remedy: Look at the payable's state: what is `required` is confirmed first, or past.
    error PayableInvalidState(uint256 payableId, PayableState current, PayableState required);

    /// @notice No such receivable, or it was redeemed.
    /// @dev Remedy: Check the id; a piece that was redeemed, merged away or cancelled is gone.
    error ReceivableNotFound(uint256 receivableId);

    /// @notice Neither the holder nor approved by it.
    /// @dev Remedy: Let the holder act, or who it approved where the token standards allow that.
    error ReceivableNotHolder(uint256 receivableId, address caller, address holder);

    /// @notice More was asked than the piece holds.
    /// @dev Remedy: Ask for what is there at most; a split leaves its parent at least 1.
    error ReceivableInsufficientValue(uint256 receivableId, uint256 asked, uint56 available);

    /// @notice More was asked than the holder allowed this operator.
    /// @dev Remedy: Have the holder allow more.
    error ReceivableInsufficientAllowance(uint256 receivableId, address operator, uint256 asked, uint256 allowed);

    /// @notice Holds leave only `free` of the piece to move; 0 where a freeze order is not yet served (R-23).
    /// @dev Remedy: Ask for `free` at most, release a hold, or set pieces aside under the order.
    error ReceivableHeld(uint256 receivableId, uint256 asked, uint56 free);

    /// @notice The piece came back to its debtor and never moves again (I8).
    /// @dev Remedy: Nothing to do: the debtor nets it when it pays, or draws its share.
    error ReceivableIsParked(uint256 receivableId);

    /// @notice A split hands on at least the programme's minimum (I4).
    /// @dev Remedy: Hand on at least the minimum, or the whole.
    error PieceBelowMinimum(uint256 receivableId, uint256 value, uint56 minimum);

    /// @notice The piece is as many splits from the root as the programme allows (I3).
    /// @dev Remedy: Hand on the whole.
    error PieceTooDeep(uint256 receivableId, uint8 depth, uint8 maximum);

    /// @notice A sale needs another buyer than the receivable's own debtor.
    /// @dev Remedy: Name another receiver; giving it up to the debtor is a transfer or a dilution.
    error ReceiverIsDebtor(uint256 receivableId, address debtor);

    /// @notice From the first payment on a piece moves only whole, and pieces do not merge.
    /// @dev Remedy: Hand on the whole; do not merge.
    error PayablePaymentStarted(uint256 payableId, uint56 paid);

    /// @notice No transfers from the date `from` to the date `to`, both included (I7).
    /// @dev Remedy: Wait until the date `to` is over.
    error TransferBlackout(uint256 payableId, uint32 from, uint32 to);

    /// @notice A split names 1 to `maximum` receivers.
    /// @dev Remedy: Split in several calls.
    error SplitPartsOutOfRange(uint256 count, uint256 maximum);

    /// @notice Only neighbours on the line merge: the first must end where the second begins.
    /// @dev Remedy: Name first the piece that ends where the other begins.
    error MergeNotAdjacent(uint256 receivableId, uint256 absorbedId);

    /// @notice The two have different holders, different recourse, or one of them is held.
    /// @dev Remedy: Release the holds first; pieces that differ in holder or recourse stay apart.
    error MergeNotAlike(uint256 receivableId, uint256 absorbedId);

    /// @notice It was used, sold for cash, refused before, or is the root of its payable.
    /// @dev Remedy: Hand it on, or agree with the sender that it takes it back.
    error RefusalWaived(uint256 receivableId);

    /// @notice The window closed at the unix second `closedAt`.
    /// @dev Remedy: Hand it on, or agree with the sender that it takes it back.
    error RefusalTooLate(uint256 receivableId, uint256 closedAt, uint256 now_);

    /// @notice Cancelling needs the first payee to hold all of it still, unused and unheld (R-13).
    /// @dev Remedy: Agree on a dilution of each piece with its holder instead.
    error CancelNotWhole(uint256 payableId);

    /// @notice More principal than is outstanding.
    /// @dev Remedy: Pay what is outstanding at most.
    error PaymentExceedsOutstanding(uint256 payableId, uint256 amount, uint256 outstanding);

    /// @notice Nobody answers for the debtor's default to this holder (R-21).
    /// @dev Remedy: Claim from the debtor: nobody else answers.
    error RecourseNone(uint256 receivableId);

    /// @notice Value moves to holders, as pieces of their own, never into a token that exists.
    /// @dev Remedy: Transfer to an address; neighbours are made one by {IReceivables.merge}.
    error ValueTransferToTokenForbidden(uint256 fromReceivableId, uint256 toReceivableId);

    /// @notice Only the network's own contract `required` may call this.
    /// @dev Remedy: Call the contract `required`, which calls this.
    error CallerNotNetworkContract(address caller, address required);

    /// @notice The call carries no ether: there is none to send.
    /// @dev Remedy: Send no ether.
    error EtherNotAccepted(uint256 value);

    /// @notice The zero address holds nothing.
    /// @dev Remedy: Give an address.
    error ReceivableZeroAddress();

    /// @notice A contract was sent a receivable and did not accept it.
    /// @dev Remedy: Ask whoever runs the receiving contract, or name another receiver.
    error ReceiverRejected(address to, uint256 receivableId);

    /* HOLDER */

    /// @notice Splits off and hands on several parts in one act (I5); the first takes the tail of the interval.
    /// @return childIds In the order of `parts`.
    function split(uint256 receivableId, Part[] calldata parts) external returns (uint256[] memory childIds);

    /// @notice Hands on the whole, the caller answering for the debtor's default (R-21). Without recourse: `transferFrom`.
    function transferWithRecourse(uint256 receivableId, address to) external;

    /// @notice Makes one piece of two neighbours; `receivableId` keeps its id and ends where `absorbedId` ended.
    function merge(uint256 receivableId, uint256 absorbedId) external;

    /// @notice Gives a piece back to who handed it on, within the window (I6).
    function refuse(uint256 receivableId) external;

    /// @notice Gives `value` up to the debtor against a credit note; the holder alone decides it.
    /// @return parkedId The receivable itself if it went whole, else the piece split off.
    function dilute(uint256 receivableId, uint56 value, bytes32 creditNoteHash) external returns (uint256 parkedId);

    /* NETWORK CONTRACTS */

    /// @notice Opens a confirmed payable and makes the receivable of all of it. {Origination} only.
    function open(uint256 payableId, FrozenTerms calldata terms) external returns (uint256 receivableId);

    /// @notice Undoes a payable whose root is whole and unused. {Origination} only.
    /// @param refusal The payee's own act, within the window; else both parties signed.
    function cancel(uint256 payableId, bool refusal) external;

    /// @notice Delivers `value` of a receivable from `supplier`, which must hold it, to `to`. {Discounting} only.
    /// @return deliveredId The receivable itself if it went whole, else the piece split off.
    function deliver(uint256 receivableId, address supplier, address to, uint56 value, bool recourse)
        external
        returns (uint256 deliveredId);

    /// @notice Books principal paid in, 0 < `amount`. {Settlement} only.
    function recordPayment(uint256 payableId, uint56 amount) external returns (uint56 paid);

    /// @notice Gives up what is outstanding. {Settlement} only.
    function writeOff(uint256 payableId, bytes32 reasonHash) external;

    /// @notice Ends a piece that drew its last. {Settlement} only.
    /// @param holder Its holder, as {position} says.
    function retire(uint256 receivableId, address holder) external;

    /// @notice Moves a piece up to who answers for it. {Settlement} only.
    function repurchase(uint256 receivableId) external returns (address holder, address endorser);

    /// @notice Moves `value` to `to` whatever minimum, depth or black-out say. {Holds} only, which freed exactly that.
    /// @return movedId The receivable itself if it went whole, else the piece split off.
    function force(uint256 receivableId, uint56 value, address to) external returns (uint256 movedId);

    /// @notice Marks whether holds are recorded on the piece. {Holds} only. Placing one waives refusal.
    function setHeld(uint256 receivableId, bool held) external;

    /* VIEWS */

    /// @notice A payable; all zero where there is none, or it is not confirmed yet.
    function payableOf(uint256 payableId) external view returns (Payable memory);

    /// @notice A receivable; all zero where there is none, or no more.
    function pieceOf(uint256 receivableId) external view returns (Piece memory);

    /// @notice What the holder can move of it now: value less holds, 0 while a freeze order is not served (I10).
    function freeOf(uint256 receivableId) external view returns (uint56);

    /// @notice What {Settlement} needs of a piece and its payable; holder zero where there is none.
    function position(uint256 receivableId) external view returns (Position memory);
}
