// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Journal} from "../src/Journal.sol";
import {Part, Piece, Programme, Roles, Terms} from "../src/types/Types.sol";
import {BaseTest} from "./Base.t.sol";
import {ReenteringWallet} from "./mocks/ReenteringWallet.sol";
import {StrikingWallet} from "./mocks/StrikingWallet.sol";

/// A receiver that calls back, by whichever act it is told of a receipt
/// └── it should get exactly what it would get by calling afterwards: same answers, same pieces, same cash, same journals
///
/// A contract wallet that calls back when it is asked about its signature
/// └── it should change nothing, not even its own state
contract Reentrancy_Test is BaseTest {
    enum Way {
        Split,
        Value,
        WholeValue,
        Token
    }

    StrikingWallet internal wallet;
    uint256 internal root;
    /// @dev What the wallet receives.
    uint256 internal received;

    function setUp() public override {
        super.setUp();
        wallet = new StrikingWallet();
        _admit(address(wallet), Roles.SUPPLIER | Roles.FINANCIER);
        _credit(address(wallet), FACE);
        root = _confirmed();
    }

    /* RECEIVERS */

    function test_ASplit() external {
        received = root + 1;
        _planAgainstPieces();
        _compare(Way.Split, 6);
    }

    function test_PartOfTheValue() external {
        received = root + 1;
        _planAgainstPieces();
        _compare(Way.Value, 6);
    }

    function test_AllOfTheValue() external {
        received = root;
        _planAgainstPieces();
        _compare(Way.WholeValue, 8);
    }

    function test_TheToken() external {
        received = root;
        _planAgainstPieces();
        _compare(Way.Token, 8);
    }

    /// @dev Half is paid in: the receiver draws the share, and no more by asking in every way there is.
    function test_ADraw() external {
        _pay(_payableOf(root), FACE / 2);
        received = root;
        _planDraws();
        wallet.plan(address(receivables), _moveCall(address(wallet), supplier, root));
        _planDraws();
        _compare(Way.Token, 6);
        assertEq(cash.balanceOf(address(wallet)), FACE + FACE / 2);
        assertEq(receivables.ownerOf(root), supplier);
    }

    /// @dev All is paid in: the piece ends within the call that hands it over.
    function test_TheLastDraw() external {
        _pay(_payableOf(root), FACE);
        received = root;
        _planDraws();
        _compare(Way.WholeValue, 3);
        _assertGone(root);
        assertEq(cash.balanceOf(address(wallet)), 2 * FACE);
        assertEq(cash.balanceOf(address(settlement)), 0);
    }

    /// @dev What a holder may do with its own, and what it may not with another's.
    function _planAgainstPieces() private {
        address at = address(receivables);
        address me = address(wallet);
        Part[] memory parts = new Part[](1);
        parts[0] = Part(supplier3, MINIMUM, true);
        wallet.plan(at, abi.encodeWithSignature("transferFrom(uint256,address,uint256)", root, me, 2 * MINIMUM));
        wallet.plan(at, abi.encodeCall(receivables.split, (root, parts)));
        wallet.plan(at, abi.encodeCall(receivables.refuse, (root)));
        wallet.plan(at, abi.encodeCall(receivables.merge, (root, received)));
        wallet.plan(at, abi.encodeCall(receivables.split, (received, parts)));
        wallet.plan(at, abi.encodeCall(receivables.dilute, (received, 1, "credit note")));
        wallet.plan(at, abi.encodeWithSignature("approve(address,uint256)", financier, received));
        wallet.plan(at, abi.encodeWithSignature("setApprovalForAll(address,bool)", financier, true));
        uint40 until = uint40(block.timestamp + 1 days);
        wallet.plan(address(holds), abi.encodeCall(holds.reserve, (received, MINIMUM, financier, until)));
        wallet.plan(address(settlement), abi.encodeCall(settlement.redeem, (received)));
        wallet.plan(address(settlement), abi.encodeCall(settlement.redeem, (root)));
        wallet.plan(at, _moveCall(me, supplier2, received));
        wallet.plan(at, abi.encodeCall(receivables.retire, (root, supplier)));
        wallet.plan(address(cash), abi.encodeCall(cash.transfer, (supplier2, 1)));
    }

    function _planDraws() private {
        uint256[] memory ids = new uint256[](1);
        ids[0] = root;
        address at = address(settlement);
        wallet.plan(at, abi.encodeCall(settlement.redeem, (root)));
        wallet.plan(at, abi.encodeCall(settlement.redeemBatch, (ids)));
        wallet.plan(at, abi.encodeCall(settlement.redeem, (root)));
        wallet.plan(at, abi.encodeCall(settlement.redeemBatch, (ids)));
    }

    function _moveCall(address from, address to, uint256 receivableId) private pure returns (bytes memory) {
        return abi.encodeWithSignature("transferFrom(address,address,uint256)", from, to, receivableId);
    }

    /// @param succeeding How many of the calls succeed: a plan of which nothing does proves nothing.
    function _compare(Way way, uint256 succeeding) private {
        uint256 snapshot = vm.snapshotState();
        _handOver(way);
        wallet.strike();
        bytes32 afterwards = _everything();
        vm.revertToState(snapshot);

        wallet.arm();
        _handOver(way);
        assertEq(wallet.succeeded(), succeeding, "calls that succeeded");
        assertEq(_everything(), afterwards, "it got what it would not have got by calling afterwards");
    }

    function _handOver(Way way) private {
        Part[] memory parts = new Part[](2);
        parts[0] = Part(address(wallet), FACE / 4, true);
        parts[1] = Part(supplier2, FACE / 4, false);
        vm.startPrank(supplier);
        if (way == Way.Split) receivables.split(root, parts);
        if (way == Way.Value) receivables.transferFrom(root, address(wallet), FACE / 4);
        if (way == Way.WholeValue) receivables.transferFrom(root, address(wallet), FACE);
        if (way == Way.Token) receivables.safeTransferFrom(supplier, address(wallet), root);
        vm.stopPrank();
    }

    function _everything() private view returns (bytes32 all) {
        all = wallet.outcome();
        for (uint256 i; i < 8; ++i) {
            Piece memory piece = receivables.pieceOf(root + i);
            uint56 free = piece.holder == address(0) ? 0 : receivables.freeOf(root + i);
            all = keccak256(abi.encode(all, piece, settlement.dueOf(root + i), free));
        }
        address[5] memory accounts = [address(wallet), supplier, supplier2, supplier3, address(settlement)];
        for (uint256 i; i < accounts.length; ++i) {
            all = keccak256(abi.encode(all, cash.balanceOf(accounts[i]), receivables.balanceOf(accounts[i])));
        }
        for (uint256 i; i < _journals.length; ++i) {
            all = keccak256(abi.encode(all, Journal(_journals[i]).journal()));
        }
    }

    /* WALLETS THAT ARE ASKED */

    /// @dev A debtor's wallet, asked to confirm, tries to confirm twice, to decline, and to end the programme.
    function test_Confirming() external {
        ReenteringWallet asked = _asked(Roles.DEBTOR);
        (uint256 id, Terms memory terms) = _proposedTo(address(asked));
        asked.attack(address(origination), abi.encodeCall(origination.confirm, (id, terms)));
        asked.attack(address(origination), abi.encodeCall(origination.decline, (id, "reason")));
        asked.attack(address(origination), abi.encodeCall(origination.retireProgramme, (terms.programmeId)));
        uint64 deadline = uint64(block.timestamp);
        asked.attack(
            address(origination), abi.encodeCall(origination.confirmBySignature, (id, terms, deadline, bytes("")))
        );
        uint256 confirmed = origination.confirmBySignature(id, terms, deadline, "");
        assertEq(receivables.ownerOf(confirmed), supplier);
        assertEq(receivables.payableOf(id).serials, 1);
        _changedNothing(asked);
    }

    /// @dev A supplier's wallet, asked to consent, tries to sell first what is cancelled.
    function test_Consenting() external {
        ReenteringWallet asked = _asked(Roles.SUPPLIER);
        Terms memory terms = _terms();
        terms.supplier = address(asked);
        uint256 piece = _confirmed(terms);
        asked.attack(address(receivables), _moveCall(address(asked), supplier2, piece));
        uint64 deadline = uint64(block.timestamp);
        bytes memory again = abi.encodeCall(origination.cancel, (_payableOf(piece), terms, deadline, bytes("")));
        asked.attack(address(origination), again);
        vm.prank(debtor);
        origination.cancel(_payableOf(piece), terms, deadline, "");
        _assertGone(piece);
        assertEq(origination.claimedBy(terms.invoiceFingerprint), 0);
        _changedNothing(asked);
    }

    /// @dev A debtor's wallet, asked for its cash, tries to pay twice, to spend the cash first, and to have it back.
    function test_PayingAndRecovering() external {
        ReenteringWallet asked = _asked(Roles.DEBTOR);
        (uint256 id, Terms memory terms) = _proposedTo(address(asked));
        vm.prank(address(asked));
        origination.confirm(id, terms);
        uint256[] memory none = new uint256[](0);
        uint256 validBefore = block.timestamp + 365 days;
        asked.attack(
            address(settlement),
            abi.encodeCall(settlement.pay, (id, address(cash), 60, "other", none, validBefore, bytes("")))
        );
        asked.attack(address(cash), abi.encodeCall(cash.transfer, (supplier, 60)));
        asked.attack(address(cash), abi.encodeCall(cash.requestPayOut, (60, "instruction")));
        asked.attack(address(settlement), abi.encodeCall(settlement.redeem, (id << 32 | 1)));
        settlement.pay(id, address(cash), 60, "reference", none, validBefore, "");
        assertEq(receivables.payableOf(id).paid, 60);
        assertEq(cash.balanceOf(address(asked)), FACE - 60);

        vm.warp(block.timestamp + 180 days);
        vm.prank(operator);
        settlement.writeOff(id, "reason");
        settlement.recover(id, address(asked), address(cash), 40, "recovery", validBefore, "");
        assertEq(settlement.held(id, address(cash)), 100);
        assertEq(cash.balanceOf(address(asked)), FACE - 100);
        _changedNothing(asked);
    }

    /// @dev An endorser's wallet, asked for the price, tries to move on what it is about to get, and to buy it twice.
    function test_BuyingBack() external {
        ReenteringWallet asked = _asked(Roles.SUPPLIER);
        Terms memory terms = _terms();
        terms.supplier = address(asked);
        uint256 piece = _confirmed(terms);
        _handOn(piece, financier, true);
        vm.warp(block.timestamp + 91 days);
        uint256 validBefore = block.timestamp + 1;
        asked.attack(address(receivables), _moveCall(address(asked), supplier2, piece));
        asked.attack(
            address(settlement), abi.encodeCall(settlement.repurchase, (piece, address(cash), validBefore, bytes("")))
        );
        settlement.repurchase(piece, address(cash), validBefore, "");
        assertEq(receivables.ownerOf(piece), address(asked));
        assertEq(cash.balanceOf(address(asked)), 0);
        assertEq(cash.balanceOf(financier), 11 * FACE);
        _changedNothing(asked);
    }

    function _asked(uint16 role) private returns (ReenteringWallet asked) {
        asked = new ReenteringWallet();
        _admit(address(asked), role);
        _credit(address(asked), FACE);
        asked.attack(address(asked), abi.encodeCall(asked.note, ()));
    }

    function _proposedTo(address payer) private returns (uint256 id, Terms memory terms) {
        Programme memory programme = _programme();
        programme.debtor = payer;
        terms = _terms();
        terms.debtor = payer;
        terms.programmeId = _publish(programme);
        id = _propose(terms);
    }

    function _changedNothing(ReenteringWallet asked) private {
        assertEq(asked.notes(), 0, "not even its own state");
        _foldLogs();
        _assertJournals();
    }
}
