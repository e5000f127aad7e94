// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Origination} from "../src/Origination.sol";
import {IOrigination} from "../src/interfaces/IOrigination.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {ParticipantStatus, PayableState, Programme, Roles, Terms} from "../src/types/Types.sol";
import {OriginationKit} from "./OriginationKit.sol";
import {TwoOfficersWallet} from "./mocks/Wallets.sol";

/// cancel()
/// ├── when the terms are not the payable's
/// │   └── it should revert
/// ├── when the caller is neither supplier nor debtor
/// │   └── it should revert
/// ├── given the other may not act, or its signature is late, another's or over anything else
/// │   └── it should revert
/// ├── given the first payee does not hold all of it any more, unheld and unpaid (R-13)
/// │   └── it should revert
/// └── else
///     ├── it should end payable and receivable
///     └── it should free the invoice, and not the id
contract Origination_Cancel_Test is OriginationKit {
    uint64 internal constant DEADLINE = uint64(NOON);
    string internal constant NAME = "scf-network Origination";

    uint256 internal payableId;
    Terms internal terms;

    function setUp() public override {
        super.setUp();
        terms = _terms();
        payableId = _payableOf(_confirmed(terms));
    }

    function test_RevertWhen_TermsDiffer() external {
        bytes memory consent = _consent(supplier);
        vm.startPrank(debtor);
        for (uint256 field; field < TERMS_FIELDS; ++field) {
            Terms memory other = _changed(terms, field);
            vm.expectRevert(_termsDiffer(payableId));
            origination.cancel(payableId, other, DEADLINE, consent);
        }
    }

    function test_RevertWhen_NotAParty() external {
        address[4] memory others = [rivalDebtor, supplier2, bank, financier];
        bytes memory consent = _consent(supplier);
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableNotParty.selector, payableId, others[i]));
            vm.prank(others[i]);
            origination.cancel(payableId, terms, DEADLINE, consent);
        }
        vm.expectRevert(_notActive(stranger, ParticipantStatus.None));
        vm.prank(stranger);
        origination.cancel(payableId, terms, DEADLINE, consent);
    }

    function testFuzz_RevertWhen_Expired(uint64 deadline, uint64 moment) external {
        deadline = uint64(bound(deadline, NOON, NOON + 200 days));
        moment = uint64(bound(moment, NOON, NOON + 200 days));
        _deadlineBoundary(deadline, moment);
    }

    function test_RevertWhen_Expired_TheVerySecond() external {
        _deadlineBoundary(uint64(NOON + 60), uint64(NOON + 61));
        _deadlineBoundary(uint64(NOON + 60), uint64(NOON + 60));
    }

    /// @dev Neither party cancels alone: its own signature is not the other's.
    function test_RevertWhen_SignedByAnother() external {
        _refused(debtor, supplier, _consent(debtor));
        _refused(supplier, debtor, _consent(supplier));
        _refused(debtor, supplier, _consent(supplier2));
        _refused(debtor, supplier, "");
        _refused(debtor, supplier, new bytes(65));
    }

    function test_RevertWhen_SignedSomethingElse() external {
        _refused(debtor, supplier, _signCancellation(address(origination), supplier, payableId + 1, DEADLINE));
        _refused(debtor, supplier, _signCancellation(address(origination), supplier, payableId, DEADLINE + 1));
        _refused(
            supplier, debtor, _signConfirmation(address(origination), debtor, payableId, terms, _programme(), DEADLINE)
        );
    }

    function test_RevertWhen_SignedForElsewhere() external {
        bytes32 structHash = _cancellationStruct(payableId, DEADLINE);
        _refused(debtor, supplier, _sign(supplier, _digestOn(1, NAME, address(origination), structHash)));
        _refused(debtor, supplier, _sign(supplier, _digest(NAME, address(receivables), structHash)));
        _refused(debtor, supplier, _sign(supplier, _digest(NAME, address(new Origination(network)), structHash)));
    }

    function test_RevertWhen_ReplayedForAnotherPayable() external {
        bytes memory consent = _consent(supplier);
        Terms memory other = _terms();
        uint256 otherId = _payableOf(_confirmed(other));
        vm.startPrank(debtor);
        vm.expectRevert(_badSignature(otherId, supplier));
        origination.cancel(otherId, other, DEADLINE, consent);
        origination.cancel(payableId, terms, DEADLINE, consent);
        vm.expectRevert(_invalidState(payableId, PayableState.Cancelled, PayableState.Confirmed));
        origination.cancel(payableId, terms, DEADLINE, consent);
    }

    /// @dev Nobody takes a suspended organisation's claim away by a signature of before.
    function test_RevertGiven_TheOtherIsSuspended() external {
        bytes memory consent = _consent(supplier);
        _suspend(supplier);
        vm.expectRevert(_notActive(supplier, ParticipantStatus.Suspended));
        vm.prank(debtor);
        origination.cancel(payableId, terms, DEADLINE, consent);
        _reinstate(supplier);
        consent = _consent(debtor);
        _suspend(debtor);
        vm.expectRevert(_notActive(debtor, ParticipantStatus.Suspended));
        vm.prank(supplier);
        origination.cancel(payableId, terms, DEADLINE, consent);
    }

    function test_RevertGiven_KeyRotated() external {
        uint64 deadline = uint64(NOON + 30 days);
        address newKey = _actor("new key");
        bytes memory old = _signCancellation(address(origination), supplier, payableId, deadline);
        _rotate(supplier, newKey);
        vm.startPrank(debtor);
        vm.expectRevert(_badSignature(payableId, supplier));
        origination.cancel(payableId, terms, deadline, old);
        origination.cancel(
            payableId, terms, deadline, _signCancellation(address(origination), newKey, payableId, deadline)
        );
    }

    /// @dev R-13: {Receivables} has the last word, and nothing of the refused act stays.
    function test_RevertGiven_NotWhole() external {
        _splitTo(payableId << 32 | 1, supplier2, MINIMUM);
        bytes memory consent = _consent(supplier);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.CancelNotWhole.selector, payableId));
        vm.prank(debtor);
        origination.cancel(payableId, terms, DEADLINE, consent);
        _assertState(payableId, PayableState.Confirmed, "state");
        assertEq(origination.claimedBy(terms.invoiceFingerprint), payableId, "claim");
    }

    function test_RevertGiven_SoldOn() external {
        _handOn(payableId << 32 | 1, supplier2, false);
        bytes memory consent = _consent(supplier);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.CancelNotWhole.selector, payableId));
        vm.prank(debtor);
        origination.cancel(payableId, terms, DEADLINE, consent);
    }

    function test_Cancel_ByTheDebtor() external {
        _cancels(debtor, _consent(supplier));
    }

    function test_Cancel_BySupplier() external {
        _cancels(supplier, _consent(debtor));
    }

    function test_Cancel_TwoOfficersOfAContractWallet() external {
        (address first, address second) = (_actor("officer 1"), _actor("officer 2"));
        Programme memory programme = _programme();
        programme.debtor = terms.debtor = address(new TwoOfficersWallet(first, second));
        _admit(terms.debtor, Roles.DEBTOR);
        terms.programmeId = _publish(programme);
        terms.invoiceFingerprint = _newWord();
        payableId = _payableOf(_confirmed(terms));
        bytes32 digest = _originationDigest(address(origination), _cancellationStruct(payableId, DEADLINE));
        (bytes memory one, bytes memory two) = (_sign(first, digest), _sign(second, digest));
        _refused(supplier, terms.debtor, one);
        _refused(supplier, terms.debtor, bytes.concat(two, one));
        _cancels(supplier, bytes.concat(one, two));
    }

    /// @dev An invoice that was cancelled is confirmed again, under another payable.
    function test_Cancel_FreesTheInvoice() external {
        _cancels(debtor, _consent(supplier));
        uint256 second = _payableOf(_confirmed(terms));
        assertNotEq(second, payableId);
        assertEq(origination.claimedBy(terms.invoiceFingerprint), second);
    }

    function test_CancellationDigest_IsWhatAWalletSigns() external view {
        assertEq(
            origination.cancellationDigest(payableId, 99),
            _originationDigest(address(origination), _cancellationStruct(payableId, 99))
        );
    }

    /* HELPERS */

    function _consent(address signer) internal view returns (bytes memory) {
        return _signCancellation(address(origination), signer, payableId, DEADLINE);
    }

    function _refused(address caller, address other, bytes memory consent) internal {
        vm.expectRevert(_badSignature(payableId, other));
        vm.prank(caller);
        origination.cancel(payableId, terms, DEADLINE, consent);
    }

    function _cancels(address caller, bytes memory consent) internal {
        vm.expectCall(address(receivables), abi.encodeCall(receivables.cancel, (payableId, false)));
        vm.expectEmit(address(origination));
        emit IOrigination.InvoiceReleased(terms.invoiceFingerprint, payableId);
        vm.expectEmit(address(receivables));
        emit IReceivables.PayableCancelled(payableId, payableId << 32 | 1);
        vm.prank(caller);
        origination.cancel(payableId, terms, DEADLINE, consent);

        _assertState(payableId, PayableState.Cancelled, "state");
        assertEq(uint256(receivables.payableOf(payableId).state), uint256(PayableState.Cancelled), "payable's state");
        assertEq(origination.claimedBy(terms.invoiceFingerprint), 0, "claim");
        _assertGone(payableId << 32 | 1);
        _foldLogs();
        _assertJournals();
    }

    function _deadlineBoundary(uint64 deadline, uint64 moment) internal {
        bytes memory consent = _signCancellation(address(origination), supplier, payableId, deadline);
        vm.warp(moment);
        if (moment > deadline) {
            vm.expectRevert(abi.encodeWithSelector(IOrigination.SignatureExpired.selector, deadline, moment));
        }
        vm.prank(debtor);
        origination.cancel(payableId, terms, deadline, consent);
    }
}

