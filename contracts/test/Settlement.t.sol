// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDepositToken} from "../src/interfaces/IDepositToken.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Amounts} from "../src/libraries/Amounts.sol";
import {ParticipantStatus, PayableState, Roles, Terms} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// pay()
/// ├── when there is no such payable, or the amount is nothing or more than is owed
/// │   └── it should revert
/// ├── given the payable is not confirmed, or is settled
/// │   └── it should revert
/// ├── when the debtor's signature is late, used, another's, or for another payable, amount, reference or contract
/// │   └── it should revert
/// ├── given the debtor is suspended
/// │   └── it should take the money
/// └── else
///     ├── it should hold the cash for the payable
///     └── it should settle the payable with the last unit, and not before
contract Settlement_Pay_Test is BaseTest {
    uint256 internal root;
    uint256 internal id;

    function setUp() public override {
        super.setUp();
        root = _confirmed();
        id = _payableOf(root);
    }

    function test_RevertWhen_PayableUnknown() external {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SettlementPayableUnknown.selector, 77));
        settlement.pay(77, 1, "reference", NOON + 1, "");
    }

    function test_RevertWhen_AmountOutOfRange() external {
        vm.expectRevert(abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, 0, 1, MAX_AMOUNT));
        settlement.pay(id, 0, "reference", NOON + 1, "");
        vm.expectRevert(abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, MAX_AMOUNT + 1, 1, MAX_AMOUNT));
        settlement.pay(id, MAX_AMOUNT + 1, "reference", NOON + 1, "");
    }

    function test_RevertWhen_MoreThanIsOwed() external {
        _refused(FACE + 1, abi.encodeWithSelector(IReceivables.PaymentExceedsOutstanding.selector, id, FACE + 1, FACE));
        _pay(id, 60);
        _refused(FACE, abi.encodeWithSelector(IReceivables.PaymentExceedsOutstanding.selector, id, FACE, FACE - 60));
        _pay(id, FACE - 60);
        _refused(
            1,
            abi.encodeWithSelector(
                IReceivables.PayableInvalidState.selector, id, PayableState.Settled, PayableState.Confirmed
            )
        );
    }

    function test_RevertGiven_NotConfirmed() external {
        id = _proposed();
        _refused(
            1,
            abi.encodeWithSelector(
                IReceivables.PayableInvalidState.selector, id, PayableState.Proposed, PayableState.Confirmed
            )
        );
    }

    function test_RevertWhen_TooLate() external {
        bytes memory signature = _signPayment(debtor, id, 60, "reference", NOON + 60);
        vm.warp(NOON + 60);
        vm.expectRevert(abi.encodeWithSelector(IDepositToken.AuthorizationNotInTime.selector, 0, NOON + 60, NOON + 60));
        settlement.pay(id, 60, "reference", NOON + 60, signature);
        vm.warp(NOON + 59);
        settlement.pay(id, 60, "reference", NOON + 60, signature);
    }

    function test_RevertWhen_ReferenceUsedAgain() external {
        bytes memory signature = _signPayment(debtor, id, 60, "reference", NOON + 60);
        settlement.pay(id, 60, "reference", NOON + 60, signature);
        bytes memory refusal = abi.encodeWithSelector(
            IDepositToken.AuthorizationAlreadyUsed.selector, debtor, keccak256(abi.encode(id, bytes32("reference")))
        );
        vm.expectRevert(refusal);
        settlement.pay(id, 60, "reference", NOON + 60, signature);
        signature = _signPayment(debtor, id, 61, "reference", NOON + 60);
        vm.expectRevert(refusal);
        settlement.pay(id, 61, "reference", NOON + 60, signature);
        assertEq(settlement.held(id), 60, "counted once");
    }

    function test_RevertWhen_SignedSomethingElse() external {
        uint256 other = _payableOf(_confirmed());
        bytes32 nonce = keccak256(abi.encode(id, bytes32("reference")));
        bytes[6] memory signatures = [
            _signPayment(debtor, other, 60, "reference", NOON + 60),
            _signPayment(debtor, id, 61, "reference", NOON + 60),
            _signPayment(debtor, id, 60, "another", NOON + 60),
            _signPayment(debtor, id, 60, "reference", NOON + 61),
            _signPayment(rivalDebtor, id, 60, "reference", NOON + 60),
            _signCash(cash, debtor, address(discounting), 60, NOON + 60, nonce)
        ];
        for (uint256 i; i < signatures.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IDepositToken.AuthorizationInvalidSignature.selector, debtor));
            settlement.pay(id, 60, "reference", NOON + 60, signatures[i]);
        }
    }

    /// @dev The signature is for the settlement contract to use, so nobody can take the money another way.
    function test_RevertWhen_PaymentTakenPastTheContract() external {
        bytes memory signature = _signPayment(debtor, id, 60, "reference", NOON + 60);
        vm.expectRevert(
            abi.encodeWithSelector(IDepositToken.AuthorizationNotForCaller.selector, supplier, address(settlement))
        );
        vm.prank(supplier);
        cash.receiveWithAuthorization(
            debtor, address(settlement), 60, 0, NOON + 60, keccak256(abi.encode(id, bytes32("reference"))), signature
        );
    }

    function test_Pay_SuspendedDebtorStillPays() external {
        _suspend(debtor);
        _pay(id, FACE);
        assertEq(settlement.held(id), FACE);
        assertEq(_redeem(root), FACE);
    }

    function test_RevertGiven_SettlementItselfSuspended() external {
        _suspend(address(settlement));
        _refused(
            1,
            abi.encodeWithSelector(
                IParticipants.ParticipantNotActive.selector, address(settlement), ParticipantStatus.Suspended
            )
        );
    }

    function test_RevertWhen_DebtorLacksTheMoney() external {
        vm.prank(debtor);
        assertTrue(cash.transfer(supplier2, 10 * FACE));
        bytes memory signature = _signPayment(debtor, id, 60, "reference", NOON + 60);
        vm.expectRevert(abi.encodeWithSignature("ERC20InsufficientBalance(address,uint256,uint256)", debtor, 0, 60));
        settlement.pay(id, 60, "reference", NOON + 60, signature);
        assertEq(settlement.held(id), 0, "nothing changed");
        assertEq(receivables.payableOf(id).paid, 0, "nothing changed");
    }

    function test_Pay_EmitsAndSettlesWithTheLastUnit() external {
        bytes memory signature = _signPayment(debtor, id, FACE - 1, "first", NOON + 60);
        vm.expectEmit(address(receivables));
        emit IReceivables.PayablePaid(id, FACE - 1, FACE - 1, PayableState.Confirmed);
        vm.expectEmit(address(settlement));
        emit ISettlement.PaymentReceived(id, debtor, address(cash), FACE - 1, "first");
        vm.prank(stranger);
        settlement.pay(id, FACE - 1, "first", NOON + 60, signature);
        assertEq(uint256(receivables.payableOf(id).state), uint256(PayableState.Confirmed), "not yet");

        signature = _signPayment(debtor, id, 1, "second", NOON + 60);
        vm.expectEmit(address(receivables));
        emit IReceivables.PayablePaid(id, 1, FACE, PayableState.Settled);
        settlement.pay(id, 1, "second", NOON + 60, signature);

        assertEq(uint256(receivables.payableOf(id).state), uint256(PayableState.Settled), "settled");
        assertEq(receivables.payableOf(id).paid, FACE, "paid");
        assertEq(settlement.held(id), FACE, "held");
        assertEq(cash.balanceOf(address(settlement)), FACE, "cash");
        assertEq(cash.balanceOf(debtor), 9 * FACE, "debtor");
    }

    function test_Pay_InThreeInstalments() external {
        _pay(id, 60_000_000);
        _pay(id, 30_000_000);
        assertEq(uint256(receivables.payableOf(id).state), uint256(PayableState.Confirmed), "a tenth is owed");
        _pay(id, 10_000_000);
        assertEq(uint256(receivables.payableOf(id).state), uint256(PayableState.Settled), "settled");
    }

    /// @dev Payables settle each in their own bank's token, from their own cash.
    function test_Pay_TwoTokensSideBySide() external {
        Terms memory terms = _terms();
        IDepositToken other = _secondToken();
        terms.depositToken = address(other);
        uint256 otherRoot = _confirmed(terms);
        vm.prank(other.bank());
        other.credit(debtor, FACE, "reference");
        bytes32 nonce = settlement.paymentNonce(_payableOf(otherRoot), "reference");
        bytes memory signature =
            _signCash("Bank C deposit CNY", address(other), debtor, address(settlement), FACE, NOON + 60, nonce);
        settlement.pay(_payableOf(otherRoot), FACE, "reference", NOON + 60, signature);
        _pay(id, FACE);
        _redeem(otherRoot);
        assertEq(other.balanceOf(supplier), FACE);
        assertEq(cash.balanceOf(supplier), 0);
        _redeem(root);
        assertEq(cash.balanceOf(supplier), FACE);
    }

    function _refused(uint64 amount, bytes memory refusal) internal {
        bytes32 paymentReference = _newWord();
        bytes memory signature = _signPayment(debtor, id, amount, paymentReference, NOON + 60);
        vm.expectRevert(refusal);
        settlement.pay(id, amount, paymentReference, NOON + 60, signature);
    }
}

