// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {PayableState, Programme, Terms} from "../../src/types/Types.sol";
import {BaseTest} from "../Base.t.sol";

/// @dev What the handlers know of a payable from what they did, and from nothing else.
/// @param cash What holders may still draw: paid in, less what was netted and drawn.
struct GhostPayable {
    uint256 id;
    Terms terms;
    uint56 minimum;
    uint8 maximumDepth;
    uint32 lateRatePpm;
    PayableState state;
    uint56 paid;
    uint56 interestPaid;
    uint56 interestDue;
    uint32 accruedTo;
    uint56 recovered;
    bool recoveryClosed;
    uint56 cash;
    uint256[] pieces;
}

/// @dev A piece as it must be. `born` is its value when it was made; `gone` says that it drew its last or was merged.
struct GhostPiece {
    uint256 id;
    uint256 owed;
    address holder;
    address sender;
    uint256 node;
    uint256 receivedAt;
    uint8 depth;
    bool refusable;
    bool parked;
    bool diluted;
    bool forced;
    bool gone;
    bool merged;
    bool touched;
    uint56 start;
    uint56 end;
    uint56 principal;
    uint56 interest;
    uint56 recovered;
    uint56 born;
}

/// @dev Who answers, and what stands behind.
struct GhostNode {
    address endorser;
    uint256 previous;
}

struct GhostOrder {
    uint32 id;
    address holder;
    uint256 payableId;
    uint56 amount;
    uint56 assigned;
    uint40 until;
    bool released;
}

/// @dev A freeze under an order, or a dispute (order 0).
struct GhostHold {
    uint32 id;
    uint256 piece;
    uint256 order;
    uint56 amount;
    uint40 until;
    bool ended;
}

