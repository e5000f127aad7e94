// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {HoldBook} from "./HoldBook.sol";
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
    HoldKind,
    Network,
    Participant,
    Payable,
    PayableState,
    Piece,
    Roles,
    idsBefore
} from "./types/Types.sol";

/// @title Holds
/// @notice What holders cannot use, and why: freezes, disputes, pledges and reservations for delivery.
///
/// WHAT A HOLD IS
/// @dev A hold is on a piece, by its id, and takes a part of its value: `free = value - Σ live holds` (I10). A split hands
/// on only what is free, so that what is held stays with the parent. A hold lives up to and including `until`, a freeze as
/// long as its order does too: nothing needs to be called for it to end. What has ended is cleared away by {release}, or
/// when the next hold is placed on the piece. Parked pieces are not held: they never move.
///
/// ORDERS
/// @dev An order names a holder and a payable, not a piece: to split, merge, sell, pledge or redeem first changes nothing.
/// It blocks all of the holder's there until pieces worth its amount are set aside under it; each order asks for its own.
/// A piece counts by its value, the holder's own choice only where nothing of it was paid out before; a piece that is
/// redeemed already counts by the cash set aside for it. There is one hold per order and piece: setting more aside
/// replaces it by one of the sum.
///
/// ENFORCEMENT
/// @dev It frees exactly what it moves (R-23); what was not set aside yet is set aside first. A piece that moves whole takes
/// with it the cash that was set aside of its earlier draws. Enforced amounts stay counted as set aside. A pledgee gets the
/// whole piece and all cash set aside for the pledger there. An order that is not served stops the pledgee too: who comes
/// first is for compliance to say.
///
/// LIMITS
/// @dev Eight holds on a piece, of which at most three disputes and three reservations, so that holder and debtor leave
/// room for each other and for freezes. Eight orders side by side for one holder and payable.
///
/// TRUST
/// @dev Compliance can freeze, and move under an order on record; it can mint nothing. Nobody else moves anything here but
/// a pledgee what was pledged to it.
///
/// KNOWN WEAKNESS
/// @dev The holder may choose which of its pieces serve an order for all of its payables, and will not choose its best.
/// What is pledged, reserved or disputed before an order is out of its reach until that hold ends, though it moves nowhere
/// meanwhile; cash set aside for a former holder, while the piece is another's and not redeemed.
contract Holds is HoldBook, AccessManaged {
    using IdList for uint256;
    using ReceivableIds for uint256;

    /* CONSTANTS */

    /// @dev The longest an order or a pledge lasts.
    uint256 internal constant MAX_ORDER_S = 5 * 365 days;
    /// @dev The longest a dispute or a reservation lasts.
    uint256 internal constant MAX_DISPUTE_S = 365 days;

    IOrigination public immutable ORIGINATION;
    ISettlement public immutable SETTLEMENT;

    constructor(Network memory network) AccessManaged(network.authority) {
        PARTICIPANTS = IParticipants(network.participants);
        RECEIVABLES = IReceivables(network.receivables);
        ORIGINATION = IOrigination(network.origination);
        SETTLEMENT = ISettlement(network.settlement);
        _lastOrderId = _lastHoldId = idsBefore(network.version);
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
        if (amount > held) holdId = _setAside(orderId, o, receivableId, piece, holder, amount - held);

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
        address holder = PARTICIPANTS.accountOf(o.holder);
        Piece memory piece = _pieceUnder(orderId, o, receivableId, holder);
        (bool isCompliance,) = IAccessManager(authority()).hasRole(AccessRoles.COMPLIANCE, msg.sender);
        if (!isCompliance) {
            address caller = PARTICIPANTS.actor(msg.sender).account;
            require(caller == holder, OrderNotForCaller(orderId, caller));
            require(
                !_isDrained(receivableId, holder), IReceivables.ReceivableInsufficientValue(receivableId, amount, 0)
            );
        }
        return _setAside(orderId, o, receivableId, piece, holder, amount);
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
        require(_isLive(_holds[holdId]), HoldNotOpen(holdId));
        HoldRecord memory h = _holds[holdId];
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

    /* INTERNAL: ORDERS */

    /// @dev The piece that an order is about: the holder's own, of the order's payable. All zero where it is redeemed
    /// already, and its cash is meant.
    function _pieceUnder(uint32 orderId, OrderRecord storage o, uint256 receivableId, address holder)
        internal
        view
        returns (Piece memory piece)
    {
        piece = RECEIVABLES.pieceOf(receivableId);
        bool isOwn = piece.holder == holder || (piece.holder == address(0) && _cashOf(receivableId, holder) != 0);
        bool inScope = o.payableId == 0 || o.payableId == receivableId.payableOf();
        require(isOwn && inScope, OrderNotForReceivable(orderId, receivableId));
        require(!piece.parked, IReceivables.ReceivableIsParked(receivableId));
    }

    function _setAside(
        uint32 orderId,
        OrderRecord storage o,
        uint256 receivableId,
        Piece memory piece,
        address holder,
        uint56 amount
    ) internal returns (uint32 holdId) {
        uint56 left = o.amount - o.assigned;
        require(amount <= left, OrderAmountExceeded(orderId, amount, left));
        uint56 available = _availableUnder(receivableId, piece, holder);
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

    /* INTERNAL: CHECKS */

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

    /* INTERNAL: WORTH */

    /// @dev What an order can lay hands on in a piece, other holds apart: its value, or the cash it became.
    function _availableUnder(uint256 receivableId, Piece memory piece, address holder) internal view returns (uint56) {
        bool redeemed = piece.holder == address(0);
        uint56 worth = redeemed ? _cashOf(receivableId, holder) : piece.end - piece.start;
        uint56 held = heldOf(receivableId);
        return worth > held ? worth - held : 0;
    }

    /// @dev Whether some of what a piece drew was paid out to its holder, so that it is worth less than its value.
    function _isDrained(uint256 receivableId, address holder) internal view returns (bool) {
        (uint56 principal, uint56 interest, uint56 recovered) = SETTLEMENT.drawnOf(receivableId);
        uint56 drawn = principal + interest + recovered;
        return drawn != 0 && drawn > _cashOf(receivableId, holder);
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
