// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IHolds} from "../src/interfaces/IHolds.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Amounts} from "../src/libraries/Amounts.sol";
import {HoldKind, ParticipantStatus, Quote, Roles} from "../src/types/Types.sol";
import {HoldsKit} from "./HoldsKit.sol";

/// pledge()
/// ├── when the caller is not the holder
/// │   └── it should revert
/// ├── given something of the piece is held, or the holder is blocked
/// │   └── it should revert
/// ├── when the pledgee is the holder, the debtor, or no active financier
/// │   └── it should revert
/// ├── when it ends in the past, too late, or before it can be enforced
/// │   └── it should revert
/// └── else
///     └── it should hold the whole piece
///
/// enforcePledge()
/// ├── given there is no such hold, it ended, or is no pledge
/// │   └── it should revert
/// ├── when the caller is not the pledgee
/// │   └── it should revert
/// ├── given it cannot be enforced yet
/// │   └── it should revert
/// ├── given the piece is there
/// │   └── it should move, with all cash set aside for the pledger there
/// └── given the piece is redeemed
///     ├── given cash of it was set aside
///     │   └── it should move that
///     └── else
///         └── it should revert
contract Holds_Pledge_Test is HoldsKit {
    function test_RevertWhen_NotTheHolder() external {
        _expect(abi.encodeWithSelector(IHolds.HoldNotHolder.selector, root, supplier2, supplier), supplier2);
        holds.pledge(root, financier, UNTIL, UNTIL, "loan");
        _expect(abi.encodeWithSelector(IHolds.HoldNotHolder.selector, root, supplier2, supplier), supplier2);
        holds.reserve(root, 1, financier, UNTIL);
        _suspend(supplier);
        bytes memory refusal =
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, supplier, ParticipantStatus.Suspended);
        _expect(refusal, supplier);
        holds.pledge(root, financier, UNTIL, UNTIL, "loan");
        _expect(refusal, supplier);
        holds.reserve(root, 1, financier, UNTIL);
    }

    function test_RevertGiven_SomethingIsHeld() external {
        uint32 holdId = _dispute(root, 10);
        _expect(_heldError(root, FACE, FACE - 10), supplier);
        holds.pledge(root, financier, UNTIL, UNTIL, "loan");
        _releaseHold(holdId, debtor);
        _pledge(root, financier);
        _expect(_heldError(root, FACE, 0), supplier);
        holds.pledge(root, financier2, UNTIL, UNTIL, "loan");
        _expect(_heldError(root, 1, 0), supplier);
        holds.reserve(root, 1, financier2, UNTIL);
        _expect(_insufficient(root, 1, 0), debtor);
        holds.dispute(root, 1, UNTIL, "reason");
    }

    function test_RevertWhen_BeneficiaryUnfit() external {
        // An organisation may be debtor, supplier and financier at once.
        vm.startPrank(operator);
        participants.close(debtor, "reason");
        participants.readmit(debtor, Roles.DEBTOR | Roles.FINANCIER, "hash");
        participants.close(supplier, "reason");
        participants.readmit(supplier, Roles.SUPPLIER | Roles.FINANCIER, "hash");
        vm.stopPrank();
        address[2] memory unfit = [supplier, debtor];
        for (uint256 i; i < 2; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IHolds.HoldBeneficiaryUnfit.selector, unfit[i]);
            _expect(refusal, supplier);
            holds.pledge(root, unfit[i], UNTIL, UNTIL, "loan");
            _expect(refusal, supplier);
            holds.reserve(root, 1, unfit[i], UNTIL);
        }
        bytes memory lacking = abi.encodeWithSelector(
            IParticipants.ParticipantLacksRole.selector, supplier2, Roles.SUPPLIER, Roles.FINANCIER
        );
        _expect(lacking, supplier);
        holds.pledge(root, supplier2, UNTIL, UNTIL, "loan");
        _expect(lacking, supplier);
        holds.reserve(root, 1, supplier2, UNTIL);
        lacking =
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, suspended, ParticipantStatus.Suspended);
        _expect(lacking, supplier);
        holds.pledge(root, suspended, UNTIL, UNTIL, "loan");
        _expect(lacking, supplier);
        holds.reserve(root, 1, suspended, UNTIL);
    }

    function test_RevertWhen_PledgeUntilOutOfRange() external {
        uint40 latest = uint40(NOON + 5 * 365 days);
        _expect(_untilError(NOON, NOON + 1, latest), supplier);
        holds.pledge(root, financier, uint40(NOON), 0, "loan");
        _expect(_untilError(latest + 1, NOON + 1, latest), supplier);
        holds.pledge(root, financier, latest + 1, 0, "loan");
        _expect(_untilError(UNTIL, UNTIL + 1, latest), supplier);
        holds.pledge(root, financier, UNTIL, UNTIL + 1, "loan");
        vm.prank(supplier);
        uint32 holdId = holds.pledge(root, financier, latest, latest, "loan");
        assertEq(holds.holdOf(holdId).until, latest);
        assertEq(holds.holdOf(holdId).enforceableFrom, latest);
    }

    function test_Pledge() external {
        _expectPlaced(root, 1, HoldKind.Pledge, FACE, financier, UNTIL - 1 days, 0, "loan");
        assertEq(_pledge(root, financier), 1);
        _assertHold(1, root, HoldKind.Pledge, FACE);
        assertEq(holds.holdOf(1).beneficiary, financier);
        _assertFree(root, 0, FACE);
        _assertIsHeld(root, true);
        _expect(_heldError(root, FACE, 0), supplier);
        receivables.transferFrom(supplier, supplier2, root);
        _expect(_heldError(root, FACE, 0), supplier);
        receivables.transferFrom(supplier, financier, root);
        _releaseHold(1, financier);
        _handOn(root, supplier2, false);
    }

    /* ENFORCE */

    function test_RevertGiven_NotOpenOrNoPledge() external {
        _expect(abi.encodeWithSelector(IHolds.HoldNotOpen.selector, 1), financier);
        holds.enforcePledge(1);
        uint32 reserved = _reserve(root, 10, financier);
        _expect(
            abi.encodeWithSelector(IHolds.HoldWrongKind.selector, reserved, HoldKind.Delivery, HoldKind.Pledge),
            financier
        );
        holds.enforcePledge(reserved);
        uint32 pledged = _pledge(_confirmed(), financier);
        vm.warp(UNTIL + 1);
        _expect(abi.encodeWithSelector(IHolds.HoldNotOpen.selector, pledged), financier);
        holds.enforcePledge(pledged);
    }

    function test_RevertWhen_NotThePledgee() external {
        uint32 holdId = _pledge(root, financier);
        vm.warp(UNTIL - 1 days);
        _expect(abi.encodeWithSelector(IHolds.HoldNotForCaller.selector, holdId, financier2, financier), financier2);
        holds.enforcePledge(holdId);
        _suspend(financier);
        _expect(
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, financier, ParticipantStatus.Suspended),
            financier
        );
        holds.enforcePledge(holdId);
    }

    function test_EnforcePledge_FromItsFirstToItsLastSecond() external {
        uint32 holdId = _pledge(root, financier);
        uint40 from = UNTIL - 1 days;
        vm.warp(from - 1);
        _expect(abi.encodeWithSelector(IHolds.PledgeNotEnforceable.selector, holdId, from, from - 1), financier);
        holds.enforcePledge(holdId);
        uint256 snapshot = vm.snapshotState();
        vm.warp(from);
        vm.prank(financier);
        holds.enforcePledge(holdId);
        vm.revertToState(snapshot);
        vm.warp(UNTIL);
        vm.prank(financier);
        holds.enforcePledge(holdId);
        assertEq(receivables.ownerOf(root), financier);
    }

    function test_EnforcePledge() external {
        uint32 holdId = _pledge(root, financier);
        _suspend(supplier);
        vm.warp(UNTIL);
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableTransferred(root, supplier, financier, address(0));
        _expectEnforced(root, holdId, financier, FACE, root);
        vm.prank(financier);
        assertEq(holds.enforcePledge(holdId), root);
        _assertPiece(root, financier, 0, FACE, 0);
        _assertNoHold(holdId);
        _assertIsHeld(root, false);
        _assertFree(root, FACE, 0);
        _expect(abi.encodeWithSelector(IHolds.HoldNotOpen.selector, holdId), financier);
        holds.enforcePledge(holdId);
    }

    /// @dev Half was paid in and set aside before: the pledgee gets that and the rest of the piece.
    function test_EnforcePledge_WithItsCash() external {
        uint32 holdId = _pledge(root, financier2);
        _pay(payableId, FACE / 2);
        assertEq(_redeem(root), 0);
        vm.warp(UNTIL);
        vm.expectEmit(address(settlement));
        emit ISettlement.SetAsideEnforced(root, supplier, financier2, address(cash), FACE / 2);
        _expectEnforced(root, holdId, financier2, FACE, root);
        vm.prank(financier2);
        assertEq(holds.enforcePledge(holdId), root);
        _pay(payableId, FACE / 2);
        assertEq(_redeem(root), FACE / 2);
        assertEq(cash.balanceOf(financier2), 11 * FACE);
    }

    function test_EnforcePledge_PaidInAndNotDrawn() external {
        uint32 holdId = _pledge(root, financier2);
        _pay(payableId, FACE);
        vm.warp(UNTIL);
        vm.prank(financier2);
        assertEq(holds.enforcePledge(holdId), root);
        assertEq(_redeem(root), FACE);
    }

    function test_EnforcePledge_Redeemed() external {
        uint256 child = _splitTo(root, supplier2, FACE / 4);
        uint32 holdId = _pledge(child, financier2);
        _pay(payableId, FACE);
        vm.prank(supplier2);
        assertEq(settlement.redeem(child), 0);
        _assertGone(child);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SetAsideHeld.selector, child));
        settlement.releaseSetAside(child, supplier2, address(cash));

        vm.warp(UNTIL);
        _expectEnforced(child, holdId, financier2, FACE / 4, 0);
        vm.prank(financier2);
        assertEq(holds.enforcePledge(holdId), 0);
        assertEq(cash.balanceOf(financier2), 10 * FACE + FACE / 4);
        _assertNoHold(holdId);
    }

    /// @dev A loan that was paid back: the pledgee releases, the pledger gets its cash.
    function test_Release_Redeemed() external {
        uint32 holdId = _pledge(root, financier2);
        _pay(payableId, FACE);
        _redeem(root);
        _releaseHold(holdId, financier2);
        settlement.releaseSetAside(root, supplier, address(cash));
        assertEq(cash.balanceOf(supplier), FACE);
    }

    function test_RevertGiven_RedeemedForNothing() external {
        vm.prank(supplier);
        uint32 holdId = holds.pledge(root, financier, uint40(NOON + 1000 days), 0, "loan");
        _dropPiece();
        _expect(abi.encodeWithSelector(ISettlement.SetAsideNothing.selector, root, supplier), financier);
        holds.enforcePledge(holdId);
        _releaseHold(holdId, financier);
    }

    function test_EnforcePledge_AtOnceWhereSoAgreed() external {
        vm.startPrank(supplier);
        uint32 holdId = holds.pledge(root, financier, UNTIL, 0, "loan");
        vm.stopPrank();
        vm.prank(financier);
        holds.enforcePledge(holdId);
        assertEq(receivables.ownerOf(root), financier);
    }

    /// @dev The piece ends without a unit of cash, as {Settlement} alone could let it.
    function _dropPiece() private {
        vm.prank(address(settlement));
        receivables.retire(root, supplier);
    }
}

