// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IERC3525} from "../src/interfaces/IERC3525.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {ParkingKind, PayableState, Piece, Programme, Roles, Terms} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// refuse() (I6)
/// ├── when the caller is not the holder
/// │   └── it should revert
/// ├── given the piece was used, sold for cash, refused before, held, or is its payable's root
/// │   └── it should revert
/// ├── given the window closed, at the last by the start of the due date
/// │   └── it should revert
/// ├── given a payment was made
/// │   └── it should revert
/// └── else, in a black-out and towards a suspended sender too
///     └── it should go back, with whoever answered to the sender before
contract Receivables_Refuse_Test is BaseTest {
    uint256 internal root;
    uint256 internal child;

    function setUp() public override {
        super.setUp();
        root = _confirmed();
        child = _splitTo(root, supplier2, FACE / 4);
    }

    function test_Refuse() external {
        vm.expectEmit(address(receivables));
        emit IERC721.Transfer(supplier2, supplier, child);
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableTransferred(child, supplier2, supplier, address(0));
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableRefused(child, supplier2, supplier);
        vm.prank(supplier2);
        receivables.refuse(child);
        // I5: the split stays.
        _assertPiece(child, supplier, FACE - FACE / 4, FACE, 1);
        _assertPiece(root, supplier, 0, FACE - FACE / 4, 0);
        assertEq(receivables.balanceOf(supplier), 2);
        assertEq(receivables.balanceOf(supplier2), 0);
    }

    function test_RevertWhen_NotTheHolder() external {
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceivableNotHolder.selector, child, supplier, supplier2));
        vm.prank(supplier);
        receivables.refuse(child);
    }

    function test_Refuse_UntilTheLastSecond() external {
        uint256 closedAt = NOON + 48 hours;
        vm.warp(closedAt - 1);
        uint256 snapshot = vm.snapshotState();
        vm.prank(supplier2);
        receivables.refuse(child);
        vm.revertToState(snapshot);
        vm.warp(closedAt);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.RefusalTooLate.selector, child, closedAt, closedAt));
        vm.prank(supplier2);
        receivables.refuse(child);
    }

    /// @dev A piece received on the eve of the due date can be refused on that day only.
    function test_Refuse_WindowShrinksNearTheDueDate() external {
        uint256 due = uint256(TODAY + 90) * 1 days - 8 hours;
        vm.warp(due - 1 hours);
        uint256 late = _splitTo(root, supplier3, FACE / 4);
        vm.warp(due);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.RefusalTooLate.selector, late, due, due));
        vm.prank(supplier3);
        receivables.refuse(late);
        vm.warp(due - 1);
        vm.prank(supplier3);
        receivables.refuse(late);
        assertEq(receivables.ownerOf(late), supplier);
    }

    function test_RevertGiven_Used() external {
        uint256 grandchild = _splitTo(child, supplier3, MINIMUM);
        _refused(child, supplier2, abi.encodeWithSelector(IReceivables.RefusalWaived.selector, child));
        vm.prank(supplier3);
        receivables.refuse(grandchild);
        assertEq(receivables.ownerOf(grandchild), supplier2, "what it handed on can come back");
    }

    function test_RevertGiven_RefusedBefore() external {
        vm.prank(supplier2);
        receivables.refuse(child);
        _refused(child, supplier, abi.encodeWithSelector(IReceivables.RefusalWaived.selector, child));
    }

    function test_RevertGiven_SoldForCash() external {
        uint256 sold = _accept(_quote(child, FACE / 8));
        _refused(sold, financier, abi.encodeWithSelector(IReceivables.RefusalWaived.selector, sold));
        sold = _accept(_quote(child, FACE / 8));
        assertEq(sold, child, "whole");
        _refused(sold, financier, abi.encodeWithSelector(IReceivables.RefusalWaived.selector, sold));
    }

    /// @dev What a debtor issued is refused at {Origination}, which frees the invoice too.
    function test_RevertGiven_Root() external {
        _refused(root, supplier, abi.encodeWithSelector(IReceivables.RefusalWaived.selector, root));
        Terms memory terms = _terms();
        vm.prank(debtor);
        uint256 issued = origination.issue("salt", terms);
        assertTrue(receivables.pieceOf(issued).refusable);
        _refused(issued, supplier, abi.encodeWithSelector(IReceivables.RefusalWaived.selector, issued));
        vm.prank(supplier);
        receivables.transferFrom(supplier, supplier2, issued);
        vm.prank(supplier2);
        receivables.refuse(issued);
        assertEq(receivables.ownerOf(issued), supplier, "handed on, a root is refused as any piece");
    }

    function test_RevertGiven_Pledged() external {
        vm.prank(supplier2);
        uint32 holdId = holds.pledge(child, financier, uint40(NOON + 1 days), uint40(NOON + 1 days), "loan");
        _refused(child, supplier2, abi.encodeWithSelector(IReceivables.RefusalWaived.selector, child));
        vm.prank(financier);
        holds.release(holdId);
        _refused(child, supplier2, abi.encodeWithSelector(IReceivables.RefusalWaived.selector, child));
    }

    function test_RevertGiven_Frozen() external {
        _freeze(supplier2, _payableOf(child), 1);
        _refused(child, supplier2, abi.encodeWithSelector(IReceivables.ReceivableHeld.selector, child, FACE / 4, 0));
    }

    function test_RevertGiven_PaymentStarted() external {
        _pay(_payableOf(root), 1);
        _refused(
            child, supplier2, abi.encodeWithSelector(IReceivables.PayablePaymentStarted.selector, _payableOf(root), 1)
        );
    }

    /// @dev The value comes back and stays: its holder may not act.
    function test_Refuse_TowardsASuspendedSender() external {
        _suspend(supplier);
        vm.prank(supplier2);
        receivables.refuse(child);
        assertEq(receivables.ownerOf(child), supplier);
    }

    function test_Refuse_InABlackout() external {
        Programme memory programme = _programme();
        programme.blackoutDaysBefore = 60;
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        terms.dueDate = TODAY + 61;
        uint256 id = _splitTo(_confirmed(terms), supplier2, MINIMUM);
        skip(1 days);
        vm.expectRevert(
            abi.encodeWithSelector(
                IReceivables.TransferBlackout.selector, _payableOf(id), terms.dueDate - 60, terms.dueDate
            )
        );
        vm.prank(supplier2);
        receivables.transferFrom(supplier2, supplier3, id);
        vm.prank(supplier2);
        receivables.refuse(id);
        assertEq(receivables.ownerOf(id), supplier);
    }

    function _refused(uint256 id, address holder, bytes memory refusal) internal {
        vm.expectRevert(refusal);
        vm.prank(holder);
        receivables.refuse(id);
    }
}

