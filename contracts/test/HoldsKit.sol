// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IHolds} from "../src/interfaces/IHolds.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {HoldKind, PositionFlags} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// @title HoldsKit
/// @notice The acts of {Holds} by who may do them, and what its tests expect.
abstract contract HoldsKit is BaseTest {
    /// @dev The last second of most holds in these tests, which is that of {BaseTest._freeze} too.
    uint40 internal constant UNTIL = uint40(NOON + 30 days);

    uint256 internal root;
    uint256 internal payableId;

    function setUp() public virtual override {
        super.setUp();
        root = _confirmed();
        payableId = _payableOf(root);
    }

    /* ACTS */

    function _release(uint32 orderId) internal {
        vm.prank(compliance);
        holds.releaseOrder(orderId, "lifted");
    }

    function _setAside(uint32 orderId, uint256 receivableId, uint56 amount) internal returns (uint32 holdId) {
        vm.prank(compliance);
        return holds.setAside(orderId, receivableId, amount);
    }

    function _enforce(uint32 orderId, uint256 receivableId, uint56 amount, address to)
        internal
        returns (uint256 movedId)
    {
        vm.prank(compliance);
        return holds.enforceOrder(orderId, receivableId, amount, to);
    }

    function _dispute(uint256 receivableId, uint56 amount) internal returns (uint32 holdId) {
        vm.prank(debtor);
        return holds.dispute(receivableId, amount, UNTIL, "reason");
    }

    /// @dev Enforceable from a day before it ends.
    function _pledge(uint256 receivableId, address pledgee) internal returns (uint32 holdId) {
        vm.prank(receivables.ownerOf(receivableId));
        return holds.pledge(receivableId, pledgee, UNTIL, UNTIL - 1 days, "loan");
    }

    function _reserve(uint256 receivableId, uint56 amount, address to) internal returns (uint32 holdId) {
        vm.prank(receivables.ownerOf(receivableId));
        return holds.reserve(receivableId, amount, to, UNTIL);
    }

    function _releaseHold(uint32 holdId, address caller) internal {
        vm.prank(caller);
        holds.release(holdId);
    }

    /// @dev Half of the face comes back, long after the due date.
    function _writeOffAndRecoverHalf() internal {
        vm.warp(NOON + 181 days);
        vm.prank(operator);
        settlement.writeOff(payableId, "reason");
        bytes32 nonce = keccak256(abi.encode(payableId, bytes32("recovery")));
        uint256 validBefore = block.timestamp + 1;
        bytes memory signature = _signCash(cash, debtor, address(settlement), FACE / 2, validBefore, nonce);
        settlement.recover(payableId, debtor, address(cash), FACE / 2, "recovery", validBefore, signature);
    }

    /* EXPECTATIONS */

    function _expect(bytes memory refusal, address caller) internal {
        vm.expectRevert(refusal);
        vm.prank(caller);
    }

    function _expectPlaced(
        uint256 receivableId,
        uint32 holdId,
        HoldKind kind,
        uint56 amount,
        address beneficiary,
        uint40 enforceableFrom,
        uint32 orderId,
        bytes32 documentHash
    ) internal {
        vm.expectEmit(address(holds));
        emit IHolds.HoldPlaced(
            receivableId, holdId, kind, amount, beneficiary, UNTIL, enforceableFrom, orderId, documentHash
        );
    }

    function _expectReleased(uint256 receivableId, uint32 holdId) internal {
        vm.expectEmit(address(holds));
        emit IHolds.HoldReleased(receivableId, holdId);
    }

    function _expectEnforced(uint256 receivableId, uint32 holdId, address to, uint56 amount, uint256 movedId) internal {
        vm.expectEmit(address(holds));
        emit IHolds.HoldEnforced(receivableId, holdId, to, amount, movedId);
    }

    function _heldError(uint256 receivableId, uint256 asked, uint56 free) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.ReceivableHeld.selector, receivableId, asked, free);
    }

    function _insufficient(uint256 receivableId, uint256 asked, uint56 available) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.ReceivableInsufficientValue.selector, receivableId, asked, available);
    }

    function _untilError(uint256 until, uint256 earliest, uint256 latest) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IHolds.HoldUntilOutOfRange.selector, until, earliest, latest);
    }

    /* CHECKS */

    /// @dev What a piece's holder can use, and what not.
    function _assertFree(uint256 receivableId, uint56 free, uint56 held) internal view {
        assertEq(receivables.freeOf(receivableId), free, "free");
        assertEq(holds.heldOf(receivableId), held, "held");
    }

    function _assertHold(uint32 holdId, uint256 receivableId, HoldKind kind, uint56 amount) internal view {
        assertEq(holds.holdOf(holdId).receivableId, receivableId, "on");
        assertEq(uint256(holds.holdOf(holdId).kind), uint256(kind), "kind");
        assertEq(holds.holdOf(holdId).amount, amount, "amount");
    }

    function _assertNoHold(uint32 holdId) internal view {
        _assertHold(holdId, 0, HoldKind.None, 0);
        assertEq(holds.holdOf(holdId).until, 0, "until");
    }

    /// @dev The holds recorded on a piece, in order.
    function _assertHoldsOn(uint256 receivableId, uint32[] memory expected) internal view {
        uint32[] memory recorded = holds.holdsOn(receivableId);
        assertEq(recorded.length, expected.length, "holds on the piece");
        for (uint256 i; i < expected.length; ++i) {
            assertEq(recorded[i], expected[i], "hold on the piece");
        }
    }

    function _ids(uint32 a) internal pure returns (uint32[] memory ids) {
        ids = new uint32[](1);
        ids[0] = a;
    }

    function _ids(uint32 a, uint32 b) internal pure returns (uint32[] memory ids) {
        ids = new uint32[](2);
        (ids[0], ids[1]) = (a, b);
    }

    function _assertOrders(address holder, uint16 count) internal view {
        assertEq(participants.active(holder, 0).orders, count, "orders counted");
    }

    function _assertIsHeld(uint256 receivableId, bool held) internal view {
        assertEq(receivables.position(receivableId).flags & PositionFlags.HELD != 0, held, "marked as held");
    }
}
