// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Journal} from "./Journal.sol";
import {IHolds} from "./interfaces/IHolds.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {IdList} from "./libraries/IdList.sol";
import {ReceivableIds} from "./libraries/ReceivableIds.sol";
import {FreezeOrder, Hold, HoldKind} from "./types/Types.sol";

/// @title HoldBook
/// @notice The records behind {Holds}: which holds stand on a piece, which orders on a holder, and when they end.
abstract contract HoldBook is IHolds, Journal {
    using IdList for uint256;
    using ReceivableIds for uint256;

    /// @dev The beneficiary's and the pledger's numbers, see {IParticipants}. The pledger is set for pledges alone.
    struct HoldRecord {
        uint256 receivableId;
        HoldKind kind;
        uint56 amount;
        uint32 beneficiary;
        uint40 until;
        uint40 enforceableFrom;
        uint32 orderId;
        uint32 pledger;
    }

    struct OrderRecord {
        uint256 payableId;
        uint32 holder;
        uint56 amount;
        uint56 assigned;
        uint40 until;
        bool released;
    }

    /// @dev Holds of one kind on a piece, freezes apart.
    uint256 internal constant MAX_OF_KIND = 3;

    IParticipants public immutable PARTICIPANTS;
    IReceivables public immutable RECEIVABLES;

    /* STORAGE */

    /// @inheritdoc IHolds
    mapping(uint256 payableId => uint56) public disputedOf;

    mapping(uint32 holdId => HoldRecord) internal _holds;
    mapping(uint32 orderId => OrderRecord) internal _orders;
    /// @dev Lists of ids, see {IdList}.
    mapping(uint256 receivableId => uint256 list) internal _holdsOn;
    mapping(uint32 holder => mapping(uint256 payableId => uint256 list)) internal _ordersOf;
    uint32 internal _lastHoldId;
    uint32 internal _lastOrderId;

    /* VIEWS */

    /// @inheritdoc IHolds
    function heldOf(uint256 receivableId) public view returns (uint56 held) {
        uint256 list = _holdsOn[receivableId];
        for (uint256 place; list.at(place) != 0; ++place) {
            HoldRecord storage h = _holds[list.at(place)];
            if (_isLive(h)) held += h.amount;
        }
    }

    /// @inheritdoc IHolds
    function isBlocked(address holder, uint256 payableId) external view returns (bool) {
        return _isBlocked(PARTICIPANTS.participant(holder).number, payableId);
    }

    /// @inheritdoc IHolds
    function holdOf(uint32 holdId) external view returns (Hold memory) {
        HoldRecord memory h = _holds[holdId];
        if (h.kind == HoldKind.None || (h.orderId != 0 && _orders[h.orderId].released)) delete h;
        address beneficiary = PARTICIPANTS.accountOf(h.beneficiary);
        return Hold(h.receivableId, h.kind, h.amount, beneficiary, h.until, h.enforceableFrom, h.orderId);
    }

    /// @inheritdoc IHolds
    function holdsOn(uint256 receivableId) external view returns (uint32[] memory holdIds) {
        uint256 list = _holdsOn[receivableId];
        holdIds = new uint32[](list.length());
        for (uint256 place; place < holdIds.length; ++place) {
            holdIds[place] = list.at(place);
        }
    }

    /// @inheritdoc IHolds
    function orderOf(uint32 orderId) external view returns (FreezeOrder memory) {
        OrderRecord memory o = _orders[orderId];
        return FreezeOrder(PARTICIPANTS.accountOf(o.holder), o.payableId, o.amount, o.assigned, o.until, o.released);
    }

    /* INTERNAL: ORDERS */

    function _liveOrder(uint32 orderId) internal view returns (OrderRecord storage o) {
        o = _orders[orderId];
        require(o.holder != 0 && !o.released && block.timestamp <= o.until, OrderNotOpen(orderId));
    }

    /// @dev The hold under an order on a piece, 0 where there is none.
    function _holdUnder(uint32 orderId, uint256 receivableId) internal view returns (uint32) {
        uint256 list = _holdsOn[receivableId];
        for (uint256 place; list.at(place) != 0; ++place) {
            if (_holds[list.at(place)].orderId == orderId) return list.at(place);
        }
        return 0;
    }

    function _endOrder(uint32 orderId, OrderRecord storage o, bytes32 reasonHash) internal {
        o.released = true;
        _ordersOf[o.holder][o.payableId] = _ordersOf[o.holder][o.payableId].without(orderId);

        _announce(2, abi.encode(FreezeReleased.selector, orderId, reasonHash));

        PARTICIPANTS.countOrder(PARTICIPANTS.accountOf(o.holder), false);
    }

    function _sweepOrders(uint32 holder, uint256 payableId) internal {
        uint256 list = _ordersOf[holder][payableId];
        for (uint256 place; list.at(place) != 0; ++place) {
            OrderRecord storage o = _orders[list.at(place)];
            if (block.timestamp > o.until) _endOrder(list.at(place), o, 0);
        }
    }

    function _isBlocked(uint32 holder, uint256 payableId) internal view returns (bool) {
        return _isUnserved(_ordersOf[holder][payableId]) || _isUnserved(_ordersOf[holder][0]);
    }

    /// @dev Whether one of the orders lives and is not served yet. Released ones are not in a list.
    function _isUnserved(uint256 list) internal view returns (bool) {
        for (uint256 place; list.at(place) != 0; ++place) {
            OrderRecord storage o = _orders[list.at(place)];
            if (block.timestamp <= o.until && o.assigned < o.amount) return true;
        }
        return false;
    }

    /* INTERNAL: HOLDS */

    function _isLive(HoldRecord storage h) internal view returns (bool) {
        if (h.kind == HoldKind.None || block.timestamp > h.until) return false;
        return h.orderId == 0 || !_orders[h.orderId].released;
    }

    /// @dev Clears away what has ended on the piece first.
    function _place(HoldRecord memory h, address beneficiary, bytes32 documentHash) internal returns (uint32 holdId) {
        uint256 ofKind = _sweep(h.receivableId, h.kind);
        require(h.kind == HoldKind.Freeze || ofKind < MAX_OF_KIND, TooManyHolds(h.receivableId, MAX_OF_KIND));
        uint256 list = _holdsOn[h.receivableId];
        require(list.length() < IdList.MAX, TooManyHolds(h.receivableId, IdList.MAX));

        holdId = ++_lastHoldId;
        _holds[holdId] = h;
        _holdsOn[h.receivableId] = list.append(holdId);

        bytes memory subjects = abi.encode(HoldPlaced.selector, h.receivableId, holdId, h.kind, h.amount);
        bytes memory terms = abi.encode(beneficiary, h.until, h.enforceableFrom, h.orderId, documentHash);
        _announce(3, bytes.concat(subjects, terms));
    }

    /// @return ofKind How many holds of a kind live on the piece.
    function _sweep(uint256 receivableId, HoldKind kind) internal returns (uint256 ofKind) {
        uint256 list = _holdsOn[receivableId];
        for (uint256 place; list.at(place) != 0; ++place) {
            HoldRecord storage h = _holds[list.at(place)];
            if (!_isLive(h)) _end(list.at(place), h);
            else if (h.kind == kind) ++ofKind;
        }
    }

    /// @dev Takes a hold off its piece, as released.
    function _end(uint32 holdId, HoldRecord storage h) internal {
        uint256 receivableId = h.receivableId;
        if (h.kind == HoldKind.Dispute) disputedOf[receivableId.payableOf()] -= h.amount;
        _holdsOn[receivableId] = _holdsOn[receivableId].without(holdId);
        delete _holds[holdId];

        _announce(3, abi.encode(HoldReleased.selector, receivableId, holdId));
    }

    /// @dev Frees part or all of a freeze or a pledge, that is enforced now.
    function _free(uint32 holdId, uint56 amount) internal {
        HoldRecord storage h = _holds[holdId];
        h.amount -= amount;
        if (h.amount != 0) return;
        uint256 receivableId = h.receivableId;
        _holdsOn[receivableId] = _holdsOn[receivableId].without(holdId);
        delete _holds[holdId];
        _unmark(receivableId);
    }

    /// @dev Tells {Receivables} when nothing is recorded on a piece any more.
    function _unmark(uint256 receivableId) internal {
        if (_holdsOn[receivableId] != 0 || RECEIVABLES.pieceOf(receivableId).holder == address(0)) return;
        RECEIVABLES.setHeld(receivableId, false);
    }

    function _announceEnforced(uint256 receivableId, uint32 holdId, address to, uint56 amount, uint256 movedId)
        internal
    {
        _announce(4, abi.encode(HoldEnforced.selector, receivableId, holdId, to, amount, movedId));
    }
}
