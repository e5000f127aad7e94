// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Test} from "forge-std/Test.sol";

import {Anchors} from "../src/Anchors.sol";
import {DepositToken} from "../src/DepositToken.sol";
import {Discounting} from "../src/Discounting.sol";
import {Dishonours} from "../src/Dishonours.sol";
import {Holds} from "../src/Holds.sol";
import {Origination} from "../src/Origination.sol";
import {Participants} from "../src/Participants.sol";
import {Receivables} from "../src/Receivables.sol";
import {Settlement} from "../src/Settlement.sol";
import {IParticipants} from "../src/interfaces/IParticipants.sol";
import {IReceivables} from "../src/interfaces/IReceivables.sol";
import {AccessRoles, Fee, Network, Part, Piece, Programme, Quote, Roles, Terms} from "../src/types/Types.sol";
import {JournalKit} from "./JournalKit.sol";
import {SigningKit} from "./SigningKit.sol";

/// @title BaseTest
/// @notice The whole network as it is deployed, its actors, and the acts that most tests begin with.
/// @dev Logs are recorded from before the first contract exists, so that every journal can be recomputed from nothing.
/// Signatures are made by {SigningKit} from type strings of the tests' own, never from a contract's digest.
abstract contract BaseTest is Test, SigningKit, JournalKit {
    /* MONEY AND TIME */

    /// @dev 1,000,000.00 CNY.
    uint56 internal constant FACE = 100_000_000;
    /// @dev 10,000.00 CNY.
    uint56 internal constant MINIMUM = 1_000_000;
    uint8 internal constant DEPTH = 4;
    /// @dev 2^53 - 1, written out here so that the source's constant is checked too.
    uint56 internal constant MAX_AMOUNT = 9_007_199_254_740_991;
    /// @dev 2026-11-22T04:00:00Z, noon of the network's day.
    uint256 internal constant NOON = 1_795_320_000;
    /// @dev 2026-11-22 as days since 1970-01-01.
    uint32 internal constant TODAY = 20_779;
    uint64 internal constant ROTATION_DELAY_S = 2 days;

    /* ACTORS */

    address internal operator;
    address internal compliance;
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
    Origination internal origination;
    Holds internal holds;
    Discounting internal discounting;
    Settlement internal settlement;
    Dishonours internal dishonours;
    Anchors internal anchors;
    Network internal network;

    /// @dev The debtor's programme that most payables are under, and the rival's.
    uint32 internal programmeId;
    uint32 internal rivalProgrammeId;

    uint256 private _salts;

    function setUp() public virtual {
        vm.warp(NOON);
        vm.recordLogs();
        _makeActors();
        _deploy();
        _giveRoles();
        _admitAll();
        programmeId = _publish(_programme());
        Programme memory rival = _programme();
        rival.debtor = rivalDebtor;
        rivalProgrammeId = _publish(rival);
        _credit(debtor, 10 * FACE);
        _credit(financier, 10 * FACE);
        _credit(financier2, 10 * FACE);
    }

    /* SETUP */

    function _makeActors() private {
        operator = _actor("operator");
        compliance = _actor("compliance");
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

    /// @dev As the deployment does it: every contract is told where all the others will be.
    function _deploy() private {
        uint256 nonce = vm.getNonce(operator);
        network = Network({
            authority: vm.computeCreateAddress(operator, nonce),
            participants: vm.computeCreateAddress(operator, nonce + 1),
            receivables: vm.computeCreateAddress(operator, nonce + 3),
            origination: vm.computeCreateAddress(operator, nonce + 4),
            holds: vm.computeCreateAddress(operator, nonce + 5),
            discounting: vm.computeCreateAddress(operator, nonce + 6),
            settlement: vm.computeCreateAddress(operator, nonce + 7),
            dishonours: vm.computeCreateAddress(operator, nonce + 8),
            anchors: vm.computeCreateAddress(operator, nonce + 9),
            predecessor: address(0),
            version: 1
        });
        vm.startPrank(operator);
        accessManager = new AccessManager(operator);
        participants = new Participants(network, ROTATION_DELAY_S);
        cash = new DepositToken(participants, bank, "Bank B deposit CNY", "bCNY", "CNY", 2);
        receivables = new Receivables(network);
        origination = new Origination(network);
        holds = new Holds(network);
        discounting = new Discounting(network);
        settlement = new Settlement(network);
        dishonours = new Dishonours(network);
        anchors = new Anchors(participants);
        vm.stopPrank();
        assertEq(address(anchors), network.anchors, "predicted addresses");

        _watchJournal(address(participants), "Participants");
        _watchJournal(address(cash), "DepositToken");
        _watchJournal(address(receivables), "Receivables");
        _watchJournal(address(origination), "Origination");
        _watchJournal(address(holds), "Holds");
        _watchJournal(address(discounting), "Discounting");
        _watchJournal(address(settlement), "Settlement");
        _watchJournal(address(dishonours), "Dishonours");
        _watchJournal(address(anchors), "Anchors");
    }

    /// @dev Who may call what, as the deployment sets it.
    function _giveRoles() private {
        vm.startPrank(operator);
        bytes4[] memory selectors = new bytes4[](6);
        selectors[0] = IParticipants.admit.selector;
        selectors[1] = IParticipants.suspend.selector;
        selectors[2] = IParticipants.reinstate.selector;
        selectors[3] = IParticipants.close.selector;
        selectors[4] = IParticipants.readmit.selector;
        selectors[5] = IParticipants.announceRotation.selector;
        accessManager.setTargetFunctionRole(address(participants), selectors, AccessRoles.OPERATOR);
        _giveRole(address(origination), origination.setReferenceRate.selector, AccessRoles.OPERATOR);
        _giveRole(address(settlement), settlement.writeOff.selector, AccessRoles.OPERATOR);
        _giveRole(address(settlement), settlement.closeRecovery.selector, AccessRoles.OPERATOR);
        _giveRole(address(dishonours), dishonours.lift.selector, AccessRoles.OPERATOR);
        _giveRole(address(participants), participants.cancelRotation.selector, AccessRoles.OPERATOR);
        _giveRole(address(holds), holds.order.selector, AccessRoles.COMPLIANCE);
        _giveRole(address(holds), holds.releaseOrder.selector, AccessRoles.COMPLIANCE);
        _giveRole(address(holds), holds.enforceOrder.selector, AccessRoles.COMPLIANCE);
        _giveRole(address(participants), participants.countOrder.selector, AccessRoles.HOLDS);
        accessManager.grantRole(AccessRoles.OPERATOR, operator, 0);
        accessManager.grantRole(AccessRoles.COMPLIANCE, compliance, 0);
        accessManager.grantRole(AccessRoles.HOLDS, address(holds), 0);
        vm.stopPrank();
    }

    function _giveRole(address target, bytes4 selector, uint64 role) private {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        accessManager.setTargetFunctionRole(target, selectors, role);
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

    /// @dev From now on `key` acts for the account; time passes.
    function _rotate(address account, address key) internal {
        vm.prank(operator);
        participants.announceRotation(account, key);
        skip(ROTATION_DELAY_S);
        vm.prank(key);
        participants.completeRotation(account);
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
        token = _newToken(bank2, "Bank C deposit CNY", "CNY", 2);
    }

    function _newToken(address issuer, string memory name, bytes3 currency, uint8 decimals)
        internal
        returns (DepositToken token)
    {
        token = new DepositToken(participants, issuer, name, "tok", currency, decimals);
        _admit(address(token), Roles.DEPOSIT_TOKEN);
        _watchJournal(address(token), name);
    }

    /* PROGRAMMES */

    /// @dev No black-out, so that most tests need not mind it; two days to refuse.
    function _programme() internal view returns (Programme memory programme) {
        programme.debtor = debtor;
        programme.depositTokens = new address[](1);
        programme.depositTokens[0] = address(cash);
        programme.minimumPiece = MINIMUM;
        programme.maximumDepth = DEPTH;
        programme.softTenorMonths = 6;
        programme.hardTenorMonths = 12;
        programme.refusalHours = 48;
        programme.dishonourDays = 3;
    }

    function _publish(Programme memory programme) internal returns (uint32) {
        vm.prank(programme.debtor);
        return origination.publishProgramme(programme);
    }

    /* PAYABLES */

    function _terms() internal returns (Terms memory) {
        return Terms({
            supplier: supplier,
            debtor: debtor,
            programmeId: programmeId,
            faceValue: FACE,
            issueDate: TODAY,
            dueDate: TODAY + 90,
            invoiceFingerprint: _newWord(),
            evidenceHash: _newWord(),
            tenorReasonHash: 0,
            undertakingHash: 0
        });
    }

    function _propose(Terms memory terms) internal returns (uint256 payableId) {
        bytes32 salt = _newWord();
        vm.prank(terms.supplier);
        return origination.propose(salt, terms);
    }

    /// @return rootId All of a confirmed payable, held by `supplier`.
    function _confirmed() internal returns (uint256 rootId) {
        return _confirmed(_terms());
    }

    function _confirmed(Terms memory terms) internal returns (uint256 rootId) {
        uint256 payableId = _propose(terms);
        vm.prank(terms.debtor);
        return origination.confirm(payableId, terms);
    }

    /// @dev Under a programme of its own with that minimum.
    function _confirmed(uint56 faceValue, uint56 minimumPiece) internal returns (uint256 rootId) {
        Terms memory terms = _terms();
        terms.faceValue = faceValue;
        if (minimumPiece != MINIMUM) {
            Programme memory programme = _programme();
            programme.minimumPiece = minimumPiece;
            // Programmes of the same content are refused: this field makes it another one.
            programme.lateRatePpm = uint32(uint256(_newWord()) % 1_000_000) + 1;
            terms.programmeId = _publish(programme);
        }
        return _confirmed(terms);
    }

    /// @dev The tail of `value` goes to `to` as a piece of its own, in the holder's name.
    function _splitTo(uint256 receivableId, address to, uint56 value) internal returns (uint256 childId) {
        return _splitTo(receivableId, to, value, false);
    }

    function _splitTo(uint256 receivableId, address to, uint56 value, bool recourse)
        internal
        returns (uint256 childId)
    {
        Part[] memory parts = new Part[](1);
        parts[0] = Part(to, value, recourse);
        vm.prank(receivables.ownerOf(receivableId));
        return receivables.split(receivableId, parts)[0];
    }

    /// @dev The whole piece goes on, with recourse to its holder where asked.
    function _handOn(uint256 receivableId, address to, bool recourse) internal {
        address from = receivables.ownerOf(receivableId);
        vm.prank(from);
        if (recourse) receivables.transferWithRecourse(receivableId, to);
        else receivables.transferFrom(from, to, receivableId);
    }

    function _payableOf(uint256 receivableId) internal pure returns (uint256) {
        return receivableId >> 32;
    }

    /* PAYMENT */

    /// @dev The debtor signs a payment and a stranger brings it.
    function _pay(uint256 payableId, uint56 amount) internal {
        _pay(payableId, cash, amount);
    }

    function _pay(uint256 payableId, DepositToken token, uint56 amount) internal {
        address payer = receivables.payableOf(payableId).debtor;
        bytes32 paymentReference = _newWord();
        uint256 validBefore = block.timestamp + 1 hours;
        uint256[] memory parked = new uint256[](0);
        bytes32 nonce = _paymentNonce(payableId, amount, parked, paymentReference);
        bytes memory signature = _signCash(token, payer, address(settlement), amount, validBefore, nonce);
        vm.prank(stranger);
        settlement.pay(payableId, address(token), amount, paymentReference, parked, validBefore, signature);
    }

    /// @dev The rule of {ISettlement.paymentNonce}, a second time.
    function _paymentNonce(uint256 payableId, uint56 amount, uint256[] memory parkedIds, bytes32 paymentReference)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(payableId, amount, parkedIds, paymentReference));
    }

    function _redeem(uint256 receivableId) internal returns (uint56 amount) {
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

    /// @dev `value` of the receivable for 98.8 % of it (90 days at 4.80 % by R-14a), all or nothing, good for an hour.
    function _quote(uint256 receivableId, uint56 value) internal returns (Quote memory) {
        return Quote({
            receivableId: receivableId,
            supplier: receivables.ownerOf(receivableId),
            financier: financier,
            depositToken: address(cash),
            value: value,
            minimumTake: value,
            proceeds: uint56(uint256(value) * 988 / 1000),
            valueDate: TODAY,
            recourse: false,
            registrationHash: 0,
            nonce: uint256(_newWord()),
            expiry: uint64(block.timestamp + 1 hours),
            fees: new Fee[](0)
        });
    }

    function _accept(Quote memory quote) internal returns (uint256 deliveredId) {
        return _accept(quote, quote.value);
    }

    function _accept(Quote memory quote, uint56 take) internal returns (uint256 deliveredId) {
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        vm.prank(quote.supplier);
        return discounting.accept(quote, take, quoteSignature, cashSignature);
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
            _costOf(quote),
            uint256(quote.expiry) + 1,
            _quoteHash(address(discounting), quote)
        );
    }

    /// @dev Proceeds and fees: what the financier's signature allows.
    function _costOf(Quote memory quote) internal pure returns (uint256 cost) {
        cost = quote.proceeds;
        for (uint256 i; i < quote.fees.length; ++i) {
            cost += quote.fees[i].amount;
        }
    }

    /* HOLDS */

    /// @dev Compliance freezes `amount` of what `holder` has of a payable, for thirty days.
    function _freeze(address holder, uint256 payableId, uint56 amount) internal returns (uint32 orderId) {
        vm.prank(compliance);
        return holds.order(holder, payableId, amount, uint40(block.timestamp + 30 days), "reason", "authority");
    }

    /* CHECKS */

    function _assertPiece(uint256 receivableId, address holder, uint56 start, uint56 end, uint8 depth) internal view {
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
