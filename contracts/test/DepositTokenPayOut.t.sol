// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {DepositToken} from "../src/DepositToken.sol";
import {IDepositToken} from "../src/interfaces/IDepositToken.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {Amounts} from "../src/libraries/Amounts.sol";
import {ParticipantStatus} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// requestPayOut()
/// ├── given the caller may not act
/// │   └── it should revert
/// ├── when the amount is nothing, or more than it has
/// │   └── it should revert
/// └── else
///     └── it should wait in the token, still in the supply, under the next id
///
/// completePayOut()
/// ├── when the caller is not the token's own bank, or that bank may not act
/// │   └── it should revert
/// ├── when the reference is missing, or was used for a pay-out or a credit
/// │   └── it should revert
/// ├── given no such pay-out waits
/// │   └── it should revert
/// └── else
///     └── it should leave the supply, whatever became of the account
///
/// refusePayOut()
/// ├── when the caller is not the token's own bank, or that bank may not act
/// │   └── it should revert
/// ├── given no such pay-out waits
/// │   └── it should revert
/// └── else
///     └── it should be the account's again, whatever became of it
contract DepositToken_PayOut_Test is BaseTest {
    uint256 internal constant CASH = 10 * uint256(FACE);

    /* REQUEST */

    function test_RevertGiven_CallerMayNotAct() external {
        vm.expectRevert(_notActive(stranger, ParticipantStatus.None));
        _request(stranger, 1);
        _suspend(debtor);
        vm.expectRevert(_notActive(debtor, ParticipantStatus.Suspended));
        _request(debtor, 1);
        vm.prank(operator);
        participants.close(debtor, "reason");
        vm.expectRevert(_notActive(debtor, ParticipantStatus.Closed));
        _request(debtor, 1);
    }

    function test_RevertWhen_AmountOutOfRange() external {
        vm.expectRevert(abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, 0, 1, MAX_AMOUNT));
        _request(debtor, 0);
        vm.expectRevert(abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, MAX_AMOUNT + 1, 1, MAX_AMOUNT));
        _request(debtor, MAX_AMOUNT + 1);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, debtor, CASH, CASH + 1));
        _request(debtor, uint64(CASH + 1));
    }

    function testFuzz_Request(uint64 amount) external {
        amount = uint64(bound(amount, 1, CASH));
        uint256 supply = cash.totalSupply();
        vm.expectEmit(address(cash));
        emit IDepositToken.PayOutRequested(1, debtor, amount, "instruction");
        assertEq(_request(debtor, amount), 1, "the first id");
        _assertWaits(1, debtor, amount);
        assertEq(cash.balanceOf(debtor), CASH - amount, "balance");
        assertEq(cash.balanceOf(address(cash)), amount, "waiting");
        assertEq(cash.totalSupply(), supply, "supply");
        assertEq(_request(financier, 2), 2, "the next id");
        assertEq(cash.balanceOf(address(cash)), amount + 2, "both");
    }

    /* COMPLETE */

    function test_RevertWhen_NotTheBank() external {
        uint256 payOutId = _request(debtor, 5);
        address[4] memory others = [_secondToken().bank(), operator, debtor, stranger];
        for (uint256 i; i < 4; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IDepositToken.DepositNotBank.selector, others[i], bank);
            vm.startPrank(others[i]);
            vm.expectRevert(refusal);
            cash.completePayOut(payOutId, "reference");
            vm.expectRevert(refusal);
            cash.refusePayOut(payOutId, "reason");
            vm.stopPrank();
        }
    }

    function test_RevertGiven_BankSuspended() external {
        uint256 payOutId = _request(debtor, 5);
        _suspend(bank);
        vm.startPrank(bank);
        vm.expectRevert(_notActive(bank, ParticipantStatus.Suspended));
        cash.completePayOut(payOutId, "reference");
        vm.expectRevert(_notActive(bank, ParticipantStatus.Suspended));
        cash.refusePayOut(payOutId, "reason");
    }

    /// @dev One booking in the bank's books stands for one thing here.
    function test_RevertGiven_ReferenceUsed() external {
        uint256 first = _request(debtor, 5);
        uint256 second = _request(debtor, 6);
        vm.startPrank(bank);
        vm.expectRevert(IDepositToken.BankReferenceMissing.selector);
        cash.completePayOut(first, 0);
        cash.completePayOut(first, "pay-out");
        vm.expectRevert(abi.encodeWithSelector(IDepositToken.BankReferenceAlreadyUsed.selector, bytes32("pay-out")));
        cash.completePayOut(second, "pay-out");
        vm.expectRevert(abi.encodeWithSelector(IDepositToken.BankReferenceAlreadyUsed.selector, bytes32("pay-out")));
        cash.credit(debtor, 5, "pay-out");
        cash.credit(debtor, 5, "credit");
        vm.expectRevert(abi.encodeWithSelector(IDepositToken.BankReferenceAlreadyUsed.selector, bytes32("credit")));
        cash.completePayOut(second, "credit");
        _assertWaits(second, debtor, 6);
    }

    function test_RevertGiven_NotWaiting(uint256 unknown) external {
        unknown = bound(unknown, 3, type(uint256).max);
        uint256 completed = _request(debtor, 5);
        uint256 refused = _request(debtor, 6);
        vm.startPrank(bank);
        cash.completePayOut(completed, "reference 1");
        cash.refusePayOut(refused, "reason");
        uint256[4] memory ids = [0, completed, refused, unknown];
        for (uint256 i; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IDepositToken.PayOutNotOpen.selector, ids[i]));
            cash.completePayOut(ids[i], "reference 2");
            vm.expectRevert(abi.encodeWithSelector(IDepositToken.PayOutNotOpen.selector, ids[i]));
            cash.refusePayOut(ids[i], "reason");
        }
        assertFalse(cash.bankReferenceUsed("reference 2"), "a refused reference stays free");
    }

    function testFuzz_Complete(uint64 amount, bool suspendedNow) external {
        amount = uint64(bound(amount, 1, CASH));
        uint256 payOutId = _request(debtor, amount);
        if (suspendedNow) _suspend(debtor);
        uint256 supply = cash.totalSupply();
        vm.expectEmit(address(cash));
        emit IDepositToken.PayOutCompleted(payOutId, "reference");
        vm.prank(bank);
        cash.completePayOut(payOutId, "reference");
        _assertWaits(payOutId, address(0), 0);
        assertEq(cash.totalSupply(), supply - amount, "supply");
        assertEq(cash.balanceOf(debtor), CASH - amount, "balance");
        assertEq(cash.balanceOf(address(cash)), 0, "waiting");
        assertTrue(cash.bankReferenceUsed("reference"), "reference used");
    }

    /* REFUSE */

    function testFuzz_Refuse(uint64 amount, uint256 status) external {
        amount = uint64(bound(amount, 1, CASH));
        status = bound(status, 1, 3);
        uint256 payOutId = _request(debtor, amount);
        uint256 other = _request(financier, 3);
        if (status == 2) _suspend(debtor);
        if (status == 3) {
            vm.prank(operator);
            participants.close(debtor, "reason");
        }
        uint256 supply = cash.totalSupply();
        vm.expectEmit(address(cash));
        emit IDepositToken.PayOutRefused(payOutId, "reason");
        vm.prank(bank);
        cash.refusePayOut(payOutId, "reason");
        _assertWaits(payOutId, address(0), 0);
        _assertWaits(other, financier, 3);
        assertEq(cash.totalSupply(), supply, "supply");
        assertEq(cash.balanceOf(debtor), CASH, "balance");
        assertEq(cash.balanceOf(address(cash)), 3, "the other's waits on");
    }

    /* MANY */

    /// @dev Whatever is asked for, paid and refused in whatever order: the token's own balance is what waits.
    function testFuzz_BalanceIsWhatWaits(uint64[8] memory amounts, uint256 seed) external {
        uint256 supply = cash.totalSupply();
        uint256 waiting;
        for (uint256 i; i < 8; ++i) {
            uint64 amount = uint64(bound(amounts[i], 1, FACE));
            uint256 payOutId = _request(seed % 2 == 0 ? debtor : financier, amount);
            assertEq(payOutId, i + 1, "id");
            waiting += amount;
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 chosen = seed % payOutId + 1;
            (address account, uint64 stake) = cash.payOutOf(chosen);
            seed >>= 8;
            if (account != address(0) && seed % 3 != 0) {
                waiting -= stake;
                vm.prank(bank);
                if (seed % 3 == 1) {
                    supply -= stake;
                    cash.completePayOut(chosen, bytes32(i + 1));
                } else {
                    cash.refusePayOut(chosen, "reason");
                }
            }
            assertEq(cash.balanceOf(address(cash)), waiting, "waiting");
            assertEq(cash.totalSupply(), supply, "supply");
        }
    }

    function test_EachTokenCountsItsOwn() external {
        DepositToken other = _secondToken();
        vm.prank(other.bank());
        other.credit(debtor, 9, "reference");
        _request(debtor, 5);
        vm.prank(debtor);
        assertEq(other.requestPayOut(9, "instruction"), 1, "id");
        vm.prank(bank);
        cash.completePayOut(1, "reference");
        (address account, uint64 amount) = other.payOutOf(1);
        assertEq(account, debtor);
        assertEq(amount, 9);
    }

    /* INTERNAL */

    function _request(address account, uint64 amount) internal returns (uint256 payOutId) {
        vm.prank(account);
        return cash.requestPayOut(amount, "instruction");
    }

    function _assertWaits(uint256 payOutId, address expected, uint64 expectedAmount) internal view {
        (address account, uint64 amount) = cash.payOutOf(payOutId);
        assertEq(account, expected, "pay-out's account");
        assertEq(amount, expectedAmount, "pay-out's amount");
    }

    function _notActive(address account, ParticipantStatus status) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, account, status);
    }
}