/// merge()
/// ├── when the two are not neighbours in this order, of one payable
/// │   └── it should revert
/// ├── given another holder, other recourse, a hold or a parked piece
/// │   └── it should revert
/// ├── given a payment was made, or the payable is closed
/// │   └── it should revert
/// └── else
///     └── it should make one piece, as deep as the deeper, and leave no empty token
contract Receivables_Merge_Test is BaseTest {
    uint256 internal root;
    uint256 internal child;

    function setUp() public override {
        super.setUp();
        root = _confirmed();
        child = _splitTo(root, supplier2, FACE / 4);
    }

    function test_Merge() external {
        uint256 second = _splitTo(root, supplier2, FACE / 4);
        vm.expectEmit(address(receivables));
        emit IERC3525.TransferValue(child, second, FACE / 4);
        vm.expectEmit(address(receivables));
        emit IERC3525.SlotChanged(child, _payableOf(root), 0);
        vm.expectEmit(address(receivables));
        emit IERC721.Transfer(supplier2, address(0), child);
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivablesMerged(second, child, supplier2, FACE / 2, FACE, 1);
        vm.prank(supplier2);
        receivables.merge(second, child);
        _assertPiece(second, supplier2, FACE / 2, FACE, 1);
        _assertGone(child);
        assertEq(receivables.balanceOf(supplier2), 1);
        assertFalse(receivables.pieceOf(second).refusable, "a use");
    }

    /// @dev Depth is not lost by merging: I3 cannot be walked around.
    function test_Merge_KeepsTheDeeperDepth() external {
        vm.prank(supplier2);
        receivables.refuse(child);
        vm.prank(supplier);
        receivables.merge(root, child);
        _assertPiece(root, supplier, 0, FACE, 1);
        uint256 again = _splitTo(root, supplier2, FACE / 4);
        assertEq(again, root + 2, "ids are not used again");
        assertEq(receivables.pieceOf(again).depth, 2);
        assertEq(receivables.pieceOf(root).depth, 1);
    }

    /// @dev The kept one is the deeper one here.
    function test_Merge_KeepsTheDeeperDepth_OfTheFirst() external {
        uint256 deep = _splitTo(child, supplier2, FACE / 8);
        vm.prank(supplier2);
        receivables.merge(child, deep);
        assertEq(receivables.pieceOf(child).depth, 2);
    }

    function test_RevertGiven_NotAdjacent() external {
        uint256 second = _splitTo(root, supplier2, FACE / 4);
        uint256 third = _splitTo(root, supplier2, FACE / 4);
        _refused(child, second, IReceivables.MergeNotAdjacent.selector);
        _refused(third, child, IReceivables.MergeNotAdjacent.selector);
        _refused(child, child, IReceivables.MergeNotAdjacent.selector);
        uint256 other = _splitTo(_confirmed(2 * FACE, MINIMUM), supplier2, FACE);
        _refused(child, other, IReceivables.MergeNotAdjacent.selector);
        assertEq(receivables.pieceOf(child).end, receivables.pieceOf(other).start, "it ends where the other begins");
    }

    function test_RevertGiven_AnotherHolder() external {
        vm.expectRevert(abi.encodeWithSelector(IReceivables.MergeNotAlike.selector, root, child));
        vm.prank(supplier);
        receivables.merge(root, child);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceivableNotHolder.selector, root, supplier2, supplier));
        vm.prank(supplier2);
        receivables.merge(root, child);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceivableNotFound.selector, root + 9));
        vm.prank(supplier);
        receivables.merge(root, root + 9);
    }

    /// @dev R-21.
    function test_RevertGiven_OtherRecourse() external {
        uint256 second = _splitTo(root, supplier2, FACE / 4, true);
        _refused(second, child, IReceivables.MergeNotAlike.selector);
    }

    function test_RevertGiven_Held() external {
        uint256 second = _splitTo(root, supplier2, FACE / 4);
        vm.prank(supplier2);
        uint32 holdId = holds.reserve(child, 1, financier, uint40(NOON + 1 days));
        _refused(second, child, IReceivables.MergeNotAlike.selector);
        vm.prank(financier);
        holds.release(holdId);
        vm.prank(supplier2);
        holds.reserve(second, 1, financier, uint40(NOON + 1 days));
        _refused(second, child, IReceivables.MergeNotAlike.selector);
    }

    function test_RevertGiven_Parked() external {
        uint256 first = _splitTo(root, debtor, FACE / 4);
        uint256 second = _splitTo(root, debtor, FACE / 4);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.MergeNotAlike.selector, second, first));
        vm.prank(debtor);
        receivables.merge(second, first);
    }

    function test_RevertGiven_PaymentStartedOrClosed() external {
        uint256 second = _splitTo(root, supplier2, FACE / 4);
        uint256 id = _payableOf(root);
        _pay(id, 1);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.PayablePaymentStarted.selector, id, 1));
        vm.prank(supplier2);
        receivables.merge(second, child);
        _pay(id, FACE - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IReceivables.PayableInvalidState.selector, id, PayableState.Settled, PayableState.Confirmed
            )
        );
        vm.prank(supplier2);
        receivables.merge(second, child);
    }

    function _refused(uint256 id, uint256 absorbed, bytes4 selector) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, id, absorbed));
        vm.prank(supplier2);
        receivables.merge(id, absorbed);
    }
}

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

