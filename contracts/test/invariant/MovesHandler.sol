// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Part, PayableState, Quote} from "../../src/types/Types.sol";
import {GhostPayable, GhostPiece} from "./Ghosts.sol";
import {OriginationHandler} from "./OriginationHandler.sol";

/// @title MovesHandler
/// @notice What holders do with their pieces, in any order and with any values that are allowed.
abstract contract MovesHandler is OriginationHandler {
    function split(uint256 seed, uint56[3] memory values, uint8 count) external act {
        (bool found, uint256 index) = _pickSplittable(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        Part[] memory parts = _parts(index, seed, values, count);
        vm.prank(p.holder);
        uint256[] memory ids = receivables.split(p.id, parts);
        for (uint256 i; i < parts.length; ++i) {
            uint256 id = _bookHanded(index, parts[i].to, parts[i].value, parts[i].recourse, true);
            assertEq(ids[i], id, "id of a split piece");
        }
        _did("split");
    }

    function _parts(uint256 index, uint256 seed, uint56[3] memory values, uint256 n)
        private
        view
        returns (Part[] memory parts)
    {
        uint56 least = _leastOf(index);
        uint56 left = _mostOf(index);
        n = _bound(n, 1, MAX_PIECES - _ghostPayables[_ghostPieces[index].owed].pieces.length);
        if (n > 3) n = 3;
        if (n > left / least) n = left / least;
        parts = new Part[](n);
        for (uint256 i; i < n; ++i) {
            // Leaves the minimum for each part to come.
            uint56 most = left - uint56(n - 1 - i) * least;
            uint56 value = uint56(_bound(values[i], least, most));
            parts[i] = Part(_holderAt(seed % 97 + i), value, seed >> i & 1 == 0);
            left -= value;
        }
    }

    /// @dev A part by ERC-3525: by the holder, or by another on an allowance of exactly the value.
    function transferPart(uint256 seed, uint56 value) external act {
        (bool found, uint256 index) = _pickSplittable(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        address to = _holderAt(seed >> 8);
        address holder = p.holder;
        address caller = holder;
        value = _partOf(index, value);
        if (seed >> 16 & 1 == 0) {
            caller = bank;
            vm.prank(holder);
            receivables.approve(p.id, caller, value);
        }
        vm.prank(caller);
        uint256 id = receivables.transferFrom(p.id, to, value);
        assertEq(id, _bookHanded(index, to, value, false, true), "id of a part");
        if (caller != holder) assertEq(receivables.allowance(p.id, caller), 0, "allowance left");
        _did("transferPart");
    }

    /// @dev A whole piece, in any state, by any of the ways there are.
    function transferWhole(uint256 seed) external act {
        (bool found, uint256 index) = _pickMovable(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        address to = _holderAt(seed >> 8);
        uint256 way = (seed >> 16) % 6;
        vm.startPrank(p.holder);
        if (way == 0) receivables.transferFrom(p.holder, to, p.id);
        if (way == 1) receivables.safeTransferFrom(p.holder, to, p.id, "data");
        if (way == 2) assertEq(receivables.transferFrom(p.id, to, p.end - p.start), p.id, "the piece itself moves");
        if (way == 3) receivables.approve(bank, p.id);
        if (way > 3) receivables.transferWithRecourse(p.id, to);
        vm.stopPrank();
        if (way == 3) {
            vm.prank(bank);
            receivables.transferFrom(p.holder, to, p.id);
        }
        _bookHanded(index, to, p.end - p.start, way > 3, true);
        _did(way > 3 ? "transfer with recourse" : "transferWhole");
    }

    function merge(uint256 seed) external act {
        uint256 n = _ghostPieces.length;
        for (uint256 i; i < n * n; ++i) {
            uint256 k = (seed % (n * n) + i) % (n * n);
            GhostPiece storage kept = _ghostPieces[k / n];
            GhostPiece storage absorbed = _ghostPieces[k % n];
            GhostPayable storage g = _ghostPayables[kept.owed];
            bool alike = kept.owed == absorbed.owed && kept.end == absorbed.start && kept.holder == absorbed.holder
                && kept.node == absorbed.node;
            bool usable = !kept.gone && !absorbed.gone && !kept.parked && !kept.touched && !absorbed.touched;
            if (!alike || !usable || g.state != PayableState.Confirmed || g.paid != 0) continue;
            vm.prank(kept.holder);
            receivables.merge(kept.id, absorbed.id);
            kept.end = absorbed.end;
            kept.refusable = false;
            if (absorbed.depth > kept.depth) kept.depth = absorbed.depth;
            (absorbed.gone, absorbed.merged) = (true, true);
            return _did("merge");
        }
    }

    function refuse(uint256 seed) external act {
        uint256 n = _ghostPieces.length;
        for (uint256 i; i < n; ++i) {
            uint256 index = (seed % n + i) % n;
            GhostPiece storage p = _ghostPieces[index];
            GhostPayable storage g = _ghostPayables[p.owed];
            bool inTime = block.timestamp < p.receivedAt + 2 days && _today() < g.terms.dueDate;
            bool mine = p.refusable && p.sender != g.terms.debtor && !p.gone && g.paid == 0;
            if (!inTime || !mine || _free(index) != p.end - p.start) continue;
            vm.prank(p.holder);
            receivables.refuse(p.id);
            _bookMoved(p, p.sender, _ghostNodes[p.node].previous, false);
            return _did("refuse");
        }
    }

    /// @dev Back to the debtor, for nothing (I8) or against a credit note: whole, or in part where parts still are.
    function park(uint256 seed, uint56 value) external act {
        if (seed >> 40 & 1 == 0) return; // Else little is left to be paid.
        (bool found, uint256 index) = _pickMovable(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        GhostPayable storage g = _ghostPayables[p.owed];
        bool dilutes = seed >> 8 & 1 == 0 && g.state == PayableState.Confirmed;
        uint56 all = p.end - p.start;
        value = _isOpen(g) ? uint56(_bound(value, 1, all)) : all;
        vm.prank(p.holder);
        uint256 id = dilutes
            ? receivables.dilute(p.id, value, "credit note")
            : receivables.transferFrom(p.id, g.terms.debtor, value);
        assertEq(id, _bookHanded(index, g.terms.debtor, value, false, false), "id of what is parked");
        _ghostPieces[g.pieces[uint32(id) - 1]].diluted = dilutes;
        _did(dilutes ? "dilute" : "extinguish");
    }

    /* FINANCING */

    function discount(uint256 seed, uint56 value, uint56 proceeds, uint56 take) external act {
        (bool found, uint256 index, Quote memory quote) = _offer(seed, value, proceeds);
        if (!found) return;
        take = uint56(_bound(take, quote.minimumTake, quote.value));
        uint256 price = uint256(quote.proceeds) * take / quote.value;
        if (price == 0) (take, price) = (quote.value, quote.proceeds);
        uint256 id = _accept(quote, take);
        _bookMove(quote.financier, quote.supplier, price);
        assertEq(id, _bookHanded(index, quote.financier, take, quote.recourse, false), "id of what was sold");
        _did(take == quote.value ? "discount" : "discount a part of the quote");
    }

    /// @dev A quote that can be accepted: for a part where one can be split off, else for the whole.
    function _offer(uint256 seed, uint56 value, uint56 proceeds)
        internal
        returns (bool found, uint256 index, Quote memory quote)
    {
        bool part = seed >> 8 & 1 == 0;
        (found, index) = part ? _pickSplittable(seed) : _pickMovable(seed);
        if (!found) return (false, 0, quote);
        GhostPiece storage p = _ghostPieces[index];
        if (p.holder == financier || p.holder == financier2) return (false, 0, quote);
        quote = _quote(p.id, part ? _partOf(index, value) : p.end - p.start);
        quote.minimumTake = part ? _leastOf(index) : quote.value;
        quote.valueDate = _today();
        quote.financier = seed >> 16 & 1 == 0 ? financier : financier2;
        quote.proceeds = uint56(_bound(proceeds, 1, quote.value));
        quote.recourse = seed >> 24 & 1 == 0;
        _fund(quote.financier, quote.proceeds);
    }
}