/// @title Ghosts
/// @notice A second book of the network, kept beside the contracts and never read from them.
/// @dev Small on purpose: a campaign that returns to few payables goes deep into their lives.
abstract contract Ghosts is BaseTest {
    uint256 internal constant MAX_PAYABLES = 6;
    uint256 internal constant MAX_PIECES = 9;
    uint256 internal constant MAX_ORDERS = 6;

    GhostPayable[] internal _ghostPayables;
    GhostPiece[] internal _ghostPieces;
    GhostNode[] internal _ghostNodes;
    GhostOrder[] internal _ghostOrders;
    GhostHold[] internal _ghostHolds;
    mapping(bytes32 invoiceFingerprint => uint256) internal _claims;
    mapping(address account => uint256) internal _money;
    mapping(uint256 piece => mapping(address holder => uint56)) internal _aside;
    uint256 internal _asides;
    uint256 internal _payOutsWaiting;
    uint256 internal _burnt;
    uint256 internal _credited;

    address[] internal _suppliers;
    address[] internal _holders;
    address[] internal _accounts;

    mapping(string action => uint256) internal _times;
    mapping(PayableState => uint256) internal _reached;

    function setUp() public virtual override {
        super.setUp();
        _suppliers = [supplier, supplier2, supplier3];
        _holders = [supplier, supplier2, supplier3, financier, financier2];
        _accounts = [supplier, supplier2, supplier3, financier, financier2, debtor, rivalDebtor, bank];
        _ghostNodes.push();
        _ghostOrders.push();
        _bookCredit(debtor, 10 * FACE);
        _bookCredit(financier, 10 * FACE);
        _bookCredit(financier2, 10 * FACE);
        _foldLogs();
    }

    /// @dev Folds the action's logs into the journals.
    modifier act() {
        vm.recordLogs();
        _;
        _foldLogs();
    }

    /// @dev Called where an action has done what it is for.
    function _did(string memory action) internal {
        ++_times[action];
    }

    /* MONEY */

    function _bookCredit(address account, uint256 amount) internal {
        _money[account] += amount;
        _credited += amount;
    }

    function _bookMove(address from, address to, uint256 amount) internal {
        _money[from] -= amount;
        _money[to] += amount;
    }

    function _fund(address account, uint56 amount) internal {
        if (_money[account] >= amount || _credited + amount > MAX_AMOUNT) return;
        _credit(account, amount);
        _bookCredit(account, amount);
    }

    /* PAYABLES */

    function _bookProposal(uint256 id, Terms memory terms, Programme memory programme) internal {
        GhostPayable storage g = _ghostPayables.push();
        g.id = id;
        g.terms = terms;
        g.minimum = programme.minimumPiece;
        g.maximumDepth = programme.maximumDepth;
        g.lateRatePpm = programme.lateRatePpm;
        _bookState(g, PayableState.Proposed);
    }

    function _bookState(GhostPayable storage g, PayableState state) internal {
        g.state = state;
        ++_reached[state];
    }

    function _bookConfirmation(uint256 index, bool issued) internal {
        GhostPayable storage g = _ghostPayables[index];
        _bookState(g, PayableState.Confirmed);
        _claims[g.terms.invoiceFingerprint] = g.id;
        GhostPiece storage p = _newPiece(index, g.terms.supplier, g.terms.debtor, 0);
        p.end = g.terms.faceValue;
        p.born = g.terms.faceValue;
        p.refusable = issued;
    }

    /* PIECES */

    function _newPiece(uint256 owed, address holder, address sender, uint256 node)
        private
        returns (GhostPiece storage p)
    {
        GhostPayable storage g = _ghostPayables[owed];
        g.pieces.push(_ghostPieces.length);
        p = _ghostPieces.push();
        p.id = g.id << 32 | g.pieces.length;
        p.owed = owed;
        p.holder = holder;
        p.sender = sender;
        p.node = node;
        p.receivedAt = block.timestamp;
    }

    /// @dev The tail of `value` leaves piece `from` as a piece of its own.
    /// @return id The child's.
    function _bookSplit(uint256 from, address to, uint56 value, uint256 node, bool refusable)
        internal
        returns (uint256 id)
    {
        GhostPiece storage parent = _ghostPieces[from];
        GhostPiece storage p = _newPiece(parent.owed, to, parent.holder, node);
        (p.start, p.end) = (parent.end - value, parent.end);
        p.born = value;
        p.depth = parent.depth + 1;
        p.refusable = refusable;
        p.parked = to == _ghostPayables[p.owed].terms.debtor;
        parent.end = p.start;
        parent.refusable = false;
        return p.id;
    }

    function _bookMoved(GhostPiece storage p, address to, uint256 node, bool refusable) internal {
        p.sender = p.holder;
        p.holder = to;
        p.node = node;
        p.receivedAt = block.timestamp;
        p.refusable = refusable;
        p.parked = to == _ghostPayables[p.owed].terms.debtor;
    }

    /// @dev Whole or part goes to `to`, as its holder hands it on.
    /// @return id Of what `to` has.
    function _bookHanded(uint256 index, address to, uint56 value, bool recourse, bool refusable)
        internal
        returns (uint256 id)
    {
        GhostPiece storage p = _ghostPieces[index];
        uint256 node = _bookNode(p.node, p.holder, recourse);
        if (to == _ghostPayables[p.owed].terms.debtor) (node, refusable) = (0, false);
        if (value != p.end - p.start) return _bookSplit(index, to, value, node, refusable);
        _bookMoved(p, to, node, refusable);
        return p.id;
    }

    function _bookNode(uint256 previous, address holder, bool recourse) private returns (uint256 node) {
        if (!recourse && previous == 0) return 0;
        node = _ghostNodes.length;
        _ghostNodes.push(GhostNode(recourse ? holder : address(0), previous));
    }

    /* WHAT TIME AND MONEY MAKE OF IT */

    function _today() internal view returns (uint32) {
        return uint32((block.timestamp + 28_800) / 86_400);
    }

    /// @dev Late interest by now (R-17): a day's on ACT/365, half a unit rounded up.
    function _interest(GhostPayable storage g) internal view returns (uint56) {
        uint32 from = g.accruedTo == 0 ? g.terms.dueDate : g.accruedTo;
        if (_today() <= from) return g.interestDue;
        uint256 scaled = uint256(g.terms.faceValue - g.paid) * g.lateRatePpm * (_today() - from);
        uint256 unit = 365_000_000;
        return g.interestDue + uint56(scaled / unit + (scaled % unit * 2 >= unit ? 1 : 0));
    }

    /// @dev A payment books what accrued, rounded; what is refused books nothing.
    function _accrue(GhostPayable storage g) internal {
        g.interestDue = _interest(g);
        if (_today() > (g.accruedTo == 0 ? g.terms.dueDate : g.accruedTo)) g.accruedTo = _today();
    }

    /// @dev What a piece may draw now of principal, late interest and recovery: its share in all, less what it drew.
    function _due(GhostPiece storage p) internal view returns (uint56[3] memory due) {
        GhostPayable storage g = _ghostPayables[p.owed];
        bool closed = g.state != PayableState.Confirmed;
        // As long as pieces can be split nothing is drawn, late interest neither.
        if (!closed && g.paid == 0) return due;
        due[0] = _share(g, g.paid, closed, p) - p.principal;
        due[1] = _share(g, g.interestPaid, closed, p) - p.interest;
        due[2] = _share(g, g.recovered, g.recoveryClosed, p) - p.recovered;
    }

    function _share(GhostPayable storage g, uint256 sum, bool closed, GhostPiece storage p)
        private
        view
        returns (uint56)
    {
        uint256 face = g.terms.faceValue;
        if (closed) return uint56(sum * p.end / face - sum * p.start / face);
        return uint56(sum * (p.end - p.start) / face);
    }

    function _dueSum(GhostPiece storage p) internal view returns (uint56) {
        uint56[3] memory due = _due(p);
        return due[0] + due[1] + due[2];
    }

    /// @dev Nothing more can come: a draw ends the piece, be it of nothing.
    function _isFinal(GhostPiece storage p) internal view returns (bool) {
        GhostPayable storage g = _ghostPayables[p.owed];
        return g.state == PayableState.Settled || (g.state == PayableState.WrittenOff && g.recoveryClosed);
    }

    /// @dev A draw of all that is due; the caller books the money.
    function _bookDraw(GhostPiece storage p) internal returns (uint56 amount) {
        uint56[3] memory due = _due(p);
        p.principal += due[0];
        p.interest += due[1];
        p.recovered += due[2];
        p.gone = _isFinal(p);
        return due[0] + due[1] + due[2];
    }

    /* HOLDS */

    function _isBlocked(address holder, uint256 payableId) internal view returns (bool) {
        for (uint256 i = 1; i < _ghostOrders.length; ++i) {
            GhostOrder storage o = _ghostOrders[i];
            if (o.holder != holder || (o.payableId != 0 && o.payableId != payableId)) continue;
            if (!o.released && block.timestamp <= o.until && o.assigned < o.amount) return true;
        }
        return false;
    }

    function _heldOf(uint256 piece) internal view returns (uint56 held) {
        for (uint256 i; i < _ghostHolds.length; ++i) {
            if (_ghostHolds[i].piece == piece && _isLive(_ghostHolds[i])) held += _ghostHolds[i].amount;
        }
    }

    function _isLive(GhostHold storage h) internal view returns (bool) {
        return !h.ended && block.timestamp <= h.until && !_ghostOrders[h.order].released;
    }

    function _free(uint256 piece) internal view returns (uint56) {
        GhostPiece storage p = _ghostPieces[piece];
        if (p.parked || _isBlocked(p.holder, _ghostPayables[p.owed].id)) return 0;
        return p.end - p.start - _heldOf(piece);
    }

    /* PICKS */

    function _pickPayable(uint256 seed, PayableState state) internal view returns (bool found, uint256 index) {
        uint256 n = _ghostPayables.length;
        for (uint256 i; i < n; ++i) {
            index = (seed % n + i) % n;
            if (_ghostPayables[index].state == state) return (true, index);
        }
    }

    /// @dev A piece of somebody's, parked ones left out.
    function _pickPiece(uint256 seed) internal view returns (bool found, uint256 index) {
        uint256 n = _ghostPieces.length;
        for (uint256 i; i < n; ++i) {
            index = (seed % n + i) % n;
            if (!_ghostPieces[index].gone && !_ghostPieces[index].parked) return (true, index);
        }
    }

    /// @dev A piece all of which its holder may move.
    function _pickMovable(uint256 seed) internal view returns (bool found, uint256 index) {
        uint256 n = _ghostPieces.length;
        for (uint256 i; i < n; ++i) {
            index = (seed % n + i) % n;
            GhostPiece storage p = _ghostPieces[index];
            if (!p.gone && _free(index) == p.end - p.start) return (true, index);
        }
    }

    /// @dev A piece that has something to draw.
    function _pickDue(uint256 seed) internal view returns (bool found, uint256 index) {
        uint256 n = _ghostPieces.length;
        for (uint256 i; i < n; ++i) {
            index = (seed % n + i) % n;
            if (!_ghostPieces[index].gone && _dueSum(_ghostPieces[index]) != 0) return (true, index);
        }
    }

    /// @dev A piece of which a part may be split off by its holder.
    function _pickSplittable(uint256 seed) internal view returns (bool found, uint256 index) {
        uint256 n = _ghostPieces.length;
        for (uint256 i; i < n; ++i) {
            index = (seed % n + i) % n;
            GhostPiece storage p = _ghostPieces[index];
            GhostPayable storage g = _ghostPayables[p.owed];
            if (p.gone || p.depth >= g.maximumDepth || !_isOpen(g)) continue;
            if (_mostOf(index) >= _leastOf(index)) return (true, index);
        }
    }

    /// @dev Pieces can still be split, and the campaign keeps few.
    function _isOpen(GhostPayable storage g) internal view returns (bool) {
        return g.state == PayableState.Confirmed && g.paid == 0 && g.pieces.length < MAX_PIECES;
    }

    function _leastOf(uint256 index) internal view returns (uint56) {
        uint56 minimum = _ghostPayables[_ghostPieces[index].owed].minimum;
        return minimum == 0 ? 1 : minimum;
    }

    /// @dev All that is free, one unit of the piece staying behind.
    function _mostOf(uint256 index) internal view returns (uint56) {
        uint56 free = _free(index);
        uint56 most = _ghostPieces[index].end - _ghostPieces[index].start - 1;
        return free < most ? free : most;
    }

    function _partOf(uint256 index, uint256 value) internal view returns (uint56) {
        return uint56(_bound(value, _leastOf(index), _mostOf(index)));
    }

    function _holderAt(uint256 seed) internal view returns (address) {
        return _holders[seed % _holders.length];
    }
}