/// Recourse (R-21)
/// ├── handing on with recourse puts its holder in front of whoever answered before
/// ├── handing on without leaves nobody answering
/// └── a refusal gives the sender back who answered to it
contract Receivables_Recourse_Test is BaseTest {
    uint256 internal root;

    function setUp() public override {
        super.setUp();
        root = _confirmed();
    }

    function test_Transfer_WithRecourse() external {
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableTransferred(root, supplier, supplier2, supplier);
        vm.prank(supplier);
        receivables.transferWithRecourse(root, supplier2);
        assertEq(receivables.pieceOf(root).endorser, supplier);
        _handOn(root, supplier3, false);
        assertEq(receivables.pieceOf(root).endorser, address(0), "bought without");
    }

    function test_Split_SharesWhatIsBehind() external {
        _handOn(root, supplier2, true);
        uint256 child = _splitTo(root, supplier3, FACE / 4, true);
        uint256 plain = _splitTo(root, supplier3, FACE / 4, false);
        assertEq(receivables.pieceOf(root).endorser, supplier);
        assertEq(receivables.pieceOf(child).endorser, supplier2);
        assertEq(receivables.pieceOf(plain).endorser, address(0));
        vm.startPrank(supplier3);
        receivables.refuse(child);
        receivables.refuse(plain);
        vm.stopPrank();
        assertEq(receivables.pieceOf(child).endorser, supplier, "back with who answered before");
        assertEq(receivables.pieceOf(plain).endorser, supplier, "even where it went on without");
        vm.startPrank(supplier2);
        receivables.merge(plain, child);
        receivables.merge(root, plain);
        _assertPiece(root, supplier2, 0, FACE, 1);
    }

    function test_Repurchase_WalksUp() external {
        _handOn(root, supplier2, true);
        _handOn(root, supplier3, true);
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableTransferred(root, supplier3, supplier2, supplier);
        (address holder, address endorser) = _repurchase();
        assertEq(holder, supplier3);
        assertEq(endorser, supplier2);
        _repurchase();
        Piece memory p = receivables.pieceOf(root);
        assertEq(p.holder, supplier);
        assertEq(p.endorser, address(0));
        assertFalse(p.refusable);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.RecourseNone.selector, root));
        _repurchase();
    }

    function test_RevertGiven_EndorserSuspendedOrPieceHeld() external {
        _handOn(root, supplier2, true);
        _freeze(supplier2, _payableOf(root), 1);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceivableHeld.selector, root, FACE, 0));
        _repurchase();
        _suspend(supplier);
        vm.expectRevert(abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, supplier, 2));
        _repurchase();
    }

    function _repurchase() internal returns (address, address) {
        vm.prank(address(settlement));
        return receivables.repurchase(root);
    }
}