/// redeem()
/// ├── when the caller is not the holder, or may not act
/// │   └── it should revert, and nobody else waits
/// ├── given nothing was paid in that the piece has not drawn
/// │   └── it should revert
/// ├── while the payable is open
/// │   └── it should pay the rounded-down share, less what was drawn
/// └── once it is settled
///     └── it should pay the rest to the unit, and the piece is gone
contract Settlement_Redeem_Test is BaseTest {
    uint256 internal root;
    uint256 internal id;

    function setUp() public override {
        super.setUp();
        root = _confirmed();
        id = _payableOf(root);
    }

    function test_RevertGiven_NothingPaid() external {
        vm.expectRevert(_nothingDue(root, 0, 0));
        _redeemAs(supplier, root);
    }

    function test_RevertGiven_AllDrawn() external {
        _pay(id, 60);
        assertEq(_redeem(root), 60);
        vm.expectRevert(_nothingDue(root, 60, 60));
        _redeemAs(supplier, root);
    }

    function test_RevertGiven_ShareRoundsToNothing() external {
        uint256 child = _splitTo(root, supplier2, MINIMUM);
        _pay(id, 99);
        vm.expectRevert(_nothingDue(child, 0, 0));
        _redeemAs(supplier2, child);
        _pay(id, 1);
        assertEq(_redeem(child), 1);
    }

    function test_RevertWhen_NotTheHolder() external {
        _pay(id, FACE);
        vm.prank(supplier);
        receivables.approve(supplier2, root);
        address[3] memory others = [supplier2, debtor, operator];
        _admit(operator, Roles.SUPPLIER);
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IReceivables.ReceivableNotHolder.selector, root, others[i], supplier)
            );
            _redeemAs(others[i], root);
        }
    }

    function test_RevertGiven_Redeemed() external {
        _pay(id, FACE);
        _redeem(root);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceivableNotFound.selector, root));
        _redeemAs(supplier, root);
        _assertGone(root);
        assertEq(receivables.balanceOf(supplier), 0, "count");
    }

    /// @dev I9: the suspended holder's cash waits; the others are paid.
    function test_RevertGiven_HolderSuspended() external {
        uint256 child = _splitTo(root, supplier2, FACE / 2);
        _pay(id, FACE);
        _suspend(supplier2);
        vm.expectRevert(
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, supplier2, ParticipantStatus.Suspended)
        );
        _redeemAs(supplier2, child);
        assertEq(_redeem(root), FACE / 2);
        assertEq(settlement.held(id), FACE / 2, "waits");
        _reinstate(supplier2);
        assertEq(_redeem(child), FACE / 2);
        assertEq(settlement.held(id), 0);
    }

    function test_RevertWhen_BooksAreCalledDirectly() external {
        vm.startPrank(debtor);
        bytes memory refusal =
            abi.encodeWithSelector(IReceivables.CallerNotNetworkContract.selector, debtor, address(settlement));
        vm.expectRevert(refusal);
        receivables.recordPayment(id, 1);
        vm.expectRevert(refusal);
        receivables.draw(root, debtor);
        vm.expectRevert(
            abi.encodeWithSelector(IReceivables.CallerNotNetworkContract.selector, debtor, address(discounting))
        );
        receivables.deliver(root, supplier, financier, 1, false);
    }

    function test_Redeem_Events() external {
        _pay(id, 60);
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableDrawn(root, supplier, 60, 60, false);
        vm.expectEmit(address(settlement));
        emit ISettlement.HolderRedeemed(root, supplier, address(cash), 60);
        _redeemAs(supplier, root);
        assertEq(receivables.pieceOf(root).drawn, 60);
        assertEq(receivables.entitlement(root), 60);

        _pay(id, FACE - 60);
        vm.expectEmit(address(receivables));
        emit IReceivables.ReceivableDrawn(root, supplier, FACE - 60, FACE, true);
        vm.expectEmit(address(settlement));
        emit ISettlement.HolderRedeemed(root, supplier, address(cash), FACE - 60);
        assertEq(_redeem(root), FACE - 60);
        assertEq(cash.balanceOf(supplier), FACE);
        assertEq(cash.balanceOf(address(settlement)), 0);
    }

    /// @dev What was drawn goes with the piece: its next holder draws the rest only.
    function test_Redeem_AfterChangingHands() external {
        _pay(id, FACE / 2);
        _redeem(root);
        vm.prank(supplier);
        receivables.transferFrom(supplier, supplier2, root);
        vm.expectRevert(_nothingDue(root, FACE / 2, FACE / 2));
        _redeemAs(supplier2, root);
        _pay(id, FACE / 2);
        assertEq(_redeem(root), FACE / 2);
        assertEq(cash.balanceOf(supplier2), FACE / 2);
    }

    /// @dev R-18b's holders, paid in two instalments.
    function test_R18b_ThreeHolders() external {
        uint256 second = _splitTo(root, supplier2, 33_333_334);
        uint256 third = _splitTo(root, supplier3, 33_333_333);
        _pay(id, 70_000_000);
        assertEq(_redeem(second), 23_333_333, "open: rounded down");
        assertEq(_redeem(root), 23_333_333);
        assertEq(settlement.held(id), 23_333_334, "the rest is the third's, and one unit of rounding");
        _pay(id, 30_000_000);
        assertEq(_redeem(third), 33_333_333);
        assertEq(_redeem(second), 33_333_334 - 23_333_333);
        assertEq(_redeem(root), 33_333_333 - 23_333_333);
        assertEq(settlement.held(id), 0);
    }

    /// @dev Whatever is paid in when, and whoever draws when: never more out than in, and in the end each its value.
    function testFuzz_Redeem_AnyInstalments(uint64 face, uint64[3] memory cuts, uint64[3] memory payments, uint256 who)
        external
    {
        face = uint64(bound(face, 5, 10 * FACE));
        root = _confirmed(face, 1);
        id = _payableOf(root);
        uint256[4] memory pieces;
        pieces[0] = root;
        uint64 left = face;
        for (uint64 i; i < 3; ++i) {
            uint64 value = uint64(bound(cuts[i], 1, left + i - 3));
            pieces[i + 1] = _splitTo(root, supplier2, value);
            left -= value;
        }
        uint64 paid;
        uint64 drawn;
        for (uint256 i; i < 4; ++i) {
            uint64 amount = i < 3 ? uint64(bound(payments[i], 0, face - paid)) : face - paid;
            if (amount == 0) continue;
            _pay(id, amount);
            paid += amount;
            // A random half of the pieces draws after each payment.
            for (uint256 j; j < 4 && paid < face; ++j) {
                if (who >> (4 * i + j) & 1 == 0) continue;
                if (receivables.entitlement(pieces[j]) == receivables.pieceOf(pieces[j]).drawn) continue;
                drawn += _redeem(pieces[j]);
            }
            assertEq(settlement.held(id), paid - drawn, "held");
        }
        for (uint256 j; j < 4; ++j) {
            drawn += _redeem(pieces[j]);
            _assertGone(pieces[j]);
        }
        assertEq(drawn, face, "not exactly what was paid in");
        assertEq(cash.balanceOf(address(settlement)), 0, "cash left behind");
        assertEq(cash.balanceOf(supplier), left, "the first holder's value");
    }

    function _redeemAs(address caller, uint256 receivableId) internal {
        vm.prank(caller);
        settlement.redeem(receivableId);
    }

    function _nothingDue(uint256 receivableId, uint64 entitled, uint64 drawn) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IReceivables.RedemptionNothingDue.selector, receivableId, entitled, drawn);
    }
}
