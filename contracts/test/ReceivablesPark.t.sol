// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {ParkingKind, PayableState, Programme, Roles, Terms} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// What comes back to the debtor (I8), and dilution
/// ├── when a piece reaches its own debtor, whole or in part, whatever minimum and depth say
/// │   └── it should be parked, and never move again
/// ├── when a holder dilutes
/// │   └── it should be parked with the credit note, in a black-out too
/// └── when anybody else would dilute it
///     └── it should revert
contract Receivables_Park_Test is BaseTest {
    uint256 internal root;

    function setUp() public override {
        super.setUp();
        root = _confirmed();
    }

    function test_Extinguish_Part() external {
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableSplit(root, root + 1, debtor, FACE - 1, FACE, 1, address(0));
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableParked(root + 1, supplier, ParkingKind.Extinguished, 1, 0);
        uint256 parked = _splitTo(root, debtor, 1);
        assertTrue(receivables.pieceOf(parked).parked);
        assertEq(receivables.freeOf(parked), 0);
        _stays(parked);
    }

    function test_Extinguish_Whole() external {
        vm.prank(supplier);
        receivables.transferFrom(supplier, debtor, root);
        assertTrue(receivables.pieceOf(root).parked);
        assertEq(receivables.ownerOf(root), debtor);
        _stays(root);
    }

    /// @dev A debtor that is a supplier too holds another's debt as anybody does.
    function test_Extinguish_OnlyItsOwn() external {
        address both = _actor("both");
        _admit(both, Roles.DEBTOR | Roles.SUPPLIER);
        uint256 moved = _splitTo(root, both, MINIMUM);
        assertFalse(receivables.pieceOf(moved).parked);
        vm.prank(both);
        receivables.transferFrom(both, supplier2, moved);
    }

    function test_RevertWhen_SoldToTheDebtor() external {
        address both = _actor("both");
        _admit(both, Roles.DEBTOR | Roles.FINANCIER);
        Programme memory programme = _programme();
        programme.debtor = both;
        Terms memory terms = _terms();
        terms.debtor = both;
        terms.programmeId = _publish(programme);
        uint256 own = _confirmed(terms);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceiverIsDebtor.selector, own, both));
        vm.prank(address(discounting));
        receivables.deliver(own, supplier, both, MINIMUM, false);
    }

    function test_Dilute_Part() external {
        uint256 deep = root;
        for (uint8 depth; depth < DEPTH; ++depth) {
            deep = _splitTo(deep, supplier, FACE / 2 >> depth);
        }
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableParked(root + DEPTH + 1, supplier, ParkingKind.Diluted, MINIMUM - 1, "credit note");
        vm.prank(supplier);
        uint256 parked = receivables.dilute(deep, MINIMUM - 1, "credit note");
        assertTrue(receivables.pieceOf(parked).parked);
        _stays(parked);
    }

    function test_Dilute_Whole_InABlackout_TowardsASuspendedDebtor() external {
        Programme memory programme = _programme();
        programme.blackoutDaysBefore = 60;
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        terms.dueDate = TODAY + 1;
        uint256 id = _confirmed(terms);
        _suspend(debtor);
        vm.prank(supplier);
        assertEq(receivables.dilute(id, FACE, "credit note"), id);
        assertTrue(receivables.pieceOf(id).parked);
    }

    function test_RevertWhen_DilutedByAnother() external {
        address[3] memory others = [debtor, operator, supplier2];
        bytes[3] memory refusals = [
            abi.encodeWithSelector(IReceivables.ReceivableNotHolder.selector, root, debtor, supplier),
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, operator, 0),
            abi.encodeWithSelector(IReceivables.ReceivableNotHolder.selector, root, supplier2, supplier)
        ];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(refusals[i]);
            vm.prank(others[i]);
            receivables.dilute(root, 1, "credit note");
        }
    }

    function test_RevertWhen_DilutedTooMuchOrLate() external {
        vm.startPrank(supplier);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceivableInsufficientValue.selector, root, FACE + 1, FACE));
        receivables.dilute(root, FACE + 1, "credit note");
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceivableInsufficientValue.selector, root, 0, FACE));
        receivables.dilute(root, 0, "credit note");
        vm.stopPrank();
        uint256 id = _payableOf(root);
        _pay(id, 1);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.PayablePaymentStarted.selector, id, 1));
        vm.prank(supplier);
        receivables.dilute(root, 1, "credit note");
        _pay(id, FACE - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IReceivables.PayableInvalidState.selector, id, PayableState.Settled, PayableState.Confirmed
            )
        );
        vm.prank(supplier);
        receivables.dilute(root, FACE, "credit note");
    }

    function _stays(uint256 parked) internal {
        bytes memory refusal = abi.encodeWithSelector(IReceivables.ReceivableIsParked.selector, parked);
        vm.startPrank(debtor);
        vm.expectRevert(refusal);
        receivables.transferFrom(debtor, supplier, parked);
        vm.expectRevert(refusal);
        receivables.transferFrom(parked, supplier, 1);
        vm.expectRevert(refusal);
        receivables.transferWithRecourse(parked, supplier);
        vm.expectRevert(refusal);
        receivables.dilute(parked, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.RefusalWaived.selector, parked));
        receivables.refuse(parked);
        vm.stopPrank();
    }
}

/// Black-out (I7)
contract Receivables_Blackout_Test is BaseTest {
    uint256 internal root;
    uint32 internal from;
    uint32 internal to;

    function setUp() public override {
        super.setUp();
        Programme memory programme = _programme();
        programme.blackoutDaysBefore = 5;
        programme.blackoutDaysAfter = 3;
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        root = _confirmed(terms);
        from = terms.dueDate - 5;
        to = terms.dueDate + 3;
    }

    function test_Blackout_FromItsFirstSecondToItsLast() external {
        uint256 first = uint256(from) * 1 days - 8 hours;
        uint256 last = uint256(to + 1) * 1 days - 8 hours - 1;
        vm.warp(first - 1);
        _splitTo(root, supplier2, MINIMUM);
        uint256[2] memory times = [first, last];
        for (uint256 i; i < 2; ++i) {
            vm.warp(times[i]);
            bytes memory refusal =
                abi.encodeWithSelector(IReceivables.TransferBlackout.selector, _payableOf(root), from, to);
            vm.startPrank(supplier);
            vm.expectRevert(refusal);
            receivables.transferFrom(root, supplier2, MINIMUM);
            vm.expectRevert(refusal);
            receivables.transferFrom(supplier, supplier2, root);
            vm.expectRevert(refusal);
            receivables.transferWithRecourse(root, supplier2);
            vm.expectRevert(refusal);
            receivables.transferFrom(supplier, debtor, root);
            vm.stopPrank();
            vm.expectRevert(refusal);
            vm.prank(address(discounting));
            receivables.deliver(root, supplier, financier, MINIMUM, false);
        }
        vm.warp(last + 1);
        _splitTo(root, supplier2, MINIMUM);
    }

    /// @dev A programme without one has none on the due date either.
    function test_NoBlackout() external {
        uint256 open = _confirmed();
        vm.warp(uint256(TODAY + 90) * 1 days);
        _splitTo(open, supplier2, MINIMUM);
    }
}
