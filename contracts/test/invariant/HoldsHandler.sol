// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {PayableState} from "../../src/types/Types.sol";
import {GhostHold, GhostOrder, GhostPayable, GhostPiece} from "./Ghosts.sol";
import {MoneyHandler} from "./MoneyHandler.sol";

/// @title HoldsHandler
/// @notice Freezes and disputes: what takes the use of a piece from its holder.
abstract contract HoldsHandler is MoneyHandler {
    function order(uint256 seed, uint56 amount) external act {
        if (_ghostOrders.length > MAX_ORDERS) return;
        (bool found, uint256 index) = _pickPiece(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        uint256 payableId = seed >> 8 & 3 == 0 ? 0 : _ghostPayables[p.owed].id;
        amount = uint56(_bound(amount, 1, seed >> 16 & 3 == 0 ? MAX_AMOUNT : p.end - p.start));
        uint40 until = uint40(block.timestamp + 1 + seed % 20 days);
        // What has expired beside it is cleared away.
        for (uint256 i = 1; i < _ghostOrders.length; ++i) {
            GhostOrder storage o = _ghostOrders[i];
            bool beside = o.holder == p.holder && o.payableId == payableId;
            if (beside && block.timestamp > o.until) o.released = true;
        }
        vm.prank(compliance);
        uint32 id = holds.order(p.holder, payableId, amount, until, "reason", "authority");
        _ghostOrders.push(GhostOrder(id, p.holder, payableId, amount, 0, until, false));
        _did("order");
    }

    function setAside(uint256 seed, uint56 amount) external act {
        (bool found, uint256 which, uint256 index) = _pickServable(seed);
        if (!found) return;
        GhostOrder storage o = _ghostOrders[which];
        GhostPiece storage p = _ghostPieces[index];
        uint56 most = p.end - p.start - _heldOf(index);
        if (o.amount - o.assigned < most) most = o.amount - o.assigned;
        if (most == 0) return;
        amount = seed >> 8 & 1 == 0 ? most : uint56(_bound(amount, 1, most));
        vm.prank(seed >> 16 & 1 == 0 ? compliance : p.holder);
        uint32 id = holds.setAside(o.id, p.id, amount);
        o.assigned += amount;
        p.touched = true;
        p.refusable = false;
        for (uint256 i; i < _ghostHolds.length; ++i) {
            GhostHold storage h = _ghostHolds[i];
            if (h.piece != index || h.order != which || h.ended) continue;
            h.ended = true;
            amount += h.amount;
        }
        _ghostHolds.push(GhostHold(id, index, which, amount, o.until, false));
        _did("setAside");
    }

    /// @dev An order that lives and a piece of its holder's that was never drawn on and has room for another hold.
    function _pickServable(uint256 seed) private view returns (bool found, uint256 which, uint256 index) {
        uint256 n = _ghostPieces.length;
        for (uint256 k; k < (_ghostOrders.length - 1) * n; ++k) {
            which = 1 + (seed % 97 + k / n) % (_ghostOrders.length - 1);
            index = (seed % n + k) % n;
            GhostOrder storage o = _ghostOrders[which];
            GhostPiece storage p = _ghostPieces[index];
            bool inScope = o.payableId == 0 || o.payableId == _ghostPayables[p.owed].id;
            bool lives = !o.released && block.timestamp <= o.until && o.assigned < o.amount;
            bool fresh = !p.gone && !p.parked && p.principal + p.interest + p.recovered == 0;
            if (p.holder == o.holder && inScope && lives && fresh) return (true, which, index);
        }
        return (false, 0, 0);
    }

    function releaseOrder(uint256 seed) external act {
        if (_ghostOrders.length < 2) return;
        GhostOrder storage o = _ghostOrders[1 + seed % (_ghostOrders.length - 1)];
        if (o.released) return;
        vm.prank(compliance);
        holds.releaseOrder(o.id, "reason");
        o.released = true;
        _did("releaseOrder");
    }

    /// @dev What is set aside moves, and nothing else: a part while parts still are, else the whole piece.
    function enforceOrder(uint256 seed, uint56 amount) external act {
        uint256 n = _ghostHolds.length;
        for (uint256 i; i < n; ++i) {
            GhostHold storage h = _ghostHolds[(seed % n + i) % n];
            GhostPiece storage p = _ghostPieces[h.piece];
            GhostOrder storage o = _ghostOrders[h.order];
            if (h.order == 0 || !_isLive(h) || p.gone || p.holder != o.holder) continue;
            uint56 value = p.end - p.start;
            GhostPayable storage g = _ghostPayables[p.owed];
            if (!_isOpen(g) && h.amount != value) continue;
            amount = _isOpen(g) ? uint56(_bound(amount, 1, h.amount)) : value;
            address to = p.holder == financier ? financier2 : financier;
            vm.prank(compliance);
            uint256 id = holds.enforceOrder(o.id, p.id, amount, to);
            h.amount -= amount;
            h.ended = h.amount == 0;
            if (amount == value) {
                uint56 aside = _aside[h.piece][p.holder];
                _aside[h.piece][p.holder] = 0;
                _asides -= aside;
                _bookMove(address(settlement), to, aside);
                _bookMoved(p, to, p.node, false);
            } else {
                assertEq(id, _bookSplit(h.piece, to, amount, p.node, false), "id of what was enforced");
            }
            _ghostPieces[g.pieces[uint32(id) - 1]].forced = true;
            return _did("enforceOrder");
        }
    }

    /// @dev Some of a piece, one dispute at a time.
    function dispute(uint256 seed, uint56 amount) external act {
        (bool found, uint256 index) = _pickPiece(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        GhostPayable storage g = _ghostPayables[p.owed];
        uint56 most = p.end - p.start - _heldOf(index);
        if (g.state != PayableState.Confirmed || most == 0 || _disputed(index)) return;
        amount = uint56(_bound(amount, 1, most));
        uint40 until = uint40(block.timestamp + 1 + seed % 20 days);
        vm.prank(g.terms.debtor);
        uint32 id = holds.dispute(p.id, amount, until, "reason");
        _ghostHolds.push(GhostHold(id, index, 0, amount, until, false));
        p.touched = true;
        p.refusable = false;
        _did("dispute");
    }

    function releaseHold(uint256 seed) external act {
        uint256 n = _ghostHolds.length;
        for (uint256 i; i < n; ++i) {
            GhostHold storage h = _ghostHolds[(seed % n + i) % n];
            if (h.order != 0 || !_isLive(h)) continue;
            vm.prank(_ghostPayables[_ghostPieces[h.piece].owed].terms.debtor);
            holds.release(h.id);
            h.ended = true;
            return _did("releaseHold");
        }
    }

    function _disputed(uint256 piece) private view returns (bool) {
        for (uint256 i; i < _ghostHolds.length; ++i) {
            GhostHold storage h = _ghostHolds[i];
            if (h.piece == piece && h.order == 0 && _isLive(h)) return true;
        }
        return false;
    }
}
