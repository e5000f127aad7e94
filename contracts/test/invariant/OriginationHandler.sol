// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IOrigination} from "../../src/interfaces/IOrigination.sol";
import {PayableState, Programme, Terms} from "../../src/types/Types.sol";
import {GhostPayable, GhostPiece, Ghosts} from "./Ghosts.sol";

/// @title OriginationHandler
/// @notice From a proposal to a confirmed payable, and back where both agree.
/// @dev An action that finds nothing to act on returns: `fail_on_revert` makes every other failure a finding.
abstract contract OriginationHandler is Ghosts {
    /// @dev Faces are tiny half of the time, so that rounding matters. Now and then the invoice of an older payable comes
    /// again with another amount: refused if that one was confirmed meanwhile, else two wait side by side.
    function propose(uint256 seed, uint56 face, uint56 minimum, uint8 depth) external act {
        if (_ghostPayables.length >= MAX_PAYABLES) return;
        (Terms memory terms, Programme memory programme) = _invent(seed, face, minimum, depth);
        uint256 claimant = _claims[terms.invoiceFingerprint];
        if (claimant != 0) {
            bytes32 salt = _newWord();
            vm.expectRevert(_claimed(terms, claimant));
            vm.prank(terms.supplier);
            origination.propose(salt, terms);
            return _did("propose refused");
        }
        _bookProposal(_propose(terms), terms, programme);
        _did("propose");
    }

    function issue(uint256 seed, uint56 face, uint56 minimum, uint8 depth) external act {
        if (_ghostPayables.length >= MAX_PAYABLES) return;
        (Terms memory terms, Programme memory programme) = _invent(seed, face, minimum, depth);
        if (_claims[terms.invoiceFingerprint] != 0) return;
        bytes32 salt = _newWord();
        vm.prank(terms.debtor);
        uint256 rootId = origination.issue(salt, terms);
        _bookProposal(_payableOf(rootId), terms, programme);
        _bookConfirmation(_ghostPayables.length - 1, true);
        _did("issue");
    }

    function confirm(uint256 seed) external act {
        (bool found, uint256 index) = _pickPayable(seed, PayableState.Proposed);
        if (!found) return;
        GhostPayable storage g = _ghostPayables[index];
        bool bySignature = seed >> 8 & 1 == 0;
        (Programme memory programme,) = origination.programmeOf(g.terms.programmeId);
        uint64 deadline = uint64(block.timestamp);
        bytes memory signature =
            _signConfirmation(address(origination), g.terms.debtor, g.id, g.terms, programme, deadline);
        uint256 claimant = _claims[g.terms.invoiceFingerprint];
        bool late = g.terms.dueDate <= _today();
        if (late) {
            vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableDueDatePast.selector, g.terms.dueDate, _today()));
        } else if (claimant != 0) {
            vm.expectRevert(_claimed(g.terms, claimant));
        }
        vm.prank(bySignature ? stranger : g.terms.debtor);
        if (bySignature) origination.confirmBySignature(g.id, g.terms, deadline, signature);
        else origination.confirm(g.id, g.terms);
        if (late || claimant != 0) return _did("confirm refused");
        _bookConfirmation(index, false);
        _did(bySignature ? "confirm by signature" : "confirm");
    }

    /// @dev What else becomes of a proposal: disputed, credited, declined, withdrawn.
    function decide(uint256 seed, uint56 amount) external act {
        (bool found, uint256 index) = _pickPayable(seed, PayableState.Disputed);
        if (!found || seed >> 8 & 1 == 0) (found, index) = _pickPayable(seed, PayableState.Proposed);
        if (!found) return;
        GhostPayable storage g = _ghostPayables[index];
        uint256 way = seed >> 16 & 7;
        if (way < 3 && g.terms.faceValue > 1) {
            amount = uint56(_bound(amount, 1, g.terms.faceValue - 1));
            vm.prank(g.terms.supplier);
            origination.credit(g.id, g.terms, amount, "credit note");
            g.terms.faceValue -= amount;
            _did("credit a proposal");
        } else if (way < 6) {
            bool disputed = g.state == PayableState.Disputed;
            vm.prank(g.terms.debtor);
            if (disputed) origination.withdrawDispute(g.id);
            else origination.dispute(g.id, "reason");
            _bookState(g, disputed ? PayableState.Proposed : PayableState.Disputed);
            _did(disputed ? "withdraw a dispute" : "dispute a proposal");
        } else if (way == 6) {
            vm.prank(g.terms.debtor);
            origination.decline(g.id, "reason");
            _bookState(g, PayableState.Declined);
            _did("decline");
        } else {
            vm.prank(g.terms.supplier);
            origination.withdraw(g.id);
            _bookState(g, PayableState.Cancelled);
            _did("withdraw");
        }
    }

    /// @dev R-13, and the refusal of what was issued unasked: while the first payee has all of it, untouched.
    function cancel(uint256 seed) external act {
        (bool found, uint256 index) = _pickPayable(seed, PayableState.Confirmed);
        if (!found) return;
        GhostPayable storage g = _ghostPayables[index];
        GhostPiece storage root = _ghostPieces[g.pieces[0]];
        bool whole = g.pieces.length == 1 && root.holder == g.terms.supplier && g.paid == 0 && !root.touched;
        if (!whole || _free(g.pieces[0]) == 0) return;
        bool refusal = root.refusable && root.sender == g.terms.debtor && block.timestamp < root.receivedAt + 2 days
            && _today() < g.terms.dueDate;
        if (refusal) {
            vm.prank(g.terms.supplier);
            origination.refuseIssued(g.id, g.terms);
        } else {
            uint64 deadline = uint64(block.timestamp);
            bytes memory signature = _signCancellation(address(origination), g.terms.debtor, g.id, deadline);
            vm.prank(g.terms.supplier);
            origination.cancel(g.id, g.terms, deadline, signature);
        }
        delete _claims[g.terms.invoiceFingerprint];
        root.gone = true;
        _bookState(g, PayableState.Cancelled);
        _did(refusal ? "refuse what was issued" : "cancel");
    }

    function _invent(uint256 seed, uint56 face, uint56 minimum, uint8 depth)
        private
        returns (Terms memory terms, Programme memory programme)
    {
        terms = _terms();
        terms.supplier = _suppliers[seed % 3];
        terms.debtor = seed >> 8 & 1 == 0 ? debtor : rivalDebtor;
        terms.faceValue = uint56(_bound(face, 1, face & 1 == 0 ? 60 : 100 * FACE));
        terms.issueDate = _today();
        terms.dueDate = _today() + 2 + uint32(seed % 60);
        if (_ghostPayables.length != 0 && seed >> 16 & 3 == 0) {
            terms.invoiceFingerprint = _ghostPayables[seed % _ghostPayables.length].terms.invoiceFingerprint;
        }
        programme = _programme();
        programme.debtor = terms.debtor;
        programme.minimumPiece = uint56(_bound(minimum, 0, terms.faceValue / 8));
        programme.maximumDepth = uint8(_bound(depth, 0, 5));
        programme.lateRatePpm = uint32(uint256(_newWord()) % 1_000_000) + 1;
        terms.programmeId = _publish(programme);
    }

    function _claimed(Terms memory terms, uint256 claimant) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IOrigination.InvoiceAlreadyClaimed.selector, terms.invoiceFingerprint, claimant);
    }
}
