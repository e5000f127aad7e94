// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IHolds} from "../src/interfaces/IHolds.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Amounts} from "../src/libraries/Amounts.sol";
import {HoldKind, ParticipantStatus, Quote, Terms} from "../src/types/Types.sol";
import {HoldsKit} from "./HoldsKit.sol";

/// dispute() (R-02, R-10)
/// ├── when the caller is not the debtor, or the debtor may not act
/// │   └── it should revert
/// ├── given the payable is not open, or the piece parked or gone
/// │   └── it should revert
/// ├── given the debtor waived its defences
/// │   ├── given the supplier still holds the piece
/// │   │   └── it should hold
/// │   └── else
/// │       └── it should revert
/// ├── when amount or last second is out of range
/// │   └── it should revert
/// └── else
///     └── it should hold that slice, the rest still sells
///
/// release()
/// ├── given there is no such hold
/// │   └── it should revert
/// ├── given it is live
/// │   ├── when the caller is not its beneficiary
/// │   │   └── it should revert
/// │   ├── given it is a freeze
/// │   │   └── it should revert
/// │   └── else
/// │       └── it should end it
/// └── given it expired
///     └── it should clear it away for anyone
contract Holds_Dispute_Test is HoldsKit {
    function test_RevertWhen_NotTheDebtor() external {
        address[3] memory others = [supplier, rivalDebtor, financier];
        for (uint256 i; i < others.length; ++i) {
            _expect(abi.encodeWithSelector(IHolds.DisputeNotDebtor.selector, payableId, others[i], debtor), others[i]);
            holds.dispute(root, 1, UNTIL, "reason");
        }
        _suspend(debtor);
        _expect(
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, debtor, ParticipantStatus.Suspended),
            debtor
        );
        holds.dispute(root, 1, UNTIL, "reason");
    }

    function test_RevertGiven_PayableNotOpen() external {
        _expect(abi.encodeWithSelector(IHolds.HoldPayableNotOpen.selector, 77), debtor);
        holds.dispute(77 << 32 | 1, 1, UNTIL, "reason");
        _pay(payableId, FACE);
        bytes memory refusal = abi.encodeWithSelector(IHolds.HoldPayableNotOpen.selector, payableId);
        _expect(refusal, debtor);
        holds.dispute(root, 1, UNTIL, "reason");
        _expect(refusal, supplier);
        holds.pledge(root, financier, UNTIL, UNTIL, "loan");
        _expect(refusal, supplier);
        holds.reserve(root, 1, financier, UNTIL);
    }

    function test_RevertGiven_PieceParkedOrGone() external {
        uint256 parked = _splitTo(root, debtor, FACE / 4);
        bytes memory refusal = abi.encodeWithSelector(IReceivables.ReceivableIsParked.selector, parked);
        _expect(refusal, debtor);
        holds.dispute(parked, 1, UNTIL, "reason");
        _expect(refusal, debtor);
        holds.pledge(parked, financier, UNTIL, UNTIL, "loan");
        _expect(refusal, debtor);
        holds.reserve(parked, 1, financier, UNTIL);
        _expect(abi.encodeWithSelector(IReceivables.ReceivableNotFound.selector, root + 9), debtor);
        holds.dispute(root + 9, 1, UNTIL, "reason");
    }

    function test_Waived() external {
        Terms memory terms = _terms();
        terms.undertakingHash = "undertaking";
        uint256 waived = _confirmed(terms);
        uint256 sold = _splitTo(waived, supplier2, FACE / 4);
        _expect(abi.encodeWithSelector(IHolds.DisputeWaived.selector, _payableOf(sold), supplier2), debtor);
        holds.dispute(sold, 1, UNTIL, "reason");
        _dispute(waived, 5);
        _assertFree(waived, FACE - FACE / 4 - 5, 5);
        // Where it waived nothing, everybody's piece is open to it.
        _dispute(_splitTo(root, supplier2, FACE / 4), 5);
    }

    function test_RevertWhen_DisputeOutOfRange() external {
        uint40 latest = uint40(NOON + 365 days);
        _expect(_untilError(NOON, NOON + 1, latest), debtor);
        holds.dispute(root, 1, uint40(NOON), "reason");
        _expect(_untilError(latest + 1, NOON + 1, latest), debtor);
        holds.dispute(root, 1, latest + 1, "reason");
        _expect(abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, 0, 1, MAX_AMOUNT), debtor);
        holds.dispute(root, 0, UNTIL, "reason");
        _expect(_insufficient(root, FACE + 1, FACE), debtor);
        holds.dispute(root, FACE + 1, UNTIL, "reason");
        vm.prank(debtor);
        holds.dispute(root, 1, latest, "reason");
        vm.prank(debtor);
        holds.dispute(root, 1, uint40(NOON + 1), "reason");
        _expect(_insufficient(root, FACE - 1, FACE - 2), debtor);
        holds.dispute(root, FACE - 1, UNTIL, "reason");
    }

    function test_Dispute_LocksItsSliceAlone() external {
        _expectPlaced(root, 1, HoldKind.Dispute, FACE / 4, debtor, 0, 0, "reason");
        assertEq(_dispute(root, FACE / 4), 1);
        assertEq(holds.disputedOf(payableId), FACE / 4);
        assertEq(holds.holdOf(1).beneficiary, debtor);
        _assertIsHeld(root, true);
        uint56 rest = FACE - FACE / 4;
        _assertFree(root, rest, FACE / 4);

        Quote memory quote = _quote(root, rest + 1);
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        _expect(_heldError(root, rest + 1, rest), supplier);
        discounting.accept(quote, rest + 1, quoteSignature, cashSignature);
        uint256 sold = _accept(_quote(root, rest));
        _assertPiece(sold, financier, FACE / 4, FACE, 1);
        _assertFree(sold, rest, 0);
        _assertFree(root, 0, FACE / 4);
    }

    /// @dev R-02: what is not disputed is paid out; what is, waits for the debtor, or the end of its dispute.
    function test_Dispute_AtRedemption() external {
        uint32 holdId = _dispute(root, FACE / 4);
        _pay(payableId, FACE);
        assertEq(_redeem(root), FACE - FACE / 4);
        assertEq(settlement.setAsideOf(root, supplier, address(cash)), FACE / 4);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SetAsideHeld.selector, root));
        settlement.releaseSetAside(root, supplier, address(cash));
        _releaseHold(holdId, debtor);
        settlement.releaseSetAside(root, supplier, address(cash));
        assertEq(cash.balanceOf(supplier), FACE);
    }

    function test_DisputedOf() external {
        uint256 child = _splitTo(root, supplier2, FACE / 4);
        uint32 first = _dispute(root, 10);
        uint32 second = _dispute(child, 20);
        vm.prank(debtor);
        uint32 third = holds.dispute(child, 5, uint40(NOON + 1), "reason");
        assertEq(holds.disputedOf(payableId), 35);
        _releaseHold(first, debtor);
        assertEq(holds.disputedOf(payableId), 25);
        vm.warp(NOON + 2);
        assertEq(holds.disputedOf(payableId), 25, "until it is cleared away");
        _assertFree(child, FACE / 4 - 20, 20);
        _releaseHold(third, stranger);
        assertEq(holds.disputedOf(payableId), 20);
        assertEq(holds.disputedOf(_payableOf(_confirmed())), 0);
        _releaseHold(second, debtor);
        assertEq(holds.disputedOf(payableId), 0);
    }

    /* RELEASE */

    function test_RevertGiven_NoSuchHold() external {
        _expect(abi.encodeWithSelector(IHolds.HoldNotOpen.selector, 1), debtor);
        holds.release(1);
        uint32 holdId = _dispute(root, 10);
        _releaseHold(holdId, debtor);
        _expect(abi.encodeWithSelector(IHolds.HoldNotOpen.selector, holdId), debtor);
        holds.release(holdId);
    }

    function test_RevertWhen_NotTheBeneficiary() external {
        uint32 disputed = _dispute(root, 10);
        uint32 reserved = _reserve(root, 10, financier);
        uint32 pledged = _pledge(_confirmed(), financier);
        _expect(abi.encodeWithSelector(IHolds.HoldNotForCaller.selector, disputed, supplier, debtor), supplier);
        holds.release(disputed);
        _expect(abi.encodeWithSelector(IHolds.HoldNotForCaller.selector, reserved, supplier, financier), supplier);
        holds.release(reserved);
        _expect(abi.encodeWithSelector(IHolds.HoldNotForCaller.selector, pledged, supplier, financier), supplier);
        holds.release(pledged);
        _expect(
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, stranger, ParticipantStatus.None),
            stranger
        );
        holds.release(pledged);
        _suspend(financier);
        _expect(
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, financier, ParticipantStatus.Suspended),
            financier
        );
        holds.release(pledged);
    }

    function test_RevertGiven_Freeze() external {
        uint32 holdId = _setAside(_freeze(supplier, payableId, 10), root, 10);
        address[3] memory callers = [compliance, supplier, debtor];
        for (uint256 i; i < callers.length; ++i) {
            _expect(
                abi.encodeWithSelector(IHolds.HoldWrongKind.selector, holdId, HoldKind.Freeze, HoldKind.None),
                callers[i]
            );
            holds.release(holdId);
        }
    }

    function test_Release_ByItsBeneficiary() external {
        uint32 disputed = _dispute(root, 10);
        uint32 reserved = _reserve(root, 20, financier);
        _expectReleased(root, disputed);
        _releaseHold(disputed, debtor);
        _assertNoHold(disputed);
        _assertHoldsOn(root, _ids(reserved));
        _assertIsHeld(root, true);
        _assertFree(root, FACE - 20, 20);
        _expectReleased(root, reserved);
        _releaseHold(reserved, financier);
        _assertIsHeld(root, false);
        _assertFree(root, FACE, 0);
    }

    function test_Release_ByTheBeneficiarysKey() external {
        uint32 disputed = _dispute(root, 10);
        address key = _actor("new key");
        _rotate(debtor, key);
        _expect(abi.encodeWithSelector(IParticipants.ParticipantKeyRetired.selector, debtor, key), debtor);
        holds.release(disputed);
        _releaseHold(disputed, key);
        _assertNoHold(disputed);
    }

    /// @dev It holds through its last second and is anybody's to clear from the next one on.
    function test_Release_Expired() external {
        uint32 holdId = _dispute(root, 10);
        vm.warp(UNTIL);
        _assertFree(root, FACE - 10, 10);
        _expect(
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, stranger, ParticipantStatus.None),
            stranger
        );
        holds.release(holdId);
        vm.warp(UNTIL + 1);
        _assertFree(root, FACE, 0);
        _assertHold(holdId, root, HoldKind.Dispute, 10);
        _expectReleased(root, holdId);
        _releaseHold(holdId, stranger);
        _assertNoHold(holdId);
    }

    /* LISTS */

    function test_RevertGiven_TooManyOfAKind() external {
        for (uint256 i; i < 3; ++i) {
            _dispute(root, 1);
            _reserve(root, 1, financier);
        }
        bytes memory refusal = abi.encodeWithSelector(IHolds.TooManyHolds.selector, root, 3);
        _expect(refusal, debtor);
        holds.dispute(root, 1, UNTIL, "reason");
        _expect(refusal, supplier);
        holds.reserve(root, 1, financier, UNTIL);

        // Neither keeps compliance from freezing.
        _setAside(_freeze(supplier, payableId, 1), root, 1);
        _setAside(_freeze(supplier, payableId, 1), root, 1);
        uint32 orderId = _freeze(supplier, payableId, 1);
        refusal = abi.encodeWithSelector(IHolds.TooManyHolds.selector, root, 8);
        _expect(refusal, compliance);
        holds.setAside(orderId, root, 1);
        _releaseHold(3, debtor);
        _setAside(orderId, root, 1);
        assertEq(holds.heldOf(root), 8);
        _expect(refusal, debtor);
        holds.dispute(root, 1, UNTIL, "reason");
    }

    function test_FullListIsSwept() external {
        for (uint256 i; i < 3; ++i) {
            vm.prank(debtor);
            holds.dispute(root, 1, i == 1 ? UNTIL : uint40(NOON + 1), "reason");
        }
        uint32 orderId = _freeze(supplier, 0, 1);
        uint32 frozen = _setAside(orderId, root, 1);
        _release(orderId);
        vm.warp(NOON + 2);
        _expectReleased(root, 1);
        _expectReleased(root, 3);
        _expectReleased(root, frozen);
        uint32 holdId = _dispute(root, 7);
        _assertHoldsOn(root, _ids(2, holdId));
        assertEq(holds.disputedOf(payableId), 8);
        _assertFree(root, FACE - 8, 8);
        _assertIsHeld(root, true);
    }
}
