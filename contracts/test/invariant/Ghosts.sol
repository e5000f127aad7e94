// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {PayableState, Terms} from "../../src/types/Types.sol";
import {BaseTest} from "../Base.t.sol";

/// @dev What the handler knows of a payable from what it did, and from nothing else.
struct GhostPayable {
    uint256 id;
    Terms terms;
    PayableState state;
    uint64 paid;
    uint64 drawn;
    uint256[] pieces;
}

/// @dev A piece as it must be. `born` is its value when it was made; `gone` says that it drew its last.
struct GhostPiece {
    uint256 id;
    uint256 owed;
    address holder;
    uint32 parent;
    uint8 depth;
    bool recourse;
    bool gone;
    uint64 start;
    uint64 end;
    uint64 drawn;
    uint64 born;
}

/// @title Ghosts
/// @notice A second book of the network, kept beside the contracts and never read from them.
/// @dev Small on purpose: a campaign that returns to few payables goes deep into their lives.
abstract contract Ghosts is BaseTest {
    uint256 internal constant MAX_PAYABLES = 5;
    uint256 internal constant MAX_PIECES = 9;

    GhostPayable[] internal _ghostPayables;
    GhostPiece[] internal _ghostPieces;
    mapping(bytes32 invoiceFingerprint => uint256) internal _claims;
    mapping(address account => uint256) internal _money;
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

    /* BOOKS */

    function _bookCredit(address account, uint256 amount) internal {
        _money[account] += amount;
        _credited += amount;
    }

    function _bookMove(address from, address to, uint256 amount) internal {
        _money[from] -= amount;
        _money[to] += amount;
    }

    function _bookProposal(uint256 id, Terms memory terms) internal {
        GhostPayable storage g = _ghostPayables.push();
        g.id = id;
        g.terms = terms;
        _bookState(g, PayableState.Proposed);
    }

    function _bookState(GhostPayable storage g, PayableState state) internal {
        g.state = state;
        ++_reached[state];
    }

    function _bookConfirmation(uint256 index) internal {
        GhostPayable storage g = _ghostPayables[index];
        _bookState(g, PayableState.Confirmed);
        _claims[g.terms.invoiceFingerprint] = g.id;
        uint64 face = g.terms.faceValue;
        _bookPiece(GhostPiece(g.id << 32 | 1, index, g.terms.supplier, 0, 0, false, false, 0, face, 0, face));
    }

    /// @dev The tail of `value` leaves piece `from` as a piece of its own.
    function _bookSplit(uint256 from, address to, uint64 value, bool recourse) internal returns (uint256 id) {
        GhostPiece storage p = _ghostPieces[from];
        GhostPayable storage g = _ghostPayables[p.owed];
        id = g.id << 32 | g.pieces.length + 1;
        uint64 edge = p.end - value;
        uint64 end = p.end;
        p.end = edge;
        uint32 parent = uint32(p.id & type(uint32).max);
        _bookPiece(GhostPiece(id, p.owed, to, parent, p.depth + 1, recourse, false, edge, end, 0, value));
    }

    function _bookPiece(GhostPiece memory p) private {
        _ghostPayables[p.owed].pieces.push(_ghostPieces.length);
        _ghostPieces.push(p);
    }

    /* PICKS */

    function _pickPayable(uint256 seed, PayableState state) internal view returns (bool found, uint256 index) {
        uint256 n = _ghostPayables.length;
        for (uint256 i; i < n; ++i) {
            index = (seed % n + i) % n;
            if (_ghostPayables[index].state == state) return (true, index);
        }
    }

    function _pickPiece(uint256 seed) internal view returns (bool found, uint256 index) {
        uint256 n = _ghostPieces.length;
        for (uint256 i; i < n; ++i) {
            index = (seed % n + i) % n;
            if (!_ghostPieces[index].gone) return (true, index);
        }
    }

    /// @dev A piece that has something to draw.
    function _pickDue(uint256 seed) internal view returns (bool found, uint256 index) {
        uint256 n = _ghostPieces.length;
        for (uint256 i; i < n; ++i) {
            index = (seed % n + i) % n;
            GhostPiece storage p = _ghostPieces[index];
            if (!p.gone && _due(p) > p.drawn) return (true, index);
        }
    }

    /// @dev A piece of which a part of at least one unit may be split off.
    function _pickSplittable(uint256 seed) internal view returns (bool found, uint256 index) {
        uint256 n = _ghostPieces.length;
        for (uint256 i; i < n; ++i) {
            index = (seed % n + i) % n;
            GhostPiece storage p = _ghostPieces[index];
            GhostPayable storage g = _ghostPayables[p.owed];
            if (p.gone || g.paid != 0 || p.depth >= g.terms.maximumDepth || g.pieces.length >= MAX_PIECES) continue;
            uint64 value = p.end - p.start;
            if (value > 1 && value > g.terms.minimumPiece) return (true, index);
        }
    }

    /// @dev A value that may be split off piece `index`: at least the minimum, less than all.
    function _partOf(uint256 index, uint64 value) internal view returns (uint64) {
        GhostPiece storage p = _ghostPieces[index];
        uint64 minimum = _ghostPayables[p.owed].terms.minimumPiece;
        return uint64(_bound(value, minimum == 0 ? 1 : minimum, p.end - p.start - 1));
    }

    /// @dev What the piece is due in all by now: its share, rounded down; its value once everything was paid.
    function _due(GhostPiece storage p) internal view returns (uint64) {
        GhostPayable storage g = _ghostPayables[p.owed];
        uint64 value = p.end - p.start;
        return g.state == PayableState.Settled ? value : uint64(uint256(g.paid) * value / g.terms.faceValue);
    }

    function _holderAt(uint256 seed) internal view returns (address) {
        return _holders[seed % _holders.length];
    }

    function _today() internal view returns (uint32) {
        return uint32((block.timestamp + 28_800) / 86_400);
    }
}
