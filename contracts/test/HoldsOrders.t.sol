// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IHolds} from "../src/interfaces/IHolds.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {Amounts} from "../src/libraries/Amounts.sol";
import {FreezeOrder, HoldKind, ParticipantStatus} from "../src/types/Types.sol";
import {HoldsKit} from "./HoldsKit.sol";

/// order()
/// ├── when the caller is not compliance
/// │   └── it should revert
/// ├── when the holder was never admitted, the amount or the last second is out of range
/// │   └── it should revert
/// ├── given eight orders stand for this holder and payable
/// │   ├── given some of them expired
/// │   │   └── it should end those first
/// │   └── else
/// │       └── it should revert
/// └── else, whatever the holder's standing
///     └── it should count, and block all of the holder's there until the very last second
///
/// releaseOrder()
/// ├── when the caller is not compliance
/// │   └── it should revert
/// ├── given there is no such order, or it was released
/// │   └── it should revert
/// └── else, expired or not
///     └── it should end it and every hold under it
///
/// setAside()
/// ├── given the order is not there, released, or expired
/// │   └── it should revert
/// ├── when the caller is neither compliance nor the holder
/// │   └── it should revert
/// ├── given the piece is another's, of another payable, parked, or nowhere
/// │   └── it should revert
/// ├── when the amount is zero, more than the order allows, or more than holds leave of the piece
/// │   └── it should revert
/// ├── when the holder offers a piece that drew already
/// │   └── it should revert
/// ├── given something of the piece is set aside under the order
/// │   └── it should replace that hold by one of the sum
/// └── else
///     └── it should hold exactly that, and free the rest once the order is served
contract Holds_Orders_Test is HoldsKit {
    /* ORDER */

    function test_RevertWhen_NotCompliance() external {
        uint32 orderId = _freeze(supplier, payableId, 1);
        address[3] memory others = [operator, supplier, stranger];
        for (uint256 i; i < others.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]);
            _expect(refusal, others[i]);
            holds.order(supplier, payableId, 1, UNTIL, "reason", "authority");
            _expect(refusal, others[i]);
            holds.releaseOrder(orderId, "reason");
            _expect(refusal, others[i]);
            holds.enforceOrder(orderId, root, 1, financier);
        }
    }

    function test_RevertWhen_HolderUnknown() external {
        _expect(
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, stranger, ParticipantStatus.None),
            compliance
        );
        holds.order(stranger, payableId, 1, UNTIL, "reason", "authority");
    }

    function test_RevertWhen_OrderAmountOutOfRange() external {
        _expect(abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, 0, 1, MAX_AMOUNT), compliance);
        holds.order(supplier, payableId, 0, UNTIL, "reason", "authority");
        _expect(abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, MAX_AMOUNT + 1, 1, MAX_AMOUNT), compliance);
        holds.order(supplier, payableId, MAX_AMOUNT + 1, UNTIL, "reason", "authority");
    }

    function test_RevertWhen_OrderUntilOutOfRange() external {
        uint40 latest = uint40(NOON + 5 * 365 days);
        _expect(_untilError(NOON, NOON + 1, latest), compliance);
        holds.order(supplier, payableId, 1, uint40(NOON), "reason", "authority");
        _expect(_untilError(latest + 1, NOON + 1, latest), compliance);
        holds.order(supplier, payableId, 1, latest + 1, "reason", "authority");
        vm.startPrank(compliance);
        holds.order(supplier, payableId, 1, uint40(NOON + 1), "reason", "authority");
        holds.order(supplier, payableId, 1, latest, "reason", "authority");
    }

    function test_Order() external {
        vm.expectEmit(address(holds));
        emit IHolds.FreezeOrdered(1, supplier, payableId, 5, UNTIL, "reason", "authority");
        uint32 orderId = _freeze(supplier, payableId, 5);
        assertEq(orderId, 1);
        assertEq(
            abi.encode(holds.orderOf(1)), abi.encode(FreezeOrder(supplier, payableId, 5, 0, UNTIL, false)), "order"
        );
        assertEq(abi.encode(holds.orderOf(2)), abi.encode(FreezeOrder(address(0), 0, 0, 0, 0, false)), "none");
        assertEq(_freeze(supplier2, 0, MAX_AMOUNT), 2, "ids count up");
        _assertOrders(supplier, 1);
        _assertOrders(supplier2, 1);
        _assertOrders(supplier3, 0);
    }

    function test_Order_NamesWhoMayNotAct() external {
        uint32 orderId = _freeze(suspended, payableId, 5);
        assertEq(holds.orderOf(orderId).holder, suspended);
        assertTrue(holds.isBlocked(suspended, payableId));
        vm.prank(operator);
        participants.close(suspended, "reason");
        orderId = _freeze(suspended, 0, 5);
        assertEq(holds.orderOf(orderId).holder, suspended);
    }

    function test_Order_BlocksItsPayableAlone() external {
        uint256 other = _confirmed();
        _freeze(supplier, payableId, 1);
        _assertFree(root, 0, 0);
        _assertFree(other, FACE, 0);
        assertTrue(holds.isBlocked(supplier, payableId));
        assertFalse(holds.isBlocked(supplier, _payableOf(other)));
        assertFalse(holds.isBlocked(supplier2, payableId), "another holder");
        assertFalse(holds.isBlocked(stranger, payableId), "nobody");
        _handOn(other, supplier2, false);
    }

    function test_Order_BlocksAllPayables() external {
        uint256 other = _confirmed();
        _freeze(supplier, 0, 1);
        _assertFree(root, 0, 0);
        _assertFree(other, 0, 0);
        assertTrue(holds.isBlocked(supplier, 77), "those to come too");
    }

    function test_Order_UntilTheLastSecond() external {
        _freeze(supplier, payableId, 1);
        vm.warp(UNTIL);
        assertTrue(holds.isBlocked(supplier, payableId));
        _expect(_heldError(root, FACE, 0), supplier);
        receivables.transferFrom(supplier, supplier2, root);
        vm.warp(UNTIL + 1);
        assertFalse(holds.isBlocked(supplier, payableId));
        _assertFree(root, FACE, 0);
        _handOn(root, supplier2, false);
        _assertOrders(supplier, 1);
    }

    function test_RevertGiven_TooManyOrders() external {
        for (uint256 i; i < 8; ++i) {
            _freeze(supplier, payableId, 1);
        }
        _expect(abi.encodeWithSelector(IHolds.TooManyOrders.selector, supplier, payableId, 8), compliance);
        holds.order(supplier, payableId, 1, UNTIL, "reason", "authority");
        // Another payable, all payables, and another holder have lists of their own.
        _freeze(supplier, 77, 1);
        _freeze(supplier, 0, 1);
        _freeze(supplier2, payableId, 1);
        _assertOrders(supplier, 10);
    }

    function test_Order_ReleasedOnesMakeRoom() external {
        for (uint256 i; i < 8; ++i) {
            _freeze(supplier, payableId, 1);
        }
        _release(3);
        assertEq(_freeze(supplier, payableId, 1), 9);
        for (uint32 i = 1; i <= 9; ++i) {
            assertTrue(holds.isBlocked(supplier, payableId), "the others go on");
            if (i != 3) _release(i);
        }
        assertFalse(holds.isBlocked(supplier, payableId));
        _assertOrders(supplier, 0);
    }

    function test_Order_ExpiredOnesAreSweptFirst() external {
        for (uint256 i; i < 8; ++i) {
            uint40 until = i == 2 || i == 5 ? uint40(NOON + 1) : UNTIL;
            vm.prank(compliance);
            holds.order(supplier, payableId, 1, until, "reason", "authority");
        }
        vm.warp(NOON + 2);
        vm.expectEmit(address(holds));
        emit IHolds.FreezeReleased(3, 0);
        vm.expectEmit(address(holds));
        emit IHolds.FreezeReleased(6, 0);
        _freeze(supplier, payableId, 1);
        assertTrue(holds.orderOf(3).released);
        assertTrue(holds.orderOf(6).released);
        assertFalse(holds.orderOf(1).released);
        _freeze(supplier, payableId, 1);
        _assertOrders(supplier, 8);
        _expect(abi.encodeWithSelector(IHolds.TooManyOrders.selector, supplier, payableId, 8), compliance);
        holds.order(supplier, payableId, 1, UNTIL, "reason", "authority");
    }

    /* RELEASE */

    function test_RevertGiven_OrderNotOpen() external {
        _expect(_notOpen(1), compliance);
        holds.releaseOrder(1, "reason");
        uint32 orderId = _freeze(supplier, payableId, 5);
        _release(orderId);
        _expect(_notOpen(orderId), compliance);
        holds.releaseOrder(orderId, "reason");
        _expect(_notOpen(orderId), compliance);
        holds.setAside(orderId, root, 1);
        _expect(_notOpen(orderId), compliance);
        holds.enforceOrder(orderId, root, 1, financier);
    }

    function test_ReleaseOrder_EndsItsHolds() external {
        uint256 child = _splitTo(root, supplier, FACE / 4);
        uint32 orderId = _freeze(supplier, payableId, FACE);
        uint32 first = _setAside(orderId, root, 7);
        uint32 second = _setAside(orderId, child, FACE / 4);
        vm.expectEmit(address(holds));
        emit IHolds.FreezeReleased(orderId, "lifted");
        _release(orderId);

        assertTrue(holds.orderOf(orderId).released);
        assertEq(holds.orderOf(orderId).assigned, 7 + FACE / 4, "what was set aside stays on record");
        _assertNoHold(first);
        _assertNoHold(second);
        _assertFree(root, FACE - FACE / 4, 0);
        _assertFree(child, FACE / 4, 0);
        _assertOrders(supplier, 0);
        _handOn(child, supplier2, false);
    }

    function test_ReleaseOrder_Expired() external {
        uint32 orderId = _freeze(supplier, payableId, 5);
        vm.warp(UNTIL + 1);
        _expect(_notOpen(orderId), compliance);
        holds.setAside(orderId, root, 1);
        _expect(_notOpen(orderId), compliance);
        holds.enforceOrder(orderId, root, 1, financier);
        _release(orderId);
        _assertOrders(supplier, 0);
    }

    /// @dev What is recorded on a piece of an order that ended keeps it from merging until anybody clears it away.
    function test_ReleaseOrder_WhatItLeavesIsCleared() external {
        uint256 child = _splitTo(root, supplier, FACE / 4);
        uint32 orderId = _freeze(supplier, payableId, 5);
        uint32 holdId = _setAside(orderId, child, 5);
        _release(orderId);
        _assertIsHeld(child, true);
        _assertHoldsOn(child, _ids(holdId));
        _expectReleased(child, holdId);
        _releaseHold(holdId, stranger);
        _assertIsHeld(child, false);
        _assertHoldsOn(child, new uint32[](0));
        vm.prank(supplier);
        receivables.merge(root, child);
        _assertPiece(root, supplier, 0, FACE, 1);
    }

    /* SET ASIDE */

    function test_SetAside() external {
        uint32 orderId = _freeze(supplier, payableId, 100);
        _expectPlaced(root, 1, HoldKind.Freeze, 60, address(0), 0, orderId, 0);
        assertEq(_setAside(orderId, root, 60), 1);
        assertEq(
            abi.encode(holds.orderOf(orderId)),
            abi.encode(FreezeOrder(supplier, payableId, 100, 60, UNTIL, false)),
            "order"
        );
        _assertHold(1, root, HoldKind.Freeze, 60);
        assertEq(holds.holdOf(1).orderId, orderId);
        assertEq(holds.holdOf(1).until, UNTIL, "as long as its order");
        assertEq(holds.holdOf(1).beneficiary, address(0));
        _assertIsHeld(root, true);
        _assertFree(root, 0, 60);
        assertTrue(holds.isBlocked(supplier, payableId), "40 are missing");
    }

    /// @dev In two steps, by compliance and by the holder: one hold of the sum.
    function test_SetAside_MoreReplacesTheHold() external {
        uint32 orderId = _freeze(supplier, payableId, 100);
        _setAside(orderId, root, 60);
        _expectReleased(root, 1);
        _expectPlaced(root, 2, HoldKind.Freeze, 100, address(0), 0, orderId, 0);
        vm.prank(supplier);
        assertEq(holds.setAside(orderId, root, 40), 2);
        _assertNoHold(1);
        _assertHold(2, root, HoldKind.Freeze, 100);
        _assertHoldsOn(root, _ids(2));
        assertEq(holds.orderOf(orderId).assigned, 100);
        assertFalse(holds.isBlocked(supplier, payableId));
        _assertFree(root, FACE - 100, 100);
        _expect(_heldError(root, FACE - 99, FACE - 100), supplier);
        receivables.transferFrom(root, supplier2, FACE - 99);
        // Free to the unit; the rest cannot move any more.
        _splitTo(root, supplier2, FACE - 100);
        _expect(_heldError(root, 100, 0), supplier);
        receivables.transferFrom(supplier, supplier2, root);
    }

    function test_SetAside_UntilTheLastSecond() external {
        uint32 orderId = _freeze(supplier, payableId, 100);
        uint32 holdId = _setAside(orderId, root, 100);
        vm.warp(UNTIL);
        _assertFree(root, FACE - 100, 100);
        _expect(abi.encodeWithSelector(IHolds.HoldWrongKind.selector, holdId, HoldKind.Freeze, HoldKind.None), supplier);
        holds.release(holdId);
        vm.warp(UNTIL + 1);
        _assertFree(root, FACE, 0);
        _assertHold(holdId, root, HoldKind.Freeze, 100);
        _releaseHold(holdId, stranger);
        _assertNoHold(holdId);
        _assertIsHeld(root, false);
    }

    function test_SetAside_UnderAnOrderForAll() external {
        uint256 other = _confirmed();
        uint32 orderId = _freeze(supplier, 0, 100);
        _setAside(orderId, root, 30);
        _setAside(orderId, other, 70);
        _assertFree(root, FACE - 30, 30);
        _assertFree(other, FACE - 70, 70);
    }

    function test_RevertWhen_CallerIsNeither() external {
        uint32 orderId = _freeze(supplier, payableId, 100);
        _expect(abi.encodeWithSelector(IHolds.OrderNotForCaller.selector, orderId, supplier2), supplier2);
        holds.setAside(orderId, root, 100);
        // The operator is no organisation, and no compliance officer.
        _expect(
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, operator, ParticipantStatus.None),
            operator
        );
        holds.setAside(orderId, root, 100);
        _suspend(supplier);
        _expect(
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, supplier, ParticipantStatus.Suspended),
            supplier
        );
        holds.setAside(orderId, root, 100);
        _setAside(orderId, root, 100);
    }

    /// @dev The organisation's present key acts for it.
    function test_SetAside_ByTheHoldersKey() external {
        uint32 orderId = _freeze(supplier, payableId, 100);
        address key = _actor("new key");
        _rotate(supplier, key);
        vm.prank(key);
        holds.setAside(orderId, root, 100);
        _assertFree(root, FACE - 100, 100);
    }

    function test_RevertGiven_PieceNotTheOrders() external {
        uint256 foreign = _splitTo(root, supplier2, FACE / 4);
        uint256 elsewhere = _confirmed();
        uint32 orderId = _freeze(supplier, payableId, 100);
        uint256[3] memory wrong = [foreign, elsewhere, root + 77];
        for (uint256 i; i < wrong.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IHolds.OrderNotForReceivable.selector, orderId, wrong[i]);
            _expect(refusal, compliance);
            holds.setAside(orderId, wrong[i], 1);
            _expect(refusal, compliance);
            holds.enforceOrder(orderId, wrong[i], 1, financier);
        }
    }

    /// @dev What the debtor owes itself serves no order.
    function test_RevertGiven_Parked() external {
        uint256 parked = _splitTo(root, debtor, FACE / 4);
        uint32 orderId = _freeze(debtor, payableId, 100);
        bytes memory refusal = abi.encodeWithSelector(IReceivables.ReceivableIsParked.selector, parked);
        _expect(refusal, compliance);
        holds.setAside(orderId, parked, 100);
        _expect(refusal, compliance);
        holds.enforceOrder(orderId, parked, 100, financier);
    }

    function test_RevertWhen_SetAsideAmountOutOfRange() external {
        uint32 orderId = _freeze(supplier, payableId, 100);
        _expect(abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, 0, 1, MAX_AMOUNT), compliance);
        holds.setAside(orderId, root, 0);
        _expect(abi.encodeWithSelector(IHolds.OrderAmountExceeded.selector, orderId, 101, 100), compliance);
        holds.setAside(orderId, root, 101);
        _setAside(orderId, root, 99);
        _expect(abi.encodeWithSelector(IHolds.OrderAmountExceeded.selector, orderId, 2, 1), compliance);
        holds.setAside(orderId, root, 2);
    }

    function test_RevertWhen_HoldsLeaveLess() external {
        _dispute(root, FACE - 50);
        uint32 orderId = _freeze(supplier, payableId, FACE);
        _expect(_insufficient(root, 51, 50), compliance);
        holds.setAside(orderId, root, 51);
        _setAside(orderId, root, 20);
        _expect(_insufficient(root, 31, 30), compliance);
        holds.setAside(orderId, root, 31);
        _setAside(orderId, root, 30);
        _assertFree(root, 0, FACE);
    }

    /// @dev The sum exceeds what the holder has: each order asks for its own, and the last one is never served.
    function test_SeveralOrders() external {
        uint32 first = _freeze(supplier, payableId, FACE / 2);
        uint32 second = _freeze(supplier, payableId, FACE / 4);
        uint32 third = _freeze(supplier, 0, FACE / 2);
        _setAside(first, root, FACE / 2);
        _setAside(second, root, FACE / 4);
        _expect(_insufficient(root, FACE / 2, FACE / 4), compliance);
        holds.setAside(third, root, FACE / 2);
        _setAside(third, root, FACE / 4);
        _assertFree(root, 0, FACE);
        assertTrue(holds.isBlocked(supplier, payableId));
        // What comes in is caught too.
        uint256 late = _confirmed();
        _assertFree(late, 0, 0);
        vm.prank(supplier);
        holds.setAside(third, late, FACE / 4);
        _assertFree(late, FACE - FACE / 4, FACE / 4);

        _release(second);
        _assertFree(root, FACE / 4, FACE - FACE / 4);
        _splitTo(root, supplier2, FACE / 4);
        assertEq(holds.orderOf(first).assigned, FACE / 2, "untouched");
        assertEq(holds.orderOf(third).assigned, FACE / 2, "untouched");
    }

    function testFuzz_SetAside(uint56 ordered, uint56 first, uint56 second) external {
        ordered = uint56(bound(ordered, 2, FACE));
        first = uint56(bound(first, 1, ordered - 1));
        second = uint56(bound(second, 1, ordered - first));
        uint32 orderId = _freeze(supplier, payableId, ordered);
        _setAside(orderId, root, first);
        _setAside(orderId, root, second);
        assertEq(holds.heldOf(root), first + second);
        assertEq(holds.isBlocked(supplier, payableId), first + second < ordered);
        assertEq(receivables.freeOf(root), first + second < ordered ? 0 : FACE - first - second);
    }

    function testFuzz_Until(uint40 until, uint40 at) external {
        until = uint40(bound(until, NOON + 1, NOON + 5 * 365 days));
        at = uint40(bound(at, NOON, NOON + 6 * 365 days));
        vm.prank(compliance);
        uint32 orderId = holds.order(supplier, payableId, 10, until, "reason", "authority");
        _setAside(orderId, root, 4);
        vm.warp(at);
        assertEq(holds.isBlocked(supplier, payableId), at <= until);
        assertEq(holds.heldOf(root), at <= until ? 4 : 0);
    }

    /* WHAT WAS PAID OUT */

    /// @dev A piece that drew counts less than its value: the holder cannot serve an order with it, compliance may.
    function test_RevertWhen_HolderOffersADrainedPiece() external {
        _pay(payableId, FACE / 2);
        _redeem(root);
        uint32 orderId = _freeze(supplier, payableId, 100);
        _expect(_insufficient(root, 100, 0), supplier);
        holds.setAside(orderId, root, 100);
        _setAside(orderId, root, 100);
    }

    function test_RevertWhen_HolderOffersAPieceThatRecovered() external {
        _writeOffAndRecoverHalf();
        assertEq(_redeem(root), FACE / 2);
        uint32 orderId = _freeze(supplier, payableId, 100);
        _expect(_insufficient(root, 100, 0), supplier);
        holds.setAside(orderId, root, 100);
    }

    /// @dev Where all it drew is set aside, it is as good as before.
    function test_SetAside_WhatIsNotPaidOutCounts() external {
        uint32 orderId = _freeze(supplier, payableId, 100);
        _pay(payableId, FACE / 2);
        assertEq(_redeem(root), 0, "blocked: all of it is set aside");
        vm.prank(supplier);
        holds.setAside(orderId, root, 100);
        assertEq(holds.heldOf(root), 100);
    }

    function _notOpen(uint32 orderId) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IHolds.OrderNotOpen.selector, orderId);
    }
}
