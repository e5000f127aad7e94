// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDiscounting} from "../../src/interfaces/IDiscounting.sol";
import {IOrigination} from "../../src/interfaces/IOrigination.sol";
import {IParticipants} from "../../src/interfaces/IParticipants.sol";
import {IReceivables} from "../../src/interfaces/IReceivables.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {Part, ParticipantStatus, PayableState, Quote, Roles, Terms} from "../../src/types/Types.sol";
import {GhostPayable, GhostPiece} from "./Ghosts.sol";
import {HoldsHandler} from "./HoldsHandler.sol";

/// @title ForbiddenHandler
/// @notice What nobody may do, tried in every state the campaign gets into: each refused, by its name, and all unchanged.
contract ForbiddenHandler is HoldsHandler {
    /// @dev A confirmed invoice again, the amount changed: at the proposal, and by confirming the same payable twice.
    function confirmTwice(uint256 seed, uint56 face) external act {
        (bool found, uint256 index) = _pickPayable(seed, PayableState.Confirmed);
        if (!found) return;
        GhostPayable storage g = _ghostPayables[index];
        vm.expectRevert(
            abi.encodeWithSelector(
                IOrigination.ProposalInvalidState.selector, g.id, PayableState.Confirmed, PayableState.Proposed
            )
        );
        vm.prank(g.terms.debtor);
        origination.confirm(g.id, g.terms);

        Terms memory terms = g.terms;
        terms.supplier = _suppliers[seed % 3];
        terms.faceValue = uint56(_bound(face, 1, MAX_AMOUNT));
        terms.issueDate = _today();
        terms.dueDate = _today() + 9;
        vm.expectRevert(_claimed(terms, g.id));
        vm.prank(terms.supplier);
        origination.propose(bytes32(seed), terms);
        _did("confirmTwice");
    }

    function oversplit(uint256 seed, uint56 excess) external act {
        (bool found, uint256 index) = _pickMovable(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        uint56 value = p.end - p.start;
        uint56 asked = uint56(_bound(excess, value, type(uint56).max - 1));
        Part[] memory parts = new Part[](1);
        parts[0] = Part(_holderAt(seed), asked, false);
        vm.startPrank(p.holder);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceivableInsufficientValue.selector, p.id, asked, value));
        receivables.split(p.id, parts);
        if (asked == value) ++asked;
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceivableInsufficientValue.selector, p.id, asked, value));
        receivables.transferFrom(p.id, parts[0].to, asked);
        vm.stopPrank();
        _did("oversplit");
    }

    /// @dev One unit below the minimum, one split too deep, or any split after the first payment or the close.
    function splitWherePiecesMayNot(uint256 seed) external act {
        (bool found, uint256 index) = _pickMovable(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        GhostPayable storage g = _ghostPayables[p.owed];
        uint56 value = _leastOf(index);
        if (p.end - p.start <= value) return;
        bytes memory refusal;
        if (g.minimum > 1 && seed >> 8 & 1 == 0) {
            value = g.minimum - 1;
            refusal = abi.encodeWithSelector(IReceivables.PieceBelowMinimum.selector, p.id, value, g.minimum);
        } else if (p.depth >= g.maximumDepth) {
            refusal = abi.encodeWithSelector(IReceivables.PieceTooDeep.selector, p.id, p.depth, g.maximumDepth);
        } else if (g.state != PayableState.Confirmed) {
            refusal = abi.encodeWithSelector(
                IReceivables.PayableInvalidState.selector, g.id, g.state, PayableState.Confirmed
            );
        } else if (g.paid != 0) {
            refusal = abi.encodeWithSelector(IReceivables.PayablePaymentStarted.selector, g.id, g.paid);
        } else {
            return;
        }
        vm.expectRevert(refusal);
        vm.prank(p.holder);
        receivables.transferFrom(p.id, _holderAt(seed), value);
        _did("splitWherePiecesMayNot");
    }

    /// @dev What is held cannot move, nor what came back to the debtor (I8, I10).
    function moveWhatIsHeld(uint256 seed) external act {
        uint256 n = _ghostPieces.length;
        for (uint256 i; i < n; ++i) {
            uint256 index = (seed % n + i) % n;
            GhostPiece storage p = _ghostPieces[index];
            uint56 value = p.end - p.start;
            uint56 free = _free(index);
            if (p.gone || free == value) continue;
            bytes memory refusal = p.parked
                ? abi.encodeWithSelector(IReceivables.ReceivableIsParked.selector, p.id)
                : abi.encodeWithSelector(IReceivables.ReceivableHeld.selector, p.id, value, free);
            vm.expectRevert(refusal);
            vm.prank(p.holder);
            receivables.transferFrom(p.holder, _holderAt(seed), p.id);
            return _did(p.parked ? "moveWhatIsParked" : "moveWhatIsHeld");
        }
    }

    function redeemTwice(uint256 seed) external act {
        uint256 n = _ghostPieces.length;
        for (uint256 i; i < n; ++i) {
            GhostPiece storage p = _ghostPieces[(seed % n + i) % n];
            if (p.parked || p.principal == 0 || (!p.gone && (_dueSum(p) != 0 || _isFinal(p)))) continue;
            vm.expectRevert(
                p.gone
                    ? abi.encodeWithSelector(IReceivables.ReceivableNotFound.selector, p.id)
                    : abi.encodeWithSelector(ISettlement.RedemptionNothingDue.selector, p.id)
            );
            vm.prank(p.holder);
            settlement.redeem(p.id);
            return _did("redeemTwice");
        }
    }

    /// @dev A quote is accepted once; its cash signature pays for no other quote of the same financier.
    function reuseQuote(uint256 seed, uint56 value, uint56 proceeds) external act {
        (bool found, uint256 index, Quote memory quote) = _offer(seed, value, proceeds);
        if (!found || _ghostPieces[index].end - _ghostPieces[index].start == quote.value) return;
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        vm.prank(quote.supplier);
        uint256 id = discounting.accept(quote, quote.value, quoteSignature, cashSignature);
        _bookMove(quote.financier, quote.supplier, quote.proceeds);
        assertEq(id, _bookHanded(index, quote.financier, quote.value, quote.recourse, false), "id of what was sold");

        vm.startPrank(quote.supplier);
        vm.expectRevert(abi.encodeWithSelector(IDiscounting.QuoteAlreadyUsed.selector, quote.financier, quote.nonce));
        discounting.accept(quote, quote.value, quoteSignature, cashSignature);
        quote.nonce = uint256(_newWord());
        vm.expectRevert(abi.encodeWithSelector(IDiscounting.QuoteInvalidSignature.selector, quote.financier));
        discounting.accept(quote, quote.value, quoteSignature, cashSignature);
        vm.stopPrank();
        _did("reuseQuote");
    }

    /// @dev Somebody who is not the holder tries what only the holder may; so does one who is nobody.
    function strangerMoves(uint256 seed) external act {
        (bool found, uint256 index) = _pickPiece(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        address caller = seed >> 8 & 1 == 0 ? stranger : _holderAt(seed >> 9);
        if (caller == p.holder) return;
        bytes memory refusal = caller == stranger
            ? _notActive(stranger, ParticipantStatus.None)
            : abi.encodeWithSelector(IReceivables.ReceivableNotHolder.selector, p.id, caller, p.holder);
        Part[] memory parts = new Part[](1);
        parts[0] = Part(caller, 1, false);
        vm.startPrank(caller);
        vm.expectRevert(refusal);
        receivables.transferFrom(p.holder, caller, p.id);
        vm.expectRevert(refusal);
        receivables.transferFrom(p.id, caller, 1);
        vm.expectRevert(refusal);
        receivables.split(p.id, parts);
        vm.expectRevert(refusal);
        receivables.dilute(p.id, 1, "credit note");
        vm.expectRevert(refusal);
        receivables.refuse(p.id);
        vm.expectRevert(
            caller == stranger
                ? refusal
                : abi.encodeWithSelector(ISettlement.RedemptionNotHolder.selector, p.id, caller, p.holder)
        );
        settlement.redeem(p.id);
        vm.stopPrank();
        _did("strangerMoves");
    }

    /// @dev I9: to who is not admitted, and by a holder who is suspended.
    function moveWhereItMayNot(uint256 seed) external act {
        (bool found, uint256 index) = _pickMovable(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        vm.expectRevert(_notActive(stranger, ParticipantStatus.None));
        vm.prank(p.holder);
        receivables.transferFrom(p.holder, stranger, p.id);

        _suspend(p.holder);
        vm.startPrank(p.holder);
        vm.expectRevert(_notActive(p.holder, ParticipantStatus.Suspended));
        receivables.transferFrom(p.holder, bank, p.id);
        vm.expectRevert(_notActive(p.holder, ParticipantStatus.Suspended));
        settlement.redeem(p.id);
        vm.stopPrank();
        _reinstate(p.holder);
        _did("moveWhereItMayNot");
    }

    function overpay(uint256 seed, uint56 excess) external act {
        (bool found, uint256 index) = _pickPayable(seed, PayableState.Confirmed);
        if (!found) return;
        GhostPayable storage g = _ghostPayables[index];
        uint56 owed = g.terms.faceValue - g.paid + _interest(g);
        uint56 amount = uint56(_bound(excess, owed + 1, MAX_AMOUNT));
        uint256[] memory none = new uint256[](0);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.PaymentTooMuch.selector, g.id, amount, owed));
        settlement.pay(g.id, address(cash), amount, bytes32(seed), none, block.timestamp + 1, "");
        _did("overpay");
    }

    /// @dev Cash pushed onto a contract would be owed to nobody.
    function pushCash(uint256 seed) external act {
        address from = _accounts[seed % _accounts.length];
        address to = seed >> 8 & 1 == 0 ? address(settlement) : address(discounting);
        bytes memory refusal =
            abi.encodeWithSelector(IParticipants.ParticipantLacksRole.selector, to, Roles.CONTRACT, Roles.ORGANISATION);
        vm.expectRevert(refusal);
        vm.prank(from);
        assertFalse(cash.transfer(to, _money[from]));
        bytes32 bankReference = _newWord();
        vm.expectRevert(refusal);
        vm.prank(bank);
        cash.credit(to, 1, bankReference);
        _did("pushCash");
    }

    function _notActive(address account, ParticipantStatus status) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, account, status);
    }
}
