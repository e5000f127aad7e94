// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Origination} from "../src/Origination.sol";
import {IOrigination} from "../src/interfaces/IOrigination.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {FrozenTerms, ParticipantStatus, PayableState, Programme, Roles, Terms} from "../src/types/Types.sol";
import {OriginationKit} from "./OriginationKit.sol";
import {StrangeWallet, TwoOfficersWallet} from "./mocks/Wallets.sol";

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

/// confirmBySignature()
/// ├── given the payable is not proposed, or the terms are not its own
/// │   └── it should revert
/// ├── when the signature is late, another's, or over anything else
/// │   └── it should revert
/// ├── when it was made for another payable, chain, contract, deployment or key, or before a credit
/// │   └── it should revert
/// └── else
///     └── it should confirm, whoever brought it
contract Origination_ConfirmBySignature_Test is OriginationKit {
    uint64 internal constant DEADLINE = uint64(NOON);
    string internal constant NAME = "scf-network Origination";

    uint256 internal payableId;
    Terms internal terms;

    function setUp() public override {
        super.setUp();
        (payableId, terms) = _proposed();
    }

    function testFuzz_RevertWhen_Expired(uint64 deadline, uint64 moment) external {
        deadline = uint64(bound(deadline, NOON, NOON + 80 days));
        moment = uint64(bound(moment, NOON, NOON + 80 days));
        _deadlineBoundary(deadline, moment);
    }

    function test_RevertWhen_Expired_TheVerySecond() external {
        _deadlineBoundary(uint64(NOON + 60), uint64(NOON + 61));
        _deadlineBoundary(uint64(NOON + 60), uint64(NOON + 60));
    }

    function test_RevertWhen_TermsDiffer() external {
        bytes memory signature = _signed(debtor, terms);
        for (uint256 field; field < TERMS_FIELDS; ++field) {
            Terms memory other = _changed(terms, field);
            vm.expectRevert(_termsDiffer(payableId));
            origination.confirmBySignature(payableId, other, DEADLINE, signature);
        }
    }

    function test_RevertWhen_SignedByAnother() external {
        _refused(_signed(rivalDebtor, terms));
        _refused(_signed(supplier, terms));
        _refused("");
        _refused(new bytes(65));
        _refused(new bytes(64));
    }

    /// @dev Every field of the terms, every field of the programme, payable and deadline.
    function test_RevertWhen_SignedSomethingElse() external {
        for (uint256 field; field < TERMS_FIELDS; ++field) {
            _refused(_signed(debtor, _changed(terms, field)));
        }
        for (uint256 field; field < 12; ++field) {
            Programme memory p = _programme();
            if (field == 0) p.debtor = rivalDebtor;
            if (field == 1) p.depositTokens[0] = bank;
            if (field == 2) p.minimumPiece += 1;
            if (field == 3) p.maximumDepth += 1;
            if (field == 4) p.softTenorMonths += 1;
            if (field == 5) p.hardTenorMonths -= 1;
            if (field == 6) p.refusalHours += 1;
            if (field == 7) p.blackoutDaysBefore += 1;
            if (field == 8) p.blackoutDaysAfter += 1;
            if (field == 9) p.dishonourDays += 1;
            if (field == 10) p.registrationRequired = true;
            if (field == 11) p.lateRatePpm += 1;
            _refused(_signConfirmation(address(origination), debtor, payableId, terms, p, DEADLINE));
        }
        _refused(_signConfirmation(address(origination), debtor, payableId + 1, terms, _programme(), DEADLINE));
        _refused(_signConfirmation(address(origination), debtor, payableId, terms, _programme(), DEADLINE + 1));
    }

    /// @dev The same words, but another payable of the same terms: another salt.
    function test_RevertWhen_ReplayedForAnotherPayable() external {
        bytes memory signature = _signed(debtor, terms);
        uint256 twin = _propose(terms);
        vm.expectRevert(_badSignature(twin, debtor));
        origination.confirmBySignature(twin, terms, DEADLINE, signature);
        origination.confirmBySignature(payableId, terms, DEADLINE, signature);
        vm.expectRevert(_invalidState(payableId, PayableState.Confirmed, PayableState.Proposed));
        origination.confirmBySignature(payableId, terms, DEADLINE, signature);
    }

    function test_RevertWhen_ReplayedAfterACredit() external {
        bytes memory signature = _signed(debtor, terms);
        vm.prank(supplier);
        origination.credit(payableId, terms, 1, "note");
        vm.expectRevert(_termsDiffer(payableId));
        origination.confirmBySignature(payableId, terms, DEADLINE, signature);
        terms.faceValue -= 1;
        _refused(signature);
        origination.confirmBySignature(payableId, terms, DEADLINE, _signed(debtor, terms));
    }

    function test_RevertWhen_SignedForElsewhere() external {
        bytes32 structHash = _confirmationStruct(payableId, terms, _programme(), DEADLINE);
        _refused(_sign(debtor, _digestOn(1, NAME, address(origination), structHash)));
        _refused(_sign(debtor, _digest(NAME, address(receivables), structHash)));
        _refused(_sign(debtor, _digest(NAME, address(new Origination(network)), structHash)));
        _refused(_sign(debtor, _digest("scf-network Settlement", address(origination), structHash)));
    }

    /// @dev On a fork of the chain with another id, what was signed for this one confirms nothing.
    function test_RevertWhen_ReplayedOnAnotherChain() external {
        bytes memory signature = _signed(debtor, terms);
        vm.chainId(block.chainid + 1);
        _refused(signature);
        origination.confirmBySignature(payableId, terms, DEADLINE, _signed(debtor, terms));
    }

    /// @dev What was signed to cancel or to publish confirms nothing.
    function test_RevertWhen_SignedAnotherAct() external {
        _refused(_signCancellation(address(origination), debtor, payableId, DEADLINE));
        _refused(_signPublication(address(origination), debtor, _programme(), DEADLINE));
    }

    function test_RevertGiven_KeyRotated() external {
        uint64 deadline = uint64(NOON + 30 days);
        address newKey = _actor("new key");
        bytes memory old = _signConfirmation(address(origination), debtor, payableId, terms, _programme(), deadline);
        bytes memory early = _signConfirmation(address(origination), newKey, payableId, terms, _programme(), deadline);
        vm.expectRevert(_badSignature(payableId, debtor));
        origination.confirmBySignature(payableId, terms, deadline, early);
        _rotate(debtor, newKey);
        vm.expectRevert(_badSignature(payableId, debtor));
        origination.confirmBySignature(payableId, terms, deadline, old);
        origination.confirmBySignature(payableId, terms, deadline, early);
    }

    function test_ConfirmBySignature() external {
        bytes memory signature = _signed(debtor, terms);
        vm.prank(stranger);
        uint256 root = origination.confirmBySignature(payableId, terms, DEADLINE, signature);
        assertEq(root, payableId << 32 | 1);
        assertEq(receivables.ownerOf(root), supplier, "anyone may bring it");
        assertEq(origination.claimedBy(terms.invoiceFingerprint), payableId);
    }

    /* CONTRACT WALLETS */

    function test_ConfirmBySignature_TwoOfficersOfAContractWallet() external {
        (address first, address second) = (_actor("officer 1"), _actor("officer 2"));
        _oweBy(address(new TwoOfficersWallet(first, second)));
        bytes32 digest = origination.confirmationDigest(payableId, terms, DEADLINE);
        (bytes memory one, bytes memory two) = (_sign(first, digest), _sign(second, digest));

        _refused(one);
        _refused(bytes.concat(one, one));
        _refused(bytes.concat(two, one));
        _refused(bytes.concat(one, _sign(stranger, digest)));
        uint256 root = origination.confirmBySignature(payableId, terms, DEADLINE, bytes.concat(one, two));
        assertEq(receivables.ownerOf(root), supplier);
        assertEq(receivables.payableOf(payableId).debtor, terms.debtor);
    }

    /// @dev An organisation that began with a key and now has a wallet, and the other way round.
    function test_ConfirmBySignature_RotatedToAContractWallet() external {
        (address first, address second) = (_actor("officer 1"), _actor("officer 2"));
        _rotate(debtor, address(new TwoOfficersWallet(first, second)));
        uint64 deadline = uint64(block.timestamp);
        bytes32 digest = origination.confirmationDigest(payableId, terms, deadline);
        vm.expectRevert(_badSignature(payableId, debtor));
        origination.confirmBySignature(payableId, terms, deadline, _sign(debtor, digest));
        bytes memory both = bytes.concat(_sign(first, digest), _sign(second, digest));
        origination.confirmBySignature(payableId, terms, deadline, both);
    }

    function test_RevertWhen_WalletAnswersOtherwise() external {
        StrangeWallet wallet = new StrangeWallet();
        _oweBy(address(wallet));
        bytes memory yes = abi.encode(bytes4(0x1626ba7e));
        bytes[4] memory answers = [bytes(""), hex"1626ba7e", abi.encode(uint256(1)), bytes.concat(hex"01", yes)];
        for (uint256 i; i < answers.length; ++i) {
            wallet.answerWith(answers[i], false);
            _refused("");
        }
        wallet.answerWith(yes, true);
        _refused("");
        wallet.answerWith(yes, false);
        origination.confirmBySignature(payableId, terms, DEADLINE, "");
    }

    function test_ConfirmationDigest_IsWhatAWalletSigns() external view {
        assertEq(
            origination.confirmationDigest(payableId, terms, 99),
            _originationDigest(address(origination), _confirmationStruct(payableId, terms, _programme(), 99))
        );
    }

    /* HELPERS */

    /// @dev A new proposal takes the place of the first, to a wallet as its debtor.
    function _oweBy(address wallet) internal {
        _admit(wallet, Roles.DEBTOR);
        Programme memory programme = _programme();
        programme.debtor = wallet;
        terms.debtor = wallet;
        terms.programmeId = _publish(programme);
        payableId = _propose(terms);
    }

    function _signed(address signer, Terms memory signedTerms) internal view returns (bytes memory) {
        return _signConfirmation(address(origination), signer, payableId, signedTerms, _programme(), DEADLINE);
    }

    function _refused(bytes memory signature) internal {
        vm.expectRevert(_badSignature(payableId, terms.debtor));
        origination.confirmBySignature(payableId, terms, DEADLINE, signature);
    }

    function _deadlineBoundary(uint64 deadline, uint64 moment) internal {
        bytes memory signature =
            _signConfirmation(address(origination), debtor, payableId, terms, _programme(), deadline);
        vm.warp(moment);
        if (moment > deadline) {
            vm.expectRevert(abi.encodeWithSelector(IOrigination.SignatureExpired.selector, deadline, moment));
        }
        origination.confirmBySignature(payableId, terms, deadline, signature);
    }
}
