// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {PayableState, Piece, Programme, Terms} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

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
