// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {DepositToken} from "../src/DepositToken.sol";
import {IDepositToken} from "../src/interfaces/IDepositToken.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {ParticipantStatus, Roles} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";
import {TwoOfficersWallet} from "./mocks/Wallets.sol";

/// receiveWithAuthorization()
/// ├── when the caller is not the receiver
/// │   └── it should revert: nobody can part the money from what it pays for
/// ├── when now is not strictly between the bounds
/// │   └── it should revert
/// ├── given the nonce was used
/// │   └── it should revert
/// ├── when any signed value, the chain, the token, the domain or the signer differs
/// │   └── it should revert
/// ├── given an end may not act
/// │   └── it should revert
/// ├── given the signer's key was rotated
/// │   └── it should count the present key's signature alone
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
            _sign(financier, _digest("scf-network Discounting", address(cash), structHash)),
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

    /// @dev The same state on a fork of the chain: what was signed for one side is worth nothing on the other.
    function test_RevertWhen_ReplayedOnAnotherChain(uint64 chainId) external {
        uint256 home = block.chainid;
        vm.assume(chainId != home && chainId != 0);
        Authorization memory a = _authorization();
        bytes memory signature = _signed(a);
        vm.chainId(chainId);
        vm.expectRevert(_invalid());
        _use(supplier, a, signature);
        vm.chainId(home);
        _use(supplier, a, signature);
    }

    function test_RevertWhen_ReplayedOnAnotherToken() external {
        DepositToken other = _secondToken();
        vm.prank(other.bank());
        other.credit(financier, 100, "reference");
        Authorization memory a = _authorization();
        bytes memory signature = _signed(a);
        vm.startPrank(supplier);
        vm.expectRevert(_invalid());
        other.receiveWithAuthorization(a.from, a.to, a.value, a.validAfter, a.validBefore, a.nonce, signature);
        assertEq(other.balanceOf(financier), 100);
    }

    function testFuzz_Bounds(uint64 validAfter, uint64 validBefore, uint64 now_) external {
        Authorization memory a = _authorization();
        (a.validAfter, a.validBefore) = (validAfter, validBefore);
        vm.warp(bound(now_, 1, type(uint64).max));
        bytes memory signature = _signed(a);
        bool inTime = validAfter < block.timestamp && block.timestamp < validBefore;
        if (!inTime) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IDepositToken.AuthorizationNotInTime.selector, validAfter, validBefore, block.timestamp
                )
            );
        }
        _use(supplier, a, signature);
        assertEq(cash.balanceOf(supplier), inTime ? 7 : 0);
    }

    function testFuzz_Amount(uint256 value) external {
        Authorization memory a = _authorization();
        a.value = value;
        bytes memory signature = _signed(a);
        uint256 balance = 10 * uint256(FACE);
        if (value > balance) {
            vm.expectRevert(
                abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, financier, balance, value)
            );
        }
        _use(supplier, a, signature);
        assertEq(cash.balanceOf(supplier), value > balance ? 0 : value);
    }

    function test_RevertGiven_SignersKeyRotated() external {
        Authorization memory a = _authorization();
        a.validBefore = type(uint64).max;
        bytes memory old = _signed(a);
        address key = _actor("key");
        bytes memory early = _sign(key, _digest(cash.name(), address(cash), _struct(a)));
        vm.expectRevert(_invalid());
        _use(supplier, a, early);
        _rotate(financier, key);
        vm.expectRevert(_invalid());
        _use(supplier, a, old);
        vm.expectEmit(address(cash));
        emit IDepositToken.AuthorizationUsed(financier, a.nonce);
        _use(supplier, a, early);
        assertEq(cash.balanceOf(supplier), 7);
        assertTrue(cash.authorizationState(financier, a.nonce), "the organisation's nonce");
    }

    function test_ReceiversKeyRotated() external {
        Authorization memory a = _authorization();
        a.validBefore = type(uint64).max;
        bytes memory signature = _signed(a);
        address key = _actor("key");
        _rotate(supplier, key);
        vm.expectRevert(abi.encodeWithSelector(IParticipants.ParticipantKeyRetired.selector, supplier, key));
        _use(supplier, a, signature);
        _use(key, a, signature);
        assertEq(cash.balanceOf(supplier), 7);
        assertEq(cash.balanceOf(key), 0);
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

/// permit()
/// ├── when it is past its deadline
/// │   └── it should revert
/// ├── given the nonce was used
/// │   └── it should revert
/// ├── when any signed value, the chain, the token, the domain or the signer differs
/// │   └── it should revert
/// ├── given the owner's key was rotated
/// │   └── it should count the present key's signature alone
/// └── else
///     └── it should set the allowance, whoever brings it
contract DepositToken_Permit_Test is BaseTest {
    uint256 internal constant DEADLINE = NOON + 1 hours;

    function test_RevertWhen_Expired(uint64 deadline, uint64 now_) external {
        vm.warp(bound(now_, 1, type(uint64).max));
        bytes memory signature = _signed(debtor, 7, 0, deadline);
        bool late = block.timestamp > deadline;
        if (late) {
            vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612ExpiredSignature.selector, deadline));
        }
        _permit(cash, 7, deadline, signature);
        assertEq(cash.allowance(debtor, supplier), late ? 0 : 7);
    }

    function test_RevertGiven_Used() external {
        bytes memory signature = _signed(debtor, 7, 0, DEADLINE);
        _permit(cash, 7, DEADLINE, signature);
        assertEq(cash.nonces(debtor), 1);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        _permit(cash, 7, DEADLINE, signature);
        assertEq(cash.allowance(debtor, supplier), 7);
    }

    function test_RevertWhen_AnyValueDiffers() external {
        bytes memory signature = _signed(debtor, 7, 0, DEADLINE);
        (bytes32 r, bytes32 s, uint8 v) = _parts(signature);
        bytes4 invalid = ERC20Permit.ERC2612InvalidSigner.selector;
        vm.expectPartialRevert(invalid);
        cash.permit(debtor, supplier, 8, DEADLINE, v, r, s);
        vm.expectPartialRevert(invalid);
        cash.permit(debtor, supplier, 7, DEADLINE + 1, v, r, s);
        vm.expectPartialRevert(invalid);
        cash.permit(debtor, supplier2, 7, DEADLINE, v, r, s);
        vm.expectPartialRevert(invalid);
        cash.permit(financier, supplier, 7, DEADLINE, v, r, s);
        vm.expectRevert(ECDSA.ECDSAInvalidSignature.selector);
        cash.permit(debtor, supplier, 7, DEADLINE, v + 2, r, s);
    }

    function test_RevertWhen_SignedByAnother() external {
        bytes memory signature = _signed(rivalDebtor, 7, 0, DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612InvalidSigner.selector, rivalDebtor, debtor));
        _permit(cash, 7, DEADLINE, signature);
    }

    function test_RevertWhen_SignedForElsewhere() external {
        bytes32 structHash = _permitStruct(7, 0, DEADLINE);
        bytes[4] memory signatures = [
            _sign(debtor, _digestOn(1, cash.name(), address(cash), structHash)),
            _sign(debtor, _digest(cash.name(), address(_secondToken()), structHash)),
            _sign(debtor, _digest("scf-network Discounting", address(cash), structHash)),
            _signCash(cash, debtor, supplier, 7, DEADLINE, "nonce")
        ];
        for (uint256 i; i < 4; ++i) {
            vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
            _permit(cash, 7, DEADLINE, signatures[i]);
        }
    }

    function test_RevertWhen_ReplayedOnAnotherChain(uint64 chainId) external {
        uint256 home = block.chainid;
        vm.assume(chainId != home && chainId != 0);
        bytes memory signature = _signed(debtor, 7, 0, DEADLINE);
        vm.chainId(chainId);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        _permit(cash, 7, DEADLINE, signature);
        vm.chainId(home);
        _permit(cash, 7, DEADLINE, signature);
    }

    function test_RevertWhen_ReplayedOnAnotherToken() external {
        DepositToken other = _secondToken();
        bytes memory signature = _signed(debtor, 7, 0, DEADLINE);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        _permit(other, 7, DEADLINE, signature);
        assertEq(other.allowance(debtor, supplier), 0);
    }

    function test_RevertWhen_SignatureIsMalleable() external {
        (bytes32 r, bytes32 s, uint8 v) = _parts(_signed(debtor, 7, 0, DEADLINE));
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes32 mirrored = bytes32(order - uint256(s));
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, mirrored));
        cash.permit(debtor, supplier, 7, DEADLINE, v == 27 ? 28 : 27, r, mirrored);
    }

    function test_RevertGiven_OwnersKeyRotated() external {
        uint256 deadline = type(uint64).max;
        address key = _actor("key");
        bytes memory early = _signed(key, 7, 0, deadline);
        bytes memory old = _signed(debtor, 7, 0, deadline);
        vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612InvalidSigner.selector, key, debtor));
        _permit(cash, 7, deadline, early);
        _rotate(debtor, key);

        vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612InvalidSigner.selector, debtor, debtor));
        _permit(cash, 7, deadline, old);
        _permit(cash, 7, deadline, early);
        vm.prank(supplier);
        assertTrue(cash.transferFrom(debtor, supplier, 7));
        assertEq(cash.balanceOf(supplier), 7);
    }

    /// @dev A key's own address has no balance that its signature could give away.
    function test_KeyPermitsNothingOfItsOwn() external {
        address key = _actor("key");
        _rotate(debtor, key);
        bytes32 structHash = keccak256(abi.encode(_permitType(), key, supplier, 7, 0, type(uint64).max));
        (bytes32 r, bytes32 s, uint8 v) = _parts(_sign(key, _digest(cash.name(), address(cash), structHash)));
        cash.permit(key, supplier, 7, type(uint64).max, v, r, s);
        vm.expectRevert(
            abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, key, ParticipantStatus.None)
        );
        vm.prank(supplier);
        assertFalse(cash.transferFrom(key, supplier, 7));
    }

    function test_Permit() external {
        _permit(cash, 7, DEADLINE, _signed(debtor, 7, 0, DEADLINE));
        vm.startPrank(supplier);
        assertTrue(cash.transferFrom(debtor, supplier, 5));
        assertTrue(cash.transferFrom(debtor, supplier2, 2));
        vm.stopPrank();
        assertEq(cash.balanceOf(supplier), 5);
        assertEq(cash.balanceOf(supplier2), 2);
        assertEq(cash.allowance(debtor, supplier), 0, "allowance left");
        _permit(cash, 3, DEADLINE, _signed(debtor, 3, 1, DEADLINE));
        assertEq(cash.allowance(debtor, supplier), 3, "the next nonce");
    }

    /* INTERNAL */

    function _permitType() internal pure returns (bytes32) {
        return keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    }

    function _permitStruct(uint256 value, uint256 nonce, uint256 deadline) internal view returns (bytes32) {
        return keccak256(abi.encode(_permitType(), debtor, supplier, value, nonce, deadline));
    }

    /// @dev The debtor's permit for `supplier`, by whoever signs it.
    function _signed(address signer, uint256 value, uint256 nonce, uint256 deadline)
        internal
        view
        returns (bytes memory)
    {
        return _sign(signer, _digest(cash.name(), address(cash), _permitStruct(value, nonce, deadline)));
    }

    function _parts(bytes memory signature) internal pure returns (bytes32 r, bytes32 s, uint8 v) {
        (r, s) = abi.decode(signature, (bytes32, bytes32));
        v = uint8(signature[64]);
    }

    function _permit(DepositToken token, uint256 value, uint256 deadline, bytes memory signature) internal {
        (bytes32 r, bytes32 s, uint8 v) = _parts(signature);
        vm.prank(stranger);
        token.permit(debtor, supplier, value, deadline, v, r, s);
    }
}
