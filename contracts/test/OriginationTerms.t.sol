// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IOrigination} from "../src/interfaces/IOrigination.sol";
import {Amounts} from "../src/libraries/Amounts.sol";
import {ParticipantStatus, Programme, Roles, Terms} from "../src/types/Types.sol";
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
