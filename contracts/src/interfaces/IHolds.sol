// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {FreezeOrder, Hold, HoldKind} from "../types/Types.sol";

/// @title IHolds
/// @notice What holders cannot use, and why: freezes, disputes, pledges and reservations for delivery (I10, R-23).
interface IHolds {
    /* EVENTS */

    /// @notice Compliance froze `amount` of what `holder` has of a payable (0: of all). Until pieces worth it are set aside
    /// under the order, nothing of the holder's there moves. Hashes are salted.
    event FreezeOrdered(
        uint256 indexed orderId,
        address indexed holder,
        uint256 indexed payableId,
        uint56 amount,
        uint40 until,
        bytes32 reasonHash,
        bytes32 authorityHash
    );

    /// @notice The order has ended, and with it every hold under it.
    event FreezeReleased(uint256 indexed orderId, bytes32 reasonHash);

    /// @notice A hold was placed.
    /// @param documentHash The dispute's reason, the pledge's loan; 0 where there is none.
    event HoldPlaced(
        uint256 indexed receivableId,
        uint256 indexed holdId,
        HoldKind kind,
        uint56 amount,
        address beneficiary,
        uint40 until,
        uint40 enforceableFrom,
        uint32 orderId,
        bytes32 documentHash
    );

    /// @notice A hold ended: released by its beneficiary, or found expired.
    event HoldReleased(uint256 indexed receivableId, uint256 indexed holdId);

    /// @notice `amount` of a hold was freed to be moved to `to`: by the authority, the pledgee, or its delivery.
    /// At redeemed pieces it is cash that moves, see {ISettlement.SetAsideEnforced}.
    /// @param movedId The piece that `to` has now; 0 where it was cash.
    event HoldEnforced(
        uint256 indexed receivableId, uint256 indexed holdId, address indexed to, uint56 amount, uint256 movedId
    );

    /* ERRORS */

    /// @notice No such order, or it was released.
    /// @dev Remedy: Check the id; compliance makes a new order where one is needed.
    error OrderNotOpen(uint256 orderId);

    /// @notice The order is for another holder or payable.
    /// @dev Remedy: Name a receivable of the order's holder and payable.
    error OrderNotForReceivable(uint256 orderId, uint256 receivableId);

    /// @notice The caller is neither compliance nor the holder that the order names.
    /// @dev Remedy: Let compliance or the order's holder do it.
    error OrderNotForCaller(uint256 orderId, address caller);

    /// @notice More is set aside, or enforced, than the order still allows.
    /// @dev Remedy: Ask for `left` at most.
    error OrderAmountExceeded(uint256 orderId, uint256 amount, uint256 left);

    /// @notice At most `maximum` orders stand side by side for one holder and payable; release those that ended.
    /// @dev Remedy: Release an order that is needed no more, and order again.
    error TooManyOrders(address holder, uint256 payableId, uint256 maximum);

    /// @notice At most `maximum` holds stand on one piece; release those that ended.
    /// @dev Remedy: Release a hold that is needed no more, or take another piece.
    error TooManyHolds(uint256 receivableId, uint256 maximum);

    /// @notice No such hold, or it has ended.
    /// @dev Remedy: Nothing to do if it was to end; else place a new one.
    error HoldNotOpen(uint256 holdId);

    /// @notice The hold is not the caller's to end or to enforce.
    /// @dev Remedy: Let the beneficiary do it; a freeze ends with its order.
    error HoldNotForCaller(uint256 holdId, address caller, address beneficiary);

    /// @notice A pledge may be enforced from `enforceableFrom` on.
    /// @dev Remedy: Wait until the unix second `enforceableFrom`.
    error PledgeNotEnforceable(uint256 holdId, uint40 enforceableFrom, uint256 now_);

    /// @notice A hold ends in the future, and by `latest`.
    /// @dev Remedy: Choose an end within the bounds.
    error HoldUntilOutOfRange(uint256 until, uint256 earliest, uint256 latest);

    /// @notice Another kind of hold is asked for this.
    /// @dev Remedy: Name a hold of the kind `required`.
    error HoldWrongKind(uint256 holdId, HoldKind kind, HoldKind required);

    /// @notice Only the payable's debtor disputes.
    /// @dev Remedy: Let the payable's debtor dispute.
    error DisputeNotDebtor(uint256 payableId, address caller, address debtor);

