// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IOrigination} from "../src/interfaces/IOrigination.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {FrozenTerms, ParticipantStatus, PayableState, Programme, Roles, Terms} from "../src/types/Types.sol";
import {OriginationKit} from "./OriginationKit.sol";

/// confirm(), confirmBatch()
/// ├── given the payable is not proposed, or is disputed
/// │   └── it should revert
/// ├── when the terms are not those proposed, or no more
/// │   └── it should revert
/// ├── when the caller is not the debtor
/// │   └── it should revert
/// ├── given its due date has come, its invoice was claimed, a party was suspended or the debtor barred meanwhile
/// │   └── it should revert
/// ├── when a batch is empty, too long or uneven, or one of it is refused
/// │   └── it should revert as a whole
/// └── else
///     ├── it should claim the invoice
///     ├── it should freeze the programme's terms and the late rate
///     └── it should give the supplier the whole line as one receivable
contract Origination_Confirm_Test is OriginationKit {
    function test_RevertWhen_TermsDiffer() external {
        (uint256 payableId, Terms memory terms) = _proposed();
        vm.startPrank(debtor);
        for (uint256 field; field < TERMS_FIELDS; ++field) {
            vm.expectRevert(_termsDiffer(payableId));
            origination.confirm(payableId, _changed(terms, field));
        }
        origination.confirm(payableId, terms);
    }

    function test_RevertWhen_TermsAreThoseBeforeACredit() external {
        (uint256 payableId, Terms memory terms) = _proposed();
        vm.prank(supplier);
        origination.credit(payableId, terms, 1, "note");
        vm.startPrank(debtor);
        vm.expectRevert(_termsDiffer(payableId));
        origination.confirm(payableId, terms);
        terms.faceValue -= 1;
        origination.confirm(payableId, terms);
        assertEq(receivables.payableOf(payableId).faceValue, FACE - 1);
    }

    function test_RevertWhen_TermsAreAnotherProposals() external {
        (uint256 payableId,) = _proposed();
        (, Terms memory others) = _proposed();
        vm.expectRevert(_termsDiffer(payableId));
        vm.prank(debtor);
        origination.confirm(payableId, others);
    }

    /// @dev R-40: not its rival, not the supplier, not the bank, not the operator.
    function test_RevertWhen_NotTheDebtor() external {
        (uint256 payableId, Terms memory terms) = _proposed();
        address[4] memory others = [rivalDebtor, supplier, bank, financier];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IOrigination.PayableNotDebtor.selector, payableId, others[i], debtor)
            );
            vm.prank(others[i]);
            origination.confirm(payableId, terms);
        }
        vm.expectRevert(_notActive(operator, ParticipantStatus.None));
        vm.prank(operator);
        origination.confirm(payableId, terms);
    }

    function testFuzz_RevertGiven_DueDateCame(uint256 moment) external {
        (uint256 payableId, Terms memory terms) = _proposed();
        uint256 due = uint256(terms.dueDate) * 1 days - 8 hours;
        moment = bound(moment, due - 3 days, due + 3 days);
        _dueDateBoundary(payableId, terms, moment);
    }

    function test_RevertGiven_DueDateCame_TheVerySecond() external {
        (uint256 payableId, Terms memory terms) = _proposed();
        uint256 due = uint256(terms.dueDate) * 1 days - 8 hours;
        _dueDateBoundary(payableId, terms, due);
        _dueDateBoundary(payableId, terms, due - 1);
    }

    /// @dev Proposed twice side by side, the amount changed by 0.01: one of them is confirmed, the others never.
    function test_RevertGiven_InvoiceClaimedMeanwhile() external {
        (uint256 first, Terms memory terms) = _proposed();
        Terms memory cheaper = _copy(terms);
        cheaper.faceValue -= 1;
        uint256 second = _propose(cheaper);
        Terms memory anothers = _copy(terms);
        anothers.supplier = supplier2;
        uint256 third = _propose(anothers);

        vm.startPrank(debtor);
        origination.confirm(second, cheaper);
        bytes memory refusal =
            abi.encodeWithSelector(IOrigination.InvoiceAlreadyClaimed.selector, terms.invoiceFingerprint, second);
        vm.expectRevert(refusal);
        origination.confirm(first, terms);
        vm.expectRevert(refusal);
        origination.confirm(third, anothers);
        assertEq(origination.claimedBy(terms.invoiceFingerprint), second);
    }

    function test_RevertGiven_PartySuspendedMeanwhile() external {
        (uint256 payableId, Terms memory terms) = _proposed();
        address[2] memory parties = [supplier, debtor];
        bytes memory signature =
            _signConfirmation(address(origination), debtor, payableId, terms, _programme(), uint64(NOON));
        for (uint256 i; i < parties.length; ++i) {
            _suspend(parties[i]);
            bytes memory refusal = _notActive(parties[i], ParticipantStatus.Suspended);
            vm.expectRevert(refusal);
            vm.prank(debtor);
            origination.confirm(payableId, terms);
            vm.expectRevert(refusal);
            origination.confirmBySignature(payableId, terms, uint64(NOON), signature);
            _reinstate(parties[i]);
        }
        vm.prank(debtor);
        origination.confirm(payableId, terms);
    }

    function test_RevertGiven_PartyLostItsRoleMeanwhile() external {
        (uint256 payableId, Terms memory terms) = _proposed();
        _changeRoles(supplier, Roles.FINANCIER);
        vm.expectRevert(_lacksRole(supplier, Roles.FINANCIER, Roles.SUPPLIER));
        vm.prank(debtor);
        origination.confirm(payableId, terms);
        _changeRoles(supplier, Roles.SUPPLIER);
        _changeRoles(debtor, Roles.FINANCIER);
        vm.expectRevert(_lacksRole(debtor, Roles.FINANCIER, Roles.DEBTOR));
        vm.prank(debtor);
        origination.confirm(payableId, terms);
    }

    /// @dev R-29b. Only the debtor that is barred, and only before the date.
    function test_RevertGiven_DebtorBarredMeanwhile() external {
        (uint256 payableId, Terms memory terms) = _proposed();
        bytes memory signature =
            _signConfirmation(address(origination), debtor, payableId, terms, _programme(), uint64(NOON + 9 days));
        vm.mockCall(
            address(dishonours), abi.encodeCall(dishonours.barredUntil, (debtor)), abi.encode(uint32(TODAY + 1))
        );
        bytes memory refusal = abi.encodeWithSelector(IOrigination.DebtorBarred.selector, debtor, TODAY + 1);
        vm.expectRevert(refusal);
        origination.confirmBySignature(payableId, terms, uint64(NOON + 9 days), signature);
        vm.prank(debtor);
        vm.expectRevert(refusal);
        origination.confirm(payableId, terms);
        Terms memory others = _terms();
        (others.debtor, others.programmeId) = (rivalDebtor, rivalProgrammeId);
        _confirmed(others);

        vm.warp(uint256(TODAY + 1) * 1 days - 8 hours - 1);
        vm.prank(debtor);
        vm.expectRevert(refusal);
        origination.confirm(payableId, terms);
        vm.warp(uint256(TODAY + 1) * 1 days - 8 hours);
        vm.prank(debtor);
        origination.confirm(payableId, terms);
    }

    function testFuzz_Confirm(uint56 faceValue) external {
        Terms memory terms = _terms();
        terms.faceValue = uint56(bound(faceValue, 1, MAX_AMOUNT));
        uint256 payableId = _propose(terms);

        vm.expectEmit(address(receivables));
        emit IReceivables.PayableConfirmed(
            payableId,
            payableId << 32 | 1,
            supplier,
            debtor,
            programmeId,
            terms.faceValue,
            terms.dueDate,
            182_500,
            false
        );
        vm.prank(debtor);
        uint256 root = origination.confirm(payableId, terms);

        assertEq(root, payableId << 32 | 1, "id");
        _assertPiece(root, supplier, 0, terms.faceValue, 0);
        assertEq(receivables.slotOf(root), payableId, "slot");
        assertFalse(receivables.pieceOf(root).refusable, "what it asked for it cannot refuse");
        assertEq(receivables.pieceOf(root).endorser, address(0), "recourse");
        assertEq(origination.claimedBy(terms.invoiceFingerprint), payableId, "claim");
        _assertState(payableId, PayableState.Confirmed, "state");
        assertEq(uint256(receivables.payableOf(payableId).state), uint256(PayableState.Confirmed), "payable's state");
        assertEq(receivables.balanceOf(supplier), 1, "count");
        _foldLogs();
        _assertJournals();
    }

    /// @dev A key that was rotated in acts, and is named by its organisation.
    function test_Confirm_ByARotatedKey() external {
        (uint256 payableId, Terms memory terms) = _proposed();
        address newKey = _actor("new key");
        _rotate(debtor, newKey);
        vm.expectRevert(abi.encodeWithSelector(IParticipants.ParticipantKeyRetired.selector, debtor, newKey));
        vm.prank(debtor);
        origination.confirm(payableId, terms);

        address rivalKey = _actor("rival's new key");
        _rotate(rivalDebtor, rivalKey);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableNotDebtor.selector, payableId, rivalDebtor, debtor));
        vm.prank(rivalKey);
        origination.confirm(payableId, terms);
        vm.prank(newKey);
        origination.confirm(payableId, terms);
        assertEq(receivables.payableOf(payableId).debtor, debtor);
    }

    /* FROZEN */

    function test_Confirm_FreezesTheProgramme() external {
        Programme memory programme = _programme();
        programme.minimumPiece = 77;
        programme.maximumDepth = 9;
        programme.refusalHours = 5;
        programme.blackoutDaysBefore = 2;
        programme.blackoutDaysAfter = 4;
        programme.dishonourDays = 7;
        programme.registrationRequired = true;
        programme.lateRatePpm = 60_000;
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        terms.undertakingHash = "waived";
        uint256 payableId = _propose(terms);

        FrozenTerms memory frozen = FrozenTerms({
            supplier: supplier,
            debtor: debtor,
            programmeId: 3,
            faceValue: FACE,
            issueDate: TODAY,
            dueDate: TODAY + 90,
            minimumPiece: 77,
            maximumDepth: 9,
            refusalHours: 5,
            blackoutDaysBefore: 2,
            blackoutDaysAfter: 4,
            dishonourDays: 7,
            registrationRequired: true,
            defencesWaived: true,
            issued: false,
            lateRatePpm: 60_000
        });
        vm.expectCall(address(receivables), abi.encodeCall(receivables.open, (payableId, frozen)));
        vm.prank(debtor);
        origination.confirm(payableId, terms);

        terms.invoiceFingerprint = _newWord();
        terms.undertakingHash = 0;
        frozen.defencesWaived = false;
        frozen.issued = true;
        uint256 issuedId = origination.payableIdOf(debtor, "salt");
        vm.expectCall(address(receivables), abi.encodeCall(receivables.open, (issuedId, frozen)));
        vm.prank(debtor);
        origination.issue("salt", terms);
    }

    /// @dev R-17: an agreed 2 % is lifted to LPR, here 3.1 %; none agreed is 0.05 % a day; higher ones stand.
    function test_Confirm_FreezesTheLateRate() external {
        uint32[5] memory agreed = [uint32(0), 1, 20_000, 31_000, 40_000];
        uint32[5] memory withoutReference = [uint32(182_500), 1, 20_000, 31_000, 40_000];
        uint32[5] memory withReference = [uint32(182_500), 31_000, 31_000, 31_000, 40_000];
        Terms[5] memory terms;
        uint256[5] memory before;
        for (uint256 i; i < agreed.length; ++i) {
            terms[i] = _terms();
            terms[i].programmeId = agreed[i] == 0 ? programmeId : _withLateRate(agreed[i]);
            before[i] = _payableOf(_confirmed(terms[i]));
            assertEq(receivables.payableOf(before[i]).lateRatePpm, withoutReference[i], "no reference rate yet");
        }
        vm.prank(operator);
        origination.setReferenceRate(TODAY, 31_000);
        for (uint256 i; i < agreed.length; ++i) {
            terms[i].invoiceFingerprint = _newWord();
            uint256 id = _payableOf(_confirmed(terms[i]));
            assertEq(receivables.payableOf(id).lateRatePpm, withReference[i], "lifted to the reference rate");
            assertEq(receivables.payableOf(before[i]).lateRatePpm, withoutReference[i], "what is frozen stays");
        }
    }

    /// @dev The rate in force when the debtor binds itself counts, not that of the proposal.
    function test_Confirm_FreezesTheRateOfTheConfirmation() external {
        Terms memory terms = _terms();
        terms.programmeId = _withLateRate(20_000);
        uint256 payableId = _propose(terms);
        vm.prank(operator);
        origination.setReferenceRate(TODAY - 10, 31_000);
        vm.prank(debtor);
        origination.confirm(payableId, terms);
        assertEq(receivables.payableOf(payableId).lateRatePpm, 31_000);
    }

    /* BATCH */

    function test_RevertWhen_BatchOutOfRange() external {
        (uint256[] memory ids, Terms[] memory terms) = _batch(21);
        vm.startPrank(debtor);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.BatchOutOfRange.selector, 0, 20));
        origination.confirmBatch(new uint256[](0), new Terms[](0));
        vm.expectRevert(abi.encodeWithSelector(IOrigination.BatchOutOfRange.selector, 21, 20));
        origination.confirmBatch(ids, terms);
        (ids, terms) = (_first(ids, 3), _first(terms, 2));
        vm.expectRevert(abi.encodeWithSelector(IOrigination.BatchOutOfRange.selector, 2, 3));
        origination.confirmBatch(ids, terms);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.BatchOutOfRange.selector, 2, 1));
        origination.confirmBatch(_first(ids, 1), terms);
    }

    function test_RevertWhen_BatchHasADuplicate() external {
        (uint256[] memory ids, Terms[] memory terms) = _batch(3);
        ids[2] = ids[0];
        terms[2] = terms[0];
        vm.expectRevert(_invalidState(ids[0], PayableState.Confirmed, PayableState.Proposed));
        vm.prank(debtor);
        origination.confirmBatch(ids, terms);
        _assertState(ids[0], PayableState.Proposed, "none of it stands");
        assertEq(receivables.balanceOf(supplier), 0);
    }

    function test_RevertWhen_BatchHasOneInvoiceTwice() external {
        (uint256[] memory ids, Terms[] memory terms) = _batch(3);
        Terms memory again = _copy(terms[0]);
        again.faceValue -= 1;
        (ids[2], terms[2]) = (_propose(again), again);
        vm.expectRevert(
            abi.encodeWithSelector(IOrigination.InvoiceAlreadyClaimed.selector, terms[0].invoiceFingerprint, ids[0])
        );
        vm.prank(debtor);
        origination.confirmBatch(ids, terms);
    }

    function test_RevertWhen_BatchIsNotTheDebtors() external {
        (uint256[] memory ids, Terms[] memory terms) = _batch(2);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableNotDebtor.selector, ids[0], rivalDebtor, debtor));
        vm.prank(rivalDebtor);
        origination.confirmBatch(ids, terms);
    }

    function test_ConfirmBatch() external {
        (uint256[] memory ids, Terms[] memory terms) = _batch(20);
        vm.prank(debtor);
        uint256[] memory roots = origination.confirmBatch(ids, terms);
        assertEq(roots.length, 20);
        for (uint256 i; i < roots.length; ++i) {
            assertEq(roots[i], ids[i] << 32 | 1);
            assertEq(origination.claimedBy(terms[i].invoiceFingerprint), ids[i]);
            _assertPiece(roots[i], supplier, 0, terms[i].faceValue, 0);
        }
    }

    /* HELPERS */

    function _batch(uint256 count) internal returns (uint256[] memory ids, Terms[] memory terms) {
        ids = new uint256[](count);
        terms = new Terms[](count);
        for (uint256 i; i < count; ++i) {
            terms[i] = _terms();
            terms[i].faceValue -= uint56(i);
            ids[i] = _propose(terms[i]);
        }
    }

    function _first(uint256[] memory all, uint256 count) internal pure returns (uint256[] memory some) {
        some = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            some[i] = all[i];
        }
    }

    function _first(Terms[] memory all, uint256 count) internal pure returns (Terms[] memory some) {
        some = new Terms[](count);
        for (uint256 i; i < count; ++i) {
            some[i] = all[i];
        }
    }

    function _dueDateBoundary(uint256 payableId, Terms memory terms, uint256 moment) internal {
        vm.warp(moment);
        uint32 today = uint32((moment + 8 hours) / 1 days);
        if (today >= terms.dueDate) {
            vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableDueDatePast.selector, terms.dueDate, today));
        }
        vm.prank(debtor);
        origination.confirm(payableId, terms);
    }

    function _withLateRate(uint32 lateRatePpm) internal returns (uint32) {
        Programme memory programme = _programme();
        programme.lateRatePpm = lateRatePpm;
        return _publish(programme);
    }

    function _changeRoles(address account, uint16 roles) internal {
        vm.startPrank(operator);
        participants.close(account, "reason");
        participants.readmit(account, roles, "hash");
        vm.stopPrank();
    }
}
