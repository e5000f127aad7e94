// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Origination} from "../src/Origination.sol";
import {IOrigination} from "../src/interfaces/IOrigination.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {Amounts} from "../src/libraries/Amounts.sol";
import {ParticipantStatus, PayableState, Programme, Proposal, Roles, Terms} from "../src/types/Types.sol";
import {OriginationKit} from "./OriginationKit.sol";

/// propose(), issue(): what terms must be
/// ├── when the face value is out of range
/// │   └── it should revert
/// ├── when supplier and debtor are one, or either may not act in its role
/// │   └── it should revert
/// ├── when the programme is not there, is retired, or is another debtor's
/// │   └── it should revert
/// ├── when the due date is not after today, or the issue date is
/// │   └── it should revert, by the network's wall clock (R-44)
/// ├── when it runs beyond the programme's hard limit, or beyond the soft one without a reason
/// │   └── it should revert, by calendar months (R-01)
/// ├── when fingerprint or evidence is missing
/// │   └── it should revert
/// └── given the invoice stands behind a confirmed payable
///     └── it should revert, whatever amount is written on it
contract Origination_Terms_Test is OriginationKit {
    function test_RevertWhen_FaceOutOfRange() external {
        Terms memory terms = _terms();
        terms.faceValue = 0;
        _refused(terms, abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, 0, 1, MAX_AMOUNT));
        terms.faceValue = MAX_AMOUNT + 1;
        _refused(terms, abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, MAX_AMOUNT + 1, 1, MAX_AMOUNT));
        terms.faceValue = type(uint56).max;
        _refused(terms, abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, type(uint56).max, 1, MAX_AMOUNT));
        terms.faceValue = MAX_AMOUNT;
        _propose(terms);
        terms.faceValue = 1;
        _issue(terms);
    }

    function test_RevertWhen_SelfDealing() external {
        _admit(address(0xBEEF), Roles.SUPPLIER | Roles.DEBTOR);
        Terms memory terms = _terms();
        terms.supplier = terms.debtor = address(0xBEEF);
        _refused(terms, abi.encodeWithSelector(IOrigination.PayableSelfDealing.selector, address(0xBEEF)));
    }

    function test_RevertWhen_PartyWithoutItsRole() external {
        Terms memory terms = _terms();
        terms.supplier = financier;
        _refused(terms, _lacksRole(financier, Roles.FINANCIER, Roles.SUPPLIER));
        terms = _terms();
        terms.debtor = supplier2;
        _refused(terms, _lacksRole(supplier2, Roles.SUPPLIER, Roles.DEBTOR));
    }

    function test_RevertGiven_PartyNotActive() external {
        bytes memory refusal = _notActive(suspended, ParticipantStatus.Suspended);
        Terms memory terms = _terms();
        terms.supplier = suspended;
        _refused(terms, refusal);
        terms = _terms();
        terms.debtor = suspended;
        _refused(terms, refusal);
        terms.debtor = stranger;
        _refused(terms, _notActive(stranger, ParticipantStatus.None));
    }

    function test_RevertWhen_ProgrammeNotOpen() external {
        Terms memory terms = _terms();
        uint32[3] memory unknown = [0, rivalProgrammeId + 1, type(uint32).max];
        for (uint256 i; i < unknown.length; ++i) {
            terms.programmeId = unknown[i];
            _refused(terms, abi.encodeWithSelector(IOrigination.ProgrammeNotOpen.selector, unknown[i]));
        }
        vm.prank(debtor);
        origination.retireProgramme(programmeId);
        terms.programmeId = programmeId;
        _refused(terms, abi.encodeWithSelector(IOrigination.ProgrammeNotOpen.selector, programmeId));
    }

    function test_RevertWhen_ProgrammeIsAnothers() external {
        Terms memory terms = _terms();
        terms.programmeId = rivalProgrammeId;
        _refused(terms, abi.encodeWithSelector(IOrigination.ProgrammeNotOfDebtor.selector, rivalProgrammeId, debtor));
    }

    /// @dev R-44: the day changes at 16:00:00 UTC, and a payable is due the day after today at the earliest.
    function test_RevertWhen_DueDatePast() external {
        Terms memory terms = _terms();
        terms.issueDate = TODAY - 60;
        terms.dueDate = TODAY;
        _refused(terms, abi.encodeWithSelector(IOrigination.PayableDueDatePast.selector, TODAY, TODAY));
        terms.dueDate = TODAY + 1;
        vm.warp(uint256(TODAY) * 1 days + 16 hours);
        _refused(terms, abi.encodeWithSelector(IOrigination.PayableDueDatePast.selector, TODAY + 1, TODAY + 1));
        vm.warp(uint256(TODAY) * 1 days + 16 hours - 1);
        _propose(terms);
        _issue(terms);
    }

    function testFuzz_RevertWhen_DueDateNotAfterToday(uint256 moment, uint32 dueDate) external {
        Terms memory terms = _terms();
        moment = bound(moment, NOON, NOON + 200 days);
        vm.warp(moment);
        uint32 today = uint32((moment + 8 hours) / 1 days);
        terms.dueDate = dueDate = uint32(bound(dueDate, today - 3, today + 3));
        // Issued on the same day of the month before, it is due within the limits whatever it is.
        terms.issueDate = today - 30;
        if (dueDate > today) _propose(terms);
        else _refused(terms, abi.encodeWithSelector(IOrigination.PayableDueDatePast.selector, dueDate, today));
    }

    function testFuzz_RevertWhen_IssuedAfterToday(uint256 moment, uint32 issueDate) external {
        Terms memory terms = _terms();
        moment = bound(moment, NOON, NOON + 200 days);
        vm.warp(moment);
        uint32 today = uint32((moment + 8 hours) / 1 days);
        terms.issueDate = issueDate = uint32(bound(issueDate, today - 3, today + 3));
        terms.dueDate = today + 10;
        if (issueDate <= today) _propose(terms);
        else _refused(terms, abi.encodeWithSelector(IOrigination.PayableIssueDateFuture.selector, issueDate, today));
    }

    function test_RevertWhen_DatesAreAbsurd() external {
        Terms memory terms = _terms();
        terms.issueDate = type(uint32).max;
        _refused(terms, abi.encodeWithSelector(IOrigination.PayableIssueDateFuture.selector, type(uint32).max, TODAY));
        terms = _terms();
        terms.dueDate = type(uint32).max;
        // 2027-11-22.
        _refused(
            terms, abi.encodeWithSelector(IOrigination.PayableTenorTooLong.selector, type(uint32).max, TODAY + 365)
        );
        terms.dueDate = 0;
        _refused(terms, abi.encodeWithSelector(IOrigination.PayableDueDatePast.selector, 0, TODAY));
        terms = _terms();
        terms.issueDate = 0;
        // 1971-01-01.
        _refused(terms, abi.encodeWithSelector(IOrigination.PayableTenorTooLong.selector, TODAY + 90, 365));
    }

    /// @dev R-01's example: issued 2025-08-31, soft is 2026-02-28, hard is 2026-08-31.
    function test_RevertWhen_TenorTooLong_MonthEnds() external {
        vm.warp(_noonOf(20_331));
        Terms memory terms = _terms();
        terms.issueDate = 20_331;
        terms.dueDate = 20_697;
        _refused(terms, abi.encodeWithSelector(IOrigination.PayableTenorTooLong.selector, 20_697, 20_696));
        terms.dueDate = 20_696;
        _refused(terms, abi.encodeWithSelector(IOrigination.PayableTenorReasonMissing.selector, 20_696, 20_512));
        terms.dueDate = 20_513;
        _refused(terms, abi.encodeWithSelector(IOrigination.PayableTenorReasonMissing.selector, 20_513, 20_512));
        terms.dueDate = 20_512;
        _propose(terms);
        terms.dueDate = 20_513;
        terms.tenorReasonHash = "reason";
        _propose(terms);
        terms.dueDate = 20_696;
        _issue(terms);
        terms.invoiceFingerprint = _newWord();
        terms.dueDate = 20_697;
        _refused(terms, abi.encodeWithSelector(IOrigination.PayableTenorTooLong.selector, 20_697, 20_696));
    }

    /// @dev Every vector that Python reads too, as the hard limit and as the soft one.
    function test_RevertWhen_TenorTooLong_Vectors() external {
        string memory json = vm.readFile("../tests/vectors/calendar.json");
        uint256[] memory starts = vm.parseJsonUintArray(json, ".add_months.day");
        uint256[] memory months = vm.parseJsonUintArray(json, ".add_months.months");
        uint256[] memory results = vm.parseJsonUintArray(json, ".add_months.result");
        uint256 used;
        for (uint256 i; i < starts.length; ++i) {
            if (starts[i] == 0 || months[i] == 0 || months[i] > 12) continue;
            ++used;
            vm.warp(_noonOf(starts[i]));
            (uint32 issued, uint32 last) = (uint32(starts[i]), uint32(results[i]));
            Terms memory terms = _terms();
            terms.issueDate = issued;

            terms.programmeId = _limited(uint8(months[i]), uint8(months[i]));
            terms.dueDate = last + 1;
            _refused(terms, abi.encodeWithSelector(IOrigination.PayableTenorTooLong.selector, last + 1, last));
            terms.dueDate = last;
            _propose(terms);

            if (months[i] == 12) continue;
            terms.programmeId = _limited(uint8(months[i]), 12);
            _propose(terms);
            terms.dueDate = last + 1;
            _refused(terms, abi.encodeWithSelector(IOrigination.PayableTenorReasonMissing.selector, last + 1, last));
            terms.tenorReasonHash = "reason";
            _propose(terms);
        }
        assertGt(used, 8, "the vectors were not read");
    }

    function test_RevertWhen_FingerprintMissing() external {
        Terms memory terms = _terms();
        terms.invoiceFingerprint = 0;
        _refused(terms, abi.encodeWithSelector(IOrigination.InvoiceFingerprintMissing.selector));
    }

    /// @dev R-03.
    function test_RevertWhen_EvidenceMissing() external {
        Terms memory terms = _terms();
        terms.evidenceHash = 0;
        _refused(terms, abi.encodeWithSelector(IOrigination.EvidenceMissing.selector));
    }

    function test_RevertGiven_InvoiceClaimed() external {
        Terms memory terms = _terms();
        uint256 payableId = _payableOf(_confirmed(terms));
        bytes memory refusal =
            abi.encodeWithSelector(IOrigination.InvoiceAlreadyClaimed.selector, terms.invoiceFingerprint, payableId);
        _refused(terms, refusal);
        terms.faceValue += 1;
        _refused(terms, refusal);
        terms.supplier = supplier2;
        terms.debtor = rivalDebtor;
        terms.programmeId = rivalProgrammeId;
        _refused(terms, refusal);
    }

    /* HELPERS */

    /// @dev Refused alike when its supplier proposes it and when its debtor issues it.
    function _refused(Terms memory terms, bytes memory refusal) internal {
        bytes32 salt = _newWord();
        vm.expectRevert(refusal);
        vm.prank(terms.supplier);
        origination.propose(salt, terms);
        vm.expectRevert(refusal);
        vm.prank(terms.debtor);
        origination.issue(salt, terms);
    }

    function _issue(Terms memory terms) internal {
        bytes32 salt = _newWord();
        vm.prank(terms.debtor);
        origination.issue(salt, terms);
    }

    function _limited(uint8 softMonths, uint8 hardMonths) internal returns (uint32) {
        Programme memory programme = _programme();
        programme.softTenorMonths = softMonths;
        programme.hardTenorMonths = hardMonths;
        programme.lateRatePpm = uint32(uint256(_newWord()) % 1_000_000) + 1;
        return _publish(programme);
    }

    function _noonOf(uint256 day) internal pure returns (uint256) {
        return day * 1 days + 4 hours;
    }
}

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
