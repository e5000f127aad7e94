// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Origination} from "../src/Origination.sol";
import {IOrigination} from "../src/interfaces/IOrigination.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {ParticipantStatus, PayableState, Programme, Proposal, Roles, Terms} from "../src/types/Types.sol";
import {OriginationKit} from "./OriginationKit.sol";

/// propose(), proposeBatch()
/// ├── when the caller is not the supplier of the terms
/// │   └── it should revert
/// ├── given the supplier used the salt before, whatever became of that payable
/// │   └── it should revert
/// ├── when a batch is empty or too long, or one of it is refused
/// │   └── it should revert as a whole
/// └── else
///     └── it should keep the terms' hash, owe nothing and claim nothing
contract Origination_Propose_Test is OriginationKit {
    function test_RevertWhen_NotTheSupplier() external {
        Terms memory terms = _terms();
        address[3] memory others = [supplier2, debtor, bank];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableNotSupplier.selector, others[i], supplier));
            vm.prank(others[i]);
            origination.propose("salt", terms);
        }
        vm.expectRevert(_notActive(stranger, ParticipantStatus.None));
        vm.prank(stranger);
        origination.propose("salt", terms);
    }

    function test_RevertGiven_SaltUsed() external {
        Terms memory terms = _terms();
        vm.prank(supplier);
        uint256 payableId = origination.propose("salt", terms);
        _saltIsUsed(payableId);

        vm.prank(debtor);
        uint256 root = origination.confirm(payableId, terms);
        _saltIsUsed(payableId);

        _pay(payableId, FACE);
        _redeem(root);
        _saltIsUsed(payableId);
    }

    /// @dev An organisation that supplies and owes has one row of ids, whichever way it uses them.
    function test_RevertGiven_SaltUsedForIssuing() external {
        _admit(address(0xBEEF), Roles.SUPPLIER | Roles.DEBTOR);
        Programme memory programme = _programme();
        programme.debtor = address(0xBEEF);
        Terms memory issued = _terms();
        issued.debtor = address(0xBEEF);
        issued.programmeId = _publish(programme);
        Terms memory proposed = _terms();
        proposed.supplier = address(0xBEEF);
        uint256 payableId = origination.payableIdOf(address(0xBEEF), "salt");
        bytes memory refusal = abi.encodeWithSelector(IOrigination.PayableAlreadyExists.selector, payableId);

        vm.startPrank(address(0xBEEF));
        origination.issue("salt", issued);
        vm.expectRevert(refusal);
        origination.propose("salt", proposed);
        issued.invoiceFingerprint = _newWord();
        vm.expectRevert(refusal);
        origination.issue("salt", issued);
    }

    function test_Propose() external {
        Terms memory terms = _terms();
        terms.tenorReasonHash = "reason";
        terms.undertakingHash = "undertaking";
        uint256 payableId = origination.payableIdOf(supplier, "salt");
        assertEq(
            payableId,
            uint256(keccak256(abi.encode(block.chainid, address(origination), supplier, bytes32("salt")))) >> 32,
            "id"
        );
        vm.expectEmit(address(origination));
        emit IOrigination.PayableProposed(
            payableId,
            terms.supplier,
            terms.debtor,
            terms.programmeId,
            terms.faceValue,
            terms.issueDate,
            terms.dueDate,
            terms.invoiceFingerprint,
            terms.evidenceHash,
            terms.tenorReasonHash,
            terms.undertakingHash
        );
        vm.prank(supplier);
        assertEq(origination.propose("salt", terms), payableId);

        (address by, address to, PayableState state, bytes22 hash) = origination.proposalOf(payableId);
        assertEq(by, supplier);
        assertEq(to, debtor);
        assertEq(uint256(state), uint256(PayableState.Proposed));
        assertEq(hash, _termsHash(terms));
        assertEq(origination.claimedBy(terms.invoiceFingerprint), 0, "nothing is claimed by a proposal");
        assertEq(receivables.payableOf(payableId).debtor, address(0), "nothing is owed");
        assertEq(receivables.balanceOf(supplier), 0, "nothing is held");
        _foldLogs();
        _assertJournals();
    }

    function test_ProposalOf_WhatIsNotThere() external view {
        (address by, address to, PayableState state, bytes22 hash) = origination.proposalOf(7);
        assertEq(by, address(0));
        assertEq(to, address(0));
        assertEq(uint256(state), uint256(PayableState.None));
        assertEq(hash, bytes22(0));
    }

    function test_PayableIds_DifferByPartyChainAndContract() external {
        uint256 here = origination.payableIdOf(supplier, "salt");
        assertNotEq(origination.payableIdOf(supplier2, "salt"), here, "party");
        Origination other = new Origination(network);
        assertNotEq(other.payableIdOf(supplier, "salt"), here, "contract");
        vm.chainId(1);
        assertNotEq(origination.payableIdOf(supplier, "salt"), here, "chain");
    }

    /// @dev Whoever learns of an invoice can propose it first, and gains nothing: the debtor confirms whom it owes.
    function test_Squatting() external {
        Terms memory terms = _terms();
        Terms memory squat = _copy(terms);
        squat.supplier = supplier2;
        vm.prank(supplier2);
        uint256 squatId = origination.propose("salt", squat);
        vm.prank(supplier);
        uint256 payableId = origination.propose("salt", terms);
        assertNotEq(payableId, squatId, "nobody takes another's id");
        vm.startPrank(debtor);
        origination.confirm(payableId, terms);
        assertEq(origination.claimedBy(terms.invoiceFingerprint), payableId);
        vm.expectRevert(
            abi.encodeWithSelector(IOrigination.InvoiceAlreadyClaimed.selector, terms.invoiceFingerprint, payableId)
        );
        origination.confirm(squatId, squat);
    }

    /* BATCH */

    function test_RevertWhen_BatchOutOfRange() external {
        vm.startPrank(supplier);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.BatchOutOfRange.selector, 0, 20));
        origination.proposeBatch(_batch(0));
        Proposal[] memory tooMany = _batch(21);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.BatchOutOfRange.selector, 21, 20));
        origination.proposeBatch(tooMany);
    }

    function test_RevertWhen_BatchHasADuplicate() external {
        Proposal[] memory proposals = _batch(3);
        proposals[2].salt = proposals[0].salt;
        uint256 id = origination.payableIdOf(supplier, proposals[0].salt);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableAlreadyExists.selector, id));
        vm.prank(supplier);
        origination.proposeBatch(proposals);
        _assertState(id, PayableState.None, "none of it stands");
    }

    function test_RevertWhen_BatchHasAnothersTerms() external {
        Proposal[] memory proposals = _batch(3);
        proposals[1].terms.supplier = supplier2;
        vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableNotSupplier.selector, supplier, supplier2));
        vm.prank(supplier);
        origination.proposeBatch(proposals);
    }

    function test_ProposeBatch() external {
        Proposal[] memory proposals = _batch(20);
        // One invoice may be proposed twice: nothing is claimed yet.
        proposals[19].terms.invoiceFingerprint = proposals[0].terms.invoiceFingerprint;
        vm.prank(supplier);
        uint256[] memory ids = origination.proposeBatch(proposals);
        assertEq(ids.length, 20);
        for (uint256 i; i < ids.length; ++i) {
            assertEq(ids[i], origination.payableIdOf(supplier, proposals[i].salt));
            (,, PayableState state, bytes22 hash) = origination.proposalOf(ids[i]);
            assertEq(uint256(state), uint256(PayableState.Proposed));
            assertEq(hash, _termsHash(proposals[i].terms));
        }
        _foldLogs();
        _assertJournals();
    }

    function _batch(uint256 count) internal returns (Proposal[] memory proposals) {
        proposals = new Proposal[](count);
        for (uint256 i; i < count; ++i) {
            proposals[i] = Proposal(_newWord(), _terms());
            proposals[i].terms.faceValue -= uint56(i);
        }
    }

    function _saltIsUsed(uint256 payableId) internal {
        Terms memory terms = _terms();
        vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableAlreadyExists.selector, payableId));
        vm.prank(supplier);
        origination.propose("salt", terms);
    }
}

