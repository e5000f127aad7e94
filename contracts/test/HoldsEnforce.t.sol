// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DepositToken} from "../src/DepositToken.sol";
import {IHolds} from "../src/interfaces/IHolds.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Amounts} from "../src/libraries/Amounts.sol";
import {HoldKind, ParticipantStatus, Programme, Roles, Terms} from "../src/types/Types.sol";
import {HoldsKit} from "./HoldsKit.sol";

/// enforceOrder() (R-23)
/// ├── when the caller is not compliance, the order is not open, or the piece is not the order's: see {Holds_Orders_Test}
/// ├── when the amount is zero, or goes to the holder itself
/// │   └── it should revert
/// ├── when more is taken than the order and the other holds allow
/// │   └── it should revert
/// ├── given part of the piece
/// │   └── it should split that off, whatever minimum, depth and black-out say, and free exactly that
/// ├── given the whole piece
/// │   └── it should move with the cash set aside of its earlier draws
/// ├── given the piece was not set aside before, or less of it
/// │   └── it should set aside what is missing first
/// └── given the piece is redeemed
///     └── it should move cash, and leave what other holds stand on
contract Holds_EnforceOrder_Test is HoldsKit {
    uint32 internal orderId;

    function setUp() public override {
        super.setUp();
        orderId = _freeze(supplier, payableId, FACE / 4);
    }

    function test_RevertWhen_AmountZero() external {
        _expect(abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, 0, 1, MAX_AMOUNT), compliance);
        holds.enforceOrder(orderId, root, 0, financier);
    }

    function test_RevertWhen_ToTheHolderItself() external {
        _expect(abi.encodeWithSelector(IHolds.HoldBeneficiaryUnfit.selector, supplier), compliance);
        holds.enforceOrder(orderId, root, 1, supplier);
    }

    function test_RevertWhen_ReceiverMayNotAct() external {
        _expect(
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, suspended, ParticipantStatus.Suspended),
            compliance
        );
        holds.enforceOrder(orderId, root, 1, suspended);
    }

    function test_RevertWhen_MoreThanOrdered() external {
        _expect(
            abi.encodeWithSelector(IHolds.OrderAmountExceeded.selector, orderId, FACE / 4 + 1, FACE / 4), compliance
        );
        holds.enforceOrder(orderId, root, FACE / 4 + 1, financier);
        _setAside(orderId, root, 10);
        _expect(
            abi.encodeWithSelector(IHolds.OrderAmountExceeded.selector, orderId, FACE / 4 - 9, FACE / 4 - 10),
            compliance
        );
        holds.enforceOrder(orderId, root, FACE / 4 + 1, financier);
        // Enforced amounts stay counted.
        _enforce(orderId, root, FACE / 4 - 1, financier);
        _expect(abi.encodeWithSelector(IHolds.OrderAmountExceeded.selector, orderId, 2, 1), compliance);
        holds.enforceOrder(orderId, root, 2, financier);
    }

    function test_RevertWhen_OtherHoldsLeaveLess() external {
        _dispute(root, FACE - 50);
        _expect(_insufficient(root, 51, 50), compliance);
        holds.enforceOrder(orderId, root, 51, financier);
        _setAside(orderId, root, 20);
        _expect(_insufficient(root, 31, 30), compliance);
        holds.enforceOrder(orderId, root, 51, financier);
        _enforce(orderId, root, 50, financier);
        _assertFree(root, 0, FACE - 50);
    }

    function test_Enforce_PartOfWhatIsSetAside() external {
        uint32 holdId = _setAside(orderId, root, FACE / 4);
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableSplit(root, root + 1, financier, FACE - 10, FACE, 1, address(0));
        _expectEnforced(root, holdId, financier, 10, root + 1);
        assertEq(_enforce(orderId, root, 10, financier), root + 1);

        _assertPiece(root + 1, financier, FACE - 10, FACE, 1);
        _assertFree(root + 1, 10, 0);
        _assertIsHeld(root + 1, false);
        _assertHold(holdId, root, HoldKind.Freeze, FACE / 4 - 10);
        _assertFree(root, FACE - FACE / 4, FACE / 4 - 10);
        assertEq(holds.orderOf(orderId).assigned, FACE / 4, "enforced amounts included");
        assertFalse(holds.isBlocked(supplier, payableId));
    }

    function test_Enforce_AllOfWhatIsSetAside() external {
        uint32 holdId = _setAside(orderId, root, FACE / 4);
        _enforce(orderId, root, FACE / 4, financier);
        _assertNoHold(holdId);
        _assertHoldsOn(root, new uint32[](0));
        _assertIsHeld(root, false);
        _assertFree(root, FACE - FACE / 4, 0);
    }

    function test_Enforce_SetsAsideWhatIsMissing() external {
        _expectPlaced(root, 1, HoldKind.Freeze, 30, address(0), 0, orderId, 0);
        _expectEnforced(root, 1, financier, 30, root + 1);
        _enforce(orderId, root, 30, financier);
        assertEq(holds.orderOf(orderId).assigned, 30);
        assertTrue(holds.isBlocked(supplier, payableId), "the rest is still asked for");

        uint32 holdId = _setAside(orderId, root, 20);
        _expectReleased(root, holdId);
        _expectPlaced(root, 3, HoldKind.Freeze, 50, address(0), 0, orderId, 0);
        _expectEnforced(root, 3, financier, 50, root + 2);
        _enforce(orderId, root, 50, financier);
        assertEq(holds.orderOf(orderId).assigned, 80);
        _assertHoldsOn(root, new uint32[](0));
        _assertFree(root, 0, 0);
    }

    function test_Enforce_TheWholePiece() external {
        uint256 child = _splitAside(FACE / 4);
        _expectEnforced(child, 1, financier, FACE / 4, child);
        assertEq(_enforce(orderId, child, FACE / 4, financier), child);
        _assertPiece(child, financier, FACE - FACE / 4, FACE, 1);
        _assertIsHeld(child, false);
        _assertFree(child, FACE / 4, 0);
        _assertFree(root, FACE - FACE / 4, 0);
    }

    /// @dev A hold of a second order, a dispute and a reservation stand on the same piece and stay as they are.
    function test_Enforce_TouchesNothingElse() external {
        uint32 second = _freeze(supplier, 0, FACE / 8);
        _setAside(orderId, root, FACE / 4);
        uint32 otherFreeze = _setAside(second, root, FACE / 8);
        uint32 disputed = _dispute(root, FACE / 8);
        uint32 reserved = _reserve(root, FACE / 8, financier2);
        uint56 free = FACE - FACE / 4 - 3 * (FACE / 8);
        _assertFree(root, free, FACE - free);

        _enforce(orderId, root, FACE / 4, financier);
        _assertHold(otherFreeze, root, HoldKind.Freeze, FACE / 8);
        _assertHold(disputed, root, HoldKind.Dispute, FACE / 8);
        _assertHold(reserved, root, HoldKind.Delivery, FACE / 8);
        _assertFree(root, free, 3 * (FACE / 8));
        _assertIsHeld(root, true);
        assertEq(holds.disputedOf(payableId), FACE / 8);
        assertEq(holds.orderOf(second).assigned, FACE / 8);
    }

    function test_Enforce_BelowMinimumTooDeepAndInABlackout() external {
        Programme memory programme = _programme();
        programme.maximumDepth = 0;
        programme.blackoutDaysBefore = 60;
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        terms.dueDate = TODAY + 60;
        uint256 rigid = _confirmed(terms);
        vm.expectPartialRevert(IReceivables.TransferBlackout.selector);
        vm.prank(supplier);
        receivables.transferFrom(supplier, supplier2, rigid);
        uint32 toAll = _freeze(supplier, 0, 100);
        assertEq(receivables.ownerOf(_enforce(toAll, rigid, 1, bank)), bank, "a bank's account, too");
    }

    /// @dev The debtor cannot be paid by others' pieces: what reaches it is parked (I8).
    function test_Enforce_ToTheDebtor() external {
        uint256 moved = _enforce(orderId, root, 10, debtor);
        assertTrue(receivables.pieceOf(moved).parked);
    }

    function test_Enforce_OfAHolderThatMayNotAct() external {
        _suspend(supplier);
        assertEq(receivables.ownerOf(_enforce(orderId, root, 10, financier)), financier);
        vm.prank(operator);
        participants.close(supplier, "reason");
        assertEq(receivables.ownerOf(_enforce(orderId, root, 10, financier)), financier);
    }

    function testFuzz_Enforce(uint56 aside, uint56 amount) external {
        aside = uint56(bound(aside, 0, FACE / 4));
        amount = uint56(bound(amount, 1, FACE / 4));
        if (aside != 0) _setAside(orderId, root, aside);
        uint256 movedId = _enforce(orderId, root, amount, financier);
        assertEq(receivables.balanceOf(movedId), amount, "moved");
        uint56 assigned = amount > aside ? amount : aside;
        assertEq(holds.orderOf(orderId).assigned, assigned, "set aside");
        assertEq(holds.heldOf(root), assigned - amount, "still held");
        assertEq(receivables.freeOf(root), assigned == FACE / 4 ? FACE - assigned : 0, "free");
    }

    /* CASH */

    /// @dev What is held at redemption is set aside; the rest is paid.
    function test_Enforce_Redeemed() external {
        uint32 holdId = _setAside(orderId, root, FACE / 4);
        _pay(payableId, FACE);
        assertEq(_redeem(root), FACE - FACE / 4);
        assertEq(settlement.setAsideOf(root, supplier, address(cash)), FACE / 4);
        _cannotRelease(root);

        vm.expectEmit(address(settlement));
        emit ISettlement.SetAsideEnforced(root, supplier, financier2, address(cash), 10);
        _expectEnforced(root, holdId, financier2, 10, 0);
        assertEq(_enforce(orderId, root, 10, financier2), 0);
        assertEq(cash.balanceOf(financier2), 10 * FACE + 10);
        _assertHold(holdId, root, HoldKind.Freeze, FACE / 4 - 10);
        _cannotRelease(root);

        _enforce(orderId, root, FACE / 4 - 10, financier2);
        _assertNoHold(holdId);
        assertEq(cash.balanceOf(address(settlement)), 0);
        assertEq(cash.balanceOf(supplier), FACE - FACE / 4);
    }

    function test_Redeemed_ReleasedWithItsOrder() external {
        _setAside(orderId, root, FACE / 4);
        _pay(payableId, FACE);
        _redeem(root);
        _release(orderId);
        settlement.releaseSetAside(root, supplier, address(cash));
        assertEq(cash.balanceOf(supplier), FACE);
        _releaseHold(1, stranger);
        _assertHoldsOn(root, new uint32[](0));
    }

    function test_Redeemed_ReleasedByTime() external {
        _setAside(orderId, root, FACE / 4);
        _pay(payableId, FACE);
        _redeem(root);
        vm.warp(UNTIL);
        _cannotRelease(root);
        vm.warp(UNTIL + 1);
        settlement.releaseSetAside(root, supplier, address(cash));
        assertEq(cash.balanceOf(supplier), FACE);
    }

    /// @dev Cash can serve an order as pieces do, so that the holder's other pieces are free again.
    function test_Redeemed_CashIsSetAsideUnderTheOrder() external {
        uint256 other = _splitTo2();
        _pay(payableId, FACE);
        _redeem(root);
        assertEq(settlement.setAsideOf(root, supplier, address(cash)), FACE / 2, "blocked: all of it");
        assertTrue(holds.isBlocked(supplier, payableId));
        _expect(abi.encodeWithSelector(IHolds.OrderAmountExceeded.selector, orderId, FACE / 4 + 1, FACE / 4), supplier);
        holds.setAside(orderId, root, FACE / 4 + 1);
        vm.prank(supplier);
        holds.setAside(orderId, root, FACE / 4);
        assertFalse(holds.isBlocked(supplier, payableId));
        assertEq(holds.heldOf(root), FACE / 4);
        _cannotRelease(root);
        vm.prank(supplier2);
        assertEq(settlement.redeem(other), FACE / 2, "others do not wait");

        _enforce(orderId, root, FACE / 4, bank);
        settlement.releaseSetAside(root, supplier, address(cash));
        assertEq(cash.balanceOf(supplier), FACE / 4);
    }

    /// @dev Two orders on one piece's cash: what one holds is not for the other.
    function test_RevertWhen_CashIsHeldByAnotherOrder() external {
        uint32 second = _freeze(supplier, 0, FACE);
        _setAside(orderId, root, FACE / 4);
        _pay(payableId, FACE);
        _redeem(root);
        _expect(_insufficient(root, FACE, FACE - FACE / 4), compliance);
        holds.enforceOrder(second, root, FACE, bank);
        _enforce(second, root, FACE - FACE / 4, bank);
        _expect(_insufficient(root, 1, 0), compliance);
        holds.setAside(second, root, 1);
        _enforce(orderId, root, FACE / 4, financier2);
        assertEq(cash.balanceOf(bank), FACE - FACE / 4);
        assertEq(cash.balanceOf(address(settlement)), 0);
    }

    /// @dev A loss at write-off leaves less cash than is held; what is there can be taken.
    function test_RevertWhen_LessCashThanHeld() external {
        orderId = _longOrder(FACE / 4);
        vm.warp(NOON + 181 days);
        vm.prank(operator);
        settlement.writeOff(payableId, "reason");
        uint56 recovered = FACE / 2;
        _recover(recovered);
        vm.prank(operator);
        settlement.closeRecovery(payableId, "reason");
        uint32 holdId = _setAside(orderId, root, FACE / 4);
        _redeem(root);
        assertEq(settlement.setAsideOf(root, supplier, address(cash)), FACE / 8, "in proportion");
        _expect(abi.encodeWithSelector(ISettlement.SetAsideExceeded.selector, root, FACE / 8 + 1, FACE / 8), compliance);
        holds.enforceOrder(orderId, root, FACE / 8 + 1, bank);
        _enforce(orderId, root, FACE / 8, bank);
        _assertHold(holdId, root, HoldKind.Freeze, FACE / 8);
        assertEq(cash.balanceOf(bank), FACE / 8);
    }

    /* PAYMENTS BEGUN */

    /// @dev The whole piece goes, and what it drew meanwhile goes with it: nothing of the freeze is lost.
    function test_Enforce_WholePieceWithItsCash() external {
        uint256 child = _splitAside(FACE / 4);
        _pay(payableId, FACE / 2);
        vm.prank(supplier);
        assertEq(settlement.redeem(child), 0);
        assertEq(settlement.setAsideOf(child, supplier, address(cash)), FACE / 8);
        _assertFree(child, 0, FACE / 4);

        vm.expectEmit(address(settlement));
        emit ISettlement.SetAsideEnforced(child, supplier, bank, address(cash), FACE / 8);
        _expectEnforced(child, 1, bank, FACE / 4, child);
        assertEq(_enforce(orderId, child, FACE / 4, bank), child);
        assertEq(cash.balanceOf(bank), FACE / 8);
        assertEq(settlement.setAsideOf(child, supplier, address(cash)), 0);
        _pay(payableId, FACE / 2);
        vm.prank(bank);
        assertEq(settlement.redeem(child), FACE / 8);
    }

    /// @dev A part cannot be split off any more: it is enforced as cash, once redeemed.
    function test_RevertWhen_PartOfAPieceThatDrew() external {
        _setAside(orderId, root, FACE / 4);
        _pay(payableId, FACE / 2);
        assertEq(_redeem(root), FACE / 2 - FACE / 8);
        _expect(abi.encodeWithSelector(IReceivables.PayablePaymentStarted.selector, payableId, FACE / 2), compliance);
        holds.enforceOrder(orderId, root, FACE / 4, bank);
        _pay(payableId, FACE / 2);
        assertEq(_redeem(root), FACE / 2 - FACE / 8);
        _enforce(orderId, root, FACE / 4, bank);
        assertEq(cash.balanceOf(bank), FACE / 4);
    }

    function test_Enforce_CashInTwoTokens() external {
        (uint256 id, DepositToken second) = _confirmedInTwoTokens();
        uint32 toAll = _freeze(supplier, 0, 2 * FACE);
        _pay(_payableOf(id), FACE / 4);
        _pay(_payableOf(id), second, FACE - FACE / 4);
        _redeem(id);
        _enforce(toAll, id, FACE / 2, bank);
        assertEq(cash.balanceOf(bank), FACE / 4);
        assertEq(second.balanceOf(bank), FACE / 4);
        _expect(_insufficient(id, FACE / 2 + 1, FACE / 2), compliance);
        holds.setAside(toAll, id, FACE / 2 + 1);
        _setAside(toAll, id, FACE / 2);
    }

    /* KIT */

    /// @dev A piece of the supplier's own, set aside whole.
    function _splitAside(uint56 value) private returns (uint256 child) {
        _release(orderId);
        child = _splitTo(root, supplier, value);
        orderId = _freeze(supplier, payableId, FACE / 4);
        _setAside(orderId, child, value);
    }

    function _splitTo2() private returns (uint256 other) {
        _release(orderId);
        other = _splitTo(root, supplier2, FACE / 2);
        orderId = _freeze(supplier, payableId, FACE / 4);
    }

    function _longOrder(uint56 amount) private returns (uint32) {
        vm.prank(compliance);
        return holds.order(supplier, payableId, amount, uint40(NOON + 1000 days), "reason", "authority");
    }

    function _recover(uint56 amount) private {
        bytes32 nonce = keccak256(abi.encode(payableId, bytes32("recovery")));
        bytes memory signature = _signCash(cash, debtor, address(settlement), amount, block.timestamp + 1, nonce);
        settlement.recover(payableId, debtor, address(cash), amount, "recovery", block.timestamp + 1, signature);
    }

    function _confirmedInTwoTokens() private returns (uint256 id, DepositToken second) {
        second = _secondToken();
        vm.prank(second.bank());
        second.credit(debtor, FACE, "first");
        Programme memory programme = _programme();
        programme.depositTokens = new address[](2);
        programme.depositTokens[0] = address(cash);
        programme.depositTokens[1] = address(second);
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        id = _confirmed(terms);
    }

    function _cannotRelease(uint256 receivableId) private {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SetAsideHeld.selector, receivableId));
        settlement.releaseSetAside(receivableId, supplier, address(cash));
    }
}
