// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {HoldKind, Quote} from "../src/types/Types.sol";
import {HoldsKit} from "./HoldsKit.sol";

/// isBlocked(), given a freeze order on a holder is not served
/// ├── when the holder splits, passes to itself, merges, passes on, gives back, gives up, pledges, reserves, or sells
/// │   └── it should change nothing: no value leaves
/// ├── when it did some of that just before the order
/// │   └── it should change nothing either
/// └── when it redeems
///     └── its cash should be set aside, for the order to take
contract Holds_FrontRun_Test is HoldsKit {
    uint256 internal piece;

    function setUp() public override {
        super.setUp();
        piece = _splitTo(root, supplier2, FACE / 2);
    }

    function test_SplittingFirst() external {
        uint256 second = _splitTo(piece, supplier2, FACE / 4);
        uint256 third = _splitTo(piece, supplier2, FACE / 8);
        uint32 orderId = _freeze(supplier2, payableId, FACE / 4);
        uint256[3] memory all = [piece, second, third];
        for (uint256 i; i < 3; ++i) {
            _assertFree(all[i], 0, 0);
            uint256 value = receivables.balanceOf(all[i]);
            _expect(_heldError(all[i], value, 0), supplier2);
            receivables.transferFrom(supplier2, supplier3, all[i]);
            _expect(_heldError(all[i], MINIMUM, 0), supplier2);
            receivables.transferFrom(all[i], supplier2, MINIMUM);
        }
        _setAside(orderId, third, FACE / 8);
        _setAside(orderId, piece, FACE / 8);
        _handOn(second, supplier3, false);
    }

    function test_MergingFirstOrAfter() external {
        uint256 second = _splitTo(piece, supplier2, FACE / 4);
        uint256 third = _splitTo(piece, supplier2, FACE / 8);
        vm.prank(supplier2);
        receivables.merge(piece, third);
        uint32 orderId = _freeze(supplier2, payableId, 100);
        vm.prank(supplier2);
        receivables.merge(piece, second);
        _assertFree(piece, 0, 0);
        _setAside(orderId, piece, 100);
        _assertFree(piece, FACE / 2 - 100, 100);
    }

    function test_MergingWhatIsHeld() external {
        uint256 second = _splitTo(piece, supplier2, FACE / 4);
        uint32 orderId = _freeze(supplier2, payableId, 100);
        _setAside(orderId, second, 100);
        bytes memory refusal = abi.encodeWithSelector(IReceivables.MergeNotAlike.selector, piece, second);
        _expect(refusal, supplier2);
        receivables.merge(piece, second);
    }

    function test_PassingToItselfOrOn() external {
        _handOn(piece, supplier2, false);
        _freeze(supplier2, payableId, 100);
        _expect(_heldError(piece, FACE / 2, 0), supplier2);
        receivables.transferFrom(supplier2, supplier2, piece);
        _expect(_heldError(piece, FACE / 2, 0), supplier2);
        receivables.transferWithRecourse(piece, supplier3);
        _expect(_heldError(piece, FACE / 2, 0), supplier2);
        receivables.refuse(piece);
        _expect(_heldError(piece, MINIMUM, 0), supplier2);
        receivables.dilute(piece, MINIMUM, "credit note");
    }

    function test_PledgingOrReserving() external {
        _freeze(supplier2, payableId, 100);
        _expect(_heldError(piece, FACE / 2, 0), supplier2);
        holds.pledge(piece, financier, UNTIL, UNTIL, "loan");
        _expect(_heldError(piece, 1, 0), supplier2);
        holds.reserve(piece, 1, financier, UNTIL);
    }

    function test_Discounting() external {
        Quote memory quote = _quote(piece, FACE / 4);
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        uint32 holdId = _reserve(piece, FACE / 4, financier);
        _freeze(supplier2, payableId, 100);
        _expect(_heldError(piece, FACE / 4, 0), supplier2);
        discounting.accept(quote, FACE / 4, quoteSignature, cashSignature);
        _assertHold(holdId, piece, HoldKind.Delivery, FACE / 4);
    }

    /// @dev A pledge that was there first is stopped too: who comes first is for compliance to say.
    function test_EnforcingAPledge() external {
        uint32 holdId = _pledge(piece, financier);
        uint32 orderId = _freeze(supplier2, payableId, 100);
        vm.warp(UNTIL - 1 days);
        _expect(_heldError(piece, FACE / 2, 0), financier);
        holds.enforcePledge(holdId);
        _release(orderId);
        vm.prank(financier);
        assertEq(holds.enforcePledge(holdId), piece);
    }

    function test_BuyingBack() external {
        uint256 sold = _splitTo(root, supplier3, FACE / 4, true);
        uint32 orderId = _freeze(supplier3, payableId, 100);
        vm.warp(NOON + 91 days);
        vm.prank(compliance);
        holds.order(supplier3, payableId, 100, uint40(NOON + 100 days), "reason", "authority");
        assertTrue(holds.orderOf(orderId).released, "swept");
        bytes memory signature =
            _signCash(cash, supplier, address(settlement), FACE / 4, NOON + 92 days, _repurchaseNonce(sold, supplier3));
        vm.expectRevert(_heldError(sold, FACE / 4, 0));
        settlement.repurchase(sold, address(cash), NOON + 92 days, signature);
    }

    function test_Redeeming() external {
        uint32 orderId = _freeze(supplier2, payableId, FACE / 8);
        _pay(payableId, FACE);
        assertEq(_redeem(piece), 0);
        _assertGone(piece);
        assertEq(cash.balanceOf(supplier2), 0);
        assertEq(settlement.setAsideOf(piece, supplier2, address(cash)), FACE / 2);

        _expectPlaced(piece, 1, HoldKind.Freeze, FACE / 8, address(0), 0, orderId, 0);
        _expectEnforced(piece, 1, bank, FACE / 8, 0);
        assertEq(_enforce(orderId, piece, FACE / 8, bank), 0);
        assertEq(cash.balanceOf(bank), FACE / 8);
        settlement.releaseSetAside(piece, supplier2, address(cash));
        assertEq(cash.balanceOf(supplier2), FACE / 2 - FACE / 8, "the rest is the holder's");
    }

    function _repurchaseNonce(uint256 receivableId, address holder) private pure returns (bytes32) {
        return keccak256(abi.encode(receivableId, holder, NOON + 92 days));
    }
}
