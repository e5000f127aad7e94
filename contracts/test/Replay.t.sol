// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Discounting} from "../src/Discounting.sol";
import {Dishonours} from "../src/Dishonours.sol";
import {Holds} from "../src/Holds.sol";
import {Origination} from "../src/Origination.sol";
import {Receivables} from "../src/Receivables.sol";
import {Settlement} from "../src/Settlement.sol";
import {IDepositToken} from "../src/interfaces/IDepositToken.sol";
import {IDiscounting} from "../src/interfaces/IDiscounting.sol";
import {IOrigination} from "../src/interfaces/IOrigination.sol";
import {AccessRoles, Network, Programme, Quote, Roles, Terms} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";

/// @dev What was signed for one version, brought to the version beside it: same chain, participants, cash and access
/// manager. Of each signature the same words are signed for either: only whom they are for differs.
///
/// Replay across versions
/// ├── when it was signed for the other version
/// │   └── it should revert, and change nothing
/// └── when it was signed for this one
///     └── it should do what it says
///
/// Replay across acts
/// └── cash that was signed for one act should pay for no other
contract Replay_Test is BaseTest {
    uint64 internal constant DEADLINE = uint64(NOON + 1 days);
    uint256 internal constant VALID_BEFORE = NOON + 365 days;

    Receivables internal receivables2;
    Origination internal origination2;
    Discounting internal discounting2;
    Settlement internal settlement2;
    uint32 internal programmeId2;

    function setUp() public override {
        super.setUp();
        Network memory beside = network;
        uint256 nonce = vm.getNonce(address(this));
        beside.receivables = vm.computeCreateAddress(address(this), nonce);
        beside.origination = vm.computeCreateAddress(address(this), nonce + 1);
        beside.holds = vm.computeCreateAddress(address(this), nonce + 2);
        beside.discounting = vm.computeCreateAddress(address(this), nonce + 3);
        beside.settlement = vm.computeCreateAddress(address(this), nonce + 4);
        beside.dishonours = vm.computeCreateAddress(address(this), nonce + 5);
        (beside.predecessor, beside.version) = (address(origination), 2);
        receivables2 = new Receivables(beside);
        origination2 = new Origination(beside);
        new Holds(beside);
        discounting2 = new Discounting(beside);
        settlement2 = new Settlement(beside);
        new Dishonours(beside);
        _admit(address(discounting2), Roles.CONTRACT);
        _admit(address(settlement2), Roles.CONTRACT);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = settlement2.writeOff.selector;
        vm.startPrank(operator);
        accessManager.setTargetFunctionRole(address(settlement2), selectors, AccessRoles.OPERATOR);
        origination.nameSuccessor(address(origination2));
        vm.stopPrank();
        vm.prank(debtor);
        programmeId2 = origination2.publishProgramme(_programme());
    }

    /* VERSIONS */

    function test_Publication() external {
        Programme memory programme = _programme();
        programme.lateRatePpm = 60_000;
        bytes memory old = _signPublication(address(origination), debtor, programme, DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.SignatureInvalid.selector, 0, debtor));
        origination2.publishProgrammeBySignature(programme, DEADLINE, old);
        bytes memory own = _signPublication(address(origination2), debtor, programme, DEADLINE);
        assertEq(origination2.publishProgrammeBySignature(programme, DEADLINE, own), programmeId2 + 1);
    }

    function test_Confirmation() external {
        Terms memory terms = _terms2();
        vm.prank(supplier);
        uint256 id = origination2.propose("salt", terms);
        bytes memory old = _signConfirmation(address(origination), debtor, id, terms, _programme(), DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.SignatureInvalid.selector, id, debtor));
        origination2.confirmBySignature(id, terms, DEADLINE, old);
        bytes memory own = _signConfirmation(address(origination2), debtor, id, terms, _programme(), DEADLINE);
        uint256 root = origination2.confirmBySignature(id, terms, DEADLINE, own);
        assertEq(receivables2.ownerOf(root), supplier);
    }

    function test_Cancellation() external {
        Terms memory terms = _terms2();
        uint256 root = _issued2(terms);
        uint256 id = _payableOf(root);
        bytes memory old = _signCancellation(address(origination), supplier, id, DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(IOrigination.SignatureInvalid.selector, id, supplier));
        vm.prank(debtor);
        origination2.cancel(id, terms, DEADLINE, old);
        assertEq(receivables2.ownerOf(root), supplier);
        bytes memory own = _signCancellation(address(origination2), supplier, id, DEADLINE);
        vm.prank(debtor);
        origination2.cancel(id, terms, DEADLINE, own);
        assertEq(receivables2.pieceOf(root).holder, address(0));
    }

    function test_QuoteAndItsCash() external {
        Quote memory quote = _quote2(_issued2(_terms2()));
        bytes memory oldQuote = _signQuote(address(discounting), financier, quote);
        bytes memory oldCash = _signQuoteCash(quote);
        bytes memory ownQuote = _signQuote(address(discounting2), financier, quote);
        bytes32 nonce = _quoteHash(address(discounting2), quote);
        bytes memory ownCash =
            _signCash(cash, financier, address(discounting2), quote.proceeds, uint256(quote.expiry) + 1, nonce);

        vm.startPrank(supplier);
        vm.expectRevert(abi.encodeWithSelector(IDiscounting.QuoteInvalidSignature.selector, financier));
        discounting2.accept(quote, FACE, oldQuote, ownCash);
        vm.expectRevert(abi.encodeWithSelector(IDepositToken.AuthorizationInvalidSignature.selector, financier));
        discounting2.accept(quote, FACE, ownQuote, oldCash);
        assertFalse(discounting2.nonceUsed(financier, quote.nonce), "a refused quote stays open");
        discounting2.accept(quote, FACE, ownQuote, ownCash);
        vm.stopPrank();
        assertEq(receivables2.ownerOf(quote.receivableId), financier);
        assertFalse(discounting.nonceUsed(financier, quote.nonce), "nonces are each version's own");
    }

    function test_Payment() external {
        uint256 id = _payableOf(_issued2(_terms2()));
        bytes32 nonce = _paymentNonce(id, 60, new uint256[](0), "reference");
        bytes memory old = _signCash(cash, debtor, address(settlement), 60, VALID_BEFORE, nonce);
        bytes memory own = _signCash(cash, debtor, address(settlement2), 60, VALID_BEFORE, nonce);
        vm.expectRevert(abi.encodeWithSelector(IDepositToken.AuthorizationInvalidSignature.selector, debtor));
        settlement2.pay(id, address(cash), 60, "reference", new uint256[](0), VALID_BEFORE, old);
        settlement2.pay(id, address(cash), 60, "reference", new uint256[](0), VALID_BEFORE, own);
        assertEq(receivables2.payableOf(id).paid, 60);
        assertEq(cash.balanceOf(address(settlement)), 0);
    }

    function test_Repurchase() external {
        uint256 root = _issued2(_terms2());
        vm.prank(supplier);
        receivables2.transferWithRecourse(root, financier);
        _credit(supplier, FACE);
        vm.warp(NOON + 91 days);
        bytes32 nonce = keccak256(abi.encode(root, financier, VALID_BEFORE));
        bytes memory old = _signCash(cash, supplier, address(settlement), FACE, VALID_BEFORE, nonce);
        bytes memory own = _signCash(cash, supplier, address(settlement2), FACE, VALID_BEFORE, nonce);
        vm.expectRevert(abi.encodeWithSelector(IDepositToken.AuthorizationInvalidSignature.selector, supplier));
        settlement2.repurchase(root, address(cash), VALID_BEFORE, old);
        assertEq(receivables2.ownerOf(root), financier);
        settlement2.repurchase(root, address(cash), VALID_BEFORE, own);
        assertEq(receivables2.ownerOf(root), supplier);
    }

    function test_Recovery() external {
        uint256 id = _payableOf(_issued2(_terms2()));
        vm.warp(NOON + 180 days);
        vm.prank(operator);
        settlement2.writeOff(id, "reason");
        bytes32 nonce = keccak256(abi.encode(id, bytes32("reference")));
        bytes memory old = _signCash(cash, debtor, address(settlement), 60, VALID_BEFORE, nonce);
        bytes memory own = _signCash(cash, debtor, address(settlement2), 60, VALID_BEFORE, nonce);
        vm.expectRevert(abi.encodeWithSelector(IDepositToken.AuthorizationInvalidSignature.selector, debtor));
        settlement2.recover(id, debtor, address(cash), 60, "reference", VALID_BEFORE, old);
        settlement2.recover(id, debtor, address(cash), 60, "reference", VALID_BEFORE, own);
        assertEq(settlement2.held(id, address(cash)), 60);

        vm.expectRevert(abi.encodeWithSelector(IDepositToken.AuthorizationAlreadyUsed.selector, debtor, nonce));
        settlement2.recover(id, debtor, address(cash), 60, "reference", VALID_BEFORE, own);
    }

    /* ACTS */

    /// @dev A payment that came too late for the write-off is no recovery, and what was signed to recover pays for nothing.
    function test_RevertWhen_CashSignedForAnotherAct() external {
        uint256 id = _payableOf(_issued2(_terms2()));
        bytes32 payment = _paymentNonce(id, 60, new uint256[](0), "reference");
        bytes32 recovery = keccak256(abi.encode(id, bytes32("reference")));
        bytes memory forPayment = _signCash(cash, debtor, address(settlement2), 60, VALID_BEFORE, payment);
        bytes memory forRecovery = _signCash(cash, debtor, address(settlement2), 60, VALID_BEFORE, recovery);
        bytes memory refusal = abi.encodeWithSelector(IDepositToken.AuthorizationInvalidSignature.selector, debtor);
        vm.expectRevert(refusal);
        settlement2.pay(id, address(cash), 60, "reference", new uint256[](0), VALID_BEFORE, forRecovery);
        vm.warp(NOON + 180 days);
        vm.prank(operator);
        settlement2.writeOff(id, "reason");
        vm.expectRevert(refusal);
        settlement2.recover(id, debtor, address(cash), 60, "reference", VALID_BEFORE, forPayment);
        settlement2.recover(id, debtor, address(cash), 60, "reference", VALID_BEFORE, forRecovery);
    }

    /* INTERNAL */

    function _terms2() internal returns (Terms memory terms) {
        terms = _terms();
        terms.programmeId = programmeId2;
    }

    function _issued2(Terms memory terms) internal returns (uint256 root) {
        vm.prank(debtor);
        return origination2.issue("salt", terms);
    }

    function _quote2(uint256 receivableId) internal returns (Quote memory quote) {
        quote.receivableId = receivableId;
        quote.supplier = supplier;
        quote.financier = financier;
        quote.depositToken = address(cash);
        (quote.value, quote.minimumTake, quote.proceeds) = (FACE, FACE, FACE - 1);
        quote.valueDate = TODAY;
        quote.nonce = uint256(_newWord());
        quote.expiry = DEADLINE;
    }
}
