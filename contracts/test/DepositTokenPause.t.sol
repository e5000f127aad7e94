// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IDepositToken} from "../src/interfaces/IDepositToken.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {ParticipantStatus, Roles} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// pause(), resume()
/// ├── when the caller is not the token's own bank, or that bank may not act
/// │   └── it should revert
/// ├── given the token is paused, or is not
/// │   └── it should revert
/// ├── given the token is paused
/// │   ├── it should refuse every movement
/// │   └── it should go on crediting, completing pay-outs, and taking allowances
/// └── given the token is resumed
///     └── it should move again, and say since when
contract DepositToken_Pause_Test is BaseTest {
    function test_RevertWhen_NotTheBank() external {
        address[3] memory others = [_secondToken().bank(), operator, stranger];
        for (uint256 i; i < 3; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IDepositToken.DepositNotBank.selector, others[i], bank);
            vm.startPrank(others[i]);
            vm.expectRevert(refusal);
            cash.pause("reason");
            vm.expectRevert(refusal);
            cash.resume();
            vm.stopPrank();
        }
    }

    function test_RevertGiven_BankSuspended() external {
        _suspend(bank);
        bytes memory refusal =
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, bank, ParticipantStatus.Suspended);
        vm.startPrank(bank);
        vm.expectRevert(refusal);
        cash.pause("reason");
        vm.expectRevert(refusal);
        cash.resume();
    }

    function test_RevertGiven_NotPaused() external {
        vm.startPrank(bank);
        bytes memory refusal = abi.encodeWithSelector(IDepositToken.DepositTokenNotPaused.selector, address(cash));
        vm.expectRevert(refusal);
        cash.resume();
        cash.pause("reason");
        cash.resume();
        vm.expectRevert(refusal);
        cash.resume();
    }

    function test_RevertGiven_Paused() external {
        vm.prank(debtor);
        cash.approve(supplier, 5);
        vm.prank(debtor);
        uint256 payOutId = cash.requestPayOut(5, "instruction");
        bytes memory signature = _signCash(cash, debtor, supplier, 1, NOON + 1, "nonce");
        _pause();

        bytes memory refusal = abi.encodeWithSelector(IDepositToken.DepositTokenPaused.selector, address(cash));
        vm.startPrank(debtor);
        vm.expectRevert(refusal);
        assertFalse(cash.transfer(supplier, 1));
        vm.expectRevert(refusal);
        cash.requestPayOut(1, "instruction");
        vm.stopPrank();
        vm.startPrank(supplier);
        vm.expectRevert(refusal);
        assertFalse(cash.transferFrom(debtor, supplier, 1));
        vm.expectRevert(refusal);
        assertFalse(cash.transferFrom(debtor, supplier2, 1));
        vm.expectRevert(refusal);
        cash.receiveWithAuthorization(debtor, supplier, 1, 0, NOON + 1, "nonce", signature);
        vm.stopPrank();
        vm.startPrank(bank);
        vm.expectRevert(refusal);
        assertFalse(cash.transfer(supplier, 0));
        vm.expectRevert(refusal);
        cash.refusePayOut(payOutId, "reason");
        vm.expectRevert(refusal);
        cash.pause("reason");
    }

    function test_WhatGoesOn() external {
        vm.prank(debtor);
        uint256 payOutId = cash.requestPayOut(5, "instruction");
        _pause();
        vm.startPrank(bank);
        cash.credit(supplier, 3, "reference 1");
        cash.completePayOut(payOutId, "reference 2");
        vm.stopPrank();
        assertEq(cash.balanceOf(supplier), 3);
        assertEq(cash.balanceOf(address(cash)), 0);
        vm.prank(debtor);
        cash.approve(supplier, 1);
        assertEq(cash.allowance(debtor, supplier), 1);
    }

    function test_PauseAndResume() external {
        assertFalse(cash.paused(), "at first");
        assertEq(cash.movesSince(), 0, "never paused");
        vm.expectEmit(address(cash));
        emit IDepositToken.TokenPaused(bank, "reason");
        _pause();
        assertTrue(cash.paused());
        assertEq(cash.movesSince(), 0, "never resumed");

        skip(3 hours);
        vm.expectEmit(address(cash));
        emit IDepositToken.TokenResumed(bank);
        vm.prank(bank);
        cash.resume();
        assertFalse(cash.paused());
        assertEq(cash.movesSince(), NOON + 3 hours);
        vm.prank(debtor);
        assertTrue(cash.transfer(supplier, 1));

        skip(1 hours);
        _pause();
        assertEq(cash.movesSince(), NOON + 3 hours, "the last resumption");
        vm.prank(bank);
        cash.resume();
        assertEq(cash.movesSince(), NOON + 4 hours);
        assertFalse(_secondToken().paused(), "each bank's own");
    }

    function _pause() internal {
        vm.prank(bank);
        cash.pause("reason");
    }
}

