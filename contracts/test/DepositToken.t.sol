// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

import {DepositToken} from "../src/DepositToken.sol";
import {IDepositToken} from "../src/interfaces/IDepositToken.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {Amounts} from "../src/libraries/Amounts.sol";
import {ParticipantStatus, Roles} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";
import {TwoOfficersWallet} from "./mocks/Wallets.sol";

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
/// transfer(), transferFrom(), permit()
/// ├── given an end or the caller may not act
/// │   └── it should revert, even for an amount of nothing
/// ├── when a contract of the network is pushed cash that it does not take
/// │   └── it should revert
/// └── else
///     └── it should move, on an allowance that a permit may have given
contract DepositToken_Test is BaseTest {
    /* CREDIT */

    function test_RevertWhen_NotTheBank() external {
        address bank2 = _secondToken().bank();
        vm.expectRevert(abi.encodeWithSelector(IDepositToken.DepositNotBank.selector, bank2, bank));
        vm.prank(bank2);
        cash.credit(supplier, 1, "reference");
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
        vm.expectRevert(_lacksRole(supplier, Roles.SUPPLIER, Roles.BANK));
        token.credit(supplier, 1, "reference");
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
        address[3] memory contracts = [address(settlement), address(discounting), address(cash)];
        for (uint256 i; i < 3; ++i) {
            uint16 role = contracts[i] == address(cash) ? Roles.DEPOSIT_TOKEN : Roles.CONTRACT;
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

    function testFuzz_Transfer(uint64 amount) external {
        amount = uint64(bound(amount, 0, 10 * FACE));
        vm.prank(debtor);
        assertTrue(cash.transfer(supplier, amount));
        assertEq(cash.balanceOf(supplier), amount);
        assertEq(cash.balanceOf(debtor), 10 * FACE - amount);
    }

    function test_Permit() external {
        bytes32 permit = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                debtor,
                supplier,
                7,
                0,
                NOON
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keyOf[debtor], _digest(cash.name(), address(cash), permit));
        vm.prank(stranger);
        cash.permit(debtor, supplier, 7, NOON, v, r, s);
        vm.startPrank(supplier);
        assertTrue(cash.transferFrom(debtor, supplier, 5));
        assertTrue(cash.transferFrom(debtor, supplier2, 2));
        vm.stopPrank();
        assertEq(cash.balanceOf(supplier), 5);
        assertEq(cash.balanceOf(supplier2), 2);
        assertEq(cash.allowance(debtor, supplier), 0, "allowance left");

        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        cash.permit(debtor, supplier, 7, NOON, v, r, s);
        vm.warp(NOON + 1);
        vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612ExpiredSignature.selector, NOON));
        cash.permit(debtor, supplier, 7, NOON, v, r, s);
    }

    /* VIEWS */

    function test_Views() external {
        DepositToken yen = new DepositToken(participants, bank, "Bank B deposit JPY", "bJPY", "JPY", 0);
        assertEq(cash.currency(), "CNY");
        assertEq(cash.decimals(), 2);
        assertEq(cash.bank(), bank);
        assertEq(yen.currency(), "JPY");
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

/// receiveWithAuthorization()
/// ├── when the caller is not the receiver
/// │   └── it should revert: nobody can part the money from what it pays for
/// ├── when now is not strictly between the bounds
/// │   └── it should revert
/// ├── given the nonce was used
/// │   └── it should revert
/// ├── when any signed value, the chain, the token or the signer differs
/// │   └── it should revert
/// ├── given an end may not act
/// │   └── it should revert
/// └── else
///     └── it should move the money once; a contract wallet signs by ERC-1271
contract DepositToken_Authorization_Test is BaseTest {
    struct Authorization {
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
    }

    function test_RevertWhen_ThirdPartyBringsIt() external {
        Authorization memory a = _authorization();
        bytes memory signature = _signed(a);
        vm.expectRevert(abi.encodeWithSelector(IDepositToken.AuthorizationNotForCaller.selector, financier2, supplier));
        _use(financier2, a, signature);
        a.to = financier2;
        vm.expectRevert(_invalid());
        _use(financier2, a, signature);
    }

    function test_RevertWhen_NotInTime() external {
        Authorization memory a = _authorization();
        bytes memory signature = _signed(a);
        uint256[2] memory outside = [a.validAfter, a.validBefore];
        for (uint256 i; i < 2; ++i) {
            vm.warp(outside[i]);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IDepositToken.AuthorizationNotInTime.selector, a.validAfter, a.validBefore, outside[i]
                )
            );
            _use(supplier, a, signature);
        }
        uint256 snapshot = vm.snapshotState();
        vm.warp(a.validAfter + 1);
        _use(supplier, a, signature);
        vm.revertToState(snapshot);
        vm.warp(a.validBefore - 1);
        _use(supplier, a, signature);
    }

    function test_RevertGiven_Used() external {
        Authorization memory a = _authorization();
        _use(supplier, a, _signed(a));
        a.value = 8;
        bytes memory signature = _signed(a);
        vm.expectRevert(abi.encodeWithSelector(IDepositToken.AuthorizationAlreadyUsed.selector, financier, a.nonce));
        _use(supplier, a, signature);
    }

    function test_RevertWhen_AnyValueDiffers(uint256 field) external {
        Authorization memory a = _authorization();
        bytes memory signature = _signed(a);
        field = bound(field, 0, 3);
        if (field == 0) ++a.value;
        if (field == 1) --a.validAfter;
        if (field == 2) ++a.validBefore;
        if (field == 3) a.nonce = bytes32("other");
        vm.expectRevert(_invalid());
        _use(supplier, a, signature);
    }

    function test_RevertWhen_SignedForElsewhere() external {
        Authorization memory a = _authorization();
        bytes32 structHash = _struct(a);
        bytes[4] memory signatures = [
            _sign(financier, _digestOn(1, cash.name(), address(cash), structHash)),
            _sign(financier, _digest(cash.name(), address(_secondToken()), structHash)),
            _sign(financier, _digest("Bank C deposit CNY", address(cash), structHash)),
            _sign(financier2, _digest(cash.name(), address(cash), structHash))
        ];
        for (uint256 i; i < 4; ++i) {
            vm.expectRevert(_invalid());
            _use(supplier, a, signatures[i]);
        }
        vm.expectRevert(_invalid());
        _use(supplier, a, "");
    }

    /// @dev A key's second valid signature of the same digest (s mirrored) must not count as another one.
    function test_RevertWhen_SignatureIsMalleable() external {
        Authorization memory a = _authorization();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keyOf[financier], _digest(cash.name(), address(cash), _struct(a)));
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes memory mirrored = abi.encodePacked(r, order - uint256(s), v == 27 ? uint8(28) : uint8(27));
        vm.expectRevert(_invalid());
        _use(supplier, a, mirrored);
    }

    function test_RevertGiven_AnEndMayNotAct() external {
        Authorization memory a = _authorization();
        bytes memory signature = _signed(a);
        uint256 snapshot = vm.snapshotState();
        _suspend(supplier);
        vm.expectRevert(_suspendedNow(supplier));
        _use(supplier, a, signature);
        vm.revertToState(snapshot);
        _suspend(financier);
        vm.expectRevert(_suspendedNow(financier));
        _use(supplier, a, signature);
        assertFalse(cash.authorizationState(financier, a.nonce), "a refused authorisation stays usable");
    }

    function test_Authorization() external {
        Authorization memory a = _authorization();
        vm.expectEmit(address(cash));
        emit IDepositToken.AuthorizationUsed(financier, a.nonce);
        _use(supplier, a, _signed(a));
        assertEq(cash.balanceOf(supplier), 7);
        assertTrue(cash.authorizationState(financier, a.nonce));
        assertFalse(cash.authorizationState(financier2, a.nonce), "nonces are each signer's own");
    }

    function test_Authorization_ContractWallet() external {
        TwoOfficersWallet wallet = new TwoOfficersWallet(_actor("officer 1"), _actor("officer 2"));
        _admit(address(wallet), Roles.DEBTOR);
        _credit(address(wallet), 7);
        Authorization memory a = _authorization();
        a.from = address(wallet);
        bytes32 digest = _digest(cash.name(), address(cash), _struct(a));
        bytes memory first = _sign(_actor("officer 1"), digest);
        bytes memory both = bytes.concat(first, _sign(_actor("officer 2"), digest));
        vm.expectRevert(abi.encodeWithSelector(IDepositToken.AuthorizationInvalidSignature.selector, address(wallet)));
        _use(supplier, a, bytes.concat(first, first));
        _use(supplier, a, both);
        assertEq(cash.balanceOf(supplier), 7);
    }

    /* INTERNAL */

    function _authorization() internal view returns (Authorization memory) {
        return Authorization(financier, supplier, 7, NOON - 1 hours, NOON + 1 hours, "nonce");
    }

    function _struct(Authorization memory a) internal pure returns (bytes32) {
        return _cashStruct(a.from, a.to, a.value, a.validAfter, a.validBefore, a.nonce);
    }

    function _signed(Authorization memory a) internal view returns (bytes memory) {
        return _sign(a.from, _digest(cash.name(), address(cash), _struct(a)));
    }

    function _use(address caller, Authorization memory a, bytes memory signature) internal {
        vm.prank(caller);
        cash.receiveWithAuthorization(a.from, a.to, a.value, a.validAfter, a.validBefore, a.nonce, signature);
    }

    function _invalid() internal view returns (bytes memory) {
        return abi.encodeWithSelector(IDepositToken.AuthorizationInvalidSignature.selector, financier);
    }

    function _suspendedNow(address account) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, account, ParticipantStatus.Suspended);
    }
}
