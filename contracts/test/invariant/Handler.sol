// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IReceivables} from "../../src/interfaces/IReceivables.sol";
import {Part, PayableState, Quote, Roles, Terms} from "../../src/types/Types.sol";
import {GhostPayable, GhostPiece, Ghosts} from "./Ghosts.sol";

/// @title Handler
/// @notice What participants do, in any order and with any values that are allowed.
/// @dev An action that finds nothing to act on returns: `fail_on_revert` makes every other failure a finding.
abstract contract Handler is Ghosts {
    /* ORIGINATION */

    /// @dev Faces are tiny half of the time, so that rounding matters. Now and then the invoice of an older proposal is
    /// proposed again with another amount: refused if that one was confirmed meanwhile, else two wait side by side.
    function propose(uint256 seed, uint64 face, uint64 minimum, uint8 depth) external act {
        if (_ghostPayables.length >= MAX_PAYABLES) return;
        Terms memory terms = _terms();
        terms.supplier = _suppliers[seed % 3];
        terms.debtor = seed >> 8 & 1 == 0 ? debtor : rivalDebtor;
        terms.faceValue = uint64(_bound(face, 1, face & 1 == 0 ? 60 : 100 * FACE));
        terms.minimumPiece = uint64(_bound(minimum, 0, terms.faceValue / 8));
        terms.maximumDepth = uint8(_bound(depth, 0, 5));
        terms.issueDate = _today();
        terms.dueDate = _today() + 2 + uint32(seed % 90);
        if (_ghostPayables.length != 0 && seed >> 16 & 3 == 0) {
            terms.invoiceFingerprint = _ghostPayables[seed % _ghostPayables.length].terms.invoiceFingerprint;
        }
        uint256 claimant = _claims[terms.invoiceFingerprint];
        if (claimant != 0) {
            bytes32 salt = _newWord();
            vm.expectRevert(
                abi.encodeWithSelector(IReceivables.InvoiceAlreadyClaimed.selector, terms.invoiceFingerprint, claimant)
            );
            vm.prank(terms.supplier);
            receivables.propose(salt, terms);
            _did("propose refused");
            return;
        }
        _bookProposal(_propose(terms), terms);
        _did("propose");
    }

    function confirm(uint256 seed) external act {
        (bool found, uint256 index) = _pickPayable(seed, PayableState.Proposed);
        if (!found) return;
        GhostPayable storage g = _ghostPayables[index];
        bool bySignature = seed >> 8 & 1 == 0;
        bytes memory signature =
            _signConfirmation(address(receivables), g.terms.debtor, g.id, g.terms, uint64(block.timestamp));
        uint256 claimant = _claims[g.terms.invoiceFingerprint];
        bool late = g.terms.dueDate <= _today();
        if (late) {
            vm.expectRevert(abi.encodeWithSelector(IReceivables.PayableDueDatePast.selector, g.terms.dueDate, _today()));
        } else if (claimant != 0) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IReceivables.InvoiceAlreadyClaimed.selector, g.terms.invoiceFingerprint, claimant
                )
            );
        }
        vm.prank(bySignature ? stranger : g.terms.debtor);
        if (bySignature) receivables.confirmBySignature(g.id, uint64(block.timestamp), signature);
        else receivables.confirm(g.id);
        if (late || claimant != 0) return _did("confirm refused");
        _bookConfirmation(index);
        _did(bySignature ? "confirm by signature" : "confirm");
    }

    /* HOLDERS */

    function split(uint256 seed, uint64[3] memory values, uint8 count) external act {
        (bool found, uint256 index) = _pickSplittable(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        Part[] memory parts = _parts(index, seed, values, count);
        vm.prank(p.holder);
        uint256[] memory ids = receivables.split(p.id, parts);
        for (uint256 i; i < parts.length; ++i) {
            assertEq(ids[i], _bookSplit(index, parts[i].to, parts[i].value, false), "id of a split piece");
        }
        _did("split");
    }

    function _parts(uint256 index, uint256 seed, uint64[3] memory values, uint256 n)
        private
        view
        returns (Part[] memory parts)
    {
        GhostPiece storage p = _ghostPieces[index];
        GhostPayable storage g = _ghostPayables[p.owed];
        uint64 minimum = g.terms.minimumPiece == 0 ? 1 : g.terms.minimumPiece;
        uint64 left = p.end - p.start - 1;
        n = _bound(n, 1, MAX_PIECES - g.pieces.length);
        if (n > 3) n = 3;
        if (n > left / minimum) n = left / minimum;
        parts = new Part[](n);
        for (uint256 i; i < n; ++i) {
            // Leaves the minimum for each part to come.
            uint64 most = left - uint64(n - 1 - i) * minimum;
            parts[i] = Part(_holderAt(seed % 97 + i), uint64(_bound(values[i], minimum, most)));
            left -= parts[i].value;
        }
    }

    /// @dev A part by ERC-3525: by the holder, or by another on an allowance of exactly the value.
    function transferPart(uint256 seed, uint64 value) external act {
        (bool found, uint256 index) = _pickSplittable(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        address to = _holderAt(seed >> 8);
        address caller = p.holder;
        value = _partOf(index, value);
        if (seed >> 16 & 1 == 0) {
            caller = bank;
            vm.prank(p.holder);
            receivables.approve(p.id, caller, value);
        }
        vm.prank(caller);
        uint256 id = receivables.transferFrom(p.id, to, value);
        assertEq(id, _bookSplit(index, to, value, false), "id of a part");
        if (caller != p.holder) assertEq(receivables.allowance(p.id, caller), 0, "allowance left");
        _did("transferPart");
    }

    /// @dev A whole piece, in any state, by any of the ways there are.
    function transferWhole(uint256 seed) external act {
        (bool found, uint256 index) = _pickPiece(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        address to = _holderAt(seed >> 8);
        uint256 way = seed >> 16 & 3;
        vm.startPrank(p.holder);
        if (way == 0) receivables.transferFrom(p.holder, to, p.id);
        if (way == 1) receivables.safeTransferFrom(p.holder, to, p.id, "data");
        if (way == 2) assertEq(receivables.transferFrom(p.id, to, p.end - p.start), p.id, "the piece itself moves");
        if (way == 3) receivables.approve(bank, p.id);
        vm.stopPrank();
        if (way == 3) {
            vm.prank(bank);
            receivables.transferFrom(p.holder, to, p.id);
        }
        p.holder = to;
        p.recourse = false;
        _did("transferWhole");
    }

    /* FINANCING */

    function discount(uint256 seed, uint64 value, uint64 proceeds) external act {
        (bool found, uint256 index, Quote memory quote) = _offer(seed, value, proceeds);
        if (!found) return;
        uint256 id = _accept(quote);
        _bookMove(quote.financier, quote.supplier, quote.proceeds);
        GhostPiece storage p = _ghostPieces[index];
        if (quote.value < p.end - p.start) {
            assertEq(id, _bookSplit(index, quote.financier, quote.value, quote.recourse), "id of the part sold");
        } else {
            assertEq(id, p.id, "the piece itself is sold");
            p.holder = quote.financier;
            p.recourse = quote.recourse;
        }
        _did("discount");
    }

    /// @dev A quote that can be accepted, for a part where one can be split off, else for the whole.
    function _offer(uint256 seed, uint64 value, uint64 proceeds)
        internal
        returns (bool found, uint256 index, Quote memory quote)
    {
        bool part = seed >> 8 & 1 == 0;
        (found, index) = part ? _pickSplittable(seed) : _pickPiece(seed);
        if (!found) return (false, 0, quote);
        GhostPiece storage p = _ghostPieces[index];
        if (_rolesOf(p.holder) & Roles.SUPPLIER == 0) return (false, 0, quote);
        quote = _quote(p.id, part ? _partOf(index, value) : p.end - p.start);
        quote.valueDate = _today();
        quote.financier = seed >> 16 & 1 == 0 ? financier : financier2;
        quote.proceeds = uint64(_bound(proceeds, 1, quote.value));
        quote.recourse = seed >> 24 & 1 == 0;
        if (_money[quote.financier] < quote.proceeds) _fund(quote.financier, quote.proceeds);
    }

    function _rolesOf(address account) internal view returns (uint16) {
        return account == financier || account == financier2 ? Roles.FINANCIER : Roles.SUPPLIER;
    }

    /* PAYMENT */

    /// @dev All that is owed a quarter of the time, so that campaigns get past settlement. A third of the time the debtor is
    /// suspended while it pays.
    function pay(uint256 seed, uint64 amount) external act {
        (bool found, uint256 index) = _pickPayable(seed, PayableState.Confirmed);
        if (!found) return;
        GhostPayable storage g = _ghostPayables[index];
        uint64 owed = g.terms.faceValue - g.paid;
        amount = seed >> 8 & 3 == 0 ? owed : uint64(_bound(amount, 1, owed));
        if (_money[g.terms.debtor] < amount) _fund(g.terms.debtor, amount);
        bool isSuspended = seed % 3 == 0;
        if (isSuspended) _suspend(g.terms.debtor);
        _payBy(g.terms.debtor, g.id, amount);
        if (isSuspended) _reinstate(g.terms.debtor);
        _bookMove(g.terms.debtor, address(settlement), amount);
        g.paid += amount;
        if (g.paid == g.terms.faceValue) _bookState(g, PayableState.Settled);
        _did("pay");
    }

    function redeem(uint256 seed) external act {
        (bool found, uint256 index) = seed >> 8 & 1 == 0 ? _pickPiece(seed) : _pickDue(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        GhostPayable storage g = _ghostPayables[p.owed];
        uint64 due = _due(p) - p.drawn;
        if (due == 0) {
            vm.expectRevert(abi.encodeWithSelector(IReceivables.RedemptionNothingDue.selector, p.id, p.drawn, p.drawn));
            vm.prank(p.holder);
            settlement.redeem(p.id);
            _did("redeem refused");
            return;
        }
        vm.prank(p.holder);
        assertEq(settlement.redeem(p.id), due, "amount redeemed");
        _bookMove(address(settlement), p.holder, due);
        p.drawn += due;
        g.drawn += due;
        if (g.state == PayableState.Settled) p.gone = true;
        _did(p.gone ? "redeem the last" : "redeem a share");
        _did("redeem");
    }

    /* CASH, ANCHORS, TIME */

    function credit(uint256 seed, uint32 amount) external act {
        _fund(_accounts[seed % _accounts.length], uint64(amount) + 1);
        _did("credit");
    }

    function moveCash(uint256 seed, uint64 amount) external act {
        address from = _accounts[seed % _accounts.length];
        address to = _accounts[(seed >> 8) % _accounts.length];
        amount = uint64(_bound(amount, 0, _money[from]));
        vm.prank(from);
        assertTrue(cash.transfer(to, amount));
        _bookMove(from, to, amount);
        _did("moveCash");
    }

    function anchor(uint256 seed) external act {
        vm.prank(_accounts[seed % _accounts.length]);
        anchors.anchor(_newWord(), "kind");
        _did("anchor");
    }

    function sleep(uint256 seed) external act {
        skip(seed % 2 days);
        _did("sleep");
    }

    function _fund(address account, uint64 amount) internal {
        if (_credited + amount > MAX_AMOUNT) return;
        _credit(account, amount);
        _bookCredit(account, amount);
    }
}
