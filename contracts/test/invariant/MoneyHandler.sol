// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {PayableState} from "../../src/types/Types.sol";
import {GhostPayable, GhostPiece} from "./Ghosts.sol";
import {MovesHandler} from "./MovesHandler.sol";

/// @title MoneyHandler
/// @notice Payment and redemption, and what happens where the debtor does not pay; cash, anchors and time.
abstract contract MoneyHandler is MovesHandler {
    /* PAYMENT */

    /// @dev All that is owed a quarter of the time, so that campaigns get past settlement; with what parked pieces are due
    /// netted half of the time. A third of the time the debtor is suspended while it pays.
    function pay(uint256 seed, uint56 amount) external act {
        (bool found, uint256 index) = _pickPayable(seed, PayableState.Confirmed);
        if (!found) return;
        GhostPayable storage g = _ghostPayables[index];
        _accrue(g);
        uint56 owed = g.terms.faceValue - g.paid + g.interestDue;
        amount = seed >> 8 & 3 == 0 ? owed : uint56(_bound(amount, 1, owed));
        _bookPayment(g, amount);
        uint256[] memory parked = seed >> 16 & 1 == 0 ? _parkedOf(g) : new uint256[](0);
        uint56 netted = _nettable(g, parked);
        if (netted > amount) (parked, netted) = (new uint256[](0), 0);
        for (uint256 i; i < parked.length; ++i) {
            _bookDraw(_ghostPieces[g.pieces[uint32(parked[i]) - 1]]);
        }
        g.cash += amount - netted;
        _fund(g.terms.debtor, amount - netted);
        bool isSuspended = seed % 3 == 0 && netted != amount;
        if (isSuspended) _suspend(g.terms.debtor);
        _bring(g, amount, netted, parked);
        if (isSuspended) _reinstate(g.terms.debtor);
        _bookMove(g.terms.debtor, address(settlement), amount - netted);
        _did(netted == 0 ? "pay" : "pay, netted");
    }

    function _bookPayment(GhostPayable storage g, uint56 amount) private {
        uint56 interest = amount < g.interestDue ? amount : g.interestDue;
        g.interestDue -= interest;
        g.interestPaid += interest;
        g.paid += amount - interest;
        if (interest != 0) _did("pay late interest");
        if (g.paid == g.terms.faceValue) _bookState(g, PayableState.Settled);
    }

    function _parkedOf(GhostPayable storage g) private view returns (uint256[] memory ids) {
        ids = new uint256[](g.pieces.length);
        uint256 n;
        for (uint256 i; i < g.pieces.length; ++i) {
            GhostPiece storage p = _ghostPieces[g.pieces[i]];
            if (p.parked && !p.gone) ids[n++] = p.id;
        }
        assembly ("memory-safe") {
            mstore(ids, n)
        }
    }

    function _nettable(GhostPayable storage g, uint256[] memory ids) private view returns (uint56 sum) {
        for (uint256 i; i < ids.length; ++i) {
            sum += _dueSum(_ghostPieces[g.pieces[uint32(ids[i]) - 1]]);
        }
    }

    function _bring(GhostPayable storage g, uint56 amount, uint56 netted, uint256[] memory parked) private {
        bytes32 reference_ = _newWord();
        uint256 validBefore = block.timestamp + 1;
        bytes32 nonce = _paymentNonce(g.id, amount, parked, reference_);
        bytes memory signature =
            _signCash(cash, g.terms.debtor, address(settlement), amount - netted, validBefore, nonce);
        vm.prank(netted == amount ? g.terms.debtor : stranger);
        settlement.pay(g.id, address(cash), amount, reference_, parked, validBefore, signature);
    }

    /* REDEMPTION */

    function redeem(uint256 seed) external act {
        (bool found, uint256 index) = seed >> 8 & 1 == 0 ? _pickPiece(seed) : _pickDue(seed);
        if (!found) return;
        GhostPiece storage p = _ghostPieces[index];
        bool worthless = _dueSum(p) == 0;
        if (worthless && !_isFinal(p)) {
            vm.expectRevert(abi.encodeWithSelector(ISettlement.RedemptionNothingDue.selector, p.id));
            vm.prank(p.holder);
            settlement.redeem(p.id);
            return _did("redeem refused");
        }
        uint56 paid = _bookRedemption(index, true);
        vm.prank(p.holder);
        assertEq(settlement.redeem(p.id), paid, "amount redeemed");
        _did(worthless ? "redeem the worthless" : p.gone ? "redeem the last" : "redeem a share");
    }

    /// @dev A keeper's list of everything there is, one holder suspended meanwhile.
    function redeemBatch(uint256 seed) external act {
        (bool found, uint256 index) = _pickPayable(seed, PayableState.Settled);
        if (!found || seed >> 8 & 1 == 0) (found, index) = _pickPayable(seed, PayableState.Confirmed);
        if (!found) return;
        GhostPayable storage g = _ghostPayables[index];
        address barred = _holderAt(seed >> 16);
        uint256[] memory ids = new uint256[](g.pieces.length);
        uint256 before = _asides;
        for (uint256 i; i < ids.length; ++i) {
            GhostPiece storage p = _ghostPieces[g.pieces[i]];
            ids[i] = p.id;
            if (!p.gone && _dueSum(p) != 0) _bookRedemption(g.pieces[i], p.holder != barred);
        }
        _suspend(barred);
        vm.prank(stranger);
        settlement.redeemBatch(ids);
        _reinstate(barred);
        _did("redeemBatch");
        if (_asides != before) _did("set cash aside");
    }

    /// @return paid What goes to the holder; the rest is set aside, in proportion to what is held.
    function _bookRedemption(uint256 index, bool eligible) private returns (uint56 paid) {
        GhostPiece storage p = _ghostPieces[index];
        GhostPayable storage g = _ghostPayables[p.owed];
        uint256 value = p.end - p.start;
        uint256 held = _isBlocked(p.holder, g.id) || !eligible ? value : _heldOf(index);
        uint56 amount = _bookDraw(p);
        uint56 aside = uint56((amount * held + value - 1) / value);
        paid = amount - aside;
        g.cash -= amount;
        _bookMove(address(settlement), p.holder, paid);
        _aside[index][p.holder] += aside;
        _asides += aside;
    }

    function releaseSetAside(uint256 seed) external act {
        uint256 n = _ghostPieces.length;
        for (uint256 i; i < n * 5; ++i) {
            uint256 index = (seed % n + i / 5) % n;
            GhostPiece storage p = _ghostPieces[index];
            address holder = _holderAt(seed % 97 + i);
            uint56 amount = _aside[index][holder];
            if (amount == 0) continue;
            bool own = p.gone || p.holder == holder;
            bool held = _isBlocked(holder, _ghostPayables[p.owed].id) || (own && _heldOf(index) != 0);
            if (held) vm.expectRevert(abi.encodeWithSelector(ISettlement.SetAsideHeld.selector, p.id));
            vm.prank(stranger);
            settlement.releaseSetAside(p.id, holder, address(cash));
            if (held) return _did("release refused");
            _aside[index][holder] = 0;
            _asides -= amount;
            _bookMove(address(settlement), holder, amount);
            return _did("releaseSetAside");
        }
    }

    /* DEFAULT */

    function repurchase(uint256 seed) external act {
        uint256 n = _ghostPieces.length;
        for (uint256 i; i < n; ++i) {
            uint256 index = (seed % n + i) % n;
            GhostPiece storage p = _ghostPieces[index];
            GhostPayable storage g = _ghostPayables[p.owed];
            address endorser = _ghostNodes.length == 0 ? address(0) : _ghostNodes[p.node].endorser;
            bool overdue = g.state == PayableState.Confirmed && _today() > g.terms.dueDate;
            if (p.gone || endorser == address(0) || !overdue || _free(index) != p.end - p.start) continue;
            uint56 price = p.end - p.start - p.principal;
            if (price == 0) continue;
            _fund(endorser, price);
            uint256 validBefore = block.timestamp + 1 + _times["repurchase"]; // what tells one from the next
            bytes32 nonce = keccak256(abi.encode(p.id, p.holder, validBefore));
            bytes memory signature = _signCash(cash, endorser, address(settlement), price, validBefore, nonce);
            if (endorser == p.holder) continue;
            vm.prank(stranger);
            settlement.repurchase(p.id, address(cash), validBefore, signature);
            _bookMove(endorser, p.holder, price);
            _bookMoved(p, endorser, _ghostNodes[p.node].previous, false);
            return _did("repurchase");
        }
    }

    /// @dev Time leaps where nothing is old enough, once in a while.
    function writeOff(uint256 seed) external act {
        (bool found, uint256 index) = _pickPayable(seed, PayableState.Confirmed);
        if (!found) return;
        GhostPayable storage g = _ghostPayables[index];
        if (_today() < g.terms.dueDate + 90) {
            if (seed >> 8 & 7 != 0) return;
            skip(uint256(g.terms.dueDate + 90 - _today()) * 1 days);
        }
        _accrue(g);
        if (g.interestDue != 0) {
            vm.expectEmit(address(settlement));
            emit ISettlement.LateInterestGivenUp(g.id, g.interestDue);
            _did("give up late interest");
        }
        vm.prank(operator);
        settlement.writeOff(g.id, "reason");
        g.interestDue = 0;
        _bookState(g, PayableState.WrittenOff);
        _did("writeOff");
    }

    function recover(uint256 seed, uint56 amount) external act {
        (bool found, uint256 index) = _pickPayable(seed, PayableState.WrittenOff);
        if (!found) return;
        GhostPayable storage g = _ghostPayables[index];
        if (g.recoveryClosed) return;
        if (seed >> 8 & 7 == 0) {
            vm.prank(operator);
            settlement.closeRecovery(g.id, "reason");
            g.recoveryClosed = true;
            return _did("closeRecovery");
        }
        uint56 left = g.terms.faceValue - g.paid - g.recovered;
        amount = seed >> 16 & 3 == 0 ? left : uint56(_bound(amount, 1, left));
        _fund(financier, amount);
        bytes32 reference_ = _newWord();
        uint256 validBefore = block.timestamp + 1;
        bytes32 nonce = keccak256(abi.encode(g.id, reference_));
        bytes memory signature = _signCash(cash, financier, address(settlement), amount, validBefore, nonce);
        vm.prank(stranger);
        settlement.recover(g.id, financier, address(cash), amount, reference_, validBefore, signature);
        g.recovered += amount;
        g.cash += amount;
        g.recoveryClosed = amount == left;
        _bookMove(financier, address(settlement), amount);
        _did("recover");
    }

    /* CASH, ANCHORS, TIME */

    function credit(uint256 seed, uint32 amount) external act {
        address account = _accounts[seed % _accounts.length];
        _credit(account, uint64(amount) + 1);
        _bookCredit(account, uint64(amount) + 1);
        _did("credit");
    }

    function payOut(uint256 seed, uint56 amount) external act {
        address account = _accounts[seed % _accounts.length];
        if (_money[account] == 0) return;
        amount = uint56(_bound(amount, 1, _money[account]));
        vm.prank(account);
        uint256 id = cash.requestPayOut(amount, "instruction");
        _money[account] -= amount;
        bytes32 reference_ = _newWord();
        uint256 way = (seed >> 8) % 3;
        if (way == 0) {
            _payOutsWaiting += amount;
            return _did("a pay-out waits");
        }
        vm.prank(bank);
        if (way == 1) cash.completePayOut(id, reference_);
        else cash.refusePayOut(id, "reason");
        if (way == 1) _burnt += amount;
        else _money[account] += amount;
        _did(way == 1 ? "payOut" : "payOut refused");
    }

    function moveCash(uint256 seed, uint56 amount) external act {
        address from = _accounts[seed % _accounts.length];
        address to = _accounts[(seed >> 8) % _accounts.length];
        amount = uint56(_bound(amount, 0, _money[from]));
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
        skip(seed % 5 == 0 ? seed % 20 days : seed % 1 days);
        _did("sleep");
    }
}
