// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {Journal} from "./Journal.sol";
import {IHolds} from "./interfaces/IHolds.sol";
import {IOrigination} from "./interfaces/IOrigination.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {Amounts} from "./libraries/Amounts.sol";
import {IdList} from "./libraries/IdList.sol";
import {ReceivableIds} from "./libraries/ReceivableIds.sol";
import {
    AccessRoles,
    Actor,
    FreezeOrder,
    Hold,
    HoldKind,
    Network,
    Participant,
    Payable,
    PayableState,
    Piece,
    Roles
} from "./types/Types.sol";

/// @title Holds
/// @notice What holders cannot use, and why: freezes, disputes, pledges and reservations for delivery.
///
/// WHAT A HOLD IS
/// @dev A hold is on a piece, by its id, and takes a part of its value: `free = value - Σ live holds` (I10). A split hands
/// on only what is free, so that what is held stays with the parent. A hold lives up to and including `until`, a freeze as
/// long as its order does too; nothing needs to be called for it to end. What has ended is cleared away by {release}, or
/// when the next hold is placed on the piece.
///
/// ORDERS
/// @dev An order names a holder and a payable, not a piece: splitting, merging, selling or redeeming first changes nothing.
/// It blocks all of the holder's there until pieces worth its amount are set aside under it; each order asks for its own.
/// What a piece is worth to an order is its value less the principal that was paid out for it before. A piece that is
/// redeemed already is worth the cash set aside for it. There is at most one hold per order and piece: setting more aside
/// replaces it by one of the sum.
///
/// ENFORCEMENT
/// @dev It frees exactly what it moves (R-23), and a piece that moves whole takes the cash with it that was set aside of
/// its earlier draws. Enforced amounts stay counted as set aside. A pledgee gets the whole piece and all cash set aside
/// for the pledger there; an order not yet served stops it: who comes first is for compliance to say.
///
/// LIMITS
/// @dev Eight holds on a piece, of which at most three disputes and three reservations: holder and debtor leave room for
/// each other and for a freeze. Eight orders side by side for one holder and payable.
///
/// TRUST
/// @dev Compliance can freeze, and move under an order on record; it can mint nothing. No one else can move a thing here
/// but a pledgee what was pledged to it.
///
/// KNOWN WEAKNESS
/// @dev The holder may choose which pieces serve an order for all of its payables, and will not choose its best.
contract Holds is IHolds, AccessManaged, Journal {
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

    /* CONSTANTS */

    /// @dev Holds of one kind on a piece, freezes apart.
    uint256 internal constant MAX_OF_KIND = 3;
    /// @dev The longest an order or a pledge lasts.
    uint256 internal constant MAX_ORDER_S = 5 * 365 days;
    /// @dev The longest a dispute or a reservation lasts.
    uint256 internal constant MAX_DISPUTE_S = 365 days;

    IParticipants public immutable PARTICIPANTS;
    IReceivables public immutable RECEIVABLES;
    IOrigination public immutable ORIGINATION;
    ISettlement public immutable SETTLEMENT;

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

    constructor(Network memory network) AccessManaged(network.authority) {
        PARTICIPANTS = IParticipants(network.participants);
        RECEIVABLES = IReceivables(network.receivables);
        ORIGINATION = IOrigination(network.origination);
        SETTLEMENT = ISettlement(network.settlement);
    }

    /* COMPLIANCE */

    /// @inheritdoc IHolds
    function order(
        address holder,
        uint256 payableId,
        uint56 amount,
        uint40 until,
        bytes32 reasonHash,
        bytes32 authorityHash
    ) external restricted returns (uint32 orderId) {
        Amounts.check(amount);
        _checkUntil(until, block.timestamp + 1, block.timestamp + MAX_ORDER_S);
        Participant memory p = PARTICIPANTS.participant(holder);
        require(p.number != 0, IParticipants.ParticipantNotActive(holder, p.status));
        _sweepOrders(p.number, payableId);
        uint256 list = _ordersOf[p.number][payableId];
        require(list.length() < IdList.MAX, TooManyOrders(holder, payableId, IdList.MAX));

        orderId = ++_lastOrderId;
        _orders[orderId] = OrderRecord(payableId, p.number, amount, 0, until, false);
        _ordersOf[p.number][payableId] = list.append(orderId);

        _announce(
            4, abi.encode(FreezeOrdered.selector, orderId, holder, payableId, amount, until, reasonHash, authorityHash)
        );

        PARTICIPANTS.countOrder(holder, true);
    }

    /// @inheritdoc IHolds
    function releaseOrder(uint32 orderId, bytes32 reasonHash) external restricted {
        OrderRecord storage o = _orders[orderId];
        require(o.holder != 0 && !o.released, OrderNotOpen(orderId));
        _endOrder(orderId, o, reasonHash);
    }

    /// @inheritdoc IHolds
    function enforceOrder(uint32 orderId, uint256 receivableId, uint56 amount, address to)
        external
        restricted
        returns (uint256 movedId)
    {
        Amounts.check(amount);
        OrderRecord storage o = _liveOrder(orderId);
        address holder = PARTICIPANTS.accountOf(o.holder);
        require(to != holder, HoldBeneficiaryUnfit(to));
        Piece memory piece = _pieceUnder(orderId, o, receivableId, holder);
        uint32 holdId = _holdUnder(orderId, receivableId);
        uint56 held = _holds[holdId].amount;
        if (amount > held) holdId = _setAside(orderId, o, receivableId, piece, amount - held);

        _free(holdId, amount);
        if (piece.holder == address(0)) {
            SETTLEMENT.enforceSetAside(receivableId, holder, amount, to);
        } else {
            movedId = RECEIVABLES.force(receivableId, amount, to);
            if (movedId == receivableId) _moveCash(receivableId, holder, to);
        }

        _announceEnforced(receivableId, holdId, to, amount, movedId);
    }

    /* COMPLIANCE OR HOLDER */

    /// @inheritdoc IHolds
    function setAside(uint32 orderId, uint256 receivableId, uint56 amount) external returns (uint32 holdId) {
        Amounts.check(amount);
        OrderRecord storage o = _liveOrder(orderId);
        (bool isCompliance,) = IAccessManager(authority()).hasRole(AccessRoles.COMPLIANCE, msg.sender);
        if (!isCompliance) {
            Actor memory caller = PARTICIPANTS.actor(msg.sender);
            require(caller.number == o.holder, OrderNotForCaller(orderId, caller.account));
        }
        Piece memory piece = _pieceUnder(orderId, o, receivableId, PARTICIPANTS.accountOf(o.holder));
        return _setAside(orderId, o, receivableId, piece, amount);
    }

    /* DEBTOR */

    /// @inheritdoc IHolds
    function dispute(uint256 receivableId, uint56 amount, uint40 until, bytes32 reasonHash)
        external
        returns (uint32 holdId)
    {
        Amounts.check(amount);
        _checkUntil(until, block.timestamp + 1, block.timestamp + MAX_DISPUTE_S);
        uint256 payableId = receivableId.payableOf();
        Actor memory caller = PARTICIPANTS.actor(msg.sender);
        (Payable memory p, Piece memory piece) = _openPiece(receivableId);
        require(caller.account == p.debtor, DisputeNotDebtor(payableId, caller.account, p.debtor));
        require(!p.defencesWaived || piece.holder == p.supplier, DisputeWaived(payableId, piece.holder));
        uint56 available = piece.end - piece.start - heldOf(receivableId);
        require(amount <= available, IReceivables.ReceivableInsufficientValue(receivableId, amount, available));

        disputedOf[payableId] += amount;
        holdId = _place(
            HoldRecord(receivableId, HoldKind.Dispute, amount, caller.number, until, 0, 0, 0),
            caller.account,
            reasonHash
        );
        RECEIVABLES.setHeld(receivableId, true);
    }

    /* HOLDER */

    /// @inheritdoc IHolds
    function pledge(uint256 receivableId, address pledgee, uint40 until, uint40 enforceableFrom, bytes32 loanHash)
        external
        returns (uint32 holdId)
    {
        uint256 earliest = enforceableFrom > block.timestamp ? enforceableFrom : block.timestamp + 1;
        _checkUntil(until, earliest, block.timestamp + MAX_ORDER_S);
        Actor memory caller = PARTICIPANTS.actor(msg.sender);
        (uint56 value, uint56 free, uint32 number) = _checkOwn(receivableId, caller, pledgee);
        require(free == value, IReceivables.ReceivableHeld(receivableId, value, free));

        holdId = _place(
            HoldRecord(receivableId, HoldKind.Pledge, value, number, until, enforceableFrom, 0, caller.number),
            pledgee,
            loanHash
        );
        RECEIVABLES.setHeld(receivableId, true);
    }

    /// @inheritdoc IHolds
    function reserve(uint256 receivableId, uint56 amount, address financier, uint40 until)
        external
        returns (uint32 holdId)
    {
        Amounts.check(amount);
        _checkUntil(until, block.timestamp + 1, block.timestamp + MAX_DISPUTE_S);
        Actor memory caller = PARTICIPANTS.actor(msg.sender);
        (, uint56 free, uint32 number) = _checkOwn(receivableId, caller, financier);
        require(amount <= free, IReceivables.ReceivableHeld(receivableId, amount, free));

        holdId = _place(HoldRecord(receivableId, HoldKind.Delivery, amount, number, until, 0, 0, 0), financier, 0);
        RECEIVABLES.setHeld(receivableId, true);
    }

    /* BENEFICIARY */

    /// @inheritdoc IHolds
    function release(uint32 holdId) external {
        HoldRecord storage h = _holds[holdId];
        require(h.kind != HoldKind.None, HoldNotOpen(holdId));
        if (_isLive(h)) {
            require(h.kind != HoldKind.Freeze, HoldWrongKind(holdId, h.kind, HoldKind.None));
            _checkBeneficiary(holdId, h.beneficiary, PARTICIPANTS.actor(msg.sender));
        }

        uint256 receivableId = h.receivableId;
        _end(holdId, h);
        _unmark(receivableId);
    }

    /// @inheritdoc IHolds
    function enforcePledge(uint32 holdId) external returns (uint256 movedId) {
        HoldRecord memory h = _holds[holdId];
        require(_isLive(_holds[holdId]), HoldNotOpen(holdId));
        require(h.kind == HoldKind.Pledge, HoldWrongKind(holdId, h.kind, HoldKind.Pledge));
        Actor memory caller = PARTICIPANTS.actor(msg.sender);
        _checkBeneficiary(holdId, h.beneficiary, caller);
        require(block.timestamp >= h.enforceableFrom, PledgeNotEnforceable(holdId, h.enforceableFrom, block.timestamp));
        require(
            !_isBlocked(h.pledger, h.receivableId.payableOf()), IReceivables.ReceivableHeld(h.receivableId, h.amount, 0)
        );
        address pledger = PARTICIPANTS.accountOf(h.pledger);
        bool redeemed = RECEIVABLES.pieceOf(h.receivableId).holder == address(0);

        _free(holdId, h.amount);
        if (!redeemed) movedId = RECEIVABLES.force(h.receivableId, h.amount, caller.account);
        uint56 cash = _moveCash(h.receivableId, pledger, caller.account);
        require(cash != 0 || !redeemed, ISettlement.SetAsideNothing(h.receivableId, pledger));

        _announceEnforced(h.receivableId, holdId, caller.account, h.amount, movedId);
    }

    /* NETWORK CONTRACTS */

    /// @inheritdoc IHolds
    /// @dev A reservation that is used up is released; one that stays for less is enforced, with the piece it stays on as
    /// the moved one: the piece delivered is known only after this.
    function deliverReserved(uint256 receivableId, address financier, uint56 amount) external {
        require(
            msg.sender == address(RECEIVABLES), IReceivables.CallerNotNetworkContract(msg.sender, address(RECEIVABLES))
        );
        uint32 number = PARTICIPANTS.participant(financier).number;
        uint256 list = _holdsOn[receivableId];
        for (uint256 place; amount != 0 && list.at(place) != 0; ++place) {
            uint32 holdId = list.at(place);
            HoldRecord storage h = _holds[holdId];
            if (h.kind != HoldKind.Delivery || h.beneficiary != number || !_isLive(h)) continue;
            if (h.amount <= amount) {
                amount -= h.amount;
                _end(holdId, h);
            } else {
                h.amount -= amount;
                _announceEnforced(receivableId, holdId, financier, amount, receivableId);
                amount = 0;
            }
        }
        _unmark(receivableId);
    }

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

    /// @dev The piece that an order is about: the holder's own, of the order's payable. All zero where it is redeemed
    /// already, and its cash is meant.
    function _pieceUnder(uint32 orderId, OrderRecord storage o, uint256 receivableId, address holder)
        internal
        view
        returns (Piece memory piece)
    {
        piece = RECEIVABLES.pieceOf(receivableId);
        bool inScope = o.payableId == 0 || o.payableId == receivableId.payableOf();
        require(
            inScope && (piece.holder == holder || piece.holder == address(0)),
            OrderNotForReceivable(orderId, receivableId)
        );
        require(!piece.parked, IReceivables.ReceivableIsParked(receivableId));
    }

    function _setAside(uint32 orderId, OrderRecord storage o, uint256 receivableId, Piece memory piece, uint56 amount)
        internal
        returns (uint32 holdId)
    {
        uint56 left = o.amount - o.assigned;
        require(amount <= left, OrderAmountExceeded(orderId, amount, left));
        uint56 worth = _worthOf(receivableId, piece, PARTICIPANTS.accountOf(o.holder));
        require(worth != 0, OrderNotForReceivable(orderId, receivableId));
        uint56 held = heldOf(receivableId);
        uint56 available = worth > held ? worth - held : 0;
        require(amount <= available, IReceivables.ReceivableInsufficientValue(receivableId, amount, available));

        o.assigned += amount;
        uint32 earlierId = _holdUnder(orderId, receivableId);
        if (earlierId != 0) {
            amount += _holds[earlierId].amount;
            _end(earlierId, _holds[earlierId]);
        }
        holdId = _place(HoldRecord(receivableId, HoldKind.Freeze, amount, 0, o.until, 0, orderId, 0), address(0), 0);
        if (piece.holder != address(0)) RECEIVABLES.setHeld(receivableId, true);
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

    /* INTERNAL: CHECKS AND WORTH */

    function _checkUntil(uint40 until, uint256 earliest, uint256 latest) internal pure {
        require(until >= earliest && until <= latest, HoldUntilOutOfRange(until, earliest, latest));
    }

    function _checkBeneficiary(uint32 holdId, uint32 beneficiary, Actor memory caller) internal view {
        require(
            caller.number == beneficiary, HoldNotForCaller(holdId, caller.account, PARTICIPANTS.accountOf(beneficiary))
        );
    }

    /// @dev What pledging and reserving ask of piece, holder and beneficiary.
    /// @return value The piece's.
    /// @return free What of it the holder can use.
    /// @return number The beneficiary's.
    function _checkOwn(uint256 receivableId, Actor memory caller, address beneficiary)
        internal
        view
        returns (uint56 value, uint56 free, uint32 number)
    {
        (Payable memory p, Piece memory piece) = _openPiece(receivableId);
        require(caller.account == piece.holder, HoldNotHolder(receivableId, caller.account, piece.holder));
        require(beneficiary != piece.holder && beneficiary != p.debtor, HoldBeneficiaryUnfit(beneficiary));
        number = PARTICIPANTS.active(beneficiary, Roles.FINANCIER).number;
        value = piece.end - piece.start;
        bool blocked = caller.orders != 0 && _isBlocked(caller.number, receivableId.payableOf());
        free = blocked ? 0 : value - heldOf(receivableId);
    }

    /// @dev A piece of a confirmed payable, out in the world.
    function _openPiece(uint256 receivableId) internal view returns (Payable memory p, Piece memory piece) {
        uint256 payableId = receivableId.payableOf();
        p = RECEIVABLES.payableOf(payableId);
        require(p.state == PayableState.Confirmed, HoldPayableNotOpen(payableId));
        piece = RECEIVABLES.pieceOf(receivableId);
        require(piece.holder != address(0), IReceivables.ReceivableNotFound(receivableId));
        require(!piece.parked, IReceivables.ReceivableIsParked(receivableId));
    }

    /// @dev What an order can still get hold of in a piece, holds apart.
    function _worthOf(uint256 receivableId, Piece memory piece, address holder) internal view returns (uint56) {
        if (piece.holder == address(0)) return _cashOf(receivableId, holder);
        uint56 value = piece.end - piece.start;
        (uint56 principal,,) = SETTLEMENT.drawnOf(receivableId);
        if (principal == 0) return value;
        uint56 cash = _cashOf(receivableId, holder);
        return cash < principal ? value - principal + cash : value;
    }

    /// @dev All cash set aside for who holds, or held, a piece.
    function _cashOf(uint256 receivableId, address holder) internal view returns (uint56 cash) {
        uint32 programmeId = RECEIVABLES.payableOf(receivableId.payableOf()).programmeId;
        address[] memory tokens = ORIGINATION.tokensOf(programmeId);
        for (uint256 i; i < tokens.length; ++i) {
            cash += SETTLEMENT.setAsideOf(receivableId, holder, tokens[i]);
        }
    }

    function _moveCash(uint256 receivableId, address holder, address to) internal returns (uint56 cash) {
        cash = _cashOf(receivableId, holder);
        if (cash != 0) SETTLEMENT.enforceSetAside(receivableId, holder, cash, to);
    }
}
