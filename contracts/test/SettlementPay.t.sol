// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Vm} from "forge-std/Test.sol";

import {DepositToken} from "../src/DepositToken.sol";
import {IDepositToken} from "../src/interfaces/IDepositToken.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Amounts} from "../src/libraries/Amounts.sol";
import {PayableState, Programme, Terms} from "../src/types/Types.sol";
import {SettlementKit} from "./SettlementKit.sol";

/// pay()
/// ├── when there is no such payable, the amount is nothing, or more than is owed
/// │   └── it should revert
/// ├── when the token is not the programme's, or is paused
/// │   └── it should revert
/// ├── given the payable is closed
/// │   └── it should revert
/// ├── when the debtor's signature is late, used, another's, an old key's, or for something else
/// │   └── it should revert
/// ├── given the debtor is suspended
/// │   └── it should take the money
/// └── else
///     ├── it should hold the cash for the payable
///     └── it should settle the payable with the last unit, and not before
contract Settlement_Pay_Test is SettlementKit {
    function test_RevertWhen_PayableUnknown() external {
        Payment memory p = _payment(60);
        p.payableId = 77;
        _refused(p, abi.encodeWithSelector(ISettlement.SettlementPayableUnknown.selector, 77));
        p.payableId = _propose(_terms());
        _refused(p, abi.encodeWithSelector(ISettlement.SettlementPayableUnknown.selector, p.payableId));
    }

    function test_RevertWhen_AmountOutOfRange() external {
        _refused(_payment(0), abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, 0, 1, MAX_AMOUNT));
        _refused(
            _payment(MAX_AMOUNT + 1),
            abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, MAX_AMOUNT + 1, 1, MAX_AMOUNT)
        );
    }

    function test_RevertWhen_TokenNotAccepted() external {
        Payment memory p = _payment(60);
        p.token = _secondToken();
        _refused(p, abi.encodeWithSelector(ISettlement.PaymentTokenNotAccepted.selector, id, address(p.token)));
    }

    function test_RevertGiven_TokenPaused() external {
        _pause(cash);
        _refused(_payment(60), abi.encodeWithSelector(IDepositToken.DepositTokenPaused.selector, address(cash)));
    }

    function test_RevertWhen_MoreThanIsOwed() external {
        _refused(_payment(FACE + 1), abi.encodeWithSelector(ISettlement.PaymentTooMuch.selector, id, FACE + 1, FACE));
        _pay(id, 60);
        _refused(_payment(FACE), abi.encodeWithSelector(ISettlement.PaymentTooMuch.selector, id, FACE, FACE - 60));
        _onDay(DUE + 1);
        uint56 owed = FACE - 60 + 50_000;
        _refused(_payment(owed + 1), abi.encodeWithSelector(ISettlement.PaymentTooMuch.selector, id, owed + 1, owed));
        _pay(id, owed);
    }

    function test_RevertGiven_Settled() external {
        _pay(id, FACE);
        _refused(_payment(1), _wrongState(PayableState.Settled));
    }

    function test_RevertGiven_WrittenOff() external {
        _writeOff();
        _refused(_payment(1), _wrongState(PayableState.WrittenOff));
    }

    function _wrongState(PayableState state) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.PayableInvalidState.selector, id, state, PayableState.Confirmed);
    }

    function test_RevertWhen_TooLate() external {
        Payment memory p = _payment(60);
        bytes memory signature = _signPayment(p, debtor, 60);
        vm.warp(p.validBefore);
        vm.expectRevert(
            abi.encodeWithSelector(IDepositToken.AuthorizationNotInTime.selector, 0, p.validBefore, p.validBefore)
        );
        _bring(p, signature);
        vm.warp(p.validBefore - 1);
        _bring(p, signature);
    }

    function test_RevertWhen_BroughtAgain() external {
        Payment memory p = _payment(60);
        bytes memory signature = _signPayment(p, debtor, 60);
        _bring(p, signature);
        bytes32 nonce = _paymentNonce(id, 60, p.parkedIds, p.paymentReference);
        vm.expectRevert(abi.encodeWithSelector(IDepositToken.AuthorizationAlreadyUsed.selector, debtor, nonce));
        _bring(p, signature);
        assertEq(settlement.held(id, address(cash)), 60, "counted once");
    }

    function test_RevertWhen_SignedSomethingElse() external {
        bytes memory refusal = abi.encodeWithSelector(IDepositToken.AuthorizationInvalidSignature.selector, debtor);
        Payment memory p = _payment(60);
        bytes memory signature = _signPayment(p, rivalDebtor, 60);
        vm.expectRevert(refusal);
        _bring(p, signature);
        signature = _signPayment(p, debtor, 61);
        vm.expectRevert(refusal);
        _bring(p, signature);
        signature = _signPayment(p, debtor, 60);
        uint256 other = _payableOf(_confirmed());
        for (uint256 i; i < 5; ++i) {
            Payment memory q = Payment(id, cash, 60, p.paymentReference, new uint256[](0), p.validBefore);
            if (i == 0) q.payableId = other;
            if (i == 1) q.amount = 61;
            if (i == 2) q.paymentReference = "another";
            if (i == 3) q.validBefore += 1;
            if (i == 4) q.parkedIds = _ids(_park(root, 60 * MINIMUM));
            vm.expectRevert(refusal);
            _bring(q, signature);
        }
        _bring(p, signature);
    }

    function test_GivenKeyRotated_ItShouldTakeTheNewKeyAlone() external {
        address key = _actor("debtor's new key");
        Payment memory p = _payment(60);
        p.validBefore += ROTATION_DELAY_S;
        bytes memory old = _signPayment(p, debtor, 60);
        _rotate(debtor, key);
        vm.expectRevert(abi.encodeWithSelector(IDepositToken.AuthorizationInvalidSignature.selector, debtor));
        _bring(p, old);
        bytes32 nonce = _paymentNonce(id, 60, p.parkedIds, p.paymentReference);
        bytes memory signature = _sign(
            key,
            _digest(cash.name(), address(cash), _cashStruct(debtor, address(settlement), 60, 0, p.validBefore, nonce))
        );
        _bring(p, signature);
        assertEq(cash.balanceOf(debtor), 10 * FACE - 60, "the organisation's cash");
    }

    function test_GivenDebtorSuspended_ItShouldTakeTheMoney() external {
        _suspend(debtor);
        _pay(id, FACE);
        assertEq(uint8(receivables.payableOf(id).state), uint8(PayableState.Settled));
    }

    function test_ItShouldHoldTheCash() external {
        Payment memory p = _payment(60);
        vm.expectEmit(address(settlement));
        emit ISettlement.PaymentReceived(id, debtor, address(cash), 60, 0, 0, p.paymentReference);
        _payCash(p, 60);
        _assertOwes(cash, 60, 0, address(0), 0);
        assertEq(cash.balanceOf(debtor), 10 * FACE - 60);
        _assertOutstanding(FACE - 60, 0);
    }

    /// @dev What a wallet can ask for what it signs is what this kit makes by itself.
    function test_Nonces_AreWhatIsSigned() external view {
        uint256[] memory parked = _ids(root, root + 1);
        assertEq(
            settlement.paymentNonce(id, 60, parked, "reference"), _paymentNonce(id, 60, parked, "reference"), "payment"
        );
        assertEq(
            settlement.repurchaseNonce(root, financier, 7), keccak256(abi.encode(root, financier, 7)), "repurchase"
        );
        assertEq(settlement.recoveryNonce(id, "reference"), keccak256(abi.encode(id, bytes32("reference"))), "recovery");
    }

    function test_ItShouldSettleWithTheLastUnit() external {
        _pay(id, FACE - 1);
        assertEq(uint8(receivables.payableOf(id).state), uint8(PayableState.Confirmed), "one unit short");
        _pay(id, 1);
        assertEq(uint8(receivables.payableOf(id).state), uint8(PayableState.Settled));
        assertEq(receivables.payableOf(id).paid, FACE);
        _assertOutstanding(0, 0);
        _foldLogs();
        _assertJournals();
    }
}

