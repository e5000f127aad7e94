// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Origination} from "../src/Origination.sol";
import {IOrigination} from "../src/interfaces/IOrigination.sol";
import {PayableState, Programme, Roles, Terms} from "../src/types/Types.sol";
import {OriginationKit} from "./OriginationKit.sol";
import {StrangeWallet, TwoOfficersWallet} from "./mocks/Wallets.sol";

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
