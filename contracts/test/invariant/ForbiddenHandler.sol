// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDiscounting} from "../../src/interfaces/IDiscounting.sol";
import {IParticipants} from "../../src/interfaces/IParticipants.sol";
import {IReceivables} from "../../src/interfaces/IReceivables.sol";
import {Part, ParticipantStatus, PayableState, Quote, Roles, Terms} from "../../src/types/Types.sol";
import {GhostPayable, GhostPiece} from "./Ghosts.sol";
import {Handler} from "./Handler.sol";

/// @title ForbiddenHandler
/// @notice What nobody may do, tried in every state the campaign gets into: each refused, by its name, and all unchanged.
contract ForbiddenHandler is Handler {
    /// @dev A confirmed invoice again, the amount changed: at the proposal, and by confirming the same payable twice.
    function confirmTwice(uint256 seed, uint64 face) external act {
        (bool found, uint256 index) = _pickPayable(seed, PayableState.Confirmed);
        if (!found) (found, index) = _pickPayable(seed, PayableState.Settled);
        if (!found) return;
        GhostPayable storage g = _ghostPayables[index];
        vm.expectRevert(
            abi.encodeWithSelector(IReceivables.PayableInvalidState.selector, g.id, g.state, PayableState.Proposed)
        );
        vm.prank(g.terms.debtor);
        receivables.confirm(g.id);

        Terms memory terms = g.terms;
        terms.supplier = _suppliers[seed % 3];
        terms.faceValue = uint64(_bound(face, 1, MAX_AMOUNT));
        terms.issueDate = _today();
        terms.dueDate = _today() + 9;
        vm.expectRevert(
            abi.encodeWithSelector(IReceivables.InvoiceAlreadyClaimed.selector, terms.invoiceFingerprint, g.id)
        );
        vm.prank(terms.supplier);
        receivables.propose(bytes32(seed), terms);
        _did("confirmTwice");
    }

    function oversplit(uint256 seed, uint64 excess) external act {
        (bool found, uint256 index) = _pickPiece(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        uint64 value = p.end - p.start;
        uint64 asked = uint64(_bound(excess, value, type(uint64).max));
        Part[] memory parts = new Part[](1);
        parts[0] = Part(_holderAt(seed), asked);
        vm.startPrank(p.holder);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceivableInsufficientValue.selector, p.id, asked, value));
        receivables.split(p.id, parts);
        if (asked == value) ++asked;
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceivableInsufficientValue.selector, p.id, asked, value));
        receivables.transferFrom(p.id, parts[0].to, asked);
        vm.stopPrank();
        _did("oversplit");
    }

    /// @dev One unit below the minimum, one split too deep, or any split after the first payment.
    function splitWherePiecesMayNot(uint256 seed) external act {
        (bool found, uint256 index) = _pickPiece(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        GhostPayable storage g = _ghostPayables[p.owed];
        uint64 minimum = g.terms.minimumPiece;
        uint64 value = minimum == 0 ? 1 : minimum;
        if (p.end - p.start <= value) return;
        bytes memory refusal;
        if (g.paid != 0) {
            refusal = abi.encodeWithSelector(IReceivables.PayablePaymentStarted.selector, g.id, g.paid);
        } else if (minimum > 1 && seed >> 8 & 1 == 0) {
            value = minimum - 1;
            refusal = abi.encodeWithSelector(IReceivables.PieceBelowMinimum.selector, p.id, value, minimum);
        } else if (p.depth == g.terms.maximumDepth) {
            refusal = abi.encodeWithSelector(IReceivables.PieceTooDeep.selector, p.id, p.depth, p.depth);
        } else {
            return;
        }
        vm.expectRevert(refusal);
        vm.prank(p.holder);
        receivables.transferFrom(p.id, _holderAt(seed), value);
        _did("splitWherePiecesMayNot");
    }

    function redeemTwice(uint256 seed) external act {
        uint256 n = _ghostPieces.length;
        for (uint256 i; i < n; ++i) {
            GhostPiece storage p = _ghostPieces[(seed % n + i) % n];
            bool drained = p.drawn != 0 && _due(p) == p.drawn;
            if (!drained) continue;
            if (p.gone) {
                vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceivableNotFound.selector, p.id));
            } else {
                vm.expectRevert(
                    abi.encodeWithSelector(IReceivables.RedemptionNothingDue.selector, p.id, p.drawn, p.drawn)
                );
            }
            vm.prank(p.holder);
            settlement.redeem(p.id);
            _did("redeemTwice");
            return;
        }
    }

    /// @dev A quote is accepted once; its cash signature pays for no other quote of the same financier.
    function reuseQuote(uint256 seed, uint64 value, uint64 proceeds) external act {
        (bool found, uint256 index, Quote memory quote) = _offer(seed, value, proceeds);
        if (!found || _ghostPieces[index].end - _ghostPieces[index].start == quote.value) return;
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        vm.prank(quote.supplier);
        uint256 id = discounting.accept(quote, quoteSignature, cashSignature);
        _bookMove(quote.financier, quote.supplier, quote.proceeds);
        assertEq(id, _bookSplit(index, quote.financier, quote.value, quote.recourse), "id of the part sold");

        vm.startPrank(quote.supplier);
        vm.expectRevert(abi.encodeWithSelector(IDiscounting.QuoteAlreadyUsed.selector, quote.financier, quote.nonce));
        discounting.accept(quote, quoteSignature, cashSignature);
        quote.nonce = uint256(_newWord());
        vm.expectRevert(abi.encodeWithSelector(IDiscounting.QuoteInvalidSignature.selector, quote.financier));
        discounting.accept(quote, quoteSignature, cashSignature);
        vm.stopPrank();
        _did("reuseQuote");
    }

    /// @dev Somebody who is not the holder, and often nobody at all, tries what only the holder may.
    function strangerMoves(uint256 seed) external act {
        (bool found, uint256 index) = _pickPiece(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        address caller = seed >> 8 & 1 == 0 ? stranger : _holderAt(seed >> 9);
        if (caller == p.holder) return;
        bytes memory refusal = abi.encodeWithSelector(IReceivables.ReceivableNotHolder.selector, p.id, caller, p.holder);
        Part[] memory parts = new Part[](1);
        parts[0] = Part(caller, 1);
        vm.startPrank(caller);
        vm.expectRevert(refusal);
        receivables.transferFrom(p.holder, caller, p.id);
        vm.expectRevert(refusal);
        receivables.transferFrom(p.id, caller, 1);
        vm.expectRevert(refusal);
        receivables.split(p.id, parts);
        vm.expectRevert(
            caller == stranger
                ? abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, stranger, ParticipantStatus.None)
                : refusal
        );
        settlement.redeem(p.id);
        vm.stopPrank();
        _did("strangerMoves");
    }

    /// @dev I8 and I9: to its debtor, to who is not admitted, and by a holder who is suspended.
    function moveWhereItMayNot(uint256 seed) external act {
        (bool found, uint256 index) = _pickPiece(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        address owing = _ghostPayables[p.owed].terms.debtor;
        vm.startPrank(p.holder);
        vm.expectRevert(abi.encodeWithSelector(IReceivables.ReceiverIsDebtor.selector, p.id, owing));
        receivables.transferFrom(p.holder, owing, p.id);
        vm.expectRevert(_notActive(stranger, ParticipantStatus.None));
        receivables.transferFrom(p.holder, stranger, p.id);
        vm.stopPrank();

        _suspend(p.holder);
        vm.startPrank(p.holder);
        vm.expectRevert(_notActive(p.holder, ParticipantStatus.Suspended));
        receivables.transferFrom(p.holder, _holderAtOtherThan(p.holder, seed), p.id);
        vm.expectRevert(_notActive(p.holder, ParticipantStatus.Suspended));
        settlement.redeem(p.id);
        vm.stopPrank();
        _reinstate(p.holder);
        _did("moveWhereItMayNot");
    }

    function overpay(uint256 seed, uint64 excess) external act {
        (bool found, uint256 index) = _pickPayable(seed, PayableState.Confirmed);
        if (!found) return;
        GhostPayable storage g = _ghostPayables[index];
        uint64 owed = g.terms.faceValue - g.paid;
        uint64 amount = uint64(_bound(excess, owed + 1, MAX_AMOUNT));
        vm.expectRevert(abi.encodeWithSelector(IReceivables.PaymentExceedsOutstanding.selector, g.id, amount, owed));
        settlement.pay(g.id, amount, bytes32(seed), block.timestamp + 1, "");
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

    function _holderAtOtherThan(address holder, uint256 seed) private view returns (address other) {
        other = _holderAt(seed % 97);
        if (other == holder) other = _holderAt(seed % 97 + 1);
    }

    function _notActive(address account, ParticipantStatus status) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IParticipants.ParticipantNotActive.selector, account, status);
    }
}