/// Late interest (R-17)
/// ├── on the due date, and before
/// │   └── it should cost nothing
/// ├── given a rate was agreed, and given none was
/// │   └── it should come out as in the rule's examples
/// ├── when a late payment comes in parts
/// │   ├── it should be booked before principal
/// │   ├── it should run on what principal is left, from the day it was last accrued
/// │   └── it should be carried where it was not paid
/// ├── while only interest was paid in
/// │   └── it should wait: pieces may still be divided
/// └── once the payable is closed
///     └── it should stop, and be given up where it was written off, in an event that says how much
contract Settlement_LateInterest_Test is SettlementKit {
    function test_OnTheDueDate_ItShouldCostNothing() external {
        _onDay(DUE);
        _assertOutstanding(FACE, 0);
        _pay(id, FACE);
        _assertLedger(0, 0, 0);
        assertEq(uint8(receivables.payableOf(id).state), uint8(PayableState.Settled));
    }

    /// @dev 12 days at 0.05 % a day on 1,000,000.00: 6,000.00.
    function test_R17_NoneAgreed() external {
        _onDay(DUE + 12);
        _assertOutstanding(FACE, 600_000);
        Payment memory p = _payment(FACE + 600_000);
        vm.expectEmit(address(settlement));
        emit ISettlement.PaymentReceived(id, debtor, address(cash), FACE, 600_000, 0, p.paymentReference);
        _payCash(p, p.amount);
        _assertLedger(600_000, 0, DUE + 12);
        assertEq(_redeem(root), FACE + 600_000, "the holder gets both");
        _assertOwes(cash, 0, 0, address(0), 0);
    }

    /// @dev An agreed 2 % is lifted to the reference rate of 3.10 %: 1,019.18.
    function test_R17_AgreedBelowTheReferenceRate() external {
        vm.prank(operator);
        origination.setReferenceRate(TODAY, 31_000);
        Programme memory programme = _programme();
        programme.lateRatePpm = 20_000;
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        id = _payableOf(_confirmed(terms));
        _onDay(DUE + 12);
        _assertOutstanding(FACE, 101_918);
    }

    function test_InParts() external {
        _onDay(DUE + 2);
        _pay(id, 60_000); // of 100,000
        _assertLedger(60_000, 40_000, DUE + 2);
        assertEq(receivables.payableOf(id).paid, 0, "no principal yet");

        _onDay(DUE + 5);
        _assertOutstanding(FACE, 40_000 + 150_000);
        Payment memory p = _payment(FACE / 2 + 190_000);
        vm.expectEmit(address(settlement));
        emit ISettlement.PaymentReceived(id, debtor, address(cash), FACE / 2, 190_000, 0, p.paymentReference);
        _payCash(p, p.amount);
        _assertLedger(250_000, 0, DUE + 5);

        _assertOutstanding(FACE / 2, 0);
        _onDay(DUE + 6);
        _assertOutstanding(FACE / 2, 25_000);
        _pay(id, FACE / 2 + 25_000);
        _assertLedger(275_000, 0, DUE + 6);
        assertEq(uint8(receivables.payableOf(id).state), uint8(PayableState.Settled));
    }

    function test_TwiceOnOneDay_ItShouldCountTheDayOnce() external {
        _onDay(DUE + 2);
        _pay(id, 30_000);
        _pay(id, 30_000);
        _assertLedger(60_000, 40_000, DUE + 2);
        _pay(id, 40_001);
        _assertLedger(100_000, 0, DUE + 2);
        assertEq(receivables.payableOf(id).paid, 1, "the rest is principal");
    }

    /// @dev Half a unit in 100 days: twice rounded up, where 200 days at once would be one unit.
    function test_RoundedAtEachAccrual() external {
        id = _payableOf(_confirmed(10, MINIMUM));
        _onDay(DUE + 99);
        _assertOutstanding(10, 0);
        _onDay(DUE + 100);
        _assertOutstanding(10, 1);
        _pay(id, 1);
        _onDay(DUE + 200);
        _assertOutstanding(10, 1);
    }

    function test_WhileOnlyInterestWasPaid_ItShouldWait() external {
        _onDay(DUE + 2);
        _pay(id, 100_000);
        assertEq(settlement.dueOf(root), 0);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.RedemptionNothingDue.selector, root));
        vm.prank(supplier);
        settlement.redeem(root);

        // The piece may still be divided, and so is the interest.
        uint256 child = _splitTo(root, supplier2, FACE / 4);
        _pay(id, 4);
        assertEq(settlement.dueOf(child), 25_001);
        assertEq(_redeem(child), 25_001);
        assertEq(_redeem(root), 75_003);
        _assertDrawn(child, 1, 25_000, 0);
        _assertDrawn(root, 3, 75_000, 0);
        _assertOwes(cash, 0, 0, address(0), 0);
    }

    function test_AfterSettling_ItShouldStop() external {
        _onDay(DUE + 2);
        _pay(id, FACE + 100_000);
        _onDay(DUE + 200);
        _assertOutstanding(0, 0);
        _assertLedger(100_000, 0, DUE + 2);
    }

    function test_AtTheWriteOff_ItShouldBeGivenUp() external {
        _onDay(DUE + 2);
        _pay(id, 60_000);
        _onDay(DUE + 90);
        // 40,000 were left on the second day, and 50,000 a day came on top.
        vm.expectEmit(address(settlement));
        emit ISettlement.LateInterestGivenUp(id, 40_000 + 88 * 50_000);
        _writeOff();
        _assertOutstanding(0, 0);
        _assertLedger(60_000, 0, DUE + 2);
        assertEq(settlement.dueOf(root), 60_000, "what was paid is the holders'");
        _foldLogs();
        _assertJournals();
    }

    /// @dev A face of one unit bears none in ninety days: nothing is said of what there is not.
    function test_AtTheWriteOff_GivenNoneAccrued() external {
        Terms memory terms = _terms();
        terms.faceValue = 1;
        id = _payableOf(_confirmed(terms));
        _onDay(DUE + 90);
        _assertOutstanding(1, 0);
        vm.recordLogs();
        _writeOff();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "the write-off alone");
        assertEq(logs[0].topics[0], IReceivables.PayableWrittenOff.selector);
    }

    /// @dev A face near 2^53 for years: what is charged stays an amount.
    function test_LargestAmounts() external {
        Programme memory programme = _programme();
        programme.lateRatePpm = 1_000_000;
        Terms memory terms = _terms();
        terms.programmeId = _publish(programme);
        terms.faceValue = MAX_AMOUNT - 100 * FACE;
        _credit(debtor, MAX_AMOUNT - 40 * FACE);
        root = _confirmed(terms);
        id = _payableOf(root);
        _onDay(DUE + 3 * 365);
        _assertOutstanding(terms.faceValue, MAX_AMOUNT);
        _pay(id, MAX_AMOUNT - 35 * FACE);
        _assertLedger(MAX_AMOUNT - 35 * FACE, 35 * FACE, DUE + 3 * 365);
        _onDay(DUE + 4 * 365);
        _assertOutstanding(terms.faceValue, 35 * FACE);
        _pay(id, 1);
        assertEq(settlement.dueOf(root), 0);
    }

    function _assertLedger(uint56 interestPaid, uint56 interestDue, uint32 accruedTo) internal view {
        (uint56 paid, uint56 due, uint32 to, uint56 recovered, bool closed) = settlement.ledgerOf(id);
        assertEq(paid, interestPaid, "interest paid");
        assertEq(due, interestDue, "interest due");
        assertEq(to, accruedTo, "accrued to");
        assertEq(recovered, 0, "recovered");
        assertFalse(closed, "recovery closed");
    }
}
