// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Test} from "forge-std/Test.sol";

import {Anchors} from "../src/Anchors.sol";
import {DepositToken} from "../src/DepositToken.sol";
import {Discounting} from "../src/Discounting.sol";
import {Participants} from "../src/Participants.sol";
import {Receivables} from "../src/Receivables.sol";
import {Settlement} from "../src/Settlement.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {Piece, Quote, Roles, Terms} from "../src/types/Types.sol";
import {JournalKit} from "./JournalKit.sol";
import {SigningKit} from "./SigningKit.sol";

/// @title BaseTest
/// @notice The whole network as it is deployed, its actors, and the acts that most tests begin with.
/// @dev Logs are recorded from before the first contract exists, so that every journal can be recomputed from nothing.
/// Signatures are made by {SigningKit} from type strings of the tests' own, never from a contract's digest.
abstract contract BaseTest is Test, SigningKit, JournalKit {
    /* MONEY AND TIME */

    /// @dev 1,000,000.00 CNY.
    uint64 internal constant FACE = 100_000_000;
    /// @dev 10,000.00 CNY.
    uint64 internal constant MINIMUM = 1_000_000;
    uint8 internal constant DEPTH = 4;
    /// @dev 2^53 - 1, written out here so that the source's constant is checked too.
    uint64 internal constant MAX_AMOUNT = 9_007_199_254_740_991;
    /// @dev 2026-11-22T04:00:00Z, noon of the network's day.
    uint256 internal constant NOON = 1_795_320_000;
    /// @dev 2026-11-22 as days since 1970-01-01.
    uint32 internal constant TODAY = 20_779;

    /* ACTORS */

    address internal operator;
    address internal bank;
    address internal debtor;
    address internal rivalDebtor;
    address internal supplier;
    address internal supplier2;
    address internal supplier3;
    address internal financier;
    address internal financier2;
    address internal suspended;
    address internal stranger;

    /* NETWORK */

    AccessManager internal accessManager;
    Participants internal participants;
    DepositToken internal cash;
    Receivables internal receivables;
    Discounting internal discounting;
    Settlement internal settlement;
    Anchors internal anchors;

    uint256 private _salts;

    function setUp() public virtual {
        vm.warp(NOON);
        vm.recordLogs();
        _makeActors();
        _deploy();
        _admitAll();
        _credit(debtor, 10 * FACE);
        _credit(financier, 10 * FACE);
        _credit(financier2, 10 * FACE);
    }

    /* SETUP */

    function _makeActors() private {
        operator = _actor("operator");
        bank = _actor("bank");
        debtor = _actor("debtor");
        rivalDebtor = _actor("rivalDebtor");
        supplier = _actor("supplier");
        supplier2 = _actor("supplier2");
        supplier3 = _actor("supplier3");
        financier = _actor("financier");
        financier2 = _actor("financier2");
        suspended = _actor("suspended");
        stranger = _actor("stranger");
    }

    /// @dev As the deployment does it: {Receivables} is told the addresses that its two partners will have.
    function _deploy() private {
        vm.startPrank(operator);
        accessManager = new AccessManager(operator);
        participants = new Participants(address(accessManager));
        cash = new DepositToken(participants, bank, "Bank B deposit CNY", "bCNY", "CNY", 2);
        uint256 nonce = vm.getNonce(operator);
        receivables = new Receivables(
            participants, vm.computeCreateAddress(operator, nonce + 1), vm.computeCreateAddress(operator, nonce + 2)
        );
        discounting = new Discounting(participants, receivables);
        settlement = new Settlement(participants, receivables);
        anchors = new Anchors(participants);
        vm.stopPrank();
        assertEq(receivables.DISCOUNTING(), address(discounting), "predicted address of Discounting");
        assertEq(receivables.SETTLEMENT(), address(settlement), "predicted address of Settlement");

        _watchJournal(address(participants), "Participants");
        _watchJournal(address(cash), "DepositToken");
        _watchJournal(address(receivables), "Receivables");
        _watchJournal(address(discounting), "Discounting");
        _watchJournal(address(settlement), "Settlement");
        _watchJournal(address(anchors), "Anchors");
    }

    function _admitAll() private {
        _admit(address(cash), Roles.DEPOSIT_TOKEN);
        _admit(address(discounting), Roles.CONTRACT);
        _admit(address(settlement), Roles.CONTRACT);
        _admit(bank, Roles.BANK);
        _admit(debtor, Roles.DEBTOR);
        _admit(rivalDebtor, Roles.DEBTOR);
        _admit(supplier, Roles.SUPPLIER);
        _admit(supplier2, Roles.SUPPLIER);
        _admit(supplier3, Roles.SUPPLIER);
        _admit(financier, Roles.FINANCIER);
        _admit(financier2, Roles.FINANCIER);
        _admit(suspended, Roles.DEBTOR | Roles.SUPPLIER | Roles.FINANCIER);
        _suspend(suspended);
    }

    /* PARTICIPANTS */

    function _admit(address account, uint16 roles) internal {
        vm.prank(operator);
        participants.admit(account, roles, keccak256(abi.encode("legal entity", account)));
    }

    function _suspend(address account) internal {
        vm.prank(operator);
        participants.suspend(account, keccak256("reason"));
    }

    function _reinstate(address account) internal {
        vm.prank(operator);
        participants.reinstate(account);
    }

    /* CASH */

    function _credit(address account, uint64 amount) internal {
        vm.prank(bank);
        cash.credit(account, amount, _newWord());
    }

    /// @dev A second bank's token in the same currency, admitted.
    function _secondToken() internal returns (DepositToken token) {
        address bank2 = _actor("bank2");
        _admit(bank2, Roles.BANK);
        token = new DepositToken(participants, bank2, "Bank C deposit CNY", "cCNY", "CNY", 2);
        _admit(address(token), Roles.DEPOSIT_TOKEN);
    }

    /* PAYABLES */

    function _terms() internal returns (Terms memory) {
        return Terms({
            supplier: supplier,
            debtor: debtor,
            depositToken: address(cash),
            faceValue: FACE,
            minimumPiece: MINIMUM,
            issueDate: TODAY,
            dueDate: TODAY + 90,
            maximumDepth: DEPTH,
            invoiceFingerprint: _newWord(),
            evidenceHash: _newWord()
        });
    }

    function _propose(Terms memory terms) internal returns (uint256 payableId) {
        bytes32 salt = _newWord();
        vm.prank(terms.supplier);
        return receivables.propose(salt, terms);
    }

    function _proposed() internal returns (uint256 payableId) {
        return _propose(_terms());
    }

    /// @return rootId All of a confirmed payable, held by `supplier`.
    function _confirmed() internal returns (uint256 rootId) {
        return _confirmed(_terms());
    }

    function _confirmed(Terms memory terms) internal returns (uint256 rootId) {
        uint256 payableId = _propose(terms);
        vm.prank(terms.debtor);
        return receivables.confirm(payableId);
    }

    function _confirmed(uint64 faceValue, uint64 minimumPiece) internal returns (uint256 rootId) {
        Terms memory terms = _terms();
        terms.faceValue = faceValue;
        terms.minimumPiece = minimumPiece;
        return _confirmed(terms);
    }

    /// @dev The tail of `value` goes to `to` as a piece of its own, in the holder's name.
    function _splitTo(uint256 receivableId, address to, uint64 value) internal returns (uint256 childId) {
        vm.prank(receivables.ownerOf(receivableId));
        return receivables.transferFrom(receivableId, to, value);
    }

    function _payableOf(uint256 receivableId) internal pure returns (uint256) {
        return receivableId >> 32;
    }

    /* PAYMENT */

    /// @dev The debtor signs a payment and a stranger brings it.
    function _pay(uint256 payableId, uint64 amount) internal {
        _payBy(receivables.payableOf(payableId).debtor, payableId, amount);
    }

    function _payBy(address payer, uint256 payableId, uint64 amount) internal {
        bytes32 paymentReference = _newWord();
        bytes memory signature = _signPayment(payer, payableId, amount, paymentReference, block.timestamp + 1 hours);
        vm.prank(stranger);
        settlement.pay(payableId, amount, paymentReference, block.timestamp + 1 hours, signature);
    }

    function _signPayment(
        address payer,
        uint256 payableId,
        uint64 amount,
        bytes32 paymentReference,
        uint256 validBefore
    ) internal view returns (bytes memory) {
        bytes32 nonce = keccak256(abi.encode(payableId, paymentReference));
        return _signCash(cash, payer, address(settlement), amount, validBefore, nonce);
    }

    function _redeem(uint256 receivableId) internal returns (uint64 amount) {
        vm.prank(receivables.ownerOf(receivableId));
        return settlement.redeem(receivableId);
    }

    function _signCash(DepositToken token, address from, address to, uint256 value, uint256 validBefore, bytes32 nonce)
        internal
        view
        returns (bytes memory)
    {
        return _signCash(token.name(), address(token), from, to, value, validBefore, nonce);
    }

    /* QUOTES */

    /// @dev `value` of the receivable for 98.8 % of it (90 days at 4.80 % by R-14a), good for an hour.
    function _quote(uint256 receivableId, uint64 value) internal returns (Quote memory) {
        return Quote({
            receivableId: receivableId,
            supplier: receivables.ownerOf(receivableId),
            financier: financier,
            depositToken: address(cash),
            value: value,
            proceeds: uint64(uint256(value) * 988 / 1000),
            valueDate: TODAY,
            recourse: false,
            nonce: uint256(_newWord()),
            expiry: uint64(block.timestamp + 1 hours)
        });
    }

    function _accept(Quote memory quote) internal returns (uint256 deliveredId) {
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        vm.prank(quote.supplier);
        return discounting.accept(quote, quoteSignature, cashSignature);
    }

    /// @dev What a financier hands out: the quote's signature, and that of the cash which pays for this quote alone.
    function _signBoth(Quote memory quote)
        internal
        view
        returns (bytes memory quoteSignature, bytes memory cashSignature)
    {
        quoteSignature = _signQuote(address(discounting), quote.financier, quote);
        cashSignature = _signQuoteCash(quote);
    }

    function _signQuoteCash(Quote memory quote) internal view returns (bytes memory) {
        return _signCash(
            DepositToken(quote.depositToken),
            quote.financier,
            address(discounting),
            quote.proceeds,
            uint256(quote.expiry) + 1,
            _quoteHash(address(discounting), quote)
        );
    }

    /* CHECKS */

    function _assertPiece(uint256 receivableId, address holder, uint64 start, uint64 end, uint8 depth) internal view {
        Piece memory p = receivables.pieceOf(receivableId);
        assertEq(p.holder, holder, "holder");
        assertEq(p.start, start, "start");
        assertEq(p.end, end, "end");
        assertEq(p.depth, depth, "depth");
        assertEq(receivables.balanceOf(receivableId), end - start, "value");
    }

    function _assertGone(uint256 receivableId) internal {
        assertEq(receivables.pieceOf(receivableId).holder, address(0), "piece remains");
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceivableNotFound.selector, receivableId));
        receivables.ownerOf(receivableId);
    }

    /// @dev A word nobody used before.
    function _newWord() internal returns (bytes32) {
        return keccak256(abi.encode("word", ++_salts));
    }
}