    /// @notice The debtor waived its defences: it can dispute only what its own supplier still holds (R-10).
    /// @dev Remedy: Pay, and settle the matter with the supplier outside the chain.
    error DisputeWaived(uint256 payableId, address holder);

    /// @notice Disputes and pledges concern payables that are confirmed and not closed.
    /// @dev Remedy: Nothing to hold on to: look at the payable's state.
    error HoldPayableNotOpen(uint256 payableId);

    /// @notice Only the holder may do this.
    /// @dev Remedy: Let the holder do it.
    error HoldNotHolder(uint256 receivableId, address caller, address holder);

    /// @notice Nobody pledges to or reserves for itself, nor to the debtor.
    /// @dev Remedy: Name another financier.
    error HoldBeneficiaryUnfit(address beneficiary);

    /* COMPLIANCE */

    /// @notice Freezes `amount` of what a holder has, or will have, of a payable. Compliance only.
    function order(
        address holder,
        uint256 payableId,
        uint56 amount,
        uint40 until,
        bytes32 reasonHash,
        bytes32 authorityHash
    ) external returns (uint32 orderId);

    /// @notice Ends an order. Compliance only.
    function releaseOrder(uint32 orderId, bytes32 reasonHash) external;

    /// @notice Moves `amount` held under an order to `to`, freeing exactly that first (R-23). Of a piece that is redeemed
    /// already its cash moves. Compliance only.
    /// @return movedId The piece that `to` has now; 0 where it was cash.
    function enforceOrder(uint32 orderId, uint256 receivableId, uint56 amount, address to)
        external
        returns (uint256 movedId);

    /* COMPLIANCE OR HOLDER */

    /// @notice Sets `amount` of a piece aside under an order, so that the rest is free. Compliance, or the holder itself.
    function setAside(uint32 orderId, uint256 receivableId, uint56 amount) external returns (uint32 holdId);

    /* DEBTOR */

    /// @notice Disputes `amount` of a piece: that much of it cannot move. The rest is to be paid all the same (R-02).
    function dispute(uint256 receivableId, uint56 amount, uint40 until, bytes32 reasonHash)
        external
        returns (uint32 holdId);

    /* HOLDER */

    /// @notice Pledges a whole piece as the base of a loan; from `enforceableFrom` on the pledgee may take it.
    function pledge(uint256 receivableId, address pledgee, uint40 until, uint40 enforceableFrom, bytes32 loanHash)
        external
        returns (uint32 holdId);

    /// @notice Reserves `amount` for a financier: it can go nowhere else until delivered, released, or `until`.
    function reserve(uint256 receivableId, uint56 amount, address financier, uint40 until)
        external
        returns (uint32 holdId);

    /* BENEFICIARY */

    /// @notice Ends a dispute, pledge or reservation: its beneficiary. One that expired anyone may clear away.
    function release(uint32 holdId) external;

    /// @notice Takes a pledged piece, or the cash it became: the pledgee, once enforceable.
    function enforcePledge(uint32 holdId) external returns (uint256 movedId);

    /* NETWORK CONTRACTS */

    /// @notice Frees what was reserved for `financier`, up to `amount`, as it is delivered now. {Receivables} only.
    function deliverReserved(uint256 receivableId, address financier, uint56 amount) external;

    /* VIEWS */

    /// @notice How much of a piece live holds take.
    function heldOf(uint256 receivableId) external view returns (uint56);

    /// @notice How much of a payable's pieces is disputed; a dispute that expired counts until it is cleared away.
    function disputedOf(uint256 payableId) external view returns (uint56);

    /// @notice Whether a live freeze order on this holder and payable is not yet served by pieces set aside.
    function isBlocked(address holder, uint256 payableId) external view returns (bool);

    /// @notice A hold; all zero where there is none, or it ended otherwise than by time.
    function holdOf(uint32 holdId) external view returns (Hold memory);

    /// @notice The holds recorded on a piece, expired ones included until cleared away.
    function holdsOn(uint256 receivableId) external view returns (uint32[] memory holdIds);

    /// @notice A freeze order; all zero where there is none.
    function orderOf(uint32 orderId) external view returns (FreezeOrder memory);
}