/// reserve(), deliverReserved()
/// ├── when the caller is not the holder, the financier is unfit, or the piece not open: see {Holds_Pledge_Test}
/// ├── when amount or last second is out of range
/// │   └── it should revert
/// ├── when the piece is delivered to the financier
/// │   ├── given less than is reserved
/// │   │   └── it should keep the rest reserved
/// │   └── given as much or more
/// │       └── it should end the reservation, and take the rest from what is free
/// ├── when somebody else buys or receives
/// │   └── it should not be touched
/// └── when the caller of the latter is not {Receivables}
///     └── it should revert
contract Holds_Reserve_Test is HoldsKit {
    function test_RevertWhen_ReserveOutOfRange() external {
        uint40 latest = uint40(NOON + 365 days);
        _expect(_untilError(NOON, NOON + 1, latest), supplier);
        holds.reserve(root, 1, financier, uint40(NOON));
        _expect(_untilError(latest + 1, NOON + 1, latest), supplier);
        holds.reserve(root, 1, financier, latest + 1);
        _expect(abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, 0, 1, MAX_AMOUNT), supplier);
        holds.reserve(root, 0, financier, UNTIL);
        _expect(_heldError(root, FACE + 1, FACE), supplier);
        holds.reserve(root, FACE + 1, financier, UNTIL);
        vm.startPrank(supplier);
        holds.reserve(root, 1, financier, latest);
        holds.reserve(root, FACE - 1, financier, uint40(NOON + 1));
        vm.stopPrank();
        _expect(_heldError(root, 1, 0), supplier);
        holds.reserve(root, 1, financier, UNTIL);
    }

    function test_Reserve() external {
        _expectPlaced(root, 1, HoldKind.Delivery, FACE / 4, financier, 0, 0, 0);
        assertEq(_reserve(root, FACE / 4, financier), 1);
        assertEq(holds.holdOf(1).beneficiary, financier);
        _assertFree(root, FACE - FACE / 4, FACE / 4);
        _assertIsHeld(root, true);
        _expect(_heldError(root, FACE, FACE - FACE / 4), supplier);
        receivables.transferFrom(supplier, supplier2, root);
        // By hand it cannot go to its financier either: it is reserved for a sale.
        _expect(_heldError(root, FACE, FACE - FACE / 4), supplier);
        receivables.transferFrom(supplier, financier, root);
    }

    function test_Deliver_PartOfIt() external {
        uint32 holdId = _reserve(root, FACE / 2, financier);
        _expectEnforced(root, holdId, financier, FACE / 4, root);
        uint256 sold = _accept(_quote(root, FACE / 4));
        _assertPiece(sold, financier, FACE - FACE / 4, FACE, 1);
        _assertHold(holdId, root, HoldKind.Delivery, FACE / 4);
        _assertFree(root, FACE / 2, FACE / 4);
        _assertIsHeld(root, true);
        _assertIsHeld(sold, false);
    }

    function test_Deliver_AllOfIt() external {
        uint32 holdId = _reserve(root, FACE / 4, financier);
        _expectReleased(root, holdId);
        _accept(_quote(root, FACE / 4));
        _assertNoHold(holdId);
        _assertIsHeld(root, false);
        _assertFree(root, FACE - FACE / 4, 0);
    }

    function test_Deliver_MoreThanReserved() external {
        _reserve(root, FACE / 4, financier);
        assertEq(_accept(_quote(root, FACE)), root);
        _assertPiece(root, financier, 0, FACE, 0);
        _assertIsHeld(root, false);
        _assertFree(root, FACE, 0);
        _assertHoldsOn(root, new uint32[](0));
    }

    /// @dev The earliest reservation is used up first.
    function test_Deliver_FromSeveral() external {
        uint32 first = _reserve(root, FACE / 4, financier);
        uint32 others = _reserve(root, FACE / 8, financier2);
        uint32 second = _reserve(root, FACE / 4, financier);
        _expectReleased(root, first);
        _expectEnforced(root, second, financier, FACE / 8, root);
        _accept(_quote(root, FACE / 4 + FACE / 8));
        _assertNoHold(first);
        _assertHold(others, root, HoldKind.Delivery, FACE / 8);
        _assertHold(second, root, HoldKind.Delivery, FACE / 8);
        _assertHoldsOn(root, _ids(others, second));
        _assertFree(root, FACE - FACE / 2 - FACE / 8, FACE / 4);
    }

    /// @dev What is not needed is not touched, nor spoken of.
    function test_Deliver_TheFirstOfTwo() external {
        _reserve(root, FACE / 4, financier);
        uint32 second = _reserve(root, FACE / 4, financier);
        uint256 events = holds.journalCount();
        _accept(_quote(root, FACE / 4));
        assertEq(holds.journalCount(), events + 1);
        _assertHoldsOn(root, _ids(second));
        _assertFree(root, FACE / 2, FACE / 4);
    }

    /// @dev What is taken from the first leaves the second as it is, to the unit.
    function test_Deliver_PartOfTheFirstOfTwo() external {
        uint32 first = _reserve(root, FACE / 4, financier);
        uint32 second = _reserve(root, FACE / 4, financier);
        _accept(_quote(root, FACE / 8));
        _assertHold(first, root, HoldKind.Delivery, FACE / 8);
        _assertHold(second, root, HoldKind.Delivery, FACE / 4);
    }

    function test_Deliver_ToAnotherFinancier() external {
        uint32 holdId = _reserve(root, FACE / 2, financier2);
        Quote memory quote = _quote(root, FACE / 2 + 1);
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        _expect(_heldError(root, FACE / 2 + 1, FACE / 2), supplier);
        discounting.accept(quote, FACE / 2 + 1, quoteSignature, cashSignature);
        _accept(_quote(root, FACE / 2));
        _assertHold(holdId, root, HoldKind.Delivery, FACE / 2);
        _assertFree(root, 0, FACE / 2);
    }

    /// @dev Holds of other kinds are nobody's to deliver, the financier's pledge included.
    function test_RevertWhen_DeliveringWhatIsHeldOtherwise() external {
        _pledge(root, financier);
        Quote memory quote = _quote(root, FACE / 2);
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        _expect(_heldError(root, FACE / 2, 0), supplier);
        discounting.accept(quote, FACE / 2, quoteSignature, cashSignature);
    }

    /// @dev A reservation that ended takes no part; what it left is cleared by anyone.
    function test_Deliver_GivenItExpired() external {
        uint32 holdId = _reserve(root, FACE / 4, financier);
        vm.warp(UNTIL + 1);
        Quote memory quote = _quote(root, FACE / 2);
        quote.valueDate = TODAY + 30;
        _accept(quote);
        _assertHold(holdId, root, HoldKind.Delivery, FACE / 4);
        _assertFree(root, FACE / 2, 0);
        _releaseHold(holdId, stranger);
        _assertIsHeld(root, false);
    }

    function test_RevertWhen_NotReceivables() external {
        _reserve(root, 10, financier);
        address[4] memory others = [supplier, financier, operator, address(discounting)];
        for (uint256 i; i < others.length; ++i) {
            _expect(
                abi.encodeWithSelector(IReceivables.CallerNotNetworkContract.selector, others[i], address(receivables)),
                others[i]
            );
            holds.deliverReserved(root, financier, 10);
        }
    }

    function testFuzz_Deliver(uint56 reserved, uint56 forOther, uint56 take) external {
        reserved = uint56(bound(reserved, 1, FACE - 1));
        forOther = uint56(bound(forOther, 1, FACE - reserved));
        take = uint56(bound(take, MINIMUM, FACE));
        _reserve(root, reserved, financier);
        _reserve(root, forOther, financier2);
        if (take > FACE - forOther) {
            Quote memory quote = _quote(root, take);
            (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
            _expect(_heldError(root, take, FACE - forOther), supplier);
            discounting.accept(quote, take, quoteSignature, cashSignature);
            return;
        }
        _accept(_quote(root, take));
        uint56 left = take < reserved ? reserved - take : 0;
        _assertFree(root, FACE - take - left - forOther, left + forOther);
    }
}