/// issue(), issueBatch()
/// ├── when the caller is not the debtor of the terms
/// │   └── it should revert
/// ├── given the debtor is barred
/// │   └── it should revert
/// ├── when a batch is empty or too long, or one of it is refused
/// │   └── it should revert as a whole
/// └── else
///     ├── it should claim the invoice
///     └── it should give the supplier the whole line, refusable
contract Origination_Issue_Test is OriginationKit {
    function test_RevertWhen_NotTheDebtor() external {
        Terms memory terms = _terms();
        address[3] memory others = [rivalDebtor, supplier, bank];
        for (uint256 i; i < others.length; ++i) {
            uint256 id = origination.payableIdOf(others[i], "salt");
            vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableNotDebtor.selector, id, others[i], debtor));
            vm.prank(others[i]);
            origination.issue("salt", terms);
        }
        vm.expectRevert(_notActive(stranger, ParticipantStatus.None));
        vm.prank(stranger);
        origination.issue("salt", terms);
    }

    function test_RevertGiven_DebtorBarred() external {
        Terms memory terms = _terms();
        vm.mockCall(
            address(dishonours), abi.encodeCall(dishonours.barredUntil, (debtor)), abi.encode(uint32(TODAY + 1))
        );
        vm.startPrank(debtor);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.DebtorBarred.selector, debtor, TODAY + 1));
        origination.issue("salt", terms);
        vm.warp(NOON + 1 days);
        origination.issue("salt", terms);
    }

    function test_Issue() external {
        Terms memory terms = _terms();
        uint256 payableId = origination.payableIdOf(debtor, "salt");
        vm.expectEmit(address(origination));
        emit IOrigination.PayableIssued(
            payableId,
            terms.supplier,
            terms.debtor,
            terms.programmeId,
            terms.faceValue,
            terms.issueDate,
            terms.dueDate,
            terms.invoiceFingerprint,
            terms.evidenceHash,
            terms.tenorReasonHash,
            terms.undertakingHash
        );
        vm.expectEmit(address(receivables));
        emit IReceivables.PayableConfirmed(
            payableId, payableId << 32 | 1, supplier, debtor, programmeId, FACE, terms.dueDate, 182_500, true
        );
        vm.prank(debtor);
        assertEq(origination.issue("salt", terms), payableId << 32 | 1);

        (address by, address to, PayableState state, bytes22 hash) = origination.proposalOf(payableId);
        assertEq(by, supplier);
        assertEq(to, debtor);
        assertEq(uint256(state), uint256(PayableState.Confirmed));
        assertEq(hash, _termsHash(terms));
        assertEq(origination.claimedBy(terms.invoiceFingerprint), payableId, "claim");
        _assertPiece(payableId << 32 | 1, supplier, 0, FACE, 0);
        assertTrue(receivables.pieceOf(payableId << 32 | 1).refusable);
        _foldLogs();
        _assertJournals();
    }

    /* BATCH */

    function test_RevertWhen_BatchOutOfRange() external {
        vm.startPrank(debtor);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.BatchOutOfRange.selector, 0, 20));
        origination.issueBatch(_batch(0));
        Proposal[] memory tooMany = _batch(21);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.BatchOutOfRange.selector, 21, 20));
        origination.issueBatch(tooMany);
    }

    function test_RevertWhen_BatchHasADuplicate() external {
        Proposal[] memory proposals = _batch(3);
        uint256 first = origination.payableIdOf(debtor, proposals[0].salt);
        proposals[2].terms.invoiceFingerprint = proposals[0].terms.invoiceFingerprint;
        vm.startPrank(debtor);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOrigination.InvoiceAlreadyClaimed.selector, proposals[0].terms.invoiceFingerprint, first
            )
        );
        origination.issueBatch(proposals);
        proposals[2].salt = proposals[0].salt;
        vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableAlreadyExists.selector, first));
        origination.issueBatch(proposals);
        vm.stopPrank();
        _assertState(first, PayableState.None, "none of it stands");
        assertEq(origination.claimedBy(proposals[0].terms.invoiceFingerprint), 0);
    }

    function test_IssueBatch() external {
        Proposal[] memory proposals = _batch(20);
        vm.prank(debtor);
        uint256[] memory roots = origination.issueBatch(proposals);
        assertEq(roots.length, 20);
        for (uint256 i; i < roots.length; ++i) {
            uint256 id = origination.payableIdOf(debtor, proposals[i].salt);
            assertEq(roots[i], id << 32 | 1);
            assertEq(origination.claimedBy(proposals[i].terms.invoiceFingerprint), id);
            _assertPiece(roots[i], supplier, 0, proposals[i].terms.faceValue, 0);
        }
    }

    function _batch(uint256 count) internal returns (Proposal[] memory proposals) {
        proposals = new Proposal[](count);
        for (uint256 i; i < count; ++i) {
            proposals[i] = Proposal(_newWord(), _terms());
            proposals[i].terms.faceValue -= uint56(i);
        }
    }
}