/// What only the network's own contracts may do (R-40), and what they may not either
contract Receivables_Partners_Test is BaseTest {
    function test_Force_WhateverTheProgrammeSays() external {
        Programme memory programme = _programme();
        programme.blackoutDaysBefore = 60;
        programme.maximumDepth = 0;
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        terms.dueDate = TODAY + 1;
        uint256 root = _confirmed(terms);
        vm.startPrank(address(holds));
        uint256 moved = receivables.force(root, 1, bank);
        _assertPiece(moved, bank, FACE - 1, FACE, 1);
        assertFalse(receivables.pieceOf(moved).refusable);
        assertEq(receivables.force(root, FACE - 1, financier), root, "whole");
        assertEq(receivables.ownerOf(root), financier);
        uint256 parked = receivables.force(root, 5, debtor);
        assertTrue(receivables.pieceOf(parked).parked, "to its debtor");
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceivableIsParked.selector, parked));
        receivables.force(parked, 5, supplier);
    }

    /// @dev Whoever answered for the piece answers to who gets it.
    function test_Force_KeepsRecourse() external {
        uint256 root = _confirmed();
        _handOn(root, supplier2, true);
        vm.startPrank(address(holds));
        uint256 moved = receivables.force(root, 1, financier);
        assertEq(receivables.pieceOf(moved).endorser, supplier);
        receivables.force(root, FACE - 1, financier);
        assertEq(receivables.pieceOf(root).endorser, supplier);
    }

    function test_RevertWhen_PrincipalExceeds() external {
        uint256 id = _payableOf(_confirmed());
        vm.startPrank(address(settlement));
        vm.expectRevert(abi.encodeWithSelector(IReceivables.PaymentExceedsOutstanding.selector, id, FACE + 1, FACE));
        receivables.recordPayment(id, FACE + 1);
        receivables.writeOff(id, "reason");
        vm.expectRevert(
            abi.encodeWithSelector(
                IReceivables.PayableInvalidState.selector, id, PayableState.WrittenOff, PayableState.Confirmed
            )
        );
        receivables.recordPayment(id, 1);
    }

    function test_RevertWhen_NotThePartner() external {
        uint256 root = _confirmed();
        vm.startPrank(operator);
        vm.expectRevert(_not(address(discounting)));
        receivables.deliver(root, supplier, financier, 1, false);
        vm.expectRevert(_not(address(settlement)));
        receivables.recordPayment(_payableOf(root), 1);
        vm.expectRevert(_not(address(settlement)));
        receivables.writeOff(_payableOf(root), 0);
        vm.expectRevert(_not(address(settlement)));
        receivables.retire(root, supplier);
        vm.expectRevert(_not(address(settlement)));
        receivables.repurchase(root);
        vm.expectRevert(_not(address(holds)));
        receivables.force(root, 1, supplier2);
        vm.expectRevert(_not(address(holds)));
        receivables.setHeld(root, true);
        vm.expectRevert(_not(address(origination)));
        receivables.cancel(_payableOf(root), false);
    }

    function _not(address required) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.CallerNotNetworkContract.selector, operator, required);
    }
}
