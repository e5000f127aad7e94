// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IERC3525} from "../src/interfaces/IERC3525.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {PayableState, Programme, Terms} from "../src/types/Types.sol";
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