/// refuseIssued()
/// ├── when the terms are not the payable's
/// │   └── it should revert
/// ├── when the caller is not the supplier
/// │   └── it should revert
/// ├── given the supplier had proposed it, used it, or the window is over
/// │   └── it should revert
/// └── else
///     ├── it should end payable and receivable
///     └── it should free the invoice, and not the id
contract Origination_RefuseIssued_Test is OriginationKit {
    uint256 internal payableId;
    uint256 internal root;
    Terms internal terms;

    function setUp() public override {
        super.setUp();
        terms = _terms();
        vm.prank(debtor);
        root = origination.issue("salt", terms);
        payableId = _payableOf(root);
    }

    function test_RevertWhen_TermsDiffer() external {
        vm.startPrank(supplier);
        for (uint256 field; field < TERMS_FIELDS; ++field) {
            Terms memory other = _changed(terms, field);
            vm.expectRevert(_termsDiffer(payableId));
            origination.refuseIssued(payableId, other);
        }
    }

    function test_RevertWhen_NotTheSupplier() external {
        address[3] memory others = [supplier2, debtor, bank];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableNotSupplier.selector, others[i], supplier));
            vm.prank(others[i]);
            origination.refuseIssued(payableId, terms);
        }
    }

    /// @dev A holder that got it from the supplier refuses at {Receivables}, and is no party here.
    function test_RevertGiven_HandedOn() external {
        _handOn(root, supplier2, false);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableNotSupplier.selector, supplier2, supplier));
        vm.prank(supplier2);
        origination.refuseIssued(payableId, terms);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.CancelNotWhole.selector, payableId));
        vm.prank(supplier);
        origination.refuseIssued(payableId, terms);
    }

    function testFuzz_RevertGiven_WindowOver(uint256 moment) external {
        moment = bound(moment, NOON, NOON + 5 days);
        vm.warp(moment);
        uint256 closedAt = NOON + 48 hours;
        if (moment >= closedAt) {
            vm.expectRevert(abi.encodeWithSelector(IReceivables.RefusalTooLate.selector, root, closedAt, moment));
        }
        vm.prank(supplier);
        origination.refuseIssued(payableId, terms);
    }

    function test_RefuseIssued() external {
        vm.expectCall(address(receivables), abi.encodeCall(receivables.cancel, (payableId, true)));
        vm.expectEmit(address(origination));
        emit IOrigination.InvoiceReleased(terms.invoiceFingerprint, payableId);
        vm.expectEmit(address(receivables));
        emit IReceivables.PayableCancelled(payableId, root);
        vm.prank(supplier);
        origination.refuseIssued(payableId, terms);

        _assertState(payableId, PayableState.Cancelled, "state");
        assertEq(origination.claimedBy(terms.invoiceFingerprint), 0, "claim");
        _assertGone(root);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.PayableAlreadyExists.selector, payableId));
        vm.prank(debtor);
        origination.issue("salt", terms);
        _confirmed(terms);
        _foldLogs();
    }

    /// @dev What it does not want it may also cancel with its debtor, after the window.
    function test_Cancel_AnIssuedOne() external {
        vm.warp(NOON + 5 days);
        uint64 deadline = uint64(block.timestamp);
        bytes memory consent = _signCancellation(address(origination), debtor, payableId, deadline);
        vm.prank(supplier);
        origination.cancel(payableId, terms, deadline, consent);
        _assertState(payableId, PayableState.Cancelled, "state");
    }
}
