// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {DepositToken} from "../src/DepositToken.sol";
import {IDepositToken} from "../src/interfaces/IDepositToken.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {Amounts} from "../src/libraries/Amounts.sol";
import {ParticipantStatus, Roles} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// credit()
/// ├── when the caller is not the token's own bank, or that bank may not act
/// │   └── it should revert
/// ├── when the reference is missing or was used
/// │   └── it should revert
/// ├── when the amount or the supply leaves [1, 2^53 - 1]
/// │   └── it should revert
/// ├── when the account is no organisation that may act
/// │   └── it should revert
/// └── else
///     └── it should raise balance and supply, once per reference
///
/// transfer(), transferFrom()
/// ├── given an end or the caller may not act
/// │   └── it should revert, even for an amount of nothing
/// ├── when a contract of the network is pushed cash that it does not take
/// │   └── it should revert
/// ├── when the token itself is an end
/// │   └── it should revert, whatever the operator made of it
/// ├── when the balance or the allowance is too small
/// │   └── it should revert
/// └── else
///     └── it should move, and nothing else with it
contract DepositToken_Test is BaseTest {
    /* CREDIT */

    function test_RevertWhen_NotTheBank() external {
        address bank2 = _secondToken().bank();
        address[3] memory others = [bank2, operator, stranger];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IDepositToken.DepositNotBank.selector, others[i], bank));
            vm.prank(others[i]);
            cash.credit(supplier, 1, "reference");
        }
    }

    function test_RevertGiven_BankSuspended() external {
        _suspend(bank);
        vm.expectRevert(_notActive(bank, ParticipantStatus.Suspended));
        vm.prank(bank);
        cash.credit(supplier, 1, "reference");
    }

    function test_RevertGiven_BankLacksRole() external {
        vm.startPrank(supplier);
        DepositToken token = new DepositToken(participants, supplier, "No bank", "NO", "CNY", 2);
        bytes memory refusal = _lacksRole(supplier, Roles.SUPPLIER, Roles.BANK);
        vm.expectRevert(refusal);
        token.credit(supplier, 1, "reference");
        vm.expectRevert(refusal);
        token.pause("reason");
    }

    function test_RevertWhen_ReferenceMissing() external {
        vm.expectRevert(IDepositToken.BankReferenceMissing.selector);
        vm.prank(bank);
        cash.credit(supplier, 1, 0);
    }

    function test_RevertGiven_ReferenceUsed() external {
        vm.startPrank(bank);
        cash.credit(supplier, 1, "reference");
        vm.expectRevert(abi.encodeWithSelector(IDepositToken.BankReferenceAlreadyUsed.selector, bytes32("reference")));
        cash.credit(supplier2, 2, "reference");
    }

    function test_RevertWhen_AmountOutOfRange() external {
        vm.startPrank(bank);
        vm.expectRevert(abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, 0, 1, MAX_AMOUNT));
        cash.credit(supplier, 0, "reference");
        vm.expectRevert(abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, MAX_AMOUNT + 1, 1, MAX_AMOUNT));
        cash.credit(supplier, MAX_AMOUNT + 1, "reference");
    }

    function test_RevertWhen_SupplyOutOfRange() external {
        uint64 room = MAX_AMOUNT - uint64(cash.totalSupply());
        vm.startPrank(bank);
        vm.expectRevert(abi.encodeWithSelector(Amounts.AmountOutOfRange.selector, MAX_AMOUNT + 1, 1, MAX_AMOUNT));
        cash.credit(supplier, room + 1, "reference");
        cash.credit(supplier, room, "reference");
        assertEq(cash.totalSupply(), MAX_AMOUNT, "the last unit fits");
    }

    function test_RevertWhen_CreditedAccountMayNotHold() external {
        vm.startPrank(bank);
        vm.expectRevert(_notActive(stranger, ParticipantStatus.None));
        cash.credit(stranger, 1, "reference");
        vm.expectRevert(_notActive(suspended, ParticipantStatus.Suspended));
        cash.credit(suspended, 1, "reference");
        vm.expectRevert(_lacksRole(address(settlement), Roles.CONTRACT, Roles.ORGANISATION));
        cash.credit(address(settlement), 1, "reference");
        assertFalse(cash.bankReferenceUsed("reference"), "a refused reference stays free");
    }

    function testFuzz_Credit(uint64 amount) external {
        uint256 supply = cash.totalSupply();
        amount = uint64(bound(amount, 1, MAX_AMOUNT - supply));
        vm.expectEmit(address(cash));
        emit IDepositToken.DepositCredited("reference", supplier, amount);
        vm.prank(bank);
        cash.credit(supplier, amount, "reference");
        assertEq(cash.balanceOf(supplier), amount, "balance");
        assertEq(cash.totalSupply(), supply + amount, "supply");
        assertTrue(cash.bankReferenceUsed("reference"), "reference used");
    }

    function test_Credit_TheBankItself() external {
        _credit(bank, 5);
        assertEq(cash.balanceOf(bank), 5);
    }

    /* TRANSFER */

    function test_RevertGiven_AnEndMayNotAct() external {
        vm.startPrank(debtor);
        vm.expectRevert(_notActive(suspended, ParticipantStatus.Suspended));
        assertFalse(cash.transfer(suspended, 1));
        vm.expectRevert(_notActive(stranger, ParticipantStatus.None));
        assertFalse(cash.transfer(stranger, 1));
        vm.stopPrank();
        _suspend(debtor);
        vm.expectRevert(_notActive(debtor, ParticipantStatus.Suspended));
        vm.prank(debtor);
        assertFalse(cash.transfer(supplier, 1));
    }

    function test_RevertGiven_OperatorMayNotAct() external {
        vm.prank(debtor);
        cash.approve(suspended, 10);
        vm.expectRevert(_notActive(suspended, ParticipantStatus.Suspended));
        vm.prank(suspended);
        assertFalse(cash.transferFrom(debtor, supplier, 1));
    }

    /// @dev ERC-20 lets anyone move nothing; here it would be a line in the journal in somebody else's name.
    function test_RevertWhen_StrangerMovesNothing() external {
        vm.expectRevert(_notActive(stranger, ParticipantStatus.None));
        vm.prank(stranger);
        assertFalse(cash.transferFrom(debtor, supplier, 0));
    }

    function test_RevertGiven_SenderSuspendedAfterAllowing() external {
        vm.prank(debtor);
        cash.approve(supplier, 10);
        _suspend(debtor);
        vm.startPrank(supplier);
        vm.expectRevert(_notActive(debtor, ParticipantStatus.Suspended));
        assertFalse(cash.transferFrom(debtor, supplier, 1));
        vm.expectRevert(_notActive(debtor, ParticipantStatus.Suspended));
        assertFalse(cash.transferFrom(debtor, supplier2, 1));
    }

    function test_RevertWhen_PushedOntoAContract() external {
        address[3] memory contracts = [address(settlement), address(discounting), address(_secondToken())];
        for (uint256 i; i < 3; ++i) {
            uint16 role = i == 2 ? Roles.DEPOSIT_TOKEN : Roles.CONTRACT;
            bytes memory refusal = _lacksRole(contracts[i], role, Roles.ORGANISATION);
            vm.startPrank(debtor);
            vm.expectRevert(refusal);
            assertFalse(cash.transfer(contracts[i], 1));
            cash.approve(supplier, 1);
            vm.stopPrank();
            vm.prank(supplier);
            vm.expectRevert(refusal);
            assertFalse(cash.transferFrom(debtor, contracts[i], 1));
        }
        vm.expectRevert(_notActive(address(receivables), ParticipantStatus.None));
        vm.prank(debtor);
        assertFalse(cash.transfer(address(receivables), 1));
    }

    /// @dev What waits there to be paid out is its holders', and nothing else may be there.
    function test_RevertWhen_TheTokenItselfIsAnEnd() external {
        vm.prank(debtor);
        cash.requestPayOut(5, "instruction");
        address key = _actor("key");
        vm.startPrank(operator);
        participants.close(address(cash), "reason");
        participants.readmit(address(cash), Roles.SUPPLIER, "hash");
        vm.stopPrank();
        _rotate(address(cash), key);
        vm.startPrank(key);
        bytes memory refusal = abi.encodeWithSelector(IERC20Errors.ERC20InvalidSender.selector, address(cash));
        vm.expectRevert(refusal);
        assertFalse(cash.transfer(supplier, 5));
        address[] memory to = new address[](1);
        uint256[] memory amounts = new uint256[](1);
        (to[0], amounts[0]) = (supplier, 5);
        vm.expectRevert(refusal);
        cash.transferBatch(to, amounts);
        cash.approve(supplier, 5);
        vm.stopPrank();
        vm.prank(supplier);
        vm.expectRevert(refusal);
        assertFalse(cash.transferFrom(address(cash), supplier, 5));

        vm.prank(debtor);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(cash)));
        assertFalse(cash.transfer(address(cash), 1));
        to[0] = address(cash);
        vm.prank(debtor);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(cash)));
        cash.transferBatch(to, amounts);
        assertEq(cash.balanceOf(address(cash)), 5, "what waits");
    }

    function test_RevertWhen_MoreThanThereIs(uint256 excess) external {
        excess = bound(excess, 1, type(uint256).max - 10 * uint256(FACE));
        uint256 amount = 10 * uint256(FACE) + excess;
        vm.startPrank(debtor);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, debtor, 10 * FACE, amount)
        );
        assertFalse(cash.transfer(supplier, amount));
        cash.approve(supplier, 5);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, supplier, 5, 6));
        vm.prank(supplier);
        assertFalse(cash.transferFrom(debtor, supplier2, 6));
    }

    function testFuzz_Transfer(uint64 amount) external {
        amount = uint64(bound(amount, 0, 10 * FACE));
        vm.prank(debtor);
        assertTrue(cash.transfer(supplier, amount));
        assertEq(cash.balanceOf(supplier), amount);
        assertEq(cash.balanceOf(debtor), 10 * FACE - amount);
    }

    function testFuzz_TransferFrom(uint64 allowed, uint64 amount) external {
        allowed = uint64(bound(allowed, 0, 10 * FACE));
        amount = uint64(bound(amount, 0, allowed));
        vm.prank(debtor);
        cash.approve(supplier, allowed);
        vm.prank(supplier);
        assertTrue(cash.transferFrom(debtor, supplier2, amount));
        assertEq(cash.balanceOf(supplier2), amount);
        assertEq(cash.allowance(debtor, supplier), allowed - amount, "allowance left");
        assertEq(cash.balanceOf(supplier), 0);
    }

    /* VIEWS */

    function test_Views() external {
        DepositToken yen = new DepositToken(participants, bank, "Bank B deposit JPY", "bJPY", "JPY", 0);
        assertEq(cash.currency(), "CNY");
        assertEq(cash.currencyCode(), bytes3("CNY"));
        assertEq(cash.decimals(), 2);
        assertEq(cash.bank(), bank);
        assertEq(yen.currency(), "JPY");
        assertEq(yen.currencyCode(), bytes3("JPY"));
        assertEq(yen.decimals(), 0);
        assertEq(yen.symbol(), "bJPY");
    }

    /* INTERNAL */

    function _notActive(address account, ParticipantStatus status) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, account, status);
    }

    function _lacksRole(address account, uint16 roles, uint16 anyOf) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantLacksRole.selector, account, roles, anyOf);
    }
}

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
