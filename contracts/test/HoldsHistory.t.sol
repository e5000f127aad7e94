// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {HoldKind, PositionFlags, Programme, Quote, Terms} from "../src/types/Types.sol";
import {HoldsKit} from "./HoldsKit.sol";

/// Holds, through random histories of two payables and their pieces (I10)
/// ├── whatever was done by whom, at any time
/// │   ├── it should go through exactly where a book of the test's own says so
/// │   ├── it should be free + what is held = value on each piece
/// │   ├── it should block exactly the holders whose orders are not served
/// │   └── it should keep the journals whole
/// └── when everything is paid and redeemed in the end
///     └── it should set aside what is held, and pay the rest
contract Holds_History_Test is HoldsKit {
    struct GhostHold {
        uint256 on;
        HoldKind kind;
        uint56 amount;
        address beneficiary;
        uint256 until;
        uint256 from;
        uint32 orderId;
        bool gone;
    }

    struct GhostOrder {
        address holder;
        uint256 payableId;
        uint56 amount;
        uint56 assigned;
        uint256 until;
        bool released;
    }

    uint256 private constant STEPS = 40;
    uint256 private constant ACTS = 12;
    uint56 private constant LITTLE = 1000;

    /// @dev The book: by id, 0 unused.
    GhostHold[] private _ghosts;
    GhostOrder[] private _ghostOrders;
    uint256[] private _pieces;
    mapping(uint256 receivableId => address) private _holderOf;
    mapping(uint256 receivableId => uint56) private _valueOf;
    mapping(uint256 receivableId => uint8) private _depthOf;
    address[2] private _holders;

    uint256 private _random;
    uint256 private _act;
    uint256[ACTS] private _done;

    function setUp() public override {
        super.setUp();
        _holders = [supplier, supplier2];
        _ghosts.push();
        _ghostOrders.push();
        Programme memory programme = _programme();
        programme.minimumPiece = 1;
        programmeId = _publish(programme);
        _addPiece(_confirmedForAYear(), supplier, LITTLE, 0);
        _addPiece(_confirmedForAYear(), supplier, LITTLE, 0);
        _addPiece(_splitTo(_pieces[0], supplier2, 300), supplier2, 300, 1);
        _valueOf[_pieces[0]] -= 300;
    }

    /// forge-config: default.fuzz.runs = 64
    /// forge-config: ci.fuzz.runs = 512
    function testFuzz_History(uint256 seed) external {
        _random = seed;
        for (uint256 i; i < STEPS; ++i) {
            _step();
            _check();
        }
        _redeemAll();
        _foldLogs();
        _assertJournals();
    }

    /// @dev A campaign that never does anything proves nothing: each act goes through.
    function test_HistoriesGoAllTheWay() external {
        uint256[ACTS] memory done;
        for (uint256 seed; seed < 12; ++seed) {
            uint256 snapshot = vm.snapshotState();
            _random = uint256(keccak256(abi.encode("history", seed)));
            for (uint256 i; i < STEPS; ++i) {
                _step();
            }
            uint256[ACTS] memory more = _done;
            vm.revertToState(snapshot);
            for (uint256 act; act < ACTS; ++act) {
                done[act] += more[act];
            }
        }
        for (uint256 act; act < ACTS; ++act) {
            assertGt(done[act], 0, vm.toString(act));
        }
    }

    /* STEPS */

    function _step() private {
        uint256 act = _pick(ACTS);
        _act = act;
        if (act == 0) _stepOrder();
        else if (act == 1) _stepReleaseOrder();
        else if (act <= 3) _stepSetAside();
        else if (act == 4) _stepEnforce();
        else if (act == 5) _stepDispute();
        else if (act == 6) _stepPledge();
        else if (act == 7) _stepReserve();
        else if (act == 8) _stepRelease();
        else if (act == 9) _stepEnforcePledge();
        else if (act == 10) _stepSplit();
        else _stepSell();
        if (_pick(3) == 0) skip(_pick(8 days));
    }

    function _stepOrder() private {
        address holder = _holders[_pick(2)];
        uint256 of_ = _pick(3) == 0 ? 0 : _payableOf(_anyPiece());
        uint56 amount = _amount(LITTLE / 2);
        uint40 until = _until();
        uint256 standing;
        for (uint256 i = 1; i < _ghostOrders.length; ++i) {
            GhostOrder storage o = _ghostOrders[i];
            if (o.holder == holder && o.payableId == of_ && _lives(o)) ++standing;
        }
        bool allowed = standing < 8;
        bytes memory call = abi.encodeCall(holds.order, (holder, of_, amount, until, "reason", "authority"));
        if (!_try(compliance, call, allowed)) return;
        for (uint256 i = 1; i < _ghostOrders.length; ++i) {
            GhostOrder storage o = _ghostOrders[i];
            if (o.holder == holder && o.payableId == of_ && !_lives(o)) o.released = true;
        }
        _ghostOrders.push(GhostOrder(holder, of_, amount, 0, until, false));
    }

    function _stepReleaseOrder() private {
        uint32 orderId = uint32(_pick(_ghostOrders.length + 1));
        bool allowed = orderId != 0 && orderId < _ghostOrders.length && !_ghostOrders[orderId].released;
        if (!_try(compliance, abi.encodeCall(holds.releaseOrder, (orderId, "reason")), allowed)) return;
        _ghostOrders[orderId].released = true;
    }

    function _stepSetAside() private {
        (uint32 orderId, uint256 id) = _orderAndPiece();
        if (orderId == 0) return;
        GhostOrder storage o = _ghostOrders[orderId];
        uint56 amount = _amount(_min(o.amount - o.assigned, _valueOf[id] - _held(id)));
        address caller = _pick(2) == 0 ? compliance : o.holder;
        bool allowed = _concerns(o, id) && amount <= o.amount - o.assigned && amount <= _valueOf[id] - _held(id)
            && _roomFor(id, HoldKind.Freeze, orderId);
        if (!_try(caller, abi.encodeCall(holds.setAside, (orderId, id, amount)), allowed)) return;
        _ghostSetAside(orderId, id, amount);
    }

    function _stepEnforce() private {
        (uint32 orderId, uint256 id) = _orderAndPiece();
        if (orderId == 0) return;
        GhostOrder storage o = _ghostOrders[orderId];
        uint256 before = _freezeUnder(orderId, id);
        uint56 held = before == 0 ? 0 : _ghosts[before].amount;
        uint56 most = held + _min(o.amount - o.assigned, _valueOf[id] - _held(id));
        uint56 amount = _amount(_pick(2) == 0 && held != 0 ? held : most);
        bool allowed = _concerns(o, id);
        if (amount > held) {
            uint56 missing = amount - held;
            allowed = allowed && missing <= o.amount - o.assigned && missing <= _valueOf[id] - _held(id)
                && _roomFor(id, HoldKind.Freeze, orderId);
        }
        address to = _pick(2) == 0 ? financier : _holders[o.holder == supplier ? 1 : 0];
        if (!_try(compliance, abi.encodeCall(holds.enforceOrder, (orderId, id, amount, to)), allowed)) return;
        if (amount > held) _ghostSetAside(orderId, id, amount - held);
        _ghostFree(_freezeUnder(orderId, id), amount);
        _ghostMove(id, to, amount);
    }

    function _stepDispute() private {
        uint256 id = _anyPiece();
        uint56 amount = _amount(_pick(4) == 0 ? _valueOf[id] : _valueOf[id] - _held(id));
        uint40 until = _until();
        bool allowed = amount <= _valueOf[id] - _held(id) && _roomFor(id, HoldKind.Dispute, 0);
        if (!_try(debtor, abi.encodeCall(holds.dispute, (id, amount, until, "reason")), allowed)) return;
        _ghostPlace(GhostHold(id, HoldKind.Dispute, amount, debtor, until, 0, 0, false));
    }

    function _stepPledge() private {
        uint256 id = _anyPiece();
        address holder = _holderOf[id];
        address pledgee = _pick(2) == 0 ? financier : financier2;
        uint40 until = _until();
        uint40 from = uint40(until - _pick(10 days));
        bool allowed = pledgee != holder && _held(id) == 0 && !_blocked(holder, id) && from <= until;
        if (!_try(holder, abi.encodeCall(holds.pledge, (id, pledgee, until, from, "loan")), allowed)) return;
        _ghostPlace(GhostHold(id, HoldKind.Pledge, _valueOf[id], pledgee, until, from, 0, false));
    }

    function _stepReserve() private {
        uint256 id = _anyPiece();
        address holder = _holderOf[id];
        address to = _pick(2) == 0 ? financier : financier2;
        uint56 amount = _amount(_pick(4) == 0 ? _valueOf[id] : _valueOf[id] - _held(id));
        uint40 until = _until();
        bool allowed = to != holder && amount <= _free(id) && _roomFor(id, HoldKind.Delivery, 0);
        if (!_try(holder, abi.encodeCall(holds.reserve, (id, amount, to, until)), allowed)) return;
        _ghostPlace(GhostHold(id, HoldKind.Delivery, amount, to, until, 0, 0, false));
    }

    function _stepRelease() private {
        uint32 holdId = uint32(_pick(_ghosts.length + 1));
        if (holdId == 0 || holdId >= _ghosts.length) {
            _try(debtor, abi.encodeCall(holds.release, (holdId)), false);
            return;
        }
        GhostHold storage h = _ghosts[holdId];
        address[4] memory callers = [debtor, financier, financier2, stranger];
        address caller = callers[_pick(4)];
        bool allowed = !h.gone && (!_lives(h) || (h.kind != HoldKind.Freeze && caller == h.beneficiary));
        if (!_try(caller, abi.encodeCall(holds.release, (holdId)), allowed)) return;
        h.gone = true;
    }

    function _stepEnforcePledge() private {
        uint32 holdId = uint32(1 + _pick(_ghosts.length));
        for (uint32 i = 1; i < _ghosts.length; ++i) {
            if (_lives(_ghosts[i]) && _ghosts[i].kind == HoldKind.Pledge) holdId = i;
        }
        if (holdId >= _ghosts.length) return;
        GhostHold storage h = _ghosts[holdId];
        address caller = _pick(4) == 0 ? financier2 : h.beneficiary;
        bool allowed = _lives(h) && h.kind == HoldKind.Pledge && caller == h.beneficiary && block.timestamp >= h.from
            && !_blocked(_holderOf[h.on], h.on);
        if (caller == address(0)) return;
        if (!_try(caller, abi.encodeCall(holds.enforcePledge, (holdId)), allowed)) return;
        _ghostMove(h.on, h.beneficiary, h.amount);
        h.gone = true;
    }

    function _stepSplit() private {
        uint256 id = _anyPiece();
        address holder = _holderOf[id];
        uint56 amount = _amount(_pick(4) == 0 ? _valueOf[id] : _valueOf[id] - _held(id));
        address to = _holders[_pick(2)];
        bool allowed = amount <= _free(id) && (amount == _valueOf[id] || _depthOf[id] < DEPTH);
        bytes memory call = abi.encodeWithSignature("transferFrom(uint256,address,uint256)", id, to, amount);
        if (!_call(address(receivables), holder, call, allowed)) return;
        _ghostMove(id, to, amount);
    }

    function _stepSell() private {
        uint256 id = _anyPiece();
        address holder = _holderOf[id];
        if (holder == financier || holder == financier2) return;
        uint56 amount = _amount(_pick(4) == 0 ? _valueOf[id] : _valueOf[id] - _held(id));
        uint56 reserved;
        for (uint256 i = 1; i < _ghosts.length; ++i) {
            if (_isReserved(_ghosts[i], id)) reserved += _ghosts[i].amount;
        }
        uint56 free = _valueOf[id] - _held(id) + (reserved < amount ? reserved : amount);
        bool allowed = amount <= free && !_blocked(holder, id) && (amount == _valueOf[id] || _depthOf[id] < DEPTH);
        Quote memory quote = _quote(id, amount);
        quote.proceeds = amount;
        quote.valueDate = uint32((block.timestamp + 8 hours) / 1 days);
        (bytes memory quoteSignature, bytes memory cashSignature) = _signBoth(quote);
        bytes memory call = abi.encodeCall(discounting.accept, (quote, amount, quoteSignature, cashSignature));
        if (!_call(address(discounting), holder, call, allowed)) return;
        uint56 left = amount;
        for (uint256 i = 1; i < _ghosts.length && left != 0; ++i) {
            GhostHold storage h = _ghosts[i];
            if (!_isReserved(h, id)) continue;
            uint56 used = h.amount < left ? h.amount : left;
            left -= used;
            _ghostFree(i, used);
        }
        _ghostMove(id, financier, amount);
    }

    /* THE END */

    /// @dev All debts are paid, and every piece redeemed: what is held stays here, in units of each hold.
    function _redeemAll() private {
        _pay(_payableOf(_pieces[0]), LITTLE);
        _pay(_payableOf(_pieces[1]), LITTLE);
        for (uint256 i; i < _pieces.length; ++i) {
            uint256 id = _pieces[i];
            address holder = _holderOf[id];
            uint56 aside = _blocked(holder, id) ? _valueOf[id] : _held(id);
            uint256 before = cash.balanceOf(holder);
            assertEq(_redeem(id), _valueOf[id] - aside, "paid");
            assertEq(cash.balanceOf(holder) - before, _valueOf[id] - aside, "received");
            assertEq(settlement.setAsideOf(id, holder, address(cash)), aside, "set aside");
        }
        // Five years on nothing holds any more.
        skip(5 * 365 days + 1);
        for (uint256 i; i < _pieces.length; ++i) {
            address holder = _holderOf[_pieces[i]];
            if (settlement.setAsideOf(_pieces[i], holder, address(cash)) == 0) continue;
            settlement.releaseSetAside(_pieces[i], holder, address(cash));
        }
        assertEq(cash.balanceOf(address(settlement)), 0, "nothing is left");
    }

    /* THE BOOK */

    function _check() private view {
        for (uint256 i; i < _pieces.length; ++i) {
            uint256 id = _pieces[i];
            uint56 held = _held(id);
            assertEq(receivables.balanceOf(id), _valueOf[id], "value");
            assertEq(receivables.ownerOf(id), _holderOf[id], "holder");
            assertEq(holds.heldOf(id), held, "held");
            assertEq(receivables.freeOf(id), _free(id), "free");
            uint32[] memory recorded = holds.holdsOn(id);
            for (uint256 j; j < recorded.length; ++j) {
                assertEq(_ghosts[recorded[j]].on, id, "recorded on");
                assertFalse(_ghosts[recorded[j]].gone, "recorded");
            }
            assertTrue(recorded.length == 0 || receivables.position(id).flags & PositionFlags.HELD != 0, "marked");
        }
        uint56[2] memory disputed;
        for (uint32 i = 1; i < _ghosts.length; ++i) {
            GhostHold storage h = _ghosts[i];
            bool ended = h.gone || (h.orderId != 0 && _ghostOrders[h.orderId].released);
            assertEq(holds.holdOf(i).amount, ended ? 0 : h.amount, "hold");
            if (h.kind == HoldKind.Dispute && !h.gone) {
                disputed[_payableOf(h.on) == _payableOf(_pieces[0]) ? 0 : 1] += h.amount;
            }
        }
        assertEq(holds.disputedOf(_payableOf(_pieces[0])), disputed[0], "disputed");
        assertEq(holds.disputedOf(_payableOf(_pieces[1])), disputed[1], "disputed");
        uint16[2] memory counted;
        for (uint32 i = 1; i < _ghostOrders.length; ++i) {
            GhostOrder storage o = _ghostOrders[i];
            assertEq(holds.orderOf(i).assigned, o.assigned, "assigned");
            assertEq(holds.orderOf(i).released, o.released, "released");
            if (!o.released) ++counted[o.holder == supplier ? 0 : 1];
        }
        _assertOrders(supplier, counted[0]);
        _assertOrders(supplier2, counted[1]);
    }

    function _held(uint256 id) private view returns (uint56 held) {
        for (uint256 i = 1; i < _ghosts.length; ++i) {
            if (_ghosts[i].on == id && _lives(_ghosts[i])) held += _ghosts[i].amount;
        }
    }

    function _free(uint256 id) private view returns (uint56) {
        return _blocked(_holderOf[id], id) ? 0 : _valueOf[id] - _held(id);
    }

    function _blocked(address holder, uint256 id) private view returns (bool) {
        for (uint256 i = 1; i < _ghostOrders.length; ++i) {
            GhostOrder storage o = _ghostOrders[i];
            bool named = o.holder == holder && (o.payableId == 0 || o.payableId == _payableOf(id));
            if (named && _lives(o) && o.assigned < o.amount) return true;
        }
        return false;
    }

    function _lives(GhostHold storage h) private view returns (bool) {
        return !h.gone && block.timestamp <= h.until && (h.orderId == 0 || !_ghostOrders[h.orderId].released);
    }

    function _lives(GhostOrder storage o) private view returns (bool) {
        return !o.released && block.timestamp <= o.until;
    }

    function _concerns(GhostOrder storage o, uint256 id) private view returns (bool) {
        return _lives(o) && o.holder == _holderOf[id] && (o.payableId == 0 || o.payableId == _payableOf(id));
    }

    function _isReserved(GhostHold storage h, uint256 id) private view returns (bool) {
        return h.on == id && h.kind == HoldKind.Delivery && h.beneficiary == financier && _lives(h);
    }

    /// @dev Eight in all, three of a kind that is no freeze; a hold under the same order makes room for its successor.
    function _roomFor(uint256 id, HoldKind kind, uint32 orderId) private view returns (bool) {
        uint256 all;
        uint256 ofKind;
        for (uint256 i = 1; i < _ghosts.length; ++i) {
            GhostHold storage h = _ghosts[i];
            if (h.on != id || !_lives(h) || (orderId != 0 && h.orderId == orderId)) continue;
            ++all;
            if (h.kind == kind) ++ofKind;
        }
        return all < 8 && (kind == HoldKind.Freeze || ofKind < 3);
    }

    function _freezeUnder(uint32 orderId, uint256 id) private view returns (uint256) {
        for (uint256 i = 1; i < _ghosts.length; ++i) {
            if (_ghosts[i].on == id && _ghosts[i].orderId == orderId && !_ghosts[i].gone) return i;
        }
        return 0;
    }

    function _ghostSetAside(uint32 orderId, uint256 id, uint56 amount) private {
        GhostOrder storage o = _ghostOrders[orderId];
        o.assigned += amount;
        uint256 earlier = _freezeUnder(orderId, id);
        if (earlier != 0) {
            amount += _ghosts[earlier].amount;
            _ghosts[earlier].gone = true;
        }
        _ghostPlace(GhostHold(id, HoldKind.Freeze, amount, address(0), o.until, 0, orderId, false));
    }

    function _ghostPlace(GhostHold memory h) private {
        for (uint256 i = 1; i < _ghosts.length; ++i) {
            if (_ghosts[i].on == h.on && !_lives(_ghosts[i])) _ghosts[i].gone = true;
        }
        _ghosts.push(h);
    }

    function _ghostFree(uint256 i, uint56 amount) private {
        _ghosts[i].amount -= amount;
        if (_ghosts[i].amount == 0) _ghosts[i].gone = true;
    }

    /// @dev The tail goes to a new piece, whose serial is the next of its payable.
    function _ghostMove(uint256 id, address to, uint56 amount) private {
        if (amount == _valueOf[id]) {
            _holderOf[id] = to;
            return;
        }
        _valueOf[id] -= amount;
        uint256 child = _payableOf(id) << 32 | receivables.payableOf(_payableOf(id)).serials;
        _addPiece(child, to, amount, _depthOf[id] + 1);
    }

    function _addPiece(uint256 id, address holder, uint56 value, uint8 depth) private {
        _pieces.push(id);
        _holderOf[id] = holder;
        _valueOf[id] = value;
        _depthOf[id] = depth;
    }

    /// @dev Due when the longest history is over.
    function _confirmedForAYear() private returns (uint256) {
        Terms memory terms = _terms();
        terms.faceValue = LITTLE;
        terms.dueDate = TODAY + 360;
        terms.tenorReasonHash = "reason";
        return _confirmed(terms);
    }

    /* CHANCE */

    function _try(address caller, bytes memory call, bool allowed) private returns (bool success) {
        return _call(address(holds), caller, call, allowed);
    }

    /// @dev The recorder keeps what a call logged before it failed; the chain does not.
    function _call(address target, address caller, bytes memory call, bool allowed) private returns (bool success) {
        _foldLogs();
        vm.prank(caller);
        (success,) = target.call(call);
        assertEq(success, allowed, "goes through where the book says so");
        if (success) ++_done[_act];
        else vm.getRecordedLogs();
    }

    function _pick(uint256 count) private returns (uint256) {
        _random = uint256(keccak256(abi.encode(_random)));
        return _random % count;
    }

    function _anyPiece() private returns (uint256) {
        return _pieces[_pick(_pieces.length)];
    }

    /// @dev One more than there is, too; often all of it.
    function _amount(uint56 most) private returns (uint56) {
        uint256 kind = _pick(8);
        if (kind == 0) return most + 1;
        if (kind <= 2 && most != 0) return most;
        return uint56(1 + _pick(most == 0 ? 1 : most));
    }

    function _min(uint56 a, uint56 b) private pure returns (uint56) {
        return a < b ? a : b;
    }

    function _until() private returns (uint40) {
        return uint40(block.timestamp + 1 + _pick(30 days));
    }

    /// @dev Any order with any piece, most often one of its own.
    function _orderAndPiece() private returns (uint32 orderId, uint256 id) {
        if (_ghostOrders.length == 1) return (0, 0);
        orderId = uint32(1 + _pick(_ghostOrders.length - 1));
        id = _anyPiece();
        for (uint256 i; i < 4 && !_concerns(_ghostOrders[orderId], id); ++i) {
            id = _anyPiece();
        }
    }
}