/// transferBatch()
/// ├── when it names nobody, too many, or not one amount for each
/// │   └── it should revert
/// ├── when one of the transfers would revert
/// │   └── it should revert, and none happens
/// └── else
///     └── it should be as so many transfers, to its sender and to the same receiver twice too
contract DepositToken_TransferBatch_Test is BaseTest {
    function test_TransferBatch() external {
        (address[] memory to, uint256[] memory amounts) = _batch(3);
        to[1] = supplier2;
        to[2] = debtor;
        for (uint256 i; i < 3; ++i) {
            vm.expectEmit(address(cash));
            emit IERC20.Transfer(debtor, to[i], i + 1);
        }
        vm.prank(debtor);
        cash.transferBatch(to, amounts);
        assertEq(cash.balanceOf(supplier2), 3);
        assertEq(cash.balanceOf(debtor), 10 * FACE - 3);
        _foldLogs();
        _assertJournals();
    }

    function test_RevertWhen_CountsOutOfRange() external {
        (address[] memory to, uint256[] memory amounts) = _batch(101);
        _refused(to, amounts, 101, 101);
        (address[] memory one,) = _batch(1);
        _refused(one, amounts, 1, 101);
        _refused(new address[](0), new uint256[](0), 0, 0);
        (to, amounts) = _batch(100);
        vm.prank(debtor);
        cash.transferBatch(to, amounts);
        assertEq(cash.balanceOf(supplier2), 5050);
    }

    function test_RevertGiven_OneCannotBe() external {
        (address[] memory to, uint256[] memory amounts) = _batch(2);
        to[1] = suspended;
        _fails(to, amounts, abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, suspended, 2));
        to[1] = address(settlement);
        _fails(
            to,
            amounts,
            abi.encodeWithSelector(
                IParticipants.ParticipantLacksRole.selector, settlement, Roles.CONTRACT, Roles.ORGANISATION
            )
        );
        to[1] = address(cash);
        _fails(
            to,
            amounts,
            abi.encodeWithSelector(
                IParticipants.ParticipantLacksRole.selector, cash, Roles.DEPOSIT_TOKEN, Roles.ORGANISATION
            )
        );
        to[1] = supplier3;
        amounts[1] = 10 * FACE;
        _fails(
            to,
            amounts,
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, debtor, 10 * FACE - 1, 10 * FACE)
        );
        assertEq(cash.balanceOf(supplier2), 0, "the first did not happen either");
        vm.prank(bank);
        cash.pause("reason");
        _fails(to, amounts, abi.encodeWithSelector(IDepositToken.DepositTokenPaused.selector, cash));
    }

    function _batch(uint256 count) private view returns (address[] memory to, uint256[] memory amounts) {
        to = new address[](count);
        amounts = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            (to[i], amounts[i]) = (supplier2, i + 1);
        }
    }

    function _refused(address[] memory to, uint256[] memory amounts, uint256 n, uint256 m) private {
        _fails(to, amounts, abi.encodeWithSelector(IDepositToken.TransferBatchOutOfRange.selector, n, m, 100));
    }

    function _fails(address[] memory to, uint256[] memory amounts, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(debtor);
        cash.transferBatch(to, amounts);
    }
}
