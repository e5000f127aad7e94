// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

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
        refusal = abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(cash));
        vm.expectRevert(refusal);
        vm.prank(bank);
        cash.credit(address(cash), 1, "reference");
        vm.prank(debtor);
        cash.approve(supplier, 5);
        vm.expectRevert(refusal);
        vm.prank(supplier);
        assertFalse(cash.transferFrom(debtor, address(cash), 5));
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
